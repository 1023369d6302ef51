"""Negation and certainty by the rules of NegEx and ConText.

Chapman and others, J Biomed Inform 2001, 34:301-310; Harkema and others, J Biomed Inform 2009, 42:839-851.
A trigger reaches forward or backward to the end of its sentence or to a word that ends its reach; a
pseudo-trigger, which only looks like one, reaches nowhere.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

REACH = 60  # characters: about ten words, the window of ConText's own rules is five to ten


@dataclass(frozen=True)
class _Trigger:
    flag: str
    forward: bool
    pattern: re.Pattern[str]
    stems: tuple[str, ...]  # each of its phrases has one of these


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
    ), ("ruled out", "excluded", "absent", "unlikely", "free", "not")),
    _Trigger("uncertain", True, _any(
        r"possible", r"possibly", r"probable", r"probably", r"suspected", r"suspicious for",
        r"suspicion of", r"suggestive of",
        r"suggesting", r"suggests?", r"likely", r"presumed", r"presumably", r"questionable",
        r"may (?:be|represent|have)",
        r"might be", r"could be", r"consistent with", r"compatible with", r"concern for", r"rule out",
        r"differential diagnos[ie]s",
    ), ("possib", "probab", "suspect", "suspicio", "suggest", "likely", "presum",
        "question", "may", "might", "could", "consistent", "compatible",
        "concern", "rule out", "differential")),
    _Trigger("uncertain", False, _any(
        r"(?:was|were|is|are) (?:suspected|possible|probable|likely|presumed)",
        r"(?:cannot|could not) be (?:excluded|ruled out)",
        r"suspected",
    ), ("suspected", "possible", "probable", "likely", "presumed", "excluded", "ruled out")),
)  # fmt: skip
_END = _any(
    r"but", r"however", r"although", r"nevertheless", r"except", r"apart from", r"aside from",
    r"secondary to", r"because",
    r"since", r"which", r"whereas", r"while", r"yet", r"though", r"still", r"due to",
    r"as (?:a )?(?:cause|source)",
)  # fmt: skip
_SENTENCE = re.compile(r"(?<=[.!?;])\s+(?=[^\sa-z])")


# Every trigger has one of these at the beginning of a word: where none is, nothing needs to be looked at
# closely. To look for each is ten times as fast as one pattern of them all.
_HINT_WORDS = (
    "no", "not", "without", "free", "rule", "rules", "ruled", "never", "neither", "nor", "cannot", "could",
    "may", "might", "likely", "unlikely", "fail", "fails",
)  # fmt: skip
_HINT_STEMS = (
    "absen", "lack", "negativ", "deny", "denie", "failed", "exclude", "possibl", "probabl", "suspect",
    "suspicio", "suggest", "presum", "question", "consistent", "compatible", "concern", "differential",
)  # fmt: skip


def sentence_spans(text: str) -> list[tuple[int, int]]:
    """Sentences by full stops before a capital, for callers that have no splitter at hand.

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
    """For each place the flags among "negated" and "uncertain".

    `hints` are where the words begin for which `hints_at_context` is true, if that is known already.

    >>> text = "No evidence of metastasis. Suspected lymphoma, but the liver is normal."
    >>> context_flags(text, sentence_spans(text), [(15, 25), (37, 45), (55, 60)])
    [('negated',), ('uncertain',), ()]
    """
    reaches: list[tuple[str, int, int]] = []
    shifted = False
    if hints is None:
        lower = text.lower()
        hints = sorted(_hints(lower))
        shifted = len(lower) != len(text)  # a letter such as İ is two in lower case
    for start, end in sentences if hints else ():
        if shifted or bisect_left(hints, start) < bisect_left(hints, end):
            reaches += _reaches(text, start, end)
    if not reaches:
        return [()] * len(places)
    return [
        tuple(sorted({flag for flag, a, b in reaches if a <= start and end <= b})) for start, end in places
    ]


def hints_at_context(word: str) -> bool:
    """True for a word that a trigger may begin with; without one in a text it has no flags.

    >>> [hints_at_context(word) for word in ("No", "suspected", "Notch", "nodule")]
    [True, True, False, False]
    """
    runs = re.findall(r"[^\W_]+", word.lower())
    return any(run in _HINT_WORDS or run.startswith(_HINT_STEMS) for run in runs)


def _hints(lower: str) -> Iterator[int]:
    for word in _HINT_WORDS:
        for at in _places(word, lower):
            end = at + len(word)
            if not (lower[at - 1 : at].isalnum() or lower[end : end + 1].isalnum()):
                yield at
    for stem in _HINT_STEMS:
        yield from _places(stem, lower)


def _places(part: str, text: str) -> Iterator[int]:
    at = text.find(part)
    while at >= 0:
        yield at
        at = text.find(part, at + 1)


def _reaches(text: str, start: int, end: int) -> list[tuple[str, int, int]]:
    found: list[tuple[str, int, int]] = []
    lower = text[start:end].lower()
    triggers = [t for t in _TRIGGERS if any(stem in lower for stem in t.stems)]
    told = [(t, m.span()) for t in triggers for m in t.pattern.finditer(text, start, end)]
    if not told:
        return found
    pseudo = [match.span() for match in _PSEUDO.finditer(text, start, end)]
    ends = [match.span() for match in _END.finditer(text, start, end)]
    for trigger, (a, b) in told:
        if any(p <= a and b <= q for p, q in pseudo):
            continue
        if trigger.forward:
            stop = min([p for p, _ in ends if p >= b] + [end, b + REACH])
            found.append((trigger.flag, b, stop))
        else:
            found.append((trigger.flag, max([q for _, q in ends if q <= a] + [start, a - REACH]), a))
    return found
