"""The rules of concepts, names and retired ids: those in memory against those in Spark."""

from __future__ import annotations

import random

import pytest

from medconcept.dictionary.compile_names import replaced
from medconcept.dictionary.compile_terms import concept_ids, first_of_equal_ids, name_rows, retired_pairs
from medconcept.dictionary.name_index import NAMES
from medconcept.terminologies.term import SCOPES, Term

SOURCES = ("A", "B", "C")
TERMINOLOGIES, SEED = 150, 20261129
# Short, without a letter, function words, symbols, other case: not all of them are matched.
WORDS = ("heart", "Heart", "HEART", "of", "x", "12", "ALL", "T4", "gène", "cœur gauche", "lung (left)", "β2")
TYPES = ("disease", "anatomy", "Neoplastic Process", "other")


def terminology(draw: random.Random, number: int) -> list[Term]:
    """Terms of several sources whose ids and CUIs no other terminology has."""

    def some(pool: list[str], most: int) -> tuple[str, ...]:
        return tuple(sorted(set(draw.choices(pool, k=draw.randint(0, most)))))

    ids = [f"T{number}:{n}" for n in range(6)] + [f"{p}:{number}{n}" for p in ("MESH", "OMIM") for n in "12"]
    cuis = [f"C{number:05d}{n}" for n in range(3)]
    terms = []
    for _ in range(draw.randint(1, 12)):
        synonyms = tuple(draw.choices(WORDS, k=draw.randint(0, 4)))
        is_stated = draw.random() < 0.5  # whether the source states scopes, types and languages
        terms.append(
            Term(
                draw.choice(SOURCES), draw.choice(ids), draw.choice((*WORDS, "")), synonyms,
                semantic_types=tuple(draw.sample(TYPES, draw.randint(1, 2))),
                cuis=some(cuis, 2), xrefs=some(ids, 3), alt_ids=some([*ids, f"old{number}"], 2),
                obsolete=(gone := draw.random() < 0.3),
                replaced_by=draw.choice([None, *ids]) if gone else None,
                scopes=tuple(draw.choice(SCOPES) for _ in synonyms) if is_stated else (),
                term_types=tuple(draw.choice((None, "SY", "")) for _ in synonyms) if is_stated else (),
                languages=tuple(draw.choice(("en", "fr")) for _ in synonyms) if is_stated else (),
            )
        )  # fmt: skip
    return terms


def in_memory(terms: list[Term]) -> tuple[set[tuple[object, ...]], dict[str, str]]:
    chosen = first_of_equal_ids(terms, SOURCES)
    rows = {tuple(row[column] for column in NAMES.names) for row in name_rows(chosen, SOURCES)}
    return rows, replaced(retired_pairs(chosen))


def test_spark_and_memory_have_the_same_names_concepts_and_retired_ids(spark) -> None:
    from medconcept.stages.dictionary import concept_rows
    from medconcept.workers.dictionary.read_terms import TERMS, Source, term_row

    print("seed", SEED)
    draw = random.Random(SEED)
    each = [terminology(draw, number) for number in range(TERMINOLOGIES)]
    sources = {source: Source(source, "tsv", "", "") for source in SOURCES}
    # No two terms of one source with one id and the same names: which of them counts would be chance.
    rows = [
        term_row(term, sources[term.source], SOURCES.index(term.source))
        for terms in each
        for term in {(t.source, t.source_id, t.obsolete): t for t in terms}.values()
    ]
    terms = concept_rows.first_of_equal_ids(spark.createDataFrame(rows, TERMS))
    merged = concept_rows.merge(terms, None, None).localCheckpoint()
    names = concept_rows.name_rows(concept_rows.describe(concept_rows.term_names(merged)))
    matched = names.where("match_key IS NOT NULL").select(*NAMES.names).collect()
    retired = concept_rows.retired_steps(merged).collect()

    expected_names, expected_retired = set(), {}
    for terms in each:
        unique = {(t.source, t.source_id, t.obsolete): t for t in terms}.values()
        own, gone = in_memory(list(unique))
        expected_names |= own
        expected_retired |= gone
    assert len(matched) == len({tuple(row) for row in matched})
    assert {tuple(row) for row in matched} == expected_names
    assert replaced((row["old"], row["new"]) for row in retired) == expected_retired
    # The draw has what the rules are about.
    concepts = {row[NAMES.names.index("concept_id")] for row in expected_names}
    assert sum(concept.startswith("C") for concept in concepts) > 50 and len(expected_retired) > 50


@pytest.mark.parametrize(
    ("terms", "expected"),
    [
        ([Term("A", "A:1", "x", cuis=("C2", "C3"))], ["C2"]),  # the smallest of its own
        ([Term("A", "A:1", "x"), Term("B", "B:1", "y", cuis=("C1",), xrefs=("A:1",))], ["C1", "C1"]),
        # Two terms that name it disagree.
        (
            [
                Term("A", "A:1", "x"),
                *(Term("B", f"B:{n}", "y", cuis=(f"C{n}",), xrefs=("A:1",)) for n in (1, 2)),
            ],
            ["A:1", "C1", "C2"],
        ),
        # Of one source's terms with one CUI the one with fewest CUIs, then the smallest id, has it.
        ([Term("A", "A:1", "x", cuis=("C1", "C2")), Term("A", "A:2", "y", cuis=("C1",))], ["A:1", "C1"]),
        ([Term("A", "A:2", "x", cuis=("C1",)), Term("A", "A:1", "y", cuis=("C1",))], ["A:2", "C1"]),
    ],
)
def test_the_concept_of_a_term(terms: list[Term], expected: list[str]) -> None:
    assert concept_ids(terms) == expected


def test_a_term_in_use_counts_before_an_obsolete_one_of_a_preferred_source() -> None:
    terms = [Term("A", "X:1", "old", obsolete=True), Term("C", "X:1", "new"), Term("B", "X:1", "newer")]
    assert [term.source for term in first_of_equal_ids(terms, SOURCES)] == ["B"]
