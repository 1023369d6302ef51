"""The scorer on cases scored by hand, and against a scorer written another way."""

from itertools import permutations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from medconcept.evaluation import score
from medconcept.evaluation.bootstrap import difference_interval, f1_interval
from medconcept.evaluation.documents import Annotation, Document
from medconcept.evaluation.score import Counts


def a(identifier, *spans):
    return Annotation(identifier, tuple(spans))


GOLD = [
    a("U:heart", (0, 5)),
    a("U:ventricle", (0, 4), (15, 24)),  # discontinuous
    a("U:right", (9, 24)),
    a("U:nested", (15, 24)),  # inside the one before
]


def test_mentions_need_the_id_and_every_span():
    predicted = [
        a("U:heart", (0, 5)),
        a("U:ventricle", (15, 24)),
        a("U:nested", (15, 24)),
        a("U:right", (9, 23)),
    ]
    assert score.mentions(GOLD, predicted) == Counts(2, 2, 2)
    assert score.mentions(GOLD, [*GOLD, GOLD[0]]) == Counts(4, 0, 0)  # given twice, counted once
    assert score.mentions([GOLD[0], GOLD[0]], [GOLD[0]]) == Counts(1, 0, 1)  # one annotation, one match


def test_contiguous_gold_leaves_out_both_sides_of_what_is_not():
    assert score.contiguous(GOLD, [a("U:ventricle", (0, 4), (15, 24)), a("U:heart", (0, 5))]) == Counts(
        1, 0, 2
    )


def test_overlapping_pairs_as_many_as_can_be():
    gold = [a("x", (0, 10)), a("x", (8, 20))]
    # The first prediction could take either, the second only the first: both find their own.
    assert score.overlapping(gold, [a("x", (8, 10)), a("x", (0, 3))]) == Counts(2, 0, 0)
    assert score.overlapping(gold, [a("y", (0, 10)), a("x", (20, 30))]) == Counts(0, 2, 2)


def test_concepts_are_sets_and_composites_can_be_split():
    gold, predicted = (
        [a("m:1+m:2", (0, 4)), a("m:3", (5, 9))],
        [a("m:1", (0, 4)), a("m:3", (0, 1)), a("m:3", (5, 9))],
    )
    assert score.concepts(gold, predicted) == Counts(1, 1, 1)
    assert score.split_concepts(gold, predicted) == Counts(2, 0, 1)


def test_one_source_alone_and_ids_not_seen():
    gold, predicted = [a("CL:1", (0, 1)), a("GO:1", (0, 1))], [a("CL:1", (0, 1)), a("GO:2", (0, 1))]
    assert score.of_source(score.mentions, "GO")(gold, predicted) == Counts(0, 1, 1)
    assert score.unseen(score.mentions, frozenset({"GO:1", "GO:2"}))(gold, predicted) == Counts(1, 0, 0)


def test_figures_of_counts():
    assert Counts(3, 1, 2).figures() == {
        "precision": 0.75, "recall": 0.6, "f1": 0.6667, "tp": 3, "fp": 1, "fn": 2,
    }  # fmt: skip
    assert Counts(0, 0, 5).figures()["f1"] == 0.0


def test_documents_of_one_article_are_added_up():
    documents = [Document(f"{n}", article, "", (a("x", (0, 1)),)) for n, article in enumerate("aab")]
    parts = score.per_article(documents, [[a("x", (0, 1))], [], [a("y", (0, 1))]], score.mentions)
    assert parts == {"a": Counts(1, 0, 1), "b": Counts(0, 1, 1)}
    assert score.total(parts.values()) == Counts(1, 1, 2)


SPANS = st.tuples(st.integers(0, 6), st.integers(1, 4)).map(lambda p: (p[0], p[0] + p[1]))
ANNOTATIONS = st.lists(st.builds(a, st.sampled_from(["x", "y"]), SPANS), max_size=4, unique=True)


@settings(deadline=None)
@given(ANNOTATIONS, ANNOTATIONS)
def test_overlapping_equals_the_best_of_all_pairings(gold, predicted):
    def good(g, p):
        return g.id == p.id and any(set(range(*s)) & set(range(*t)) for s in g.spans for t in p.spans)

    padded = predicted + [None] * len(gold)
    best = max(
        sum(p is not None and good(g, p) for g, p in zip(gold, order, strict=False))
        for order in permutations(padded, len(gold))
    )
    assert score.overlapping(gold, predicted).tp == best


@given(ANNOTATIONS, ANNOTATIONS)
def test_counts_come_out(gold, predicted):
    for measure in (score.mentions, score.overlapping):
        counts = measure(gold, predicted)
        assert counts.tp + counts.fn == len(gold) and counts.tp + counts.fp == len(predicted)


def test_intervals_are_repeatable_hold_the_figure_and_draw_whole_articles():
    parts = {str(n): Counts(n % 4, 1, n % 3) for n in range(40)}
    low, high = f1_interval(parts)
    assert (low, high) == f1_interval(parts) != f1_interval(parts, seed=1)
    assert low < score.total(parts.values()).figures()["f1"] < high
    # One article alone can only be drawn again and again.
    assert len(set(f1_interval({"only": Counts(1, 2, 3)}))) == 1


def test_a_difference_is_paired_by_article():
    ours = {str(n): Counts(2 + n % 5, 1, 1) for n in range(30)}
    theirs = {key: Counts(c.tp - 1, c.fp + 1, c.fn + 1) for key, c in ours.items()}
    low, high = difference_interval(ours, theirs)
    assert 0 < low < high
    assert difference_interval(ours, ours) == (0.0, 0.0)
    with pytest.raises(ValueError, match="same articles"):
        difference_interval(ours, {})
