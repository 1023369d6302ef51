"""The reference for `find_forms`: the rules for forms of names in plain Python, every span of words tried."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from medconcept.dictionary.kernel.layout import FORM_WORDS, FORMS_PER_WORD
from medconcept.dictionary.lemmas import Lemmatiser, vocabulary
from medconcept.dictionary.name_variants import NO_NOUN, Variant, with_variants
from medconcept.dictionary.prefixed_words import with_prefixes
from medconcept.dictionary.stop_concepts import NO_ADJECTIVE
from medconcept.dictionary.words import plain_words
from medconcept.linking.tokenised_text import TokenisedText


def lemmatiser_of(names: Iterable[str]) -> Lemmatiser:
    """Normal forms against the words of names, as a dictionary of these names has them."""
    forms = (form for name in names for form in (name, *with_prefixes(name)))
    return Lemmatiser(vocabulary(word for form in forms for word in plain_words(form)))


def variants(name: str, lemmatiser: Lemmatiser, kinds: Iterable[str]) -> Mapping[str, Variant]:
    """The forms of a name as words joined by spaces, each with the nearest variant that makes it."""
    kinds = frozenset(kinds)
    worded = [
        ([*map(lemmatiser.forms, plain_words(form))], variant) for form, variant in with_variants(name, kinds)
    ]
    out: dict[str, Variant] = {}
    for words, variant in worded:
        if 0 < len(words) <= FORM_WORDS:
            out.setdefault(" ".join(singular for singular, _ in words), variant)
    for words, variant in worded if NO_ADJECTIVE.isdisjoint(kinds) else ():
        is_long_enough = len(words) > 1 or variant is Variant.SHORTER
        if 0 < len(words) <= FORM_WORDS and is_long_enough and variant not in NO_NOUN:
            out.setdefault(" ".join(noun for _, noun in words), Variant.NOUN)
    return out


class NaiveForms:
    """Finds forms of names in texts."""

    def __init__(self, names: Sequence[str], kinds: Iterable[str]) -> None:
        """Take names of terms of these semantic types."""
        kinds = frozenset(kinds)
        self._lemmatiser = lemmatiser_of(names)
        self._forms = {form for name in names for form in variants(name, self._lemmatiser, kinds)}

    def places(self, text: str) -> set[tuple[int, int]]:
        """Start and end of every form, of singulars and of nouns; of each the longest ones at each word."""
        cut = TokenisedText(text)
        both = [self._lemmatiser.forms(word) for word in cut.words]
        singular, noun = [one for one, _ in both], [one for _, one in both]
        out: set[tuple[int, int]] = set()
        for words in (singular, noun):
            for first in range(len(words)):
                here = []
                for last in range(min(len(words), first + FORM_WORDS) - 1, first - 1, -1):
                    if words is noun and singular[first : last + 1] == noun[first : last + 1]:
                        continue
                    place = cut.place(first, last)
                    if place is not None and " ".join(words[first : last + 1]) in self._forms:
                        here.append(place)
                out.update(here[:FORMS_PER_WORD])
        return out
