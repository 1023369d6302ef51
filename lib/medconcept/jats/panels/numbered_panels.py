"""Panels that are numbered through: "Figures 1–4. … 1 holotype 2 same 3–4 paratypes".

Numbers are everywhere in captions, so they count only if a range announces them, in the label of the figure
or in the caption itself, and if each number of the range then follows in order.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from medconcept.jats.panels.panel_labels import DASH

_MOST = 99  # panels of a figure
# "Figures 1–4", "Figs 1, 2"; but "Figure 1-2" is one figure.
_LABEL_RANGE = re.compile(rf"[a-z](?:s|en)\.?\s?([0-9]{{1,3}})\s?(?:{DASH}|,|and|&|to)\s?([0-9]{{1,3}})\b")
_ANNOUNCED = re.compile(
    rf"(?:Fig(?:ure)?s\.?\s)?([0-9]{{1,3}})\s?{DASH}\s?([0-9]{{1,3}})[.:,]?\s(?=[A-Za-z])"
)
_CLAUSE_WITH_NUMBER = re.compile(r"[.:;]\s(?=[0-9F])")
_UNITS = (
    r"[kcmµμn]?m\b|[kmµμn]?g\b|[mµμ]?[lL]\b|s(?:ec)?\b|min\b|h(?:rs?|ours?)?\b|d(?:ays?)?\b|weeks?\b|months?\b|years?\b"
    r"|[mµμn]?M\b|[kM]?bp?\b|kDa\b|[kM]?Hz\b|mmol|%|°|times\b|fold\b|of\b|to\b|and\b|or\b|in\b|per\b|×|x\b"
)
_NUMBER = re.compile(
    rf"(?:(?<=\s)\(?|^\(?)([0-9]{{1,3}})((?:\s?(?:{DASH}|,|&|and)\s?[0-9]{{1,3}}\b)*)\)?[.:,)]?(?:\s(?!(?:{_UNITS}))(?=[A-Za-z“\"‘(♂♀])|(?<=\))(?=[.,;]|$)|(?<=\)[.,;])(?=\s|$)|(?<=\))\s(?=and\b|of\b|in\b))"
)
_ONE_MORE = re.compile(rf"\s?({DASH}|,|&|and)\s?([0-9]{{1,3}})")
# "Table 1 shows", "n = 3 mice", "Day 2 after": the number belongs to the word before it.
_BEFORE_OTHER_NUMBER = re.compile(
    r"(?:[=<>≤≥±×~≈,]|\b(?:[Ff]igs?\.?|[Ff]igures?|[Tt]ables?|[Dd]ays?|[Ww]eeks?|[Gg]roups?|[Ll]anes?|[Ss]tages?|[Cc]hapters?|[Nn]o\.?"
    r"|[Tt]ypes?|[Pp]hases?|[Ll]evels?|of|in|and|or|to|from|with|by|at|the|is|are|than|about|bars?)) $"
)


class NumberedLabel(NamedTuple):
    """Numbers at one place: `caption[start:end]` is all of them in print."""

    numbers: tuple[int, ...]
    start: int
    end: int


def find_numbered(caption: str, figure_label: str | None) -> list[NumberedLabel]:
    """Return the places of numbers that are labels, in order; empty if these do not number the panels.

    >>> [n.numbers for n in find_numbered("Beetles. 1–2 Adult 3 larva. Bar = 1 mm.", "Figures 1–3.")]
    [(1, 2), (3,)]
    >>> find_numbered("Growth in 1 or 2 days after 3 doses.", "Figure 3.")
    []
    """
    announced = _LABEL_RANGE.search(figure_label) if figure_label else None
    if announced is None:
        starts = (0, *(match.end() for match in _CLAUSE_WITH_NUMBER.finditer(caption)))
        announced = next(filter(None, (_ANNOUNCED.match(caption, start) for start in starts)), None)
    if announced is None:
        return []
    first, last = int(announced.group(1)), int(announced.group(2))
    if not first < last < first + _MOST:
        return []
    return _in_order(caption, first, last, in_label=announced.string is not caption)


def _in_order(caption: str, first: int, last: int, in_label: bool) -> list[NumberedLabel]:
    """Return the numbers from the first on, and again those of a group: "1–2 Elm: 1 leaf 2 fruit"."""
    places: list[NumberedLabel] = []
    due = first
    pending: list[int] = []
    again = 0
    for match in _NUMBER.finditer(caption):
        if _BEFORE_OTHER_NUMBER.search(caption, max(0, match.start() - 12), match.start()):
            continue
        numbers = _numbers(match)
        if numbers and numbers[0] == due:
            due = numbers[-1] + 1
            pending = list(numbers) if len(numbers) > 1 else []
        elif numbers and pending and list(numbers) == pending[: len(numbers)]:
            pending = pending[len(numbers) :]
            again += len(numbers)
        else:
            continue
        in_brackets = caption[match.start()] == "(" and caption.startswith(")", match.end(2))
        end = match.end(2) + in_brackets
        places.append(NumberedLabel(numbers, match.start() if in_brackets else match.start(1), end))
    # A range alone is a range of anything: others have to go on after it, or divide it.
    is_divided = again == last - first + 1 or len(places) > 2
    # A map or a drawing at the end of a long plate may have a caption of its own.
    is_complete = due > last or due == last > first + 4
    return places if is_complete and len(places) > 1 and (in_label or is_divided) else []


def _numbers(match: re.Match[str]) -> tuple[int, ...]:
    """Return the numbers of a list or range in rising order; empty if they do not rise."""
    numbers = [int(match.group(1))]
    for joint in _ONE_MORE.finditer(match.group(2)):
        number = int(joint.group(2))
        if not numbers[-1] < number < numbers[-1] + _MOST:
            return ()
        is_range = joint.group(1) not in (",", "&", "and")
        numbers += range(numbers[-1] + 1, number + 1) if is_range else [number]
    return tuple(numbers)
