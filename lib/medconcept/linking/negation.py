"""Negation and certainty by the rules of NegEx and ConText.

A trigger reaches forward or backward in its sentence to a word that ends its reach; a pseudo-trigger, which
only looks like one, reaches nowhere. All of it takes time linear in the text.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from functools import lru_cache
from itertools import accumulate
from operator import itemgetter

from medconcept.linking.negation_triggers import (
    END,
    GENES,
    ITEM,
    NO_OF,
    PSEUDO,
    TRIGGERS,
    VERB,
    Reach,
    Trigger,
)

_LEAD = len("spontaneously been ")  # the most that precedes the first hint word of a phrase
REACH = 60  # characters: about ten words, the window of ConText's own rules is five to ten
_WORD = re.compile(r"[^\W_]+")
_SENTENCE = re.compile(r"(?<=[.!?;])\s+(?=[^\sa-z])")
_CLAUSE_BEFORE = re.compile(r"[,(]")
# Every phrase of a trigger has a word of this list, or with such a stem: a text without one has no trigger.
_HINT_WORDS = frozenset((
    "no", "not", "o", "without", "free", "rule", "rules", "ruled", "never", "neither", "nor", "none", "nil",
    "cannot", "could", "may", "might", "likely", "unlikely", "fail", "fails", "neg", "r", "isn", "aren",
    "wasn", "weren", "hasn", "haven", "hadn",
    "doesn", "don", "didn", "can", "couldn", "won", "wouldn", "resolved",
))  # fmt: skip
_HINT_STEMS = (
    "absen", "lack", "negativ", "deny", "denie", "declin", "failed", "exclude", "possibl", "probabl",
    "suspect", "suspicio", "suggest", "presum", "question", "consistent", "compatible", "concern",
    "differential", "devoid", "unremark",
)  # fmt: skip
_Reach = tuple[str, int, int]  # flag, begin, end


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

    A place is reached from before it if it begins in the reach, from behind it if it ends in it.
    `hints` are the starts of the words for which `hints_at_context` is true; by default they are searched.

    >>> text = "No evidence of metastasis. Suspected lymphoma, but the liver is normal."
    >>> context_flags(text, sentence_spans(text), [(15, 25), (37, 45), (55, 60)])
    [('negated',), ('uncertain',), ()]
    """
    if hints is None:
        hints = [word.start() for word in _WORD.finditer(text) if hints_at_context(word[0])]
    forward: list[_Reach] = []
    backward: list[_Reach] = []
    for start, end in sentences if hints else ():
        inside = hints[bisect_left(hints, start) : bisect_left(hints, end)]
        if inside:
            _add_reaches(text, start, end, inside, forward, backward)
    if not forward and not backward:
        return [()] * len(places)
    flags: list[set[str]] = [set() for _ in places]
    for flag in ("negated", "uncertain"):
        ahead = sorted(reach[1:] for reach in forward if reach[0] == flag)
        begins = [begin for begin, _ in ahead]
        # Of the reaches that begin before a place, the one that ends last decides.
        furthest = list(accumulate((stop for _, stop in ahead), max))
        behind = sorted(
            (reach[1:] for reach in backward if reach[0] == flag), key=itemgetter(1), reverse=True
        )
        stops = [-stop for _, stop in behind]
        earliest = list(accumulate((begin for begin, _ in behind), min))
        for own, (start, end) in zip(flags, places, strict=True):
            before = bisect_right(begins, start)
            after = bisect_right(stops, -end)
            if (before and furthest[before - 1] > start) or (after and earliest[after - 1] < end):
                own.add(flag)
    return [tuple(sorted(own)) for own in flags]


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
    return frozenset(n for n, t in enumerate(TRIGGERS) if word.lower().startswith(t.stems))


def _add_reaches(
    text: str, start: int, end: int, hints: Sequence[int], forward: list[_Reach], backward: list[_Reach]
) -> None:
    words = [word[0] for hint in hints if (word := _WORD.match(text, hint))]
    triggers = [TRIGGERS[n] for n in sorted(frozenset().union(*map(_triggers_with, words)))]
    begin = max(start, hints[0] - _LEAD)
    matches = [(t, m.span()) for t in triggers for m in t.pattern.finditer(text, begin, end)]
    if not matches:
        return
    sentence = _Sentence(text, start, end)
    for trigger, (a, b) in matches:
        if sentence.pseudo.cover(a, b) or (text[a:b] == "NO" and not sentence.negates(a)):
            continue
        if trigger.reach in (Reach.CLAUSE, Reach.PHRASE):
            forward.append((trigger.flag, b, sentence.end_of_reach(trigger, a, b)))
        else:
            backward.append((trigger.flag, sentence.begin_of_reach(trigger, a), a))


class _Sentence:
    """Where reaches end in one sentence."""

    def __init__(self, text: str, start: int, end: int) -> None:
        self._text, self._start, self._end = text, start, end
        # Matches of one pattern do not overlap, so both of their ends are in order.
        self.pseudo, self._ends = (self._places(pattern) for pattern in (PSEUDO, END))
        self._verbs: _Places | None = None
        self._commas: _Places | None = None
        self._items: tuple[list[int], list[int]] | None = None
        self._in_capitals: bool | None = None

    def _places(self, pattern: re.Pattern[str]) -> _Places:
        return _Places([match.span() for match in pattern.finditer(self._text, self._start, self._end)])

    def negates(self, at: int) -> bool:
        """Whether a "NO" in capitals is a negation and not nitric oxide."""
        if self._in_capitals is None:
            letters = [c for c in self._text[self._start : self._end] if c.isalpha()]
            self._in_capitals = 2 * sum(map(str.isupper, letters)) > len(letters)
        return self._in_capitals or (at == self._start and NO_OF.match(self._text, at) is not None)

    def end_of_reach(self, trigger: Trigger, a: int, b: int) -> int:
        """Where the reach of a trigger ends: at what ends it, or REACH behind the last item of a list."""
        stop = min(self._ends.first_from(b, self._end), self._end_of_list(b))
        if trigger.reach is Reach.PHRASE:
            if self._verbs is None:
                self._verbs = self._places(VERB)
            stop = min(stop, self._verbs.first_from(b, stop))
            if self._text[a : a + 4].lower() == "lack" and (genes := GENES.match(self._text, b, stop)):
                stop = min(stop, genes.end())
        return stop

    def begin_of_reach(self, trigger: Trigger, a: int) -> int:
        """Where the reach of a trigger behind what it is about begins."""
        if trigger.reach is Reach.WORD:
            return a - 1
        begin = max(self._ends.last_until(a, self._start), a - REACH)
        if trigger.reach is Reach.LABEL:
            if self._commas is None:
                self._commas = self._places(_CLAUSE_BEFORE)
            begin = max(begin, self._commas.last_until(a, begin))
        return begin

    def _end_of_list(self, at: int) -> int:
        if self._items is None:
            places = [match.start() for match in ITEM.finditer(self._text, self._start, self._end)]
            far = [place + REACH for place in places]
            for n in range(len(places) - 2, -1, -1):
                if places[n + 1] - places[n] <= REACH:
                    far[n] = far[n + 1]
            self._items = places, far
        places, far = self._items
        first = bisect_left(places, at)
        return far[first] if first < len(places) and places[first] - at <= REACH else at + REACH


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
