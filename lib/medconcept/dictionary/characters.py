"""What the matcher knows of characters, as tables kept in each file, so that every reader agrees."""

from __future__ import annotations

import re
import sys
import unicodedata
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from medconcept.dictionary.words import TOKEN

_GREEK = re.compile("[\u0370-\u03ff\u1f00-\u1fff]")
BLOCK = 128
OTHER, WORD, SPACE = 0, 1, 2
_MASK, _SEVERAL = 0x1FFFFF, 1 << 23
SKIPPED, SIGN, LETTERS, GREEK = 0, 1, 2, 3  # of a word of the linker


def character_class(char: str) -> int:
    """WORD for letters, digits and marks, SPACE for white space, else OTHER.

    >>> [character_class(c) for c in "aé1\\u0301 -"]
    [1, 1, 1, 1, 2, 0]
    """
    if char.isspace():
        return SPACE
    return WORD if char.isalnum() or unicodedata.category(char).startswith("M") else OTHER


def word_class(char: str) -> int:
    """What linking.words.TOKEN makes of a character.

    >>> [word_class(c) for c in "aé1\\u0301 -+α_"]
    [2, 2, 2, 2, 0, 0, 1, 3, 1]
    """
    if not TOKEN.fullmatch(char):
        return SKIPPED
    return LETTERS if TOKEN.fullmatch(char * 2) else GREEK if _GREEK.fullmatch(char) else SIGN


@lru_cache(maxsize=1)
def character_tables() -> dict[str, NDArray[np.generic]]:
    """Tables `blocks`, `chars` and `several` of kernel.h: case folding and classes of every code point.

    Case folding is Unicode's full one, as str.casefold of the Python that compiles.
    """
    several = [0]
    values = np.empty(sys.maxunicode + 1, np.uint32)
    for point in range(sys.maxunicode + 1):
        char = chr(point)
        folded = char.casefold()
        if len(folded) == 1:
            value = (ord(folded) - point) & _MASK  # a difference: blocks of plain letters are alike
        else:
            value = len(several) | _SEVERAL
            several += [len(folded), *map(ord, folded)]
        kinds = character_class(char) | word_class(char) << 3 | char.isalnum() << 5
        values[point] = value | kinds << 21
    blocks: dict[bytes, int] = {}
    index = [blocks.setdefault(block.tobytes(), len(blocks)) for block in values.reshape(-1, BLOCK)]
    chars = np.frombuffer(b"".join(blocks), np.uint32)
    return {"blocks": np.array(index, np.uint16), "chars": chars, "several": np.array(several, np.uint32)}
