"""The recogniser that comes with the package: what it reads, what that changes, and where it cannot run."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from articles import run
from corpus import RECOGNISED, TERMS, Corpus
from pyspark.sql import functions as F

from medconcept.config import SHIPPED_RECOGNISER
from medconcept.spark_nlp import shipped_recogniser
from medconcept.spark_nlp.recognisers import Recogniser

OWN = (
    "PMC8",
    "PMC9",
)  # the articles of the shared lake that are this module's, as they are test_ner_annotate's


def test_the_shipped_one_recognises_in_lists_of_sentences(spark, tmp_path: Path) -> None:
    from medconcept.spark.hadoop_files import HadoopFiles
    from medconcept.spark_nlp.entity_recognition import with_entities_in_doubt

    recogniser = shipped_recogniser.load_shipped(spark, HadoopFiles(spark, str(tmp_path)))
    texts = ["Nothing.", "Patients with type 2 diabetes and asthma were given metformin."]
    rows = spark.createDataFrame(
        [([0, 10], [7, 71], texts), ([], [], [])],
        "read_begin array<int>, read_end array<int>, read_text array<string>",
    )
    first, second = with_entities_in_doubt(rows, recogniser).collect()
    found = {
        (texts[1][begin - 10 : end - 9], label)
        for begin, end, label in zip(first.entity_begin, first.entity_end, first.entity_label, strict=True)
    }
    assert {("type 2 diabetes", "Disease"), ("metformin", "Chemical")} <= found
    assert (second.entity_begin, second.entity_label) == ([], [])
    # What is damaged in the lake is put back.
    (part,) = tmp_path.glob("_models/*/card.json")
    before = part.read_bytes()
    part.write_bytes(b"cut")
    shipped_recogniser.unpacked(HadoopFiles(spark, str(tmp_path)))
    assert part.read_bytes() == before
    assert sum(path.stat().st_size for path in Path(shipped_recogniser.__file__).parent.glob("*.zip")) < 10e6


def matcher(spark, folder: Path) -> Recogniser:
    """Like the shipped one, but knows three diseases by heart."""
    from pyspark.ml import Pipeline
    from sparknlp.annotator import TextMatcher, Tokenizer
    from sparknlp.base import DocumentAssembler

    (folder / "words.txt").write_text("Quokkaitis\nALL\nnothing\n")
    document = DocumentAssembler().setInputCol("text").setOutputCol("document").setCleanupMode("disabled")
    token = Tokenizer().setInputCols(["document"]).setOutputCol("token")
    found = TextMatcher().setInputCols(["document", "token"]).setOutputCol("found")
    found = found.setEntities(str(folder / "words.txt")).setEntityValue("Disease").setCaseSensitive(True)
    empty = spark.createDataFrame([(["x"],)], "t array<string>").select(
        F.transform("t", lambda text: F.coalesce(text, F.lit(""))).alias("text")
    )
    model = Pipeline(stages=[document, token, found]).fit(empty)
    return Recogniser("matcher", model, "text", ("found",), "of the matcher")


@pytest.fixture(scope="module")
def made(spark, corpus: Corpus, tmp_path_factory):
    """A copy of the shared lake, annotated by the matcher in place of the shipped recogniser."""
    folder = tmp_path_factory.mktemp("shipped")
    settings = corpus.copy(folder)
    # A synonym that is an acronym needs evidence.
    in_full = TERMS.replace("T:3\tALL", "T:3\tacute lymphoblastic leukaemia\tdisease\t\nT:3\tALL")
    (folder / "terms.tsv").write_text(in_full)
    source = replace(settings.dictionary.sources[0], path=str(folder / "terms.tsv"))
    settings = replace(
        settings,
        annotate=replace(settings.annotate, recogniser=(SHIPPED_RECOGNISER,)),
        dictionary=replace(settings.dictionary, sources=(source,)),
    )
    model = matcher(spark, folder)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(shipped_recogniser, "load_shipped", lambda spark, lake: model)
        lake, _ = run(spark, settings, "build_dictionary", "annotate_captions")
        yield lake, settings


def test_entities_have_their_places_in_the_caption_and_acronyms_need_no_explanation(made) -> None:
    lake, _ = made
    found = {m.mention_key: m for m in lake.read("mentions").collect() if m.article_key in OWN}
    start = RECOGNISED.index("ALL")
    acronym = found[f"PMC8#f1@{start}-{start + 3}"]
    assert (acronym.text, acronym.concept_id, acronym.entity) == ("ALL", "T:3", "Disease")
    # Spark NLP ends a sentence at the semicolon: the one before it is not in doubt, and is not read.
    assert "Quokkaitis" in RECOGNISED and "Quokkaitis" not in {mention.text for mention in found.values()}


def test_without_tensorflow_or_switched_off_the_job_runs_without_it(spark, made, monkeypatch) -> None:
    lake, settings = made
    assert run(spark, settings, "annotate_captions")[1][0].status == "nothing new"
    monkeypatch.setattr("medconcept.spark_nlp.training.has_tensorflow", lambda spark: False)
    lines: list[str] = []
    lake, (report,) = run(spark, settings, "annotate_captions", log=lines.append)
    assert report.status == "done"
    assert any("without the shipped recogniser: there is no TensorFlow" in line for line in lines)
    assert {m.entity for m in lake.read("mentions").collect()} == {None}
    none = replace(settings, annotate=replace(settings.annotate, recogniser=()))
    assert run(spark, none, "annotate_captions")[1][0].counts.get("mentions.written", 0) == 0
