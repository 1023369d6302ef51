"""export_dataset: files for trainers from a release, written by Spark's workers."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field
from importlib.metadata import version as metadata_version
from typing import Any

import pyarrow as pa
from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from medconcept import __version__
from medconcept.config import Config
from medconcept.errors import ExportError, LakeDamaged, as_medconcept_error
from medconcept.exports.documents import documents
from medconcept.exports.facts import DATA, METADATA
from medconcept.exports.options import ExportOptions
from medconcept.exports.shards import ShardEntry
from medconcept.exports.target import Target
from medconcept.lake.lake import Commit, Lake
from medconcept.lake.queries import require_lake
from medconcept.lake.releases import release_commit
from medconcept.pipeline.export_facts import export_facts
from medconcept.pipeline.written_shards import check_written, whole_manifest, write_part
from medconcept.spark.progress import Count, Progress
from medconcept.stages.exports.condition import check_condition
from medconcept.stages.exports.retrieval_pairs import drawn, pair_facts, unshared
from medconcept.stages.exports.rows import public_rows, schema_of
from medconcept.stages.exports.selection import REASONS, has_metadata, selected
from medconcept.stages.exports.shard_rows import PlannedShard, planned, whole_shards
from medconcept.stages.opt_out import opted_out, read_opt_out
from medconcept.workers.exports.write_shards import ExportTask

JOB = "export_dataset"
Log = Callable[[str], None]


@dataclass(frozen=True)
class ExportResult:
    """What a run did: `done`, or `nothing new` where the folder has that very export; rows by reason."""

    folder: str
    status: str
    seconds: float
    shards: int = 0
    kept: int = 0
    counts: dict[str, int] = field(default_factory=dict)

    def lines(self) -> list[str]:
        """The result as people read it."""
        if self.status != "done":
            return [f"{self.folder}: exported already; {self.shards} shards, every checksum is right"]
        kept = f", {self.kept} of them from a run before" if self.kept else ""
        rows = [f"  {count:>12,}  {name}{_meaning(name)}" for name, count in self.counts.items()]
        return [f"{self.folder}: {self.shards} shards{kept}", "Rows", *rows]


def _meaning(name: str) -> str:
    return f": {REASONS[name]}" if name in REASONS else ""


@dataclass(frozen=True)
class _Part:
    """Shards of one schema: with words and images, or metadata alone."""

    folder: str
    rows: DataFrame
    plan: DataFrame
    shards: list[PlannedShard]
    schema: pa.Schema
    kind: str


def export_dataset(
    lake: Lake, config: Config, options: ExportOptions, out: str, log: Log = print
) -> ExportResult:
    """Export a release into a folder; a run that was killed is taken up where it was.

    The same release and options give the same bytes, whatever the number of workers. The folder gets its
    name when it is whole; until then its name ends in `.incomplete`. Raises MedconceptError.
    """
    begun = time.monotonic()
    try:
        with Progress(lake.spark, JOB, log) as progress, ExitStack() as cached:
            result = _export(lake, config, options, Target(out), progress, cached, log)
    except Exception as error:
        raise as_medconcept_error(error, JOB) from error
    return ExportResult(**{**vars(result), "seconds": time.monotonic() - begun})


def _export(
    lake: Lake,
    config: Config,
    options: ExportOptions,
    target: Target,
    progress: Progress,
    cached: ExitStack,
    log: Log,
) -> ExportResult:
    require_lake(lake)
    release, at = _release(lake, options.release)
    triplets = lake.read("triplets", at)
    if options.where is not None:
        check_condition(triplets, options.where)
    entries = read_opt_out(lake.spark, config.opt_out)
    versions = [__version__, pa.__version__, metadata_version("matplotlib")]
    if options.format == "retrieval":
        versions.append(str(config.images.distance))
    digest = options.digest(release["digests"], entries.digest, *versions)
    state = target.state(digest)
    if state == "finished":
        manifest = whole_manifest(lake.spark, target, "delete the folder and export again")
        return ExportResult(str(target.folder), "nothing new", 0.0, len(manifest["shards"]))
    kind = "derived" if options.images == "derived" else "original"
    images = lake.read("image_bytes", at).where(F.col("kind") == kind)
    rows = public_rows(triplets, images=options.images, with_words=True)
    listed = opted_out(lake.spark, triplets, lake.read("articles", at), entries, triplets)
    chosen = selected(triplets, images, options, listed)
    if options.format == "retrieval":
        chosen = _pairs(lake, at, options, config, chosen, progress, log)
        selection = chosen.where("_left_out IS NULL").select("triplet_key", "selection")
        rows = rows.join(selection, "triplet_key")
    chosen = chosen.persist()
    cached.callback(chosen.unpersist)
    counts = _counts(chosen, options)
    if sum(counts[name] for name in counts if name in ("exported", *REASONS)) != release["rows"]["triplets"]:
        raise LakeDamaged(
            f"release {options.release!r}: triplets has other rows than when it was published; put the table "
            "back from a copy"
        )
    if not counts["exported"]:
        raise ExportError(_nothing(options, counts))
    log(f"{JOB}: {counts['exported']:,} of {release['rows']['triplets']:,} triplets{_left_out(counts)}")
    target.begin(digest)
    parts = _parts(options, triplets, rows, chosen)
    for part in parts:
        cached.callback(part.plan.unpersist)
    names = [shard.name for part in parts for shard in part.shards]
    folder = str(target.working)
    kept = whole_shards(lake.spark, names, folder) if state == "resumed" else {}
    if kept:
        log(f"{JOB}: {len(kept)} of {len(names)} shards are there from a run before")
    done: dict[str, ShardEntry] = {}
    for part in parts:
        tokenizer = options.tokenizer.definition if options.tokenizer else None
        task = ExportTask(folder, part.kind, part.schema, tokenizer)
        entries_of_part = write_part(
            lake.spark, part.rows, part.plan, part.shards, kept, images, task, progress
        )
        check_written(target, part.shards, entries_of_part)
        done |= entries_of_part
    ordered = [done[name] for name in names]
    schemas = {part.folder: part.schema for part in parts}
    own = chosen.where("_left_out IS NULL")
    facts = export_facts(
        lake, config, options, release, at, counts, ordered, schemas, digest, own.select("triplet_key")
    )
    for path, content in documents(facts):
        target.write(path, content)
    target.finish()
    return ExportResult(str(target.folder), "done", 0.0, len(names), len(kept), counts)


def _pairs(
    lake: Lake,
    at: Commit,
    options: ExportOptions,
    config: Config,
    chosen: DataFrame,
    progress: Progress,
    log: Log,
) -> DataFrame:
    """The rows with the reason of those that are no pairs for retrieval, and how the others were chosen.

    What is read again and again is held by the workers without its plan (a local checkpoint): as a cached
    plan within a plan it would double at every step. A worker that is lost ends the run.
    """

    def cut(rows: DataFrame) -> DataFrame:
        return rows.localCheckpoint()

    held = options.wanted_splits
    chosen = cut(chosen)
    tables = (lake.read(name, at) for name in ("triplets", "images", "image_groups"))
    facts = cut(pair_facts(*tables))
    with progress.counting(lake.spark, Count("images", None)) as counter:
        pairs = unshared(chosen, facts, held, distance=config.images.distance, counter=counter, keep=cut)
    if missed := counter.value.get("pairs_left_out", 0):
        log(f"{JOB}: {missed:,} pairs of images that have many alike were not compared")
    pairs = cut(drawn(pairs, facts, options.balance, options.most_pairs))
    others = chosen.where(~F.col("split").isin(*held))
    return pairs.unionByName(others, allowMissingColumns=True)


def _release(lake: Lake, name: str) -> tuple[Any, Commit]:
    """The row of a release and its commit. Raises LakeError, LakeDamaged where its tables do not belong "
    "together."""
    at = release_commit(lake.read("releases"), name)
    row = lake.read("releases").where(F.col("name") == name).collect()[0]
    if lake.commit(at.seq).versions != at.versions:
        raise LakeDamaged(
            f"release {name!r}: its tables are not those of commit {at.seq}; put `releases` back from a copy"
        )
    return row, at


