"""What tells an incremental run where to work: values of a column whose rows differ between two versions."""

from __future__ import annotations

import random

import pytest

from medconcept.delta.changes import changed_keys

ROWS = "article_key string, row_digest string"


@pytest.mark.parametrize(
    ("new", "old", "changed"),
    [
        ([("a", "1"), ("b", "2")], [("b", "2"), ("a", "1")], set()),  # another order is no change
        ([("a", "1"), ("b", "3")], [("a", "1"), ("b", "2")], {"b"}),  # another content
        ([("a", "1"), ("b", "2")], [("a", "1")], {"b"}),  # new
        ([("a", "1")], [("a", "1"), ("a", "2")], {"a"}),  # one of its rows is gone
        ([("a", "1")], [("b", "1")], {"a", "b"}),  # the same digest under another value
        ([(None, "1"), ("a", "2")], [(None, "3"), ("a", "2")], {None}),  # rows that name none
        ([], [], set()),
    ],
)
def test_values_whose_rows_differ(spark, new, old, changed) -> None:
    found = changed_keys(*(spark.createDataFrame(rows, ROWS) for rows in (new, old)), "article_key")
    assert {row["article_key"] for row in found.collect()} == changed


def test_the_same_as_comparing_sets(spark) -> None:
    drawn = random.Random(7)
    old = {(f"k{drawn.randrange(40)}", f"{n:064x}") for n in range(200)}
    new = {row for row in old if drawn.random() > 0.05} | {("k50", "f" * 64), ("k3", "e" * 64)}
    found = changed_keys(*(spark.createDataFrame(sorted(rows), ROWS) for rows in (new, old)), "article_key")
    assert sorted(r["article_key"] for r in found.collect()) == sorted({key for key, _ in new ^ old})
