"""Short forms with the words next to them: the long form may be part of a longer name ("ES cells")."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from medconcept.dictionary.words import plain
from medconcept.linking.word_offsets import WordOffsets

Longs = tuple[str, ...]
Span = tuple[int, int]


@dataclass
class ShortFormContext:
    """A short form in a piece of text, and its interpretation; positions are relative to the piece.

    `wider` are longer spans, each with its text expanded by every long form. `interpretation` is the number
    of what the short form stands for, None until computed; `wider_names` are the wider spans that are names.
    """

    text: str
    span: Span
    longs: Longs
    language: str | None
    wider: tuple[tuple[Span, Longs], ...]
    interpretation: int | None = None
    wider_names: tuple[tuple[Span, int], ...] = ()


def neighbours(
    words: WordOffsets, number: int, start: int, end: int
) -> tuple[int, int, tuple[int, int] | None]:
    """Start of the word before a span, end of the second word after it, and the first and last word in it.

    The span itself, and None, where its edges are not edges of words.
    """
    first, last = words.first(number, start), words.last(number, end)
    if first is None or last is None:
        return start, end, None
    low, high = words.edges[number : number + 2]
    begin = words.starts[first - 1] if first > low else start
    return begin, words.ends[min(last + 2, high - 1)], (first, last)


def context_of(
    words: WordOffsets,
    text: str,
    number: int,
    piece: tuple[int, int, tuple[int, int] | None],
    span: Span,
    longs: Longs,
    language: str | None,
) -> ShortFormContext:
    """Build the context of a short form from its `neighbours`."""
    begin, end, own = piece
    low, high = span
    wider = tuple(
        ((a - begin, b - begin), tuple(f"{text[a:low]}{long}{text[high:b]}" for long in longs))
        for a, b in (_wider(words, text, number, own, span) if own else ())
    )
    return ShortFormContext(text[begin:end], (low - begin, high - begin), longs, language, wider)


def _wider(words: WordOffsets, text: str, number: int, own: tuple[int, int], span: Span) -> Iterator[Span]:
    """Yield the span with one or two words after it and with one before it; letters and digits only."""
    (first, last), (start, end) = own, span
    (low, high), starts, ends = words.edges[number : number + 2], words.starts, words.ends

    def is_plain(word: int) -> bool:
        return low <= word < high and plain(text[starts[word] : ends[word]]).isalnum()

    if not all(map(is_plain, range(first, last + 1))):
        return
    has_next = is_plain(last + 1)
    if has_next:
        yield start, ends[last + 1]
        if is_plain(last + 2):
            yield start, ends[last + 2]
    if is_plain(first - 1):
        yield starts[first - 1], end
        if has_next:
            yield starts[first - 1], ends[last + 1]
