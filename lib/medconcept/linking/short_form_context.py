"""Short forms with the words next to them: what the form stands for may be part of a longer name there."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from medconcept.dictionary.words import plain
from medconcept.linking.word_offsets import WordPlaces

Longs = tuple[str, ...]
Span = tuple[int, int]


@dataclass
class ShortFormContext:
    """A short form in a piece of text, and what was found out of it; places are those of the piece.

    `wider` are longer pieces, each also with every long form in the short one's place. `explained` is what
    the short form stands for, `said` the wider pieces that are names; None until that is known.
    """

    text: str
    span: Span
    longs: Longs
    language: str | None
    wider: tuple[tuple[Span, Longs], ...]
    explained: int | None = None
    said: tuple[tuple[Span, int], ...] = ()


def neighbours(
    words: WordPlaces, number: int, start: int, end: int
) -> tuple[int, int, tuple[int, int] | None]:
    """From the word before a place to the second one behind, and the place's own first and last word.

    No further than the place where words do not begin and end with it.
    """
    first, last = words.first(number, start), words.last(number, end)
    if first is None or last is None:
        return start, end, None
    low, high = words.edges[number : number + 2]
    begin = words.starts[first - 1] if first > low else start
    return begin, words.ends[min(last + 2, high - 1)], (first, last)


def around(
    words: WordPlaces,
    text: str,
    number: int,
    piece: tuple[int, int, tuple[int, int] | None],
    span: Span,
    longs: Longs,
    language: str | None,
) -> ShortFormContext:
    """A short form of a text with its `neighbours`."""
    begin, end, own = piece
    low, high = span
    wider = tuple(
        ((a - begin, b - begin), tuple(f"{text[a:low]}{long}{text[high:b]}" for long in longs))
        for a, b in (_wider(words, text, number, own, span) if own else ())
    )
    return ShortFormContext(text[begin:end], (low - begin, high - begin), longs, language, wider)


def _wider(words: WordPlaces, text: str, number: int, own: tuple[int, int], span: Span) -> Iterator[Span]:
    """The place with one or two words behind, and with one before: all letters and digits."""
    (first, last), (start, end) = own, span
    (low, high), starts, ends = words.edges[number : number + 2], words.starts, words.ends

    def is_plain(word: int) -> bool:
        return low <= word < high and plain(text[starts[word] : ends[word]]).isalnum()

    if not all(map(is_plain, range(first, last + 1))):
        return
    behind = is_plain(last + 1)
    if behind:
        yield start, ends[last + 1]
        if is_plain(last + 2):
            yield start, ends[last + 2]
    if is_plain(first - 1):
        yield starts[first - 1], end
        if behind:
            yield starts[first - 1], ends[last + 1]
