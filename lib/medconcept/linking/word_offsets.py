"""Where the words of many texts stand, as the kernel cuts them."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence

from medconcept.dictionary.linking_dictionary import LinkingDictionary
from medconcept.dictionary.words import plain


class WordOffsets:
    """Words by number, those of all texts behind each other."""

    def __init__(self, dictionary: LinkingDictionary, texts: Sequence[str]) -> None:
        """Cut texts by the characters that a dictionary knows."""
        words, edges = dictionary.find_words(texts)
        self.starts: list[int] = words[:, 0].tolist()
        self.ends: list[int] = words[:, 1].tolist()
        self.edges: list[int] = edges.tolist()

    def first(self, text: int, start: int) -> int | None:
        """The word of a text that begins there."""
        found = bisect_left(self.starts, start, *self.edges[text : text + 2])
        return found if found < self.edges[text + 1] and self.starts[found] == start else None

    def last(self, text: int, end: int) -> int | None:
        """The word of a text that ends there."""
        found = bisect_left(self.ends, end, *self.edges[text : text + 2])
        return found if found < self.edges[text + 1] and self.ends[found] == end else None


class PlainWords(Sequence[str]):
    """The plain forms of the words of one text, each worked out when it is asked for."""

    def __init__(self, places: WordOffsets, text: str, number: int) -> None:
        """Take the text that has this number."""
        self._places, self._text = places, text
        self.begin, self._end = places.edges[number : number + 2]

    def __len__(self) -> int:
        return self._end - self.begin

    # Only single words are asked for.
    def __getitem__(self, number: int) -> str:  # type: ignore[override]
        if not 0 <= number < len(self):
            raise IndexError(number)
        word = self.begin + number
        return plain(self._text[self._places.starts[word] : self._places.ends[word]])
