"""What the terms of a figure withhold from what leaves the lake."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from medconcept.rights.effective import Terms
from medconcept.rights.terms import TERMS, Answer

Part = Literal["text", "image", "derived_image"]

WITHHOLDING_RULES: Mapping[str, str] = {
    "redistribution_forbidden": "the terms forbid passing copies on: metadata alone leaves the lake",
    "licence_unknown": "no known licence permits passing copies on: metadata alone leaves the lake",
    "no_derivatives": "changed copies are forbidden or not known to be permitted: panels, crops and scaled"
    " images stay in the lake",
}
"""The rules by name; `releases` count the rows that each withheld something of."""

_EVERYTHING: tuple[Part, ...] = ("text", "image", "derived_image")
WITHHELD_PARTS: Mapping[str, tuple[Part, ...]] = {
    "redistribution_forbidden": _EVERYTHING,
    "licence_unknown": _EVERYTHING,
    "no_derivatives": ("derived_image",),
}
"""What each rule keeps in the lake: `text` is captions and citing paragraphs, `image` the bytes as published,
`derived_image` panels, crops and scaled copies."""

RESTRICTED_VOCABULARY = "restricted_vocabulary"
"""The rule for names of terminologies whose licence the user has not stated to hold."""


@dataclass(frozen=True, slots=True)
class Withheld:
    """A rule that applies to a figure, and the parts that it withholds, see WITHHELD_PARTS."""

    rule: str
    parts: tuple[Part, ...]


def withheld(terms: Terms) -> Withheld | None:
    """The strictest rule that applies to a figure; None if all of it may leave the lake.

    >>> from medconcept.rights.effective import LicenceStatement, effective_terms
    >>> withheld(effective_terms(LicenceStatement(code="CC-BY-ND-4.0")))
    Withheld(rule='no_derivatives', parts=('derived_image',))
    >>> withheld(effective_terms(LicenceStatement(code="CC-BY-4.0"))) is None
    True
    """
    copies = terms.answer("redistribute")
    rule = None
    if copies == "no":
        rule = "redistribution_forbidden"
    elif copies == "unknown":
        rule = "licence_unknown"
    elif terms.answer("derivatives") != "yes":
        rule = "no_derivatives"
    return None if rule is None else Withheld(rule, WITHHELD_PARTS[rule])


def meets(terms: Terms, required: Mapping[str, Answer]) -> bool:
    """True if each required term has exactly the required answer; KeyError for an unknown term.

    >>> from medconcept.rights.effective import LicenceStatement, effective_terms
    >>> meets(effective_terms(LicenceStatement()), {"commercial": "yes"})
    False
    """
    for term in required:
        if term not in TERMS:
            raise KeyError(term)
    return all(terms.answer(term) == answer for term, answer in required.items())
