"""Filters of triplets: the first reason to leave a figure or graphic out, and their counts."""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce
from operator import or_

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from medconcept.triplets.options import TripletFilters

# In the order in which they apply: a figure that several would leave out is counted under the first.
REASONS = (
    "opted_out", "no_caption", "no_concept", "excluded", "confidence", "no_graphic", "retraction",
    "article_type", "language", "caption_length", "centrality", "licence", "modality", "privacy", "image",
    "split_conflict",
)  # fmt: skip
USED = "used"


def statement_reason(filters: TripletFilters) -> Column:
    """The first reason that follows from what figure, article and mentions state; null if there is none.

    Reads `_opted_out`, caption, mentions (null without a concept), excluded_mentions, unsure_mentions,
    graphics, `_centrality`, language, `_article_language`, article_type, is_retracted, is_retraction_notice
    and has_concern.
    """
    without_flag = F.col("mentions") - F.col("excluded_mentions")
    length = F.length("caption")
    language = F.lower(F.regexp_replace(F.coalesce("language", "_article_language"), "_", "-"))
    spoken = [
        language.startswith(f"{name.lower()}-") | (language == name.lower()) for name in filters.languages
    ]
    notices = {
        "retracted": "is_retracted",
        "retraction_notice": "is_retraction_notice",
        "concern": "has_concern",
    }
    left_out = {
        "opted_out": F.col("_opted_out"),
        "no_caption": F.col("caption").isNull(),
        "no_concept": F.col("mentions").isNull() if filters.require_concept else None,
        "excluded": without_flag == 0 if filters.require_concept else None,
        "confidence": without_flag == F.col("unsure_mentions") if filters.require_concept else None,
        "no_graphic": F.size("graphics") < 1,
        "retraction": _any([F.col(notices[name]) for name in filters.notices]),
        "article_type": ~F.coalesce(F.col("article_type").isin(*filters.article_types), F.lit(False))
        if filters.article_types
        else None,
        "language": ~reduce(or_, spoken) if spoken else None,  # null where none is stated: stays
        "caption_length": (length < filters.caption_min) | (length > (filters.caption_max or 2**31 - 1)),
        "centrality": F.coalesce("_centrality", F.lit(0.0)) < filters.centrality_min
        if filters.centrality_min
        else None,
    }
    return _first(left_out)


def fact_reason(filters: TripletFilters) -> Column:
    """The reason that a figure has, else the first that follows from its facts; null if there is none.

    Reads `reason`, `rights`, `modality` and `privacy_flags`.
    """
    wrong = [F.col(f"rights.{term}.answer") != answer for term, answer in filters.terms.items()]
    shown = F.exists(
        "modality",
        lambda m: m["modality"].isin(*filters.modality) & (m["confidence"] >= filters.modality_confidence),
    )
    signs = F.exists("privacy_flags", lambda sign: sign["flag"].isin(*filters.privacy))
    left_out = {
        "licence": _any(wrong),
        "modality": ~shown if filters.modality else None,
        "privacy": signs if filters.privacy else None,
    }
    return F.coalesce("reason", _first(left_out))


def image_reason(filters: TripletFilters) -> Column:
    """The reason `image` where a graphic's image does not fit; null if it does.

    Reads image_sha256 (null without an image), image_width, image_height and image_flags. A graphic without
    an image fails every filter of images but `image_flags`.
    """
    small = F.coalesce(F.least("image_width", "image_height") < filters.image_min, F.lit(True))
    left_out = [
        F.col("image_sha256").isNull() if filters.image_only else None,
        small if filters.image_min else None,
        F.arrays_overlap("image_flags", F.array(*map(F.lit, filters.image_flags)))
        if filters.image_flags
        else None,
    ]
    return _first({"image": _any([each for each in left_out if each is not None])})


def counts(figures: DataFrame, graphics: DataFrame | None = None) -> dict[str, int]:
    """Count figures and graphics by reason: figures.in = figures.used + each reason; graphics alike.

    `figures` have figure_key, `graphics` (their number) and `reason`. `graphics` has figure_key and reason of
    each graphic of the figures without a reason, where graphics have reasons of their own; a figure whose
    graphics all have one is counted under the last of them.
    """
    reason = F.coalesce("reason", F.lit(USED))
    each = figures.select(reason.alias("reason"), F.lit(1).alias("figures"), F.col("graphics").cast("long"))
    if graphics is not None:
        own = graphics.groupBy("figure_key").agg(F.min(_rank(reason)).alias("_rank"))
        names = F.array(F.lit(USED), *map(F.lit, reversed(REASONS)))
        each = (
            each.where(F.col("reason") != USED)
            .unionByName(
                own.select(
                    F.element_at(names, F.col("_rank") + 1).alias("reason"), F.lit(1).alias("figures")
                ).withColumn("graphics", F.lit(0).cast("long"))
            )
            .unionByName(
                graphics.select(
                    reason.alias("reason"), F.lit(0).alias("figures"), F.lit(1).cast("long").alias("graphics")
                )
            )
        )
    found = each.groupBy("reason").agg(F.sum("figures").alias("figures"), F.sum("graphics").alias("graphics"))
    rows = found.collect()  # one row a reason
    out: dict[str, int] = {}
    for what in ("figures", "graphics"):
        out[f"{what}.in"] = sum(row[what] for row in rows)
        out.update({f"{what}.{row['reason']}": row[what] for row in rows if row[what]})
    return out


def _rank(reason: Column) -> Column:
    """0 for a used graphic, then the reasons from the last to the first."""
    ranks = F.lit(0)
    for place, name in enumerate(reversed(REASONS), 1):
        ranks = F.when(reason == name, place).otherwise(ranks)
    return ranks


def _any(conditions: Sequence[Column]) -> Column | None:
    return reduce(or_, conditions) if conditions else None


def _first(left_out: dict[str, Column | None]) -> Column:
    """The first reason in the order of REASONS whose condition is true."""
    conditions = [(name, left_out.get(name)) for name in REASONS]
    tests = [F.when(condition, F.lit(name)) for name, condition in conditions if condition is not None]
    return F.coalesce(*tests, F.lit(None).cast("string"))
