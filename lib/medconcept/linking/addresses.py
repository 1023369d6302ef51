"""Tokens that are addresses, not words: a name inside one is not a mention of a concept."""

from __future__ import annotations

import re

_ADDRESS = re.compile(
    r"://|^\(?www\.|[^\s@]@[\w-]+\.\w|\b10\.\d{4,9}/\S"
    r"|[\w-]\.(?:com|edu|gov|net|org|html?|php|aspx?|pdf|tiff?|jpe?g|png|gif|svg|eps|csv|xlsx?|txt)\b",
    re.IGNORECASE,
)


def is_address(token: str) -> bool:
    """True for a token that looks like a web or e-mail address, a DOI or the name of a file.

    >>> [is_address(t) for t in ("www.heart.org", "heart@who.int", "10.1371/journal.pone.1", "liver.tif")]
    [True, True, True, True]
    >>> [is_address(t) for t in ("heart", "E. coli", "p<0.05", "and/or", "10.5/ml", "http", "end.org")]
    [False, False, False, False, False, False, True]
    """
    return "." in token and _ADDRESS.search(token) is not None
