"""An open dictionary over its mapped file: look-up of forms of names, and what each name stands for."""

from __future__ import annotations

import ctypes
import hashlib
import mmap
from collections.abc import Callable, Mapping, Sequence
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from medconcept.dictionary import kernel
from medconcept.dictionary.arrow_strings import buffers
from medconcept.dictionary.compile_terms import compile_linking
from medconcept.dictionary.file_layout import DictionaryDamaged, unpack
from medconcept.dictionary.kernel.layout import ALLELES, FORM_HIT, FORMS_PER_WORD, JOINED, head_of
from medconcept.dictionary.lemmas import Lemmatiser
from medconcept.dictionary.name_table import Name, NameTable, strings
from medconcept.dictionary.name_texts import NameTexts
from medconcept.dictionary.trigram_index import TrigramIndex
from medconcept.dictionary.word_table import WordTable

__all__ = ["ALLELES", "JOINED", "LinkingDictionary", "compile_linking", "map_file", "open_linking"]
# Even a dictionary without names has these arrays; the lexicon of a build has only the first of them.
_NEEDED = ("vocabulary", "name_term", "texts", "form_slots", "senses")
SIMILAR = ".similar"  # suffix of the file of the index of similar names


class LinkingDictionary:
    """An open dictionary over its bytes, which processes may share. Not picklable: open it where used."""

    def __init__(self, data: Any, name: str, similar: Callable[[], Any] | None = None) -> None:
        """Take the bytes or memory map of a file; `similar` opens its index on first use.

        Raises DictionaryDamaged, which reports `name`.
        """
        self._name, self._similar = name, similar
        arrays = unpack(data, name)
        if missing := [needed for needed in _NEEDED if needed not in arrays]:
            raise DictionaryDamaged(name, f"it has no array {missing[0]}")
        self._a, self._data = arrays, data
        self._head = head_of(arrays)
        self.words = WordTable(arrays, Lemmatiser(arrays["vocabulary"]))
        self.sources = tuple(strings(arrays, "sources"))
        self.names = NameTable(arrays, NameTexts(self._head))
        self._hits = np.empty(1 << 14, FORM_HIT)
        # Ids of the concepts requested so far, and the position of each concept's id among them, from 1.
        self._concept_ids = pa.nulls(0, pa.string())  # pa.array of a list imports pandas, 27 MB
        self._concept_places = np.zeros(len(arrays["concept_head"]), np.uint32)

    def __len__(self) -> int:
        return len(self._a["name_term"])

    @property
    def normaliser(self) -> Lemmatiser:
        """The lemmatiser of this dictionary's words."""
        return self.words.normaliser

    @property
    def sha256(self) -> str:
        """The SHA-256 of the file, which is its name in a lake."""
        return hashlib.sha256(self._data).hexdigest()

    def find_forms(self, texts: Sequence[str]) -> tuple[Any, Any]:
        """Forms of names in texts: records of FORM_HIT in order of the texts; and the marked words.

        At each word the eight longest forms of singulars and of nouns. Marked words are rows (text, start) of
        the words for which the predicate given to `words.mark` is true.
        """
        data, offsets = buffers(list(texts))
        self.words.learn(data, offsets)
        longest = int(np.diff(offsets).max(initial=0))
        if self._hits.size < 2 * FORMS_PER_WORD * longest:
            self._hits = np.empty(2 * FORMS_PER_WORD * longest, FORM_HIT)
        library, first, done, parts = kernel.library(), 0, ctypes.c_int64(), []
        hints, hint_count = np.empty((int(offsets[-1]), 2), np.uint32), ctypes.c_int64()
        while first < len(texts):
            count = library.mc_forms(
                ctypes.byref(self._head), ctypes.byref(self.words.table), data.ctypes.data,
                offsets.ctypes.data, first, len(texts), longest, self._hits.ctypes.data, self._hits.size,
                hints.ctypes.data, ctypes.byref(hint_count), ctypes.byref(done),
            )  # fmt: skip
            if count < 0:
                raise MemoryError(f"a text of {longest} bytes")
            parts.append(self._hits[:count].copy())
            first = done.value
        return np.concatenate(parts) if parts else self._hits[:0], hints[: hint_count.value]

    def find_words(self, texts: Sequence[str]) -> tuple[Any, Any]:
        """Start and end of every word of all texts; and edges: text i has rows edges[i]:edges[i + 1]."""
        data, offsets = buffers(list(texts))
        spans = np.empty((int(offsets[-1]), 2), np.uint32)
        edges = np.zeros(len(texts) + 1, np.int64)
        count = kernel.library().mc_words(
            ctypes.byref(self._head), data.ctypes.data, offsets.ctypes.data, len(texts),
            spans.ctypes.data, edges[1:].ctypes.data,
        )  # fmt: skip
        return spans[:count], np.cumsum(edges)

    @cached_property
    def similar(self) -> TrigramIndex | None:
        """The index of similar names, None if the dictionary has none. Raises DictionaryDamaged."""
        checksum = self._a["similar"].tobytes().hex()
        if not checksum or self._similar is None:
            return None
        return TrigramIndex(self._similar(), f"{self._name}{SIMILAR}", checksum, self._head)

    def similar_names(self, text: str, threshold: float) -> list[tuple[Name, float]]:
        """The names most similar to a text, best first, each with its cosine; empty without an index."""
        numbers, scores = [], []
        for number, score in self.similar.nearest(text, threshold) if self.similar is not None else ():
            written, at = self.names.texts[number], number
            while at < len(self) and self.names.texts[at] == written:
                numbers.append(at)
                scores.append(score)
                at += 1
        return list(zip(self.names.named(numbers), scores, strict=True)) if numbers else []

    def concept_numbers(self, names: Any) -> Any:
        """The number of the concept of each name; `concepts_of` returns the ids."""
        return self._a["term_concept"][self._a["name_term"][names]]

    def concepts_of(self, names: Any) -> pa.StringArray:
        """The concept id of each name, given by number; each distinct string is built once per process."""
        concepts = self.concept_numbers(names)
        places = self._concept_places[concepts]
        if len(new := np.unique(concepts[places == 0])):
            a, had = self._a, len(self._concept_ids)
            ids = self.names.ids(a["concept_head"][new], a["concept_value"][new])
            self._concept_ids = pa.concat_arrays([self._concept_ids, pa.array(ids, pa.string())])
            self._concept_places[new] = np.arange(had + 1, len(self._concept_ids) + 1)
            places = self._concept_places[concepts]
        return self._concept_ids.take(pa.array(places - 1))

    def retired(self) -> Mapping[str, str]:
        """Retired ids, each with its current replacement."""
        return dict(zip(strings(self._a, "retired"), strings(self._a, "replaced"), strict=True))

    def term_ids(self) -> list[str]:
        """The id of each term, in the order of the file."""
        return self.names.ids(self._a["term_head"], self._a["term_value"])

    def joined(self) -> dict[str, tuple[str, ...]]:
        """The ids with JOINED_PREFIXES (MeSH, OMIM, NCBI Gene) of each term that has any, its own first."""
        own = self.term_ids()
        every = ((source_id, self.names.joined_of(term, source_id)) for term, source_id in enumerate(own))
        return {source_id: ids for source_id, ids in every if ids}


def map_file(path: str) -> mmap.mmap:
    """Map a file read-only. Raises DictionaryDamaged with one line."""
    try:
        with Path(path).open("rb") as file:
            return mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
    except (OSError, ValueError) as error:  # ValueError: mmap of an empty file
        detail = getattr(error, "strerror", None) or "cannot be read"
        raise DictionaryDamaged(Path(path).name, detail) from error


@lru_cache(maxsize=2)
def open_linking(path: str, sha256: str | None = None) -> LinkingDictionary:
    """Map a compiled dictionary read-only, and check it against its checksum if one is given.

    Cached, since Spark reuses its worker processes. Raises DictionaryDamaged with one line.
    """
    pages = map_file(path)
    if sha256 is not None and (actual := hashlib.sha256(pages).hexdigest()) != sha256:
        raise DictionaryDamaged(Path(path).name, f"its checksum is {actual[:12]}, expected {sha256[:12]}")
    return LinkingDictionary(pages, Path(path).name, lambda: map_file(path + SIMILAR))
