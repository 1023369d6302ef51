"""The dictionary of the linker: forms of names, and what each name stands for, in one mapped file."""

from __future__ import annotations

import hashlib
import mmap
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from medconcept.dictionary.builder import compile_names
from medconcept.dictionary.compiled import CompiledDictionary
from medconcept.dictionary.layout import Array, DictionaryDamaged, pack, unpack
from medconcept.dictionary.names import FOLDED, is_case_sensitive, is_matchable
from medconcept.dictionary.records import SCOPES, Term
from medconcept.linking.general import NO_ADJECTIVE, NOT_CONCEPTS
from medconcept.linking.normal import Normaliser, vocabulary
from medconcept.linking.variants import Variant, variants
from medconcept.linking.words import plain_words

_PREFERRED, _CASE = 4, 8  # above the two bits of the scope


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


@dataclass
class _Table:
    """Strings kept once, in order of first use."""

    numbers: dict[str, int] = field(default_factory=dict)

    def add(self, value: str) -> int:
        return self.numbers.setdefault(value, len(self.numbers))

    def pool(self, name: str) -> dict[str, Array]:
        parts = [value.encode("utf-8", "surrogatepass") for value in self.numbers]
        ends = np.zeros(len(parts) + 1, np.int64)
        np.cumsum([len(part) for part in parts], out=ends[1:])
        return {name: np.frombuffer(b"".join(parts), np.uint8), f"{name}_bytes": ends}


def concept_ids(terms: Sequence[Term]) -> list[str]:
    """The concept of each term: its smallest CUI, else that of the terms that refer to it, else its id.

    The rule of build_dictionary: a term without a CUI takes the one of the terms with a single CUI that
    name it in their cross-references, where all of them agree.
    """
    named: dict[str, set[str]] = {}
    for term in terms:
        if len(term.cuis) == 1:
            for xref in term.xrefs:
                named.setdefault(xref, set()).add(term.cuis[0])
    out = []
    for term in terms:
        told = named.get(term.source_id, set())
        out.append(term.cuis[0] if term.cuis else next(iter(told)) if len(told) == 1 else term.source_id)
    return out


def compile_linking(terms: Iterable[Term], sources: Sequence[str]) -> bytes:
    """Compile the names of terms; `sources` in order of preference. The same terms give the same bytes.

    Obsolete terms lend no name, but their ids are kept with what replaced them, as alternative ids are. Of
    terms with one id the first counts.
    """
    rank = {source: n for n, source in enumerate(sources)}
    told: dict[str, Term] = {}
    for term in terms:
        told.setdefault(term.source_id, term)
    retired = _retired(told.values())
    alive = sorted(
        (t for t in told.values() if not t.obsolete and t.source_id not in NOT_CONCEPTS),
        key=lambda t: (rank[t.source], t.source_id),
    )
    concepts = concept_ids(alive)
    words = {w for t in alive for name in (t.name, *t.synonyms) for w in plain_words(name)}
    known = vocabulary(words)
    normaliser = Normaliser(known)
    names = _Table()
    texts: list[int] = []
    terms_of: list[int] = []
    flags: list[int] = []
    keys: list[tuple[str, str, int]] = []
    for number, term in enumerate(alive):
        adjective = NO_ADJECTIVE.isdisjoint(term.semantic_types)
        scopes = term.scopes or ("exact",) * len(term.synonyms)
        for place, (name, scope) in enumerate(
            [(term.name, "exact"), *zip(term.synonyms, scopes, strict=True)]
        ):
            if not is_matchable(name):
                continue
            forms = list(variants(name, normaliser, has_adjective=adjective))
            if not forms:
                continue  # too many words
            target = f"{len(texts):08d}"  # in order: the number of a target is that of the name
            texts.append(names.add(name))
            terms_of.append(number)
            flags.append(SCOPES.index(scope) | _PREFERRED * (place == 0) | _CASE * is_case_sensitive(name))
            keys.extend((FOLDED + form, target, int(variant)) for form, variant in forms)
    ids, kinds, concept_pool, old, new, joined = (_Table() for _ in range(6))
    arrays = unpack(compile_names(keys), "new")
    arrays.pop("targets")
    arrays.pop("target_bytes")
    term_id = np.array([ids.add(t.source_id) for t in alive], np.uint32)
    retired_new = np.array([new.add(retired[o]) for o in sorted(retired) if old.add(o) >= 0], np.uint32)
    return pack({
        **arrays, "vocabulary": known,
        "name_text": np.array(texts, np.uint32), "name_term": np.array(terms_of, np.uint32),
        "name_flags": np.array(flags, np.uint8), "term_id": term_id,
        "term_source": np.array([rank[t.source] for t in alive], np.uint8),
        "term_kind": np.array([kinds.add("|".join(t.semantic_types)) for t in alive], np.uint16),
        "term_concept": np.array([concept_pool.add(c) for c in concepts], np.uint32),
        "retired_new": retired_new, "term_joined": np.array([joined.add(_joined(t)) for t in alive],
        np.uint32),
        **joined.pool("joined"),
        **names.pool("names"), **ids.pool("ids"), **kinds.pool("kinds"), **concept_pool.pool("concepts"),
        **old.pool("retired"), **new.pool("replaced"), **_Table({s: n for n,
        s in enumerate(sources)}).pool("sources"),
    })  # fmt: skip


