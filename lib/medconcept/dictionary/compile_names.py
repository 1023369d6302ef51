"""Indexed names to the compiled dictionary file, column by column: no name becomes a Python object."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from medconcept.dictionary import kernel
from medconcept.dictionary.arrow_strings import buffers, hashes, pool
from medconcept.dictionary.file_layout import Array, pack_parts
from medconcept.dictionary.form_tables import FORM, form_arrays
from medconcept.dictionary.hash_order import groups_of
from medconcept.dictionary.name_index import CASE, FOR_TEXTS, SEPARATOR, as_one_array
from medconcept.dictionary.name_texts import front_coded
from medconcept.dictionary.trigram_index import similar_parts

MAIN, SIMILAR = "main", "similar"


class Compilation:
    """Collects rows of INDEXED and RETIRED in any order, and lays out the file."""

    def __init__(self, lexicon: dict[str, Array], sources: Sequence[str]) -> None:
        """Take the lexicon, and the sources that the file lists even if they contribute no name."""
        self._lexicon, self._sources = lexicon, list(sources)
        self._names: list[pa.Array] = []
        self._columns: dict[str, list[Any]] = {}
        self._pools = {name: _Pool() for name in ("origin", "kind", "semantic_types", "joined")}
        self._heads = _Heads()
        self._retired: list[tuple[str, str]] = []

    def add(self, rows: pa.Table) -> None:
        """Add rows of INDEXED."""
        if not len(rows):
            return
        self._names.append(as_one_array(rows["name"]).cast(pa.large_string()))
        ids, concepts, forms = (as_one_array(rows[name]) for name in ("source_id", "concept_id", "forms"))
        parts = {
            "rank": rows["rank"].to_numpy().astype(np.uint8),
            "term_key": hashes(ids) * np.uint64(0x9E3779B97F4A7C15) ^ hashes(concepts),
            "concept_key": hashes(concepts),
            "forms": np.frombuffer(_bytes(forms), FORM),
            "form_count": (np.diff(buffers(forms)[1]) // FORM.itemsize).astype(np.uint8),
        }
        parts["id_head"], parts["id_value"] = self._heads.split(ids)
        parts["concept_head"], parts["concept_value"] = self._heads.split(concepts)
        for name, strings in self._pools.items():
            parts[name] = strings.codes(as_one_array(rows[name]))
        for name, values in parts.items():
            self._columns.setdefault(name, []).append(values)

    def retire(self, rows: pa.Table) -> None:
        """Add rows of RETIRED."""
        self._retired += zip(rows["old"].to_pylist(), rows["new"].to_pylist(), strict=True)

    def finish(self, *, similar: bool = False) -> Iterator[tuple[str, bytes]]:
        """The pieces of the files in order, each with MAIN or SIMILAR; the same rows give the same bytes.

        The index of similar names, if requested, comes first, since the dictionary has its checksum.
        """
        arrays, indexed = self._lay_out()
        digest = hashlib.sha256()
        for piece in similar_parts(arrays, indexed) if similar else ():
            digest.update(piece)
            yield SIMILAR, piece
        checksum = digest.digest() if similar else b""
        arrays["similar"] = np.frombuffer(checksum, np.uint8)
        for piece in pack_parts(arrays):
            yield MAIN, piece

    def _lay_out(self) -> tuple[dict[str, Array], Array]:
        """The arrays of the file; and for each name 1 if it goes into the index of similar names, else 0.

        These are the names with forms, of equal names the first, without those that match only in their
        own case: acronyms and symbols, whose trigrams are no evidence.
        """
        texts = pa.chunked_array(self._names or [[]], pa.large_string()).combine_chunks()
        texts = texts if isinstance(texts, pa.Array) else pa.concat_arrays(texts.chunks)
        self._names.clear()
        columns = {name: self._take(name) for name in tuple(self._columns)} or dict(_NO_COLUMNS)
        arrays: dict[str, Array] = {name: self._lexicon[name] for name in FOR_TEXTS}
        numbers = {name: strings.order() for name, strings in self._pools.items()}
        arrays |= self._origins(numbers["origin"])
        kinds, heads = self._pools["kind"].sorted(), self._heads.order()
        arrays |= pool("kinds", kinds) | pool("types", self._pools["semantic_types"].sorted())
        arrays |= pool("joined", self._pools["joined"].sorted()) | pool("heads", self._heads.sorted())
        for name in ("origin", "kind", "semantic_types", "joined"):
            columns[name] = numbers[name][columns[name]]
        for name in ("id_head", "concept_head"):
            columns[name] = heads[columns[name]]
        order = _order(texts, columns)
        counts = columns.pop("form_count")
        starts = np.zeros(len(counts) + 1, np.int64)
        np.cumsum(counts, out=starts[1:])
        arrays |= self._terms(columns, order)
        name_texts, repeats = front_coded(texts, order)
        arrays |= name_texts
        del texts
        kind = columns.pop("kind")[order]
        arrays["name_kind"] = _narrow(kind)
        in_own_case = np.array([int(text.split(SEPARATOR)[-1]) & CASE > 0 for text in kinds], bool)
        indexed = (counts[order] > 0) & (repeats == 0) & ~in_own_case[kind]
        number = np.empty(len(order), np.uint32)
        number[order] = np.arange(len(order), dtype=np.uint32)
        arrays |= form_arrays(columns.pop("forms"), np.repeat(number, counts))
        now = sorted(replaced(self._retired).items())
        arrays |= pool("retired", [old for old, _ in now]) | pool("replaced", [new for _, new in now])
        return arrays, indexed.astype(np.uint8)

    def _take(self, name: str) -> Any:
        return np.concatenate(self._columns.pop(name))

    def _origins(self, _: Array) -> dict[str, Array]:
        """Origins (source, rank, restriction level) in the order of their codes; and all source names."""
        origins = [text.split(SEPARATOR) for text in self._pools["origin"].sorted()]
        named = sorted({source for source, _, _ in origins} - set(self._sources))
        return {
            **pool("origins", [source for source, _, _ in origins]),
            **pool("sources", [*self._sources, *named]),
            "origin_rank": np.array([int(rank) for _, rank, _ in origins], np.uint16),
            "origin_restriction": np.array([int(level) for _, _, level in origins], np.uint8),
        }

    def _terms(self, columns: dict[str, Any], order: Array) -> dict[str, Array]:
        """The arrays of terms and concepts: what names stand for, each stored once."""
        key = columns.pop("term_key") + columns["origin"].astype(np.uint64) * np.uint64(0xD1B54A32D192ED03)
        first, term = groups_of(key)
        for name in ("id_head", "id_value", "origin"):
            if not np.array_equal(columns[name], columns[name][first][term]):
                raise ValueError("two terms have the same 64-bit hash")
        concept_first, concept = groups_of(columns.pop("concept_key")[first])
        concept_first = first[concept_first]
        joined = columns.pop("joined")[first]
        has_ids = np.array([text != "" for text in self._pools["joined"].sorted()], bool)
        with_ids = np.flatnonzero(has_ids[joined])
        return {
            "name_term": term.astype(np.uint32)[order],
            "term_head": _narrow(columns.pop("id_head")[first]), "term_value": columns.pop("id_value")[first],
            "term_origin": _narrow(columns.pop("origin")[first]),
            "term_types": _narrow(columns.pop("semantic_types")[first]),
            "term_concept": concept.astype(np.uint32),
            "term_names": np.minimum(np.bincount(term, minlength=len(first)), 255).astype(np.uint8),
            "concept_head": _narrow(columns.pop("concept_head")[concept_first]),
            "concept_value": columns.pop("concept_value")[concept_first],
            "joined_term": with_ids.astype(np.uint32), "joined_ids": joined[with_ids].astype(np.uint32),
        }  # fmt: skip


class _Pool:
    """Distinct strings, coded by first use; in the file they are numbered in sorted order."""

    def __init__(self) -> None:
        self._codes: dict[str, int] = {}

    def codes(self, texts: pa.Array) -> Any:
        encoded = texts.dictionary_encode()
        codes = [self._codes.setdefault(t, len(self._codes)) for t in encoded.dictionary.to_pylist()]
        return np.array(codes, np.uint32)[encoded.indices.to_numpy()]

    def sorted(self) -> list[str]:
        return sorted(self._codes)

    def order(self) -> Any:
        place = {text: n for n, text in enumerate(self.sorted())}
        return np.array([place[text] for text in self._codes], np.uint32)


class _Heads(_Pool):
    """Heads of ids: each distinct head is stored once, the digits at the end of an id as a number."""

    def split(self, ids: pa.Array) -> tuple[Any, Any]:
        data, offsets = buffers(ids)
        count = len(ids)
        head, length, value = (
            np.empty(count, np.uint64),
            np.empty(count, np.uint32),
            np.empty(count, np.uint32),
        )
        kernel.library().mc_split_ids(
            data.ctypes.data, offsets.ctypes.data, count,
            head.ctypes.data, length.ctypes.data, value.ctypes.data,
        )  # fmt: skip
        first, code = groups_of(head)
        texts = [
            data[offsets[at] : offsets[at] + length[at]].tobytes().decode("utf-8", "surrogatepass")
            for at in first.tolist()
        ]
        codes = np.array([self._codes.setdefault(text, len(self._codes)) for text in texts], np.uint32)
        return codes[code], value


def replaced(steps: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Each id with its final replacement; of several replacements the smallest; cycles are cut.

    >>> replaced([("a", "b"), ("b", "c"), ("x", "y"), ("y", "x")])
    {'a': 'c', 'b': 'c', 'x': 'y', 'y': 'x'}
    """
    step: dict[str, str] = {}
    for old, new in steps:
        step[old] = min(step.get(old, new), new)
    out: dict[str, str] = {}
    for start in step:
        at, seen = start, {start}
        while at in step and step[at] not in seen:
            at = step[at]
            seen.add(at)
        if at != start:
            out[start] = at
    return out


