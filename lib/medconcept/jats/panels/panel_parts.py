"""The parts of a caption between its labels: of one panel each, or about all panels.

Labels stand before what they describe, or behind it ("lung (A), liver (B)"); sentences about all panels stand
before the first and after the last.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from medconcept.jats.records.figure import Panel

# Sentences about all panels, with which captions end.
_SHARED_SENTENCE = re.compile(
    r"[.;!?]\)?\s(?=(?:Scale\s+bars\b|Error\s+bars\b|Bars\s+(?:represent|indicate|=)"
    r"|All\s+(?:data|panels|images|values|scale)|In\s+all\s+panels|For\s+all"
    r"|Data\s+(?:are|represent|were|shown)|Values\s+(?:are|represent)|Results\s+are|Abbreviations"
    r"|Statistical\s+(?:significance|analys[ie]s)|\*+\s*,?\s*[pP]\b|[Ss]ee\s+also\b))"
)
# These are about the last panel if an earlier one has its own.
_SHARED_IF_ONCE = re.compile(
    r"[.;!?]\)?\s(?=(?:(Scale\s+bar\b|Bar(?=\s?[=:,]|\s(?:is|equals?|represents?|indicates?)\b))|((?:Original\s+)?[Mm]agnifications?)\b|(?:Photo(?:micro)?graphs|Images|Micrographs)\s))"
)
_AND_OR = "and|or|e|ou|y|et|und|oder"
_AFTER_TRAILING_LABEL = re.compile(rf"\s*(?:[,.;]|(?:{_AND_OR})\b|[和与及或]|$)")
_AFTER_NOUN = re.compile(
    r"(?<![.;:,])(?<!\b(?:in|of|to|at|by|on|as))(?<!\b(?:for|and|the|are|was|see))(?<!\b(?:from|with|were|than))\s$"
)
_AFTER_WORD_OR_SHOWN = re.compile(
    rf"{_AFTER_NOUN.pattern}|\b(?:shown|seen|depicted|displayed|illustrated) in $"
)
_AFTER_AND_LABEL = re.compile(rf"\s*(?:{_AND_OR})\b")
_JOINT = re.compile(rf"[ ,.;]*(?:(?:{_AND_OR}) )?")
_SENTENCE_END = re.compile(r"[.!?:]\s+")


class Mark(NamedTuple):
    """A label of a panel in print; `opens`: it begins a sentence or clause."""

    labels: tuple[str, ...]
    start: int
    end: int
    parent: str | None
    opens: bool


def divide(caption: str, marks: Sequence[Mark], breaks: frozenset[int]) -> tuple[Panel, ...]:
    """Divide the whole caption into panels and shared text, before each label, or after it if all trail."""
    if _all_trail(caption, marks):
        return _divide_after_labels(caption, marks, breaks)
    places = zip([0, *(mark.end for mark in marks[:-1])], marks, strict=True)
    starts = [_start_of_part(caption, after, mark) for after, mark in places]
    panels = [_shared_part(caption, 0, starts[0])]
    ends = [*starts[1:], _end_of_last(caption, marks[0].start, marks[-1].end)]
    for mark, start, end in zip(marks, starts, ends, strict=True):
        panels.append(
            Panel(mark.labels, start, _trimmed_end(caption, start, end), mark.start, mark.end, mark.parent)
        )
    panels.append(_shared_part(caption, ends[-1], len(caption)))
    return tuple(panel for panel in panels if panel is not None and panel.start < panel.end)


def _trails(caption: str, mark: Mark) -> bool:
    """True for a label in brackets behind what it describes: "lung (A), liver (B)"."""
    if mark.start == 0 or caption[mark.end - 1] not in ")]":
        return False
    if mark.opens and caption[mark.start - 2] not in ")]":
        return _AFTER_AND_LABEL.match(caption, mark.end) is not None  # "on A. cepa (a) and Z. mays (b)"
    return _AFTER_TRAILING_LABEL.match(caption, mark.end) is not None


def _start_of_part(caption: str, after: int, mark: Mark) -> int:
    """Return where the part of a label begins: at it, at an "In" before it, or at the sentence that it ends.

    "(A) Lung. In (B), the liver is shown. The heart is healthy (C)."
    """
    if mark.opens:
        return mark.start - 3 if mark.start > 2 and caption.startswith("In ", mark.start - 3) else mark.start
    if not after or not _trails(caption, mark):
        return mark.start
    if not _AFTER_WORD_OR_SHOWN.search(caption, max(0, mark.start - 14), mark.start):
        return mark.start
    ends = [match.end() for match in _SENTENCE_END.finditer(caption, after, mark.start)]
    return ends[-1] if ends else mark.start


def _end_of_last(caption: str, first: int, last: int) -> int:
    """Return where sentences about all panels begin, given the starts of the first and the last label."""
    tail = _SHARED_SENTENCE.search(caption, last)
    end = tail.end() if tail else len(caption)
    once = _SHARED_IF_ONCE.search(caption, last, end)
    if once is None:
        return end
    kind = re.escape(next((group for group in once.groups() if group), "")).lower()
    return end if kind and re.search(rf"\b{kind}", caption[first:last], re.IGNORECASE) else once.end()


def _all_trail(caption: str, marks: Sequence[Mark]) -> bool:
    """True if every label stands behind what it describes; before a later one any word is enough."""
    if not _trails(caption, marks[0]):
        return False
    after_stops = marks[0].opens  # "on A. cepa L. (a) and Z. mays L. (b)."
    return all(
        _trails(caption, mark)
        or (after_stops and _AFTER_TRAILING_LABEL.match(caption, mark.end))
        or (
            caption[mark.end - 1] in ")]" and _AFTER_NOUN.search(caption, max(0, mark.start - 12), mark.start)
        )
        for mark in marks
    )


def _divide_after_labels(caption: str, marks: Sequence[Mark], breaks: frozenset[int]) -> tuple[Panel, ...]:
    ends = [match.end() for match in _SENTENCE_END.finditer(caption, 0, marks[0].start)]
    at = max((place for place in (*ends, *breaks) if place < marks[0].start), default=0)
    panels = [_shared_part(caption, 0, at)]
    for mark, following in zip(marks, [*marks[1:], None], strict=True):
        at = _skip_joint(caption, at, mark.start)
        panels.append(Panel(mark.labels, at, mark.end, mark.start, mark.end, mark.parent))
        at = mark.end
        # "Lung (A) and liver (B) of mice. Heart (C)": the end of the sentence is about both.
        if (
            following
            and not _trails(caption, mark)
            and (end := _SENTENCE_END.search(caption, at, following.start))
        ):
            panels.append(_shared_part(caption, _skip_joint(caption, at, end.end()), end.end()))
            at = end.end()
    at = _skip_joint(caption, at, len(caption))
    panels.append(_shared_part(caption, at, len(caption)))
    return tuple(panel for panel in panels if panel is not None and panel.start < panel.end)


def _skip_joint(caption: str, at: int, end: int) -> int:
    """Skip the comma, stop or "and" that joins a part to the one before."""
    joint = _JOINT.match(caption, at, end)
    return joint.end() if joint else at


def _shared_part(caption: str, start: int, end: int) -> Panel | None:
    end = _trimmed_end(caption, start, end)
    return Panel((), start, end, None, None) if start < end else None


def _trimmed_end(caption: str, start: int, end: int) -> int:
    return start + len(caption[start:end].rstrip())
