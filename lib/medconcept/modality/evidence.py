"""Evidence for a modality: techniques named and words that show what a figure is, with their weight."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import prod
from typing import Literal

from medconcept.modality.classes import RADIOLOGY
from medconcept.modality.rules import word_rules
from medconcept.modality.sentences import Sentence
from medconcept.techniques import TechniqueMention, find_techniques, techniques

Origin = Literal["caption", "citing_paragraph", "concept"]
Method = Literal["technique", "words", "citing_paragraph", "concept"]
# What says that the picture itself is shown, not only what was measured with it.
_DISPLAY = re.compile(
    r"\b(?:images?|imaging|micrographs?|photomicrographs?|photographs?|photos?|pictures?|views?|scans?"
    r"|sections?"
    r"|representative|showing|shows?|showed|shown|reveal\w*|demonstrat\w*|depict\w*|visuali[sz]\w+|arrow\w*"
    r"|asterisks?|scale ?bars?|magnification|stain\w*|immunostain\w*|appearance|aspect|examples?|slices?"
    r"|lanes?"
    r"|bands?|blots?|gels?|(?:electro|radio|angio|sono|echo|mammo|arterio|veno)\w*grams?|tracings?)\b",
    re.IGNORECASE,
)
_IMAGE_NOUN = re.compile(
    r"(?:graph|gram|image|scan|view|picture|photograph|film|blot|gel|section|map|stack|micrograph"
    r"|appearance)s?\Z",
    re.IGNORECASE,
)
_BY = re.compile(
    r"\b(?:by|using|via|with|from|after|through|on|based on|according to|before|undergo\w*|underwent|for"
    r"|during"
    r"|than|between|versus|vs\.?|performed|volumes?|measured|determined|quantif\w+|assay\w*|mean|compatible"
    r"|safe|conditional|definitive"
    r"|final|confirmed|time to|number of|results of|rate of|accuracy of|use of)\s+(?:\w+[- ]){0,2}\Z",
    re.IGNORECASE,
)
_AFTER = re.compile(
    r"\A(?: ?\([^()]{1,12}\))?[- ]?(?:guided|derived|based|quantif\w+|data|analys[ie]s of|results|findings"
    r"|parameters?|(?:\w+ )?measure\w*|score\w*|(?:dosimetry )?phantoms?\b(?! ?(?:images?|scans?))"
    r"|volumes?|intensit\w+|values?|studies|diagnos\w+|criteria|use\b|screening|group|patients"
    r"|positive (?:rate|cells)|assays?\b"
    r"|scanner|system|apparatus|caps?\b|electrodes?|machine|probe|transducer|suite|room"
    r"|(?:light )?microscopy facility)",
    re.IGNORECASE,
)
_FINDINGS = re.compile(r"\A[- ]?(?:findings|results)\b", re.IGNORECASE)
_UNDERWENT = re.compile(
    r"\b(?:undergo\w*|underwent|receiv\w+|had|have|offered|referred for|exposed to|exposure to)"
    r"\s+(?:\w+[- ]){0,3}\Z",
    re.I,
)
_PICTURED = re.compile(
    r"\b(?:images?|pictures?|photographs?|micrographs?|show\w*|representative|arrows?|scale ?bars?)\b",
    re.IGNORECASE,
)
_MEASURED = 0.62  # a technique that gives numbers, such as ELISA: most likely they are plotted
_NAMED_IMAGE = 0.9  # the technique's name says that it is a picture: micrograph, CT scan
_PLOTTED = 0.5
_SURELY_PLOTTED = 0.85
_DRAWN = 0.8
_NEAR = 80  # characters
_NOT_SHOWN = re.compile(r"\bnot (?:shown|depicted|presented)\b", re.IGNORECASE)
_NEGATED = re.compile(r"\b(?:no|not|without|non|neither|nor|lack of)\s+(?:an? |the )?\Z", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Evidence:
    """Words that speak for a modality: `text[start:end]` of the caption or of the citing paragraph.

    `source` names the rule of `rules.yaml` or the concept id of the technique; `weight` is between 0 and 1.
    `yields` is that of the rule. `paragraph` numbers the citing paragraph from 0, None for the caption.
    """

    modality: str
    method: Method
    source: str
    text: str
    start: int
    end: int
    weight: float
    yields: Literal["patient", "drawing", "any"] | None = None
    paragraph: int | None = None


@dataclass(frozen=True, slots=True)
class CitingText:
    """A paragraph that cites the figure; `citations` are the (start, end) of the words that cite it.

    Without citations no sentence of the paragraph is known to speak of the figure, and none is used.
    """

    text: str
    citations: tuple[tuple[int, int], ...] = ()


def sentence_evidence(
    sentence: Sentence,
    long_forms: Mapping[str, str] | None = None,
    mentions: Sequence[TechniqueMention] | None = None,
) -> list[Evidence]:
    """The evidence of one sentence; offsets are those of the caption that the sentence is of.

    `mentions` are the techniques of the sentence where they were searched in a larger text, offsets in the
    sentence.
    """
    found = list(_rule_evidence(sentence))
    plotted = 1 - prod(1 - item.weight for item in found if item.modality == "chart")
    is_drawn = any(item.modality == "diagram" and item.weight >= _DRAWN for item in found)
    is_displayed = _DISPLAY.search(sentence.text) is not None
    if mentions is None:
        mentions = find_techniques(sentence.text, long_forms)
    for mention in mentions:
        weight = _technique_weight(mention, sentence, plotted, is_displayed)
        if is_drawn:  # a scheme of how pictures were taken
            weight *= 0.5
        for modality in mention.technique.modalities:
            found.append(
                Evidence(
                    modality,
                    "technique",
                    mention.technique.concept_id,
                    sentence.text[mention.start : mention.end],
                    sentence.start + mention.start,
                    sentence.start + mention.end,
                    round(weight if modality != "chart" else min(_MEASURED, weight), 3),
                )
            )
    return [item for item in found if item.weight > 0]


def concept_evidence(caption: str, concepts: Collection[tuple[str, int, int]]) -> Iterator[Evidence]:
    """Evidence of concepts that were linked in the caption: (concept id of a technique, start, end)."""
    listed = techniques()
    for concept_id, start, end in concepts:
        technique = listed.get(concept_id)
        for modality in technique.modalities if technique else ():
            yield Evidence(modality, "concept", concept_id, caption[start:end], start, end, 0.6)


def _rule_evidence(sentence: Sentence) -> Iterator[Evidence]:
    for rule in word_rules():
        if rule.head and not sentence.is_head:
            continue
        match = rule.pattern.search(sentence.text)
        if match is None or (rule.unless is not None and rule.unless.search(sentence.text)):
            continue
        start, end = match.span()
        if _NOT_SHOWN.search(sentence.text, end, end + _NEAR):
            continue
        yield Evidence(
            rule.modality,
            "words",
            rule.rule_id,
            match.group(),
            sentence.start + start,
            sentence.start + end,
            rule.weight,
            rule.yields,
        )


def _technique_weight(
    mention: TechniqueMention, sentence: Sentence, plotted: float, is_displayed: bool
) -> float:
    """How far a named technique means that its picture is shown: less where the sentence speaks of a plot."""
    is_radiology = not RADIOLOGY.isdisjoint(mention.technique.modalities)
    before, after = sentence.text[: mention.start], sentence.text[mention.end : mention.end + 40]
    if _NEGATED.search(before[-20:]) or _NOT_SHOWN.search(sentence.text, mention.end, mention.end + _NEAR):
        return 0.0
    surface = sentence.text[mention.start : mention.end]
    if _IMAGE_NOUN.search(surface) or re.match(
        r"[- ]*(?:\w+[- ]){0,2}(?:images?|scans?|micrographs?|views?|photographs?|pictures?|slices?"
        r"|sections?|stain\w*)\b",
        after,
    ):
        weight = _NAMED_IMAGE
    elif is_displayed:
        weight = 0.8
    elif sentence.is_head:
        weight = 0.75 if is_radiology else 0.7
    else:
        weight = 0.7 if is_radiology else 0.6
    if (_AFTER.match(after) and not (is_radiology and _FINDINGS.match(after))) or _UNDERWENT.search(
        before[-60:]
    ):
        weight *= 0.5
    elif _BY.search(before[-60:]) and weight < _NAMED_IMAGE:
        weight *= 0.9 if is_radiology else 0.7
    if plotted >= (_SURELY_PLOTTED if is_radiology else _PLOTTED) and weight < _NAMED_IMAGE:
        weight *= 0.6
    elif plotted >= _SURELY_PLOTTED and _PICTURED.search(sentence.text) is None:
        weight *= 0.5
    return weight
