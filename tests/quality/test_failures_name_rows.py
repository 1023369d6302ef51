"""What the gate says of rows that break an expectation; spans index captions of any length."""

from __future__ import annotations

import json
from typing import Any

import pytest
from pyspark.sql import DataFrame

from medconcept.quality.gate import judge, suite_text
from medconcept.quality.unexpected_rows import first_rows, unexpected_rows
from medconcept.tables import TABLES

SPLITS = TABLES["splits"]


def splits_of(spark: Any, *rows: tuple[str, str | None]) -> DataFrame:
    frame = spark.createDataFrame([(key, "article", split, "PMC1") for key, split in rows], SPLITS.content)
    from pyspark.sql import functions as F

    return SPLITS.conform(frame, "run", "2026-01-01 00:00:00").withColumn("_op", F.lit("upsert"))


def test_a_failure_names_twenty_rows_and_counts_the_others(spark: Any) -> None:
    bad = [(f"article:PMC{n}", "no such split") for n in range(25)]
    verdict = judge(splits_of(spark, ("article:PMC99", "train"), *bad), "splits")
    (failure,) = verdict.failures
    assert "25 of 26 rows: article:PMC" in failure and failure.endswith(" and 5 more")
    assert failure.count("article:PMC") == 20 and "PMC99" not in failure


def test_a_repeated_key_is_named_and_what_acts_on_a_terminal_is_not_printed(spark: Any) -> None:
    key = "article:\x1b[31m"
    verdict = judge(splits_of(spark, (key, "train"), (key, "test"), ("article:PMC1", "train")), "splits")
    (failure,) = verdict.failures
    assert failure.endswith(r": article:\x1b[31m") and "\x1b" not in failure
    assert judge(splits_of(spark, ("article:PMC1", "train")), "splits").failures == ()


def query(table: str, name: str) -> str:
    """A query of a suite by its name."""
    suite = json.loads(suite_text(table))["expectations"]
    (found,) = [e for e in suite if e.get("meta", {}).get("name") == name]
    return str(found["kwargs"]["unexpected_rows_query"])


RULE = "spans index the caption"
CAPTION = "\U0001d6fc heart \U0001f489 attack"
RIGHT = [
    [(2, 7, "heart")],
    [(0, 1, "\U0001d6fc")],
    [(2, 7, "heart"), (10, 16, "attack")],
    [(8, 9, "\U0001f489")],
]
WRONG = [
    [(3, 8, "heart")],
    [(0, 2, "\U0001d6fc")],
    [(2, 7, "heart"), (11, 17, "attack")],
    [(10, 99, "attack!")],
]


@pytest.mark.parametrize(("spans", "unexpected"), [*((s, 0) for s in RIGHT), *((s, 1) for s in WRONG)])
def test_spans_are_compared_by_code_points(
    spark: Any, spans: list[tuple[int, int, str]], unexpected: int
) -> None:
    places = [(start, end) for start, end, _ in spans]
    text = " ".join(text for *_, text in spans)
    figures = spark.createDataFrame([("f", CAPTION)], "figure_key string, caption string")
    mentions = spark.createDataFrame(
        [("m", "f", places, text)],
        "mention_key string, figure_key string, spans array<struct<start int, end int>>, text string",
    )
    assert unexpected_rows(mentions, [query("mentions", RULE)], {"figures": figures}) == [unexpected]
    triplets = spark.createDataFrame(
        [("t", CAPTION, [(places, text)])],
        "triplet_key string, caption string, "
        "concepts array<struct<spans array<struct<start int, end int>>, text string>>",
    )
    assert unexpected_rows(triplets, [query("triplets", RULE)]) == [unexpected]


def test_each_mention_of_a_long_caption_is_looked_up_once(spark: Any) -> None:
    # Two megabytes and 100,000 mentions: a rule that counts letters from the start of the caption for each
    # of them would read 100 GB.
    unit, n = "\U0001d6fc no heart attack, ", 100_000
    figures = spark.createDataFrame([("f", unit * n), ("g", "heart")], "figure_key string, caption string")
    start = f"cast(id * {len(unit)} + 5 AS int)"
    mentions = spark.range(n).selectExpr(
        "concat('m', id) AS mention_key", "if(id < 0, 'g', 'f') AS figure_key",
        f"array(named_struct('start', {start}, 'end', {start} + 5)) AS spans",
        f"if(id = {n - 1}, 'liver', 'heart') AS text",
    )  # fmt: skip
    assert first_rows(mentions, query("mentions", RULE), {"figures": figures}, limit=9) == [f"m{n - 1}"]
    triplets = figures.join(mentions.groupBy("figure_key").agg({"*": "count"}), "figure_key").selectExpr(
        "figure_key AS triplet_key", "caption"
    )
    concepts = (
        mentions.selectExpr("struct(spans, text) AS c").groupBy().agg({"c": "collect_list"}).toDF("concepts")
    )
    assert unexpected_rows(triplets.crossJoin(concepts), [query("triplets", RULE)]) == [1]