def _counts(chosen: DataFrame, options: ExportOptions) -> dict[str, int]:
    """Rows by the reason that leaves them out, those exported, and what is withheld of these."""
    exported = F.col("_left_out").isNull()
    found = (
        chosen.groupBy("_left_out")
        .agg(
            F.count(F.lit(1)).alias("rows"),
            F.count_if(F.col("_names") > 0).alias("named"),
            F.sum("_names").alias("names"),
            F.count_if(exported & (F.col("_rule") == "no_derivatives")).alias("no_derivatives"),
        )
        .collect()
    )
    rows = {row["_left_out"]: row for row in found}
    counts = {name: rows[name]["rows"] for name in REASONS if name in rows}
    own = rows.get(None)
    counts = {"exported": own["rows"] if own else 0, **counts}
    if own and own["named"]:
        counts |= {"partly.restricted_vocabulary": own["named"], "names_withheld": own["names"]}
    if own and own["no_derivatives"] and options.has_images:
        counts["partly.no_derivatives"] = own["no_derivatives"]
    return counts


def _left_out(counts: dict[str, int]) -> str:
    listed = [f"{counts[name]:,} {name}" for name in REASONS if name in counts]
    return f"; left out: {', '.join(listed)}" if listed else ""


def _nothing(options: ExportOptions, counts: dict[str, int]) -> str:
    why = ", ".join(f"{counts[name]:,} {name} ({REASONS[name]})" for name in REASONS if name in counts)
    hint = ""
    if options.has_images and set(counts) - {"exported", "where", "split", "licence", "opted_out"}:
        hint = "; --format metadata exports what may leave without words and images"
    return f"release {options.release!r}: nothing is left to export: {why or 'it has no triplets'}{hint}"


def _parts(options: ExportOptions, triplets: DataFrame, rows: DataFrame, chosen: DataFrame) -> list[_Part]:
    parts = []
    if options.has_images:
        place = F.lit(DATA)
        if options.format == "huggingface":  # a folder for each value that a configuration may ask for
            place = F.concat_ws("/", F.lit(DATA), "rights_group", "main_modality")
        size = F.col("_row_size") + F.col("_image_size") + 4096  # and the headers of a tar file's members
        plan, shards = planned(
            chosen.where("_left_out IS NULL").withColumns({"_folder": place, "_size": size}),
            options.largest_shard,
        )
        parts.append(_Part(DATA, rows, plan, shards, schema_of(rows, has_image=True), options.format))
    if options.format in ("huggingface", "metadata"):
        bare = public_rows(triplets, images=options.images, with_words=False)
        plan, shards = planned(
            chosen.where(has_metadata()).withColumns(
                {"_folder": F.lit(METADATA), "_size": F.col("_row_size")}
            ),
            options.largest_shard,
        )
        parts.append(_Part(METADATA, bare, plan, shards, schema_of(bare, has_image=False), "metadata"))
    return parts
