"""The modalities of a figure: evidence of its parts weighed together."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from medconcept.jats.records.figure import Panel
from medconcept.modality.classes import MODALITIES, RADIOLOGY, UNKNOWN
from medconcept.modality.evidence import (
    CitingText,
    Evidence,
    Method,
    concept_evidence,
    sentence_evidence,
)
from medconcept.modality.image_measures import ImageMeasures, support
from medconcept.modality.sentences import Part, Sentence, parts, sentences
from medconcept.techniques import TechniqueMention, find_techniques

THRESHOLD = 0.61
"""A modality with less confidence is not given. Three blind readings set it: see docs/modality.md."""

_MOST = 0.98
_MICROSCOPY = frozenset(
    ("histopathology", "light_microscopy", "fluorescence_microscopy", "electron_microscopy")
)
# What may be no more than the way in which another's picture came about, with what it yields to in one part.
_YIELDS: Mapping[str, frozenset[str]] = {
    "radiology": (RADIOLOGY - {"radiology"}) | _MICROSCOPY | {"endoscopy", "ophthalmology"},
    "light_microscopy": frozenset(("electron_microscopy",)),
}
_PICTURES = RADIOLOGY | {"endoscopy", "ophthalmology", "dermatology", "clinical_photograph"}
_YIELDS_TO = {"patient": _PICTURES, "drawing": _PICTURES | {"diagram"}}
_SURE = 0.6
_WHITE_LIGHT = frozenset(("histopathology", "light_microscopy"))
_STAIN_OF_BOTH = re.compile(r"immuno-?histoc|\bIHC|TUNEL|in situ|\bISH", re.IGNORECASE)
_ANY_MICROSCOPY = re.compile(
    r"\bphoto-?micro|micro-?photo|light[- ]micro|microscopic|micrographs?|whole[- ]mount|microscopy",
    re.IGNORECASE,
)
_EITHER_LIGHT = frozenset(("fluo-reporter",))
_MAX_CAPTION = 20_000  # characters looked at; the longest of 2,000 real captions has 5,000
_MAX_CITING = 20  # paragraphs and citations looked at; a figure cited more often is no better known by it


@dataclass(frozen=True, slots=True)
class FigureModality:
    """One modality of a figure.

    `panels` are the labels of the panels that show it, none if the caption does not say which; `method` is
    that of the strongest evidence, "none" for `unknown`; `evidence` is ordered by weight, strongest first.
    """

    modality: str
    panels: tuple[str, ...]
    confidence: float
    method: Method | Literal["none"]
    evidence: tuple[Evidence, ...]


def figure_modalities(
    caption: str,
    panels: Sequence[Panel] = (),
    citing: Sequence[CitingText] = (),
    concepts: Collection[tuple[str, int, int]] = (),
    measures: ImageMeasures | None = None,
    long_forms: Mapping[str, str] | None = None,
) -> tuple[FigureModality, ...]:
    """The modalities of a figure, the surest first; one `unknown` if no evidence suffices.

    `panels` index the caption; `concepts` are (technique concept id, start, end) linked in the caption, of
    which those count that the list of techniques does not show at the same place;
    `long_forms` are the article's abbreviations. Citing paragraphs are read only where the caption yields
    nothing, and only their sentences that cite the figure.

    >>> figure_modalities("Figure legend.")[0].modality
    'unknown'
    >>> [m.modality for m in figure_modalities("Levels of IL-6. Error bars, SEM.")]
    ['chart']
    """
    caption = caption[:_MAX_CAPTION]
    # In the whole caption: the context of an abbreviation may stand in another sentence.
    mentions = find_techniques(caption, long_forms)
    units = [(part, _part_evidence(caption, part, mentions)) for part in parts(caption, panels)]
    # The linker reads the same list of techniques: what both see at one place is one piece of evidence.
    others = [c for c in concepts if not any(c[1] < m.end and m.start < c[2] for m in mentions)]
    linked = list(concept_evidence(caption, others))
    for part, evidence in units:
        evidence += [item for item in linked if part.start <= item.start < part.end]
    found = _weigh(units, measures)
    if not found:
        cited = [(Part((), 0, 0), evidence) for evidence in _citing_evidence(citing, long_forms)]
        found = _weigh(cited, measures)
    return tuple(found) or (FigureModality(UNKNOWN, (), 0.0, "none", ()),)


def _part_evidence(caption: str, part: Part, mentions: Sequence[TechniqueMention]) -> list[Evidence]:
    evidence: list[Evidence] = []
    for sentence in sentences(caption, part):
        end = sentence.start + len(sentence.text)
        inside = [
            TechniqueMention(m.technique, m.start - sentence.start, m.end - sentence.start, m.is_abbreviation)
            for m in mentions
            if sentence.start <= m.start and m.end <= end
        ]
        evidence += sentence_evidence(sentence, mentions=inside)
    return evidence


def _citing_evidence(
    citing: Sequence[CitingText], long_forms: Mapping[str, str] | None
) -> Iterable[list[Evidence]]:
    """Of each citing sentence the evidence for pictures; charts are not told by what a text reports."""
    for number, paragraph in enumerate(citing[:_MAX_CITING]):
        whole = Part((), 0, len(paragraph.text))
        for sentence in sentences(paragraph.text, whole):
            end = sentence.start + len(sentence.text)
            if not any(sentence.start <= start < end for start, _ in paragraph.citations[:_MAX_CITING]):
                continue
            body = Sentence(sentence.text, sentence.start, False)
            yield [
                Evidence(
                    item.modality, "citing_paragraph", item.source, item.text, item.start, item.end,
                    round(item.weight * 0.85, 3), item.yields, number,
                )
                for item in sentence_evidence(body, long_forms)
                if item.modality not in ("chart", "diagram", "table_or_text")
            ]  # fmt: skip


def _weigh(
    units: Sequence[tuple[Part, list[Evidence]]], measures: ImageMeasures | None
) -> list[FigureModality]:
    units = [(part, _without_yielding(evidence)) for part, evidence in units]
    scores = [(part, evidence, _scores(evidence)) for part, evidence in units]
    everything = [item for _, evidence in units for item in evidence]
    whole = _scores(everything)
    result: list[FigureModality] = []
    for modality in MODALITIES:
        best = max((score.get(modality, 0.0) for _, _, score in scores), default=0.0)
        confidence = max(best, 0.85 * whole.get(modality, 0.0))
        if measures is not None:
            confidence *= support(modality, measures)
        confidence = min(_MOST, confidence)
        if confidence < THRESHOLD:
            continue
        labels = [
            label
            for part, _, score in scores
            if score.get(modality, 0.0) >= THRESHOLD
            for label in part.labels
        ]
        evidence = sorted(
            (item for item in everything if item.modality == modality), key=lambda item: -item.weight
        )
        result.append(
            FigureModality(
                modality,
                tuple(dict.fromkeys(labels)),
                round(confidence, 3),
                evidence[0].method,
                tuple(evidence),
            )
        )
    given = {item.modality for item in result}
    if "histopathology" in given:
        result = [item for item in result if not _is_any_microscopy(item)]
    kept = [item for item in result if not (_YIELDS.get(item.modality, frozenset()) & given)]
    return sorted(kept, key=lambda item: -item.confidence)


def _without_yielding(evidence: list[Evidence]) -> list[Evidence]:
    """The evidence of one part without what other evidence of the part makes doubtful.

    That are rules which yield to other modalities, and stains that are seen in white light or by fluorescence
    where the part speaks of fluorescence.
    """
    sure = {item.modality for item in evidence if item.weight >= _SURE and not item.yields}
    is_fluorescent = any(
        item.modality == "fluorescence_microscopy"
        and item.source not in _EITHER_LIGHT
        and item.weight >= _SURE
        for item in evidence
    )
    kept: list[Evidence] = []
    for item in evidence:
        others = sure - {item.modality}
        if others & _YIELDS_TO.get(item.yields or "", frozenset()) or (item.yields == "any" and others):
            continue
        if is_fluorescent and item.modality in _WHITE_LIGHT and _STAIN_OF_BOTH.search(item.text):
            continue
        kept.append(item)
    return kept


def _is_any_microscopy(item: FigureModality) -> bool:
    """True if words that fit every kind of light microscopy are all that speaks for `light_microscopy`."""
    return item.modality == "light_microscopy" and all(
        _ANY_MICROSCOPY.search(evidence.text) for evidence in item.evidence
    )


def _scores(evidence: Iterable[Evidence]) -> dict[str, float]:
    """By modality the chance that at least one piece of evidence is right; one source counts once."""
    strongest: dict[tuple[str, str], float] = {}
    for item in evidence:
        key = (item.modality, item.source)
        strongest[key] = max(strongest.get(key, 0.0), item.weight)
    wrong: dict[str, float] = {}
    for (modality, _), weight in strongest.items():
        wrong[modality] = wrong.get(modality, 1.0) * (1 - weight)
    return {modality: 1 - chance for modality, chance in wrong.items()}
