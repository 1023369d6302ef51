"""Names of a dictionary to the file that the linker maps: every name, its forms, and what it stands for."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from medconcept.dictionary.builder import compile_table
from medconcept.dictionary.layout import Array, pack_parts, unpack
from medconcept.dictionary.names import FOLDED, is_case_sensitive, match_key
from medconcept.dictionary.records import SCOPES, Term
from medconcept.linking.general import NO_ADJECTIVE, NOT_CONCEPTS
from medconcept.linking.normal import Normaliser, vocabulary
from medconcept.linking.variants import variants
from medconcept.linking.words import plain_words

PREFERRED, CASE = 4, 8  # above the two bits of the scope
# One row for each name that is matched. `semantic_types` and `joined` (MeSH and OMIM ids) are joined by "|",
# `rank` is the order of preference among the names of one match key, 0 to 255.
NAMES = pa.schema(
    [
        ("name", pa.large_string()), ("match_key", pa.large_string()), ("rank", pa.int32()),
        ("source", pa.large_string()), ("source_id", pa.large_string()), ("concept_id", pa.large_string()),
        ("source_rank", pa.int32()), ("scope", pa.large_string()), ("is_preferred", pa.bool_()),
        ("term_type", pa.large_string()), ("language", pa.large_string()),
        ("restriction_level", pa.int32()), ("semantic_types", pa.large_string()),
        ("joined", pa.large_string()),
    ]
)  # fmt: skip
# Ids that are no more, each with the one that took its place, which may have gone as well.
RETIRED = pa.schema([("old", pa.large_string()), ("new", pa.large_string())])


def compile_linking(terms: Iterable[Term], sources: Sequence[str]) -> bytes:
    """Compile the names of terms; `sources` in order of preference. The same terms give the same bytes.

    Obsolete terms lend no name, but their ids are kept with what replaced them, as alternative ids are. Of
    terms with one id the first counts. The concept of a term is that of build_dictionary's rule.
    """
    rank = {source: n for n, source in enumerate(sources)}
    told: dict[str, Term] = {}
    for term in terms:
        told.setdefault(term.source_id, term)
    alive = [t for t in told.values() if not t.obsolete]
    rows: list[dict[str, object]] = []
    for term, concept in zip(alive, concept_ids(alive), strict=True):
        rows += _rows(term, concept, rank[term.source])
    steps = [{"old": old, "new": new} for old, new in _steps(told.values()).items()]
    retired = pa.Table.from_pylist(steps, RETIRED)
    return b"".join(compile_rows(pa.Table.from_pylist(rows, NAMES), retired, sources))


def compile_rows(names: pa.Table, retired: pa.Table, sources: Sequence[str]) -> Iterator[bytes]:
    """The pieces of the file of rows of NAMES and RETIRED; `sources` are named even without a name."""
    order = pc.sort_indices(
        names,
        [(c, "ascending") for c in ("name", "source_rank", "source", "source_id", "concept_id", "rank")],
    )
    names = names.take(order)
    number = pa.array(_numbers(len(names)))
    exact = unpack(b"".join(compile_table(_keyed(names["match_key"], number, names["rank"]))), "new")
    known, forms = _forms(names)
    linked = unpack(b"".join(compile_table(forms)), "new")
    ranks = dict(zip(names["source"].to_pylist(), names["source_rank"].to_pylist(), strict=True))
    all_sources = list(dict.fromkeys([*sources, *sorted(set(ranks) - set(sources))]))
    term, first = _terms(names)
    kept = names.take(pa.array(first))
    flags = [
        SCOPES.index(scope) | PREFERRED * preferred | CASE * is_case_sensitive(name)
        for scope, preferred, name in zip(
            names["scope"].to_pylist(),
            names["is_preferred"].to_pylist(),
            names["name"].to_pylist(),
            strict=True,
        )
    ]
    dropped = ("targets", "target_bytes")
    now = sorted(replaced(zip(retired["old"].to_pylist(), retired["new"].to_pylist(), strict=True)).items())
    yield from pack_parts({
        **{f"exact_{k}": v for k, v in exact.items() if k not in dropped},
        **{f"forms_{k}": v for k, v in linked.items() if k not in dropped},
        "vocabulary": known, "name_flags": np.array(flags, np.uint8), "name_term": term,
        **_pooled("name_text", "names", names["name"]), **_pooled("name_type", "types", names["term_type"]),
        **_pooled("name_language", "languages", names["language"]),
        **_pooled("term_id", "ids", kept["source_id"]),
        **_pooled("term_concept", "concepts", kept["concept_id"]),
        **_pooled("term_kind", "kinds", kept["semantic_types"]),
        **_pooled("term_joined", "joined", kept["joined"]),
        "term_source": np.array([all_sources.index(s) for s in kept["source"].to_pylist()], np.uint16),
        "term_rank": kept["source_rank"].to_numpy().astype(np.uint16),
        "term_restriction": kept["restriction_level"].to_numpy().astype(np.uint8),
        **_pool("sources", all_sources), **_pool("retired", [old for old, _ in now]),
        **_pooled("retired_new", "replaced", [new for _, new in now]),
    })  # fmt: skip


def concept_ids(terms: Sequence[Term]) -> list[str]:
    """The concept of each term, by build_dictionary's rule (docs/dictionary.md) without a UMLS release.

    Its smallest CUI, else that of the terms that refer to it, else its id; of several terms of a source with
    one CUI the best founded has it, the others keep their own id.
    """
    named: dict[str, set[str]] = {}
    for term in terms:
        if len(term.cuis) == 1:
            for xref in term.xrefs:
                named.setdefault(xref, set()).add(term.cuis[0])
    claims: list[str | None] = []
    best: dict[tuple[str, str], tuple[int, int, str]] = {}
    for term in terms:
        told = named.get(term.source_id, set())
        claim = term.cuis[0] if term.cuis else next(iter(told)) if len(told) == 1 else None
        claims.append(claim)
        if claim is not None:
            founded = (1 if term.cuis else 2, len(term.cuis), term.source_id)
            best[term.source, claim] = min(best.get((term.source, claim), founded), founded)
    return [
        claim if claim is not None and best[term.source, claim][2] == term.source_id else term.source_id
        for term, claim in zip(terms, claims, strict=True)
    ]


def joined_ids(source_id: str, xrefs: Iterable[str]) -> str:
    """The MeSH and OMIM ids of a term, its own or by cross-reference: what disease gold is annotated with."""
    ids = [i for i in (source_id, *xrefs) if i.startswith(("MESH:", "OMIM:"))]
    return "|".join(dict.fromkeys(ids))


def _rows(term: Term, concept: str, rank: int) -> Iterator[dict[str, object]]:
    count = len(term.synonyms)
    each = zip(
        term.synonyms, term.scopes or ("exact",) * count, term.term_types or (None,) * count,
        term.languages or (term.language,) * count, strict=True,
    )  # fmt: skip
    seen = set()
    for place, (name, scope, kind, language) in enumerate(
        [(term.name, "exact", term.term_type, term.language), *each]
    ):
        key = match_key(name)
        if key is None or name in seen:
            continue
        seen.add(name)
        yield {
            "name": name, "match_key": key, "source": term.source, "source_id": term.source_id,
            "rank": (0 if place == 0 else 1 + SCOPES.index(scope)) * 50 + min(rank, 49),
            "concept_id": concept, "source_rank": rank, "scope": scope, "is_preferred": place == 0,
            "term_type": kind, "language": language, "restriction_level": 0,
            "semantic_types": "|".join(term.semantic_types), "joined": joined_ids(term.source_id, term.xrefs),
        }  # fmt: skip


def _forms(names: pa.Table) -> tuple[Array, pa.Table]:
    """The dictionary's words as hashes, and key, target (number of the name) and rank (how) of each form."""
    texts = names["name"].to_pylist()
    used = [source_id not in NOT_CONCEPTS for source_id in names["source_id"].to_pylist()]
    known = vocabulary(
        word for name, use in zip(texts, used, strict=True) if use for word in plain_words(name)
    )
    normaliser = Normaliser(known)
    keys, targets, ranks = [], [], []
    for number, (name, use, kinds) in enumerate(
        zip(texts, used, names["semantic_types"].to_pylist(), strict=True)
    ):
        adjective = NO_ADJECTIVE.isdisjoint(kinds.split("|"))
        for form, variant in variants(name, normaliser, has_adjective=adjective) if use else ():
            keys.append(FOLDED + form)
            targets.append(f"{number:09d}")
            ranks.append(int(variant))
    return known, pa.table({"key": keys, "target": targets, "rank": pa.array(ranks, pa.int32())})


