"""Case folding and word classes of every Unicode code point, as tables for the kernel.

Each dictionary file has its own tables, so that texts are read by the same Unicode version as the names.
"""

from __future__ import annotations

import re
import sys
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from medconcept.dictionary.kernel.layout import (
    ALNUM_SHIFT,
    CHARACTER_BLOCK,
    FOLD_MASK,
    GREEK,
    LETTERS,
    SIGN,
    SKIPPED,
    WORD_CLASS_SHIFT,
)
from medconcept.dictionary.words import TOKEN

_GREEK = re.compile("[\u0370-\u03ff\u1f00-\u1fff]")


def word_class(char: str) -> int:
    """The part of words.TOKEN that a character matches.

    LETTERS stand in runs; GREEK and SIGN are words by themselves; SKIPPED is in no word.

    >>> [word_class(c) for c in "aé1\\u0301 -+α_"]
    [2, 2, 2, 2, 0, 0, 1, 3, 1]
    """
    if not TOKEN.fullmatch(char):
        return SKIPPED
    return LETTERS if TOKEN.fullmatch(char * 2) else GREEK if _GREEK.fullmatch(char) else SIGN


@lru_cache(maxsize=1)
def character_tables() -> dict[str, NDArray[np.generic]]:
    """The arrays `blocks` and `chars` of kernel.h for every code point.

    A character whose case folding is several characters (such as "ß") is not folded.
    """
    values = np.empty(sys.maxunicode + 1, np.uint32)
    for point in range(sys.maxunicode + 1):
        char = chr(point)
        folded = char.casefold()
        # A difference, not the folded character: most blocks of plain letters are then equal, and kept once.
        difference = (ord(folded) - point) & FOLD_MASK if len(folded) == 1 else 0
        values[point] = difference | word_class(char) << WORD_CLASS_SHIFT | char.isalnum() << ALNUM_SHIFT
    blocks: dict[bytes, int] = {}
    index = [blocks.setdefault(block.tobytes(), len(blocks)) for block in values.reshape(-1, CHARACTER_BLOCK)]
    return {"blocks": np.array(index, np.uint16), "chars": np.frombuffer(b"".join(blocks), np.uint32)}
