"""What of a triplet may leave the lake: names of concepts by licence, words by the figure's terms, counts."""

from __future__ import annotations

from typing import Any

import pytest

from medconcept.stages.triplets.concept_names import mentions_passed_on, names_passed_on
from medconcept.stages.triplets.passed_on import passed_on, withheld_counts
from medconcept.tables import TABLES

SNOMED, MESH = ("SNOMEDCT_US", 9), ("MSH", 0)


def frame(spark: Any, table: str, *rows: dict[str, Any]) -> Any:
    content = TABLES[table].content
    return spark.createDataFrame([tuple(row.get(name) for name in content.names) for row in rows], content)


def concept(key: str, name: str | None, level: int | None) -> dict[str, Any]:
    return {"concept_id": key, "preferred_name": name, "semantic_types": ["T"], "restriction_level": level}


def name(key: str, text: str, source: tuple[str, int | None], rank: int, **more: Any) -> dict[str, Any]:
    return {
        "concept_id": key, "source": source[0], "source_id": f"{source[0]}:{key}", "name": text,
        "normalised": text.casefold(), "is_preferred": rank == 0, "scope": "exact", "source_rank": 0,
        "term_rank": rank, "flags": [], "restriction_level": source[1], **more,
    }  # fmt: skip


@pytest.fixture(scope="module")
def named(spark: Any) -> Any:
    concepts = frame(
        spark,
        "concepts",
        concept("C1", "Heart", 0),
        concept("C2", "Myocardial infarction (disorder)", 9),  # MeSH has a name, too
        concept("C3", "Finding (finding)", 9),  # nobody else has one
        concept("C4", "Liver", 9),  # by its definition alone
        concept("C5", "Of unknown licence", None),
    )
    names = frame(
        spark,
        "concept_names",
        name("C1", "Heart", MESH, 0),
        name("C1", "heart", MESH, 3),
        name("C1", "Cor", MESH, 2),
        name("C1", "Heart structure", SNOMED, 1),
        name("C1", "Organ", MESH, 1, scope="broad"),
        name("C2", "Myocardial infarction (disorder)", SNOMED, 0),
        name("C2", "Heart attack", MESH, 2),
        name("C2", "Myocardial Infarction", MESH, 1),
        name("C3", "Finding (finding)", SNOMED, 0),
        name("C4", "Liver", MESH, 0),
        name("C5", "Of unknown licence", ("X", None), 0),
    )

    def found(**options: Any) -> dict[str, tuple[Any, ...]]:
        rows = names_passed_on(concepts, names, **options).collect()
        return {r.concept_id: (r.preferred_name, r.synonyms, r.name_withheld) for r in rows}

    return found


def test_a_restricted_name_gives_way_to_a_free_one_or_to_none(named: Any) -> None:
    rule = "restricted_vocabulary"
    assert named() == {
        "C1": ("Heart", None, None),
        "C2": ("Myocardial Infarction", None, rule),
        "C3": (None, None, rule),
        "C4": ("Liver", None, None),
        "C5": (None, None, rule),
    }


def test_a_licence_that_is_held_lets_its_names_pass_and_no_others(named: Any) -> None:
    found = named(held=("SNOMEDCT_US",))
    assert found["C2"] == ("Myocardial infarction (disorder)", None, None)
    assert found["C3"] == ("Finding (finding)", None, None)
    assert found["C5"][0] is None
    assert named(held=("MSH",))["C3"][0] is None


def test_synonyms_on_request_are_exact_free_and_the_best_ones(named: Any) -> None:
    found = {key: row[1] for key, row in named(synonyms=5).items()}
    assert found == {"C1": ["Cor"], "C2": ["Heart attack"], "C3": [], "C4": [], "C5": []}
    held = named(synonyms=1, held=("SNOMEDCT_US",))
    assert (held["C1"][1], held["C2"][1]) == (["Heart structure"], ["Myocardial Infarction"])


