"""A text split into the linker's words with their offsets."""

from __future__ import annotations

from functools import cached_property

from medconcept.dictionary.words import TOKEN, numerals, plain


class TokenisedText:
    """A text split into plain words, with start and end of each."""

    def __init__(self, text: str) -> None:
        """Split an NFC text."""
        self.text = text
        tokens = list(TOKEN.finditer(text))
        self.starts = [match.start() for match in tokens]
        self.ends = [match.end() for match in tokens]
        self.words = numerals([plain(match[0]) for match in tokens])

    @cached_property
    def first(self) -> dict[int, int]:
        """Words by the code point at which they start."""
        return {start: n for n, start in enumerate(self.starts)}

    @cached_property
    def last(self) -> dict[int, int]:
        """Words by the code point at which they end."""
        return {end: n for n, end in enumerate(self.ends)}

    def place(self, first: int, last: int) -> tuple[int, int] | None:
        """The span from one word to another, in code points; None if it would cut a word such as "TNFα"."""
        start, end = self.starts[first], self.ends[last]
        if first and self.ends[first - 1] == start and self._letters(start - 1, start):
            return None
        if last + 1 < len(self.starts) and self.starts[last + 1] == end and self._letters(end - 1, end):
            return None
        if self.text.endswith(("'s", "’s", "'S", "’S"), start, end) and end - start > 2:
            end -= 2  # the possessive ending is not part of the name
        return start, end

    def _letters(self, before: int, after: int) -> bool:
        return self.text[before].isalnum() and self.text[after].isalnum()
