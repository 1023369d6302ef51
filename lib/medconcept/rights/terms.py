"""The terms of a licence: what it permits and what it asks for."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

Answer = Literal["yes", "no", "unknown"]
Origin = Literal["figure_licence", "figure_words", "article_licence", "article_words", "nothing"]

TERMS: Mapping[str, str] = {
    "commercial": "commercial use is permitted",
    "derivatives": "changed copies may be passed on: panels, crops, scaled images",
    "share_alike": "changed copies must bear the same licence",
    "redistribute": "unchanged copies may be passed on",
    "attribution": "the author must be named",
}
"""The terms and what "yes" means. For commercial, derivatives and redistribute yes is more permissive than
no; for the other two no is. Unknown counts as the less permissive answer."""

_CC = re.compile(r"CC-(BY(?:-(?:NC|ND|SA))*)(?:-[0-9]\.[0-9])?")
_PUBLIC = re.compile(r"CC0(?:-[0-9]\.[0-9])?|CC-PDM(?:-[0-9]\.[0-9])?")


@dataclass(frozen=True, slots=True)
class Term:
    """One term: its answer, the text it was read from, and where that text stands.

    `evidence` is the licence code, its address or words; None where nothing says anything.
    """

    answer: Answer
    evidence: str | None
    origin: Origin


def terms_of_code(code: str | None) -> dict[str, Answer] | None:
    """The answers of a licence code, None for a code that is not one of Creative Commons.

    >>> terms_of_code("CC-BY-NC-ND-4.0")["derivatives"], terms_of_code("CC0-1.0")["attribution"]
    ('no', 'no')
    >>> terms_of_code(None), terms_of_code("CC-BY-XX-4.0")
    (None, None)
    """
    if code is None:
        return None
    if _PUBLIC.fullmatch(code):
        return {
            "commercial": "yes", "derivatives": "yes", "share_alike": "no", "redistribute": "yes",
            "attribution": "no",
        }  # fmt: skip
    match = _CC.fullmatch(code)
    if match is None:
        return None
    parts = set(match.group(1).split("-"))
    return {
        "commercial": "no" if "NC" in parts else "yes",
        "derivatives": "no" if "ND" in parts else "yes",
        "share_alike": "yes" if "SA" in parts else "no",
        "redistribute": "yes",
        "attribution": "yes",
    }
