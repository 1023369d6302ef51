"""Find dictionary names in the tokens of a sentence: leftmost, longest, on token boundaries."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from medconcept.dictionary.compiled_dictionary import CompiledDictionary


@dataclass(frozen=True)
class Match:
    """A name in a text: code points, end exclusive, and the match keys that stand there."""

    start: int
    end: int
    keys: tuple[str, ...]


def match_sentence(
    text: str, tokens: Sequence[tuple[int, int]], dictionary: CompiledDictionary
) -> list[Match]:
    """Matches of a sentence, in order, without overlap.

    `text` is NFC; `tokens` are (start, end) in code points of it, sorted, without overlap. A match begins
    where a token begins and ends where a token ends. The text between, with each run of white space as one
    space, is the name; for folded names after Unicode case folding.

    >>> from medconcept.dictionary.compiled_dictionary import compile_keys
    >>> names = CompiledDictionary(compile_keys(["\\x01heart attack", "\\x01heart"]), "example")
    >>> match_sentence("Heart  attack", [(0, 5), (7, 13)], names)
    [Match(start=0, end=13, keys=('\\x01heart attack',))]
    """
    return [Match(start, end, keys) for start, end, keys in dictionary.match_tokens(text, tokens)]
