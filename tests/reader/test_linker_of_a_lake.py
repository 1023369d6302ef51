"""load_linker has the mentions of annotate_captions, from a DataFrame and from texts."""

from __future__ import annotations

from typing import Any

from corpus import Corpus
from pyspark.sql import functions as F

import medconcept
from medconcept.lake.lake import Lake
from medconcept.library.linker_settings import general_names, link_settings
from medconcept.linking.types import ArticleContext, Caption
from medconcept.reader.layout import DICTIONARIES
from medconcept.stages.annotate.annotate_captions import link_settings as settings_of_the_job
from medconcept.stages.annotate.annotate_captions import with_abbreviations
from medconcept.stages.dictionary.compile_dictionary import DICTIONARIES as OF_THE_JOB

OF_THE_LAKE = ("peripheral", "frequent")  # flags that take more than a caption
COMPARED = (
    "spans", "text", "concept_id", "name", "source_id", "similarity", "method", "alternatives",
    "restriction_level", "confidence", "confidence_evidence",
)  # fmt: skip


def mention(values: dict[str, Any]) -> str:
    flags = sorted(set(values["flags"]) - set(OF_THE_LAKE))
    return repr([*(plain(values[name]) for name in COMPARED), flags, list(values["panels"] or ())])


def plain(value: Any) -> Any:
    """Structs, rows and tuples as lists of their values."""
    if hasattr(value, "asDict"):
        value = value.asDict(recursive=True)
    if isinstance(value, dict):
        return [plain(each) for each in value.values()]
    return [plain(each) for each in value] if isinstance(value, list | tuple) else value


def test_mentions_are_those_of_the_job(spark: Any, corpus: Corpus) -> None:
    assert DICTIONARIES == OF_THE_JOB
    lake, linker = Lake(spark, corpus.settings.lake), medconcept.load_linker(corpus.settings)
    annotate = corpus.settings.annotate
    assert link_settings(annotate, linker.lake) == settings_of_the_job(annotate, lake.read("concepts"))
    captions = with_abbreviations(lake.read("figures"), lake.read("articles"))
    of_job: dict[str, list[str]] = {}
    for row in lake.read("mentions").collect():
        of_job.setdefault(row["figure_key"], []).append(mention(row.asDict()))
    assert len(of_job) > 5 and general_names(annotate)

    of_dataframe: dict[str, list[str]] = {}
    linked = captions.transform(linker.mentions)
    assert set(linked.columns) < set(lake.read("mentions").columns)
    for row in linked.collect():
        of_dataframe.setdefault(row["figure_key"], []).append(mention(row.asDict()))
    assert {key: sorted(each) for key, each in of_dataframe.items()} == {
        key: sorted(each) for key, each in of_job.items()
    }

    rows = captions.where(F.col("caption") != "").collect()
    texts = [
        Caption(
            row["caption"],
            ArticleContext(tuple((pair["short"], pair["long"]) for pair in row["abbreviations"] or ())),
            language=row["language"],
        )
        for row in rows
    ]
    for row, caption, found in zip(rows, texts, linker(texts), strict=True):
        own = [mention(link.as_dict()) for link in found.links]
        assert sorted(own) == sorted(of_job.get(row["figure_key"], [])), caption.text
