"""How common a word is in English: `english_words.tsv` of this package.

The words that occur at least 1,000 times in a billion words of books, by level: the logarithm (base 10) of
how often, rounded down to a tenth. Counts of Google Books Ngrams, version 2 (CC BY 3.0), of the words that
are in SCOWL, as in frequency_dictionary_en_82_765.txt of symspellpy 6.10.1 (MIT, Wolf Garbe and mmb L).
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib.resources import files


def level(word: str) -> float:
    """The logarithm of how often a word occurs in a billion; 0 for a word below 1,000 times, or none.

    >>> level("the"), level("Hair"), level("hippocampus")
    (7.3, 4.7, 0.0)
    """
    return _levels().get(word.lower(), 0.0)


@cache  # read once in each process: 22,000 words
def _levels() -> Mapping[str, float]:
    lines = files(__package__).joinpath("english_words.tsv").read_text(encoding="utf-8").splitlines()[1:]
    pairs = (line.split("\t") for line in lines)
    return {word: float(number) for number, words in pairs for word in words.split(" ")}
