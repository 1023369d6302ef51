"""Labels that may be panels put in sequence: which of them are.

A label counts only as part of a sequence: labels of one kind (bracketed, bare, "Panel B", bold; upper or
lower case) that begin with A and go on in order, each new one the next that has not been, two at least.
So "vitamin (B)" or a later "as in (A)" are none; "mutant (B) and control (A)" is one in the order of the
print. Behind "(A–C)" each of the three may still begin a sentence of its own, and a second enumeration may
cut all panels another way: "(A, C) top, (B, D) bottom". Of several sequences those whose labels begin
sentences come first, then the longest, then the one that starts first.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from itertools import pairwise

from medconcept.jats.panels.candidates import SENTENCE, PanelCandidate
from medconcept.jats.panels.labels import Label, sub_rank

_JOINING = re.compile(r"\s*(?:[-‐‑‒–—−,;&/]|and|to|und|et|y|e|,\s*and)?\s*")
_DASHED = re.compile(r"\s*(?:[-‐‑‒–—−]|to)\s*")
# Sentences whose labels are those of scales.
_SCALE = re.compile(r"[.;]\s(?:Scale\s+)?[Bb]ars?\b|\b[Mm]agnifications?\b[^.]*$")
_SWAPPED = 150  # characters; labels in the wrong order stand close together
# What stands before and behind a label that begins a part within a sentence.
_POSTFIX = re.compile(r"\s*(?:[,.;)]|(?:[Ss]cale\s)?[Bb]ars?\b|$)")
_LEADS = re.compile(r"(?:[.,:;)]|\b(?:and|at|in|with|for|of|from))\s$")
_REFERS = re.compile(r"\s*(?:[,.;)]|(?:[Ss]cale\s)?[Bb]ars?\b|(?:and|or|is|are|was|were|have|had)\b|$)")

Name = tuple[int, str]


def best_chain(caption: str, found: Sequence[PanelCandidate]) -> list[PanelCandidate]:
    """The best sequence of all families: most labels, then the earliest."""
    chains: list[tuple[list[PanelCandidate], list[PanelCandidate]]] = []
    families: dict[tuple[str, bool], list[PanelCandidate]] = {}
    for candidate in found:
        families.setdefault((candidate.family, candidate.upper), []).append(candidate)
    for members in families.values():
        if not any(map(_is_first, members)):
            continue  # as of most captions' small letters and numerals
        chain = chain_of(caption, members)
        opening = [c for c in members if c.opens]
        if 0 < len(opening) < len(members):
            begun = chain_of(caption, opening)
            if _told(begun) >= _told(chain):
                chain = begun
        if chain and _plausible(caption, chain):
            chains.append((chain, members))
    if len(families) > 1:
        chains += _mixed(caption, found, max((_told(chain) for chain, _ in chains), default=1))
    if any(_begins(chain) for chain, _ in chains):
        # "(A) Slices of P1 (a) and P4 (b–e). (B) …": what stands within sentences is only part of one.
        chains = [(c, m) for c, m in chains if c[0].family != "bracket" or c[0].opens]
    if len(chains) > 1:
        chains = [(c, m) for c, m in chains if not any(_within(c, other) for other, _ in chains)]
    if not chains:
        return []
    # Of equals: "Score (A) and speed (B) by cell. A. Score. B. Speed."
    chain, members = chains[0] if len(chains) == 1 else max(chains, key=_rank)
    chain = _continued(caption, found, chain)
    return sorted([*chain, *_retold(caption, _merged(caption, members), chain)], key=lambda c: c.start)


def _rank(
    chain_and_members: tuple[list[PanelCandidate], list[PanelCandidate]],
) -> tuple[int, bool, bool, int]:
    chain, _ = chain_and_members
    return _told(chain), _in_order(chain), _one_by_one(chain), -chain[0].start


def _is_first(candidate: PanelCandidate) -> bool:
    """True for A, a or i, without which there is no sequence."""
    first = candidate.labels[0]
    return first.letter == 0 or (candidate.family == "roman" and sub_rank(first.sub) == 1)


def _mixed(
    caption: str, found: Sequence[PanelCandidate], told: int
) -> list[tuple[list[PanelCandidate], list[PanelCandidate]]]:
    """Sequences that change their print on the way, "A) … (B) … C. …", if they tell more than all others."""
    out: list[tuple[list[PanelCandidate], list[PanelCandidate]]] = []
    for upper in (True, False):
        members = [c for c in found if c.upper is upper and c.family != "roman" and _ends_well(caption, c)]
        if len({c.family for c in members}) > 1:
            chain = chain_of(caption, members)
            if len(chain) > 2 and chain[0].opens and _told(chain) > told:
                out.append((chain, members))
    return out


def _continued(
    caption: str, found: Sequence[PanelCandidate], chain: list[PanelCandidate]
) -> list[PanelCandidate]:
    """The sequence with sentences behind it that go on in another print: "(A, C) … (B, D) … E. …"."""
    last = chain[-1]
    if len(chain) < 2 or last.family == "roman" or found[-1].start < last.end:
        return chain
    seen = {name for candidate in chain for name in _names(candidate)}
    for candidate in found:
        if candidate.start < chain[-1].end:
            continue
        other = candidate.family not in ("roman", last.family) and candidate.upper is last.upper
        if other and _ends_well(caption, candidate):
            names = _names(candidate)
            if _goes_on(names, seen, True):
                chain = [*chain, candidate]
                seen.update(names)
    return chain


def _ends_well(caption: str, candidate: PanelCandidate) -> bool:
    """True for what begins a part by itself: "C. …", "(C) …", but not "C, C-terminal"."""
    if candidate.family == "bare" and caption[candidate.end : candidate.end + 1] not in (".", ":", " "):
        return candidate.sure and candidate.opens and caption[candidate.end - 1] == ")"
    return candidate.opens or (
        candidate.family == "bracket" and "anel" in caption[candidate.start : candidate.end]
    )


def _all_open(chain: Sequence[PanelCandidate]) -> bool:
    return all(candidate.opens for candidate in chain)


def _within(chain: Sequence[PanelCandidate], other: Sequence[PanelCandidate]) -> bool:
    """True if all of a sequence stands between two labels of another, whose labels begin sentences."""
    if not all(candidate.opens for candidate in other):
        return False
    return any(a.start < chain[0].start and chain[-1].start < b.start for a, b in pairwise(other))


def _in_order(chain: Sequence[PanelCandidate]) -> bool:
    """True if no label is told for the first time behind a later one.

    "Mutants (B, D), controls (A, C). A–B, front; C–D, back": what is out of order is likelier a reference.
    """
    letters = list(dict.fromkeys(label.letter for candidate in chain for label in candidate.labels))
    return letters == sorted(letters)


def _one_by_one(chain: Sequence[PanelCandidate]) -> bool:
    return all(candidate.opens and len(candidate.labels) == 1 for candidate in chain)


def _begins(chain: Sequence[PanelCandidate]) -> bool:
    return chain[0].family == "bracket" and chain[0].opens and chain[-1].opens


def _told(chain: Sequence[PanelCandidate]) -> int:
    """How many labels there are in it, each counted once."""
    return len({(label.letter, label.sub) for candidate in chain for label in candidate.labels})


def _plausible(caption: str, chain: Sequence[PanelCandidate]) -> bool:
    first = chain[0]
    if first.named and len(chain) < 3:
        return False
    if len(chain) == 1:  # "(A, B) Two views." tells of panels, "groups (A, B)" need not
        return first.opens and first.family == "bracket"
    if first.family == "panel":  # what "see panel A" begins is nothing
        return first.opens
    if first.family == "roman":  # mid-sentence they number reasons and conditions as often as panels
        return first.opens and not listed(caption, first)
    if first.family == "bare" and not any(c.sure for c in chain):
        # A plain capital before a capital may be a word: two of them may be chance, but where one stands
        # between the title and a sentence.
        return len(chain) > 2 or not first.upper or (first.start > 0 and all(c.opens for c in chain))
    return True


def chain_of(caption: str, found: Sequence[PanelCandidate]) -> list[PanelCandidate]:
    chain: list[PanelCandidate] = []
    seen: set[Name] = set()
    group: set[Name] = set()  # the last label of several
    again: set[Name] = set()  # of that, what has not been told by itself
    groups: set[tuple[Name, ...]] = set()  # told so far
    retold = False
    ahead = _merged(caption, found)
    # Where each letter stands last: a look ahead from every label would be quadratic.
    last = {label.letter: place for place, candidate in enumerate(ahead) for label in candidate.labels}
    for place, candidate in enumerate(ahead):
        if chain and (candidate.named or candidate.start < chain[-1].end):
            continue
        names = _names(candidate)
        if candidate.family == "roman":
            fits = sub_rank(candidate.labels[0].sub) == len(seen) + 1 and not seen & set(names)
        elif (
            again
            and again.issuperset(names)
            and group != set(names)
            and _begins_part(caption, candidate, chain[-1], retold)
        ):
            again -= set(names)
            chain.append(candidate)
            retold = True
            continue
        elif again and _overlaps(names, seen, again) and _begins_part(caption, candidate, chain[-1], False):
            fits = True  # "(A–C) One kind. (A, B) … (C–E) Another."
        elif len(names) > 1 and tuple(names) not in groups and _tells_anew(caption, candidate, seen):
            groups.add(tuple(names))
            chain.append(candidate)
            seen.update(names)
            continue
        else:
            fits = _goes_on(names, seen, candidate.opens) or _swapped(ahead[place : place + 2], seen)
            if not fits and len(chain) > 1 and _skips(candidate, place, last, seen):
                fits = True
                seen.add((names[0][0] - 1, ""))
        if fits:
            groups.add(tuple(names))
            chain.append(candidate)
            seen.update(names)
            group = set(names) if len(names) > 1 and candidate.opens else set()
            again = set(group)
            retold = False
    return chain


def _retold(
    caption: str, ahead: Sequence[PanelCandidate], chain: Sequence[PanelCandidate]
) -> list[PanelCandidate]:
    """Enumerations that cut a group, or all panels, anew: "(A–D) … (A, C) Left, (B, D) Right"."""
    known = {candidate.start for candidate in chain}
    if known.issuperset(candidate.start for candidate in ahead):
        return []
    groups: list[set[Name]] = []
    seen: set[Name] = set()
    first = set()  # where a label is told for the first time
    for candidate in chain:
        names = set(_names(candidate))
        if not names <= seen:
            first.add(candidate.start)
        if len(names) > 1:
            groups.append(names)
        seen |= names
    groups.append(seen)
    found: list[PanelCandidate] = []
    run: list[PanelCandidate] = []
    told: set[Name] = set()

    def close() -> None:
        # What begins sentences need not name all of a group; a group alone is but told twice.
        whole = told in groups or (_all_open(run) and any(len(c.labels) > 1 for c in run))
        if len(run) > 1 and whole and not _SCALE.search(caption, run[0].start - 60, run[0].start):
            found.extend(run)

    for candidate in ahead:
        names = set(_names(candidate))
        backwards = bool(told) and min(names) < min(told)
        several = len(names) > 1 and all(len(c.labels) > 1 for c in run)
        if candidate.start in first or told & names or (backwards and not several):
            close()
            run, told = [], set()
        set_off = candidate.family == "bracket" or (candidate.family == "bare" and candidate.opens)
        if candidate.start in first or not set_off or candidate.start < chain[0].start:
            continue
        before = caption[max(0, candidate.start - 8) : candidate.start]
        # "a, d, e. Habit. b, f. Detail.": behind a bare label the stop is part of it.
        refers = candidate.family == "bracket" and _REFERS.match(caption, candidate.end)
        if refers and candidate.opens and ")" not in caption[candidate.start : candidate.end - 1]:
            refers = _POSTFIX.match(caption, candidate.end)  # "(A, C) are of mutants."; but "(A) and (B) are"
        if names <= seen and _LEADS.search(before) and not refers:
            run.append(candidate)
            told |= names
    close()
    return [candidate for candidate in found if candidate.start not in known]


def listed(caption: str, candidate: PanelCandidate) -> bool:
    """True for a label behind a colon: "two changes: (i) …; (ii) …" lists what need not be in a picture."""
    return caption[: candidate.start].rstrip().endswith(":")


def _begins_part(caption: str, candidate: PanelCandidate, last: PanelCandidate, retold: bool) -> bool:
    """True if a label that has been told in a group begins a part of its own: no scale, no reference."""
    if _SCALE.search(caption, last.end, candidate.start):
        return False
    before = caption[: candidate.start].rstrip()[-1:]
    if candidate.opens and (before not in ")]" or SENTENCE.match(caption, candidate.end)):
        return True  # "… of mice (x) (A), and" only refers, "(x). (A) Mice" does not
    # "(a, b) Plots: (a) one, (b) the other": within an enumeration a comma is enough.
    return retold and candidate.family == "bracket" and caption[candidate.start - 2] == ","


def _tells_anew(caption: str, candidate: PanelCandidate, seen: set[Name]) -> bool:
    """True if a sentence on several panels begins: "(A) … (B) … (A, B) Schematics of both."."""
    names = _names(candidate)
    if candidate.family != "bracket" or names[0] not in seen:
        return False
    new = [name for name in names if name not in seen]
    if new and not _goes_on(new, seen, True):
        return False
    stops = caption[max(0, candidate.start - 2) : candidate.start].rstrip()[-1:] in (".", ";")
    return stops and SENTENCE.match(caption, candidate.end) is not None


def _overlaps(names: list[Name], seen: set[Name], group: set[Name]) -> bool:
    """True if a group takes up what is left of the last one and goes on in order behind it."""
    old = [name for name in names if name in seen]
    new = [name for name in names if name not in seen]
    return bool(old and new) and group.issuperset(old) and _goes_on(new, seen, True)


def _names(candidate: PanelCandidate) -> list[Name]:
    return [label[:2] for label in candidate.labels]


def _swapped(pair: Sequence[PanelCandidate], seen: set[Name]) -> bool:
    """True if the first goes on behind the second, as in "mutant (B) and control (A)"."""
    if len(pair) < 2 or pair[0].family != "bracket" or pair[1].start - pair[0].end > _SWAPPED:
        return False
    first, second = map(_names, pair)
    return _goes_on(second, seen, pair[1].opens) and _goes_on(first, seen | set(second), pair[0].opens)


def _skips(candidate: PanelCandidate, place: int, last: Mapping[int, int], seen: set[Name]) -> bool:
    """True if it begins a sentence one letter too late, and that letter is nowhere behind it."""
    if not candidate.opens or candidate.family != "bracket":
        return False
    names = _names(candidate)
    letters = {letter for letter, _ in seen}
    following = next(n for n in range(27) if n not in letters)
    missing = last.get(following, -1) < place
    return missing and names[0][0] == following + 1 and not seen & set(names)


def _goes_on(names: list[Name], seen: set[Name], opens: bool) -> bool:
    """True if the first name is the next letter that has not been, or the next sub-label of the last."""
    if not seen.isdisjoint(names):
        return False
    letters = {letter for letter, _ in seen}
    following = 0
    while following in letters:
        following += 1
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


def _merged(caption: str, found: Sequence[PanelCandidate]) -> list[PanelCandidate]:
    """Labels with nothing but a joint between them made one: "(A) and (B)", "(A)–(C)"."""
    out: list[PanelCandidate] = []
    for candidate in found:
        if out and candidate.start >= out[-1].end and candidate.start - out[-1].end < 8:
            last, joint = out[-1], caption[out[-1].end : candidate.start]
            if joint.strip() and _JOINING.fullmatch(joint):
                between = _filled(last.labels[-1], candidate.labels[0]) if _DASHED.fullmatch(joint) else ()
                labels = (*last.labels, *between, *candidate.labels)
                if _distinct(labels):
                    out[-1] = PanelCandidate(
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
