"""Lakes as older formats wrote them, made of a lake of the current format whose tables were written once."""

from __future__ import annotations

import json
import shutil
from typing import Any

from pyspark.sql import functions as F

from medconcept.lake.lake import FORMAT, Lake
from medconcept.tables import TABLES


def store_as(spark: Any, lake: Lake, table: str, rows: Any) -> None:
    """Replace a table by one that has these rows and columns at the same Delta version, 1."""
    from delta.tables import DeltaTable

    kept = f"{lake.root}-{table}"
    rows.write.mode("overwrite").parquet(kept)
    shutil.rmtree(lake.path(table).removeprefix("file:"))
    rows = spark.read.parquet(kept)
    builder = DeltaTable.create(spark).location(lake.path(table)).addColumns(rows.schema)
    if TABLES[table].scope:
        builder = builder.property("delta.enableDeletionVectors", "true")
    builder.property("delta.deletedFileRetentionDuration", "interval 3650 days").execute()
    rows.write.format("delta").mode("append").save(lake.path(table))
    assert lake.latest_version(table) == lake.head().versions[table] == 1


def set_format(lake: Lake, version: int) -> None:
    """Write another number of the format."""
    content = json.loads(lake.files.read(FORMAT))
    lake.files.write(FORMAT, json.dumps({**content, "format_version": version}).encode())


def format_of(lake: Lake) -> int:
    """The number of the format that the lake records."""
    return int(json.loads(lake.files.read(FORMAT))["format_version"])


# What format 9 gave mentions, and the concepts of triplets.
OF_MENTIONS = ("restriction_level", "confidence", "confidence_evidence")
OF_CONCEPTS = ("restriction_level", "confidence", "semantic_groups")


def as_format_8(spark: Any, lake: Lake) -> None:
    """Format 8 had neither restriction level nor confidence; row digests are equal."""
    store_as(spark, lake, "mentions", lake.read("mentions").drop(*OF_MENTIONS))
    concepts = F.transform("concepts", lambda c: c.dropFields(*OF_CONCEPTS))
    store_as(spark, lake, "triplets", lake.read("triplets").withColumn("concepts", concepts))
    set_format(lake, 8)


def as_format_5(spark: Any, lake: Lake) -> None:
    """Format 5 called `citing_paragraphs` of figures and image tables `mentions`; row digests are equal."""
    as_format_8(spark, lake)
    store_as(spark, lake, "figures", lake.read("figures").withColumnRenamed("citing_paragraphs", "mentions"))
    articles = lake.read("articles")
    former = (
        articles.schema["image_tables"].dataType.simpleString().replace("citing_paragraphs:", "mentions:")
    )
    store_as(spark, lake, "articles", articles.withColumn("image_tables", F.col("image_tables").cast(former)))
    set_format(lake, 5)


def as_format_6(spark: Any, lake: Lake) -> None:
    """Format 6 had no tables of images, and triplets without the image's checksum and size."""
    of_images = ("image_sha256", "image_format", "image_width", "image_height", "image_derived_sha256")
    triplets = lake.read("triplets").drop(*of_images)
    store_as(spark, lake, "triplets", triplets.withColumn("row_digest", F.reverse("row_digest")))
    set_format(lake, 6)
    content = json.loads(lake.files.read(FORMAT))
    new = ("images", "image_bytes", "image_groups")
    for name in new:
        shutil.rmtree(lake.path(name).removeprefix("file:"))
    tables = [name for name in content["tables"] if name not in new]
    lake.files.write(FORMAT, json.dumps({**content, "tables": tables}).encode())
