"""The names of a compiled dictionary and the senses of its forms, read from its arrays."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np

from medconcept.dictionary.arrow_strings import piece
from medconcept.dictionary.file_layout import Array
from medconcept.dictionary.form_tables import LAST, NAME_MASK, VARIANT_MASK, VARIANT_SHIFT
from medconcept.dictionary.name_index import CASE, JOINED_PREFIXES, PREFERRED, SEPARATOR
from medconcept.dictionary.name_texts import NameTexts
from medconcept.dictionary.name_variants import Variant
from medconcept.terminologies.semantic_network import with_kinds
from medconcept.terminologies.term import SCOPES

CACHE = 1 << 15
_HEADS = 1 << 12


class Name(NamedTuple):
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
    has_mesh_or_omim: bool = False  # has a MeSH or OMIM id
    language: str = "en"
    term_type: str = ""
    restriction_level: int | None = 0  # of its source, MRSAB.SRL; None if it is unknown
    among: int = 1  # number of names of its term, at most 255
    kinds: frozenset[str] = frozenset()  # semantic_types and their broader kinds


Sense = tuple[tuple[Name, Variant], ...]


class NameTable:
    """Names by number, and senses of forms; read many at a time, and cached."""

    def __init__(self, arrays: Mapping[str, Array], texts: NameTexts) -> None:
        """Take the arrays of the file, and the texts of its names."""
        self._a, self.texts = arrays, texts
        self._origins = strings(arrays, "origins")
        types = [tuple(types.split("|")) for types in strings(arrays, "types")]
        self._types = [(own, with_kinds(own)) for own in types]
        self._kinds = []
        for kind in strings(arrays, "kinds"):
            term_type, language, flags = kind.split(SEPARATOR)
            self._kinds.append((term_type, language, int(flags)))
        joined = strings(arrays, "joined") if "joined" in arrays else []
        self._mesh_or_omim = np.array(
            [any(one.startswith(_MESH_OR_OMIM) for one in ids.split("|")) for ids in joined], bool
        )
        self._head = lru_cache(maxsize=_HEADS)(self._read_head)
        self._senses: dict[int, Sense] = {}

    def of_senses(self, senses: Iterable[int]) -> dict[int, Sense]:
        """The names of each sense, each with the variant by which the form was made from it."""
        wanted = dict.fromkeys(senses)
        new = [sense for sense in wanted if sense not in self._senses]
        if new:
            if len(self._senses) + len(new) > CACHE:
                self._senses = {sense: self._senses[sense] for sense in wanted if sense in self._senses}
            self._senses.update(self._read(new))
        return {sense: self._senses[sense] for sense in wanted}

    def _read(self, senses: Sequence[int]) -> dict[int, Sense]:
        """Read senses, each a run of entries in `senses` of which the last is marked."""
        of, at = np.arange(len(senses)), np.array(senses, np.int64)
        owners, values = [], []
        while len(at):
            value: Any = self._a["senses"][at]
            owners.append(of)
            values.append(value)
            goes_on = (value & LAST) == 0
            of, at = of[goes_on], at[goes_on] + 1
        owner, entries = np.concatenate(owners), np.concatenate(values)
        numbers, place = np.unique(entries & NAME_MASK, return_inverse=True)
        names = self.named(numbers)
        names_of: list[list[tuple[Name, Variant]]] = [[] for _ in senses]
        variants = (entries >> VARIANT_SHIFT & VARIANT_MASK).tolist()
        for sense, name, variant in zip(owner.tolist(), place.tolist(), variants, strict=True):
            names_of[sense].append((names[name], _VARIANTS[variant]))
        return dict(zip(senses, map(tuple, names_of), strict=True))

    def named(self, numbers: Any) -> list[Name]:
        """The names of these numbers."""
        a = self._a
        terms = a["name_term"][numbers]
        concepts, origins = a["term_concept"][terms], a["term_origin"][terms]
        ids = self.ids(a["term_head"][terms], a["term_value"][terms])
        columns = zip(
            np.asarray(numbers).tolist(), a["name_kind"][numbers].tolist(), origins.tolist(), ids,
            self.ids(a["concept_head"][concepts], a["concept_value"][concepts]),
            a["term_types"][terms].tolist(), a["origin_rank"][origins].tolist(),
            self._has_mesh_or_omim(terms).tolist(), a["origin_restriction"][origins].tolist(),
            a["term_names"][terms].tolist(), strict=True,
        )  # fmt: skip
        result = []
        for number, kind, origin, source_id, concept_id, types, rank, joined, level, among in columns:
            term_type, language, flags = self._kinds[kind]
            own, kinds = self._types[types]
            result.append(Name(
                number, self.texts[number], self._origins[origin], source_id, concept_id, own, rank,
                bool(flags & PREFERRED), bool(flags & CASE), SCOPES[flags & 3],
                joined or source_id.startswith(_MESH_OR_OMIM), language, term_type, level, among, kinds,
            ))  # fmt: skip
        return result

    def preferred(self, concept_ids: Iterable[str]) -> dict[str, str]:
        """The preferred name of each concept that has one, by the rule of `concepts`; scans all names once.

        That of the most preferred source; of several the one of the smallest term id, then the smallest.
        """
        a, wanted = self._a, set(concept_ids)
        if not wanted:
            return {}
        ids = np.array([one in wanted for one in self.ids(a["concept_head"], a["concept_value"])], bool)
        flags = np.array([flags & PREFERRED for _, _, flags in self._kinds], bool)
        rows = np.flatnonzero(ids[a["term_concept"][a["name_term"]]] & flags[a["name_kind"]])
        best: dict[str, Name] = {}
        for name in self.named(rows):
            other = best.get(name.concept_id)
            if other is None or _preference(name) < _preference(other):
                best[name.concept_id] = name
        return {concept_id: name.name for concept_id, name in best.items()}

    def ids(self, heads: Array, values: Array) -> list[str]:
        """Ids from their heads and numbers, as mc_split_ids splits them."""
        pairs = zip(heads.tolist(), values.tolist(), strict=True)
        return [self._head(head) + str(value)[1:] for head, value in pairs]

    def joined_of(self, term: int, source_id: str) -> tuple[str, ...]:
        """The ids of a term with JOINED_PREFIXES, its own first."""
        at = int(np.searchsorted(self._a["joined_term"], term))
        if self._is_joined(np.array([term]))[0]:
            number = int(self._a["joined_ids"][at])
            return tuple(piece(self._a["joined"], self._a["joined_bytes"], number).split("|"))
        return (source_id,) if source_id.startswith(JOINED_PREFIXES) else ()

    def _has_mesh_or_omim(self, terms: Array) -> Array:
        """Whether each term has such an id among those joined to it."""
        has: Array = self._is_joined(terms)
        if has.any():
            at = np.searchsorted(self._a["joined_term"], terms[has])
            has[has] = self._mesh_or_omim[self._a["joined_ids"][at]]
        return has

    def _is_joined(self, terms: Array) -> Array:
        with_ids = self._a["joined_term"]
        if not len(with_ids):
            return np.zeros(len(terms), bool)
        is_joined: Array = with_ids[np.minimum(np.searchsorted(with_ids, terms), len(with_ids) - 1)] == terms
        return is_joined

    def _read_head(self, number: int) -> str:
        return piece(self._a["heads"], self._a["heads_bytes"], number)


def _preference(name: Name) -> tuple[int, str, str]:
    return name.source_rank, name.source_id, name.name


_MESH_OR_OMIM = ("MESH:", "OMIM:")
_VARIANTS = {int(variant): variant for variant in Variant}


def strings(arrays: Mapping[str, Array], pool: str) -> list[str]:
    """The strings of a pair of arrays, `pool` and `pool`_bytes."""
    return [piece(arrays[pool], arrays[f"{pool}_bytes"], n) for n in range(len(arrays[f"{pool}_bytes"]) - 1)]
