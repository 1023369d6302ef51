"""The linker from a Spark DataFrame of captions to one of mentions, by the code of annotate_captions."""

from __future__ import annotations

from pathlib import Path

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from medconcept.config import Config
from medconcept.dictionary import kernel
from medconcept.dictionary.linking_dictionary import SIMILAR
from medconcept.errors import ConfigError, InputError
from medconcept.library.linker_settings import link_settings, local_copy
from medconcept.reader.committed import CommittedLake
from medconcept.spark.shared_files import SharedFile
from medconcept.spark_nlp.tokenisation import sentences_and_tokens
from medconcept.stages.annotate.annotate_captions import is_in_languages, link
from medconcept.stages.annotate.linker_settings import general_names
from medconcept.workers.annotate.link_captions import LinkJob

_NEEDED, _OPTIONAL = ("figure_key", "caption"), ("article_key", "language", "panels", "abbreviations")
_PANELS = "array<struct<labels:array<string>,start:int,end:int>>"
_ABBREVIATIONS = "array<struct<short:string,long:string>>"
_TYPES = {"article_key": "string", "language": "string", "panels": _PANELS, "abbreviations": _ABBREVIATIONS}


def mentions(captions: DataFrame, config: Config, lake: CommittedLake | None) -> DataFrame:
    """Link captions with the dictionary of a lake. Raises ConfigError or InputError in one line."""
    if lake is None:
        raise ConfigError(
            "mentions: Spark's workers need the dictionary of a lake; run build_dictionary first"
        )
    if missing := [name for name in _NEEDED if name not in captions.columns]:
        raise InputError(f"mentions: the DataFrame has no column {missing[0]}")
    sha256 = lake.head().dictionary_sha256
    assert sha256 is not None  # a linker is loaded with one
    if config.annotate.learned is not None:
        raise ConfigError("mentions: annotate.learned is applied by annotate_captions alone")
    _ship(captions, lake, sha256, config.annotate.dictionary_folder)
    job = LinkJob(
        dictionary=SharedFile(sha256, config.annotate.dictionary_folder),
        settings=link_settings(config.annotate, lake),
        general=general_names(config.annotate),
    )
    rows = captions.where("caption IS NOT NULL").select(
        *_NEEDED, *(_column(captions, name) for name in _OPTIONAL)
    )
    rows = rows.where(is_in_languages(config.annotate.languages))
    return link(sentences_and_tokens(rows, detect_sentences=config.annotate.detect_sentences), job)


def _column(captions: DataFrame, name: str) -> Column:
    if name not in captions.columns:
        return F.lit(None).cast(_TYPES[name]).alias(name)
    if name == "panels":
        parts = F.transform(
            name, lambda panel: F.struct(panel["labels"].alias("labels"), panel["start"], panel["end"])
        )
        return parts.cast(_TYPES[name]).alias(name)
    if name == "abbreviations":
        pair = F.transform(name, lambda a: F.struct(a["short"].alias("short"), a["long"].alias("long")))
        return F.array_distinct(pair).alias(name)
    return F.col(name)


def _ship(captions: DataFrame, lake: CommittedLake, sha256: str, folder: str | None) -> None:
    """Have Spark copy the dictionary and the kernel to its workers, each once."""
    context = captions.sparkSession.sparkContext
    shipped = context._jsc.sc().listFiles()
    files = [kernel.library_path().absolute().as_uri()]
    if folder is None:
        path = local_copy(lake.storage, sha256)
        index = Path(f"{path}{SIMILAR}")
        files += [each.absolute().as_uri() for each in (path, index) if each.is_file()]
    for uri in files:
        if not shipped.contains(uri):
            context.addFile(uri)
