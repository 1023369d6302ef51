"""Figures with what their articles state, to facts: modality, privacy flags, rights, credit line."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from typing import Any

import pyarrow as pa
from pyspark.accumulators import Accumulator
from pyspark.sql.pandas.types import to_arrow_schema
from pyspark.sql.types import ArrayType, DoubleType, IntegerType, StringType, StructField, StructType

from medconcept.jats.records.figure import Evidence as RightsEvidence
from medconcept.jats.records.figure import Panel, Rights
from medconcept.modality import (
    MODALITY_VERSION,
    CitingText,
    Evidence,
    FigureModality,
    ImageMeasures,
    figure_modalities,
    privacy_flags,
)
from medconcept.rights import (
    TERMS,
    AttributionSource,
    FigureStatement,
    LicenceStatement,
    Terms,
    attribution_line,
    effective_terms,
    with_source_statement,
    withheld,
)
from medconcept.tables.column import without_metadata
from medconcept.tables.figure_facts import MODALITY, PRIVACY_FLAG, RIGHTS
from medconcept.triplets.caption_key import caption_key

MAX_EVIDENCE = 5  # pieces kept for each modality, the strongest
ROWS = 256  # converted at once
_TEXT = ("caption", "label", "title", "journal", "published", "doi", "pmcid")

KEYS = (
    StructField("figure_key", StringType()),
    StructField("article_key", StringType()),
    StructField("graphics", IntegerType()),
    StructField("reason", StringType()),
    # Mentions of concepts: all, those left out for a flag, and those left out for their confidence.
    StructField("mentions", IntegerType()),
    StructField("excluded_mentions", IntegerType()),
    StructField("unsure_mentions", IntegerType()),
)
# What is read of a figure; a figure with a reason to be left out passes through and needs no more than KEYS.
FIGURE_STATEMENTS = (
    *(key.name for key in KEYS), *_TEXT, "panels", "citing_paragraphs", "techniques", "abbreviations",
    "rights", "authors", "licence", "measures",
)  # fmt: skip
MEASURES = StructType(
    [
        *(StructField(name, DoubleType()) for name in ("near_white", "colourfulness", "entropy")),
        *(StructField(name, IntegerType()) for name in ("width", "height")),
    ]
)
FACTS = (
    StructField("modality", ArrayType(MODALITY)),
    StructField("modality_version", StringType()),
    StructField("privacy_flags", ArrayType(PRIVACY_FLAG)),
    StructField("rights", RIGHTS),
    StructField("attribution", StringType()),
)
FIGURE_FACTS = without_metadata(StructType([*KEYS, *FACTS, StructField("caption_key", StringType())]))


def assess_batches(
    batches: Iterable[pa.RecordBatch], counter: Accumulator[dict[str, int]] | None = None
) -> Iterator[pa.RecordBatch]:
    """Assess rows with the columns FIGURE_STATEMENTS; one row of FIGURE_FACTS for each, in their order.

    `techniques` are structs of concept_id, start and end; `licence` is one of code, url, text,
    copyright_statement and stated_by_source; `measures` is null where the figure is not one measured image.
    Rows with a `reason` get no facts.
    """
    schema = to_arrow_schema(FIGURE_FACTS)
    for batch in batches:
        for at in range(0, batch.num_rows, ROWS):
            rows = batch.slice(at, ROWS).to_pylist()
            yield pa.RecordBatch.from_pylist([_row(row) for row in rows], schema=schema)
        if counter is not None:
            counter.add({"figures": batch.num_rows})


def _row(row: Mapping[str, Any]) -> dict[str, Any]:
    keys = {key.name: row[key.name] for key in KEYS}
    return keys if row["reason"] is not None else {**keys, **facts_of(row)}


def facts_of(row: Mapping[str, Any]) -> dict[str, Any]:
    """The facts of one figure, as the values of FIGURE_FACTS after its keys."""
    caption = row["caption"]
    terms = terms_of(_licence(row["licence"]), (row["licence"] or {}).get("stated_by_source"), row["rights"])
    return {
        "modality": [_modality(item) for item in _modalities(row)],
        "modality_version": MODALITY_VERSION,
        "privacy_flags": [
            {"flag": sign.flag, "text": sign.text, "start": sign.start, "end": sign.end}
            for sign in privacy_flags(caption)
        ],
        "rights": _rights(terms),
        "attribution": attribution_line(_source(row), terms),
        "caption_key": caption_key(caption),
    }


def terms_of(article: LicenceStatement, stated: str | None, rights: Mapping[str, Any] | None) -> Terms:
    """The effective terms of a figure with these rights of its own, None if it states none."""
    return _terms(article, stated, FigureStatement.of(_rights_record(rights)))


@lru_cache(maxsize=4096)  # the figures of an article stand together, and most state nothing of their own
def _terms(article: LicenceStatement, stated: str | None, figure: FigureStatement | None) -> Terms:
    return with_source_statement(effective_terms(article, figure), article, stated)


def _modalities(row: Mapping[str, Any]) -> tuple[FigureModality, ...]:
    long_forms: dict[str, str] = {}
    for pair in row["abbreviations"] or ():
        long_forms.setdefault(pair["short"], pair["long"])  # a list comes before the text
    measures = row["measures"]
    return figure_modalities(
        row["caption"],
        [
            Panel(tuple(p["labels"] or ()), p["start"], p["end"], p["label_start"], p["label_end"])
            for p in row["panels"] or ()
        ],
        [
            CitingText(
                paragraph["text"],
                tuple((c["start"], c["end"]) for c in paragraph["citations"] or () if c["start"] is not None),
            )
            for paragraph in row["citing_paragraphs"] or ()
        ],
        [(t["concept_id"], t["start"], t["end"]) for t in row["techniques"] or ()],
        None if measures is None else ImageMeasures(**measures),
        long_forms,
    )


def _modality(item: FigureModality) -> dict[str, Any]:
    return {
        "modality": item.modality,
        "panels": list(item.panels),
        "confidence": item.confidence,
        "method": item.method,
        "evidence": [_evidence(piece) for piece in item.evidence[:MAX_EVIDENCE]],
    }


def _evidence(piece: Evidence) -> dict[str, Any]:
    names = ("method", "source", "text", "start", "end", "weight", "paragraph")
    return {name: getattr(piece, name) for name in names}


def _rights(terms: Terms) -> dict[str, Any]:
    rule = withheld(terms)
    held = {name: getattr(terms, name) for name in TERMS}
    return {
        **{
            name: {"answer": term.answer, "evidence": term.evidence, "origin": term.origin}
            for name, term in held.items()
        },
        "licence_code": terms.licence_code,
        "licence_url": terms.licence_url,
        "has_own_rights": terms.has_own_rights,
        "withheld": None if rule is None else rule.rule,
    }


def _licence(stated: Mapping[str, Any] | None) -> LicenceStatement:
    values = stated or {}
    return LicenceStatement(*(values.get(n) for n in ("code", "url", "text", "copyright_statement")))


def _rights_record(rights: Mapping[str, Any] | None) -> Rights | None:
    if rights is None:
        return None
    evidence = tuple(RightsEvidence(e["origin"], e["text"]) for e in rights["evidence"] or ())
    return Rights(**{**rights, "by_permission": bool(rights["by_permission"]), "evidence": evidence})


def _source(row: Mapping[str, Any]) -> AttributionSource:
    rights, published = row["rights"], row["published"]
    credit = None
    if rights is not None:
        is_reused = rights["reuse"] is not None or rights["by_permission"]
        words = [item["text"] for item in rights["evidence"] or ()] if is_reused else []
        credit = rights["attribution"] or next(iter(words), None)
    return AttributionSource(
        tuple(row["authors"] or ()),
        row["title"],
        row["journal"],
        published[:4] if published else None,
        row["doi"],
        row["pmcid"],
        row["label"],
        credit,
    )
