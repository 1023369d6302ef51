"""A lake of format 4, which knew no centrality: read as it is, and brought to this format by the next run."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from articles import config, jats, run, write
from older_lakes import OF_CONCEPTS, OF_MENTIONS, as_format_5, format_of, set_format, store_as

NEW = ("centrality", "centrality_method")


def as_format_4(spark, lake) -> None:
    """Write the two tables that format 5 gave columns as format 4 had them, at the same versions."""
    from pyspark.sql import functions as F

    as_format_5(spark, lake)
    mentions, triplets = lake.read("mentions"), lake.read("triplets")
    old = {
        "mentions": mentions.drop(*NEW, *OF_MENTIONS),
        "triplets": triplets.withColumn(
            "concepts", F.transform("concepts", lambda c: c.dropFields(*NEW, *OF_CONCEPTS))
        ),
    }
    for name, rows in old.items():
        store_as(spark, lake, name, rows.withColumn("row_digest", F.reverse("row_digest")))
    set_format(lake, 4)


@pytest.fixture(scope="module")
def made(spark, tmp_path_factory):
    folder = tmp_path_factory.mktemp("older")
    settings = config(folder)
    write(folder / "in", a_xml=jats("1", "A heart attack of the heart"), b_xml=jats("2", "heart"))
    # An older program had other settings: it knew nothing of a cut.
    before = replace(settings, centrality=replace(settings.centrality, cut=0.9))
    lake, _ = run(spark, before)
    rows = {m.mention_key: m for m in lake.read("mentions").collect()}
    as_format_4(spark, lake)
    return settings, rows


@pytest.mark.long  # rebuilds, minutes each: make test-long
@pytest.mark.slow  # three runs of the stages
def test_an_older_lake_is_read_and_the_next_run_brings_it_up(spark, made) -> None:
    from medconcept.lake import queries
    from medconcept.lake.lake import FORMAT_VERSION, MIGRATE, Lake
    from medconcept.stages.publish_release import content_digest

    settings, rows = made
    lake = Lake(spark, settings.lake)
    old = lake.read("mentions").collect()
    assert {m.mention_key for m in old} == set(rows) and {m.centrality for m in old} == {None}
    assert {c.centrality for t in lake.read("triplets").collect() for c in t.concepts} == {None}
    # Reading leaves a lake as it is.
    assert format_of(lake) == 4

    lake, reports = run(spark, settings)
    done = {report.job: report.status for report in reports}
    assert (done["parse_articles"], done["annotate_captions"]) == ("nothing new", "done")
    assert format_of(lake) == FORMAT_VERSION
    assert {m.mention_key: m.centrality for m in lake.read("mentions").collect()} == {
        key: m.centrality for key, m in rows.items()
    }
    assert all(c.centrality is not None for t in lake.read("triplets").collect() for c in t.concepts)
    older = lake.last_commit_of(MIGRATE)["input_versions"]
    changed = ("articles", "figures", "mentions", "triplets")  # by formats 5 to 9, all in one step
    assert older == dict.fromkeys(changed, 1)
    comments = {
        f.name: f.metadata.get("comment")
        for f in spark.read.format("delta").load(lake.path("mentions")).schema
    }
    assert comments["centrality"].endswith("from 0 to 1")

    # What the release named before is still there, under the same name.
    then = queries.run_sql(
        lake, "SELECT centrality FROM mentions", queries.resolve_commit(lake, release="r1")
    )
    assert [r.centrality for r in then.collect()] == [None] * len(rows)
    assert queries.diff(lake, "r1", "r2")["mentions"] == {"added": 0, "removed": 0, "changed": len(rows)}

    again = [report.status for report in run(spark, settings)[1]]
    assert set(again) == {"nothing new"}
    anew, _ = run(spark, replace(settings, lake=f"{settings.lake}-anew"))
    for name in ("mentions", "triplets"):
        assert content_digest(lake.read(name)) == content_digest(anew.read(name)), name


def test_a_foreign_format_is_one_line(spark, tmp_path: Path) -> None:
    from medconcept.errors import LakeError
    from medconcept.lake.lake import FORMAT_VERSION, Lake

    (tmp_path / "_medconcept").mkdir()
    for version in (3, FORMAT_VERSION + 1):
        (tmp_path / "_medconcept/format.json").write_text(
            json.dumps({"format_version": version, "tables": []})
        )
        (tmp_path / "_medconcept/.format.json.crc").unlink(missing_ok=True)
        reads = f"has format {version}, this program reads and writes {FORMAT_VERSION}"
        with pytest.raises(LakeError, match=reads):
            Lake(spark, str(tmp_path))
