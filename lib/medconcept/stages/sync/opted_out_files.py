"""Files of folders and archives whose articles opted out: a row without bytes stays, by which they are known.

A file names its articles only in its XML, so with an opt-out list each new file is parsed when it lands. A
file with several articles is left out if the list names all of them; else those that it names are left out by
the later stages.
"""

from __future__ import annotations

from functools import partial

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from medconcept.rights import OptOutList
from medconcept.spark.arrow_batches import small_batches
from medconcept.stages.context import Context
from medconcept.stages.opt_out import is_named
from medconcept.stages.stage import StageOutput
from medconcept.tables import TABLES
from medconcept.tables.column import without_metadata
from medconcept.tables.raw_articles import METADATA, OF_CONTENT
from medconcept.workers.parse.parse_files import BATCH_ROWS, FILE, PARSED, parse_batches
from medconcept.workers.sync.fetch_articles import OPTED_OUT

_KEY = ["source", "source_key"]


def is_let_in(entries: OptOutList) -> Column:
    """True for a row of `raw_articles` that opted out and is not named by the list any more."""
    has_opted_out = F.coalesce(F.col("left_out") == OPTED_OUT, F.lit(False))
    return has_opted_out & ~is_named(entries, "metadata.doi", "metadata.pmcid")


def emptied(context: Context, entries: OptOutList) -> StageOutput | None:
    """Take the bytes from rows of `raw_articles` that the list names by now; None if there are none.

    Rows of all sources, and all rows with the same bytes.
    """
    if not (entries.dois or entries.pmcids):
        return None
    raw = context.read("raw_articles").where("left_out IS NULL")
    slim = raw.withColumn("content", F.lit(None).cast("binary"))
    # A file that states no PMCID may be a version of a work that has one.
    of_work = F.when(F.col("article_key").startswith("PMC"), F.col("article_key"))
    ids = context.read("articles").select(*_KEY, "doi", F.coalesce("pmcid", of_work).alias("pmcid"))
    of_articles = _named(ids, entries, "doi", "pmcid")
    by_bytes = slim.select("source_sha256", *_KEY).join(of_articles, _KEY).drop(*_KEY)
    same_bytes = slim.join(
        by_bytes.groupBy("source_sha256").agg(*(F.min(name).alias(f"_{name}") for name in ("doi", "pmcid"))),
        "source_sha256",
        "left",
    )
    stated = is_named(entries, "metadata.doi", "metadata.pmcid", "_doi", "_pmcid")
    rows = context.checkpoint("opted-out", same_bytes.where(stated))
    number = rows.count()
    if not number:
        return None
    context.begin()
    target = _left_out(rows, F.coalesce("metadata.doi", "_doi"), F.coalesce("metadata.pmcid", "_pmcid"))
    return StageOutput(
        tables={"raw_articles": (target, rows.select(*raw.columns))},
        counts={f"left_out.{OPTED_OUT}": number},
        more=True,
    )


def without_opted_out(context: Context, landed: DataFrame, entries: OptOutList) -> DataFrame:
    """Take the bytes from landed files that the list names; one row in, one row out."""
    if not (entries.dois or entries.pmcids):
        return landed
    files = landed.where(F.col("content").isNotNull()).select(*FILE, "size", "content")
    with small_batches(landed.sparkSession, BATCH_ROWS):
        parsed = files.mapInArrow(partial(parse_batches), PARSED)
        named = context.checkpoint("opted-out-files", _named(parsed, entries, "doi", "pmcid"))
    named = named.select(*_KEY, F.col("doi").alias("_doi"), F.col("pmcid").alias("_pmcid"))
    joined = landed.join(F.broadcast(named), _KEY, "left")
    has_id = F.col("_doi").isNotNull() | F.col("_pmcid").isNotNull()
    gone = _left_out(joined.where(has_id), F.col("_doi"), F.col("_pmcid"))
    return joined.where(~has_id).select(*landed.columns).unionByName(gone.select(*landed.columns))


def count(landed: DataFrame, entries: OptOutList) -> dict[str, int]:
    """The number of landed files that opted out, where there is a list."""
    if not len(entries):
        return {}
    return {f"left_out.{OPTED_OUT}": landed.where(F.col("left_out") == OPTED_OUT).count()}


def _named(articles: DataFrame, entries: OptOutList, *ids: str) -> DataFrame:
    """The files all of whose articles the list names: source, source_key, and the ids of one article."""
    return (
        articles.withColumn("_named", is_named(entries, *ids))
        .groupBy(*_KEY)
        .agg(F.min("_named").alias("_named"), *(F.min(name).alias(name) for name in ("doi", "pmcid")))
        .where("_named")
        .drop("_named")
    )


def _left_out(rows: DataFrame, doi: Column, pmcid: Column) -> DataFrame:
    """Rows of `raw_articles` without bytes and checksum, with the ids by which the list is compared again."""
    ids = {"doi": doi, "pmcid": pmcid}
    kept = without_metadata(METADATA)
    metadata = F.struct(
        *(
            ids.get(f.name, F.lit(None) if f.name in OF_CONTENT else F.col("metadata")[f.name])
            .cast(f.dataType)
            .alias(f.name)
            for f in kept.fields
        )
    )
    nothing = {name: F.lit(None).cast(_TYPES[name]) for name in ("content", "source_sha256", "duplicate_of")}
    return rows.withColumns({**nothing, "left_out": F.lit(OPTED_OUT), "metadata": metadata})


_TYPES = {c.name: c.dataType for c in TABLES["raw_articles"].columns}
