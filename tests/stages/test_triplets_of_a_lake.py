"""assemble_triplets on a lake: columns, pinned splits, the opt-out list, a lake of format 6."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from articles import config, jats, run, write
from older_lakes import format_of, set_format, store_as
from pyspark.sql import functions as F

from medconcept.config import RightsConfig, TripletsConfig
from medconcept.errors import ConfigError, LakeError
from medconcept.lake.lake import FORMAT_VERSION, Lake
from medconcept.stages.triplets.carried_splits import moved_members
from medconcept.tables import TABLES
from medconcept.triplets.options import SplitConfig, SplitSource, TripletFilters

NEW = (
    "modality", "modality_version", "privacy_flags", "rights", "attribution", "caption_markup", "panels",
    "section", "citing_paragraphs", "language", "article_type", "year", "split", "duplicate_group",
)  # fmt: skip
ASSEMBLE = "assemble_triplets"
LICENCE = (
    '<permissions><license xmlns:xlink="http://www.w3.org/1999/xlink" '
    'xlink:href="https://creativecommons.org/licenses/by/4.0/"><license-p>CC BY</license-p></license>'
    "</permissions>"
)
TRAIN, TEST = (TripletsConfig(splits=SplitConfig(validation=0.0, test=share)) for share in (0.0, 0.9999999))


def licensed(number: str, *captions: str) -> str:
    cites = '<p>As <xref ref-type="fig" rid="f1">Fig 1</xref> shows.</p>'
    text = jats(number, *captions).replace("</article-meta>", f"{LICENCE}</article-meta>")
    return text.replace("</body>", f"{cites}</body>")


@pytest.fixture(scope="module")
def made(spark, tmp_path_factory):
    """Two articles, both in train."""
    folder = tmp_path_factory.mktemp("triplets")
    settings = replace(config(folder), triplets=TRAIN)
    write(
        folder / "in",
        a_xml=licensed("1", "CT scan of a <italic>heart</italic> attack.", "A heart."),
        b_xml=jats("2", "heart attack"),
    )
    lake, _ = run(spark, settings)
    return lake, settings


@pytest.fixture
def copied(made, tmp_path: Path):
    """The same configuration on a copy of that lake and of its input."""
    _, settings = made
    shutil.copytree(settings.lake, tmp_path / "lake")
    shutil.copytree(settings.sync.input, tmp_path / "in")
    sync = replace(settings.sync, input=str(tmp_path / "in"))
    return replace(settings, lake=str(tmp_path / "lake"), sync=sync)


def triplets(lake) -> dict[str, object]:
    return {row.triplet_key: row for row in lake.read("triplets").collect()}


def test_a_triplet_says_what_it_shows_and_what_is_allowed(made) -> None:
    rows = triplets(made[0])
    assert set(rows) == {"PMC1#f1/0", "PMC1#f2/0", "PMC2#f1/0"}
    row = rows["PMC1#f1/0"]
    assert row.caption_markup == "CT scan of a <italic>heart</italic> attack."
    assert (row.citing_paragraphs, row.year, row.split) == (["As Fig 1 shows."], 2020, "train")
    assert row.rights.commercial.answer == "yes"
    assert row.rights.withheld is None
    assert row.attribution.startswith("Figure 1 of: Authors not stated.")
    assert rows["PMC2#f1/0"].rights.withheld == "licence_unknown"
    pins = {r.member_key: (r.kind, r.split) for r in made[0].read("splits").collect()}
    assert pins["article:PMC1"] == ("article", "train")
    assert sorted(kind for kind, _ in pins.values()) == ["article"] * 2 + ["caption"] * 3


@pytest.mark.slow
def test_a_published_row_stays_in_its_split_and_newcomers_join_it(spark, copied) -> None:
    write(Path(copied.sync.input), c_xml=jats("3", "Heart attack!"), d_xml=jats("4", "the heart"))
    lake, reports = run(spark, replace(copied, triplets=TEST))
    splits = {key: row.split for key, row in triplets(lake).items()}
    assert splits == {
        "PMC1#f1/0": "train", "PMC1#f2/0": "train", "PMC2#f1/0": "train",  # though all would be test now
        "PMC3#f1/0": "train",  # the caption of PMC2
        "PMC4#f1/0": "test",
    }  # fmt: skip
    counts = {report.job: report.counts for report in reports}[ASSEMBLE]
    assert (counts["splits.groups"], counts["splits.between_splits"]) == (2, 0)
    # An article between both: its own are test, what is train's leaves.
    write(Path(copied.sync.input), e_xml=jats("5", "heart attack", "the heart", "heart and heart"))
    lake, reports = run(spark, replace(copied, triplets=TEST))
    rows = triplets(lake)
    assert {key: row.split for key, row in rows.items() if key.startswith("PMC5")} == {
        "PMC5#f2/0": "test", "PMC5#f3/0": "test",
    }  # fmt: skip
    assert {key: row.split for key, row in rows.items() if not key.startswith("PMC5")} == splits
    counts = {report.job: report.counts for report in reports}[ASSEMBLE]
    assert (counts["figures.in"], counts["figures.used"], counts["figures.split_conflict"]) == (3, 2, 1)
    assert counts["splits.between_splits"] == 1


@pytest.mark.slow
@pytest.mark.long  # kills and rebuilds, minutes each: make test-long
def test_who_opts_out_leaves_and_is_counted(spark, copied, tmp_path: Path) -> None:
    (tmp_path / "out.txt").write_text("PMC1#f2\tby letter\nPMC2\n")
    lake, (report,) = run(spark, replace(copied, opt_out=str(tmp_path / "out.txt")), ASSEMBLE)
    assert set(triplets(lake)) == {"PMC1#f1/0"}
    assert {k: n for k, n in report.counts.items() if k.startswith("figures.")} == {
        "figures.in": 3, "figures.used": 1, "figures.opted_out": 2,
    }  # fmt: skip
    (tmp_path / "out.txt").write_text("# nobody\n")
    lake, _ = run(spark, replace(copied, opt_out=str(tmp_path / "out.txt")), ASSEMBLE)
    assert len(triplets(lake)) == 3


def test_a_lake_built_again_takes_over_the_splits_of_a_release(spark, made, tmp_path: Path) -> None:
    lake, settings = made  # all in train, and released
    here = replace(settings, lake=str(tmp_path / "lake"))
    source = SplitSource(settings.lake, "r1")
    # All articles would be test, but for what was published; another article has a published caption.
    write(tmp_path / "in", b_xml=jats("2", "heart attack", "the heart"), c_xml=jats("3", "Heart attack!"))
    write(tmp_path / "in", d_xml=jats("4", "a heart and a heart"))
    here = replace(
        here,
        sync=replace(here.sync, input=str(tmp_path / "in")),
        triplets=replace(TEST, splits_from=source),
    )
    jobs = ("sync_articles", "parse_articles", "build_dictionary", "annotate_captions", ASSEMBLE)
    new, reports = run(spark, here, *jobs)
    assert {key: row.split for key, row in triplets(new).items()} == {
        "PMC2#f1/0": "train", "PMC2#f2/0": "train", "PMC3#f1/0": "train", "PMC4#f1/0": "test",
    }  # fmt: skip
    published = {row.member_key: row.split for row in lake.read("splits").collect()}
    pins = {row.member_key: row.split for row in new.read("splits").collect()}
    assert published.items() <= pins.items()
    assert reports[-1].counts["splits.carried"] == len(published) == 5
    assert run(spark, here, ASSEMBLE)[1][0].status == "nothing new"
    # A release with another split of what this lake has published is refused.
    moved = lake.read("splits").withColumn("split", F.lit("test"))
    assert moved_members(new.read("splits"), moved) == 5
    assert moved_members(new.read("splits"), lake.read("splits")) == 0
    wrong = replace(here, triplets=replace(TEST, splits_from=replace(source, release="r9")))
    with pytest.raises(LakeError, match=r"no release 'r9' \(releases: r1\)"):
        run(spark, wrong, ASSEMBLE)


@pytest.mark.slow  # a dictionary is built, and all jobs after it run
def test_names_of_a_restricted_source_stay_until_its_licence_is_held(spark, copied) -> None:
    (source,) = copied.dictionary.sources
    restricted = replace(copied.dictionary, sources=(replace(source, restriction_level=9),))
    jobs = ("build_dictionary", "annotate_captions", ASSEMBLE, "publish_release")
    lake, reports = run(spark, replace(copied, dictionary=restricted), *jobs)
    concepts = [c for row in triplets(lake).values() for c in row.concepts]
    assert {(c.preferred_name, c.name_withheld) for c in concepts} == {(None, "restricted_vocabulary")}
    assert all(c.concept_id and c.source_id and c.spans and c.text for c in concepts)
    last = lake.read("releases").orderBy(F.desc("commit_seq")).first()
    assert last.withheld == {
        "restricted_vocabulary.rows": 3, "restricted_vocabulary.fields": len(concepts),
        "licence_unknown.rows": 1, "licence_unknown.fields": 2,  # caption and its markup
    }  # fmt: skip
    assert reports[-1].counts["withheld.restricted_vocabulary.rows"] == 3
    held = replace(copied, dictionary=restricted, rights=RightsConfig(licences_held=(source.name,)))
    lake, _ = run(spark, held, ASSEMBLE)
    assert all(c.preferred_name for row in triplets(lake).values() for c in row.concepts)


@pytest.mark.slow
def test_filters_are_those_of_the_configuration(spark, copied) -> None:
    chosen = replace(TRAIN, filters=TripletFilters(licence={"redistribute": "yes"}, modality=("ct",)))
    lake, (report,) = run(spark, replace(copied, triplets=chosen), ASSEMBLE)
    assert set(triplets(lake)) == {"PMC1#f1/0"}
    assert (report.counts["graphics.licence"], report.counts["graphics.modality"]) == (1, 1)
    images = replace(TRAIN, filters=TripletFilters(image_min=1))
    if "image_sha256" not in TABLES["triplets"].schema.names:
        with pytest.raises(ConfigError, match="no images in this lake"):
            run(spark, replace(copied, triplets=images), ASSEMBLE)


@pytest.mark.slow
def test_a_lake_of_format_6_is_read_migrated_and_assembled_again(spark, copied) -> None:
    lake = Lake(spark, copied.lake)
    # Fewer columns have another digest, which is why every row is written again.
    older = lake.read("triplets").drop(*NEW).withColumn("row_digest", F.lit("of fewer columns"))
    store_as(spark, lake, "triplets", older)
    set_format(lake, 6)
    lake = Lake(spark, copied.lake)
    assert {row.attribution for row in lake.read("triplets").collect()} == {None}
    lake, (report,) = run(
        spark, replace(copied, triplets=replace(TRAIN, exclude_flags=("address",))), ASSEMBLE
    )
    assert format_of(lake) == FORMAT_VERSION
    assert report.counts["triplets.written"] == 3
    assert all(row.attribution and row.split == "train" for row in triplets(lake).values())
    assert lake.read("splits").count() == 5
