"""Offsets of the words of many texts, as the kernel splits them."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence

from medconcept.dictionary.linking_dictionary import LinkingDictionary
from medconcept.dictionary.words import plain


class WordOffsets:
    """Start and end of words by number, text by text; those of text i are edges[i] to edges[i + 1]."""

    def __init__(self, dictionary: LinkingDictionary, texts: Sequence[str]) -> None:
        """Split texts by the character tables of a dictionary."""
        words, edges = dictionary.find_words(texts)
        self.starts: list[int] = words[:, 0].tolist()
        self.ends: list[int] = words[:, 1].tolist()
        self.edges: list[int] = edges.tolist()

    def first(self, text: int, start: int) -> int | None:
        """The word of a text that starts at a code point."""
        word = bisect_left(self.starts, start, *self.edges[text : text + 2])
        return word if word < self.edges[text + 1] and self.starts[word] == start else None

    def last(self, text: int, end: int) -> int | None:
        """The word of a text that ends at a code point."""
        word = bisect_left(self.ends, end, *self.edges[text : text + 2])
        return word if word < self.edges[text + 1] and self.ends[word] == end else None


class PlainWords(Sequence[str]):
    """The plain forms of the words of one text, each computed on access."""

    def __init__(self, offsets: WordOffsets, text: str, number: int) -> None:
        """Take a text and its number."""
        self._offsets, self._text = offsets, text
        self.begin, self._end = offsets.edges[number : number + 2]

    def __len__(self) -> int:
        return self._end - self.begin

    def __getitem__(self, number: int) -> str:  # type: ignore[override]  # no caller needs slices
        if not 0 <= number < len(self):
            raise IndexError(number)
        word = self.begin + number
        return plain(self._text[self._offsets.starts[word] : self._offsets.ends[word]])
