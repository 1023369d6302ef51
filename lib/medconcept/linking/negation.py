"""Negation and certainty by the rules of NegEx and ConText.

Chapman and others, J Biomed Inform 2001, 34:301-310; Harkema and others, J Biomed Inform 2009, 42:839-851.
A trigger reaches forward or backward to the end of its sentence or to a word that ends its reach; a
pseudo-trigger, which only looks like one, reaches nowhere.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from operator import itemgetter

_LEAD = len("have been ")  # the most that precedes the first hint word of a phrase
REACH = 60  # characters: about ten words, the window of ConText's own rules is five to ten


@dataclass(frozen=True)
class _Trigger:
    flag: str
    forward: bool
    pattern: re.Pattern[str]
    stems: tuple[str, ...]  # each of its phrases has a word that begins with one of these


def _any(*phrases: str) -> re.Pattern[str]:
    return re.compile(r"\b(?:" + "|".join(phrases) + r")\b", re.IGNORECASE)


_PSEUDO = _any(
    r"no increase", r"no change", r"no (?:significant |further )?(?:difference|change)s?", r"not only",
    r"not certain (?:if|whether)",
    r"not necessarily", r"without (?:any )?(?:further )?difficulty", r"gram negative", r"not drain",
    r"not extend",
    r"no suspicious change",
)  # fmt: skip
_TRIGGERS = (
    _Trigger("negated", True, _any(
        r"no", r"not", r"without", r"absence of", r"lack of", r"lacks?", r"lacking",
        r"no evidence of", r"no signs? of",
        r"negative for", r"free of", r"den(?:ies|ied|ying)", r"ruled out", r"rules out", r"rule out",
        r"never", r"fail(?:s|ed)? to reveal",
        r"neither", r"nor", r"cannot see", r"absent",
    ), ("no", "without", "absen", "lack", "negativ", "free", "den", "rule", "never", "fail",
        "neither", "cannot")),
    _Trigger("negated", False, _any(
        r"(?:was|were|is|are|has been|have been) (?:ruled out|excluded|absent)",
        r"unlikely", r"free", r"not (?:seen|found|detected|observed|present|visible|identified)",
    ), ("ruled", "excluded", "absent", "unlikely", "free", "not")),
    _Trigger("uncertain", True, _any(
        r"possible", r"possibly", r"probable", r"probably", r"suspected", r"suspicious for",
        r"suspicion of", r"suggestive of",
        r"suggesting", r"suggests?", r"likely", r"presumed", r"presumably", r"questionable",
        r"may (?:be|represent|have)",
        r"might be", r"could be", r"consistent with", r"compatible with", r"concern for", r"rule out",
        r"differential diagnos[ie]s",
    ), ("possib", "probab", "suspect", "suspicio", "suggest", "likely", "presum",
        "question", "may", "might", "could", "consistent", "compatible",
        "concern", "rule", "differential")),
    _Trigger("uncertain", False, _any(
        r"(?:was|were|is|are) (?:suspected|possible|probable|likely|presumed)",
        r"(?:cannot|could not) be (?:excluded|ruled out)",
        r"suspected",
    ), ("suspected", "possible", "probable", "likely", "presumed", "excluded", "ruled")),
)  # fmt: skip
_END = _any(
    r"but", r"however", r"although", r"nevertheless", r"except", r"apart from", r"aside from",
    r"secondary to", r"because",
    r"since", r"which", r"whereas", r"while", r"yet", r"though", r"still", r"due to",
    r"as (?:a )?(?:cause|source)",
)  # fmt: skip
_WORD = re.compile(r"[^\W_]+")
_SENTENCE = re.compile(r"(?<=[.!?;])\s+(?=[^\sa-z])")


# Every phrase of a trigger has a word of this list, or with such a stem: a text without one has no trigger.
_HINT_WORDS = frozenset((
    "no", "not", "without", "free", "rule", "rules", "ruled", "never", "neither", "nor", "cannot", "could",
    "may", "might", "likely", "unlikely", "fail", "fails",
))  # fmt: skip
_HINT_STEMS = (
    "absen", "lack", "negativ", "deny", "denie", "failed", "exclude", "possibl", "probabl", "suspect",
    "suspicio", "suggest", "presum", "question", "consistent", "compatible", "concern", "differential",
)  # fmt: skip


def sentence_spans(text: str) -> list[tuple[int, int]]:
    """Split sentences at full stops before a capital, for callers without a sentence splitter.

    >>> sentence_spans("No mass. Liver normal.")
    [(0, 8), (9, 22)]
    """
    cuts = [(match.start(), match.end()) for match in _SENTENCE.finditer(text)]
    starts, ends = [0, *(end for _, end in cuts)], [*(start for start, _ in cuts), len(text)]
    return [(start, end) for start, end in zip(starts, ends, strict=True) if start < end]


def context_flags(
    text: str,
    sentences: Sequence[tuple[int, int]],
    places: Sequence[tuple[int, int]],
    hints: Sequence[int] | None = None,
) -> list[tuple[str, ...]]:
    """The flags of each span: "negated", "uncertain", both or none.

    `hints` are the starts of the words for which `hints_at_context` is true; by default they are searched.

    >>> text = "No evidence of metastasis. Suspected lymphoma, but the liver is normal."
    >>> context_flags(text, sentence_spans(text), [(15, 25), (37, 45), (55, 60)])
    [('negated',), ('uncertain',), ()]
    """
    reaches: list[tuple[str, int, int]] = []
    if hints is None:
        hints = [word.start() for word in _WORD.finditer(text) if hints_at_context(word[0])]
    for start, end in sentences if hints else ():
        inside = hints[bisect_left(hints, start) : bisect_left(hints, end)]
        if inside:
            reaches += _reaches(text, start, end, inside)
    if not reaches:
        return [()] * len(places)
    reaches.sort(key=itemgetter(1))
    begins = [begin for _, begin, _ in reaches]

    def of_place(start: int, end: int) -> tuple[str, ...]:
        # No reach is longer than REACH, so one that covers the place begins at most that far before its end.
        near = reaches[bisect_left(begins, end - REACH) : bisect_right(begins, start)]
        return tuple(sorted({flag for flag, _, stop in near if end <= stop}))

    return [of_place(start, end) for start, end in places]


def hints_at_context(word: str) -> bool:
    """True for a word that may be part of a trigger; a text without such a word has no flags.

    >>> [hints_at_context(word) for word in ("No", "suspected", "Notch", "nodule")]
    [True, True, False, False]
    """
    match = _WORD.match(word)
    run = match[0].lower() if match else ""
    return run in _HINT_WORDS or run.startswith(_HINT_STEMS)


@lru_cache(maxsize=1 << 10)
def _triggers_with(word: str) -> frozenset[int]:
    """Numbers of the triggers that have a phrase with a word of this stem."""
    return frozenset(n for n, t in enumerate(_TRIGGERS) if word.lower().startswith(t.stems))


def _reaches(text: str, start: int, end: int, hints: Sequence[int]) -> list[tuple[str, int, int]]:
    reaches: list[tuple[str, int, int]] = []
    words = [word[0] for hint in hints if (word := _WORD.match(text, hint))]
    triggers = [_TRIGGERS[n] for n in sorted(frozenset().union(*map(_triggers_with, words)))]
    begin = max(start, hints[0] - _LEAD)
    matches = [(t, m.span()) for t in triggers for m in t.pattern.finditer(text, begin, end)]
    if not matches:
        return reaches
    # Matches of one pattern do not overlap, so both of their ends are in order.
    pseudo = _Places([match.span() for match in _PSEUDO.finditer(text, start, end)])
    ends = _Places([match.span() for match in _END.finditer(text, start, end)])
    for trigger, (a, b) in matches:
        if pseudo.cover(a, b):
            continue
        if trigger.forward:
            reaches.append((trigger.flag, b, min(ends.first_from(b, end), b + REACH)))
        else:
            reaches.append((trigger.flag, max(ends.last_until(a, start), a - REACH), a))
    return reaches


class _Places:
    """Spans in order that do not overlap, searched by bisection: a text of megabytes has many."""

    def __init__(self, spans: Sequence[tuple[int, int]]) -> None:
        self._starts, self._ends = [start for start, _ in spans], [end for _, end in spans]

    def cover(self, start: int, end: int) -> bool:
        """Whether one of the spans contains this one."""
        at = bisect_right(self._starts, start) - 1
        return at >= 0 and end <= self._ends[at]

    def first_from(self, place: int, default: int) -> int:
        """Where the first span begins that begins at a place or later."""
        at = bisect_left(self._starts, place)
        return self._starts[at] if at < len(self._starts) else default

    def last_until(self, place: int, default: int) -> int:
        """Where the last span ends that ends at a place or before."""
        at = bisect_right(self._ends, place) - 1
        return self._ends[at] if at >= 0 else default