def _joined(term: Term) -> str:
    """The MeSH and OMIM ids of a term, its own or by cross-reference: what disease gold is annotated with."""
    ids = [i for i in (term.source_id, *term.xrefs) if i.startswith(("MESH:", "OMIM:"))]
    return "|".join(dict.fromkeys(ids))


def _retired(terms: Iterable[Term]) -> dict[str, str]:
    """Alternative and replaced ids to the id that stands for them now; followed to the end, cycles cut."""
    step: dict[str, str] = {}
    alive = set()
    for term in terms:
        if not term.obsolete:
            alive.add(term.source_id)
        for other in term.alt_ids:
            step.setdefault(other, term.source_id)
        if term.obsolete and term.replaced_by:
            step[term.source_id] = term.replaced_by
    out: dict[str, str] = {}
    for start in step:
        if start in alive:
            continue
        at, seen = start, {start}
        while at in step and at not in alive and step[at] not in seen:
            at = step[at]
            seen.add(at)
        if at != start:
            out[start] = at
    return out


class LinkingDictionary:
    """A compiled linking dictionary over its bytes, which processes may share. Not picklable."""

    def __init__(self, data: Any, name: str) -> None:
        """Take the bytes or memory map of a file. Raises DictionaryDamaged by name."""
        arrays = unpack(data, name)
        if "name_text" not in arrays:
            raise DictionaryDamaged(name, "it is no dictionary of the linker")
        empty = np.empty(0, np.uint8)
        self._a = {**arrays, "targets": empty, "target_bytes": np.zeros(1, np.int64)}
        self.forms = CompiledDictionary(data, name, {"targets": empty, "target_bytes": np.zeros(1, np.int64)})
        self._data = data
        self.normaliser = Normaliser(arrays["vocabulary"])
        self.sources = tuple(self._strings("sources"))
        self._kinds = [tuple(kind.split("|")) for kind in self._strings("kinds")]
        self._keys: dict[int, tuple[tuple[Name, Variant], ...]] = {}

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
            at = slice(int(a["key_senses"][key]), int(a["key_senses"][key + 1]))
            pairs = zip(a["sense_target"][at].tolist(), a["sense_rank"][at].tolist(), strict=True)
            found = tuple((self.name(number), Variant(rank)) for number, rank in pairs)
            if len(self._keys) >= 1 << 16:
                self._keys.clear()
            self._keys[key] = found
        return found

    def name(self, number: int) -> Name:
        """The name of that number."""
        a = self._a
        term, flags = int(a["name_term"][number]), int(a["name_flags"][number])
        rank = int(a["term_source"][term])
        return Name(
            number, self._string("names", int(a["name_text"][number])), self.sources[rank],
            self._string("ids", int(a["term_id"][term])), self._string("concepts",
            int(a["term_concept"][term])),
            self._kinds[int(a["term_kind"][term])], rank, bool(flags & _PREFERRED), bool(flags & _CASE),
            SCOPES[flags & 3], self._joins(term),
        )  # fmt: skip

    def _joins(self, term: int) -> bool:
        return bool(self._string("joined", int(self._a["term_joined"][term])))

    def retired(self) -> Mapping[str, str]:
        """Ids that are no more, each with the one that stands for it now."""
        new = self._a["retired_new"].tolist()
        return {old: self._string("replaced", new[n]) for n, old in enumerate(self._strings("retired"))}

    def joined(self) -> dict[str, tuple[str, ...]]:
        """The MeSH and OMIM ids of each term that has some, its own first."""
        a = self._a
        pool = [tuple(value.split("|")) for value in self._strings("joined")]
        pairs = zip(self._strings("ids"), a["term_joined"].tolist(), strict=True)
        return {term: pool[n] for term, n in pairs if pool[n] != ("",)}

    def _string(self, pool: str, number: int) -> str:
        ends = self._a[f"{pool}_bytes"]
        return (
            self._a[pool][int(ends[number]) : int(ends[number + 1])]
            .tobytes()
            .decode("utf-8", "surrogatepass")
        )

    def _strings(self, pool: str) -> list[str]:
        return [self._string(pool, n) for n in range(len(self._a[f"{pool}_bytes"]) - 1)]


def open_linking(path: str) -> LinkingDictionary:
    """Map a compiled linking dictionary read-only. Raises DictionaryDamaged with one line."""
    try:
        with Path(path).open("rb") as file:
            pages = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
    except (OSError, ValueError) as error:  # ValueError: mmap of an empty file
        raise DictionaryDamaged(path, getattr(error, "strerror", None) or "cannot be read") from error
    return LinkingDictionary(pages, path)
