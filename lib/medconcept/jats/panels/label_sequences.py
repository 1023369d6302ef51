"""Label candidates in sequence: which of them are labels of panels.

A label counts only as part of a sequence: labels of one style (bracketed, bare, "Panel B"; upper or lower
case) that begin with A and go on in order, each new one the next letter not yet used, at least two. So
"vitamin (B)" or a later "as in (A)" do not count; "mutant (B) and control (A)" does, as an exchange of two.
After "(A–C)" each of the three may still begin a sentence of its own, and a second enumeration may divide all
panels in another way: "(A, C) top, (B, D) bottom". Of several sequences those whose labels begin sentences
come first, then the longest, then the one that starts first.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from itertools import pairwise

from medconcept.jats.panels.label_candidates import SENTENCE, LabelCandidate, after_opening_in
from medconcept.jats.panels.other_lists import is_reagent_list
from medconcept.jats.panels.panel_labels import Label, sub_rank

_JOINT = re.compile(r"\s*(?:[-‐‑‒–—−~∼,;&/]|and|to|through|und|et|y|e|,\s*and)?\s*")
_DASH_OR_TO = re.compile(r"\s*(?:[-‐‑‒–—−~∼]|to|through)\s*")
# Sentences on scales, whose labels begin no part.
_SCALE_SENTENCE = re.compile(r"[.;]\s(?:Scale\s+)?[Bb]ars?\b|\b[Mm]agnifications?\b[^.]*$")
_MAX_EXCHANGE_DISTANCE = 150  # characters between two labels in exchanged order
# Text before and after labels within sentences.
_AFTER_REFERENCE = re.compile(r"\s*(?:[,.;)]|(?:[Ss]cale\s)?[Bb]ars?\b|$)")
_BEFORE_LABEL = re.compile(r"(?:[.,:;)]|\b(?:and|at|in|with|for|of|from))\s$")
_AFTER_REFERRING_LABEL = re.compile(
    r"\s*(?:[,.;)]|(?:[Ss]cale\s)?[Bb]ars?\b|(?:and|or|is|are|was|were|have|had)\b|$)"
)

LabelKey = tuple[int, str]


def best_sequence(caption: str, candidates: Sequence[LabelCandidate]) -> list[LabelCandidate]:
    """Return the best sequence over all styles: by number of labels, then order, then position."""
    sequences: list[tuple[list[LabelCandidate], list[LabelCandidate]]] = []
    by_style: dict[tuple[str, bool], list[LabelCandidate]] = {}
    for candidate in candidates:
        by_style.setdefault((candidate.style, candidate.upper), []).append(candidate)
    for members in by_style.values():
        if not any(map(_is_first, members)):
            continue  # rules out most small letters and numerals
        sequence = sequence_of(caption, members)
        opening = [c for c in members if c.opens]
        if 0 < len(opening) < len(members):
            sentence_sequence = sequence_of(caption, opening)
            if _label_count(sentence_sequence) >= _label_count(sequence):
                sequence = sentence_sequence
        if sequence and _is_plausible(caption, sequence) and not is_reagent_list(caption, sequence):
            sequences.append((sequence, members))
    if len(by_style) > 1:
        sequences += _mixed_style_sequences(
            caption, candidates, max((_label_count(sequence) for sequence, _ in sequences), default=1)
        )
    if any(_begins_sentences(sequence) for sequence, _ in sequences):
        # "(A) Slices of P1 (a) and P4 (b–e). (B) …": labels within sentences divide only those.
        sequences = [(c, m) for c, m in sequences if c[0].style != "bracket" or c[0].opens]
    if len(sequences) > 1:
        sequences = [(c, m) for c, m in sequences if not any(_is_within(c, other) for other, _ in sequences)]
    if not sequences:
        return []
    # Equals occur: "Score (A) and speed (B) by cell. A. Score. B. Speed."
    sequence, members = sequences[0] if len(sequences) == 1 else max(sequences, key=_rank)
    sequence = _extended(caption, candidates, sequence)
    return sorted(
        [*sequence, *_repeated(caption, _merge_adjacent(caption, members), sequence)], key=lambda c: c.start
    )


def _rank(
    sequence_and_members: tuple[list[LabelCandidate], list[LabelCandidate]],
) -> tuple[int, bool, bool, int]:
    sequence, _ = sequence_and_members
    return _label_count(sequence), is_in_order(sequence), _are_single(sequence), -sequence[0].start


def _is_first(candidate: LabelCandidate) -> bool:
    """True for A, a or i, without which there is no sequence."""
    first = candidate.labels[0]
    return first.letter == 0 or (candidate.style == "roman" and sub_rank(first.sub) == 1)


def _mixed_style_sequences(
    caption: str, candidates: Sequence[LabelCandidate], most_labels: int
) -> list[tuple[list[LabelCandidate], list[LabelCandidate]]]:
    """Return sequences that change style, "A) … (B) … C. …", and have more labels than all others."""
    out: list[tuple[list[LabelCandidate], list[LabelCandidate]]] = []
    for upper in (True, False):
        members = [
            c
            for c in candidates
            if c.upper is upper and c.style != "roman" and _begins_part_alone(caption, c)
        ]
        if len({c.style for c in members}) > 1:
            sequence = sequence_of(caption, members)
            if len(sequence) > 2 and sequence[0].opens and _label_count(sequence) > most_labels:
                out.append((sequence, members))
    return out


def _extended(
    caption: str, candidates: Sequence[LabelCandidate], sequence: list[LabelCandidate]
) -> list[LabelCandidate]:
    """Extend a sequence by later sentences that continue it in another style: "(A, C) … (B, D) … E. …"."""
    last = sequence[-1]
    if len(sequence) < 2 or last.style == "roman" or candidates[-1].start < last.end:
        return sequence
    seen = {key for candidate in sequence for key in _keys(candidate)}
    for candidate in candidates:
        if candidate.start < sequence[-1].end:
            continue
        same_case_other_style = candidate.style not in ("roman", last.style) and candidate.upper is last.upper
        if same_case_other_style and _begins_part_alone(caption, candidate):
            keys = _keys(candidate)
            if _continues(keys, seen, True):
                sequence = [*sequence, candidate]
                seen.update(keys)
    return sequence


def _begins_part_alone(caption: str, candidate: LabelCandidate) -> bool:
    """True for a label that begins a part by itself: "C. …", "(C) …", but not "C, C-terminal"."""
    if candidate.style == "bare" and caption[candidate.end : candidate.end + 1] not in (".", ":", " "):
        return candidate.set_off and candidate.opens and caption[candidate.end - 1] == ")"
    return candidate.opens or (
        candidate.style == "bracket" and "anel" in caption[candidate.start : candidate.end]
    )


def _all_begin(sequence: Sequence[LabelCandidate]) -> bool:
    return all(candidate.opens for candidate in sequence)


def _is_within(sequence: Sequence[LabelCandidate], other: Sequence[LabelCandidate]) -> bool:
    """True if a whole sequence lies between two labels of another one whose labels begin sentences."""
    if not all(candidate.opens for candidate in other):
        return False
    if _is_enumeration_of_last(sequence, other):
        return True
    return any(a.start < sequence[0].start and sequence[-1].start < b.start for a, b in pairwise(other))


def _is_enumeration_of_last(sequence: Sequence[LabelCandidate], other: Sequence[LabelCandidate]) -> bool:
    """True for small letters behind the last of several capitals: "(A) One. (B) Two: (a) acid; (b) base"."""
    return (
        other[-1].start < sequence[0].start
        and other[0].upper
        and not sequence[0].upper
        and len(other) > 1
        and (other[0].style != "bare" or all(candidate.set_off for candidate in other))
    )


def is_in_order(sequence: Sequence[LabelCandidate]) -> bool:
    """True if no label first appears after a later one.

    "Mutants (B, D), controls (A, C). A–B, front; C–D, back": labels out of order are more likely references.
    """
    letters = list(dict.fromkeys(label.letter for candidate in sequence for label in candidate.labels))
    return letters == sorted(letters)


def _are_single(sequence: Sequence[LabelCandidate]) -> bool:
    return all(candidate.opens and len(candidate.labels) == 1 for candidate in sequence)


def _begins_sentences(sequence: Sequence[LabelCandidate]) -> bool:
    return sequence[0].style == "bracket" and sequence[0].opens and sequence[-1].opens


def _label_count(sequence: Sequence[LabelCandidate]) -> int:
    """Count the distinct labels of a sequence."""
    return len({(label.letter, label.sub) for candidate in sequence for label in candidate.labels})


def _is_plausible(caption: str, sequence: Sequence[LabelCandidate]) -> bool:
    first = sequence[0]
    if first.named and len(sequence) < 3:
        return False
    if len(sequence) == 1:  # "(A, B) Two views." names panels, "groups (A, B)" may not
        return first.opens and first.style == "bracket"
    if first.style == "panel":  # "see panel A" begins nothing
        return first.opens
    if first.style == "roman":  # mid-sentence they number reasons and conditions as often as panels
        return first.opens and not is_listed(caption, first)
    if first.style == "bare" and not any(c.set_off for c in sequence):
        # A plain capital before a capital may be a word: two may be chance unless both begin sentences.
        return len(sequence) > 2 or not first.upper or all(c.opens for c in sequence)
    return True


def sequence_of(caption: str, candidates: Sequence[LabelCandidate]) -> list[LabelCandidate]:
    """Return the candidates that form a sequence from A on, in order of position; empty if there is none."""
    sequence: list[LabelCandidate] = []
    seen: set[LabelKey] = set()
    group: set[LabelKey] = set()  # labels of the last group such as "(A–C)"
    pending: set[LabelKey] = set()  # those of them without a sentence of their own so far
    groups: set[tuple[LabelKey, ...]] = set()  # all groups so far
    is_enumerating = False
    merged = _merge_adjacent(caption, candidates)
    # The last place of each letter: looking merged from every label would be quadratic.
    last = {label.letter: place for place, candidate in enumerate(merged) for label in candidate.labels}
    for place, candidate in enumerate(merged):
        if sequence and (candidate.named or candidate.start < sequence[-1].end):
            continue
        keys = _keys(candidate)
        if candidate.style == "roman":
            fits = sub_rank(candidate.labels[0].sub) == len(seen) + 1 and not seen & set(keys)
        elif (
            pending
            and pending.issuperset(keys)
            and group != set(keys)
            and _begins_part(caption, candidate, sequence[-1], is_enumerating)
        ):
            pending -= set(keys)
            sequence.append(candidate)
            is_enumerating = True
            continue
        elif (
            pending
            and _overlaps(keys, seen, pending)
            and _begins_part(caption, candidate, sequence[-1], False)
        ):
            fits = True  # "(A–C) One kind. (A, B) … (C–E) Another."
        elif len(keys) > 1 and tuple(keys) not in groups and _begins_group_sentence(caption, candidate, seen):
            groups.add(tuple(keys))
            sequence.append(candidate)
            seen.update(keys)
            continue
        else:
            fits = _continues(keys, seen, candidate.opens) or _exchanged(merged[place : place + 2], seen)
            if not fits and len(sequence) > 1 and _skips_one(candidate, place, last, seen):
                fits = True
                seen.add((keys[0][0] - 1, ""))
        if fits:
            groups.add(tuple(keys))
            sequence.append(candidate)
            seen.update(keys)
            group = set(keys) if len(keys) > 1 and candidate.opens else set()
            pending = set(group)
            is_enumerating = False
    return sequence


def _repeated(
    caption: str, merged: Sequence[LabelCandidate], sequence: Sequence[LabelCandidate]
) -> list[LabelCandidate]:
    """Return enumerations that divide a group, or all panels, again: "(A–D) … (A, C) Left, (B, D) Right"."""
    used = {candidate.start for candidate in sequence}
    if used.issuperset(candidate.start for candidate in merged):
        return []
    groups: list[set[LabelKey]] = []
    seen: set[LabelKey] = set()
    first = set()  # starts of the first occurrence of each label
    for candidate in sequence:
        keys = set(_keys(candidate))
        if not keys <= seen:
            first.add(candidate.start)
        if len(keys) > 1:
            groups.append(keys)
        seen |= keys
    groups.append(seen)
    repeated: list[LabelCandidate] = []
    run: list[LabelCandidate] = []
    run_keys: set[LabelKey] = set()

    def close_run() -> None:
        # Labels that begin sentences need not name all of a group; one group alone is only a repetition.
        whole = run_keys in groups or (_all_begin(run) and any(len(c.labels) > 1 for c in run))
        if len(run) > 1 and whole and not _SCALE_SENTENCE.search(caption, run[0].start - 60, run[0].start):
            repeated.extend(run)

    for candidate in merged:
        keys = set(_keys(candidate))
        backwards = bool(run_keys) and min(keys) < min(run_keys)
        several = len(keys) > 1 and all(len(c.labels) > 1 for c in run)
        if candidate.start in first or run_keys & keys or (backwards and not several):
            close_run()
            run, run_keys = [], set()
        set_off = candidate.style == "bracket" or (candidate.style == "bare" and candidate.opens)
        if candidate.start in first or not set_off or candidate.start < sequence[0].start:
            continue
        before = caption[max(0, candidate.start - 8) : candidate.start]
        # "a, d, e. Habit. b, f. Detail.": the stop after a bare label is part of it.
        refers = candidate.style == "bracket" and _AFTER_REFERRING_LABEL.match(caption, candidate.end)
        if refers and candidate.opens and ")" not in caption[candidate.start : candidate.end - 1]:
            # "(A, C) are of mutants."; but "(A) and (B) are"
            refers = _AFTER_REFERENCE.match(caption, candidate.end)
        if keys <= seen and _BEFORE_LABEL.search(before) and not refers:
            run.append(candidate)
            run_keys |= keys
    close_run()
    return [candidate for candidate in repeated if candidate.start not in used]


def is_listed(caption: str, candidate: LabelCandidate) -> bool:
    """True for a label after a colon: "two changes: (i) …; (ii) …" may list things that are not panels."""
    return caption[: candidate.start].rstrip().endswith(":")


def _begins_part(caption: str, candidate: LabelCandidate, last: LabelCandidate, is_enumerating: bool) -> bool:
    """True if a label of an earlier group begins a part of its own: no scale, no reference."""
    if _SCALE_SENTENCE.search(caption, last.end, candidate.start):
        return False
    if after_opening_in(caption, candidate.start, frozenset()):
        return False  # "(B, C) Cells. In (C), they are infected." is still about both
    before = caption[: candidate.start].rstrip()[-1:]
    if candidate.opens and (before not in ")]" or SENTENCE.match(caption, candidate.end)):
        return True  # "… of mice (x) (A), and" only refers, "(x). (A) Mice" does not
    # "(a, b) Plots: (a) one, (b) the other": within an enumeration a comma is enough.
    return is_enumerating and candidate.style == "bracket" and caption[candidate.start - 2] == ","


def _begins_group_sentence(caption: str, candidate: LabelCandidate, seen: set[LabelKey]) -> bool:
    """True if the candidate begins a sentence on several panels: "(A) … (B) … (A, B) Schematics of both."."""
    keys = _keys(candidate)
    if candidate.style != "bracket" or keys[0] not in seen:
        return False
    new = [key for key in keys if key not in seen]
    if new and not _continues(new, seen, True):
        return False
    stops = caption[max(0, candidate.start - 2) : candidate.start].rstrip()[-1:] in (".", ";")
    return stops and SENTENCE.match(caption, candidate.end) is not None


def _overlaps(keys: list[LabelKey], seen: set[LabelKey], group: set[LabelKey]) -> bool:
    """True if a group takes labels left over from the last one and continues in order after them."""
    old = [key for key in keys if key in seen]
    new = [key for key in keys if key not in seen]
    return bool(old and new) and group.issuperset(old) and _continues(new, seen, True)


def _keys(candidate: LabelCandidate) -> list[LabelKey]:
    return [label[:2] for label in candidate.labels]


def _exchanged(pair: Sequence[LabelCandidate], seen: set[LabelKey]) -> bool:
    """True if the first continues after the second, as in "mutant (B) and control (A)"."""
    if len(pair) < 2 or pair[0].style != "bracket" or pair[1].start - pair[0].end > _MAX_EXCHANGE_DISTANCE:
        return False
    first, second = map(_keys, pair)
    return _continues(second, seen, pair[1].opens) and _continues(first, seen | set(second), pair[0].opens)


def _skips_one(candidate: LabelCandidate, place: int, last: Mapping[int, int], seen: set[LabelKey]) -> bool:
    """True if the label begins a sentence but skips one letter, which does not occur later."""
    if not candidate.opens or candidate.style != "bracket":
        return False
    keys = _keys(candidate)
    letters = {letter for letter, _ in seen}
    following = next(n for n in range(27) if n not in letters)
    missing = last.get(following, -1) < place
    return missing and keys[0][0] == following + 1 and not seen & set(keys)


def _continues(keys: list[LabelKey], seen: set[LabelKey], opens: bool) -> bool:
    """True if the first key is the next unused letter, or the next sub-label of a used one."""
    if not seen.isdisjoint(keys):
        return False
    letters = {letter for letter, _ in seen}
    following = 0
    while following in letters:
        following += 1
    letter, sub = keys[0]
    if letter == following:
        rank = sub_rank(sub)
        return rank is None or rank == 1
    if not sub or letter not in letters:
        return False
    if (letter, "") in seen and sub.isdigit() and not opens:
        return False  # after "(D) Two views", "wild type (D1)" refers to a part of it
    before = [sub_rank(s) or 0 for n, s in seen if n == letter]
    return (sub_rank(sub) or 0) == max(before) + 1


def _merge_adjacent(caption: str, candidates: Sequence[LabelCandidate]) -> list[LabelCandidate]:
    """Merge labels with only a joint between them: "(A) and (B)", "(A)–(C)"."""
    out: list[LabelCandidate] = []
    for candidate in candidates:
        if out and candidate.start >= out[-1].end and candidate.start - out[-1].end < 8:
            last, joint = out[-1], caption[out[-1].end : candidate.start]
            if joint.strip() and _JOINT.fullmatch(joint):
                between = (
                    _labels_between(last.labels[-1], candidate.labels[0])
                    if _DASH_OR_TO.fullmatch(joint)
                    else ()
                )
                labels = (*last.labels, *between, *candidate.labels)
                if _are_distinct(labels):
                    out[-1] = LabelCandidate(
                        last.style, last.upper, labels, last.start, candidate.end, last.opens, last.set_off
                    )
                    continue
        if out and candidate.start < out[-1].end:
            if candidate.set_off and not out[-1].set_off and candidate.start == out[-1].start:
                out[-1] = candidate
            continue
        out.append(candidate)
    return out


def _labels_between(first: Label, last: Label) -> tuple[Label, ...]:
    base = ord("A") if first.printed[0].isupper() else ord("a")
    return tuple(Label(n, "", chr(base + n)) for n in range(first.letter + 1, last.letter))


def _are_distinct(labels: Sequence[Label]) -> bool:
    keys = [(label.letter, label.sub) for label in labels]
    return len(set(keys)) == len(keys) and keys == sorted(keys, key=lambda n: n[0])
