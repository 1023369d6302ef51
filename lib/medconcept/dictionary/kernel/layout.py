"""Constants and record layouts that the C sources share with Python.

They are stated only here: `constants_h` writes the constants as `constants.h`, which the C sources include,
and `layout_check_c` a C file that fails to compile where a structure of kernel.h has another layout.
"""

from __future__ import annotations

import ctypes
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from medconcept.dictionary.name_rules import MAX_NAME

# Characters: the table `chars` has a 32-bit value for each code point, in blocks that `blocks` points to.
CHARACTER_BLOCK = 128  # code points of a block
FOLD_MASK = 0x1FFFFF  # low bits: what to add to the code point to fold its case, modulo 2**21
WORD_CLASS_SHIFT = 21  # the next two bits: one of the four classes below
ALNUM_SHIFT = 23  # then a bit for letters and digits
SKIPPED, SIGN, LETTERS, GREEK = 0, 1, 2, 3  # not in a word; a word by itself; in a run; a Greek letter

# Name texts, front-coded.
NAMES_PER_BLOCK = 16
NAME_BYTES = 4 * MAX_NAME  # UTF-8 of the longest name

# Forms of names, and the mentions of them in a text.
FORM_WORDS = 24  # words of the longest form
FORMS_PER_WORD = 8  # forms reported at a word, the longest ones, in each of the two passes
MASK_LENGTHS = 16  # bits of a length mask; the last bit stands for all lengths from here on
JOINED, ALLELES = 1, 2  # `signs` of a hit: a conjunction may precede it, signs of a genotype may follow it

# Flags of a word in the word table.
MAY_BE_NUMBERED = 1  # a numeral may follow: "type", "stage"
ROMAN_SHIFT, ROMAN_MASK = 1, 3  # 1, 2, 3 for the letters i, v, x; 0 for other words
MARKED = 8  # the predicate given to WordTable.mark is true of it

_NOT_CONSTANTS = {"MAX_NAME"}


class Dictionary(ctypes.Structure):
    """`dictionary` of kernel.h: addresses of the arrays of a dictionary file, and lengths of its tables."""

    _fields_ = [
        *((name, ctypes.c_void_p) for name in (
            "blocks", "chars", "texts", "text_blocks", "form_slots", "form_firsts", "form_pairs",
        )),
        *((f"{name}_count", ctypes.c_uint64) for name in ("form_slots", "form_firsts", "form_pairs")),
    ]  # fmt: skip


class Words(ctypes.Structure):
    """`word_table` of kernel.h: the arrays of a word table, its size, and the hashes of 1, 5 and 10."""

    _fields_ = [
        *((name, ctypes.c_void_p) for name in ("keys", "singular", "noun", "flags")),
        ("size", ctypes.c_uint64),
        ("used", ctypes.c_uint64),
        ("numbers", ctypes.c_uint64 * (ROMAN_MASK + 1)),
    ]


class Trigrams(ctypes.Structure):
    """`trigram_index` of kernel.h: the arrays of an index of trigrams, and their lengths."""

    _fields_ = [
        *((name, ctypes.c_void_p) for name in ("grams", "counts", "begins", "postings", "norms")),
        *((name, ctypes.c_uint64) for name in ("gram_count", "name_count", "indexed_count")),
    ]


# `form_hit` of kernel.h: where a form stands in a text, and its sense. Hits of the same piece of text, sense
# and pass have the same `key`, so that each is judged only once.
FORM_HIT = np.dtype(
    [
        ("key", np.uint64),
        *((name, np.uint32) for name in ("text", "start", "end", "sense", "derived", "signs")),
    ]
)


def head_of(arrays: Mapping[str, NDArray[Any]]) -> Dictionary:
    """The structure over arrays of a dictionary file, which must outlive it; absent arrays are null."""
    head = Dictionary()
    for name, kind, *_ in Dictionary._fields_:
        if kind is ctypes.c_void_p:
            setattr(head, name, arrays[name].ctypes.data if name in arrays else None)
        else:
            array = name.removesuffix("_count")
            setattr(head, name, arrays[array].size if array in arrays else 0)
    return head


def constants_h() -> str:
    """The constants of this module as C source.

    >>> "#define NAMES_PER_BLOCK 16" in constants_h().splitlines()
    True
    """
    lines = [f"#define {name} {value}" for name, value in constants().items()]
    return "\n".join(["/* Written by layout.py. */", *lines, ""])


def constants() -> dict[str, int]:
    """The constants by name."""
    return {
        name: value
        for name, value in globals().items()
        if name.isupper() and isinstance(value, int) and name not in _NOT_CONSTANTS
    }


def layout_check_c() -> str:
    """C source that compiles only if the structures of kernel.h have the layouts of this module.

    >>> '_Static_assert(offsetof(form_hit, text) == 8, "form_hit.text");' in layout_check_c().splitlines()
    True
    """
    head = ["/* Written by layout.py. */", '#include "kernel.h"', "#include <stddef.h>"]
    return "\n".join([*head, *_checks(), ""])


def _checks() -> Iterator[str]:
    for struct, kind in (("dictionary", Dictionary), ("word_table", Words), ("trigram_index", Trigrams)):
        yield f'_Static_assert(sizeof({struct}) == {ctypes.sizeof(kind)}, "size of {struct}");'
        for name, *_ in kind._fields_:
            offset = getattr(kind, name).offset
            yield f'_Static_assert(offsetof({struct}, {name}) == {offset}, "{struct}.{name}");'
    yield f'_Static_assert(sizeof(form_hit) == {FORM_HIT.itemsize}, "size of form_hit");'
    for name, (_, offset, *_) in (FORM_HIT.fields or {}).items():
        yield f'_Static_assert(offsetof(form_hit, {name}) == {offset}, "form_hit.{name}");'
