"""Normal forms of words, checked against the dictionary's words: the singular, and the underlying noun."""

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
    """The sorted 64-bit hashes of words, as a Lemmatiser needs them."""
    return np.unique(hashes(list(set(words))))


class Lemmatiser:
    """Normal forms of plain words.

    A singular or noun counts only if it is a word of the dictionary: "pons" is not the plural of "pon", since
    no name has that word. The same word has therefore the same normal forms in names and in texts.
    """

    def __init__(self, vocabulary: Array) -> None:
        """Take the hashes of the dictionary's words, sorted."""
        self._vocabulary = vocabulary
        self._forms: dict[str, tuple[str, str]] = {}

    def singular(self, word: str) -> str:
        """The singular of a plural, else the word itself.

        >>> normaliser = Lemmatiser(vocabulary(["nucleus", "pons"]))
        >>> normaliser.singular("nuclei"), normaliser.singular("pons"), normaliser.singular("cells")
        ('nucleus', 'pons', 'cells')
        """
        return self.forms(word)[0]

    def noun(self, word: str) -> str:
        """The noun that a word is derived from, else its singular.

        >>> Lemmatiser(vocabulary(["retina"])).noun("retinal")
        'retina'
        """
        return self.forms(word)[1]

    def forms(self, word: str) -> tuple[str, str]:
        """The singular of a word and the noun that it is derived from."""
        forms = self._forms.get(word)
        return forms if forms is not None else self.forms_of([word])[0]

    def forms_of(self, words: Sequence[str]) -> list[tuple[str, str]]:
        """The singular and noun of each of many words, in order."""
        new = [word for word in dict.fromkeys(words) if word not in self._forms]
        result = {word: self._forms[word] for word in words if word in self._forms}
        if new:
            new_forms = self._derive(new)
            result.update(new_forms)
            if len(self._forms) + len(new_forms) > CACHE:
                self._forms.clear()
            if len(new_forms) <= CACHE:
                self._forms.update(new_forms)
        return [result[word] for word in words]

    def _derive(self, words: Sequence[str]) -> dict[str, tuple[str, str]]:
        # Four look-ups in the vocabulary for all words together are much faster than look-ups word by word.
        single = self._singulars(words)
        noun = self._nouns({single[word] for word in words})
        of_noun = {**{word: word for word in single.values()}, **self._singulars({*noun.values()})}
        out = {word: (one, of_noun[noun.get(one, one)]) for word, one in single.items()}
        # If the singular has no noun, as with "expressed", the word itself may be derived from one.
        rest = [word for word, (one, derived) in out.items() if derived == one != word]
        if rest:
            base = {**single, **self._nouns(rest)}
            of_noun = self._singulars({base[word] for word in rest})
            out |= {word: (single[word], of_noun[base[word]]) for word in rest}
        return out

    def _singulars(self, words: Iterable[str]) -> dict[str, str]:
        """Each word with its singular, or with itself if it is not a plural."""
        may = {
            word: [one for one in singulars(word) if one not in FUNCTION_WORDS]
            for word in words
            if word.isalpha()
        }
        return {**{word: word for word in words}, **self._first_in_vocabulary(may)}

    def _nouns(self, words: Iterable[str]) -> dict[str, str]:
        """The words that are derived from a noun, with the noun."""
        return self._first_in_vocabulary({word: [*nouns(word)] for word in words if word.isalpha()})

    def _first_in_vocabulary(self, forms: Mapping[str, Sequence[str]]) -> dict[str, str]:
        """The first form of each word that the vocabulary has; words without one are left out."""
        every = [*chain.from_iterable(forms.values())]
        if not every or not len(self._vocabulary):
            return {}
        wanted = hashes(every)
        at = np.minimum(np.searchsorted(self._vocabulary, wanted), len(self._vocabulary) - 1)
        matches = np.flatnonzero(self._vocabulary[at] == wanted)
        words = [*forms]
        of = np.repeat(np.arange(len(words)), [*map(len, forms.values())])[matches]
        own, first = np.unique(of, return_index=True)
        return {words[n]: every[matches[k]] for n, k in zip(own.tolist(), first.tolist(), strict=True)}
