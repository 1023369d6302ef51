"""The whole pipeline on tiny articles, with real Spark, Delta, Spark NLP and GX."""

from __future__ import annotations

from pathlib import Path

import pytest
from articles import config, jats, run
from corpus import Corpus
from released import Released

from medconcept.errors import GateFailed, InputError
from medconcept.lake.held import clear_held
from medconcept.lake.lake import Lake
from medconcept.pipeline.status import status
from medconcept.reader.held import held_batches


@pytest.fixture(scope="module")
def made(spark, corpus: Corpus) -> Lake:
    return Lake(spark, corpus.settings.lake)


def test_nothing_is_lost(made) -> None:
    from medconcept.pipeline.summary import figures_of

    found = figures_of(made)
    counts = found["counts"]
    assert counts["files"] == 19
    assert (counts["articles"], counts["superseded versions"], counts["exact duplicates"]) == (13, 2, 1)
    assert found["rejects"] == {"no_identifier": 1, "not_xml": 1, "truncated": 1}
    assert found["refused_names"] == {
        "no_identifier": ["b7.xml"], "not_xml": ["b5.xml"], "truncated": ["b6.xml"],
    }  # fmt: skip
    assert counts["captions"] == counts["captions with a concept"] + counts["captions without one"]


def test_spans_index_captions_also_beyond_the_basic_plane(made) -> None:
    lake = made
    captions = {r.figure_key: r.caption for r in lake.read("figures").collect()}
    mentions = lake.read("mentions").collect()
    assert mentions
    for m in mentions:
        assert " ".join(captions[m.figure_key][s.start : s.end] for s in m.spans) == m.text
    beyond = [m for m in mentions if m.figure_key == "PMC4#f1"]
    assert sorted((m.text, m.concept_id) for m in beyond) == [("Heart", "T:2"), ("heart attack", "C0027051")]


def test_sentences_bound_names_and_case_matters_for_acronyms(made) -> None:
    texts = sorted(m.text for m in made.read("mentions").collect() if m.figure_key == "PMC5#f1")
    assert texts == ["ALL", "heart"]


def test_all_that_the_parser_reads_is_in_the_tables_under_the_key_of_the_work(made) -> None:
    lake = made
    (article,) = lake.read("articles").where("is_current AND title_markup LIKE 'On H%'").collect()
    assert (article.article_key, article.pmcid, article.title_markup) == ("PMC13", None, "On H<sub>2</sub>O")
    assert [(a.name, a.surname) for a in article.authors] == [("A Roe", "Roe")]
    assert [k.keywords for k in article.keywords] == [["water"]]
    assert [(a.short, a.long, a.figure_key) for a in article.abbreviations] == [
        ("HA", "heart attack", "PMC13#f1")
    ]
    (figure,) = lake.read("figures").where("article_key = 'PMC13'").collect()
    assert (figure.figure_key, figure.kind, figure.rights) == ("PMC13#f1", "fig", None)
    assert [(p.labels, figure.caption[p.start : p.end]) for p in figure.panels] == [
        (["A"], "(A) A heart attack (HA)."),
        (["B"], "(B) No HA."),
    ]
    (paragraph,) = figure.citing_paragraphs
    assert [paragraph.text[c.start : c.end] for c in paragraph.citations] == ["Fig 1"]


def test_figure_without_caption_has_none(made) -> None:
    rows = {r.figure_key: r.caption for r in made.read("figures").collect()}
    assert rows["PMC4#f2"] is None


def test_again_nothing_is_new_and_no_version_is_written(spark, corpus: Corpus, tmp_path: Path) -> None:
    from medconcept.tables import TABLES

    settings = corpus.copy(tmp_path)
    lake = Lake(spark, settings.lake)
    before = {name: lake.latest_version(name) for name in TABLES}
    _, reports = run(spark, settings)
    assert [r.status for r in reports] == ["nothing new"] * 7
    assert {name: lake.latest_version(name) for name in TABLES} == before


