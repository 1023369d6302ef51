"""Pairs for retrieval: rows of held splits that share nothing with the others, drawn evenly.

`unshared` leaves out what other splits have, and copies; `drawn` takes pairs in turn from every stratum.
Both keep every row, so that each that is no pair is counted with its reason.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from pyspark.sql import Column, DataFrame, Window
from pyspark.sql import functions as F
from pyspark.sql.types import IntegerType, StringType, StructType

from medconcept.images.statuses import Flag
from medconcept.spark.progress import Counter
from medconcept.tables.column import column
from medconcept.workers.exports.pair_keys import CAPTION_KEYS, NEAR, caption_keys, near_images

SELECTION = StructType(
    [
        column(
            "reason",
            StringType(),
            "only: the stratum has no other candidate; all: all its candidates are in; drawn: some of them",
            "drawn",
            ("only", "all", "drawn"),
        ),
        column(
            "stratum", StringType(), "What the pairs are balanced over", "modality=ct; year=2019; journal=J"
        ),
        column("candidates", IntegerType(), "Rows of the stratum that could have been drawn", "14"),
        column("rank", IntegerType(), "Place of the pair among these, from 1, in the order of --seed", "2"),
    ]
)
# What rows are compared by, in the order of the reasons; pairs of one article are no copies of each other.
_KINDS = ("same_article", "same_image", "same_pixels", "same_caption", "similar_image")
_UNINFORMATIVE = (Flag.BLANK.value, Flag.LOW_INFORMATION.value)


def pair_facts(triplets: DataFrame, images: DataFrame, groups: DataFrame) -> DataFrame:
    """One row for each triplet: what it is compared and balanced by.

    `images` and `groups` are the tables images and image_groups. The columns are triplet_key, caption_key,
    `_keys` (kind and key of all that a copy would share), year, journal, image_sha256, and phash, null for
    images that have none that means something.
    """
    captions = triplets.select("triplet_key", "caption").mapInArrow(caption_keys, CAPTION_KEYS)
    is_plain = F.coalesce(F.arrays_overlap("flags", F.array(*map(F.lit, _UNINFORMATIVE))), F.lit(False))
    files = images.where("sha256 IS NOT NULL").groupBy(F.col("sha256").alias("image_sha256"))
    measured = files.agg(
        F.min("pixel_sha256").alias("pixel_sha256"),
        F.min(F.when(~is_plain, F.col("phash"))).alias("phash"),
    )
    exact = groups.select(F.col("sha256").alias("image_sha256"), "exact_group")
    rows = (
        triplets.join(captions, "triplet_key")
        .join(measured, "image_sha256", "left")
        .join(exact, "image_sha256", "left")
    )
    keys = [
        *(_key("same_article", name) for name in ("article_key", "pmcid", "pmid", "doi")),
        _key("same_image", "image_sha256"),
        *(_key("same_pixels", name) for name in ("pixel_sha256", "exact_group")),
        _key("same_caption", "caption_key"),
        _key("similar_image", "duplicate_group"),
    ]
    own = F.array_distinct(F.filter(F.array(*keys), lambda key: key["key"].isNotNull()))
    return rows.select(
        "triplet_key", "caption_key", "image_sha256", "phash", "year", "journal", own.alias("_keys")
    )


def unshared(
    chosen: DataFrame,
    facts: DataFrame,
    held: Sequence[str],
    *,
    distance: int,
    counter: Counter,
    keep: Callable[[DataFrame], DataFrame] = lambda rows: rows,
) -> DataFrame:
    """The rows of `chosen` (see selection) in held splits, with the reason of those that are no pairs.

    These share something with another split, or are copies. Rows of every split but `held` are compared,
    whether they are exported or not. Copies are pairs of the held splits that share an image, pixels, looks
    or caption: the first by `_order` stays. Images within `distance` bits of each other look the same, or
    those that image_groups has in one group. `keep` holds rows that are read several times; it should cut
    their plan, which doubles at each step.
    """
    rows = chosen.join(facts.drop("year", "journal", "image_sha256"), "triplet_key")
    others = rows.where(~F.col("split").isin(*held))
    reason = F.coalesce("_left_out", F.when(F.col("caption_key").isNull(), "no_caption"))
    pairs = keep(rows.where(F.col("split").isin(*held)).withColumn("_left_out", reason))
    taken = others.select(F.explode("_keys").alias("_key")).distinct()
    shares = _exploded(pairs).join(taken, "_key", "left_semi").groupBy("triplet_key")
    pairs = keep(_with_reason(pairs, shares.agg(_first_kind())))
    own = _exploded(pairs).where(F.col("_key.kind") != _KINDS[0])
    first = F.min("_order").over(Window.partitionBy("_key"))
    copies = own.withColumn("_first", first).where("_first < _order").select("triplet_key").distinct()
    pairs = keep(_with_reason(pairs, copies.withColumn("_found", F.lit("copy"))))
    looks = _looks(pairs, others, facts, distance, counter)
    near = F.when(F.col("near_other"), "similar_image").when(F.col("near_earlier"), "copy")
    pairs = _with_reason(pairs, looks.select("triplet_key", near.alias("_found")))
    return keep(pairs.select(*chosen.columns))


def _looks(
    pairs: DataFrame, others: DataFrame, facts: DataFrame, distance: int, counter: Counter
) -> DataFrame:
    """NEAR of the pairs that are left, by triplet_key; their images are distinct by now."""
    left = pairs.where("_left_out IS NULL AND phash IS NOT NULL")
    asked = left.select(F.col("_sha256").alias("sha256"), "phash", F.col("_order").alias("place"))
    hashed = facts.select("triplet_key", F.col("image_sha256").alias("sha256"), "phash")
    other = (
        hashed.where("phash IS NOT NULL")
        .join(others.select("triplet_key"), "triplet_key", "left_semi")
        .select("sha256", "phash", F.lit(None).cast("string").alias("place"))
        .distinct()
    )
    # All on one worker: of 24 million figures of PMC the hashes are 0.8 GB.
    work = partial(near_images, distance=distance, counter=counter)
    near = asked.unionByName(other).coalesce(1).mapInArrow(work, NEAR)
    return left.select("triplet_key", "_sha256").join(near, "_sha256").drop("_sha256")


def drawn(chosen: DataFrame, facts: DataFrame, balance: Sequence[str], most: int) -> DataFrame:
    """`chosen` with `not_drawn` for the rows beyond `most`, and the column `selection` of those that stay.

    Pairs are taken in turn: one of each value of the first name in `balance`, each time of another value of
    the second, and so on; within a stratum in the order of `_order`. So the values of a name have as many
    pairs each as there are rows for them, and what is left over goes to those that have more.
    """
    values = {"modality": "main_modality", "year": "year", "journal": "journal"}
    known = facts.select("triplet_key", "year", "journal")
    rows = chosen.where("_left_out IS NULL").join(known, "triplet_key")
    rows = rows.withColumns(
        {f"_{name}": F.coalesce(F.col(values[name]).cast("string"), F.lit("none")) for name in balance}
    )
    names = [f"_{name}" for name in balance]
    whole = Window.partitionBy(*names)
    rows = rows.withColumns(
        {"_rank": F.row_number().over(whole.orderBy("_order")), "_candidates": F.count(F.lit(1)).over(whole)}
    ).withColumn("_turn", F.col("_rank"))
    # From the last name to the first: who comes in which turn among the rows of the names before it.
    for n in range(len(names) - 1, 0, -1):
        turn = Window.partitionBy(*names[:n]).orderBy("_turn", "_order")
        rows = rows.withColumn("_turn", F.row_number().over(turn))
    taken = rows.orderBy("_turn", "_order").limit(most)
    stratum = F.concat_ws("; ", *(F.concat(F.lit(f"{name}="), F.col(f"_{name}")) for name in balance))
    count = F.count(F.lit(1)).over(whole)
    why = (
        F.when(F.col("_candidates") == 1, "only")
        .when(count == F.col("_candidates"), "all")
        .otherwise("drawn")
    )
    record = F.struct(
        why.alias("reason"),
        stratum.alias("stratum"),
        F.col("_candidates").cast("int").alias("candidates"),
        F.col("_rank").cast("int").alias("rank"),
    )
    selection = taken.select("triplet_key", record.alias("selection"))
    reason = F.when(F.col("_left_out").isNull() & F.col("selection").isNull(), "not_drawn")
    return chosen.join(selection, "triplet_key", "left").withColumn(
        "_left_out", F.coalesce("_left_out", reason)
    )


def _key(kind: str, name: str) -> Column:
    # Ids of several kinds may stand for one article; each kind has its own space of keys.
    value = F.concat(F.lit(f"{name}:"), F.col(name)) if kind == "same_article" else F.col(name)
    return F.struct(F.lit(kind).alias("kind"), value.alias("key"))


def _exploded(pairs: DataFrame) -> DataFrame:
    """The keys of the pairs that are left."""
    return pairs.where("_left_out IS NULL").select("triplet_key", "_order", F.explode("_keys").alias("_key"))


def _first_kind() -> Column:
    found = F.collect_set("_key.kind")
    return F.coalesce(*(F.when(F.array_contains(found, kind), kind) for kind in _KINDS)).alias("_found")


def _with_reason(pairs: DataFrame, found: DataFrame) -> DataFrame:
    """`_left_out` from `_found` for the rows that have no reason yet."""
    joined = pairs.join(found, "triplet_key", "left")
    return joined.withColumn("_left_out", F.coalesce("_left_out", "_found")).drop("_found")
