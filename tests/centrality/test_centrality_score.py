"""The score without a model: each piece of its evidence, and what it makes of a caption."""

from __future__ import annotations

import math
from typing import Any

import pytest

MENTIONS = (
    "figure_key string, concept_id string, sentence int, spans array<struct<start: int, end: int>>, "
    "text string, name string, panels array<string>, flags array<string>"
)
FIGURES = (
    "figure_key string, article_key string, caption string, section array<string>, "
    "panels array<struct<labels: array<string>>>, citing_paragraphs array<struct<text: string>>"
)
ARTICLES = "article_key string, is_current boolean, title string, abstract string"
STATISTICS = "concept_id string, captions bigint, captions_in_all bigint"


def mention(concept: str, begin: int, text: str, **more: Any) -> tuple[Any, ...]:
    """A mention in figure f; `more` are sentence, name, panels and flags."""
    return (
        more.get("figure", "f"), concept, more.get("sentence", 0), [(begin, begin + len(text))], text,
        more.get("name", text), more.get("panels", []), more.get("flags", []),
    )  # fmt: skip


def tables(spark, mentions, *, panels=(), section=(), cited=(), title=None, abstract=None):
    figure = ("f", "a", "x" * 100, list(section), [(list(p),) for p in panels], [(t,) for t in cited])
    article = ("a", True, title, abstract)
    return (
        spark.createDataFrame(mentions, MENTIONS),
        spark.createDataFrame([figure, ("g", "a", "y", [], [], [])], FIGURES),
        spark.createDataFrame([article, ("a", False, "heart", "heart")], ARTICLES),
    )


def evidence_of(spark, mentions, statistics=None, **about):
    from medconcept.centrality.evidence import evidence

    counted = None if statistics is None else spark.createDataFrame(statistics, STATISTICS)
    rows = evidence(*tables(spark, mentions, **about), counted).collect()
    return {row.concept_id: row.asDict() for row in rows}


def test_place_and_share(spark) -> None:
    found = evidence_of(
        spark,
        [
            mention("A", 40, "heart", sentence=1),
            mention("A", 10, "heart"),
            mention("B", 90, "lung", sentence=2),
            mention("C", 0, "liver", figure="g"),
        ],
    )
    assert (found["A"]["early"], found["A"]["opening"], found["A"]["share"]) == (0.9, 1.0, 2 / 3)
    assert (found["B"]["early"], found["B"]["opening"], found["B"]["share"]) == (
        pytest.approx(0.1),
        0.0,
        1 / 3,
    )
    assert found["C"]["share"] == 1.0


def test_panels(spark) -> None:
    found = evidence_of(
        spark,
        [
            mention("A", 0, "heart", panels=["A"]),
            mention("A", 50, "heart", panels=["B", "C"]),
            mention("B", 60, "lung"),
        ],
        panels=(["A"], ["B", "C"], ["D"]),
    )
    assert (found["A"]["panels"], found["A"]["all_panels"]) == (0.75, 0.0)
    assert (found["B"]["panels"], found["B"]["all_panels"]) == (0.0, 1.0)
    # Without panels nothing is of one, and nothing is of all.
    assert evidence_of(spark, [mention("B", 60, "lung")])["B"]["all_panels"] == 0.0


def test_what_surrounds_the_figure(spark) -> None:
    found = evidence_of(
        spark,
        [
            mention("A", 0, "HEART ATTACKS"),
            mention("B", 20, "MI", name="myocardial infarction"),
            mention("C", 30, "arm"),
            mention("D", 40, "lung"),
        ],
        title="A heart-attack; myocardial infarctions and arms",
        abstract="Heart attack.",
        section=("Methods", "The lungs"),
        cited=("a lung", "the myocardial infarction", "lungs"),
    )
    assert [found[c]["title"] for c in "ABCD"] == [1.0, 1.0, 0.0, 0.0]  # "arms": a short name is a whole word
    assert [found[c]["abstract"] for c in "ABCD"] == [1.0, 0.0, 0.0, 0.0]
    assert [found[c]["section"] for c in "ABCD"] == [0.0, 0.0, 0.0, 1.0]
    assert [found[c]["cited"] for c in "ABCD"] == [0.0, pytest.approx(1 / 3), 0.0, pytest.approx(2 / 3)]


def test_flags_hold_for_a_concept(spark) -> None:
    found = evidence_of(
        spark,
        [
            mention("A", 0, "heart", flags=["general", "negated"]),
            mention("A", 9, "heart", flags=["uncertain"]),
            mention("B", 20, "lung", flags=["negated"]),
        ],
    )
    flags = {c: tuple(found[c][name] for name in ("general", "negated", "uncertain")) for c in "AB"}
    assert flags == {"A": (0.0, 0.0, 1.0), "B": (0.0, 1.0, 0.0)}


def test_how_rare_a_concept_is_comes_from_what_was_counted_alone(spark) -> None:
    from medconcept.centrality.evidence import UNCOUNTED

    mentions = [mention("A", 0, "heart"), mention("B", 20, "lung"), mention("C", 30, "liver")]
    counted = [("A", 99, 99), ("B", 9, 99)]
    found = evidence_of(spark, mentions, counted)
    assert [found[c]["rarity"] for c in "ABC"] == [0.0, pytest.approx(1 - math.log(10) / math.log(100)), 1.0]
    assert {row["rarity"] for row in evidence_of(spark, mentions).values()} == {UNCOUNTED}


def test_the_score_is_the_logistic_of_the_weighed_evidence(spark) -> None:
    from medconcept.centrality.score import CONSTANT, METHOD, WEIGHTS, scores

    mentions = [
        mention("A", 0, "heart attack"),
        mention("A", 30, "heart attack"),
        mention("B", 80, "lung", sentence=1),
    ]
    around = {"title": "On heart attacks", "cited": ("a lung",)}
    known = evidence_of(spark, mentions, **around)
    rows = scores(*tables(spark, mentions, **around), None).collect()
    for row in rows:
        total = CONSTANT + sum(known[row.concept_id][name] * weight for name, weight in WEIGHTS.items())
        assert row.centrality == pytest.approx(1 / (1 + math.exp(-total)), abs=6e-5)
        assert row.centrality_method == METHOD
    central = {row.concept_id: row.centrality for row in rows}
    assert central["A"] > central["B"]


def test_what_is_below_the_cut_is_flagged_and_nothing_else(spark) -> None:
    from medconcept.centrality.peripheral_flag import flag_peripheral

    rows = spark.createDataFrame(
        [("a", 0.2, ["negated"]), ("b", 0.3, ["peripheral", "uncertain"]), ("c", 0.2, ["peripheral"])],
        "key string, centrality double, flags array<string>",
    )
    flags = {row.key: row.flags for row in flag_peripheral(rows, 0.3).collect()}
    assert flags == {"a": ["negated", "peripheral"], "b": ["uncertain"], "c": ["peripheral"]}
