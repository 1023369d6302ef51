"""What of triplets may leave the lake by the rights of each figure, and how much each rule keeps there."""

from __future__ import annotations

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from medconcept.images.statuses import Status
from medconcept.rights import RESTRICTED_VOCABULARY, WITHHELD_PARTS
from medconcept.workers.sync.fetch_articles import OPTED_OUT

TEXTS = ("caption", "caption_markup", "citing_paragraphs")
_RULE = "rights.withheld"


def passed_on(triplets: DataFrame) -> DataFrame:
    """Triplets as exports and copies have them; one row in, one row out.

    Where the terms of a figure withhold its text, no words of caption and citing paragraphs are left, in
    nested fields neither; ids, spans, measures, checksums, terms and credit line are. Names of concepts and
    training copies that must stay in the lake are not in the table.
    """
    return with_words_where(triplets, ~_withholds("text"))


def with_words_where(triplets: DataFrame, is_free: Column) -> DataFrame:
    """Triplets whose words, those of nested fields too, are null unless the condition holds."""

    def without_text(item: Column) -> Column:
        return item.withField("text", F.when(is_free, item["text"]))

    def without_evidence(item: Column) -> Column:
        return item.withField("evidence", F.transform(item["evidence"], without_text))

    nested = {
        "concepts": F.transform("concepts", without_text),
        "privacy_flags": F.transform("privacy_flags", without_text),
        "modality": F.transform("modality", without_evidence),
    }
    return triplets.withColumns({name: F.when(is_free, F.col(name)) for name in TEXTS} | nested)


def withheld_counts(triplets: DataFrame, images: DataFrame, raw_articles: DataFrame) -> dict[str, int]:
    """Count by rule what stays in the lake: `<rule>.rows` of triplets and `<rule>.fields` of them.

    Fields are caption, caption_markup and citing_paragraphs where there are any, an image, and its scaled
    copies and panels (one field together); of the rule `restricted_vocabulary` the names of concepts. Of the
    rule `opted_out` it is the files of articles and the images that are not in the lake. A rule that
    withholds nothing is not counted.
    """
    has_image = F.col("image_sha256").isNotNull().cast("long")
    parts = {
        "text": F.col("caption").isNotNull().cast("long")
        + F.col("caption_markup").isNotNull().cast("long")
        + (F.size(F.coalesce("citing_paragraphs", F.array().cast("array<string>"))) > 0).cast("long"),
        "image": has_image,
        "derived_image": has_image,
    }
    fields = F.lit(0).cast("long")
    for part, number in parts.items():
        fields = fields + F.when(_withholds(part), number).otherwise(0)
    names = F.size(F.filter("concepts", lambda c: c["name_withheld"].isNotNull())).cast("long")
    each = triplets.select(F.col(_RULE).alias("rule"), fields.alias("fields"), names.alias("names"))
    found = each.groupBy("rule").agg(
        F.count(F.lit(1)).alias("rows"),
        F.sum("fields").alias("fields"),
        F.count(F.when(F.col("names") > 0, True)).alias("named_rows"),
        F.sum("names").alias("names"),
    )
    rows = found.collect()  # one row a rule
    counts: dict[str, int] = {}
    for row in rows:
        if row["rule"] is not None:
            counts |= {f"{row['rule']}.{what}": row[what] for what in ("rows", "fields")}
    counts[f"{RESTRICTED_VOCABULARY}.rows"] = sum(row["named_rows"] for row in rows)
    counts[f"{RESTRICTED_VOCABULARY}.fields"] = sum(row["names"] for row in rows)
    counts[f"{OPTED_OUT}.articles"] = raw_articles.where(F.col("left_out") == OPTED_OUT).count()
    counts[f"{OPTED_OUT}.images"] = images.where(F.col("status") == Status.OPTED_OUT.value).count()
    return {name: number for name, number in sorted(counts.items()) if number}


def _withholds(part: str) -> Column:
    """True for a triplet whose rule keeps this part in the lake, never null."""
    rules = [rule for rule, parts in WITHHELD_PARTS.items() if part in parts]
    return F.coalesce(F.col(_RULE).isin(*rules), F.lit(False))
