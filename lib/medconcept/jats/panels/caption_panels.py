"""A caption divided into the parts that describe its panels.

`label_sequences` decides which labels count. If every label follows its description ("lung (A), liver (B)"),
the part of a panel is the text before the label. Roman numerals inside a part divide that part.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Sequence

from medconcept.jats.panels.label_candidates import LabelCandidate, find_candidates, position_words
from medconcept.jats.panels.label_sequences import best_sequence, is_listed, sequence_of
from medconcept.jats.panels.longer_sequences import in_either_case, lengthened
from medconcept.jats.panels.numbered_panels import find_numbered
from medconcept.jats.panels.other_lists import without_other_lists
from medconcept.jats.panels.panel_parts import Mark, divide
from medconcept.jats.records.figure import Panel

_TAG_OR_ENTITY = re.compile(r"</?bold>|</?(?:sup|sub|italic)>|&(?:amp|lt|gt);")
_ASCII = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | dict(
    zip(map(ord, "。、【】〔〕"), ".,[][]", strict=True)
)
_LONGEST_LABEL = 24  # characters; longer bold text is a heading


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
        sequence = in_either_case(caption, candidates, sequence)
        return _labelled_parts(caption, sequence, candidates, breaks)
    words = position_words(caption)
    # "Left panel shows … (A) … Right panel shows …": letters within sentences only divide these.
    inset_only = len(words) == 1 and words[0][0] == "Inset" and caption[words[0][1]] == "("
    if (len({word for word, _, _ in words}) < 2 and not inset_only) or (
        sequence and sequence[0].start <= words[0][1]
    ):
        return (
            _labelled_parts(caption, sequence, candidates, breaks)
            if sequence
            else _numbered_parts(caption, figure_label, breaks)
        )
    return divide(caption, [Mark((word,), start, end, None, False) for word, start, end in words], breaks)


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


def _labelled_parts(
    caption: str,
    sequence: Sequence[LabelCandidate],
    candidates: Sequence[LabelCandidate],
    breaks: frozenset[int],
) -> tuple[Panel, ...]:
    marks: list[Mark] = []
    ends = [c.start for c in sequence[1:]] + [len(caption)]
    romans = [c for c in candidates if c.style == "roman"]
    starts = [c.start for c in romans]
    for candidate, end in zip(sequence, ends, strict=True):
        subs = {label.printed[0] for label in candidate.labels if label.sub}
        parent = subs.pop() if len(subs) == 1 and candidate.style != "roman" else None
        printed = tuple(label.printed for label in candidate.labels)
        marks.append(Mark(printed, candidate.start, candidate.end, parent, candidate.opens))
        if romans and candidate.style != "roman" and len(printed) == 1:
            inner = romans[bisect_left(starts, candidate.end) : bisect_left(starts, end)]
            nested = sequence_of(caption, inner)
            if sum(len(c.labels) for c in nested) > 1 and not is_listed(caption, nested[0]):
                marks += [
                    Mark(tuple(n.printed for n in c.labels), c.start, c.end, printed[0], c.opens)
                    for c in nested
                ]
    return divide(caption, marks, breaks)


def _numbered_parts(caption: str, figure_label: str | None, breaks: frozenset[int]) -> tuple[Panel, ...]:
    marks = [
        Mark(tuple(map(str, n.numbers)), n.start, n.end, None, False)
        for n in find_numbered(caption, figure_label)
    ]
    return divide(caption, marks, breaks) if marks else ()


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
