"""annotate_captions with recognisers: what `mentions` gets, what stays out, and what makes it run again."""

from __future__ import annotations

from dataclasses import replace

import pytest
from articles import run
from corpus import RECOGNISED, Corpus
from ner_examples import save_matcher
from pyspark.sql import functions as F

from medconcept.config import RecogniserConfig
from medconcept.errors import ConfigError

OWN = ("PMC8", "PMC9")  # the articles of the shared lake that are this module's
JOBS = ("annotate_captions", "assemble_triplets")


@pytest.fixture(scope="module")
def made(spark, corpus: Corpus, tmp_path_factory):
    """A copy of the shared lake, its captions annotated with a recogniser."""
    folder = tmp_path_factory.mktemp("recognised")
    path = save_matcher(spark, folder, "model", "Disease", "myocardial infarcton", "Quokkaitis", "ALL")
    settings = corpus.copy(folder)
    annotate = replace(settings.annotate, recogniser=(RecogniserConfig(path=str(path)),))
    settings = replace(settings, annotate=annotate)
    lake, reports = run(spark, settings, *JOBS)
    return lake, settings, {report.job: report for report in reports}, folder


def rows(lake) -> dict[str, object]:
    """Mentions of this module's articles by key."""
    return {m.mention_key: m for m in lake.read("mentions").collect() if m.article_key in OWN}


def test_mentions_have_similar_names_and_what_has_no_concept(made) -> None:
    lake, _, reports, _ = made
    found = rows(lake)
    start = RECOGNISED.index("myocardial infarcton")
    similar = found[f"PMC8#f1@{start}-{start + 20}"]
    assert (similar.text, similar.concept_id, similar.method) == (
        "myocardial infarcton",
        "C0027051",
        "similar",
    )
    assert similar.entity == "Disease" and 0.8 <= similar.similarity < 1 and similar.flags == ["negated"]
    start = RECOGNISED.index("Quokkaitis")
    bare = found[f"PMC8#f1@{start}-{start + 10}"]
    assert (bare.text, bare.concept_id, bare.method) == ("Quokkaitis", None, "recognised")
    assert (bare.entity, bare.semantic_types) == ("Disease", ["disease", "phenotype"])
    start = RECOGNISED.index("heart;")
    assert found[f"PMC8#f1@{start}-{start + 5}"].entity is None
    assert len(found) == 6
    assert reports["annotate_captions"].counts["mentions.found"] == lake.read("mentions").count()


def test_what_has_no_concept_is_in_no_triplet_and_in_no_statistics(spark, made) -> None:
    lake, settings, reports, _ = made
    own = F.col("article_key").isin(*OWN)
    triplets = {
        t.figure_key: [c.text for c in t.concepts] for t in lake.read("triplets").where(own).collect()
    }
    assert triplets == {"PMC8#f1": ["myocardial infarcton", "heart", "ALL"], "PMC9#f1": ["heart"]}
    assert reports["assemble_triplets"].counts["figures.no_concept"] == 1  # of the articles that changed
    from medconcept.pipeline.summary import figures_of
    from medconcept.stages.count_concepts import statistics

    counted = statistics(lake.read("figures").where(own), lake.read("mentions").where(own)).collect()
    assert {row["concept_id"] for row in counted} == {"C0027051", "T:2", "T:3"}
    counts = figures_of(lake)["counts"]
    found = lake.read("mentions").collect()
    assert (counts["mentions"], counts["recognised alone"]) == (len(found) - 2, 2)
    linked = {m.figure_key for m in found if m.concept_id}
    assert counts["captions with a concept"] == len(linked)
    assert {key for key in linked if key.startswith(OWN)} == {"PMC8#f1", "PMC9#f1"}
    from medconcept.report.write import gather, render

    assert "Quokkaitis" in render(gather(lake, settings, []))  # as text of the caption alone


def test_another_recogniser_has_captions_annotated_again(spark, made) -> None:
    lake, settings, _, folder = made
    assert run(spark, settings, "annotate_captions")[1][0].status == "nothing new"
    save_matcher(
        spark, folder, "model", "Disease", "myocardial infarcton", "ALL"
    )  # the same path, other content
    lake, (report,) = run(spark, settings, "annotate_captions")
    assert report.counts["mentions.deleted"] == 2  # what is written are other confidences next to them
    none = replace(settings, annotate=replace(settings.annotate, recogniser=()))
    lake, (report,) = run(spark, none, "annotate_captions")
    assert {row.entity for row in rows(lake).values()} == {None}


def test_a_recogniser_that_is_not_there_stops_the_job_before_a_row_is_read(spark, made) -> None:
    _, settings, _, folder = made
    missing = RecogniserConfig(path=str(folder / "none"))
    settings = replace(settings, annotate=replace(settings.annotate, recogniser=(missing,)))
    with pytest.raises(ConfigError, match=r"^Spark NLP model .*/none: no such model folder$"):
        run(spark, settings, "annotate_captions")
