"""What the tests of a sync share: a configuration, a run, what is in the lake afterwards."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

from medconcept.config import (
    AnnotateConfig,
    Config,
    DictionaryConfig,
    DictionarySource,
    SyncConfig,
    TripletsConfig,
)
from medconcept.sources.options import BucketOptions, Selection

BUCKET = "pmc-oa-opendata"
TERMS = "concept_id\tname\tsemantic_type\tcui\nT:1\theart attack\tdisease\tC0027051\nT:2\theart\tanatomy\t\n"
CONTENT = ("raw_articles", "articles", "figures", "mentions", "triplets")


def settings(folder: Path, url: str, lake: str = "lake", batch: int = 5000, **select: Any) -> Config:
    """A lake under the folder that follows the bucket at an address; quick to give up."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "terms.tsv").write_text(TERMS)
    source = DictionarySource("T", "tsv", str(folder / "terms.tsv"), "1", "CC0-1.0")
    bucket = BucketOptions(endpoint=url, attempts=4, request_seconds=5.0, backoff_seconds=0.02)
    return Config(
        lake=str(folder / lake),
        sync=SyncConfig(
            input=f"s3://{BUCKET}", bucket=bucket, select=Selection(**select), batch_articles=batch
        ),
        dictionary=DictionaryConfig((source,)),
        annotate=AnnotateConfig(partitions=2, recogniser=()),
        triplets=TripletsConfig(min_confidence=None),  # the terms are no real ones, so no confidence holds
    )


def sync(spark: Any, config: Config, *names: str) -> tuple[Any, Any]:
    """Run the named stages, by default sync_articles; the lake and the last report."""
    from articles import run  # here, so that benchmarks can import this module

    lake, reports = run(spark, config, *(names or ("sync_articles",)))
    return lake, reports[-1]


def keys(lake: Any) -> set[str]:
    """The articles that are in, by the folder of their version."""
    rows = lake.read("raw_articles").where("left_out IS NULL").select("source_key").collect()
    return {row.source_key.split("/")[0] for row in rows}


def refused(lake: Any) -> dict[str, str]:
    """The refusals that stand: the version's folder and the reason."""
    from medconcept.lake.quarantine import open_quarantine

    rows = open_quarantine(lake.read("quarantine")).collect()
    return {row.source_key.split("/")[0]: row.reason for row in rows}


def digests(lake: Any, tables: tuple[str, ...] = CONTENT) -> dict[str, tuple[int, str]]:
    """Row count and digest of each table."""
    from medconcept.stages.publish_release import content_digest

    return {table: content_digest(lake.read(table)) for table in tables}


def elsewhere(config: Config, lake: Path) -> Config:
    """The same with another lake."""
    return replace(config, lake=str(lake))
