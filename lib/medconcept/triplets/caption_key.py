"""The key under which captions that differ in case, spaces and punctuation alone are one."""

from __future__ import annotations

import hashlib
import unicodedata


def caption_key(caption: str) -> str | None:
    """The first 32 hex digits of the SHA-256 of a caption's letters and digits; None if it has none.

    Folded are compatibility forms (NFKC), case, and every character that is neither letter, mark nor digit.

    >>> caption_key("Fig. 1: A heart\\u2009attack.") == caption_key("FIG 1 a heart-attack")
    True
    >>> caption_key("* * *") is None
    True
    """
    folded = unicodedata.normalize("NFKC", caption).casefold()
    # Marks stay: without them words of Indian scripts would be the same.
    kept = "".join(c for c in folded if c.isalnum() or (c > "\x7f" and unicodedata.category(c)[0] == "M"))
    return hashlib.sha256(kept.encode()).hexdigest()[:32] if kept else None
