"""Indexed names to the file that the linker maps, column by column; no name is a Python object."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from medconcept.dictionary import kernel
from medconcept.dictionary.arrow_strings import buffers, hashes, pool
from medconcept.dictionary.exact_index import EXACT_HASHES, exact_arrays, mask_table
from medconcept.dictionary.file_layout import Array, pack_parts
from medconcept.dictionary.hash_order import groups_of, order_of
from medconcept.dictionary.name_index import FORM, SEPARATOR, whole
from medconcept.dictionary.trigram_index import similar_parts

FORM_SPARE = 1.4
MAIN, SIMILAR = "main", "similar"
_SENSE_BITS = np.uint32(28)


class Compilation:
    """Rows of INDEXED in any order, and RETIRED, to the pieces of the file."""

    def __init__(self, known: dict[str, Array], sources: Sequence[str]) -> None:
        """Take the lexicon; `sources` are named in the file even where they have no name."""
        self._known, self._sources = known, list(sources)
        self._names: list[pa.Array] = []
        self._columns: dict[str, list[Any]] = {}
        self._pools = {name: _Pool() for name in ("origin", "kind", "semantic_types", "joined")}
        self._heads = _Heads()
        self._retired: list[tuple[str, str]] = []

    def add(self, rows: pa.Table) -> None:
        """Take rows of INDEXED."""
        if not len(rows):
            return
        self._names.append(whole(rows["name"]).cast(pa.large_string()))
        ids, concepts = whole(rows["source_id"]), whole(rows["concept_id"])
        parts = {
            "rank": rows["rank"].to_numpy().astype(np.uint8),
            "term_key": hashes(ids) * np.uint64(0x9E3779B97F4A7C15) ^ hashes(concepts),
            "concept_key": hashes(concepts),
            "exact": np.frombuffer(_bytes(rows["exact"]), EXACT_HASHES),
            "forms": np.frombuffer(_bytes(rows["forms"]), FORM),
            "form_count": (np.diff(buffers(whole(rows["forms"]))[1]) // FORM.itemsize).astype(np.uint8),
        }
        parts["id_head"], parts["id_value"] = self._heads.split(ids)
        parts["concept_head"], parts["concept_value"] = self._heads.split(concepts)
        for name, known in self._pools.items():
            parts[name] = known.codes(whole(rows[name]))
        for name, values in parts.items():
            self._columns.setdefault(name, []).append(values)

    def retire(self, rows: pa.Table) -> None:
        """Take rows of RETIRED."""
        self._retired += zip(rows["old"].to_pylist(), rows["new"].to_pylist(), strict=True)

    def finish(self, *, similar: bool = False) -> Iterator[tuple[str, bytes]]:
        """The pieces of the files, in order, each with MAIN or SIMILAR; the same rows give the same bytes.

        The index of similar names comes first, where it is wanted: the dictionary has its checksum.
        """
        arrays, linked = self._lay_out()
        digest = hashlib.sha256()
        for piece in similar_parts(arrays, linked) if similar else ():
            digest.update(piece)
            yield SIMILAR, piece
        checksum = digest.digest() if similar else b""
        arrays["similar"] = np.frombuffer(checksum, np.uint8)
        for piece in pack_parts(arrays):
            yield MAIN, piece

    def _lay_out(self) -> tuple[dict[str, Array], Array]:
        """The arrays of the file; and for each name whether it has forms."""
        texts = pa.chunked_array(self._names or [[]], pa.large_string()).combine_chunks()
        texts = texts if isinstance(texts, pa.Array) else pa.concat_arrays(texts.chunks)
        self._names.clear()
        columns = {name: self._take(name) for name in tuple(self._columns)} or dict(_NO_COLUMNS)
        arrays: dict[str, Array] = dict(self._known)
        numbers = {name: known.order() for name, known in self._pools.items()}
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
        arrays |= exact_arrays(texts, order, columns.pop("rank")[order], columns.pop("exact")[order])
        del texts
        arrays["name_kind"] = _narrow(columns.pop("kind")[order])
        number = np.empty(len(order), np.uint32)
        number[order] = np.arange(len(order), dtype=np.uint32)
        arrays |= _form_arrays(columns.pop("forms"), np.repeat(number, counts))
        now = sorted(replaced(self._retired).items())
        arrays |= pool("retired", [old for old, _ in now]) | pool("replaced", [new for _, new in now])
        return arrays, (counts[order] > 0).astype(np.uint8)

    def _take(self, name: str) -> Any:
        return np.concatenate(self._columns.pop(name))

    def _origins(self, _: Array) -> dict[str, Array]:
        """Sources with their rank and restriction, in the order of their codes; and all sources by name."""
        origins = [text.split(SEPARATOR) for text in self._pools["origin"].sorted()]
        named = sorted({source for source, _, _ in origins} - set(self._sources))
        return {
            **pool("origins", [source for source, _, _ in origins]),
            **pool("sources", [*self._sources, *named]),
            "origin_rank": np.array([int(rank) for _, rank, _ in origins], np.uint16),
            "origin_restriction": np.array([int(level) for _, _, level in origins], np.uint8),
        }

    def _terms(self, columns: dict[str, Any], order: Array) -> dict[str, Array]:
        """What names stand for, kept once for each term, and once for each concept."""
        key = columns.pop("term_key") + columns["origin"].astype(np.uint64) * np.uint64(0xD1B54A32D192ED03)
        first, term = groups_of(key)
        for name in ("id_head", "id_value", "origin"):
            if not np.array_equal(columns[name], columns[name][first][term]):
                raise ValueError("two terms with one hash")  # 64 bits: not in the lifetime of the sun
        concept_first, concept = groups_of(columns.pop("concept_key")[first])
        concept_first = first[concept_first]
        joined = columns.pop("joined")[first]
        texts = self._pools["joined"].sorted()
        empty = texts.index("") if "" in texts else len(texts)  # every term may have such ids
        told = np.flatnonzero(joined != empty)
        return {
            "name_term": term.astype(np.uint32)[order],
            "term_head": _narrow(columns.pop("id_head")[first]), "term_value": columns.pop("id_value")[first],
            "term_origin": _narrow(columns.pop("origin")[first]),
            "term_types": _narrow(columns.pop("semantic_types")[first]),
            "term_concept": concept.astype(np.uint32),
            "term_names": np.minimum(np.bincount(term, minlength=len(first)), 255).astype(np.uint8),
            "concept_head": _narrow(columns.pop("concept_head")[concept_first]),
            "concept_value": columns.pop("concept_value")[concept_first],
            "joined_term": told.astype(np.uint32), "joined_ids": joined[told].astype(np.uint32),
        }  # fmt: skip


class _Pool:
    """Strings met, each with a code by first use; in the file they are numbered by their order."""

    def __init__(self) -> None:
        self._codes: dict[str, int] = {}

    def codes(self, texts: pa.Array) -> Any:
        encoded = texts.dictionary_encode()
        known = [self._codes.setdefault(t, len(self._codes)) for t in encoded.dictionary.to_pylist()]
        return np.array(known, np.uint32)[encoded.indices.to_numpy()]

    def sorted(self) -> list[str]:
        return sorted(self._codes)

    def order(self) -> Any:
        place = {text: n for n, text in enumerate(self.sorted())}
        return np.array([place[text] for text in self._codes], np.uint32)


class _Heads(_Pool):
    """Ids as a head, kept once, and a number; see mc_split_ids."""

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
        known = np.array([self._codes.setdefault(text, len(self._codes)) for text in texts], np.uint32)
        return known[code], value


def replaced(steps: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Each id with the one that stands for it in the end; of several steps the smallest, cycles cut.

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
    """Names by text, rank, and what else tells two of them apart."""
    told = ("rank", "origin", "id_head", "id_value", "concept_head", "concept_value", "kind")
    table = pa.table({"name": texts, **{name: columns[name] for name in told}})
    return pc.sort_indices(table, [(name, "ascending") for name in table.column_names]).to_numpy()


def _form_arrays(forms: Any, number: Any) -> dict[str, Array]:
    """Senses of each form, nearest variant first, then by number of the name; and the tables."""
    if len(number) >= (1 << 28) - 1:
        raise ValueError(f"{len(number)} forms are more than a dictionary holds")
    sense = forms["variant"].astype(np.uint32) << _SENSE_BITS | number
    order = order_of(forms["hash"], sense)
    hashed, sense = forms["hash"][order], sense[order]
    last = np.ones(len(order), bool)
    last[:-1] = hashed[1:] != hashed[:-1]
    begins = np.flatnonzero(np.concatenate([[True], last[:-1]])) if len(order) else np.empty(0, np.int64)
    sense |= last.astype(np.uint32) << np.uint32(31)
    keys = hashed[begins]
    table = np.zeros(int(len(keys) * FORM_SPARE) + 2, np.uint64)
    begins = begins.astype(np.uint32)
    kernel.library().mc_fill_forms(
        table.ctypes.data, table.size, keys.ctypes.data, begins.ctypes.data, len(keys)
    )
    return {
        "form_slots": table, "senses": sense,
        "form_firsts": mask_table(forms["first"][order], forms["size"][order], 1),
        "form_pairs": mask_table(forms["pair"][order], forms["size"][order], 2),
    }  # fmt: skip


def _narrow(values: Any) -> Array:
    """The same numbers in the smallest type that holds them."""
    most = int(values.max(initial=0))
    kind = np.uint8 if most < 1 << 8 else np.uint16 if most < 1 << 16 else np.uint32
    out: Array = values.astype(kind)
    return out


def _bytes(column: Any) -> Any:
    data, offsets = buffers(whole(column))
    return np.ascontiguousarray(data[int(offsets[0]) : int(offsets[-1])])


_NO_COLUMNS: dict[str, Any] = {
    **{name: np.empty(0, np.uint32) for name in (
        "id_head", "id_value", "concept_head", "concept_value", "origin", "kind", "semantic_types", "joined",
    )},
    **{name: np.empty(0, np.uint64) for name in ("term_key", "concept_key")},
    **{name: np.empty(0, np.uint8) for name in ("rank", "form_count")},
    "forms": np.empty(0, FORM), "exact": np.empty(0, EXACT_HASHES),
}  # fmt: skip
