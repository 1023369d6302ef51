"""A lake of format 5: read, migrated by the first run, readable ever after.

Its figures had `mentions`, and it lacks what formats up to 9 added to mentions and to concepts of triplets.
"""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from articles import config, jats, run, write
from corpus import FIGURES, Corpus, cited
from older_lakes import OF_CONCEPTS, OF_MENTIONS, as_format_5, as_format_6, format_of, set_format

from medconcept.config import Config
from medconcept.lake.lake import FORMAT_VERSION, MIGRATE, Lake
from medconcept.tables import DATA_TABLES

PARSE = ("sync_articles", "parse_articles")
NOTHING_CHANGED = {name: {"added": 0, "removed": 0, "changed": 0} for name in DATA_TABLES}


class Killed(BaseException):
    """Stands for a kill: no handler of the code under test catches it."""


def die(*_: object, **__: object) -> None:
    raise Killed


CITING = {  # the figures of the shared lake that are cited
    "PMC6#f1": ["As Fig 1 shows."],
    "PMC11#f1": ["See Fig 11."],
    "PMC12#f1": ["See Fig 12."],
    "PMC13#f1": ["See Fig 1."],
}
CITING_TABLES = [["See Table 11."], ["See Table 12."]]


def citing(rows) -> dict[str, list[str]]:
    """The texts that cite a figure, by figure."""
    cited = {r.figure_key: [p.text for p in r.citing_paragraphs] for r in rows.collect()}
    return {key: texts for key, texts in cited.items() if texts}


def citing_tables(articles) -> list[list[str]]:
    """The texts that cite the tables given as images, by article."""
    cited = ([p.text for t in r.image_tables for p in t.citing_paragraphs] for r in articles.collect())
    return sorted(texts for texts in cited if texts)


def stored_columns(spark, lake: Lake, version: int) -> list[str]:
    return spark.read.format("delta").option("versionAsOf", version).load(lake.path("figures")).columns


@pytest.fixture(scope="module")
def written(spark, corpus: Corpus, tmp_path_factory) -> Config:
    """The settings of the shared lake in format 5, with the release r1; tests copy it."""
    settings = corpus.copy(tmp_path_factory.mktemp("format-5"), "lake")
    as_format_5(spark, Lake(spark, settings.lake))
    return settings


@pytest.fixture(scope="module")
def digests(spark, corpus: Corpus) -> dict[str, str]:
    """The content digests of the shared lake's tables."""
    from medconcept.stages.publish_release import content_digest

    lake = Lake(spark, corpus.settings.lake)
    return {name: content_digest(lake.read(name)) for name in DATA_TABLES}


@pytest.fixture
def older(written: Config, tmp_path: Path) -> Config:
    """The same configuration on a copy of that lake and of its input."""
    shutil.copytree(written.lake, tmp_path / "lake")
    shutil.copytree(written.sync.input, tmp_path / "in")
    sync = replace(written.sync, input=str(tmp_path / "in"))
    return replace(written, lake=str(tmp_path / "lake"), sync=sync)


def test_an_older_lake_is_read_and_not_written(spark, older) -> None:
    from medconcept.lake import queries

    settings = older
    lake = Lake(spark, settings.lake)
    assert "mentions" in stored_columns(spark, lake, 1)
    assert citing(lake.read("figures")) == CITING
    assert citing_tables(lake.read("articles")) == CITING_TABLES
    query = "SELECT figure_key, citing_paragraphs FROM figures"
    assert citing(queries.run_sql(lake, query)) == CITING
    assert citing(queries.run_sql(lake, query, queries.resolve_commit(lake, release="r1"))) == CITING
    assert {t["table"]: t["rows"] for t in queries.list_tables(lake)}["figures"] == FIGURES
    stored = spark.read.format("delta").load(lake.path("mentions")).columns
    assert set(OF_MENTIONS).isdisjoint(stored)
    levels = "SELECT DISTINCT m.restriction_level, m.confidence, c.semantic_groups, c.restriction_level "
    levels += "FROM mentions m, (SELECT explode(concepts) c FROM triplets)"
    assert [tuple(row) for row in queries.run_sql(lake, levels).collect()] == [(None,) * 4]
    assert (format_of(lake), lake.latest_version("figures")) == (5, 1)


