"""Which triplets an export has, and the reason for each that it has not."""

from __future__ import annotations

from collections.abc import Mapping
from functools import reduce
from operator import or_

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from medconcept.exports.options import LICENCE_GROUPS, ExportOptions
from medconcept.modality import UNKNOWN
from medconcept.rights import WITHHELD_PARTS, WITHHOLDING_RULES
from medconcept.tables import TABLES

# In the order in which they apply; a row is counted under the first.
FILTERS: Mapping[str, str] = {
    "where": "--where leaves the row out",
    "split": "--split leaves the row out",
    "licence": "--only-licence leaves the row out",
}
OPTED_OUT = "opted_out"
OF_IMAGES: Mapping[str, str] = {
    "no_image": "the lake has no image of the graphic",
    "no_training_copy": "the lake has no training copy of the image",
    "no_bytes": "the lake does not keep the bytes of the image",
}
OF_PAIRS: Mapping[str, str] = {
    "no_caption": "the caption has no letter",
    "same_article": "another split has a figure of the article",
    "same_image": "another split has the same image file",
    "same_pixels": "another split has an image with the same pixels",
    "same_caption": "another split has the same caption, but for case, spaces and punctuation",
    "similar_image": "another split has an image that looks the same",
    "copy": "a pair before it has the same caption, or an image that looks the same",
    "not_drawn": "there are more pairs than --pairs asks for",
}
"""Why a row is no pair for retrieval, in the order in which they apply."""
REASONS: Mapping[str, str] = {
    **FILTERS,
    OPTED_OUT: "the opt-out list names the article, the figure or the image",
    **WITHHOLDING_RULES,
    **OF_IMAGES,
    **OF_PAIRS,
}
"""Why a row is left out, or, in formats that have metadata too, has its metadata alone."""


def rights_group() -> Column:
    """commercial, noncommercial or other: what the effective terms of a figure permit; never null."""
    copies, commercial = F.col("rights.redistribute.answer"), F.col("rights.commercial.answer")
    return (
        F.when((copies == "yes") & (commercial == "yes"), "commercial")
        .when((copies == "yes") & (commercial == "no"), "noncommercial")
        .otherwise("other")
    )


def rule() -> Column:
    """The rule by which parts of a figure stay in the lake, or null."""
    # Rows that an older lake assembled have no rights: nothing is known of them.
    return F.when(F.col("rights").isNull(), "licence_unknown").otherwise(F.col("rights.withheld"))


def main_modality() -> Column:
    """The surest modality, which comes first; never null."""
    return F.coalesce(F.get("modality", F.lit(0))["modality"], F.lit(UNKNOWN))


def selected(
    triplets: DataFrame, images: DataFrame, options: ExportOptions, opted_out: DataFrame | None
) -> DataFrame:
    """One narrow row for each triplet: where it belongs, how large it is, and why it is left out.

    `images` are the rows of image_bytes of the kind that is exported: sha256, size and format. The columns
    are triplet_key, split, rights_group, main_modality; `_order`, by which rows are sorted; `_sha256` and
    `_format` of the image; `_row_size` and `_image_size` in bytes; `_left_out`, a key of REASONS or null;
    `_rule`, by which something of it stays in the lake; `_names`, the names of concepts that do.
    """
    rows = triplets.withColumn(
        "_sha256", F.col("image_sha256" if options.images == "original" else "image_derived_sha256")
    )
    rows = rows.withColumn("_asked", _asked(options))  # before other columns could have a name of --where
    is_listed = F.lit(False)
    if opted_out is not None:
        listed = F.broadcast(opted_out.withColumn("_listed", F.lit(True)))
        rows, is_listed = rows.join(listed, "figure_key", "left"), F.coalesce("_listed", F.lit(False))
    known = images.select(
        F.col("sha256").alias("_sha256"), F.col("size").alias("_image_size"), F.col("format").alias("_format")
    )
    rows = rows.join(known, "_sha256", "left")
    record = F.to_json(
        F.struct(*(column.name for column in TABLES["triplets"].columns)), {"ignoreNullFields": "false"}
    )
    return rows.select(
        "triplet_key",
        F.coalesce("split", F.lit("train")).alias("split"),
        rights_group().alias("rights_group"),
        main_modality().alias("main_modality"),
        F.sha2(F.concat(F.lit(f"{options.seed}\n"), "triplet_key"), 256).alias("_order"),
        "_sha256",
        "_format",
        F.octet_length(record).cast("long").alias("_row_size"),
        F.coalesce("_image_size", F.lit(0)).cast("long").alias("_image_size"),
        _reason(is_listed, options).alias("_left_out"),
        rule().alias("_rule"),
        F.coalesce(
            F.array_size(F.filter("concepts", lambda c: c["name_withheld"].isNotNull())), F.lit(0)
        ).alias("_names"),
    )


def has_metadata() -> Column:
    """True for rows whose metadata may be exported; reads `_left_out`."""
    return F.coalesce(~F.col("_left_out").isin(*FILTERS, OPTED_OUT), F.lit(True))


def _asked(options: ExportOptions) -> Column:
    """The first of FILTERS that leaves a row out, or null."""
    wanted = {
        "where": F.expr(options.where) if options.where else None,
        "split": F.col("split").isin(*options.wanted_splits) if options.wanted_splits else None,
        "licence": reduce(or_, map(_has_licence, options.licences)) if options.licences else None,
    }
    return F.coalesce(
        *(
            F.when(~F.coalesce(condition, F.lit(False)), name)
            for name, condition in wanted.items()
            if condition is not None
        ),
        F.lit(None).cast("string"),
    )


def _has_licence(licence: str) -> Column:
    if licence in LICENCE_GROUPS:
        return rights_group() == licence
    code = F.col("rights.licence_code")
    return (code == licence) | code.rlike(rf"^{licence}-[0-9.]+$")


def _reason(is_listed: Column, options: ExportOptions) -> Column:
    """The first reason for which a row is not in the export with its words and its image, or null."""
    part = "image" if options.images == "original" else "derived_image"
    rules = [name for name, parts in WITHHELD_PARTS.items() if part in parts or "text" in parts]
    reasons = [F.col("_asked"), F.when(is_listed, OPTED_OUT)]
    if options.has_images:
        no_image = "no_image" if options.images == "original" else "no_training_copy"
        reasons += [
            F.when(rule().isin(*rules), rule()),
            F.when(F.col("image_sha256").isNull(), "no_image"),
            F.when(F.col("_sha256").isNull(), no_image),
            F.when(F.col("_format").isNull(), "no_bytes"),
        ]
    return F.coalesce(*reasons)
