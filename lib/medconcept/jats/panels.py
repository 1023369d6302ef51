"""A caption cut into the parts that describe its panels.

A label counts only as part of a sequence: labels of one kind (bracketed, bare, "Panel B", bold; upper or
lower case) that begin with A and go on in order, each new one the next that has not been, two at least.
So "vitamin (B)" or a later "as in (A)" are none; "mutant (B) and control (A)" is one in the order of the
print, and behind "(A–C)" each of the three may still begin a sentence of its own. Of several sequences the
longest is taken; of equals one whose labels all begin sentences (of one kind), then the one that starts
first. Where every label stands at the end of what it describes ("lung (A), liver (B)"), its part is the
text before it. Roman numerals inside a part are parts of that part.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from medconcept.jats.figure_records import Panel
from medconcept.jats.panel_candidates import Candidate, candidates, words
from medconcept.jats.panel_labels import Label, sub_rank

_BOLD = re.compile(r"</?bold>|</?(?:sup|sub|italic)>|&(?:amp|lt|gt);")
_JOINING = re.compile(r"\s*(?:[-‐‑‒–—−,;&/]|and|to|und|et|y|e|,\s*and)?\s*")
_DASHED = re.compile(r"\s*(?:[-‐‑‒–—−]|to)\s*")
# Sentences that speak of all panels, where captions end with them.
_SHARED = re.compile(
    r"[.;!?]\)?\s(?=(?:Scale\s+bars\b|Error\s+bars\b|Bars\s+(?:represent|indicate|=)"
    r"|All\s+(?:data|panels|images|values|scale)|In\s+all\s+panels|For\s+all"
    r"|Data\s+(?:are|represent|were|shown)|Values\s+(?:are|represent)|Results\s+are|Abbreviations"
    r"|Statistical\s+(?:significance|analys[ie]s)|\*+\s*,?\s*[pP]\b|[Ss]ee\s+also\b))"
)
# Sentences whose labels are those of scales.
_SCALE = re.compile(r"[.;]\s(?:Scale\s+)?[Bb]ars?\b|\b[Mm]agnifications?\b[^.]*$")
_SWAPPED = 150  # characters; labels in the wrong order stand close together
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
    breaks = frozenset(end + len(caption[end:]) - len(caption[end:].lstrip()) for end in ends)
    found = candidates(caption, bold, breaks)
    chain = _best_chain(caption, found)
    if chain and any(c.opens for c in chain):
        return _parts(caption, chain, found)
    places = words(caption)
    # "Left panel shows … (A) … Right panel shows …": letters within sentences are but parts of these.
    if len({word for word, _, _ in places}) < 2 or (chain and chain[0].start < places[0][1]):
        return _parts(caption, chain, found) if chain else ()
    return _cut(caption, [((word,), start, end, None) for word, start, end in places])


def _best_chain(caption: str, found: Sequence[Candidate]) -> list[Candidate]:
    """The best sequence of all families: most labels, then the earliest."""
    best: list[Candidate] = []
    best_score = (0, 0)
    for family in dict.fromkeys((c.family, c.upper) for c in found):
        members = [c for c in found if (c.family, c.upper) == family]
        chain = _chain(caption, members)
        opening = [c for c in members if c.opens]
        if 0 < len(opening) < len(members):
            begun = _chain(caption, opening)
            if _told(begun) >= _told(chain):
                chain = begun
        labels = _told(chain)
        if not labels or not _plausible(chain):
            continue
        score = (labels, -chain[0].start)
        if score > best_score:
            best, best_score = chain, score
    return best


def _told(chain: Sequence[Candidate]) -> int:
    """How many labels there are in it, each counted once."""
    return len({(label.letter, label.sub) for candidate in chain for label in candidate.labels})


def _plausible(chain: Sequence[Candidate]) -> bool:
    first = chain[0]
    if len(chain) == 1:  # "(A, B) Two views." tells of panels, "groups (A, B)" need not
        return first.opens and first.family == "bracket"
    if first.family == "panel":  # what "see panel A" begins is nothing
        return first.opens
    if first.family == "roman":  # mid-sentence they number reasons and conditions as often as panels
        return first.opens
    if first.family == "bare" and not any(c.sure for c in chain):
        # A plain capital before a capital may be a word: two of them may be chance.
        return len(chain) > 2 or not first.upper
    return True


def _chain(caption: str, found: Sequence[Candidate]) -> list[Candidate]:
    chain: list[Candidate] = []
    seen: set[tuple[int, str]] = set()
    again: set[tuple[int, str]] = set()  # of the last group, what has not been told by itself
    retold = False
    ahead = _merged(caption, found)
    for place, candidate in enumerate(ahead):
        if chain and candidate.start < chain[-1].end:
            continue
        names = _names(candidate)
        if candidate.family == "roman":
            fits = sub_rank(candidate.labels[0].sub) == len(seen) + 1 and not seen & set(names)
        elif again.issuperset(names) and _begins_part(caption, candidate, chain[-1], retold):
            again -= set(names)
            chain.append(candidate)
            retold = True
            continue
        elif _overlaps(names, seen, again) and _begins_part(caption, candidate, chain[-1], False):
            fits = True  # "(A–C) One kind. (A, B) … (C–E) Another."
        else:
            fits = _goes_on(names, seen, candidate.opens) or _swapped(ahead[place : place + 2], seen)
            if not fits and len(chain) > 1 and _skips(ahead[place:], seen):
                fits = True
                seen.add((names[0][0] - 1, ""))
        if fits:
            chain.append(candidate)
            seen.update(names)
            again = set(names) if len(names) > 1 and candidate.opens else set()
            retold = False
    return chain


def _begins_part(caption: str, candidate: Candidate, last: Candidate, retold: bool) -> bool:
    """True if a label that has been told in a group begins a part of its own: no scale, no reference."""
    if _SCALE.search(caption, last.end, candidate.start):
        return False
    if candidate.opens:
        return True
    # "(a, b) Plots: (a) one, (b) the other": within an enumeration a comma is enough.
    return retold and candidate.family == "bracket" and caption[candidate.start - 2] == ","


def _overlaps(names: list[tuple[int, str]], seen: set[tuple[int, str]], group: set[tuple[int, str]]) -> bool:
    """True if a group takes up what is left of the last one and goes on in order behind it."""
    old = [name for name in names if name in seen]
    new = [name for name in names if name not in seen]
    return bool(old and new) and group.issuperset(old) and _goes_on(new, seen, True)


def _names(candidate: Candidate) -> list[tuple[int, str]]:
    return [(label.letter, label.sub) for label in candidate.labels]


def _swapped(pair: Sequence[Candidate], seen: set[tuple[int, str]]) -> bool:
    """True if the first goes on behind the second, as in "mutant (B) and control (A)"."""
    if len(pair) < 2 or pair[0].family != "bracket" or pair[1].start - pair[0].end > _SWAPPED:
        return False
    first, second = map(_names, pair)
    return _goes_on(second, seen, pair[1].opens) and _goes_on(first, seen | set(second), pair[0].opens)


def _skips(ahead: Sequence[Candidate], seen: set[tuple[int, str]]) -> bool:
    """True if the first begins a sentence one letter too late, and that letter is nowhere behind it."""
    candidate, names = ahead[0], _names(ahead[0])
    if not candidate.opens or candidate.family != "bracket":
        return False
    following = next(n for n in range(27) if n not in {letter for letter, _ in seen})
    missing = all(letter != following for later in ahead for letter, _ in _names(later))
    return missing and names[0][0] == following + 1 and not seen & set(names)


def _goes_on(names: list[tuple[int, str]], seen: set[tuple[int, str]], opens: bool) -> bool:
    """True if the first name is the next letter that has not been, or the next sub-label of the last."""
    if any(name in seen for name in names):
        return False
    letters = {letter for letter, _ in seen}
    following = next(n for n in range(27) if n not in letters)
    letter, sub = names[0]
    if letter == following:
        rank = sub_rank(sub)
        return rank is None or rank == 1
    if not sub or letter not in letters:
        return False
    if (letter, "") in seen and sub.isdigit() and not opens:
        return False  # behind "(D) Two views": "wild type (D1)" refers to a part of it
    before = [sub_rank(s) or 0 for n, s in seen if n == letter]
    return (sub_rank(sub) or 0) == max(before) + 1


def _merged(caption: str, found: Sequence[Candidate]) -> list[Candidate]:
    """Labels with nothing but a joint between them made one: "(A) and (B)", "(A)–(C)"."""
    out: list[Candidate] = []
    for candidate in found:
        if out and candidate.start >= out[-1].end and candidate.start - out[-1].end < 8:
            last, joint = out[-1], caption[out[-1].end : candidate.start]
            if joint.strip() and _JOINING.fullmatch(joint):
                between = _filled(last.labels[-1], candidate.labels[0]) if _DASHED.fullmatch(joint) else ()
                labels = (*last.labels, *between, *candidate.labels)
                if _distinct(labels):
                    out[-1] = Candidate(
                        last.family, last.upper, labels, last.start, candidate.end, last.opens, last.sure
                    )
                    continue
        if out and candidate.start < out[-1].end:
            if candidate.sure and not out[-1].sure and candidate.start == out[-1].start:
                out[-1] = candidate
            continue
        out.append(candidate)
    return out


def _filled(first: Label, last: Label) -> tuple[Label, ...]:
    base = ord("A") if first.printed[0].isupper() else ord("a")
    return tuple(Label(n, "", chr(base + n)) for n in range(first.letter + 1, last.letter))


def _distinct(labels: Sequence[Label]) -> bool:
    names = [(label.letter, label.sub) for label in labels]
    return len(set(names)) == len(names) and names == sorted(names, key=lambda n: n[0])


def _parts(caption: str, chain: Sequence[Candidate], found: Sequence[Candidate]) -> tuple[Panel, ...]:
    marks: list[tuple[tuple[str, ...], int, int, str | None]] = []
    ends = [c.start for c in chain[1:]] + [len(caption)]
    for candidate, end in zip(chain, ends, strict=True):
        subs = {label.printed[0] for label in candidate.labels if label.sub}
        parent = subs.pop() if len(subs) == 1 and candidate.family != "roman" else None
        printed = tuple(label.printed for label in candidate.labels)
        marks.append((printed, candidate.start, candidate.end, parent))
        if candidate.family != "roman" and len(printed) == 1:
            inner = [c for c in found if c.family == "roman" and candidate.end <= c.start < end]
            nested = _chain(caption, inner)
            if sum(len(c.labels) for c in nested) > 1:
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