@pytest.mark.slow  # three runs of the stages
def test_the_first_run_migrates_and_works_on_nothing_again(spark, older, digests) -> None:
    from medconcept.lake import queries
    from medconcept.stages.publish_release import content_digest

    settings = older
    before = Lake(spark, settings.lake).head()
    lake, reports = run(spark, settings)
    assert {r.status for r in reports} == {"nothing new"}
    assert format_of(lake) == FORMAT_VERSION
    head, last = lake.head(), lake.last_commit_of(MIGRATE)
    assert (head.seq, last["seq"]) == (before.seq + 1, before.seq + 1)
    changed = ("articles", "figures", "mentions", "triplets")
    assert last["input_versions"] == dict.fromkeys(changed, 1)
    assert {name: last["versions"][name] for name in changed} == dict.fromkeys(changed, 2)
    moved = (*changed, "runs")
    assert {n: v for n, v in head.versions.items() if n not in moved} == {
        n: v for n, v in before.versions.items() if n not in moved
    }
    assert citing_tables(lake.read("articles")) == CITING_TABLES
    (ended,) = lake.read("runs").where("job = 'migrate'").collect()
    assert (ended.run_id, ended.event) == (last["run_id"], "end")

    # Other readers see the new name with its comment; the release names the old version, read as before.
    stored = spark.read.format("delta").load(lake.path("figures")).schema
    assert "mentions" not in stored.names
    assert stored["citing_paragraphs"].metadata["comment"].startswith("Paragraphs that cite")
    assert "mentions" in stored_columns(spark, lake, 1)
    mentions = spark.read.format("delta").load(lake.path("mentions")).schema
    assert all(mentions[name].metadata["comment"] for name in OF_MENTIONS)
    concepts = spark.read.format("delta").load(lake.path("triplets")).schema["concepts"].dataType.elementType
    assert set(OF_CONCEPTS) <= set(concepts.names)
    assert {name: content_digest(lake.read(name)) for name in DATA_TABLES} == digests
    assert queries.diff(lake, "r1", str(head.seq)) == {
        # r1 names the commit before its own, as ever.
        **NOTHING_CHANGED,
        "releases": {"added": 1, "removed": 0, "changed": 0},
    }
    assert queries.diff(lake, str(before.seq), str(head.seq)) == NOTHING_CHANGED
    for at in (queries.resolve_commit(lake, release="r1"), lake.commit(before.seq), None):
        found = queries.run_sql(lake, "SELECT figure_key, citing_paragraphs FROM figures", at)
        assert citing(found) == CITING

    versions = {name: lake.latest_version(name) for name in DATA_TABLES}
    lake, again = run(spark, settings)
    assert {r.status for r in again} == {"nothing new"}
    assert {name: lake.latest_version(name) for name in DATA_TABLES} == versions
    assert lake.head().seq == head.seq

    write(Path(settings.sync.input), f1_xml=cited("11", "A heart"))
    lake, reports = run(spark, settings)
    counts = {r.job: r.counts for r in reports}
    assert (counts["parse_articles"]["files.parsed"], counts["parse_articles"]["figures.written"]) == (1, 1)
    assert counts["annotate_captions"]["captions.in"] == 1
    assert queries.diff(lake, "r1", "r2")["figures"] == {"added": 0, "removed": 0, "changed": 1}
    rebuilt, _ = run(spark, replace(settings, lake=f"{settings.lake}-rebuilt"))
    for name in ("articles", "figures", "mentions", "triplets"):
        assert content_digest(lake.read(name)) == content_digest(rebuilt.read(name)), name


@pytest.mark.slow
@pytest.mark.long  # kills and rebuilds, minutes each: make test-long
@pytest.mark.parametrize(
    ("moment", "is_committed"),
    [
        ("lake.transaction.commit", False),  # the table is rewritten, nothing names it
        ("lake.transaction.name_commit", False),  # all but the row of `commits`
        ("lake.lake.Lake.mark_current", True),  # the row is there, the format is not
    ],
)
def test_killed_and_started_again(
    spark, older, digests, monkeypatch, moment: str, is_committed: bool
) -> None:
    settings = older
    before = Lake(spark, settings.lake).head()
    with monkeypatch.context() as patch:
        patch.setattr(f"medconcept.{moment}", die)
        with pytest.raises(Killed):
            run(spark, settings, "sync_articles")
    lake = Lake(spark, settings.lake)
    assert (format_of(lake), lake.latest_version("figures")) == (5, 2)
    assert lake.head().versions["figures"] == (2 if is_committed else 1)
    assert citing(lake.read("figures")) == CITING

    from medconcept.stages.publish_release import content_digest

    lake, reports = run(spark, settings)
    assert {r.status for r in reports} == {"nothing new"}
    assert (format_of(lake), lake.latest_version("figures")) == (FORMAT_VERSION, 2)
    assert (lake.head().seq, lake.head().versions["figures"]) == (before.seq + 1, 2)
    assert {name: content_digest(lake.read(name)) for name in DATA_TABLES} == digests
    assert lake.read("commits").where("job = 'migrate'").count() == 1
    assert lake.read("runs").where("job = 'migrate'").count() == 1
    assert not lake.files.list("_staging")


