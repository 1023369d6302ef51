"""Names to rows of hashes of their forms; any part of the names at a time, on any worker."""

from __future__ import annotations

import ctypes
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from medconcept.dictionary import kernel
from medconcept.dictionary.arrow_strings import buffers, hashes, piece, pool
from medconcept.dictionary.characters import character_tables
from medconcept.dictionary.ellipsis import may_imply
from medconcept.dictionary.file_layout import Array
from medconcept.dictionary.form_tables import FORM
from medconcept.dictionary.lemmas import Lemmatiser
from medconcept.dictionary.name_rules import is_case_sensitive
from medconcept.dictionary.name_variants import MAY_VARY, NO_NOUN, Variant, with_variants
from medconcept.dictionary.prefixed_words import MAY_HAVE_PREFIX, with_prefixes
from medconcept.dictionary.stop_concepts import NO_ADJECTIVE, NOT_CONCEPTS
from medconcept.dictionary.word_table import WordTable
from medconcept.dictionary.words import plain_words
from medconcept.terminologies.semantic_network import with_kinds
from medconcept.terminologies.term import SCOPES

PREFERRED, CASE = 4, 8  # of a name's flags, above the two bits of the scope
WORDS_AT_BUILD = 1 << 20
# The prefixes of the ids that texts are annotated with, which a dictionary keeps of the cross-references too.
JOINED_PREFIXES = ("MESH:", "OMIM:", "NCBIGene:")
# One row per matchable name. `semantic_types` and `joined` (ids with those prefixes) are lists joined by "|".
NAMES = pa.schema(
    [
        ("name", pa.large_string()), ("source", pa.large_string()), ("source_id", pa.large_string()),
        ("concept_id", pa.large_string()), ("source_rank", pa.int32()), ("scope", pa.large_string()),
        ("is_preferred", pa.bool_()), ("term_type", pa.large_string()), ("language", pa.large_string()),
        ("restriction_level", pa.int32()), ("semantic_types", pa.large_string()),
        ("joined", pa.large_string()),
    ]
)  # fmt: skip
# Retired ids, each with its replacement, which may be retired too.
RETIRED = pa.schema([("old", pa.large_string()), ("new", pa.large_string())])
# A row of `index_names`: properties that many names share as one string each, rows of FORM packed as bytes.
INDEXED = pa.schema(
    [
        ("name", pa.string()), ("source_id", pa.string()), ("concept_id", pa.string()),
        ("rank", pa.int32()), ("origin", pa.string()), ("kind", pa.string()),
        ("semantic_types", pa.string()), ("joined", pa.string()),
        ("forms", pa.binary()),
    ]
)  # fmt: skip
SEPARATOR = "\x1f"
# The arrays of a lexicon that texts are read with too, so that every dictionary has them.
FOR_TEXTS = ("blocks", "chars", "vocabulary")


def lexicon(words: Array, implied: Mapping[str, str]) -> dict[str, Array]:
    """The arrays needed to index names: character tables, hashes of all words, implied short forms."""
    pairs = sorted(implied.items())
    return {
        **character_tables(), "vocabulary": words,
        **pool("implied_whole", [whole for whole, _ in pairs]),
        **pool("implied", [short for _, short in pairs]),
    }  # fmt: skip


def implied_names(arrays: Mapping[str, Array]) -> dict[str, str]:
    """The implied short forms of a lexicon, by the plain words of the whole name; see ellipsis.py."""
    both = [
        [piece(arrays[name], arrays[f"{name}_bytes"], n) for n in range(len(arrays[f"{name}_bytes"]) - 1)]
        for name in ("implied_whole", "implied")
    ]
    return dict(zip(*both, strict=True))


def words_of(names: pa.Array, table: WordTable) -> Array:
    """Hashes of the plain words of names that are new to `table`, and of their variants with prefixes."""
    prefixed = names.filter(pc.match_substring_regex(names, MAY_HAVE_PREFIX)).to_pylist()
    others = [other for name in prefixed for other in with_prefixes(name)]
    words = [*table.learn(*buffers(names)), *table.learn(*buffers(others))]
    return hashes(list(dict.fromkeys(words)))


