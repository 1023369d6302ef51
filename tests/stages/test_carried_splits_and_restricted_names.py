"""assemble_triplets: splits of another lake's release, names of restricted vocabularies."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from articles import config, jats, run, write
from pyspark.sql import functions as F

from medconcept.config import RightsConfig, TripletsConfig
from medconcept.errors import LakeError
from medconcept.report.release_counts import count_release
from medconcept.stages.triplets.carried_splits import moved_members
from medconcept.triplets.options import SplitConfig, SplitSource

ASSEMBLE = "assemble_triplets"
LICENCE = (
    '<permissions><license xmlns:xlink="http://www.w3.org/1999/xlink" '
    'xlink:href="https://creativecommons.org/licenses/by/4.0/"><license-p>CC BY</license-p></license>'
    "</permissions>"
)
TRAIN, TEST = (
    TripletsConfig(min_confidence=None, splits=SplitConfig(validation=0.0, test=share))
    for share in (0.0, 0.9999999)
)


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


@pytest.mark.slow  # two lakes
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
    # The level itself may leave.
    assert {m.restriction_level for m in lake.read("mentions").collect()} == {9}
    assert {c.restriction_level for c in concepts} == {9} and all(c.semantic_groups for c in concepts)
    last = lake.read("releases").orderBy(F.desc("commit_seq")).first()
    assert last.withheld == {
        "restricted_vocabulary.rows": 3, "restricted_vocabulary.fields": len(concepts),
        "licence_unknown.rows": 1, "licence_unknown.fields": 2,  # caption and its markup
    }  # fmt: skip
    assert reports[-1].counts["withheld.restricted_vocabulary.rows"] == 3
    shown = count_release(lake, last.name, lake.head()).central
    assert shown and all(concept.name == concept.concept_id for concept in shown)
    named = count_release(lake, last.name, lake.head(), licences_held=[source.name]).central
    assert all(concept.name != concept.concept_id for concept in named)
    held = replace(copied, dictionary=restricted, rights=RightsConfig(licences_held=(source.name,)))
    lake, _ = run(spark, held, ASSEMBLE)
    assert all(c.preferred_name for row in triplets(lake).values() for c in row.concepts)
