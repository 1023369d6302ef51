"""A text cut into the linker's words, with where each stands."""

from __future__ import annotations

from functools import cached_property

from medconcept.linking.words import TOKEN, numerals, plain

Words = list[tuple[int, int]]


class Cut:
    """A text cut into plain words, with where each stands."""

    def __init__(self, text: str) -> None:
        """Cut an NFC text."""
        self.text = text
        found = list(TOKEN.finditer(text))
        self.starts = [match.start() for match in found]
        self.ends = [match.end() for match in found]
        self.words = numerals([plain(match[0]) for match in found])

    @cached_property
    def first(self) -> dict[int, int]:
        """The word that begins at a code point."""
        return {start: n for n, start in enumerate(self.starts)}

    @cached_property
    def last(self) -> dict[int, int]:
        """The word that ends at a code point."""
        return {end: n for n, end in enumerate(self.ends)}

    def place(self, first: int, last: int) -> tuple[int, int] | None:
        """Code points from one word to another; None where that would cut a word such as "TNFα"."""
        start, end = self.starts[first], self.ends[last]
        if first and self.ends[first - 1] == start and self._letters(start - 1, start):
            return None
        if last + 1 < len(self.starts) and self.starts[last + 1] == end and self._letters(end - 1, end):
            return None
        if self.text.endswith(("'s", "’s"), start, end) and end - start > 2:
            end -= 2  # the possessive ending is no part of the name
        return start, end

    def words_of(self, place: tuple[int, int]) -> tuple[int, int]:
        """First and last word of a place."""
        first = self.first[place[0]]
        last = self.last.get(place[1])
        return first, last if last is not None else self.last.get(place[1] + 2, first)

    def _letters(self, before: int, behind: int) -> bool:
        return self.text[before].isalnum() and self.text[behind].isalnum()


def words_around(text: str, place: tuple[int, int]) -> tuple[Words, Words, Words] | None:
    """Where the word before a place stands, the words of the place, and the two behind it.

    They are those of `Cut`, of which no more is looked at than is needed; at the ends of a text there are
    fewer. None where no word begins, or none ends, with the place.

    >>> words_around("Human ES-cell lines here", (6, 8))
    ([(0, 5)], [(6, 8)], [(9, 13), (14, 19)])
    >>> words_around("Human ES-cell lines here", (6, 7)) is None
    True
    """
    before: Words = []
    begin = place[0]
    while begin and not before:  # wherever white space is, one may begin to read
        while begin and text[begin - 1].isspace():
            begin -= 1
        while begin and not text[begin - 1].isspace():
            begin -= 1
        before = [m.span() for m in TOKEN.finditer(text, begin, place[0])][-1:]
    own: Words = []
    behind: Words = []
    for match in TOKEN.finditer(text, begin):
        start, end = match.span()
        if start < place[0]:
            before = [(start, end)]
        elif start < place[1]:
            own.append((start, end))
        else:
            behind.append((start, end))
            if len(behind) == 2:
                break
    is_whole = bool(own) and own[0][0] == place[0] and own[-1][1] == place[1]
    return (before, own, behind) if is_whole else None