def test_a_release_is_never_pointed_elsewhere(spark, corpus: Corpus, tmp_path: Path) -> None:
    from dataclasses import replace

    from medconcept.config import ReleaseConfig
    from medconcept.errors import LakeError

    settings = corpus.copy(tmp_path)

    def publish(name: str | None) -> str:
        named = replace(settings, release=ReleaseConfig(name))
        return run(spark, named, "publish_release")[1][0].status

    assert (publish("r1"), publish("second-name")) == ("nothing new", "done")
    assert (publish("r1"), publish(None)) == ("nothing new", "nothing new")
    other = replace(settings, triplets=replace(settings.triplets, exclude_flags=("negated",)))
    lake, (report,) = run(spark, other, "assemble_triplets")
    assert report.counts["triplets.written"]
    before = {r.name: r.commit_seq for r in lake.read("releases").collect()}
    with pytest.raises(LakeError, match="release 'r1' exists already and names other content"):
        publish("r1")
    assert {r.name: r.commit_seq for r in lake.read("releases").collect()} == before


def without_sentences(captions, *, detect_sentences: bool):
    from medconcept.spark_nlp.tokenisation import sentences_and_tokens

    return sentences_and_tokens(captions, detect_sentences=False)


def without_tokens(captions, *, detect_sentences: bool):
    """Every sentence of Spark NLP, cut at white space alone: one token, the whole caption."""
    from pyspark.sql import functions as F

    from medconcept.spark_nlp.tokenisation import sentences_and_tokens

    whole = {"token_begin": F.array(F.lit(0)), "token_end": F.array(F.length("caption") - 1)}
    return sentences_and_tokens(captions, detect_sentences=detect_sentences).withColumns(whole)


@pytest.mark.parametrize("instead", [without_sentences, without_tokens])
def test_mentions_change_without_spark_nlp(
    spark, corpus: Corpus, tmp_path: Path, monkeypatch, instead
) -> None:
    from dataclasses import replace

    lake, settings = Lake(spark, corpus.settings.lake), corpus.copy(tmp_path)
    # Another setting makes every caption be annotated anew.
    annotate = replace(settings.annotate, frequent_share=0.5)
    monkeypatch.setattr("medconcept.stages.annotate.annotate_captions.sentences_and_tokens", instead)
    other, _ = run(spark, replace(settings, annotate=annotate), "annotate_captions")

    def places(lake) -> set[tuple]:
        return {(m.figure_key, m.sentence, m.first_token, m.text) for m in lake.read("mentions").collect()}

    assert ("PMC4#f1", 1, 5, "Heart") in places(lake)
    assert ("PMC4#f1", 1, 5, "Heart") not in places(other)


def test_empty_folder_is_one_line(spark, tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    with pytest.raises(InputError, match="the folder is empty"):
        run(spark, config(tmp_path), "sync_articles")


def test_a_corrupted_batch_is_stopped_and_the_error_says_what_failed(
    spark, released: Released, tmp_path: Path, monkeypatch
) -> None:
    from pyspark.sql import functions as F

    from medconcept.lake import transaction

    settings = released.copy_of(released.settings, tmp_path, new_xml=jats("9", "heart"))
    lake, _ = run(spark, settings, "sync_articles")
    before = lake.read("figures").count()
    stage = transaction.stage

    def corrupt(lake, run_id, table, rows):
        rows = rows.withColumn("caption", F.lit("another figure's")) if table == "figures" else rows
        return stage(lake, run_id, table, rows)

    monkeypatch.setattr(transaction, "stage", corrupt)
    with pytest.raises(GateFailed, match=r"caption is its parts\): 1 of 1 rows: PMC9#f1"):
        run(spark, settings, "parse_articles")
    assert lake.read("figures").count() == before
    (held,) = status(lake, settings)["held"]
    assert held["job"] == "parse_articles" and "1 of 1 rows: PMC9#f1" in held["reason"]
    assert clear_held(lake.files) == [held["run_id"]] and held_batches(lake.files) == []
    monkeypatch.undo()
    run(spark, settings, "parse_articles")
    assert lake.read("figures").count() == before + 1
