"""Suites and comments in Spark: queries name existing fields; a lake's comments may differ from the code."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from delta.tables import DeltaTable
from pyspark.sql.types import StructType

from medconcept.lake.lake import Lake
from medconcept.tables import TABLES
from medconcept.tables.column import without_metadata
from medconcept.tables.fit import fitted, missing_columns

EXPECTATIONS = Path(__file__).resolve().parents[2] / "expectations"
QUERIES = [
    (path.stem, expectation["kwargs"]["unexpected_rows_query"])
    for path in sorted(EXPECTATIONS.glob("*.json"))
    for expectation in json.loads(path.read_text())["expectations"]
    if expectation["type"] == "unexpected_rows_expectation"
]
FIGURES = TABLES["figures"]


@pytest.fixture(scope="module")
def views(spark: Any) -> Any:
    session = spark.newSession()
    for name, table in TABLES.items():
        session.createDataFrame([], table.schema).createOrReplaceTempView(name)
    return session


def test_every_query_of_a_suite_names_existing_columns_and_nested_fields(views: Any) -> None:
    assert len(QUERIES) > 30
    for table, query in QUERIES:
        assert views.sql(query.replace("{batch}", table)).columns, (table, query)


def test_a_query_with_an_unknown_nested_field_is_noticed(views: Any) -> None:
    with pytest.raises(Exception, match="FIELD_NOT_FOUND"):
        views.sql("SELECT figure_key FROM figures WHERE exists(panels, p -> p.begin < 0)")


@pytest.fixture(scope="module")
def lake(spark: Any, tmp_path_factory: pytest.TempPathFactory) -> Lake:
    """A lake whose table of figures an earlier version made, the same types without comments."""
    lake = Lake(spark, str(tmp_path_factory.mktemp("commented") / "lake"))
    bare = without_metadata(FIGURES.schema)
    DeltaTable.create(spark).location(lake.path("figures")).addColumns(bare).execute()
    lake.create()  # completes it, as after a creation that was interrupted
    return lake


def test_a_lake_stores_the_comments_of_nested_fields(lake: Lake) -> None:
    for name in ("articles", "mentions", "triplets", "raw_articles", "commits"):
        stored = DeltaTable.forPath(lake.spark, lake.path(name)).toDF().schema
        assert stored.jsonValue() == TABLES[name].schema.jsonValue(), name


def test_a_table_with_other_comments_is_read_and_written_as_before(lake: Lake) -> None:
    spark, path = lake.spark, lake.path("figures")
    stored = DeltaTable.forPath(spark, path).toDF()
    assert stored.schema == without_metadata(FIGURES.schema)
    assert fitted(stored, FIGURES.schema) is stored
    assert missing_columns(stored.schema, FIGURES.schema) == []
    panel = {"labels": ["A"], "start": 0, "end": 5, "label_start": 0, "label_end": 1, "parent": None}
    row = {
        "figure_key": "PMC1#f1",
        "article_key": "PMC1",
        "caption": "A cat",
        "panels": [panel],
        "ordinal": 0,
    }
    commented = StructType([*FIGURES.schema][: len(FIGURES.columns)])
    digests = set()
    for content in (FIGURES.content, commented):
        values = tuple(row.get(name) for name in content.names)
        rows = FIGURES.conform(spark.createDataFrame([values], content), "run", datetime(2026, 1, 1))
        rows.write.format("delta").mode("append").save(path)
        merge = (
            DeltaTable.forPath(spark, path).alias("t").merge(rows.alias("s"), "t.figure_key = s.figure_key")
        )
        merge.whenMatchedUpdateAll().whenNotMatchedInsertAll().execute()
        found = spark.read.format("delta").load(path).collect()
        assert {each["panels"][0]["labels"][0] for each in found} == {"A"}
        digests |= {each["row_digest"] for each in found}
    assert len(digests) == 1


def test_rows_of_a_job_put_no_comments_into_files(spark: Any, tmp_path: Path) -> None:
    rows = spark.createDataFrame([], FIGURES.content)
    FIGURES.conform(rows, "run", datetime(2026, 1, 1)).write.parquet(str(tmp_path / "rows"))
    (file,) = (tmp_path / "rows").glob("*.parquet")
    metadata = pq.read_metadata(file).metadata[b"org.apache.spark.sql.parquet.row.metadata"]
    assert b"comment" not in metadata and b'"panels"' in metadata