def _order(texts: pa.Array, columns: dict[str, Any]) -> Any:
    """The order of names: by text, rank, and all other columns that distinguish two of them."""
    criteria = ("rank", "origin", "id_head", "id_value", "concept_head", "concept_value", "kind")
    table = pa.table({"name": texts, **{name: columns[name] for name in criteria}})
    return pc.sort_indices(table, [(name, "ascending") for name in table.column_names]).to_numpy()


def _narrow(values: Any) -> Array:
    """The numbers in the smallest unsigned type that holds them."""
    most = int(values.max(initial=0))
    kind = np.uint8 if most < 1 << 8 else np.uint16 if most < 1 << 16 else np.uint32
    out: Array = values.astype(kind)
    return out


def _bytes(values: pa.Array) -> Any:
    data, offsets = buffers(values)
    return np.ascontiguousarray(data[int(offsets[0]) : int(offsets[-1])])


_NO_COLUMNS: dict[str, Any] = {
    **{name: np.empty(0, np.uint32) for name in (
        "id_head", "id_value", "concept_head", "concept_value", "origin", "kind", "semantic_types", "joined",
    )},
    **{name: np.empty(0, np.uint64) for name in ("term_key", "concept_key")},
    **{name: np.empty(0, np.uint8) for name in ("rank", "form_count")},
    "forms": np.empty(0, FORM),
}  # fmt: skip