def empty_table() -> WordTable:
    """An empty word table without a vocabulary, for `words_of`."""
    return word_table({**character_tables(), "vocabulary": np.empty(0, np.uint64)})


def word_table(arrays: dict[str, Array]) -> WordTable:
    """A word table over a lexicon."""
    return WordTable(arrays, Lemmatiser(arrays["vocabulary"]), WORDS_AT_BUILD)


def index_names(names: pa.Table, table: WordTable, implied: Mapping[str, str]) -> pa.Table:
    """Rows of NAMES to rows of INDEXED; `table` and `implied` are those of the lexicon of all names."""
    texts = as_one_array(names["name"])
    case = np.array([is_case_sensitive(name) for name in texts.to_pylist()], bool)
    scopes = pc.index_in(names["scope"], pa.array(SCOPES, pa.large_string())).to_numpy()
    preferred = names["is_preferred"].to_numpy()
    tier = np.where(preferred, 0, 1 + scopes)
    rank = tier * 25 + np.minimum(names["source_rank"].to_numpy(), 24)
    flags = scopes + PREFERRED * preferred + CASE * case
    joined = names["joined"]
    joined = pc.if_else(pc.equal(joined, names["source_id"]), "", joined)
    columns = [
        names["name"], names["source_id"], names["concept_id"], pa.array(rank, pa.int32()),
        _join_columns(names["source"], names["source_rank"], names["restriction_level"]),
        _join_columns(names["term_type"], names["language"], pa.array(flags)),
        names["semantic_types"], joined,
        _forms(texts, names, table, implied),
    ]  # fmt: skip
    return pa.table([c.cast(f.type) for c, f in zip(columns, INDEXED, strict=True)], schema=INDEXED)


def _forms(texts: pa.Array, names: pa.Table, table: WordTable, implied: Mapping[str, str]) -> pa.Array:
    """The forms of each name, packed: of its own words, and of its variants (`with_variants`) if any."""
    data, offsets = buffers(texts)
    count = len(texts)
    linked = ~pc.is_in(names["source_id"], pa.array(sorted(NOT_CONCEPTS), pa.large_string())).to_numpy()
    varied = pc.match_substring_regex(texts, MAY_VARY).to_numpy(zero_copy_only=False)
    kinds = names["semantic_types"].to_pylist()
    sets = {kind: with_kinds(tuple(kind.split("|"))) for kind in set(kinds)}
    none = {kind: not NO_ADJECTIVE.isdisjoint(own) for kind, own in sets.items()}
    adjective = ~np.array([none[kind] for kind in kinds], bool)
    own = _hashed(table, data, offsets)
    plain = linked & ~varied & (own[:, 0, 3] > 0)
    nouns = plain & adjective & (own[:, 0, 3] > 1) & (own[:, 0, 0] != own[:, 1, 0])
    rows, forms, variants = [], [], []
    chosen = np.flatnonzero(linked & varied)
    for row, name in zip(chosen.tolist(), texts.take(pa.array(chosen)).to_pylist(), strict=True):
        for form, variant in with_variants(name, sets[kinds[row]]):
            rows.append(row)
            forms.append(form)
            variants.append(variant)
    made_of, made_variants, made = _varied(
        np.array(rows, np.int64), forms, np.array(variants, np.int64), adjective, table
    )
    short_of, short = [], []
    for row, form in _implied(texts, names, implied) if implied else ():
        short_of.append(row)
        short.append(" ".join(map(table.normaliser.singular, form.split())))
    strings, ends = buffers(short)
    elliptic = np.empty((len(short), 4), np.uint64)
    kernel.library().mc_hash_forms(strings.ctypes.data, ends.ctypes.data, len(short), elliptic.ctypes.data)
    owner = np.concatenate([
        np.flatnonzero(plain), np.flatnonzero(nouns), made_of, np.array(short_of, np.int64),
    ])  # fmt: skip
    hashed = np.concatenate([own[plain, 0], own[nouns, 1], made, elliptic])
    all_variants = np.concatenate([
        np.full(plain.sum(), Variant.NORMAL), np.full(nouns.sum(), Variant.NOUN), made_variants,
        np.full(len(short), Variant.ELLIPTIC),
    ])  # fmt: skip
    order = np.argsort(owner, kind="stable")
    out = np.empty(len(owner), FORM)
    high = np.uint64(32)
    out["hash"], out["first"], out["pair"] = (
        hashed[order, 0],
        hashed[order, 1] >> high,
        hashed[order, 2] >> high,
    )
    out["size"], out["variant"] = hashed[order, 3], all_variants[order]
    edges = np.zeros(count + 1, np.int64)
    np.cumsum(np.bincount(owner, minlength=count), out=edges[1:])
    return _packed(out, edges)


