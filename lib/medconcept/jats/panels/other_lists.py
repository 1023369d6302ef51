"""Lists in captions whose letters are no labels of panels: reagents, abbreviations, keys to marks."""

from __future__ import annotations

import re
from collections.abc import Sequence

from medconcept.jats.panels.label_candidates import LabelCandidate

_HEADING = re.compile(
    r"(?:^|[.;:)]\s)(?:([Rr]eagents?|[Rr]eactants?|[Rr]eaction|(?:[A-Z][a-z]+\s)?[Cc]onditions)|[Aa]bbreviations|[Kk]ey|[Ll]egend|[Ll]anes?|[Ss]ymbols)"
    r"(?:(?:\s(?:and|&|,))?\s(?:reaction\s|the\s)?(?:conditions|reagents|used|solvents|yields|steps))?\s?[:.]\s?$"
)
_HEADING_LENGTH = 45
_REAGENT = re.compile(
    r"\b(?:DMF|THF|DCM|TFA|MeOH|EtOH|AcOH|MeCN|CH3CN|CH2Cl2|CHCl3|EtOAc|Et2O|Et3N|NEt3|DIPEA|DMAP|EDCI?|HATU|DCC|NBS|TBAF"
    r"|NaH|NaOH|KOH|LiOH|HCl|HBr|H2SO4|HNO3|K2CO3|Cs2CO3|Na2CO3|NaHCO3|NaBH4|LiAlH4|BBr3|SOCl2|POCl3|n-?BuLi|Pd(?:/C|\()"
    r"|Pd\b|AlCl3|Ac2O|Boc2O|pyridine|toluene|dioxane|acetone|reflux|equiv|eq\.|[rR]\.?[tT]\b\.?|room temp)"
)


def without_other_lists(caption: str, candidates: list[LabelCandidate]) -> list[LabelCandidate]:
    """Leave out the candidates of a list under a heading such as "Reagents and conditions:".

    >>> from medconcept.jats.panels.label_candidates import find_candidates
    >>> caption = "Two routes. Reagents: (a) NaH; (b) water."
    >>> without_other_lists(caption, find_candidates(caption, (), frozenset()))
    []
    """
    for first in candidates:
        if first.labels[0].letter > 0:
            continue  # lists begin with a or i
        if caption[first.start - 2 : first.start - 1] not in (":", "."):
            continue
        heading = _HEADING.search(caption, max(0, first.start - _HEADING_LENGTH), first.start)
        if heading is None:
            continue
        style, upper, start = first.style, first.upper, first.start
        is_again = any(
            c.start < start and c.upper is upper and c.labels[0] == first.labels[0] for c in candidates
        )
        if heading.group(1) and upper and not is_again:
            continue  # reagents have small letters, or those of the panels again
        return [
            c
            for c in candidates
            if c.start < start
            or c.upper is not upper
            or (c.style != style and "roman" not in (c.style, style))
        ]
    return candidates


def is_reagent_list(caption: str, sequence: Sequence[LabelCandidate]) -> bool:
    """True if more than half of the parts name reagents or conditions: "(a) NaH, DMF; (b) HCl, reflux"."""
    if sequence[0].upper or not sequence[0].opens:
        return False
    ends = [candidate.start for candidate in sequence[1:]] + [sequence[-1].end + 60]
    parts = zip(sequence, ends, strict=True)
    named = sum(
        1 for candidate, end in parts if _REAGENT.search(caption, candidate.end, min(end, candidate.end + 60))
    )
    return 2 * named > len(sequence)