def _keyed(keys: pa.ChunkedArray, number: pa.Array, ranks: pa.ChunkedArray) -> pa.Table:
    return pa.table({"key": keys, "target": number, "rank": ranks})


def _numbers(count: int) -> list[str]:
    """Names of numbers that sort as they do: the number of a target is that of the name."""
    return [f"{n:09d}" for n in range(count)]


def _terms(names: pa.Table) -> tuple[Array, list[int]]:
    """The term of each name, and the row of one name of each term."""
    columns = [names[c].to_pylist() for c in ("source_rank", "source", "source_id", "concept_id")]
    terms = list(zip(*columns, strict=True))
    first: dict[tuple[object, ...], int] = {}
    for row, term in enumerate(terms):
        first.setdefault(term, row)
    place = {term: n for n, term in enumerate(sorted(first))}
    return np.array([place[term] for term in terms], np.uint32), [first[term] for term in place]


def _pooled(column: str, pool: str, values: pa.ChunkedArray | list[str]) -> dict[str, Array]:
    """Strings kept once, and for each row which it has; null as an empty one."""
    texts = ["" if v is None else v for v in (values if isinstance(values, list) else values.to_pylist())]
    place = {text: n for n, text in enumerate(sorted(set(texts)))}
    return {column: np.array([place[text] for text in texts], np.uint32), **_pool(pool, list(place))}


def _pool(name: str, texts: Sequence[str]) -> dict[str, Array]:
    parts = [text.encode("utf-8", "surrogatepass") for text in texts]
    ends = np.zeros(len(parts) + 1, np.int64)
    np.cumsum([len(part) for part in parts], out=ends[1:])
    return {name: np.frombuffer(b"".join(parts), np.uint8), f"{name}_bytes": ends}


def _steps(terms: Iterable[Term]) -> dict[str, str]:
    """Alternative and obsolete ids that no term in use has, each with what took its place."""
    step: dict[str, str] = {}
    alive = set()
    for term in terms:
        if not term.obsolete:
            alive.add(term.source_id)
        for other in term.alt_ids:
            step.setdefault(other, term.source_id)
        if term.obsolete and term.replaced_by:
            step[term.source_id] = term.replaced_by
    return {old: new for old, new in step.items() if old not in alive}


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
