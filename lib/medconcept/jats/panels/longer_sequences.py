"""Sequences of labels made longer by labels in a print that is more often something else.

Letters that `label_candidates` finds are left to those candidates, here called certain: an uncertain label
counts only if it continues or completes a sequence.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

from medconcept.jats.panels.label_candidates import (
    AFTER_NAME_WORD,
    AFTER_OFTEN_NAME_WORD,
    LabelCandidate,
    after_opening_in,
    begins_clause,
)
from medconcept.jats.panels.label_sequences import best_sequence, is_in_order, sequence_of
from medconcept.jats.panels.other_lists import without_other_lists
from medconcept.jats.panels.panel_labels import read_labels
from medconcept.jats.panels.uncertain_labels import (
    UncertainLabel,
    in_brackets,
    without_brackets,
    without_series,
)

_CAPITAL_FOLLOWS = re.compile(r"\.?\s[A-Z0-9(*×]")


def lengthened(
    caption: str, candidates: Sequence[LabelCandidate], sequence: list[LabelCandidate], breaks: frozenset[int]
) -> list[LabelCandidate]:
    """Return the sequence, or a longer one that has all its labels and uncertain ones."""
    if sequence and sequence[0].style not in ("bracket", "bare"):
        return sequence
    letters = _letters(sequence)
    following = next(n for n in range(27) if n not in letters)
    for upper in (True, False):
        if sequence and sequence[0].upper is not upper:
            continue
        if following < 26 and _stands_alone(following, upper, caption):
            longer = _longer(caption, candidates, sequence, breaks, upper)
            if len(_keys(longer)) > len(_keys(sequence)):
                return longer
    return sequence


def in_either_case(
    caption: str, candidates: Sequence[LabelCandidate], sequence: list[LabelCandidate]
) -> list[LabelCandidate]:
    """Return the sequence with labels in the other case where it lacks one: "(A) … (b) … (C) …"."""
    upper = sequence[0].upper
    if sequence[0].style != "bracket" or not any(c.upper is not upper for c in candidates):
        return sequence
    others = [c for c in candidates if c.upper is not upper and c.style == "bracket" and c.opens]
    same = [c for c in candidates if c.upper is upper and c.style == "bracket" and c.opens]
    if not others or not _letters(same).isdisjoint(_letters(others)):
        return sequence  # none, or a sequence of its own
    both = sorted([*same, *(c._replace(upper=upper) for c in others)], key=lambda candidate: candidate.start)
    longer = sequence_of(caption, both)
    return longer if _keys(longer) > _keys(sequence) and is_in_order(longer) else sequence


def _stands_alone(letter: int, upper: bool, caption: str) -> bool:
    """True if a letter is no part of a word; of the first letter, if the second is none or a range begins."""
    if _alone(letter or 1, upper).search(caption):
        return True
    first = "A" if upper else "a"
    return letter == 0 and any(first + dash in caption for dash in "-–‐−")


@lru_cache(maxsize=128)
def _alone(letter: int, upper: bool) -> re.Pattern[str]:
    text = chr(ord("A" if upper else "a") + letter)
    # The look-behind follows a literal letter, which is searched for fast.
    return re.compile(rf"{text}(?<![^\s(\[,;–-].)(?=[\s)\].:,;–-])")


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
    found: list[UncertainLabel] = []
    # Labels in brackets within sentences may be references to those without.
    refers = len(_keys(sequence)) < 2 or not any(candidate.opens for candidate in sequence)
    if refers or sequence[0].style == "bracket":
        found += in_brackets(caption, len(sequence) > 1 and all(candidate.opens for candidate in sequence))
    if refers or sequence[0].style == "bare":
        found += without_brackets(caption, bool(sequence))
    uncertain: list[LabelCandidate] = []
    for style, start, end, text, set_off in found:
        labels = read_labels(text, upper)
        elsewhere = begun if style == "bare" and set_off else named
        if not labels or not elsewhere.isdisjoint(label.letter for label in labels):
            continue
        opens = begins_clause(caption, start, breaks) or after_opening_in(caption, start, breaks)
        before = "" if opens else caption[max(0, start - 24) : start]
        if style == "bracket" and set_off:
            before = ""  # "of the Ezh2 complex (A) The map"
        is_name = AFTER_NAME_WORD.search(before) is not None
        is_often_name = style == "bare" and AFTER_OFTEN_NAME_WORD.search(before) is not None
        if (is_name or is_often_name) and not set_off:
            continue
        uncertain.append(
            LabelCandidate(style, upper, labels, start, end, opens, set_off, is_name or is_often_name)
        )
    uncertain = without_series(caption, uncertain)
    if not uncertain:
        return sequence
    both = without_other_lists(caption, sorted([*certain, *uncertain], key=lambda c: (c.start, -c.end)))
    longer = best_sequence(caption, both)
    doubtful = {
        candidate.start for candidate in uncertain if candidate.style == "bare" and not candidate.set_off
    }
    if not _is_credible(caption, longer, doubtful):
        longer = best_sequence(caption, [candidate for candidate in both if candidate.start not in doubtful])
    return longer if longer and _keys(longer) >= _keys(sequence) and is_in_order(longer) else sequence


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
