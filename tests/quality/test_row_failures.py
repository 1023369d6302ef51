"""Which expectations are about single rows, which rows break them; a warning stops nothing."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace as Of
from typing import Any

from pyspark.sql import functions as F

from medconcept.lake.lake import Lake
from medconcept.quality.gate import judge, name_of, require, rows_to_write
from medconcept.quality.row_failures import row_failures
from medconcept.tables import TABLES


def query(name: str, text: str, **meta: object) -> dict[str, Any]:
    kwargs = {"unexpected_rows_query": text, "description": name}
    return {"type": "unexpected_rows_expectation", "kwargs": kwargs, "meta": {"name": name, **meta}}


def column(kind: str, name: str, **kwargs: object) -> dict[str, Any]:
    return {
        "type": f"expect_column_{kind}",
        "kwargs": {"column": "caption", **kwargs},
        "meta": {"name": name},
    }


# Captions: PMC1 "A heart attack <script>" and "ALL", PMC2 "heart attack", PMC3 none, PMC4 "a heart", PMC5
# "heart".
OF_ROWS = [
    (column("values_to_not_match_regex", "no a", regex="^a"), {"PMC4#f1"}),
    (column("value_lengths_to_be_between", "short", max_value=5), {"PMC1#f1", "PMC2#f1", "PMC4#f1"}),
    (column("values_to_not_be_null", "stated"), {"PMC3#f1"}),
    (query("braces", "SELECT figure_key FROM {batch} WHERE caption RLIKE 't{2}'"), {"PMC1#f1", "PMC2#f1"}),
    (query("article", "SELECT article_key FROM {batch} WHERE caption = 'ALL'"), {"PMC1#f1", "PMC1#f2"}),
    (
        query(
            "exploded",
            "SELECT figure_key FROM (SELECT figure_key, explode(graphics) g FROM {batch}) "
            "WHERE g.href = 'g2'",
        ),
        {"PMC1#f2"},
    ),
    (
        query(
            "reference",
            "SELECT b.figure_key FROM {batch} b LEFT ANTI JOIN (SELECT max(article_key) k FROM articles) a "
            "ON b.article_key <> a.k",
        ),
        {"PMC5#f1"},
    ),
    (
        query(
            "declared",
            "SELECT figure_key FROM {batch} GROUP BY figure_key HAVING min(caption) = 'heart'",
            about_rows=True,
        ),
        {"PMC5#f1"},
    ),
]
OF_THE_BATCH = [
    {"type": "expect_column_values_to_be_unique", "kwargs": {"column": "label"}},
    column("values_to_not_match_regex", "a share", regex="^a", mostly=0.99),
    {"type": "expect_table_row_count_to_be_between", "kwargs": {"max_value": 2}, "meta": {"name": "few"}},
    query("counted", "SELECT count(*) AS figure_key FROM {batch} HAVING count(*) > 1"),
    query("grouped", "SELECT min(figure_key) AS figure_key FROM {batch} GROUP BY label HAVING count(*) > 1"),
    query(
        "twice",
        "SELECT a.figure_key FROM {batch} a JOIN {batch} b "
        "ON a.label = b.label AND a.figure_key <> b.figure_key",
    ),
    query(
        "window",
        "SELECT figure_key FROM (SELECT figure_key, row_number() OVER "
        "(PARTITION BY label ORDER BY figure_key) AS n FROM {batch}) WHERE n > 1",
    ),
    query("limited", "SELECT figure_key FROM {batch} LIMIT 1"),
    query("without a key", "SELECT caption FROM {batch} WHERE caption IS NOT NULL"),
]
WARNING = column("values_to_be_null", "only a warning") | {"severity": "warning"}


def test_rows_that_break_expectations_about_rows_are_known_and_no_others(spark: Any, released: Any) -> None:
    lake = Lake(spark, released.settings.lake)
    batch = lake.read("figures").withColumn("_op", F.lit("upsert"))
    tables = {"articles": lake.read("articles")}
    own = [*(each for each, _ in OF_ROWS), *OF_THE_BATCH, WARNING]
    verdict = judge(batch, "figures", tables, own)
    broken = [item for item in verdict.result.results if not item.success]
    assert len(broken) == len(own), "each of them is broken"

    def failing(*items: Any) -> list[tuple[str, str, str]] | None:
        part = replace(verdict, result=Of(results=items))
        rows = row_failures(part, rows_to_write(batch, "figures"), TABLES["figures"], tables)
        return None if rows is None else [tuple(row) for row in rows.distinct().collect()]

    by_name = {name_of(item).partition(" (")[2].removesuffix(")"): item for item in broken}
    for expectation, keys in OF_ROWS:
        name = expectation["meta"]["name"]
        rows = failing(by_name[name])
        assert rows is not None, name
        assert {key for _, _, key in rows} == keys, name
        assert {article for article, _, _ in rows} == {key.partition("#")[0] for key in keys}
        assert {rule for _, rule, _ in rows} == {f"figures: {expectation['type']} ({name})"}
    others = {each["meta"]["name"] for each, _ in OF_ROWS} | {"only a warning"}
    of_batch = [item for name, item in by_name.items() if name not in others]
    assert len(of_batch) == len(OF_THE_BATCH)
    for item in of_batch:
        assert failing(item) is None, name_of(item)
        assert failing(by_name["stated"], item) is None, "one of the batch is enough to stop it"

    # A warning is named and stops nothing; nor is a row taken out for it.
    (warning,) = verdict.warnings
    assert warning.startswith("expect_column_values_to_be_null (only a warning): 5 of 6 rows: ")
    assert not any("only a warning" in failure for failure in verdict.failures)
    require(replace(verdict, failures=()))
    assert failing(by_name["only a warning"]) is None
    assert failing(by_name["only a warning"], by_name["stated"]) == [
        ("PMC3", "figures: expect_column_values_to_not_be_null (stated)", "PMC3#f1")
    ]
