"""Files of folders and archives whose articles opted out: a row without bytes stays, by which they are known.

A file names its articles only in its XML, so with an opt-out list each new file is parsed when it lands. A
file with several articles is left out if the list names all of them; else those that it names are left out by
the later stages.
"""

from __future__ import annotations

from dataclasses import replace

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
_COUNT = f"left_out.{OPTED_OUT}"
_TYPES = {c.name: c.dataType for c in TABLES["raw_articles"].columns}


def is_let_in(context: Context) -> Column:
    """True for a row of `raw_articles` that opted out and is not named by the list any more."""
    has_opted_out = F.coalesce(F.col("left_out") == OPTED_OUT, F.lit(False))
    entries = context.opt_out
    return has_opted_out & ~is_named(entries, "metadata.doi", "metadata.pmcid")


def emptied(context: Context) -> StageOutput | None:
    """Take the bytes from rows of `raw_articles` that the list names by now; None if there are none.

    Rows of all sources, and all rows with the same bytes.
    """
    entries = context.opt_out
    if not _names_articles(entries):
        return None
    raw = context.read("raw_articles").where("left_out IS NULL")
    slim = raw.withColumn("content", F.lit(None).cast("binary"))
    # A file that states no PMCID may be a version of a work that has one.
    of_work = F.when(F.col("article_key").startswith("PMC"), F.col("article_key"))
    ids = context.read("articles").select(*_KEY, "doi", F.coalesce("pmcid", of_work).alias("pmcid"))
    named = slim.select("source_sha256", *_KEY).join(_named(ids, entries, _KEY), _KEY)
    with_ids = slim.join(_ids_by_bytes(named), "source_sha256", "left")
    stated = is_named(entries, "metadata.doi", "metadata.pmcid", "_doi", "_pmcid")
    rows = context.checkpoint("opted-out", with_ids.where(stated))
    number = rows.count()
    if not number:
        return None
    context.begin()
    return StageOutput(
        tables={"raw_articles": (_left_out(rows), rows.select(*raw.columns))},
        counts={_COUNT: number},
        more=True,
    )


def without_opted_out(context: Context, output: StageOutput | None) -> StageOutput | None:
    """Take the bytes from files of an output of the sync that the list names; None if no row is new then."""
    entries = context.opt_out
    if output is None or "raw_articles" not in output.tables or not _names_articles(entries):
        return output
    rows, current = output.tables["raw_articles"]
    held = rows.where(F.col("content").isNotNull())
    further = [name for name in ("sidecar",) if name in rows.columns]  # what else states ids of an article
    with small_batches(rows.sparkSession, BATCH_ROWS):
        parsed = held.select(*FILE, "size", "content", *further).mapInArrow(parse_batches, PARSED)
        named = context.checkpoint("opted-out-files", _named(parsed, entries, ["source_sha256"]))
    with_ids = rows.join(F.broadcast(_ids_by_bytes(named)), "source_sha256", "left")
    has_id = F.col("_doi").isNotNull() | F.col("_pmcid").isNotNull()
    gone = _left_out(with_ids.where(has_id)).select(*rows.columns)
    stay = with_ids.where(~has_id).select(*rows.columns)
    known = current.where(F.col("left_out") == OPTED_OUT).select(*_KEY)
    number = gone.join(known, _KEY, "left_anti").count()
    if not number and not output.ledgers and stay.isEmpty():
        return None  # files that had opted out, read again
    return replace(
        output,
        tables={**output.tables, "raw_articles": (stay.unionByName(gone), current)},
        counts={**output.counts, _COUNT: number},
    )


def _names_articles(entries: OptOutList) -> bool:
    return bool(entries.dois or entries.pmcids)


def _named(articles: DataFrame, entries: OptOutList, file: list[str]) -> DataFrame:
    """The files, by these columns, all of whose articles the list names; with the ids of one article."""
    return (
        articles.withColumn("_named", is_named(entries, "doi", "pmcid"))
        .groupBy(*file)
        .agg(F.min("_named").alias("_named"), *(F.min(name).alias(name) for name in ("doi", "pmcid")))
        .where("_named")
        .drop("_named")
    )


def _ids_by_bytes(named: DataFrame) -> DataFrame:
    """source_sha256, _doi and _pmcid of named files."""
    ids = (F.min(name).alias(f"_{name}") for name in ("doi", "pmcid"))
    return named.groupBy("source_sha256").agg(*ids)


def _left_out(rows: DataFrame) -> DataFrame:
    """Rows of `raw_articles` without bytes and checksum, with the ids by which the list is compared again."""
    ids = {name: F.coalesce(f"metadata.{name}", f"_{name}") for name in ("doi", "pmcid")}
    fields = []
    for field in without_metadata(METADATA).fields:
        kept = F.lit(None) if field.name in OF_CONTENT else F.col("metadata")[field.name]
        fields.append(ids.get(field.name, kept).cast(field.dataType).alias(field.name))
    contents = ("content", "source_sha256", "duplicate_of", "sidecar")
    nothing: dict[str, Column] = {
        name: F.lit(None).cast(_TYPES[name]) for name in contents if name in rows.columns
    }
    return rows.withColumns({**nothing, "left_out": F.lit(OPTED_OUT), "metadata": F.struct(*fields)})
