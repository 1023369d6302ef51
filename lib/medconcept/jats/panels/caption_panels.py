"""A caption divided into the parts that describe its panels.

`label_sequences` decides which labels count. If every label follows its description ("lung (A), liver (B)"),
the part of a panel is the text before the label. Roman numerals inside a part divide that part.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

from medconcept.jats.panels.label_candidates import LabelCandidate, find_candidates, position_words
from medconcept.jats.panels.label_sequences import best_sequence, is_listed, sequence_of
from medconcept.jats.panels.numbered_panels import find_numbered
from medconcept.jats.panels.other_lists import without_other_lists
from medconcept.jats.panels.uncertain_labels import lengthened
from medconcept.jats.records.figure import Panel

_TAG_OR_ENTITY = re.compile(r"</?bold>|</?(?:sup|sub|italic)>|&(?:amp|lt|gt);")
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
_ASCII = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | dict(zip(map(ord, "。、【】〔〕"), ".,[][]", strict=True))
_LONGEST_LABEL = 24  # characters; longer bold text is a heading
_AND_OR = "and|or|e|ou|y|et|und|oder"
_AFTER_TRAILING_LABEL = re.compile(rf"\s*(?:[,.;]|(?:{_AND_OR})\b|[和与及或]|$)")
_AFTER_NOUN = re.compile(r"(?<![.;:,])(?<!\b(?:in|of|to|at|by|on|as))(?<!\b(?:for|and|the|are|was|see))(?<!\b(?:from|with|were|than))\s$")
_AFTER_WORD_OR_SHOWN = re.compile(rf"{_AFTER_NOUN.pattern}|\b(?:shown|seen|depicted|displayed|illustrated) in $")
_AFTER_AND_LABEL = re.compile(rf"\s*(?:{_AND_OR})\b")
_JOINT = re.compile(rf"[ ,.;]*(?:(?:{_AND_OR}) )?")
_SENTENCE_END = re.compile(r"[.!?:]\s+")


def find_panels(
    caption: str, markup: str | None = None, title_length: int = 0, figure_label: str | None = None
) -> tuple[Panel, ...]:
    """Divide a caption into panels, in order and covering all text; empty if the caption has no panels.

    `title_length` is the length of the title at its start; bold text is taken from `markup`; a label such as
    "Figures 1–4" says that numbers are labels of panels. Offsets are code points of `caption`.

    >>> [(p.labels, p.start, p.end) for p in find_panels("Lung. (A) CT. (B, C) MRI.")]
    [((), 0, 5), (('A',), 6, 13), (('B', 'C'), 14, 25)]
    >>> find_panels("Vitamin (B) in nematodes (C. elegans).")
    ()
    """
    caption = with_ascii_brackets(caption)
    bold = _bold_spans(markup) if markup and "<bold>" in markup else ()
    # A text begins after its title, which is an element or set in bold.
    ends = [title_length] if title_length else []
    ends += [end for start, end in bold if end - start > _LONGEST_LABEL]
    breaks = frozenset([_skip_space(caption, end) for end in ends])
    candidates = without_other_lists(caption, find_candidates(caption, bold, breaks))
    sequence = best_sequence(caption, candidates) if candidates else []
    sequence = lengthened(caption, candidates, sequence, breaks)
    if sequence and any(c.opens for c in sequence):
        return _labelled_parts(caption, sequence, candidates, breaks)
    words = position_words(caption)
    # "Left panel shows … (A) … Right panel shows …": letters within sentences only divide these.
    inset_only = len(words) == 1 and words[0][0] == "Inset" and caption[words[0][1]] == "("
    if (len({word for word, _, _ in words}) < 2 and not inset_only) or (
        sequence and sequence[0].start <= words[0][1]
    ):
        return _labelled_parts(caption, sequence, candidates, breaks) if sequence else _numbered_parts(caption, figure_label, breaks)
    return _divide(caption, [_Mark((word,), start, end, None, False) for word, start, end in words], breaks)


def with_ascii_brackets(caption: str) -> str:
    """Replace full-width brackets, stops and letters by those of ASCII, one by one.

    >>> with_ascii_brackets("（Ａ）肝脏。")
    '(A)肝脏.'
    """
    if caption.isascii() or not any(mark in caption for mark in "（）。：，、；．【Ａａ"):
        return caption
    return caption.translate(_ASCII)


def _skip_space(caption: str, at: int) -> int:
    while caption[at : at + 1].isspace():
        at += 1
    return at


class _Mark(NamedTuple):
    """A label of a panel in print; `opens`: it begins a sentence or clause."""

    labels: tuple[str, ...]
    start: int
    end: int
    parent: str | None
    opens: bool


def _labelled_parts(
    caption: str,
    sequence: Sequence[LabelCandidate],
    candidates: Sequence[LabelCandidate],
    breaks: frozenset[int],
) -> tuple[Panel, ...]:
    marks: list[_Mark] = []
    ends = [c.start for c in sequence[1:]] + [len(caption)]
    romans = [c for c in candidates if c.style == "roman"]
    starts = [c.start for c in romans]
    for candidate, end in zip(sequence, ends, strict=True):
        subs = {label.printed[0] for label in candidate.labels if label.sub}
        parent = subs.pop() if len(subs) == 1 and candidate.style != "roman" else None
        printed = tuple(label.printed for label in candidate.labels)
        marks.append(_Mark(printed, candidate.start, candidate.end, parent, candidate.opens))
        if romans and candidate.style != "roman" and len(printed) == 1:
            inner = romans[bisect_left(starts, candidate.end) : bisect_left(starts, end)]
            nested = sequence_of(caption, inner)
            if sum(len(c.labels) for c in nested) > 1 and not is_listed(caption, nested[0]):
                marks += [
                    _Mark(tuple(n.printed for n in c.labels), c.start, c.end, printed[0], c.opens)
                    for c in nested
                ]
    return _divide(caption, marks, breaks)


def _numbered_parts(
    caption: str, figure_label: str | None, breaks: frozenset[int]
) -> tuple[Panel, ...]:
    marks = [
        _Mark(tuple(map(str, n.numbers)), n.start, n.end, None, False)
        for n in find_numbered(caption, figure_label)
    ]
    return _divide(caption, marks, breaks) if marks else ()


def _trails(caption: str, mark: _Mark) -> bool:
    """True for a label in brackets behind what it describes: "lung (A), liver (B)", "of lung (A) and liver"."""
    if mark.start == 0 or caption[mark.end - 1] not in ")]":
        return False
    if mark.opens and caption[mark.start - 2] not in ")]":
        return _AFTER_AND_LABEL.match(caption, mark.end) is not None  # "on A. cepa (a) and Z. mays (b)"
    return _AFTER_TRAILING_LABEL.match(caption, mark.end) is not None


def _divide(caption: str, marks: list[_Mark], breaks: frozenset[int]) -> tuple[Panel, ...]:
    """Divide the whole caption into panels and shared text, before each label, or after it if all trail."""
    if _all_trail(caption, marks):
        return _divide_after_labels(caption, marks, breaks)
    panels = [_shared_part(caption, 0, marks[0].start)]
    starts = [marks[0].start]
    for before, mark in pairwise(marks):
        starts.append(_start_of_sentence(caption, before.end, mark) if _trails(caption, mark) else mark.start)
    ends = [*starts[1:], _end_of_last(caption, marks[0].start, marks[-1].end)]
    for mark, start, end in zip(marks, starts, ends, strict=True):
        panels.append(
            Panel(mark.labels, start, _trimmed_end(caption, start, end), mark.start, mark.end, mark.parent)
        )
    panels.append(_shared_part(caption, ends[-1], len(caption)))
    return tuple(panel for panel in panels if panel is not None and panel.start < panel.end)


def _start_of_sentence(caption: str, after: int, mark: _Mark) -> int:
    """Return where the sentence begins that a label behind it is about: "(A) Lung. The liver is healthy (B)."."""
    if mark.opens or not _AFTER_WORD_OR_SHOWN.search(caption, max(0, mark.start - 14), mark.start):
        return mark.start
    ends = [match.end() for match in _SENTENCE_END.finditer(caption, after, mark.start)]
    return ends[-1] if ends else mark.start


def _end_of_last(caption: str, first: int, last: int) -> int:
    """Return where the part of the last panel ends and sentences about all begin; `first` is the first label."""
    tail = _SHARED_SENTENCE.search(caption, last)
    end = tail.end() if tail else len(caption)
    once = _SHARED_IF_ONCE.search(caption, last, end)
    if once is None:
        return end
    kind = re.escape(next((group for group in once.groups() if group), "")).lower()
    return end if kind and re.search(rf"\b{kind}", caption[first:last], re.IGNORECASE) else once.end()


def _all_trail(caption: str, marks: list[_Mark]) -> bool:
    """True if every label stands behind what it describes: the first surely, the others at least behind a word."""
    return _trails(caption, marks[0]) and all(
        _trails(caption, mark)
        or (caption[mark.end - 1] in ")]" and _AFTER_NOUN.search(caption, max(0, mark.start - 12), mark.start))
        for mark in marks
    )


def _divide_after_labels(caption: str, marks: list[_Mark], breaks: frozenset[int]) -> tuple[Panel, ...]:
    before = [match.end() for match in _SENTENCE_END.finditer(caption, 0, marks[0].start)]
    at = max([*before, *(place for place in breaks if place < marks[0].start)], default=0)
    panels = [_shared_part(caption, 0, at)]
    for mark, following in zip(marks, [*marks[1:], None], strict=True):
        at = _skip_joint(caption, at, mark.start)
        panels.append(Panel(mark.labels, at, mark.end, mark.start, mark.end, mark.parent))
        at = mark.end
        # "Lung (A) and liver (B) of mice. Heart (C)": the end of the sentence is about both.
        if following and not _trails(caption, mark) and (end := _SENTENCE_END.search(caption, at, following.start)):
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


def _bold_spans(markup: str) -> tuple[tuple[int, int], ...]:
    """Return the spans of the plain text that the markup sets in bold."""
    spans: list[tuple[int, int]] = []
    shift = 0
    opened = -1
    for match in _TAG_OR_ENTITY.finditer(markup):
        token = match.group()
        if token[0] == "&":
            shift += len(token) - 1
            continue
        at = match.start() - shift
        shift += len(token)
        if token == "<bold>":
            opened = at
        elif token == "</bold>" and opened >= 0:
            spans.append((opened, at))
            opened = -1
    return tuple(spans)