@pytest.mark.slow
@pytest.mark.long  # kills and rebuilds, minutes each: make test-long
def test_a_commit_that_an_older_program_began_is_finished(spark, older, monkeypatch) -> None:
    """Its batch has the old column, its table too."""
    from medconcept.stages.publish_release import content_digest

    settings = older
    write(Path(settings.sync.input), f1_xml=cited("11", "A heart"), new_xml=cited("103", "heart"))
    undisturbed = replace(settings, lake=f"{settings.lake}-undisturbed")
    # The older program: this one on a lake that it takes for its own, stopped when its batches are staged.
    set_format(Lake(spark, settings.lake), FORMAT_VERSION)
    with monkeypatch.context() as patch:
        run(spark, settings, "sync_articles")
        patch.setattr("medconcept.lake.transaction.apply_manifest", die)
        with pytest.raises(Killed):
            run(spark, settings, "parse_articles")
    lake = Lake(spark, settings.lake)
    set_format(lake, 5)
    (run_id,) = lake.files.list("_staging")
    batch = lake.files.uri(f"_staging/{run_id}/figures")
    spark.read.parquet(batch).withColumnRenamed("citing_paragraphs", "mentions").write.parquet(f"{batch}-old")
    lake.files.replace(f"_staging/{run_id}/figures-old", f"_staging/{run_id}/figures")
    assert lake.latest_version("figures") == 1

    lake, _ = run(spark, settings)
    expected, _ = run(spark, undisturbed)
    assert format_of(lake) == FORMAT_VERSION
    for name in ("articles", "figures", "mentions", "triplets"):
        assert content_digest(lake.read(name)) == content_digest(expected.read(name)), name
    assert citing(lake.read("figures"))["PMC103#f1"] == ["See Fig 103."]


@pytest.mark.long  # rebuilds, minutes each: make test-long
@pytest.mark.slow  # four runs of the stages
def test_a_lake_without_images_is_read_and_gets_them(spark, tmp_path: Path) -> None:
    from medconcept.config import TripletsConfig
    from medconcept.lake import queries
    from medconcept.pipeline.registry import IN_ORDER
    from medconcept.stages.publish_release import content_digest

    settings = config(tmp_path)
    write(tmp_path / "in", a_xml=jats("1", "A heart attack"), b_xml=jats("2", "liver, heart"))
    # An older program had no resolve_images, and another version of assemble_triplets: here, other settings.
    jobs = [name for name in IN_ORDER if name != "resolve_images"]
    lake, _ = run(spark, replace(settings, triplets=TripletsConfig(("negated",), min_confidence=None)), *jobs)
    as_format_6(spark, lake)

    lake = Lake(spark, settings.lake)
    assert [row.image_sha256 for row in lake.read("triplets").collect()] == [None, None]
    assert lake.read("images").collect() == []
    assert queries.run_sql(lake, "SELECT count(*) AS n FROM images").collect()[0].n == 0
    assert "images" not in {table["table"] for table in queries.list_tables(lake)}
    assert format_of(lake) == 6

    lake, reports = run(spark, settings)
    done = {report.job: report.status for report in reports}
    assert (done["parse_articles"], done["resolve_images"]) == ("nothing new", "done")
    assert done["assemble_triplets"] == "done"
    assert format_of(lake) == FORMAT_VERSION
    assert {row.status for row in lake.read("images").collect()} == {"no_media"}
    assert {row.image_status for row in lake.read("triplets").collect()} == {"no_media"}
    assert {r.status for r in run(spark, settings)[1]} == {"nothing new"}
    rebuilt, _ = run(spark, replace(settings, lake=f"{settings.lake}-rebuilt"))
    for name in ("images", "triplets"):
        assert content_digest(lake.read(name)) == content_digest(rebuilt.read(name)), name
