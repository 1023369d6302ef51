"""Terms in memory to a compiled dictionary, without Spark: for `link`, `evaluate` and tests."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from types import MappingProxyType

import numpy as np
import pyarrow as pa

from medconcept.dictionary.compile_names import MAIN, SIMILAR, Compilation
from medconcept.dictionary.ellipsis import ellipses
from medconcept.dictionary.name_index import (
    JOINED_PREFIXES,
    NAMES,
    RETIRED,
    empty_table,
    index_names,
    lexicon,
    word_table,
    words_of,
)
from medconcept.dictionary.name_rules import is_matchable
from medconcept.dictionary.stop_concepts import NOT_CONCEPTS
from medconcept.terminologies.term import Term

BATCH = 1 << 16
_FREE: Mapping[str, int] = MappingProxyType({})


def compile_linking(terms: Iterable[Term], sources: Sequence[str]) -> bytes:
    """Compile the names of terms, `sources` in order of preference; the same terms give the same bytes.

    Without an index of similar names, which `compile_files` adds.
    """
    return compile_files(terms, sources, similar=False)[0]


def compile_files(
    terms: Iterable[Term], sources: Sequence[str], *, similar: bool = True, levels: Mapping[str, int] = _FREE
) -> tuple[bytes, bytes]:
    """The bytes of the dictionary and of its index of similar names, which is empty unless requested.

    `levels` are the restriction levels of sources, 0 where it has none.
    The rules are those of build_dictionary without a UMLS release, see `name_rows` and `retired_pairs`.
    """
    chosen = first_of_equal_ids(terms, sources)
    rows = name_rows(chosen, sources, levels)
    tables = []
    while batch := list(islice(rows, BATCH)):
        tables.append(pa.Table.from_pylist(batch, NAMES))
    finder = empty_table()
    # Words of names that are never linked do not count as words of the dictionary.
    word_hashes = [words_of(table["name"].combine_chunks(), finder) for table in map(_linked, tables)]
    implied = ellipses(
        (name, term, kinds)
        for table in tables
        for name, term, kinds, scope in zip(
            *(table[c].to_pylist() for c in ("name", "source_id", "semantic_types", "scope")), strict=True
        )
        if scope == "exact"
    )
    arrays = lexicon(np.unique(np.concatenate([np.empty(0, np.uint64), *word_hashes])), implied)
    words = word_table(arrays)
    compilation = Compilation(arrays, sources)
    for table in tables:
        compilation.add(index_names(table, words, implied))
    steps = [{"old": old, "new": new} for old, new in retired_pairs(chosen)]
    compilation.retire(pa.Table.from_pylist(steps, RETIRED))
    pieces = list(compilation.finish(similar=similar))
    main, index = (b"".join(piece for file, piece in pieces if file == f) for f in (MAIN, SIMILAR))
    return main, index


def _linked(names: pa.Table) -> pa.Table:
    kept = [source_id not in NOT_CONCEPTS for source_id in names["source_id"].to_pylist()]
    return names.filter(pa.array(kept, pa.bool_()))


def first_of_equal_ids(terms: Iterable[Term], sources: Sequence[str]) -> list[Term]:
    """One term for each id: one in use before an obsolete one, then that of the preferred source."""
    rank = {source: n for n, source in enumerate(sources)}
    equal: dict[str, list[Term]] = {}
    for term in terms:
        equal.setdefault(term.source_id, []).append(term)

    def order(term: Term) -> tuple[bool, int, str]:
        names = [{key: value for key, value in name.items() if value is not None} for name in names_of(term)]
        return term.obsolete, rank[term.source], json.dumps(names, ensure_ascii=False, separators=(",", ":"))

    return [each[0] if len(each) == 1 else min(each, key=order) for each in equal.values()]


def name_rows(
    terms: Sequence[Term], sources: Sequence[str], levels: Mapping[str, int] = _FREE
) -> Iterator[dict[str, object]]:
    """Yield a row of NAMES for each name that is matched, of the terms in use; ids are distinct."""
    rank = {source: n for n, source in enumerate(sources)}
    used = [term for term in terms if not term.obsolete]
    for term, concept in zip(used, concept_ids(used), strict=True):
        yield from _rows(term, concept, rank[term.source], levels.get(term.source, 0))


def concept_ids(terms: Sequence[Term]) -> list[str]:
    """The concept of each term, by build_dictionary's rule (docs/dictionary.md) without a UMLS release.

    Its smallest CUI, else the CUI of the terms that refer to it, else its own id. If several terms of a
    source claim one CUI, the one with the best evidence keeps it, and the others keep their own id.
    """
    named: dict[str, set[str]] = {}
    for term in terms:
        if len(term.cuis) == 1:
            for xref in term.xrefs:
                named.setdefault(xref, set()).add(term.cuis[0])
    claims: list[str | None] = []
    best: dict[tuple[str, str], tuple[int, int, str]] = {}
    for term in terms:
        cuis_of_references = named.get(term.source_id, set())
        claim = (
            term.cuis[0]
            if term.cuis
            else next(iter(cuis_of_references))
            if len(cuis_of_references) == 1
            else None
        )
        claims.append(claim)
        if claim is not None:
            founded = (1 if term.cuis else 2, len(term.cuis), term.source_id)
            best[term.source, claim] = min(best.get((term.source, claim), founded), founded)
    return [
        claim if claim is not None and best[term.source, claim][2] == term.source_id else term.source_id
        for term, claim in zip(terms, claims, strict=True)
    ]


def joined_ids(source_id: str, xrefs: Iterable[str]) -> str:
    """The ids of a term with JOINED_PREFIXES (its own, then cross-references), joined by "|"."""
    ids = [i for i in (source_id, *xrefs) if i.startswith(JOINED_PREFIXES)]
    return "|".join(dict.fromkeys(ids))


def names_of(term: Term) -> list[dict[str, str | None]]:
    """Return name, scope, term_type and language of each distinct name of a term, its preferred one first."""
    count = len(term.synonyms)
    each = zip(
        term.synonyms, term.scopes or ("exact",) * count, term.term_types or (None,) * count,
        term.languages or (term.language,) * count, strict=True,
    )  # fmt: skip
    names: dict[str, dict[str, str | None]] = {}
    for name, scope, kind, language in ((term.name, "exact", term.term_type, term.language), *each):
        if name and name not in names:
            names[name] = {"name": name, "scope": scope, "term_type": kind or None, "language": language}
    return list(names.values())


def _rows(term: Term, concept: str, rank: int, level: int) -> Iterator[dict[str, object]]:
    shared = {
        "source": term.source, "source_id": term.source_id, "concept_id": concept, "source_rank": rank,
        "restriction_level": level, "semantic_types": "|".join(sorted(term.semantic_types)),
        "joined": joined_ids(term.source_id, term.xrefs),
    }  # fmt: skip
    for place, name in enumerate(names_of(term)):
        if is_matchable(str(name["name"])):
            yield {**shared, **name, "is_preferred": place == 0}


def retired_pairs(terms: Sequence[Term]) -> list[tuple[str, str]]:
    """Alternative and obsolete ids that no term in use has, each with what took its place; ids may recur."""
    used = {term.source_id for term in terms if not term.obsolete}
    pairs = [(other, term.source_id) for term in terms for other in term.alt_ids]
    pairs += [(t.source_id, t.replaced_by) for t in terms if t.obsolete and t.replaced_by is not None]
    return [(old, new) for old, new in pairs if old not in used]
