"""Labels in a print that more often means something else: they count only if they make the sequence longer.

"a tumour (C, red, ×200)", "is shown in (D)", "mice a: one b: two", ": a one, b two, c three". Letters that the
certain candidates of `label_candidates` name are left to those.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from functools import lru_cache

from medconcept.jats.panels.label_candidates import (
    AFTER_NAME_WORD,
    AFTER_OFTEN_NAME_WORD,
    LabelCandidate,
    LabelStyle,
    begins_clause,
)
from medconcept.jats.panels.label_sequences import best_sequence, is_in_order, sequence_of
from medconcept.jats.panels.panel_labels import BARE_LABELS, DASH, LABELS, read_labels

# "(C, in red, ×200)" and "(anti-CD34, E–H)"; but "(arrows, c)" points at a mark, "(Smith et al., B)" elsewhere.
_LABEL_FIRST = re.compile(rf"[(\[]\s?({LABELS})\s?[,;:]\s?([^()\[\]]{{1,60}})[)\]]")
_LABEL_LAST = re.compile(rf"[(\[]([^()\[\]]{{2,60}}?)[,;]\s?({LABELS})\s?[)\]]")
_MARK_OR_REFERENCE = re.compile(
    r"arrow|asteri|\bstars?\b|triang|circle|square|diamond|box|\blines?\b|\bbars?\b|heads?\b|dash|solid|dots?\b"
    r"|\bfig|\btable|\bet al|\beq|\blanes?\b|\btracks?\b|\brefs?\b|[<>=]|^\s?[A-Za-z]\s?$",
    re.IGNORECASE,
)
_BEFORE_SENTENCE = re.compile(rf"[(\[]({LABELS})[)\]](?=\s[A-Z][a-z]*\s)")
# "is shown in (D)", "the boxed area of (A)"
_REFERENCE = re.compile(rf"\b(?:in|see|from|of|by|with|for)\s[(\[]\s?({LABELS})\s?[)\]]")
# "mice a: one b: two", "nude mice A) one B) two", "(A: one; B: two)"
_AFTER_TEXT = re.compile(
    rf"[ (](?=[A-Za-z](?:[^A-Za-z]|[ivx]))({BARE_LABELS})(?::|\)[.:,]?)(?=\s(?!{BARE_LABELS}[:)]))"
)
# "In A, the jaws are closed."
_IN = re.compile(rf"In (?<![a-z,] In )({BARE_LABELS})(?=,\s|\s(?:the|a|an|we|only|all|each)\s)")
_AFTER_TITLE = re.compile(
    r" (?<=[a-z\d)] )([a-zA])\.(?=\s[A-Z])(?<!\band ..)(?<!\bor ..)(?<!\bof ..)(?<!\bin ..)(?<!\bto ..)"
)
_GLUED_TO_WORD = re.compile(r"A(?<=[a-z]{3}A)(?=[).:]\s[A-Z])")
# "A–D from the left; E–H from the right", "a control, b treated", "A. normal; B. scarred"
_CLAUSE = re.compile(r"[.;:,!?d]\s(?=[A-Za-z](?:\s|[-‐‑‒–—−.]))")
_BEFORE_SMALL_LETTER = re.compile(
    rf"(?:([A-Za-z]\s?{DASH}\s?[A-Za-z])(?=\s[a-z])"
    r"|([A-Za-z])(?=\s(?!(?:is|are|was|were|and|or|denotes?|represents?|indicates?|stands|[A-Za-z])\b)[A-Za-z0-9(*×]|\.\s[a-z]{3}|\s?[-–—]\s[a-z]{3}))"
)
_CAPITAL_FOLLOWS = re.compile(r"\.?\s[A-Z0-9(*×]")
# A word with which a series of names begins: "Primer A: … Primer B: …".
_SERIES_WORD = re.compile(r"(?:^|[.;,:(]\s?)([A-Za-z]{3,})\s$")
_PARTS_OF_FIGURE = frozenset(
    (
        "image",
        "photo",
        "photograph",
        "picture",
        "graph",
        "plot",
        "chart",
        "map",
        "part",
        "plate",
        "micrograph",
    )
)


_Found = tuple[
    LabelStyle, int, int, str, bool
]  # style, start, end, text of the labels, whether it is set off


def lengthened(
    caption: str, candidates: Sequence[LabelCandidate], sequence: list[LabelCandidate], breaks: frozenset[int]
) -> list[LabelCandidate]:
    """Return a longer sequence that uncertain labels give, with all labels of the given one; else the given one."""
    if sequence and sequence[0].style not in ("bracket", "bare"):
        return sequence
    letters = _letters(sequence)
    following = next(n for n in range(27) if n not in letters)
    for upper in (True, False):
        if sequence and sequence[0].upper is not upper:
            continue
        if following < 26 and _alone(following or 1, upper, not following).search(caption):
            longer = _longer(caption, candidates, sequence, breaks, upper)
            if len(_keys(longer)) > len(_keys(sequence)):
                return longer
    return sequence


def in_either_case(
    caption: str, candidates: Sequence[LabelCandidate], sequence: list[LabelCandidate]
) -> list[LabelCandidate]:
    """Return the sequence with labels in the other case where it lacks one: "(A) … (b) … (C) …"."""
    upper = sequence[0].upper
    if sequence[0].style != "bracket":
        return sequence
    others = [c for c in candidates if c.upper is not upper and c.style == "bracket" and c.opens]
    same = [c for c in candidates if c.upper is upper and c.style == "bracket" and c.opens]
    if not others or not _letters(same).isdisjoint(_letters(others)):
        return sequence  # none, or a sequence of its own
    both = sorted([*same, *(c._replace(upper=upper) for c in others)], key=lambda candidate: candidate.start)
    longer = sequence_of(caption, both)
    return longer if _keys(longer) > _keys(sequence) and is_in_order(longer) else sequence


@lru_cache(maxsize=128)
def _alone(letter: int, upper: bool, or_range: bool) -> re.Pattern[str]:
    """Return what matches the letter if it is no part of a word, or also the first letter before a dash."""
    first = "A" if upper else "a"
    text = chr(ord(first) + letter)
    # The look-behind follows a literal letter, which is searched for fast.
    alone = rf"{text}(?<![^\s(\[,;–-].)(?=[\s)\].:,;–-])"
    return re.compile(rf"{alone}|{first}(?<![^\s(\[].){DASH}" if or_range else alone)


def _keys(sequence: Sequence[LabelCandidate]) -> set[tuple[int, str]]:
    return {label[:2] for candidate in sequence for label in candidate.labels}


def _letters(candidates: Sequence[LabelCandidate]) -> set[int]:
    return {label.letter for candidate in candidates for label in candidate.labels}


def _longer(
    caption: str,
    candidates: Sequence[LabelCandidate],
    sequence: list[LabelCandidate],
    breaks: frozenset[int],
    upper: bool,
) -> list[LabelCandidate]:
    certain = [c for c in candidates if c.upper is upper and c.style != "roman"]
    # "(B)" within a sentence may refer to the panel that "B:" begins.
    named = _letters(certain)
    begun = _letters([c for c in certain if c.opens or c.style != "bracket"])
    found: list[_Found] = []
    # Labels in brackets within sentences may be references to those without.
    refers = len(_keys(sequence)) < 2 or not any(candidate.opens for candidate in sequence)
    if refers or sequence[0].style == "bracket":
        found += _bracketed(caption, len(sequence) > 1 and all(candidate.opens for candidate in sequence))
    if refers or sequence[0].style == "bare":
        found += _bare(caption, bool(sequence))
    uncertain: list[LabelCandidate] = []
    for style, start, end, text, set_off in found:
        labels = read_labels(text, upper)
        elsewhere = begun if style == "bare" and set_off else named
        if not labels or not elsewhere.isdisjoint(label.letter for label in labels):
            continue
        opens = begins_clause(caption, start, breaks)
        before = "" if opens else caption[max(0, start - 24) : start]
        if style == "bracket" and set_off:
            before = ""  # "of the Ezh2 complex (A) The map"
        is_name = AFTER_NAME_WORD.search(before) is not None
        is_often_name = style == "bare" and AFTER_OFTEN_NAME_WORD.search(before) is not None
        if (is_name or is_often_name) and not set_off:
            continue
        uncertain.append(LabelCandidate(style, upper, labels, start, end, opens, set_off, is_name or is_often_name))
    uncertain = _without_series(caption, uncertain)
    if not uncertain:
        return sequence
    both = sorted([*certain, *uncertain], key=lambda c: (c.start, -c.end))
    longer = best_sequence(caption, both)
    doubtful = {
        candidate.start for candidate in uncertain if candidate.style == "bare" and not candidate.set_off
    }
    if not _is_credible(caption, longer, doubtful):
        longer = best_sequence(caption, [candidate for candidate in both if candidate.start not in doubtful])
    return longer if longer and _keys(longer) >= _keys(sequence) and is_in_order(longer) else sequence


def _bracketed(caption: str, starts_sentences: bool) -> Iterator[_Found]:
    if not starts_sentences:  # there, "(D, red)" within a sentence rather is a word of the description
        for match in _LABEL_FIRST.finditer(caption):
            yield "bracket", match.start(), match.end(), match.group(1), False
        for match in _LABEL_LAST.finditer(caption):
            if not _MARK_OR_REFERENCE.search(match.group(1)):
                yield "bracket", match.start(), match.end(), match.group(2), False
    for match in _BEFORE_SENTENCE.finditer(caption):
        yield "bracket", match.start(), match.end(), match.group(1), True
    for match in _REFERENCE.finditer(caption):
        start = caption.index(match.group(1), match.start(1)) - 1
        yield "bracket", start, match.end(), match.group(1), False


def _bare(caption: str, has_sequence: bool) -> Iterator[_Found]:
    for match in _AFTER_TEXT.finditer(caption):
        start, end = match.span(1)
        if caption[end] == ":":
            yield "bare", start - (caption[start - 1] == "("), end, match.group(1), True
        elif caption.rfind("(", 0, start) <= caption.rfind(")", 0, start):
            yield "bare", start, end + 1, match.group(1), True
    for match in () if has_sequence else _IN.finditer(caption):
        yield "bare", match.start(1), match.end(1), match.group(1), True
    for match in _AFTER_TITLE.finditer(caption):
        yield "bare", match.start(1), match.end(1), match.group(1), True
    for match in _GLUED_TO_WORD.finditer(caption):
        yield "bare", match.start(), match.end() + (caption[match.end()] == ")"), "A", True
    for start in (0, *(clause.end() for clause in _CLAUSE.finditer(caption))):
        if caption[start - 2 : start - 1] == "d" and not caption.endswith(" and ", 0, start):
            continue
        match = _BEFORE_SMALL_LETTER.match(caption, start)
        if match is None:
            continue
        text = match.group(1) or match.group(2)
        is_range = match.group(1) is not None
        yield "bare", start, start + len(text), text, is_range


def _without_series(caption: str, found: list[LabelCandidate]) -> list[LabelCandidate]:
    """Leave out names that share the word before them: "Primer A: … Primer B: …", but not "Image A: …"."""
    words = [
        _SERIES_WORD.search(caption, max(0, c.start - 24), c.start) if c.style == "bare" else None
        for c in found
    ]
    texts = [word.group(1).lower() if word else "" for word in words]
    times = Counter(texts)
    out: list[LabelCandidate] = []
    for candidate, word, text in zip(found, words, texts, strict=True):
        if word and text in _PARTS_OF_FIGURE:
            out.append(candidate._replace(start=word.start(1), opens=True))
        elif not word or times[text] == 1:
            out.append(candidate)
    return out


def _is_credible(caption: str, sequence: Sequence[LabelCandidate], doubtful: set[int]) -> bool:
    """True if the labels that are letters without any mark, by their starts, are no words of a sentence.

    "A" is an article, "B cells" and "E. coli" are names, but small letters other than a and i are no words.
    """
    plain = [candidate for candidate in sequence if candidate.start in doubtful]
    if not plain:
        return True
    if not sequence[0].opens:
        return False
    if sequence[0].upper and len(plain) < 2:
        return len(sequence) > 1 and caption[plain[0].start - 2 : plain[0].start] == "; "
    if len(_keys(sequence)) > 2:
        return True
    before = caption[: sequence[0].start].rstrip()[-1:]
    capitals = all(_CAPITAL_FOLLOWS.match(caption, candidate.end) for candidate in plain)
    return not sequence[0].upper and (capitals or before in ".!?")
