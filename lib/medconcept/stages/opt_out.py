"""The opt-out list for stages: read in one place; the articles, figures and images that it names."""

from __future__ import annotations

from pathlib import Path

from pyspark.sql import Column, DataFrame, SparkSession
from pyspark.sql import functions as F

from medconcept.errors import ConfigError, LakeError
from medconcept.rights import OptOutList, parse_opt_out
from medconcept.spark.hadoop_files import HadoopFiles

_DOI = r"^(?i:(?:https?://(?:dx\.|www\.)?doi\.org/|doi:\s*)?(10\.[0-9]{4,9}/[^\s#]+))$"
_PMCID = r"^(?i:PMC0*([1-9][0-9]{0,11})(?:\.[0-9]{1,6})?)$"


def read_opt_out(spark: SparkSession, path: str | None) -> OptOutList:
    """Read the list that the configuration names, a path or the URI of any file system that Spark reads.

    An empty list for None. Raises ConfigError, OptOutError.
    """
    if path is None:
        return OptOutList()
    if Path(path).exists() and not Path(path).is_file():  # a pipe would never end
        raise ConfigError(f"opt_out: {path}: is not a file")
    try:
        if "://" in path:
            folder, _, name = path.rpartition("/")
            text = HadoopFiles(spark, folder).read(name).decode()
        else:
            text = Path(path).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError, LakeError) as error:
        raise ConfigError(f"opt_out: {path}: cannot be read ({error})") from error
    return parse_opt_out(text, path)


def opted_out(
    spark: SparkSession,
    figures: DataFrame,
    articles: DataFrame,
    entries: OptOutList,
    images: DataFrame | None = None,
) -> DataFrame | None:
    """The distinct figure_key of figures that the list names; None for an empty list.

    Reads figure_key and article_key of figures, article_key, doi, pmcid and is_current of articles, and
    figure_key and image_sha256 of `images`: one image takes out its figure. The figures are those for which
    `OptOutList.match_figure` returns an entry.
    """
    if not len(entries):
        return None
    every = sorted({*entries.dois, *entries.pmcids, *entries.figure_keys, *entries.image_sha256})
    listed = F.broadcast(spark.createDataFrame([(entry,) for entry in every], "_entry string"))
    about = articles.where("is_current").select("article_key", "doi", "pmcid")
    part = F.substring_index("figure_key", "#", 1)
    name = F.expr("substring(figure_key, instr(figure_key, '#'))")
    keys = [
        *(_article(value) for value in (F.col("doi"), F.col("pmcid"), part)),
        F.concat(F.when(_doi(part).isNotNull(), F.lit("doi:")).otherwise(F.lit("")), _article(part), name),
    ]
    each = (
        figures.select("figure_key", "article_key")
        .join(about, "article_key", "left")
        .select("figure_key", F.explode(F.array(*keys)).alias("_entry"))
    )
    if images is not None:
        each = each.unionByName(images.select("figure_key", F.lower("image_sha256").alias("_entry")))
    return each.join(listed, "_entry", "left_semi").select("figure_key").distinct()


def is_named(entries: OptOutList, *values: str) -> Column:
    """True where a column with a DOI, PMCID or article key names an article of the list, never null."""
    named = F.lit(False)
    for name in values if entries.dois or entries.pmcids else ():
        named = named | F.coalesce(_article(F.col(name)).isin(*entries.dois, *entries.pmcids), F.lit(False))
    return named


def _article(value: Column) -> Column:
    """A DOI or PMCID as the list has it; null for anything else."""
    return F.coalesce(_doi(value), _pmcid(value))


def _doi(value: Column) -> Column:
    return F.nullif(F.lower(F.regexp_extract(F.trim(value), _DOI, 1)), F.lit(""))


def _pmcid(value: Column) -> Column:
    number = F.nullif(F.regexp_extract(F.trim(value), _PMCID, 1), F.lit(""))
    return F.concat(F.lit("PMC"), number)
