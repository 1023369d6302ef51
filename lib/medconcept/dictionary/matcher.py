"""Find dictionary names in the tokens of a sentence: leftmost, longest, on token boundaries."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from medconcept.dictionary.names import EXACT, FOLDED, MAX_NAME


class Keys(Protocol):
    """What the matcher asks of a compiled dictionary."""

    def prefixes(self, key: str) -> list[str]:
        """All keys that are prefixes of the given text."""


@dataclass(frozen=True)
class Match:
    """A name in a text: code points, end exclusive, and the match keys that stand there."""

    start: int
    end: int
    keys: tuple[str, ...]


def match_sentence(text: str, tokens: Sequence[tuple[int, int]], dictionary: Keys) -> list[Match]:
    """Matches of a sentence, in order, without overlap.

    `tokens` are (start, end) in code points of `text`, sorted. A match begins where a token begins, ends
    where a token ends, and the text between is the name, white space and (for folded names) case apart.

    >>> import marisa_trie
    >>> names = marisa_trie.Trie(["\\x01heart attack", "\\x01heart"])
    >>> match_sentence("Heart  attack", [(0, 5), (7, 13)], names)
    [Match(start=0, end=13, keys=('\\x01heart attack',))]
    """
    out: list[Match] = []
    n = 0
    while n < len(tokens):
        found = _longest(text, tokens, n, dictionary)
        if found is None:
            n += 1
            continue
        last, keys = found
        out.append(Match(tokens[n][0], tokens[last][1], keys))
        n = last + 1
    return out


def _longest(
    text: str, tokens: Sequence[tuple[int, int]], first: int, dictionary: Keys
) -> tuple[int, tuple[str, ...]] | None:
    folded, exact, ends = _window(text, tokens, first)
    by_length = {len(key) - 1: [key] for key in dictionary.prefixes(FOLDED + folded)}
    exact_ends = {len(key) - 1: key for key in dictionary.prefixes(EXACT + exact)}
    if not by_length and not exact_ends:
        return None
    for token in range(first + len(ends) - 1, first - 1, -1):
        at_folded, at_exact = ends[token - first]
        keys = [*by_length.get(at_folded, ())]
        if at_exact in exact_ends:
            keys.append(exact_ends[at_exact])
        if keys:
            return token, tuple(keys)
    return None


def _window(text: str, tokens: Sequence[tuple[int, int]], first: int) -> tuple[str, str, list[tuple[int, int]]]:
    """The text from a token on in both forms, and where each following token ends in them."""
    folded: list[str] = []
    exact: list[str] = []
    ends: list[tuple[int, int]] = []
    at, length_folded, length_exact = tokens[first][0], 0, 0
    for start, end in tokens[first:]:
        gap = text[at:start]
        piece = unicodedata.normalize("NFC", ((" " if gap.isspace() else gap) + text[start:end]))
        fold = piece.casefold()
        folded.append(fold)
        exact.append(piece)
        length_folded += len(fold)
        length_exact += len(piece)
        ends.append((length_folded, length_exact))
        at = end
        if length_exact > MAX_NAME:
            break
    return "".join(folded), "".join(exact), ends
