"""The end of a run on the terminal: what is in the lake, what was refused, how long it took, whose data it is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pyspark.sql import functions as F

from medconcept import queries
from medconcept.config import Config
from medconcept.delta.lake import Lake
from medconcept.stages.parse_articles import open_quarantine

if TYPE_CHECKING:
    from medconcept.stages import Report


def figures_of(lake: Lake) -> dict[str, Any]:
    """The numbers of a lake: counts by name, and `rejects` by reason."""
    head = lake.head()
    raw, articles = lake.read("raw_articles", head), lake.read("articles", head)
    figures, mentions = lake.read("figures", head), lake.read("mentions", head)
    rejects = open_quarantine(lake.read("quarantine")).groupBy("reason").count().orderBy("reason").collect()
    counts = {
        "files": raw.count(),
        "articles": articles.where("is_current").count(),
        "superseded versions": articles.where("NOT is_current").count(),
        "exact duplicates": raw.where(F.col("duplicate_of").isNotNull()).count(),
        "quarantined": sum(row["count"] for row in rejects),
        "figures": figures.count(),
        "captions": figures.where(F.col("caption").isNotNull()).count(),
        "captions with a concept": mentions.select("figure_key").distinct().count(),
        "mentions": mentions.count(),
        "distinct concepts": mentions.select("concept_id").distinct().count(),
        "triplets": lake.read("triplets", head).count(),
    }
    return {"counts": counts, "rejects": {row["reason"]: row["count"] for row in rejects}}


def print_summary(lake: Lake, config: Config, reports: list[Report]) -> None:
    """Print the summary of a run."""
    found = figures_of(lake)
    counts = found["counts"]
    if all(report.status == "nothing new" for report in reports):
        print("Nothing is new: no table got a new version.")
    print("\nIn the lake")
    for name, value in counts.items():
        print(f"  {name:<26}{value:>9,}")
    accounted = sum(counts[n] for n in ("articles", "superseded versions", "exact duplicates", "quarantined"))
    print(f"  files = articles + superseded + duplicates + quarantined: {counts['files']} = {accounted}")
    print("\nRefused, by reason")
    for reason, count in found["rejects"].items() or {"nothing": 0}.items():
        print(f"  {reason:<26}{count:>9,}")
    print("\nSeconds per stage")
    for report in reports:
        print(f"  {report.job:<26}{report.seconds:>9.1f}  {report.status}")
    print("\nTables")
    for row in queries.list_tables(lake):
        print(f"  {row['table']:<16} version {row['version']:>3} {row['rows']:>9,} rows {row['bytes']:>12,} bytes")
    print("\nSources")
    for source in config.dictionary.sources:
        print(f"  {source.name} {source.version}, {source.licence}. {source.acknowledgement}")
    for line in config.sync.acknowledgements:
        print(f"  {line}")
