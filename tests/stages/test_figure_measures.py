"""Measures of images reach the modality of figures that are one image."""

from __future__ import annotations

import pytest
from pyspark.sql import SparkSession

from medconcept.stages.triplets.figure_facts import measures_of

pytestmark = pytest.mark.spark


def test_figures_of_one_resolved_image_have_measures(spark: SparkSession) -> None:
    images = spark.createDataFrame(
        [
            ("one", "resolved", 0.5, 20.0, 4.5, 600, 400),
            ("two", "resolved", 0.1, 20.0, 4.5, 600, 400),
            ("two", "resolved", 0.9, 20.0, 4.5, 600, 400),
            ("half", "resolved", 0.1, 20.0, 4.5, 600, 400),
            ("half", "no_match", None, None, None, None, None),
            ("none", "corrupt", 0.1, 20.0, 4.5, 600, 400),
        ],
        "figure_key string, status string, near_white double, colourfulness double, entropy double, "
        "width int, height int",
    )
    rows = {row["figure_key"]: row["measures"].asDict() for row in measures_of(images).collect()}
    assert rows == {
        "one": {"near_white": 0.5, "colourfulness": 20.0, "entropy": 4.5, "width": 600, "height": 400}
    }
