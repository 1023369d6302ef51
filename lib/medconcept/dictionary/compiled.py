"""The compiled dictionary: an immutable trie of match keys, named by its checksum, mapped read-only."""

from __future__ import annotations

import hashlib
import mmap
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path

import marisa_trie

# A reserved key that no name can have; another normaliser makes another key, so old files are refused.
FORMAT_KEY = "\x00medconcept-dictionary-1"


class DictionaryDamaged(Exception):
    """A compiled dictionary is missing, damaged or of another format; one line."""

    def __init__(self, path: str, detail: str) -> None:
        """Keep both parts so that the error crosses processes."""
        super().__init__(path, detail)

    def __str__(self) -> str:
        return f"compiled dictionary {self.args[0]}: {self.args[1]}"


def compile_keys(keys: Iterable[str]) -> bytes:
    """Compile match keys; the same set of keys gives the same bytes.

    >>> compile_keys(["\\x01b", "\\x01a"]) == compile_keys(["\\x01a", "\\x01b", "\\x01a"])
    True
    """
    data: bytes = marisa_trie.Trie(sorted({FORMAT_KEY, *keys})).tobytes()
    return data


def dictionary_sha256(data: bytes) -> str:
    """The name of a compiled dictionary."""
    return hashlib.sha256(data).hexdigest()


@lru_cache(maxsize=2)
def open_dictionary(path: str, sha256: str) -> marisa_trie.Trie:
    """Map a compiled dictionary read-only; checked once a process, since Spark reuses its workers.

    Raises DictionaryDamaged with one line.
    """
    try:
        with Path(path).open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as pages:
            found = hashlib.sha256(pages).hexdigest()
    except (OSError, ValueError) as error:  # ValueError: mmap of an empty file
        raise DictionaryDamaged(Path(path).name, getattr(error, "strerror", None) or "cannot be read") from error
    if found != sha256:
        raise DictionaryDamaged(Path(path).name, f"its checksum is {found[:12]}, expected {sha256[:12]}")
    trie = marisa_trie.Trie()
    trie.mmap(path)
    if FORMAT_KEY not in trie:
        raise DictionaryDamaged(Path(path).name, "it was compiled by another version; run build_dictionary again")
    return trie
