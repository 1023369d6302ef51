"""Places where a caption prints what is a label less often than something else; see `longer_sequences`.

"a tumour (C, red, ×200)", "is shown in (D)", "mice a: one b: two", ": a one, b two, c three".
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from typing import NamedTuple

from medconcept.jats.panels.label_candidates import LabelCandidate, LabelStyle
from medconcept.jats.panels.panel_labels import BARE_LABELS, DASH, LABELS

# "(C, in red, ×200)", "(anti-CD34, E–H)"; but "(arrows, c)" points at a mark, "(Smith et al., B)" elsewhere.
_LABEL_FIRST = re.compile(rf"[(\[]\s?({LABELS})\s?[,;:]\s?([^()\[\]]{{1,60}})[)\]]")
_LABEL_LAST = re.compile(rf"[(\[]([^()\[\]]{{2,60}}?)[,;]\s?({LABELS})\s?[)\]]")
_MARK_OR_REFERENCE = re.compile(
    r"arrow|asteri|\bstars?\b|triang|circle|square|diamond|box|\blines?\b|\bbars?\b|heads?\b|dash|solid|dots?\b"
    r"|\bfig|\btable|\bet al|\beq|\blanes?\b|\btracks?\b|\brefs?\b|[<>=]|^\s?[A-Za-z]\s?$",
    re.IGNORECASE,
)
_BEFORE_SENTENCE = re.compile(rf"[(\[]({LABELS})[)\]](?=\s[A-Z][a-z]*\s)")
# "is shown in (D)", "the boxed area of (A)"
_REFERENCE = re.compile(rf"\b(?:in|see|from|of|by|with|for)\s([(\[]\s?({LABELS})\s?[)\]])")
# "mice a: one b: two", "nude mice A) one B) two", "(A: one; B: two)"
_AFTER_TEXT = re.compile(
    rf"[ (](?=[A-Za-z](?:[^A-Za-z]|[ivx]))({BARE_LABELS})(?::|\)[.:,]?)"
    rf"(?=(?:\s|[\u2e80-\ud7ff])(?!{BARE_LABELS}[:)]|vs\b|versus\b|[Pp]\s?[<>=≤]))"
)
# "of one stain (A, ×100; B, ×400) and the other (C, ×100; D, ×400)"
_IN_ONE_BRACKET = re.compile(rf"\(({BARE_LABELS})(?=,\s[^();]{{1,40}};\s[A-Za-z](?:[,:]|\s?[-–]))")
# "In A, the jaws are closed."
_IN = re.compile(rf"In (?<![a-z,] In )({BARE_LABELS})(?=,\s|\s(?:the|a|an|we|only|all|each)\s)")
_AFTER_TITLE = re.compile(
    r" (?<=[a-z\d)] )([a-zA])\.(?=\s[A-Z])(?<!\band ..)(?<!\bor ..)(?<!\bof ..)(?<!\bin ..)(?<!\bto ..)"
)
# "human tissuesA. One", "Adam22A) one"
_GLUED_TO_WORD = re.compile(r"A(?<=[a-z]{3}A)(?=[.:]\s[A-Z])|[Aa](?<=\w\w.)\)(?=\.?\s)")
# "A–D from the left; E–H from the right", "a control, b treated", "A. normal; B. scarred"
_CLAUSE = re.compile(r"[.;:,!?d]\s(?=[A-Za-z](?:\s|[-‐‑‒–—−.]))")
_BEFORE_SMALL_LETTER = re.compile(
    rf"(?:([A-Za-z]\s?{DASH}\s?[A-Za-z])(?=\s[a-z])"
    r"|([A-Za-z])(?=\s(?!(?:is|are|was|were|and|or|denotes?|represents?|indicates?|stands|[A-Za-z])\b)"
    r"[A-Za-z0-9(*×]|\.\s[a-z]{3}|\s?[-–—]\s[a-z]{3}))"
)
# A word with which a series of names begins: "Primer A: … Primer B: …".
_SERIES_WORD = re.compile(r"(?:^|[.;,:(]\s?)([A-Za-z]{3,})\s$")
_PARTS_OF_FIGURE_TEXT = """
image photo photograph picture graph plot chart map part plate micrograph
"""
_PARTS_OF_FIGURE = frozenset(_PARTS_OF_FIGURE_TEXT.split())


class UncertainLabel(NamedTuple):
    """A possible label: its place, the text of its labels, and whether more than a space sets it off."""

    style: LabelStyle
    start: int
    end: int
    text: str
    set_off: bool


def in_brackets(caption: str, starts_sentences: bool) -> Iterator[UncertainLabel]:
    """Yield labels in brackets with more in these, or in words.

    >>> [label.text for label in in_brackets("Tumour (A, red, ×200), as shown in (B).", False)]
    ['A', 'B']
    """
    if not starts_sentences:  # there, "(D, red)" within a sentence rather is a word of the description
        for match in _LABEL_FIRST.finditer(caption):
            yield UncertainLabel("bracket", *match.span(), match.group(1), False)
        for match in _LABEL_LAST.finditer(caption):
            if not _MARK_OR_REFERENCE.search(match.group(1)):
                yield UncertainLabel("bracket", *match.span(), match.group(2), False)
    for match in _BEFORE_SENTENCE.finditer(caption):
        yield UncertainLabel("bracket", *match.span(), match.group(1), True)
    for match in _REFERENCE.finditer(caption):
        yield UncertainLabel("bracket", *match.span(1), match.group(2), False)


def without_brackets(caption: str, has_sequence: bool) -> Iterator[UncertainLabel]:
    """Yield labels without brackets: behind text without a stop, before a small letter.

    >>> [label.text for label in without_brackets("Mice a: wild type b: mutant", False)]
    ['a', 'b']
    """
    for match in _AFTER_TEXT.finditer(caption):
        start, end = match.span(1)
        if caption[end] == ":":
            yield UncertainLabel("bare", start - (caption[start - 1] == "("), end, match.group(1), True)
        elif caption.rfind("(", 0, start) <= caption.rfind(")", 0, start):
            yield UncertainLabel("bare", start, end + 1, match.group(1), True)
    for match in _IN_ONE_BRACKET.finditer(caption):
        yield UncertainLabel("bare", match.start(), match.end(), match.group(1), True)
    for match in () if has_sequence else _IN.finditer(caption):
        yield UncertainLabel("bare", match.start(1), match.end(1), match.group(1), True)
    for match in _AFTER_TITLE.finditer(caption):
        yield UncertainLabel("bare", match.start(1), match.end(1), match.group(1), True)
    for match in _GLUED_TO_WORD.finditer(caption):
        start, end = match.span()
        if end - start == 1 or caption.rfind("(", 0, start) <= caption.rfind(")", 0, start):
            yield UncertainLabel("bare", start, end, caption[start], True)
    for start in (0, *(clause.end() for clause in _CLAUSE.finditer(caption))):
        if caption[start - 2 : start - 1] == "d" and not caption.endswith(" and ", 0, start):
            continue
        small = _BEFORE_SMALL_LETTER.match(caption, start)
        if small is None:
            continue
        text = small.group(1) or small.group(2)
        is_range = small.group(1) is not None
        yield UncertainLabel("bare", start, start + len(text), text, is_range)


def without_series(caption: str, found: list[LabelCandidate]) -> list[LabelCandidate]:
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
