"""Splits of triplets: groups of articles that share captions or images, each in one split for ever.

Nodes are articles, captions (by the key of near-identical ones) and images (by sha256); an article is tied to
its captions and images, images of one group of duplicates to each other. What has a split in the table
`splits` keeps it and ties nothing further together; what has none is assigned with the group that it is
connected to. docs/triplets.md states the rules.
"""

from __future__ import annotations

from functools import reduce

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from medconcept.triplets.options import SPLITS_OF_DATA, SplitConfig
from medconcept.workers.triplets.connected_groups import COMPONENT, component_batches

TRAIN, VALIDATION, TEST = SPLITS_OF_DATA
ASSIGNED = ("member_key", "kind", "split", "group_key", "articles", "touched")
_HEX_DIGITS = 13  # 52 bits: a double holds them exactly


def edges_of(
    figures: DataFrame,
    articles: DataFrame,
    images: DataFrame | None = None,
    duplicates: DataFrame | None = None,
) -> DataFrame:
    """The ties between members: distinct `one`, `other`; each article is tied to itself, too.

    `figures` have article_key and caption_key, `articles` article_key and aliases. `images` are article_key
    and image_sha256; `duplicates` are image_sha256 and duplicate_group of the whole lake, of which only the
    groups of these images are read.
    """
    article = _key("article", "article_key")
    keys = figures.select("article_key").distinct()
    aliases = articles.select("article_key", F.explode("aliases").alias("_alias")).distinct()
    ties = [
        keys.select(article.alias("one"), article.alias("other")),
        figures.where("caption_key IS NOT NULL").select(
            article.alias("one"), _key("caption", "caption_key").alias("other")
        ),
        aliases.join(keys, "article_key", "left_semi").select(
            article.alias("one"), _key("article", "_alias").alias("other")
        ),
    ]
    if images is not None:
        own = images.where("image_sha256 IS NOT NULL").join(keys, "article_key", "left_semi")
        ties.append(own.select(article.alias("one"), _key("image", "image_sha256").alias("other")))
        if duplicates is not None:
            groups = duplicates.join(own, "image_sha256", "left_semi").select("duplicate_group").distinct()
            near = duplicates.join(groups, "duplicate_group", "left_semi")
            ties.append(
                near.select(
                    _key("group", "duplicate_group").alias("one"),
                    _key("image", "image_sha256").alias("other"),
                )
            )
    return reduce(DataFrame.unionByName, ties).distinct()


def assign(edges: DataFrame, pinned: DataFrame, config: SplitConfig) -> DataFrame:
    """One row of ASSIGNED for each member of `edges` that `pinned` (member_key, split) lacks.

    `articles` is the number of articles without a split in the member's group, `touched` that of the splits
    which the group is tied to. An image whose duplicates have splits that differ, or another split than its
    group gets, is left without one.
    """
    known = pinned.select("member_key", "split")
    ties = edges.join(known.toDF("one", "_one"), "one", "left").join(
        known.toDF("other", "_other"), "other", "left"
    )
    free = ties.where("_one IS NULL AND _other IS NULL")
    numbers = free.select(F.xxhash64("one").alias("one"), F.xxhash64("other").alias("other"))
    # All on one worker: two numbers an edge, 24 million figures of PMC are 0.4 GB.
    components = numbers.repartition(1).mapInArrow(component_batches, COMPONENT)
    members = (
        ties.where("_one IS NULL")
        .select(F.col("one").alias("member_key"))
        .unionByName(ties.where("_other IS NULL").select(F.col("other").alias("member_key")))
        .distinct()
        .withColumn("node", F.xxhash64("member_key"))
        .join(components, "node", "left")
        # Tied to members with a split alone: a group of its own.
        .withColumn("component", F.coalesce("component", "node"))
        .drop("node")
    )
    half_free = ties.where("_one IS NULL OR _other IS NULL").where("_one IS NOT NULL OR _other IS NOT NULL")
    touches = half_free.select(
        F.when(F.col("_one").isNull(), F.col("one")).otherwise(F.col("other")).alias("member_key"),
        F.coalesce("_one", "_other").alias("_split"),
    )
    touched = (
        touches.join(members, "member_key")
        .groupBy("component")
        .agg(F.collect_set("_split").alias("_touched"))
    )
    is_article = F.col("member_key").startswith("article:")
    groups = (
        members.groupBy("component")
        .agg(
            F.count(F.when(is_article, True)).alias("articles"),
            F.coalesce(F.min(F.when(is_article, F.col("member_key"))), F.min("member_key")).alias("_first"),
        )
        .join(touched, "component", "left")
        .withColumn("_touched", F.coalesce("_touched", F.array().cast("array<string>")))
        .withColumn("split", _split_of_group(config))
    )
    assigned = members.join(groups, "component").where(~F.col("member_key").startswith("group:"))
    kind = F.substring_index("member_key", ":", 1)
    rows = assigned.withColumns({"kind": kind, "group_key": _value("_first"), "touched": F.size("_touched")})
    return rows.join(_contradicted(ties, touches, rows), "member_key", "left_anti").select(*ASSIGNED)


