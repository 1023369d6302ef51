"""The summary of a run on the terminal: counts of the lake, refusals, times, sources."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from medconcept.config import Config
from medconcept.images.statuses import Status
from medconcept.lake import queries
from medconcept.lake.lake import Lake
from medconcept.lake.quarantine import open_quarantine
from medconcept.sources.pmc import ACKNOWLEDGEMENT
from medconcept.stages.sync.article_events import REFUSED_BY

if TYPE_CHECKING:
    from medconcept.stages.stage import StageResult


def figures_of(lake: Lake) -> dict[str, Any]:
    """The numbers of a lake: counts by name, `rejects` by reason, `images` (graphics) by status."""
    head = lake.head()
    raw, articles = lake.read("raw_articles", head), lake.read("articles", head)
    figures, mentions = lake.read("figures", head), lake.read("mentions", head)
    # Files refused by the sync never became rows of the lake.
    of_sync = F.col("parser_version") == REFUSED_BY
    rejects = open_quarantine(lake.read("quarantine"))
    quarantine = rejects.where(~of_sync)
    each = rejects.groupBy("reason", of_sync.alias("of_sync")).count().orderBy("reason").collect()
    refused = {row["reason"]: row["count"] for row in each if not row["of_sync"]}
    not_landed = {row["reason"]: row["count"] for row in each if row["of_sync"]}
    raw = raw.where("left_out IS NULL")
    files = _counts(raw, duplicates=F.count("duplicate_of"), from_pmc=F.count("metadata.version"))
    versions = _counts(articles, current=F.count_if("is_current"), old=F.count_if(~F.col("is_current")))
    captions = _counts(figures, captions=F.count("caption"))
    named = _counts(
        mentions.where("concept_id IS NOT NULL"),
        captions=F.count_distinct("figure_key"),
        concepts=F.count_distinct("concept_id"),
    )
    statuses = (
        lake.read("images", head)
        .groupBy("status")
        .agg(F.count(F.lit(1)).alias("graphics"), F.count_distinct("sha256").alias("files"))
    )
    images = {row["status"]: row for row in statuses.orderBy(F.desc("graphics"), "status").collect()}
    resolved = images.get(Status.RESOLVED.value)
    bare = mentions.where("concept_id IS NULL").count()
    # A wrapper is one file of several articles: all but its first are counted in addition to the files.
    place = ["source", "source_key"]
    accounted_files = articles.select(*place).unionByName(quarantine.select(*place)).distinct().count()
    counts = {
        "files": files["rows"],
        "further articles in them": versions["rows"] + sum(refused.values()) - accounted_files,
        "articles": versions["current"],
        "superseded versions": versions["old"],
        "exact duplicates": files["duplicates"],
        "quarantined": sum(refused.values()),
        "figures": captions["rows"],
        "captions": captions["captions"],
        "captions with a concept": named["captions"],
        "mentions": named["rows"],
        **({"recognised without a concept": bare} if bare else {}),
        "distinct concepts": named["concepts"],
        "triplets": lake.read("triplets", head).count(),
        "graphics": sum(row["graphics"] for row in images.values()),
        "graphics with an image": resolved["graphics"] if resolved else 0,
        "images": resolved["files"] if resolved else 0,
    }
    return {
        "counts": counts,
        "rejects": refused,
        "not_landed": not_landed,
        "images": {status: row["graphics"] for status, row in images.items()},
        "from_pmc": files["from_pmc"] > 0,
    }


def acknowledgements(config: Config, figures: dict[str, Any]) -> tuple[str, ...]:
    """Acknowledgements for the articles: the configured ones, and NLM's if any came from PMC."""
    return (*config.sync.acknowledgements, *((ACKNOWLEDGEMENT,) if figures["from_pmc"] else ()))


def _counts(rows: DataFrame, **aggregates: Column) -> dict[str, int]:
    """Count the rows of a table and the given aggregates, by name, in one pass."""
    named = [value.alias(name) for name, value in aggregates.items()]
    counts: dict[str, int] = rows.agg(F.count(F.lit(1)).alias("rows"), *named).collect()[0].asDict()
    return counts


def print_nothing_new(lake: Lake, reports: list[StageResult]) -> None:
    """Print the summary of a run that had nothing to do."""
    head = lake.head()
    seconds = sum(report.seconds for report in reports)
    print(f"Nothing is new: no table got a new version ({seconds:.1f} s after Spark was up).")
    print(f"The lake stands at commit {head.seq}; its report is {lake.files.uri('_docs/report.html')}")


def print_summary(lake: Lake, config: Config, reports: list[StageResult]) -> None:
    """Print the summary of a run."""
    figures = figures_of(lake)
    counts = figures["counts"]
    print("\nIn the lake")
    for name, value in counts.items():
        print(f"  {name:<26}{value:>9,}")
    accounted = sum(counts[n] for n in ("articles", "superseded versions", "exact duplicates", "quarantined"))
    total = counts["files"] + counts["further articles in them"]
    sides = "files + further = articles + superseded + duplicates + quarantined"
    print(f"  {sides}: {total} = {accounted}")
    print("\nRefused, by reason")
    for reason, count in figures["rejects"].items() or {"nothing": 0}.items():
        print(f"  {reason:<26}{count:>9,}")
    for reason, count in figures["not_landed"].items():
        print(f"  at the source: {reason:<11}{count:>9,}")
    print("\nGraphics, by what became of their image")
    for status, count in figures["images"].items() or {"none": 0}.items():
        print(f"  {status:<26}{count:>9,}")
    print("\nSeconds per stage")
    for report in reports:
        print(f"  {report.job:<26}{report.seconds:>9.1f}  {report.status}")
    print("\nTables")
    for row in queries.list_tables(lake):
        size = f"{row['rows']:>9,} rows {row['bytes']:>12,} bytes"
        print(f"  {row['table']:<16} version {row['version']:>3} {size}")
    print("\nSources")
    for source in config.dictionary.sources:
        print(f"  {source.name} {source.version}, {source.licence}. {source.acknowledgement}")
    for line in acknowledgements(config, figures):
        print(f"  {line}")
