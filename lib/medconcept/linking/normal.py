"""Normal forms of words against the words that a dictionary has: its singular, and the noun behind it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

import numpy as np

from medconcept.dictionary.layout import Array
from medconcept.dictionary.names import FUNCTION_WORDS
from medconcept.linking.derivation import nouns
from medconcept.linking.inflection import singulars

CACHE = 1 << 17


def vocabulary(words: Iterable[str]) -> Array:
    """The sorted 64-bit hashes of words: all that a Normaliser needs to know of a dictionary."""
    return np.unique(np.array([_hash(word) for word in set(words)], np.uint64))


class Normaliser:
    """Normal forms of plain words, each worked out once.

    A word's singular and noun count only where the dictionary has them as words: "pons" is no plural of a
    word "pon", since no name has that. The same words in a name and in a text so get the same form.
    """

    def __init__(self, vocabulary: Array) -> None:
        """Take the hashes of the dictionary's words, sorted."""
        self._vocabulary = vocabulary
        self._singular: dict[str, str] = {}
        self._noun: dict[str, str] = {}
        self._forms: dict[str, tuple[str, str]] = {}

    def knows(self, word: str) -> bool:
        """True if some name of the dictionary has this plain word."""
        at = int(np.searchsorted(self._vocabulary, np.uint64(wanted := _hash(word))))
        return at < len(self._vocabulary) and int(self._vocabulary[at]) == wanted

    def singular(self, word: str) -> str:
        """The word, or what it is the plural of.

        >>> normaliser = Normaliser(vocabulary(["nucleus", "pons"]))
        >>> normaliser.singular("nuclei"), normaliser.singular("pons"), normaliser.singular("cells")
        ('nucleus', 'pons', 'cells')
        """
        found = self._singular.get(word)
        if found is None:
            likely = (w for w in singulars(word) if w not in FUNCTION_WORDS and self.knows(w))
            found = next(likely, word) if word.isalpha() else word
            _keep(self._singular, word, found)
        return found

    def forms(self, word: str) -> tuple[str, str]:
        """The singular of a word and the noun behind it."""
        found = self._forms.get(word)
        if found is None:
            found = (self.singular(word), self.noun(word))
            if len(self._forms) >= CACHE:
                self._forms.clear()
            self._forms[word] = found
        return found

    def noun(self, word: str) -> str:
        """The singular, or the noun that this word is made from.

        >>> Normaliser(vocabulary(["retina"])).noun("retinal")
        'retina'
        """
        found = self._noun.get(word)
        if found is None:
            single = self.singular(word)
            found = next(filter(self.knows, nouns(single)), None) if single.isalpha() else None
            found = single if found is None else self.singular(found)
            if found == single != word and word.isalpha():
                found = self.singular(next(filter(self.knows, nouns(word)), single))
            _keep(self._noun, word, found)
        return found


def _keep(cache: dict[str, str], word: str, found: str) -> None:
    if len(cache) >= CACHE:
        cache.clear()
    cache[word] = found


def _hash(word: str) -> int:
    return int.from_bytes(
        hashlib.blake2b(word.encode("utf-8", "surrogatepass"), digest_size=8).digest(), "little"
    )
