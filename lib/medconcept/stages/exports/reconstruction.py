"""Full rows from an export's metadata and a lake of one's own: what is still the same, and what is not.

Spans and concepts of the metadata index the caption that it was made from; a row is rebuilt where the lake
has that very caption and that very image.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import reduce

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from medconcept.images.statuses import Status
from medconcept.stages.exports.rows import ADDED, WORDS
from medconcept.tables import TABLES

STATUSES: Mapping[str, str] = {
    "equal": "article, caption and image are those of the metadata",
    "changed": "the article's version or file, the caption or the image is another one",
    "missing": "the lake has no such article, figure or image, or not the bytes of the image",
    "withdrawn": "the article opted out, or has left the source since a release of the lake",
    "retracted": "the article has been retracted since",
}
# Why a row is not equal, in `details`.
ARTICLE, FIGURE, IMAGE, IMAGE_BYTES = "no_article", "no_figure", "no_image", "no_image_bytes"
CHANGES = ("article_version", "article_file", "caption", "image")


def articles_known(
    metadata: DataFrame, articles: DataFrame, raw_articles: DataFrame, before: list[DataFrame]
) -> DataFrame:
    """One row for each article of the metadata: article_key, `_own_key` of the lake, and `_gone`.

    An article is the lake's under any of its ids: a folder's file may lack the PMC id that another source
    states. `_gone` is why the lake has it no longer, or null. `before` are the articles of the lake's
    releases.
    """
    wanted = _with_ids(metadata.select("article_key", "pmcid", "doi").distinct())
    current = _with_ids(articles.where("is_current"), "aliases").select(
        "_id", F.col("article_key").alias("_own")
    )
    found = wanted.join(current, "_id").groupBy("article_key")
    own = found.agg(F.min_by("_own", F.struct("_place", "_own")).alias("_own_key"))
    stated = raw_articles.where("left_out IS NOT NULL").select(
        F.col("metadata.pmcid").alias("pmcid"), F.lower("metadata.doi").alias("doi"), "left_out"
    )
    gone = [_with_ids(stated.withColumn("article_key", F.lit(None))).select("_id", "left_out")]
    gone += [_with_ids(each).select("_id", F.lit("left_source").alias("left_out")) for each in before]
    reasons = wanted.join(reduce(DataFrame.unionByName, gone), "_id").groupBy("article_key")
    why = reasons.agg(
        F.min(F.struct(F.col("left_out") == "left_source", "left_out"))["left_out"].alias("_gone")
    )
    keys = wanted.select("article_key").distinct()
    return keys.join(own, "article_key", "left").join(why, "article_key", "left")


def _with_ids(rows: DataFrame, *lists: str) -> DataFrame:
    """A row for each id of an article, with `_place`, the order in which ids are trusted."""
    ids = F.array("article_key", "pmcid", F.concat(F.lit("doi:"), F.lower("doi")))
    for name in lists:
        ids = F.concat(ids, F.coalesce(name, F.array().cast("array<string>")))
    return rows.select("*", F.posexplode(F.array_distinct(ids)).alias("_place", "_id")).where(
        "_id IS NOT NULL"
    )


def judged(
    metadata: DataFrame,
    known: DataFrame,
    articles: DataFrame,
    figures: DataFrame,
    images: DataFrame,
    image_bytes: DataFrame,
    *,
    derived: bool,
) -> DataFrame:
    """One row for each row of the metadata: its status, what differs, and what it is rebuilt from.

    The columns are triplet_key, split, status, details; `_is_whole`, true if caption and image are those of
    the metadata; `_own_figure`, the figure in the lake; `_sha256`, `_format` and `_image_size` of the image;
    and what is found in the lake: article_key_found, article_version_found, source_sha256_found,
    caption_sha256_found, image_sha256_found. `derived`: the images are training copies.
    """
    # Both name the graphic by its number in the figure, the figure by its id in the article.
    part = F.regexp_replace("triplet_key", r"^.*/", "")
    rows = metadata.withColumn("_image", F.col("image_derived_sha256" if derived else "image_sha256"))
    rows = rows.select(
        "triplet_key", "split", "article_key", "article_version", "source_sha256", "caption_sha256",
        "is_retracted", "_image", part.alias("_n"),
        F.expr("substring(figure_key, instr(figure_key, '#'))").alias("_id"),
    )  # fmt: skip
    rows = rows.join(known, "article_key", "left")
    rows = rows.withColumn("_own_figure", F.concat("_own_key", "_id")).withColumn(
        "_own_image", F.concat_ws("/", "_own_figure", "_n")
    )
    article = articles.where("is_current").select(
        F.col("article_key").alias("_own_key"),
        F.col("article_version").alias("article_version_found"),
        F.col("source_sha256").alias("source_sha256_found"),
        F.coalesce("is_retracted", F.lit(False)).alias("_retracted_now"),
    )
    figure = figures.select(
        F.col("figure_key").alias("_own_figure"),
        F.lit(True).alias("_has_figure"),
        F.sha2(F.encode("caption", "UTF-8"), 256).alias("caption_sha256_found"),
    )
    is_resolved = F.col("status") == Status.RESOLVED.value
    image = images.select(
        F.col("image_key").alias("_own_image"),
        F.when(is_resolved, F.col("derived_sha256" if derived else "sha256")).alias("image_sha256_found"),
    )
    content = image_bytes.where(F.col("kind") == ("derived" if derived else "original")).select(
        F.col("sha256").alias("_image"), F.col("size").alias("_image_size"), F.col("format").alias("_format")
    )
    rows = (
        rows.join(article, "_own_key", "left")
        .join(figure, "_own_figure", "left")
        .join(image, "_own_image", "left")
        .join(content, "_image", "left")
    )
    details = F.array_compact(F.array(*_details()))
    rows = rows.withColumn("details", details)
    lacks = F.arrays_overlap("details", F.array(*map(F.lit, (ARTICLE, FIGURE, IMAGE, IMAGE_BYTES))))
    retracted = F.col("_retracted_now") & ~F.coalesce("is_retracted", F.lit(False))
    status = (
        F.when(
            F.array_contains("details", ARTICLE) & F.col("_gone").isin("opted_out", "left_source"),
            "withdrawn",
        )
        .when(lacks, "missing")
        .when(F.coalesce(retracted, F.lit(False)), "retracted")
        .when(F.size("details") > 0, "changed")
        .otherwise("equal")
    )
    is_same = ~F.arrays_overlap("details", F.array(*map(F.lit, ("caption", "image"))))
    gone = F.when(F.array_contains("details", ARTICLE) & F.col("_gone").isNotNull(), F.array("_gone"))
    return rows.select(
        "triplet_key",
        F.coalesce("split", F.lit("train")).alias("split"),
        status.alias("status"),
        F.concat("details", F.coalesce(gone, F.array().cast("array<string>"))).alias("details"),
        F.col("_own_key").alias("article_key_found"),
        "article_version_found",
        "source_sha256_found",
        "caption_sha256_found",
        "image_sha256_found",
        (~lacks & is_same).alias("_is_whole"),
        "_own_figure",
        F.col("_image").alias("_sha256"),
        "_format",
        F.coalesce("_image_size", F.lit(0)).cast("long").alias("_image_size"),
    )


def _details() -> list[Column]:
    """What differs: a name, or null where it does not; of what is missing only the first."""
    has_article, has_figure = F.col("_own_key").isNotNull(), F.col("_has_figure").isNotNull()
    expected = F.col("_image").isNotNull()
    found = F.col("image_sha256_found")
    other_version = ~F.col("article_version").eqNullSafe(F.col("article_version_found"))
    return [
        F.when(~has_article, ARTICLE),
        F.when(has_article & ~has_figure, FIGURE),
        F.when(has_figure & expected & found.isNull(), IMAGE),
        F.when(has_figure & (found == F.col("_image")) & F.col("_format").isNull(), IMAGE_BYTES),
        F.when(has_article & other_version, "article_version"),
        F.when(
            has_article & ~other_version & ~F.col("source_sha256").eqNullSafe(F.col("source_sha256_found")),
            "article_file",
        ),
        F.when(has_figure & ~F.col("caption_sha256").eqNullSafe(F.col("caption_sha256_found")), "caption"),
        F.when(has_figure & expected & (found != F.col("_image")), "image"),
    ]


def rebuilt(metadata: DataFrame, whole: DataFrame, figures: DataFrame) -> DataFrame:
    """The rows of the metadata that are whole, with the words of the lake's figures; one row in, one row out.

    `whole` are rows of `judged`. The columns are those of an export with words, and `status`. The words of
    nested fields are cut from captions and paragraphs by their spans.
    """
    words = figures.select(
        F.col("figure_key").alias("_own_figure"),
        "caption",
        "caption_markup",
        F.coalesce(F.transform("citing_paragraphs", lambda p: p["text"]), F.array()).alias(
            "citing_paragraphs"
        ),
    )
    rows = metadata.join(whole.select("triplet_key", "status", "_own_figure"), "triplet_key")
    rows = rows.join(words, "_own_figure")
    nested = {
        "concepts": F.transform(
            "concepts",
            lambda c: c.withField("text", F.array_join(F.transform(c["spans"], _cut_caption), " ")),
        ),
        "privacy_flags": F.transform("privacy_flags", lambda f: f.withField("text", _cut_caption(f))),
        "modality": F.transform(
            "modality",
            lambda m: m.withField(
                "evidence", F.transform(m["evidence"], lambda e: e.withField("text", _cut_evidence(e)))
            ),
        ),
    }
    known = set(metadata.columns) | set(WORDS)
    columns = [column.name for column in TABLES["triplets"].columns if column.name in known]
    first = [name for name in ("triplet_key", "caption", "concepts") if name in columns]
    added = [name for name in ADDED if name in known]
    rows = rows.withColumns({name: value for name, value in nested.items() if name in known})
    return rows.select(*first, *(name for name in columns if name not in first), *added, "status")


def _cut(text: Column, span: Column) -> Column:
    return F.substr(text, span["start"] + 1, span["end"] - span["start"])


def _cut_caption(span: Column) -> Column:
    return _cut(F.col("caption"), span)


def _cut_evidence(evidence: Column) -> Column:
    paragraph = F.get(F.col("citing_paragraphs"), evidence["paragraph"])
    return _cut(F.when(evidence["paragraph"].isNull(), F.col("caption")).otherwise(paragraph), evidence)
