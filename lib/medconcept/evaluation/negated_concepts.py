"""Negation compared with sentences in which people marked a concept as negated or not.

Gold is in the form of NegEx's test set: tab-separated columns of report, concept, sentence and `Negated` or
`Affirmed`, with one line of headings; the concept stands in the sentence in capitals.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from medconcept.errors import InputError
from medconcept.evaluation.bootstrap import SAMPLES, SEED, f1_interval
from medconcept.evaluation.gold import read_gold_text
from medconcept.evaluation.score import Counts, total
from medconcept.linking.negation import context_flags, sentence_spans

_COLUMNS = 4


@dataclass(frozen=True)
class MarkedSentence:
    """A sentence of a report with the place of a concept (None where it is not found), negated or not."""

    report: str
    text: str
    place: tuple[int, int] | None
    negated: bool


def read_marked_sentences(path: str) -> tuple[MarkedSentence, ...]:
    """Read a gold file. Raises InputError with one line that names the file, the line and the reason."""
    rows = list(csv.reader(io.StringIO(read_gold_text(path)), delimiter="\t"))
    sentences: list[MarkedSentence] = []
    for number, row in enumerate(rows[1:], 2):
        if not any(row):
            continue
        if len(row) < _COLUMNS or not row[1].strip():
            raise InputError(f"{path}: line {number}: not negation: {len(row)} columns, or no concept")
        report, concept, text, said = row[:_COLUMNS]
        sentences.append(MarkedSentence(report, text, _place(concept, text), said.strip() == "Negated"))
    if not sentences:
        raise InputError(f"{path}: it has no sentence in the format negation")
    return tuple(sentences)


def _place(concept: str, text: str) -> tuple[int, int] | None:
    """Where a concept stands: in capitals and as whole words if it does so."""
    capitals, words = concept.upper().split(), concept.split()
    for pattern, flags in (
        (r"(?<!\w)" + r"\s+".join(map(re.escape, capitals)) + r"(?![\w'])", 0),
        (r"\s+".join(map(re.escape, capitals)), 0),
        (r"\s+".join(map(re.escape, words)), re.IGNORECASE),
    ):
        if match := re.search(pattern, text, flags):
            return match.span()
    return None


def negation_report(
    gold: Sequence[MarkedSentence], *, samples: int = SAMPLES, seed: int = SEED
) -> dict[str, Any]:
    """Concepts flagged as negated, compared with those that are; sentences without their concept left out.

    >>> gold = [MarkedSentence("1", "No fever, but cough.", place, yes) for place, yes in
    ...         [((3, 8), True), ((14, 19), True), (None, False)]]
    >>> out = negation_report(gold)
    >>> out["negation"]["recall"], out["left_out"]
    (0.5, {'concept not in the sentence': 1})
    """
    counts: dict[str, Counts] = {}
    placed = [(row, row.place) for row in gold if row.place is not None]
    for row, place in placed:
        flagged = "negated" in context_flags(row.text, sentence_spans(row.text), [place])[0]
        both, only, missed = flagged and row.negated, flagged and not row.negated, row.negated and not flagged
        counts[row.report] = counts.get(row.report, Counts()) + Counts(int(both), int(only), int(missed))
    low, high = f1_interval(counts, samples=samples, seed=seed)
    missing = len(gold) - len(placed)
    return {
        "sentences": len(placed),
        "reports": len(counts),
        "negation": {**total(counts.values()).figures(), "f1_interval": [low, high]},
        "left_out": {"concept not in the sentence": missing} if missing else {},
        "bootstrap": {"samples": samples, "seed": seed},
    }
