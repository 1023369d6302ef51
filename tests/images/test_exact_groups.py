"""Files with the same pixels among those that look the same."""

from __future__ import annotations

import pytest
from pyspark.sql import SparkSession

from medconcept.stages.images.exact_groups import candidates, with_exact_groups

pytestmark = pytest.mark.spark
GROUPS = "sha256 string, exact_group string, near_group string, takes_part boolean"


def test_only_files_alike_in_hash_and_size_are_candidates(spark: SparkSession) -> None:
    files = spark.createDataFrame(
        [
            *(("a", None, 9, 9), ("b", None, 9, 9), ("scaled", None, 5, 5), ("other", None, 9, 9)),
            *(("blank", None, 9, 9), ("white", None, 9, 9), ("small", None, 1, 1)),
        ],
        "sha256 string, pixel_sha256 string, width int, height int",
    )
    groups = spark.createDataFrame(
        [
            *((name, name, "a", True) for name in ("a", "b", "scaled")),
            ("other", "other", "other", True),
            *((name, name, name, False) for name in ("blank", "white", "small")),
        ],
        GROUPS,
    )
    found = {row["sha256"] for row in candidates(files, groups).collect()}
    assert found == {"a", "b", "blank", "white"}


def test_exact_groups_follow_the_pixels_and_near_groups_of_blank_images_too(spark: SparkSession) -> None:
    groups = spark.createDataFrame(
        [
            *((name, name, "a", True) for name in ("a", "b", "c", "d")),
            *((name, name, name, False) for name in ("e", "f")),
        ],
        GROUPS,
    )
    digests = spark.createDataFrame(
        [("b", "1"), ("c", "1"), ("d", "2"), ("e", "3"), ("f", "3")], "sha256 string, pixel_sha256 string"
    )
    rows = with_exact_groups(groups, digests).collect()
    assert {row["sha256"]: (row["exact_group"], row["near_group"]) for row in rows} == {
        "a": ("a", "a"),  # without a digest: its bytes are not kept
        "b": ("b", "a"),
        "c": ("b", "a"),
        "d": ("d", "a"),
        "e": ("e", "e"),
        "f": ("e", "e"),
    }
