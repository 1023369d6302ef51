"""The summary of a run on the terminal: counts of the lake, refusals, times, sources."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from pyspark.sql import Column, DataFrame, Window
from pyspark.sql import functions as F

from medconcept.config import Config
from medconcept.images.statuses import Status
from medconcept.lake import queries
from medconcept.lake.lake import Lake
from medconcept.lake.quarantine import GATE, left_without_rows, open_quarantine, refused_by_gate
from medconcept.runtime.control_characters import visible
from medconcept.sources.pmc import ACKNOWLEDGEMENT
from medconcept.stages.annotate.annotate_captions import is_in_languages
from medconcept.stages.sync.article_events import REFUSED_BY
from medconcept.stages.sync.folder import HIDDEN, folder_line
from medconcept.workers.sync.folder_files import COUNTED, REFUSED

if TYPE_CHECKING:
    from medconcept.stages.stage import StageResult


NAMED = 5  # refused files that are named for each reason; `medconcept sql` lists all of them


def figures_of(lake: Lake, languages: tuple[str, ...] = ()) -> dict[str, Any]:
    """The numbers of a lake: counts by name, `rejects` and `not_landed` by reason, some names of each,
    `images` (graphics) by status, `gates`: articles that the gate of a later job took out, by job.

    `languages` are those whose captions are linked; by default the language of no caption is looked at.
    `other_languages` counts the captions of each other one.
    """
    head = lake.head()
    raw, articles = lake.read("raw_articles", head), lake.read("articles", head)
    figures, mentions = lake.read("figures", head), lake.read("mentions", head)
    # Files refused by the sync never became rows of the lake.
    of_sync = F.col("parser_version").isin(REFUSED_BY, refused_by_gate("sync_articles"))
    rejects = open_quarantine(lake.read("quarantine"))
    by_job = rejects.where(left_without_rows()).groupBy("parser_version").count().collect()
    rejects = rejects.where(~left_without_rows())
    quarantine = rejects.where(~of_sync)
    each = _with_names(rejects.select("reason", "source_key", of_sync.alias("of_sync")))
    refused = {row["reason"]: row["count"] for row in each if not row["of_sync"]}
    not_landed = {row["reason"]: row["count"] for row in each if row["of_sync"]}
    names: dict[str, list[str]] = {}
    for row in each:
        names.setdefault(row["reason"], []).append(row["source_key"])
    raw = raw.where("left_out IS NULL")
    elsewhere = ~F.startswith(F.col("duplicate_of"), F.concat("source", F.lit("/")))
    files = _counts(
        raw,
        duplicates=F.count("duplicate_of"),
        elsewhere=F.count_if(elsewhere),
        from_pmc=F.count("metadata.version"),
    )
    versions = _counts(articles, current=F.count_if("is_current"), old=F.count_if(~F.col("is_current")))
    captions = _counts(figures, captions=F.count("caption"))
    others = _other_languages(figures, languages) if languages else {}
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
        "captions without one": captions["captions"] - named["captions"] - sum(others.values()),
        **({"captions in other languages": sum(others.values())} if others else {}),
        "mentions": named["rows"],
        **({"recognised alone": bare} if bare else {}),
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
        "refused_names": names,
        "gates": {row["parser_version"].removeprefix(GATE): row["count"] for row in by_job},
        "duplicates_of_other_sources": files["elsewhere"],
        "other_languages": others,
        "from_pmc": files["from_pmc"] > 0,
    }


def _named(names: Sequence[str], count: int) -> str:
    """Names for the end of a line.

    >>> _named(["a.xml", "b\\x1b.xml"], 3), _named([], 0)
    ('  a.xml, b\\\\x1b.xml, …', '')
    """
    return visible("  " + ", ".join([*names, *(["…"] if count > len(names) else [])])) if names else ""


def _by_reason(counts: Mapping[str, int]) -> dict[str, int]:
    """The files of a folder by reason, from the counts of its sync."""
    names = {name.removeprefix("files."): n for name, n in counts.items() if name.startswith("files.")}
    known = {reason: names[reason] for reason in (*COUNTED, *REFUSED, HIDDEN) if reason in names}
    return {"": names.get("to_read", 0), **known}


def acknowledgements(config: Config, figures: dict[str, Any]) -> tuple[str, ...]:
    """Acknowledgements for the articles: the configured ones, and NLM's if any came from PMC."""
    return (*config.sync.acknowledgements, *((ACKNOWLEDGEMENT,) if figures["from_pmc"] else ()))


def _with_names(refusals: DataFrame) -> list[Any]:
    """Return the first NAMED refusals of each reason, with the number of all of them as `count`."""
    by = Window.partitionBy("reason", "of_sync")
    numbered = refusals.withColumns(
        {"count": F.count(F.lit(1)).over(by), "_n": F.row_number().over(by.orderBy("source_key"))}
    )
    return numbered.where(F.col("_n") <= NAMED).orderBy("reason", "source_key").collect()


def _other_languages(figures: DataFrame, languages: tuple[str, ...]) -> dict[str, int]:
    """Count the captions that are not linked for their language, by language."""
    skipped = figures.where(F.col("caption").isNotNull() & ~is_in_languages(languages))
    rows = skipped.groupBy("language").count().orderBy(F.desc("count"), "language").collect()
    return {row["language"]: row["count"] for row in rows}


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
    report = "_docs/report.html"
    where = f"; its report is {lake.files.uri(report)}" if lake.files.exists(report) else ""
    print(f"The lake stands at commit {head.seq}{where}")


def print_summary(lake: Lake, config: Config, reports: list[StageResult]) -> None:
    """Print the summary of a run."""
    figures = figures_of(lake, config.annotate.languages)
    counts, names = figures["counts"], figures["refused_names"]
    print("\nIn the lake")
    for name, value in counts.items():
        print(f"  {name:<26}{value:>9,}")
    accounted = sum(counts[n] for n in ("articles", "superseded versions", "exact duplicates", "quarantined"))
    total = counts["files"] + counts["further articles in them"]
    sides = "files + further = articles + superseded + duplicates + quarantined"
    print(f"  {sides}: {total} = {accounted}")
    if count := figures["duplicates_of_other_sources"]:
        print(f"  {count:,} exact duplicates are of files of another source (the same folder, moved?)")
    if figures["other_languages"]:
        each = ", ".join(f"{name} {count:,}" for name, count in figures["other_languages"].items())
        print(visible(f"  not linked for their language (annotate.languages): {each}"))
    print("\nRefused, by reason")
    for reason, count in figures["rejects"].items() or {"nothing": 0}.items():
        print(f"  {reason:<26}{count:>9,}{_named(names.get(reason, ()), count)}")
    for reason, count in figures["not_landed"].items():
        print(f"  {'at the source: ' + reason:<26}{count:>9,}{_named(names.get(reason, ()), count)}")
    for job, count in sorted(figures["gates"].items()):
        print(f"  in the lake without rows of {job}, taken out by its gate: {count:,}")
    for report in reports:
        if report.counts.get("files.listed"):
            print(f"  {report.job}: {folder_line(_by_reason(report.counts))}")
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