def _contradicted(ties: DataFrame, touches: DataFrame, rows: DataFrame) -> DataFrame:
    """The member_key of images that have a duplicate in another split than theirs."""
    of_groups = touches.where(F.col("member_key").startswith("group:")).withColumnRenamed("member_key", "one")
    near = ties.where(F.col("one").startswith("group:")).select("one", F.col("other").alias("member_key"))
    theirs = rows.select("member_key", "split")
    return (
        near.join(theirs, "member_key")
        .join(of_groups, "one")
        .where(F.col("_split") != F.col("split"))
        .select("member_key")
        .distinct()
    )


def _split_of_group(config: SplitConfig) -> Column:
    """Train if the group is too large; else the strictest split it is tied to; else by the hash."""
    digest = F.sha2(F.concat(F.lit(f"{config.seed}\n"), _value("_first")), 256)
    share = F.conv(F.substring(digest, 1, _HEX_DIGITS), 16, 10).cast("double") / float(16**_HEX_DIGITS)
    return (
        F.when(F.col("articles") > config.largest, TRAIN)
        .when(F.array_contains("_touched", TEST), TEST)
        .when(F.array_contains("_touched", VALIDATION), VALIDATION)
        .when(F.array_contains("_touched", TRAIN), TRAIN)
        .when(share < config.test, TEST)
        .when(share < config.test + config.validation, VALIDATION)
        .otherwise(TRAIN)
    )


def with_splits(figures: DataFrame, pins: DataFrame) -> DataFrame:
    """Add `split` to figures without a reason, that of the article, and the reason `split_conflict`.

    A figure has that reason if its caption has another split. `pins` are member_key and split, of the table
    and of what was assigned now.
    """
    of_article = pins.select(F.col("member_key").alias("_article"), "split")
    of_caption = pins.select(F.col("member_key").alias("_caption"), F.col("split").alias("_of_caption"))
    keyed = figures.withColumns(
        {
            # Null for figures that are left out, which then meet no row.
            "_article": F.when(F.col("reason").isNull(), _key("article", "article_key")),
            "_caption": F.when(F.col("reason").isNull(), _key("caption", "caption_key")),
        }
    )
    joined = keyed.join(of_article, "_article", "left").join(of_caption, "_caption", "left")
    differs = F.col("_of_caption") != F.col("split")
    reason = F.coalesce("reason", F.when(differs, F.lit("split_conflict")))
    return joined.withColumn("reason", reason).drop("_article", "_caption", "_of_caption")


def image_conflict(graphics: DataFrame, pins: DataFrame) -> DataFrame:
    """Add `_image_conflict` to graphics: true if the image (image_sha256) has no split, or not the row's."""
    of_image = pins.select(F.col("member_key").alias("_image"), F.col("split").alias("_of_image"))
    joined = graphics.withColumn("_image", _key("image", "image_sha256")).join(of_image, "_image", "left")
    differs = F.col("_image").isNotNull() & ~F.col("_of_image").eqNullSafe(F.col("split"))
    return joined.withColumn("_image_conflict", differs).drop("_image", "_of_image")


def split_counts(assigned: DataFrame, carried: DataFrame | None = None) -> dict[str, int]:
    """Count the groups assigned, the articles of the largest, and the groups tied to several splits.

    `carried` are the rows that another lake's splits add; they are counted where there are any to add from.
    """
    groups = assigned.groupBy("group_key").agg(
        F.max("articles").alias("articles"), F.max("touched").alias("touched")
    )
    row = groups.agg(
        F.count(F.lit(1)).alias("groups"),
        F.max("articles").alias("largest"),
        F.count(F.when(F.col("touched") > 1, True)).alias("between"),
    ).collect()[0]
    found = {"groups": row["groups"], "largest_group": row["largest"] or 0, "between_splits": row["between"]}
    if carried is not None:
        found["carried"] = carried.count()
    return {f"splits.{name}": count for name, count in found.items()}


def _key(kind: str, column: str) -> Column:
    return F.concat(F.lit(f"{kind}:"), F.col(column))


def _value(column: str) -> Column:
    """A member's key without its kind."""
    return F.regexp_replace(F.col(column), "^[a-z]+:", "")
