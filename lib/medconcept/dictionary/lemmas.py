"""Normal forms of words against the words that a dictionary has: its singular, and the noun behind it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import chain

import numpy as np

from medconcept.dictionary.arrow_strings import hashes
from medconcept.dictionary.derivation import nouns
from medconcept.dictionary.file_layout import Array
from medconcept.dictionary.inflection import singulars
from medconcept.dictionary.name_rules import FUNCTION_WORDS

CACHE = 1 << 14


def vocabulary(words: Iterable[str]) -> Array:
    """The sorted 64-bit hashes of words: all that a Lemmatiser needs to know of a dictionary."""
    return np.unique(hashes(list(set(words))))


class Lemmatiser:
    """Normal forms of plain words.

    A word's singular and noun count only where the dictionary has them as words: "pons" is no plural of a
    word "pon", since no name has that. The same words in a name and in a text so get the same form.
    """

    def __init__(self, vocabulary: Array) -> None:
        """Take the hashes of the dictionary's words, sorted."""
        self._vocabulary = vocabulary
        self._forms: dict[str, tuple[str, str]] = {}

    def singular(self, word: str) -> str:
        """The word, or what it is the plural of.

        >>> normaliser = Lemmatiser(vocabulary(["nucleus", "pons"]))
        >>> normaliser.singular("nuclei"), normaliser.singular("pons"), normaliser.singular("cells")
        ('nucleus', 'pons', 'cells')
        """
        return self.forms(word)[0]

    def noun(self, word: str) -> str:
        """The singular, or the noun that this word is made from.

        >>> Lemmatiser(vocabulary(["retina"])).noun("retinal")
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
        told = {word: self._forms[word] for word in words if word in self._forms}
        if new:
            found = self._worked_out(new)
            told.update(found)
            if len(self._forms) + len(found) > CACHE:
                self._forms.clear()
            if len(found) <= CACHE:
                self._forms.update(found)
        return [told[word] for word in words]

    def _worked_out(self, words: Sequence[str]) -> dict[str, tuple[str, str]]:
        # The dictionary is asked four times, for all words at once: word by word it would take far longer.
        single = self._singulars(words)
        noun = self._nouns({single[word] for word in words})
        of_noun = {**{word: word for word in single.values()}, **self._singulars({*noun.values()})}
        out = {word: (one, of_noun[noun.get(one, one)]) for word, one in single.items()}
        # Where nothing comes from the singular, as of "expressed", the word itself may be made from a noun.
        rest = [word for word, (one, derived) in out.items() if derived == one != word]
        if rest:
            base = {**single, **self._nouns(rest)}
            of_noun = self._singulars({base[word] for word in rest})
            out |= {word: (single[word], of_noun[base[word]]) for word in rest}
        return out

    def _singulars(self, words: Iterable[str]) -> dict[str, str]:
        """Each word with its singular, itself where it has none."""
        may = {
            word: [one for one in singulars(word) if one not in FUNCTION_WORDS]
            for word in words
            if word.isalpha()
        }
        return {**{word: word for word in words}, **self._first_known(may)}

    def _nouns(self, words: Iterable[str]) -> dict[str, str]:
        """The words that are made from a noun, with the noun."""
        return self._first_known({word: [*nouns(word)] for word in words if word.isalpha()})

    def _first_known(self, forms: Mapping[str, Sequence[str]]) -> dict[str, str]:
        """Of the forms of each word the first that the dictionary has; words without are left out."""
        every = [*chain.from_iterable(forms.values())]
        if not every or not len(self._vocabulary):
            return {}
        wanted = hashes(every)
        at = np.minimum(np.searchsorted(self._vocabulary, wanted), len(self._vocabulary) - 1)
        known = np.flatnonzero(self._vocabulary[at] == wanted)
        words = [*forms]
        of = np.repeat(np.arange(len(words)), [*map(len, forms.values())])[known]
        own, first = np.unique(of, return_index=True)
        return {words[n]: every[known[k]] for n, k in zip(own.tolist(), first.tolist(), strict=True)}
