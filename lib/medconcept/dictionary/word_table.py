"""The hash table of words met in texts: the normal forms of each are worked out once, in Python."""

from __future__ import annotations

import ctypes
from collections.abc import Callable, Mapping

import numpy as np

from medconcept.dictionary import kernel
from medconcept.dictionary.arrow_strings import hashes
from medconcept.dictionary.file_layout import Array
from medconcept.dictionary.kernel.layout import MARKED, MAY_BE_NUMBERED, ROMAN_SHIFT, Words, head_of
from medconcept.dictionary.lemmas import Lemmatiser
from medconcept.dictionary.words import NUMBERED, ROMAN_LETTER, plain

MAX_WORDS = 1 << 18  # words kept; a fuller table starts from scratch
NEW_WORDS = 1 << 14  # the most that one call of the kernel returns
_START = 1 << 13


class WordTable:
    """Hashes of the normal forms of words; grows with the texts, and is emptied above `max_words` words."""

    def __init__(
        self, arrays: Mapping[str, Array], normaliser: Lemmatiser, max_words: int = MAX_WORDS
    ) -> None:
        """Take the character tables (of a dictionary or a lexicon), and the lemmatiser of its vocabulary."""
        self._arrays, self.normaliser, self._max_words = arrays, normaliser, max_words
        self._is_marked: Callable[[str], bool] | None = None
        self.head = head_of(arrays)
        self._library = kernel.library()
        self._new = np.empty((NEW_WORDS, 3), np.int64)
        self.table = Words()
        letters = list(ROMAN_LETTER)
        self._letters = {letter: n + 1 for n, letter in enumerate(letters)}
        for n, number in enumerate(hashes([ROMAN_LETTER[letter] for letter in letters]).tolist()):
            self.table.numbers[n + 1] = number
        self._make(_START)

    def mark(self, is_marked: Callable[[str], bool]) -> None:
        """Have `find_forms` report the words for which the predicate is true.

        A new predicate empties the table, since the predicate is evaluated once per word.
        """
        if self._is_marked is not is_marked:
            self._is_marked = is_marked
            self._make(_START)

    def _make(self, size: int) -> None:
        self._keys, self._singular, self._noun = (np.zeros(size, np.uint64) for _ in range(3))
        self._flags = np.zeros(size, np.uint8)
        for name in ("keys", "singular", "noun", "flags"):
            setattr(self.table, name, getattr(self, f"_{name}").ctypes.data)
        self.table.size, self.table.used = size, 0

    def _grow(self) -> None:
        old = (self._keys, self._singular, self._noun, self._flags)
        self._make(4 * len(self._keys))
        size = len(self._keys)
        for at in np.flatnonzero(old[0]).tolist():
            key = int(old[0][at])
            slot = key * size >> 64  # `place` of kernel.h
            while self._keys[slot]:
                slot = (slot + 1) % size
            self._keys[slot], self._singular[slot] = old[0][at], old[1][at]
            self._noun[slot], self._flags[slot] = old[2][at], old[3][at]
            self.table.used += 1

    def learn(self, data: Array, offsets: Array) -> list[str]:
        """Add the words of texts that are not in the table; returns the plain forms of those added."""
        if self.table.used > self._max_words:
            self._make(_START)
        done, first, plain_words = ctypes.c_int64(), 0, []
        while first < len(offsets) - 1:
            count = self._library.mc_new_words(
                ctypes.byref(self.head), ctypes.byref(self.table), data.ctypes.data, offsets.ctypes.data,
                first, len(offsets) - 1, self._new.ctypes.data, NEW_WORDS, ctypes.byref(done),
            )  # fmt: skip
            if count:
                plain_words += self._fill(data, self._new[:count])
            if self.table.used * 2 >= self.table.size:
                self._grow()
            first = done.value
        return plain_words

    def _fill(self, data: Array, new: Array) -> list[str]:
        written = [
            data[begin:end].tobytes().decode("utf-8", "replace")
            for begin, end in zip(new[:, 1].tolist(), new[:, 2].tolist(), strict=True)
        ]
        words = [plain(word) for word in written]
        forms = self.normaliser.forms_of(words)
        slots = new[:, 0]
        self._singular[slots] = hashes([single for single, _ in forms])
        self._noun[slots] = hashes([noun for _, noun in forms])
        self._flags[slots] = [
            MAY_BE_NUMBERED * (word in NUMBERED) | self._letters.get(word, 0) << ROMAN_SHIFT for word in words
        ]
        if self._is_marked is not None:
            self._flags[slots] |= np.array([MARKED * self._is_marked(word) for word in written], np.uint8)
        return words