def test_names_that_matched_are_shown_of_free_sources_alone(spark: Any) -> None:
    names = frame(spark, "concept_names", name("C1", "Heart", MESH, 0), name("C2", "Cor", SNOMED, 0))
    mentions = frame(
        spark,
        "mentions",
        {"mention_key": "a", "source": "MSH", "name": "Heart"},
        {"mention_key": "b", "source": "SNOMEDCT_US", "name": "Cor"},
        {"mention_key": "c"},  # recognised alone
    )

    def shown(*held: str) -> dict[str, str | None]:
        return {row.mention_key: row.name for row in mentions_passed_on(mentions, names, held).collect()}

    assert shown() == {"a": "Heart", "b": None, "c": None}
    assert shown("SNOMEDCT_US") == {"a": "Heart", "b": "Cor", "c": None}


EVIDENCE = {"method": "words", "source": "s", "text": "CT", "start": 0, "end": 2, "weight": 0.9}


def triplet(key: str, rule: str | None, **more: Any) -> dict[str, Any]:
    return {
        "triplet_key": key, "figure_key": key, "caption": "CT of a heart", "caption_markup": "CT of a heart",
        "citing_paragraphs": ["As shown."], "image_sha256": "aa", "attribution": "By A.",
        "concepts": [{"concept_id": "C1", "preferred_name": "Heart", "text": "heart",
                      "spans": [{"start": 8, "end": 13}]}],
        "modality": [{"modality": "ct", "evidence": [EVIDENCE]}],
        "privacy_flags": [{"flag": "date", "text": "CT", "start": 0, "end": 2}],
        "rights": {"withheld": rule}, **more,
    }  # fmt: skip


@pytest.fixture(scope="module")
def triplets(spark: Any) -> Any:
    hidden = [{"concept_id": "C3", "name_withheld": "restricted_vocabulary", "text": "heart"}] * 2
    return frame(
        spark,
        "triplets",
        triplet("free", None),
        triplet("nd", "no_derivatives", concepts=hidden),
        triplet("unknown", "licence_unknown"),
        triplet("bare", "licence_unknown", image_sha256=None, citing_paragraphs=[], caption_markup=None),
        triplet("tdm", "redistribution_forbidden"),
    )


def test_no_words_leave_where_the_terms_withhold_them(triplets: Any) -> None:
    before = {row.triplet_key: row for row in triplets.collect()}
    after = {row.triplet_key: row for row in passed_on(triplets).collect()}
    assert {key for key in after if after[key] == before[key]} == {"free", "nd"}
    for key in ("unknown", "bare", "tdm"):
        row = after[key]
        assert "heart" not in str(row).replace("Heart", "") and "CT" not in str(row)
        assert (row.caption, row.caption_markup, row.citing_paragraphs) == (None, None, None)
        assert (row.concepts[0].concept_id, row.concepts[0].spans[0].start) == ("C1", 8)
        assert (row.modality[0].modality, row.privacy_flags[0].flag) == ("ct", "date")
        assert (row.attribution, row.image_sha256) == ("By A.", before[key].image_sha256)


def test_each_rule_has_its_rows_and_fields_counted(spark: Any, triplets: Any) -> None:
    images = frame(spark, "images", {"status": "opted_out"}, {"status": "resolved"})
    raw = frame(spark, "raw_articles", {"left_out": "opted_out"}, {"left_out": "licence"}, {})
    assert withheld_counts(triplets, images, raw) == {
        "no_derivatives.rows": 1, "no_derivatives.fields": 1,
        "licence_unknown.rows": 2, "licence_unknown.fields": 5 + 1,
        "redistribution_forbidden.rows": 1, "redistribution_forbidden.fields": 5,
        "restricted_vocabulary.rows": 1, "restricted_vocabulary.fields": 2,
        "opted_out.articles": 1, "opted_out.images": 1,
    }  # fmt: skip
    nothing = triplets.where("triplet_key = 'free'")
    assert withheld_counts(nothing, images.limit(0), raw.limit(0)) == {}
