"""reconstruct: full rows from an export's metadata and a lake of one's own."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any

import pyarrow as pa
from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from medconcept import __version__
from medconcept.errors import InputError, as_medconcept_error
from medconcept.exports.facts import DATA, METADATA
from medconcept.exports.options import SHARD_BYTES
from medconcept.exports.target import MANIFEST, Target
from medconcept.lake.lake import Commit, Lake
from medconcept.lake.queries import require_lake
from medconcept.pipeline.written_shards import check_written, whole_manifest, write_part
from medconcept.spark.progress import Progress
from medconcept.stages.exports.reconstruction import STATUSES, articles_known, judged, rebuilt
from medconcept.stages.exports.rows import schema_of
from medconcept.stages.exports.shard_rows import planned, whole_shards, wrong_files
from medconcept.workers.exports.write_shards import ExportTask

JOB = "reconstruct"
REPORT = "report"
NOT_EQUAL = 10
"""Exit code of a run that is whole but did not come to equal rows alone."""
_VERSION = 1  # raised when the same metadata and lake give other rows
Log = Callable[[str], None]


@dataclass(frozen=True)
class ReconstructResult:
    """What a run did: rows by status, by what differs, and how many were rebuilt."""

    folder: str
    status: str
    seconds: float
    rows: int = 0
    rebuilt: int = 0
    counts: dict[str, int] = field(default_factory=dict)
    details: dict[str, int] = field(default_factory=dict)

    @property
    def exit_code(self) -> int:
        """0 if every row is equal, else NOT_EQUAL."""
        return 0 if self.counts.get("equal", 0) == self.rows else NOT_EQUAL

    def lines(self) -> list[str]:
        """The result as people read it."""
        again = " (done before)" if self.status != "done" else ""
        share = self.counts.get("equal", 0) / max(1, self.rows)
        head = f"{self.folder}: {self.rebuilt:,} of {self.rows:,} rows rebuilt, {share:.1%} equal{again}"
        lines = [f"  {count:>12,}  {name}: {STATUSES[name]}" for name, count in self.counts.items()]
        return [head, *lines, *(f"  {count:>12,}    {name}" for name, count in self.details.items())]


def reconstruct(lake: Lake, metadata: str, out: str, log: Log = print) -> ReconstructResult:
    """Rebuild the rows of an export's metadata from the last commit of a lake, into a folder.

    A run that was killed is taken up where it was; the same metadata and commit give the same bytes. Raises
    MedconceptError.
    """
    begun = time.monotonic()
    try:
        with Progress(lake.spark, JOB, log) as progress, ExitStack() as cached:
            result = _reconstruct(lake, Path(metadata), Target(out), progress, cached, log)
    except Exception as error:
        raise as_medconcept_error(error, JOB) from error
    return ReconstructResult(**{**vars(result), "seconds": time.monotonic() - begun})


def _reconstruct(
    lake: Lake, export: Path, target: Target, progress: Progress, cached: ExitStack, log: Log
) -> ReconstructResult:
    require_lake(lake)
    manifest = _manifest(export)
    at = lake.head()
    content = [
        manifest["digest"],
        at.seq,
        dict(sorted(at.versions.items())),
        _VERSION,
        __version__,
        pa.__version__,
    ]
    digest = sha256(json.dumps(content).encode()).hexdigest()
    state = target.state(digest)
    files = {f["path"]: f["sha256"] for f in manifest["files"] if f["path"].startswith(f"{METADATA}/")}
    if state == "finished":
        before = whole_manifest(lake.spark, target, "delete the folder")
        found = {name: before[name] for name in ("rows", "rebuilt", "counts", "details")}
        return ReconstructResult(str(target.folder), "nothing new", 0.0, **found)
    if wrong := wrong_files(lake.spark, files, str(export)):
        raise InputError(f"{export}: {wrong[0]} is not the file of the manifest ({len(wrong)} such files)")
    metadata = lake.spark.read.parquet(*(f"file://{export.resolve()}/{path}" for path in sorted(files)))
    derived = manifest["options"]["images"] == "derived"
    rows = _judged(lake, at, metadata, derived=derived).persist()
    cached.callback(rows.unpersist)
    counts, details = _counts(rows)
    log(f"{JOB}: {', '.join(f'{count:,} {name}' for name, count in counts.items())}")
    target.begin(digest)
    size = F.octet_length(F.to_json(F.struct(*metadata.columns))).cast("long")
    sized = rows.join(metadata.select("triplet_key", size.alias("_row_size")), "triplet_key")
    order = F.sha2(F.concat(F.lit("0\n"), "triplet_key"), 256).alias("_order")  # that of an export
    full = rebuilt(metadata, rows.where("_is_whole"), lake.read("figures", at))
    report = rows.drop("_is_whole", "_own_figure", "_sha256", "_format", "_image_size")
    bytes_of = lake.read("image_bytes", at).where(F.col("kind") == ("derived" if derived else "original"))
    done = []
    for folder, own, part, kind in (
        (DATA, full, sized.where("_is_whole"), "huggingface"),
        (REPORT, report, sized, "metadata"),
    ):
        has_image = folder == DATA
        width = F.col("_row_size") + (F.col("_image_size") + 4096 if has_image else 0)
        plan = part.select("*", order, F.lit(folder).alias("_folder"), width.alias("_size"))
        plan, shards = planned(plan, SHARD_BYTES[kind])
        cached.callback(plan.unpersist)
        names = [shard.name for shard in shards]
        kept = whole_shards(lake.spark, names, str(target.working)) if state == "resumed" else {}
        schema = schema_of(own, has_image=has_image)
        task = ExportTask(str(target.working), kind, schema)
        new = write_part(lake.spark, own, plan, shards, kept, bytes_of if has_image else None, task, progress)
        check_written(target, shards, new)
        done += [new[name] for name in names]
    whole = sum(shard.rows for shard in done if shard.name.startswith(f"{DATA}/"))
    total = sum(counts.values())
    target.write(
        MANIFEST,
        {
            "digest": digest, "metadata": manifest["digest"], "release": manifest["release"]["name"],
            "rows": total, "rebuilt": whole, "counts": counts, "details": details,
            "files": [file.as_json() for shard in done for file in shard.files],
        },
    )  # fmt: skip
    target.finish()
    return ReconstructResult(str(target.folder), "done", 0.0, total, whole, counts, details)


def _judged(lake: Lake, at: Commit, metadata: DataFrame, *, derived: bool) -> DataFrame:
    articles = lake.read("articles", at)
    releases = lake.read("releases").select(F.col("versions")["articles"].alias("version")).distinct()
    versions = {row["version"] for row in releases.collect()} - {None, 0, at.versions.get("articles")}
    before = [lake.read("articles", Commit(at.seq, {"articles": n}, None)) for n in sorted(versions)]
    known = articles_known(metadata, articles, lake.read("raw_articles", at), before)
    tables = (articles, *(lake.read(name, at) for name in ("figures", "images", "image_bytes")))
    return judged(metadata, known, *tables, derived=derived)


def _manifest(export: Path) -> dict[str, Any]:
    try:
        manifest: dict[str, Any] = json.loads((export / MANIFEST).read_bytes())
        if any(file["path"].startswith(f"{METADATA}/") for file in manifest["files"]):
            return manifest
    except OSError as error:
        raise InputError(f"--metadata {export}: {MANIFEST}: {error.strerror or error}") from error
    except (ValueError, KeyError, TypeError) as error:
        raise InputError(f"--metadata {export}: {MANIFEST} is not that of an export") from error
    raise InputError(f"--metadata {export}: it has no metadata; export with --format metadata or huggingface")


def _counts(rows: DataFrame) -> tuple[dict[str, int], dict[str, int]]:
    by_status = {row["status"]: row["count"] for row in rows.groupBy("status").count().collect()}
    named = rows.select(F.explode("details").alias("name")).groupBy("name").count().orderBy("name").collect()
    counts = {name: by_status[name] for name in STATUSES if name in by_status}
    return counts, {row["name"]: row["count"] for row in named}
