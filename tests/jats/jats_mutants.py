"""Real or literal articles, broken at random: bytes flipped, cut, spliced, elements moved."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Sequence

_ELEMENT = re.compile(rb"<([A-Za-z][\w:-]*)(?:\s[^<>]*)?>[^<]*</\1>|<[A-Za-z][\w:-]*(?:\s[^<>]*)?/>")
_TAG = re.compile(rb"</?[A-Za-z][\w:-]*")
_VALUE = re.compile(rb'"[^"<]*"')
_NASTY = (
    b"\0", b"\xff\xfe", b"\xef\xbb\xbf", b"&", b"<", b"]]>", b"<!--", b"<![CDATA[", b"<?", b"&#0;",
    b"&#x110000;",
    b"&nosuch;", b"<!DOCTYPE x [", b"\xc3", b"\xed\xa0\x80", b"<fig>", b"</p>", b"\x1f\x8b",
)  # fmt: skip


def mutant(data: bytes, others: Sequence[bytes], rng: random.Random) -> bytes:
    """One to four changes, each of a kind drawn at random; the same seed gives the same bytes."""
    for _ in range(rng.randint(1, 4)):
        data = rng.choice(KINDS)(data, others, rng)
    return data


def _flipped(data: bytes, others: Sequence[bytes], rng: random.Random) -> bytes:
    changed = bytearray(data)
    for _ in range(rng.randint(1, 8)):
        if changed:
            changed[rng.randrange(len(changed))] ^= 1 << rng.randrange(8)
    return bytes(changed)


def _cut(data: bytes, others: Sequence[bytes], rng: random.Random) -> bytes:
    start = rng.randrange(len(data) + 1)
    return data[:start] + data[start + rng.choice((1, 10, 1000, len(data))) :]


def _spliced(data: bytes, others: Sequence[bytes], rng: random.Random) -> bytes:
    other = rng.choice(others)
    start = rng.randrange(len(other) + 1)
    at = rng.randrange(len(data) + 1)
    return data[:at] + other[start : start + rng.randrange(5000)] + data[at:]


def _inserted(data: bytes, others: Sequence[bytes], rng: random.Random) -> bytes:
    at = rng.randrange(len(data) + 1)
    return data[:at] + rng.choice(_NASTY) * rng.choice((1, 1, 1, 50)) + data[at:]


def _moved(data: bytes, others: Sequence[bytes], rng: random.Random) -> bytes:
    """One element put where another begins, taken from its place or not: mostly well-formed."""
    elements = list(_ELEMENT.finditer(data))
    if len(elements) < 2:
        return data
    one, other = rng.choice(elements), rng.choice(elements)
    piece = one.group() * rng.choice((1, 1, 3))
    at = other.start()
    if rng.random() < 0.5 or one.start() < at < one.end():
        return data[:at] + piece + data[at:]
    rest = data[: one.start()] + data[one.end() :]
    at -= len(one.group()) if at >= one.end() else 0
    return rest[:at] + piece + rest[at:]


def _renamed(data: bytes, others: Sequence[bytes], rng: random.Random) -> bytes:
    """All elements of one name given another name of the file: well-formed, and nonsense."""
    names = sorted({match.group().lstrip(b"</") for match in _TAG.finditer(data)})
    if len(names) < 2:
        return data
    old, new = rng.choice(names), rng.choice(names)
    return re.sub(rb"(</?)" + re.escape(old) + rb"(?=[\s/>])", rb"\1" + new.replace(b"\\", b""), data)


def _revalued(data: bytes, others: Sequence[bytes], rng: random.Random) -> bytes:
    """Attribute values exchanged: ids that repeat, references that dangle, languages that are none."""
    values = list(_VALUE.finditer(data))
    if len(values) < 2:
        return data
    one, other = rng.choice(values), rng.choice(values)
    return data[: one.start()] + other.group() + data[one.end() :]


def _emptied(data: bytes, others: Sequence[bytes], rng: random.Random) -> bytes:
    """Every text between two tags of one kind gone."""
    names = sorted({match.group(1) for match in _ELEMENT.finditer(data) if match.group(1)})
    if not names:
        return data
    name = re.escape(rng.choice(names))
    return re.sub(rb"(<" + name + rb"(?:\s[^<>]*)?>)[^<]*(</" + name + rb">)", rb"\1\2", data)


KINDS: tuple[Callable[[bytes, Sequence[bytes], random.Random], bytes], ...] = (
    _flipped, _cut, _spliced, _inserted, _moved, _moved, _renamed, _revalued, _emptied,
)  # fmt: skip
