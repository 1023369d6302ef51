"""Gold and saved recognisers that are made in seconds."""

from __future__ import annotations

from pathlib import Path

from medconcept.evaluation.documents import Document

DISEASES = ("gout", "heart attack", "type 2 diabetes", "measles")
FRAMES = (
    "Patients with {} were seen.",
    "No {} in this group.",
    "The course of {} in mice.",
    "Treatment of {}: results.",
)


def document(number: int, text: str, *names: str) -> Document:
    """A document in which each of the names is a disease, wherever it stands."""
    places = [
        (at, at + len(name), "Disease")
        for name in names
        for at in range(len(text))
        if text.startswith(name, at)
    ]
    return Document(str(number), str(number), text, (), entities=tuple(sorted(places)))


def documents() -> list[Document]:
    """Sentences in which a tagger can learn what a disease is, a letter beyond the basic plane in some."""
    out = []
    for name in DISEASES:
        for frame in FRAMES:
            text = "\U0001d6fc and \U0001d6fd. " * (len(out) % 2) + frame.format(name)
            out.append(document(len(out), text, name))
    return out


def pubtator(path: Path) -> Path:
    """The same as a file."""
    blocks = []
    for d in documents():
        lines = [f"{d.key}|t|{d.text}", f"{d.key}|a|Nothing else."]
        lines += [f"{d.key}\t{a}\t{b}\t{d.text[a:b]}\tSpecificDisease\tD1" for a, b, _ in d.entities]
        blocks.append("\n".join(lines))
    path.write_text("\n\n".join(blocks) + "\n", encoding="utf-8")
    return path


def save_matcher(spark, folder: Path, name: str, label: str, *phrases: str) -> Path:
    """A saved pipeline that recognises phrases: as fast as a recogniser can be."""
    from pyspark.ml import Pipeline
    from sparknlp.annotator import TextMatcher

    from medconcept.spark_nlp.ner_pipeline import tokenisation_stages

    words = folder / f"{name}.txt"
    words.write_text("\n".join(phrases) + "\n", encoding="utf-8")
    matcher = TextMatcher().setInputCols(["sentence", "token"]).setOutputCol("found")
    matcher = matcher.setEntities(str(words)).setEntityValue(label).setCaseSensitive(True)
    model = Pipeline(stages=[*tokenisation_stages(), matcher]).fit(spark.createDataFrame([], "text string"))
    model.write().overwrite().save(str(folder / name))
    return folder / name
