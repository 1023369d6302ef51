"""medconcept.load_linker: the linker of a configuration or a lake, for texts and columns of texts."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Any

import pyarrow as pa

from medconcept.config import Config, load_config
from medconcept.errors import InputError
from medconcept.library.linker_settings import (
    LinkerSources,
    frequent_concepts,
    linker_sources,
    make_linker,
    terms_of,
)
from medconcept.linking.addresses import is_address
from medconcept.linking.types import TUNED, ArticleContext, Caption, Link, LinkedCaption

BATCH = 1024  # texts linked by one call of the kernel
_OTHER = pa.struct(
    [
        ("concept_id", pa.string()),
        ("name", pa.string()),
        ("source_id", pa.string()),
        ("similarity", pa.float64()),
    ]
)
# The links of a text in columns of pandas, polars and Arrow: the names of Link, spans as in `mentions`.
LINKS = pa.list_(
    pa.struct(
        [
            ("spans", pa.list_(pa.struct([("start", pa.int32()), ("end", pa.int32())]))),
            ("text", pa.string()),
            ("concept_id", pa.string()),
            ("name", pa.string()),
            ("source", pa.string()),
            ("source_id", pa.string()),
            ("similarity", pa.float64()),
            ("method", pa.string()),
            ("semantic_types", pa.list_(pa.string())),
            ("alternatives", pa.list_(_OTHER)),
            ("flags", pa.list_(pa.string())),
            ("panels", pa.list_(pa.string())),
            ("sentence", pa.int32()),
            ("restriction_level", pa.int32()),
            ("confidence", pa.float64()),
            ("confidence_evidence", pa.string()),
        ]
    )
)
_RUN = re.compile(r"\S+")


def load_linker(source: Config | str | os.PathLike[str]) -> TextLinker:
    """The linker of a lake (a path or URI), of a configuration (a YAML file, `demo`, `local`) or of a Config.

    It has the dictionary of the lake's last commit and the settings of the configuration; a configuration
    whose lake is not there yet has the dictionary of its sources, compiled once into the user's cache. Raises
    LakeError, ConfigError or InputError in one line.
    """
    config, is_lake = _config_of(source)
    return TextLinker(config, linker_sources(config, lake_required=is_lake))


def _config_of(source: Config | str | os.PathLike[str]) -> tuple[Config, bool]:
    if isinstance(source, Config):
        return source, False
    place = os.fspath(source)
    is_configuration = place in ("demo", "local") or place.endswith((".yaml", ".yml"))
    if is_configuration and not os.path.isdir(place):
        return load_config(place), False
    return Config(lake=place), True


class TextLinker:
    """Links texts as annotate_captions links captions. Not picklable: load it where it is used."""

    def __init__(self, config: Config, sources: LinkerSources) -> None:
        """Take a configuration and its dictionary; load_linker finds both."""
        self._config, self.lake = config, sources.lake
        self.linker = make_linker(config, sources)
        self._frequent = frequent_concepts(config.annotate, sources.lake)
        self._terms = terms_of(sources.lake) if config.annotate.learned is not None else {}

    def __call__(self, texts: Any, *, language: str | None = "en", abbreviations: Any = ()) -> Any:
        """Link a text, or each of many; what comes back has the form of what is given.

        - a text, or a Caption: one LinkedCaption;
        - a list or other iterable of them: a list of LinkedCaption;
        - a pandas or polars Series, or a pyarrow array, of texts: the same with the links of each text as a
          list of structs (LINKS); null where there is no text.

        `language` and `abbreviations` (pairs of short and long form) are those of all texts; a Caption has
        its own, and may have sentences and panels. Raises InputError for anything else.
        """
        context = ArticleContext(tuple((short, long) for short, long in abbreviations))
        if isinstance(texts, str | Caption):
            return next(self._linked([texts], language, context))
        library = type(texts).__module__.partition(".")[0]
        if library == "pyspark":
            raise InputError("a Spark DataFrame goes through .mentions: frame.transform(linker.mentions)")
        if library == "pandas" and hasattr(texts, "index"):
            import pandas

            each = self._column([None if pandas.isna(text) else text for text in texts], language, context)
            return pandas.Series(each, index=texts.index, name=texts.name, dtype=object)
        if library == "polars" and hasattr(texts, "to_arrow"):
            import polars

            links = pa.array(self._column(texts.to_list(), language, context), LINKS)
            return polars.Series(texts.name, polars.from_arrow(links))
        if isinstance(texts, pa.Array | pa.ChunkedArray):
            return pa.array(self._column(texts.to_pylist(), language, context), LINKS)
        if not isinstance(texts, Iterable) or isinstance(texts, bytes | dict):
            raise InputError(f"load_linker: neither a text nor many of them, but {type(texts).__name__}")
        return list(self._linked(list(texts), language, context))

    def mentions(self, captions: Any) -> Any:
        """Mentions of a Spark DataFrame's captions: one row each, with the columns of the table `mentions`.

        `captions` has figure_key and caption; article_key, language, panels and abbreviations, as in figures
        and articles, are used where they are there. Sentences and tokens are Spark NLP's, so that these are
        the rows that annotate_captions makes, without what it adds of the whole lake: centrality and the
        flags `peripheral` and `frequent`.
        """
        from medconcept.library.spark_mentions import mentions

        return mentions(captions, self._config, self.lake)

    def _column(self, texts: Sequence[Any], language: str | None, context: ArticleContext) -> list[Any]:
        """The links of each text as plain values; None for a text that is None."""
        present = [text for text in texts if text is not None]
        linked = self._linked(present, language, context)
        return [None if text is None else [_plain(link) for link in next(linked).links] for text in texts]

    def _linked(
        self, texts: Sequence[Any], language: str | None, context: ArticleContext
    ) -> Iterator[LinkedCaption]:
        captions = [_caption(text, language, context) for text in texts]
        for at in range(0, len(captions), BATCH):
            batch = captions[at : at + BATCH]
            for caption, linked in zip(batch, self.linker.link_batch(batch), strict=True):
                yield replace(linked, links=tuple(self._as_in_a_lake(caption.text, linked.links)))

    def _as_in_a_lake(self, text: str, links: Sequence[Link]) -> Iterator[Link]:
        """The links with what annotate_captions adds to them."""
        runs = [run.span() for run in _RUN.finditer(text) if is_address(run[0])]
        for link in links:
            flags = set(link.flags)
            first, last = link.spans[0][0], link.spans[-1][1]
            if any(start < last and first < end for start, end in runs):
                flags.add("address")
            if link.method == TUNED and self.lake is not None:
                if link.source_id not in self._terms:
                    continue
                concept, source, level = self._terms[link.source_id]
                others = tuple(other for other in link.alternatives if other.concept_id != concept)
                link = link._replace(
                    concept_id=concept, source=source, restriction_level=level, alternatives=others
                )
            if link.concept_id in self._frequent:
                flags.add("frequent")
            yield link._replace(flags=tuple(sorted(flags)))


def _caption(text: Any, language: str | None, context: ArticleContext) -> Caption:
    if isinstance(text, Caption):
        return text
    if not isinstance(text, str):
        raise InputError(f"load_linker: a text is expected, not {type(text).__name__}")
    return Caption(text, context, language=language)


def _plain(link: Link) -> dict[str, Any]:
    values = link.as_dict()
    values.pop("entity")
    return {**values, "spans": [{"start": start, "end": end} for start, end in link.spans]}
