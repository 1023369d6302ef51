"""assemble_triplets on a lake: columns, pinned splits, the opt-out list, a lake of format 6."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from articles import jats, run, write
from corpus import Corpus
from older_lakes import format_of, set_format, store_as
from pyspark.sql import functions as F

from medconcept.config import Config, TripletsConfig
from medconcept.errors import ConfigError
from medconcept.lake.lake import FORMAT_VERSION, Lake
from medconcept.tables import TABLES
from medconcept.triplets.options import SplitConfig, TripletFilters

NEW = (
    "modality", "modality_version", "privacy_flags", "rights", "attribution", "caption_markup", "panels",
    "section", "citing_paragraphs", "language", "article_type", "year", "split", "duplicate_group",
)  # fmt: skip
ASSEMBLE = "assemble_triplets"
TRAIN, TEST = (
    TripletsConfig(min_confidence=None, splits=SplitConfig(validation=0.0, test=share))
    for share in (0.0, 0.9999999)
)


OWN = ("PMC6#", "PMC7#")  # the articles of the shared lake that are this module's


@pytest.fixture
def copied(corpus: Corpus, tmp_path: Path) -> Config:
    """The configuration of a copy of the shared lake and of its input; all of it is in train."""
    return corpus.copy(tmp_path, "lake")


def triplets(lake) -> dict[str, object]:
    return {row.triplet_key: row for row in lake.read("triplets").collect()}


def own(rows) -> set[str]:
    """The keys of this module's triplets."""
    return {key for key in rows if key.startswith(OWN)}


def test_a_triplet_says_what_it_shows_and_what_is_allowed(spark, corpus: Corpus) -> None:
    lake = Lake(spark, corpus.settings.lake)
    rows = triplets(lake)
    assert own(rows) == {"PMC6#f1/0", "PMC6#f2/0", "PMC7#f1/0"}
    row = rows["PMC6#f1/0"]
    assert row.caption_markup == "CT scan of a <italic>heart</italic> attack."
    assert (row.citing_paragraphs, row.year, row.split) == (["As Fig 1 shows."], 2020, "train")
    assert row.rights.commercial.answer == "yes"
    assert row.rights.withheld is None
    assert row.attribution.startswith("Figure 1 of: Authors not stated.")
    assert rows["PMC7#f1/0"].rights.withheld == "licence_unknown"
    groups = lake.read("splits").where("group_key IN ('PMC6', 'PMC7')")
    pins = {r.member_key: (r.kind, r.split) for r in groups.collect()}
    assert pins["article:PMC6"] == ("article", "train")
    assert sorted(kind for kind, _ in pins.values()) == ["article"] * 2 + ["caption"] * 3


@pytest.mark.long  # rebuilds, minutes each: make test-long
@pytest.mark.slow
def test_a_published_row_stays_in_its_split_and_newcomers_join_it(spark, copied) -> None:
    before = triplets(Lake(spark, copied.lake))
    assert own(before) == {"PMC6#f1/0", "PMC6#f2/0", "PMC7#f1/0"}
    write(Path(copied.sync.input), new_xml=jats("103", "Heart attack!"), more_xml=jats("104", "the heart"))
    lake, reports = run(spark, replace(copied, triplets=TEST))
    splits = {key: row.split for key, row in triplets(lake).items()}
    assert splits == {
        **dict.fromkeys(before, "train"),  # though all would be test now
        "PMC103#f1/0": "train",  # the caption of PMC7
        "PMC104#f1/0": "test",
    }
    counts = {report.job: report.counts for report in reports}[ASSEMBLE]
    assert (counts["splits.groups"], counts["splits.between_splits"]) == (2, 0)
    # An article between both: its own are test, what is train's leaves.
    write(Path(copied.sync.input), between_xml=jats("105", "heart attack", "the heart", "heart and heart"))
    lake, reports = run(spark, replace(copied, triplets=TEST))
    rows = triplets(lake)
    assert {key: row.split for key, row in rows.items() if key.startswith("PMC105")} == {
        "PMC105#f2/0": "test", "PMC105#f3/0": "test",
    }  # fmt: skip
    assert {key: row.split for key, row in rows.items() if not key.startswith("PMC105")} == splits
    counts = {report.job: report.counts for report in reports}[ASSEMBLE]
    assert (counts["figures.in"], counts["figures.used"], counts["figures.split_conflict"]) == (3, 2, 1)
    assert counts["splits.between_splits"] == 1


@pytest.mark.slow
@pytest.mark.long  # kills and rebuilds, minutes each: make test-long
def test_who_opts_out_leaves_and_is_counted(spark, corpus: Corpus, copied, tmp_path: Path) -> None:
    before = {k: n for k, n in corpus.counts[ASSEMBLE].items() if k.startswith("figures.")}
    (tmp_path / "out.txt").write_text("PMC6#f2\tby letter\nPMC7\n")
    lake, (report,) = run(spark, replace(copied, opt_out=str(tmp_path / "out.txt")), ASSEMBLE)
    assert own(triplets(lake)) == {"PMC6#f1/0"}
    assert {k: n for k, n in report.counts.items() if k.startswith("figures.")} == {
        **before, "figures.used": before["figures.used"] - 2, "figures.opted_out": 2,
    }  # fmt: skip
    (tmp_path / "out.txt").write_text("# nobody\n")
    lake, _ = run(spark, replace(copied, opt_out=str(tmp_path / "out.txt")), ASSEMBLE)
    assert len(triplets(lake)) == before["figures.used"]


@pytest.mark.long  # rebuilds, minutes each: make test-long
@pytest.mark.slow
def test_filters_are_those_of_the_configuration(spark, corpus: Corpus, copied) -> None:
    chosen = replace(TRAIN, filters=TripletFilters(licence={"redistribute": "yes"}, modality=("ct",)))
    lake, (report,) = run(spark, replace(copied, triplets=chosen), ASSEMBLE)
    assert set(triplets(lake)) == {"PMC6#f1/0"}
    used = corpus.counts[ASSEMBLE]["graphics.used"]
    # Of those in use two are licensed, and one of these is a CT scan.
    assert (report.counts["graphics.licence"], report.counts["graphics.modality"]) == (used - 2, 1)
    images = replace(TRAIN, filters=TripletFilters(image_min=1))
    if "image_sha256" not in TABLES["triplets"].schema.names:
        with pytest.raises(ConfigError, match="no images in this lake"):
            run(spark, replace(copied, triplets=images), ASSEMBLE)


@pytest.mark.long  # rebuilds, minutes each: make test-long
@pytest.mark.slow
def test_a_lake_of_format_6_is_read_migrated_and_assembled_again(spark, copied) -> None:
    lake = Lake(spark, copied.lake)
    # Fewer columns have another digest, which is why every row is written again.
    number = lake.read("triplets").count()
    pinned = lake.read("splits").count()
    older = lake.read("triplets").drop(*NEW).withColumn("row_digest", F.lit("of fewer columns"))
    store_as(spark, lake, "triplets", older)
    set_format(lake, 6)
    lake = Lake(spark, copied.lake)
    assert {row.attribution for row in lake.read("triplets").collect()} == {None}
    lake, (report,) = run(
        spark, replace(copied, triplets=replace(TRAIN, exclude_flags=("address",))), ASSEMBLE
    )
    assert format_of(lake) == FORMAT_VERSION
    assert report.counts["triplets.written"] == number == len(triplets(lake)) > 3
    assert all(row.attribution and row.split == "train" for row in triplets(lake).values())
    assert lake.read("splits").count() == pinned > 5