def _hashed(table: WordTable, data: Array, offsets: Array) -> Any:
    """Hashes of each text's singulars and of its nouns, shape (texts, 2, 4); see mc_hash_words."""
    table.learn(data, offsets)
    out = np.empty((len(offsets) - 1, 2, 4), np.uint64)
    kernel.library().mc_hash_words(
        ctypes.byref(table.head), ctypes.byref(table.table), data.ctypes.data, offsets.ctypes.data,
        len(out), int(np.diff(offsets).max(initial=0)), out.ctypes.data,
    )  # fmt: skip
    return out


def _varied(
    rows: Any, forms: Sequence[str], variants: Any, adjective: Any, table: WordTable
) -> tuple[Any, Any, Any]:
    """Row, variant and hashes of each form of names with variants; of equal forms of a name the nearest.

    `adjective` is true for rows whose term may have a relational adjective.
    """
    hashed = _hashed(table, *buffers(list(forms)))
    size = hashed[:, 0, 3]
    # A name of one word is a noun itself, unless its head, such as "process", was cut off.
    shorter = variants == Variant.SHORTER
    noun = adjective[rows] & ((size > 1) | shorter) & ~np.isin(variants, NO_NOUN) & (size > 0)
    worded = np.flatnonzero(size > 0)
    of = np.concatenate([rows[worded], rows[noun]])
    all_variants = np.concatenate([variants[worded], np.full(noun.sum(), Variant.NOUN)])
    each = np.concatenate([hashed[worded, 0], hashed[noun, 1]])
    order = np.lexsort((each[:, 0], of))  # stable: of equal forms the nearest comes first
    first = np.ones(len(order), bool)
    first[1:] = (np.diff(of[order]) != 0) | (each[order[1:], 0] != each[order[:-1], 0])
    kept = np.sort(order[first])
    return of[kept], all_variants[kept], each[kept]


def _implied(texts: pa.Array, names: pa.Table, implied: Mapping[str, str]) -> Iterator[tuple[int, str]]:
    """The rows of names that imply a short form, with its words."""
    kinds = names["semantic_types"].to_pylist()
    scopes = names["scope"].to_pylist()
    implying = {kind for kind in set(kinds) if may_imply(kind)}
    for row, (kind, scope) in enumerate(zip(kinds, scopes, strict=True)):
        if kind in implying and scope == "exact":
            form = implied.get(" ".join(plain_words(texts[row].as_py())))
            if form is not None:
                yield row, form


def _join_columns(*columns: Any) -> Any:
    texts = [pc.fill_null(c.cast(pa.large_string()), "") for c in columns]
    return pc.binary_join_element_wise(*texts, pa.scalar(SEPARATOR, pa.large_string()))


def _packed(rows: Any, edges: Any) -> pa.Array:
    """Records as binary values: value i has the bytes of records edges[i] to edges[i + 1]."""
    offsets = np.ascontiguousarray(edges, np.int64) * rows.dtype.itemsize
    buffer = pa.py_buffer(rows.tobytes())
    return pa.Array.from_buffers(pa.large_binary(), len(edges) - 1, [None, pa.py_buffer(offsets), buffer])


def as_one_array(column: Any) -> pa.Array:
    """A column as one array."""
    if isinstance(column, pa.ChunkedArray):
        column = column.combine_chunks()
        column = pa.concat_arrays(column.chunks) if isinstance(column, pa.ChunkedArray) else column
    return column
