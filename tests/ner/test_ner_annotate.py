"""annotate_captions with recognisers: what `mentions` gets, what stays out, and what makes it run again."""

from __future__ import annotations

from dataclasses import replace

import pytest
from articles import config, jats, run, write
from ner_examples import save_matcher

from medconcept.config import DictionaryConfig, RecogniserConfig
from medconcept.errors import ConfigError

TEXT = "\U0001d6fc. No myocardial infarcton (HA) but Quokkaitis of the heart; ALL"
ARTICLES = {"a_xml": jats("1", TEXT, "Quokkaitis"), "b_xml": jats("2", "heart")}


@pytest.fixture(scope="module")
def made(spark, tmp_path_factory):
    folder = tmp_path_factory.mktemp("recognised")
    path = save_matcher(spark, folder, "model", "Disease", "myocardial infarcton", "Quokkaitis", "ALL")
    settings = config(folder, recogniser=(RecogniserConfig(path=str(path)),))
    settings = replace(settings, dictionary=DictionaryConfig(settings.dictionary.sources, similar=True))
    write(folder / "in", **ARTICLES)
    lake, reports = run(spark, settings)
    return lake, settings, {report.job: report for report in reports}, folder


def rows(lake) -> dict[str, object]:
    return {m.mention_key: m for m in lake.read("mentions").collect()}


def test_mentions_have_similar_names_and_what_has_no_concept(made) -> None:
    lake, _, reports, _ = made
    found = rows(lake)
    start = TEXT.index("myocardial infarcton")
    similar = found[f"PMC1#f1@{start}-{start + 20}"]
    assert (similar.text, similar.concept_id, similar.method) == (
        "myocardial infarcton",
        "C0027051",
        "similar",
    )
    assert similar.entity == "Disease" and 0.8 <= similar.similarity < 1 and similar.flags == ["negated"]
    start = TEXT.index("Quokkaitis")
    bare = found[f"PMC1#f1@{start}-{start + 10}"]
    assert (bare.text, bare.concept_id, bare.method) == ("Quokkaitis", None, "recognised")
    assert (bare.entity, bare.semantic_types) == ("Disease", ["disease", "phenotype"])
    start = TEXT.index("heart;")
    assert found[f"PMC1#f1@{start}-{start + 5}"].entity is None
    assert len(found) == 6 and reports["annotate_captions"].counts["mentions.found"] == 6


def test_what_has_no_concept_is_in_no_triplet_and_in_no_statistics(spark, made) -> None:
    lake, settings, reports, _ = made
    triplets = {t.figure_key: [c.text for c in t.concepts] for t in lake.read("triplets").collect()}
    assert triplets == {"PMC1#f1": ["myocardial infarcton", "heart", "ALL"], "PMC2#f1": ["heart"]}
    assert reports["assemble_triplets"].counts["figures.no_concept"] == 1
    from medconcept.pipeline.summary import figures_of
    from medconcept.stages.count_concepts import statistics

    counted = statistics(lake.read("figures"), lake.read("mentions")).collect()
    assert {row["concept_id"] for row in counted} == {"C0027051", "T:2", "T:3"}
    counts = figures_of(lake)["counts"]
    assert (counts["mentions"], counts["recognised without a concept"]) == (4, 2)
    assert counts["captions with a concept"] == 2
    from medconcept.report.write import gather, render

    assert "Quokkaitis" in render(gather(lake, settings, []))  # as text of the caption alone


def test_another_recogniser_has_captions_annotated_again(spark, made) -> None:
    lake, settings, _, folder = made
    assert run(spark, settings, "annotate_captions")[1][0].status == "nothing new"
    save_matcher(
        spark, folder, "model", "Disease", "myocardial infarcton", "ALL"
    )  # the same path, other content
    lake, (report,) = run(spark, settings, "annotate_captions")
    assert (report.counts["mentions.written"], report.counts["mentions.deleted"]) == (0, 2)
    none = replace(settings, annotate=replace(settings.annotate, recogniser=()))
    lake, (report,) = run(spark, none, "annotate_captions")
    assert {row.entity for row in rows(lake).values()} == {None}


def test_a_recogniser_that_is_not_there_stops_the_job_before_a_row_is_read(spark, made) -> None:
    _, settings, _, folder = made
    missing = RecogniserConfig(path=str(folder / "none"))
    settings = replace(settings, annotate=replace(settings.annotate, recogniser=(missing,)))
    with pytest.raises(ConfigError, match=r"^Spark NLP model .*/none: no such model folder$"):
        run(spark, settings, "annotate_captions")
