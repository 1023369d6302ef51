"""The graphics of figures, and the file of each at its source."""

from __future__ import annotations

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from medconcept.images.options import ImageFilter
from medconcept.workers.images.match_media import (
    DERIVABLE,
    KEYED,
    MATCHED,
    SOUGHT,
    derivable,
    keyed_media,
    matched_graphics,
    sought_media,
)

OF_ARTICLE = (
    "article_key",
    "is_current",
    "source",
    "source_key",
    "article_type",
    "licence_code",
    "licence_group",
    "licence_url",
    "licence_text",
    "copyright_statement",
    "pmc_licence_code",
    "doi",
    "pmcid",
)
OF_FIGURE = ("article_key", "figure_key", "graphics", "kind", "language", "caption", "rights")
PASSED_ON = (
    "licence_code", "licence_url", "licence_text", "copyright_statement", "pmc_licence_code", "rights",
)  # fmt: skip


def graphic_rows(figures: DataFrame, articles: DataFrame, only: ImageFilter) -> DataFrame:
    """One row for each graphic: keys, source, source_key, href, hrefs, previews, is_requested, PASSED_ON."""
    about = articles.where("is_current").select(
        *(name for name in OF_ARTICLE if name not in ("is_current", "doi", "pmcid")),
        F.col("language").alias("_language"),
    )
    each = figures.select(*OF_FIGURE, F.posexplode("graphics").alias("_n", "_graphic")).drop("graphics")
    joined = each.join(about, "article_key")
    others = F.coalesce("_graphic.others", F.array())
    chosen = F.when(_is_preview(F.col("_graphic.use")), F.array("_graphic.href")).otherwise(F.array())
    previews = F.transform(F.filter(others, lambda o: _is_preview(o["use"])), lambda o: o["href"])
    return joined.select(
        F.concat("figure_key", F.lit("/"), F.col("_n").cast("string")).alias("image_key"),
        "figure_key",
        "article_key",
        "source",
        "source_key",
        F.col("_graphic.href").alias("href"),
        F.concat(F.array("_graphic.href"), F.coalesce("_graphic.alternatives", F.array())).alias("hrefs"),
        F.concat(chosen, previews).alias("previews"),
        _is_requested(only).alias("is_requested"),
        *PASSED_ON,
    )


def _is_preview(use: Column) -> Column:
    return F.coalesce(F.lower(use).rlike("thumb|preview"), F.lit(False))


def _is_requested(only: ImageFilter) -> Column:
    passes = F.lit(True)
    chosen = {
        "licence_group": only.licences,
        "article_type": only.article_types,
        "kind": only.kinds,
    }
    for name, values in chosen.items():
        if values:
            passes = passes & F.coalesce(F.col(name).isin(*values), F.lit(False))
    if only.languages:
        language = F.lower(F.substring_index(F.coalesce("language", "_language"), "-", 1))
        passes = passes & F.coalesce(language.isin(*(each.lower() for each in only.languages)), F.lit(False))
    return passes & F.col("caption").isNotNull() if only.caption else passes


def match_bucket(graphics: DataFrame, raw: DataFrame) -> DataFrame:
    """Rows of MATCHED for graphics of a bucket, whose metadata name the media of each article."""
    media = raw.select("source", "source_key", F.col("metadata.media_urls").alias("names"))
    grouped = _by_article(graphics).join(media, ["source", "source_key"], "left")
    rows = grouped.select(
        "article_key", "source_key", F.lit(None).cast("boolean").alias("has_images"), "names", "graphics"
    )
    return rows.mapInArrow(matched_graphics, MATCHED)


def key_media(media: DataFrame) -> DataFrame:
    """Rows of KEYED: the names of media with the keys by which graphics find them."""
    return media.select("name").mapInArrow(keyed_media, KEYED)


def match_files(graphics: DataFrame, keyed: DataFrame, articles: DataFrame) -> DataFrame:
    """Rows of MATCHED for graphics of a folder or of archives, from `key_media` of what lies there.

    An article's media are the files of its own folder and of folders below, but not of those that are the
    own folder of another article or lie below one; other files only if the href is their very path, with
    or without extension.
    `articles` has the source_key of every article of the source.
    """
    sought = graphics.select("image_key", "article_key", "source_key", "hrefs").mapInArrow(
        sought_media, SOUGHT
    )
    folders = (
        articles.select(F.col("source_key").alias("name"))
        .distinct()
        .mapInArrow(keyed_media, KEYED)
        .select(F.element_at("folders", -1).alias("owner"))
        .distinct()
    )
    # The deepest folder above a file that has an article in it.
    owned = (
        keyed.select("name", "is_image", "keys", F.explode("folders").alias("owner"))
        .join(folders, "owner", "left_semi")
        .groupBy("name")
        .agg(
            F.max_by(F.struct("owner", "is_image", "keys"), F.length("owner")).alias("f"),
        )
        .select("name", "f.*")
    )
    by_key = sought.select(
        "article_key", F.col("folder").alias("owner"), F.explode("keys").alias("key")
    ).join(owned.select("name", "owner", F.explode("keys").alias("key")), ["owner", "key"])
    by_path = sought.select("article_key", F.explode("paths").alias("path")).join(
        keyed.select("name", F.explode("paths").alias("path")), "path"
    )
    names = (
        by_key.select("article_key", "name")
        .unionByName(by_path.select("article_key", "name"))
        .groupBy("article_key")
        .agg(F.array_sort(F.collect_set("name")).alias("names"))
    )
    with_images = owned.where("is_image").select(F.col("owner").alias("folder")).distinct()
    has_images = (
        sought.select("article_key", "folder")
        .distinct()
        .join(with_images.withColumn("has_images", F.lit(True)), "folder", "left")
        .select("article_key", F.coalesce("has_images", F.lit(False)).alias("has_images"))
    )
    rows = (
        _by_article(graphics)
        .join(names, "article_key", "left")
        .join(has_images, "article_key", "left")
        .select("article_key", "source_key", "has_images", "names", "graphics")
    )
    return rows.mapInArrow(matched_graphics, MATCHED)


def unreferenced_files(matched: DataFrame, keyed: DataFrame) -> DataFrame:
    """The image files of a folder or of archives that no graphic refers to, by name."""
    referenced = matched.select(F.explode(F.concat(F.array("file"), "others")).alias("name"))
    return keyed.where("is_image").select("name").join(referenced, "name", "left_anti")


def with_rights(graphics: DataFrame) -> DataFrame:
    """image_key and may_derive: whether no rule keeps a scaled copy of the figure in the lake."""
    return graphics.select("image_key", *PASSED_ON).mapInArrow(derivable, DERIVABLE)


def _by_article(graphics: DataFrame) -> DataFrame:
    one = F.struct("image_key", "hrefs", "previews")
    return graphics.groupBy("article_key", "source", "source_key").agg(
        F.array_sort(F.collect_list(one)).alias("graphics")
    )
