"""What the gate asks of hashes is true of the keys themselves."""

from __future__ import annotations

import pytest
from pyspark.sql import SparkSession

from medconcept.quality.unexpected_rows import by_hash, unexpected_rows

TWICE = "SELECT a, b FROM {batch} GROUP BY a, b HAVING count(*) > 1"
WITHOUT = "SELECT a FROM {batch} WHERE b IS NULL"


@pytest.mark.parametrize(
    ("more", "twice"), [([], 0), ([("b", "c")], 1), ([(None, "a"), ("b", "c"), ("b", "c")], 2)]
)
def test_keys_of_several_rows_are_counted_and_not_those_that_share_a_hash(
    spark: SparkSession, more: list[tuple[str, str]], twice: int
) -> None:
    # Spark leaves null out of a hash: these two have one.
    apart = [(None, "a"), ("a", None)]
    rows = spark.createDataFrame([*apart, ("b", "c"), *more], "a string, b string")
    assert rows.selectExpr("xxhash64(a, b)").distinct().count() == 2
    assert by_hash(TWICE) != TWICE
    assert unexpected_rows(rows, [TWICE, WITHOUT]) == [twice, 1]
