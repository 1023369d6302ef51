"""A caption cut into the parts that describe its panels.

Which labels count is decided by their sequence, see `panel_chains`. Where every label stands at the end of
what it describes ("lung (A), liver (B)"), its part is the text before it. Roman numerals inside a part are
parts of that part.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Sequence

from medconcept.jats.panels.candidates import PanelCandidate, candidates, words
from medconcept.jats.panels.chains import best_chain, chain_of, listed
from medconcept.jats.records.figure import Panel

_BOLD = re.compile(r"</?bold>|</?(?:sup|sub|italic)>|&(?:amp|lt|gt);")
# Sentences that speak of all panels, where captions end with them.
_SHARED = re.compile(
    r"[.;!?]\)?\s(?=(?:Scale\s+bars\b|Error\s+bars\b|Bars\s+(?:represent|indicate|=)"
    r"|All\s+(?:data|panels|images|values|scale)|In\s+all\s+panels|For\s+all"
    r"|Data\s+(?:are|represent|were|shown)|Values\s+(?:are|represent)|Results\s+are|Abbreviations"
    r"|Statistical\s+(?:significance|analys[ie]s)|\*+\s*,?\s*[pP]\b|[Ss]ee\s+also\b))"
)
_HEADING = 24  # characters; a label in bold is shorter
_POSTFIX = re.compile(r"\s*(?:[,.;]|and\b|$)")
_SENTENCE = re.compile(r"[.!?:]\s+")


def find_panels(caption: str, markup: str | None = None, title_length: int = 0) -> tuple[Panel, ...]:
    """The parts of a caption in order, with all text in one of them; empty where it has no panels.

    >>> [(p.labels, p.start, p.end) for p in find_panels("Lung. (A) CT. (B, C) MRI.")]
    [((), 0, 5), (('A',), 6, 13), (('B', 'C'), 14, 25)]
    >>> find_panels("Vitamin (B) in nematodes (C. elegans).")
    ()
    """
    bold = _bold_spans(markup) if markup and "<bold>" in markup else ()
    # A text begins behind its title, be that an element or set in bold.
    ends = [title_length] if title_length else []
    ends += [end for start, end in bold if end - start > _HEADING]
    breaks = frozenset([_past_space(caption, end) for end in ends])
    found = candidates(caption, bold, breaks)
    chain = best_chain(caption, found) if found else []
    if chain and any(c.opens for c in chain):
        return _parts(caption, chain, found)
    places = words(caption)
    # "Left panel shows … (A) … Right panel shows …": letters within sentences are but parts of these.
    alone = len(places) == 1 and places[0][0] == "Inset" and caption[places[0][1]] == "("
    if (len({word for word, _, _ in places}) < 2 and not alone) or (chain and chain[0].start < places[0][1]):
        return _parts(caption, chain, found) if chain else ()
    return _cut(caption, [((word,), start, end, None) for word, start, end in places])


def _past_space(caption: str, at: int) -> int:
    while caption[at : at + 1].isspace():
        at += 1
    return at


def _parts(
    caption: str, chain: Sequence[PanelCandidate], found: Sequence[PanelCandidate]
) -> tuple[Panel, ...]:
    marks: list[tuple[tuple[str, ...], int, int, str | None]] = []
    ends = [c.start for c in chain[1:]] + [len(caption)]
    romans = [c for c in found if c.family == "roman"]
    starts = [c.start for c in romans]
    for candidate, end in zip(chain, ends, strict=True):
        subs = {label.printed[0] for label in candidate.labels if label.sub}
        parent = subs.pop() if len(subs) == 1 and candidate.family != "roman" else None
        printed = tuple(label.printed for label in candidate.labels)
        marks.append((printed, candidate.start, candidate.end, parent))
        if romans and candidate.family != "roman" and len(printed) == 1:
            inner = romans[bisect_left(starts, candidate.end) : bisect_left(starts, end)]
            nested = chain_of(caption, inner)
            if sum(len(c.labels) for c in nested) > 1 and not listed(caption, nested[0]):
                marks += [(tuple(n.printed for n in c.labels), c.start, c.end, printed[0]) for c in nested]
    return _cut(caption, marks)


def _cut(caption: str, marks: list[tuple[tuple[str, ...], int, int, str | None]]) -> tuple[Panel, ...]:
    """All of the caption as panels and shared text, cut before each label, or behind where labels trail."""
    trailing = (caption[end - 1] in ")]）" and _POSTFIX.match(caption, end) for _, _, end, _ in marks)
    if marks[0][1] > 0 and all(trailing):
        return _cut_behind(caption, marks)
    panels = [_shared(caption, 0, marks[0][1])]
    ends = [start for _, start, _, _ in marks[1:]]
    tail = _SHARED.search(caption, marks[-1][2])
    ends.append(tail.end() if tail else len(caption))
    for (labels, start, label_end, parent), end in zip(marks, ends, strict=True):
        panels.append(Panel(labels, start, _trimmed(caption, start, end), start, label_end, parent))
    panels.append(_shared(caption, ends[-1], len(caption)))
    return tuple(panel for panel in panels if panel is not None and panel.start < panel.end)


def _cut_behind(caption: str, marks: list[tuple[tuple[str, ...], int, int, str | None]]) -> tuple[Panel, ...]:
    before = list(_SENTENCE.finditer(caption, 0, marks[0][1]))
    at = before[-1].end() if before else 0
    panels = [_shared(caption, 0, at)]
    for labels, start, end, parent in marks:
        at = _past_joint(caption, at, start)
        panels.append(Panel(labels, at, end, start, end, parent))
        at = end
    at = _past_joint(caption, at, len(caption))
    panels.append(_shared(caption, at, len(caption)))
    return tuple(panel for panel in panels if panel is not None and panel.start < panel.end)


def _past_joint(caption: str, at: int, end: int) -> int:
    """Past the comma, stop or "and" that joins what comes to what was."""
    while at < end and caption[at] in " ,.;":
        at += 1
    return at + 4 if caption.startswith("and ", at, end) else at


def _shared(caption: str, start: int, end: int) -> Panel | None:
    end = _trimmed(caption, start, end)
    return Panel((), start, end, None, None) if start < end else None


def _trimmed(caption: str, start: int, end: int) -> int:
    return start + len(caption[start:end].rstrip())


def _bold_spans(markup: str) -> tuple[tuple[int, int], ...]:
    """Spans of the plain text that its markup sets in bold."""
    spans: list[tuple[int, int]] = []
    shift = 0
    opened = -1
    for match in _BOLD.finditer(markup):
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
