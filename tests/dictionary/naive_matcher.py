"""The reference for every matcher: written from the contract alone, by trying every span of tokens."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence


def naive_matches(
    text: str, tokens: Sequence[tuple[int, int]], keys: Iterable[str]
) -> list[tuple[int, int, frozenset[str]]]:
    """Leftmost, then longest; a span of tokens whose text is a key once white space is one space."""
    known = set(keys)
    found = []
    first = 0
    while first < len(tokens):
        for last in range(len(tokens) - 1, first - 1, -1):
            start, end = tokens[first][0], tokens[last][1]
            plain = re.sub(r"\s+", " ", text[start:end])
            here = frozenset({"\x01" + plain.casefold(), "\x02" + plain} & known)
            if here:
                found.append((start, end, here))
                first = last + 1
                break
        else:
            first += 1
    return found


def simple_tokens(text: str) -> list[tuple[int, int]]:
    """Words (letters, digits, marks) and single other characters, as any tokenizer might give them."""
    out: list[tuple[int, int]] = []
    for place, char in enumerate(text):
        if char.isspace():
            continue
        word = char.isalnum() or unicodedata.category(char).startswith("M")
        if word and out and out[-1][1] == place and (text[place - 1].isalnum() or _mark(text[place - 1])):
            out[-1] = (out[-1][0], place + 1)
        else:
            out.append((place, place + 1))
    return out


def _mark(char: str) -> bool:
    return unicodedata.category(char).startswith("M")
