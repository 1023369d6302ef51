"""A text cut into the linker's words, with where each stands."""

from __future__ import annotations

from functools import cached_property

from medconcept.dictionary.words import TOKEN, numerals, plain


class TokenisedText:
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

    def _letters(self, before: int, behind: int) -> bool:
        return self.text[before].isalnum() and self.text[behind].isalnum()
