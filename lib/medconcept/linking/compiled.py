"""The dictionary of the linker over its mapped file: forms of names, and what each name stands for."""

from __future__ import annotations

import hashlib
import mmap
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from medconcept.dictionary.compiled import CompiledDictionary
from medconcept.dictionary.layout import Array, DictionaryDamaged, unpack
from medconcept.dictionary.records import SCOPES
from medconcept.linking.compile import CASE, PREFERRED, compile_linking
from medconcept.linking.normal import Normaliser
from medconcept.linking.variants import Variant

__all__ = ["LinkingDictionary", "Name", "compile_linking", "map_file", "open_linking"]


@dataclass(frozen=True)
class Name:
    """A name of the dictionary and the term it belongs to."""

    number: int
    name: str
    source: str
    source_id: str
    concept_id: str
    semantic_types: tuple[str, ...]
    source_rank: int
    preferred: bool
    case_sensitive: bool
    scope: str
    joined: bool = False  # has a MeSH or OMIM id
    language: str = "en"
    term_type: str = ""
    restriction_level: int = 0  # of its source, MRSAB.SRL


class LinkingDictionary:
    """A compiled linking dictionary over its bytes, which processes may share. Not picklable."""

    def __init__(self, data: Any, name: str) -> None:
        """Take the bytes or memory map of a file. Raises DictionaryDamaged by name."""
        arrays = unpack(data, name)
        if "name_text" not in arrays:
            raise DictionaryDamaged(name, "it is no dictionary of the linker")
        self._a, self._data = arrays, data
        self.forms, self.exact = (self._part(name, part) for part in ("forms_", "exact_"))
        self.normaliser = Normaliser(arrays["vocabulary"])
        self.sources = tuple(self._strings("sources"))
        self._kinds = [tuple(kind.split("|")) for kind in self._strings("kinds")]
        self._languages, self._types = self._strings("languages"), self._strings("types")
        self._keys: dict[int, tuple[tuple[Name, Variant], ...]] = {}

    def _part(self, name: str, prefix: str) -> CompiledDictionary:
        arrays = {k.removeprefix(prefix): v for k, v in self._a.items() if k.startswith(prefix)}
        empty: dict[str, Array] = {"targets": np.empty(0, np.uint8), "target_bytes": np.zeros(1, np.int64)}
        return CompiledDictionary.of({**arrays, **empty}, name)

    def __len__(self) -> int:
        return len(self._a["name_text"])

    @property
    def sha256(self) -> str:
        """The checksum of the file, which names it."""
        return hashlib.sha256(self._data).hexdigest()

    def names_of(self, key: int) -> tuple[tuple[Name, Variant], ...]:
        """The names that a form stands for, each with how the form came from it."""
        found = self._keys.get(key)
        if found is None:
            a = self._a
            at = slice(int(a["forms_key_senses"][key]), int(a["forms_key_senses"][key + 1]))
            pairs = zip(a["forms_sense_target"][at].tolist(), a["forms_sense_rank"][at].tolist(), strict=True)
            found = tuple((self.name(number), Variant(rank)) for number, rank in pairs)
            if len(self._keys) >= 1 << 16:
                self._keys.clear()
            self._keys[key] = found
        return found

    def name(self, number: int) -> Name:
        """The name of that number."""
        a = self._a
        term, flags = int(a["name_term"][number]), int(a["name_flags"][number])
        return Name(
            number, self._string("names", int(a["name_text"][number])),
            self.sources[int(a["term_source"][term])], self._string("ids", int(a["term_id"][term])),
            self._string("concepts", int(a["term_concept"][term])), self._kinds[int(a["term_kind"][term])],
            int(a["term_rank"][term]), bool(flags & PREFERRED), bool(flags & CASE), SCOPES[flags & 3],
            bool(self._string("joined", int(a["term_joined"][term]))),
            self._languages[int(a["name_language"][number])], self._types[int(a["name_type"][number])],
            int(a["term_restriction"][term]),
        )  # fmt: skip

    def concepts_of(self, names: Array) -> pa.LargeStringArray:
        """The concept of each of many names, by their numbers."""
        ends = self._a["concepts_bytes"]
        pool = pa.LargeStringArray.from_buffers(
            len(ends) - 1,
            pa.py_buffer(np.ascontiguousarray(ends, np.int64)),
            pa.py_buffer(self._a["concepts"]),
        )
        return pool.take(pa.array(self._a["term_concept"][self._a["name_term"][names]]))

    def retired(self) -> Mapping[str, str]:
        """Ids that are no more, each with the one that stands for it now."""
        new = self._a["retired_new"].tolist()
        return {old: self._string("replaced", new[n]) for n, old in enumerate(self._strings("retired"))}

    def joined(self) -> dict[str, tuple[str, ...]]:
        """The MeSH and OMIM ids of each term that has some, its own first."""
        pool = [tuple(value.split("|")) for value in self._strings("joined")]
        ids = self._strings("ids")
        pairs = zip(self._a["term_id"].tolist(), self._a["term_joined"].tolist(), strict=True)
        return {ids[term]: pool[n] for term, n in pairs if pool[n] != ("",)}

    def _string(self, pool: str, number: int) -> str:
        ends = self._a[f"{pool}_bytes"]
        piece: Array = self._a[pool][int(ends[number]) : int(ends[number + 1])]
        return piece.tobytes().decode("utf-8", "surrogatepass")

    def _strings(self, pool: str) -> list[str]:
        return [self._string(pool, n) for n in range(len(self._a[f"{pool}_bytes"]) - 1)]


def map_file(path: str) -> mmap.mmap:
    """The pages of a file, read-only. Raises DictionaryDamaged with one line."""
    try:
        with Path(path).open("rb") as file:
            return mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
    except (OSError, ValueError) as error:  # ValueError: mmap of an empty file
        detail = getattr(error, "strerror", None) or "cannot be read"
        raise DictionaryDamaged(Path(path).name, detail) from error


@lru_cache(maxsize=2)
def open_linking(path: str, sha256: str | None = None) -> LinkingDictionary:
    """Map a compiled linking dictionary read-only, checked against its checksum where one is told.

    Once a process, since Spark reuses its workers. Raises DictionaryDamaged with one line.
    """
    pages = map_file(path)
    if sha256 is not None and (found := hashlib.sha256(pages).hexdigest()) != sha256:
        raise DictionaryDamaged(Path(path).name, f"its checksum is {found[:12]}, expected {sha256[:12]}")
    return LinkingDictionary(pages, Path(path).name)
