"""Normal forms of words against the words that a dictionary has: its singular, and the noun behind it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np

from medconcept.dictionary.layout import Array
from medconcept.dictionary.names import FUNCTION_WORDS
from medconcept.dictionary.strings import hashes
from medconcept.linking.derivation import nouns
from medconcept.linking.inflection import singulars

CACHE = 1 << 14


def vocabulary(words: Iterable[str]) -> Array:
    """The sorted 64-bit hashes of words: all that a Normaliser needs to know of a dictionary."""
    return np.unique(hashes(list(set(words))))


class Normaliser:
    """Normal forms of plain words.

    A word's singular and noun count only where the dictionary has them as words: "pons" is no plural of a
    word "pon", since no name has that. The same words in a name and in a text so get the same form.
    """

    def __init__(self, vocabulary: Array) -> None:
        """Take the hashes of the dictionary's words, sorted."""
        self._vocabulary = vocabulary
        self._known: dict[str, bool] = {}
        self._forms: dict[str, tuple[str, str]] = {}

    def knows(self, word: str) -> bool:
        """True if some name of the dictionary has this plain word."""
        found = self._known.get(word)
        if found is None:
            self._ask([word])
            found = self._known[word]
        return found

    def _ask(self, words: Iterable[str]) -> None:
        """Look many words up at once: one by one they would cost far more than the search."""
        new = [word for word in dict.fromkeys(words) if word not in self._known]
        if not new:
            return
        wanted = hashes(new)
        if not len(self._vocabulary):
            self._known.update(dict.fromkeys(new, False))
            return
        at = np.minimum(np.searchsorted(self._vocabulary, wanted), len(self._vocabulary) - 1)
        self._known.update(zip(new, (self._vocabulary[at] == wanted).tolist(), strict=True))

    def singular(self, word: str) -> str:
        """The word, or what it is the plural of.

        >>> normaliser = Normaliser(vocabulary(["nucleus", "pons"]))
        >>> normaliser.singular("nuclei"), normaliser.singular("pons"), normaliser.singular("cells")
        ('nucleus', 'pons', 'cells')
        """
        return self.forms(word)[0]

    def noun(self, word: str) -> str:
        """The singular, or the noun that this word is made from.

        >>> Normaliser(vocabulary(["retina"])).noun("retinal")
        'retina'
        """
        return self.forms(word)[1]

    def forms(self, word: str) -> tuple[str, str]:
        """The singular of a word and the noun behind it."""
        found = self._forms.get(word)
        return found if found is not None else self.forms_of([word])[0]

    def forms_of(self, words: Sequence[str]) -> list[tuple[str, str]]:
        """The same for many words at once."""
        new = [word for word in dict.fromkeys(words) if word not in self._forms]
        told: dict[str, tuple[str, str]] = {word: self._forms[word] for word in words if word in self._forms}
        if new:
            if len(self._known) >= CACHE:
                self._known.clear()  # never between the questions of one call
            self._ask(form for word in new if word.isalpha() for form in singulars(word))
            single = {word: self._single(word) for word in new}
            asked = {w for word in new for w in (word, single[word]) if w.isalpha()}
            self._ask(form for word in asked for form in nouns(word))
            made = {noun for word in asked for noun in nouns(word) if self._known[noun]}
            self._ask(form for noun in made for form in singulars(noun))
            found = {word: (single[word], self._derived(word, single[word])) for word in new}
            told.update(found)
            if len(self._forms) + len(found) > CACHE:
                self._forms.clear()
            if len(found) <= CACHE:
                self._forms.update(found)
        return [told[word] for word in words]

    def _single(self, word: str) -> str:
        if not word.isalpha():
            return word
        return next((w for w in singulars(word) if w not in FUNCTION_WORDS and self.knows(w)), word)

    def _derived(self, word: str, single: str) -> str:
        found = next(filter(self.knows, nouns(single)), None) if single.isalpha() else None
        noun = single if found is None else self._single(found)
        if noun == single != word and word.isalpha():
            noun = self._single(next(filter(self.knows, nouns(word)), single))
        return noun
