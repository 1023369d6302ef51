"""publish_release: name the last row of `commits`, record the digest of every table and what is withheld."""

from __future__ import annotations

from collections.abc import Collection
from itertools import count

from pyspark.sql import DataFrame
from pyspark.sql import functions as F
from pyspark.sql.types import StructType

from medconcept import __version__
from medconcept.config import settings_digest
from medconcept.errors import LakeError
from medconcept.lake.change_log import have_same_rows
from medconcept.stages.context import Context
from medconcept.stages.stage import Stage, StageOutput
from medconcept.stages.triplets.passed_on import withheld_counts
from medconcept.tables import DATA_TABLES, TABLES

CONTENT = tuple(name for name in DATA_TABLES if name != "releases")


def build(context: Context) -> StageOutput | None:
    """Add one row to `releases`; None if the release of that name, or the last one, has this content already.

    A release is never changed. Raises LakeError if its name is taken for other content.
    """
    releases, head = context.read("releases"), context.head
    published = releases.select("name", "versions", "commit_seq").orderBy("commit_seq").collect()
    taken, name = {r["name"] for r in published}, context.config.release.name
    same = published[-1:] if name is None else [r for r in published if r["name"] == name]
    if same and have_same_rows(context.lake, CONTENT, same[0]["commit_seq"], same[0]["versions"], head):
        return None
    if name in taken:
        raise LakeError(f"release {name!r} exists already and names other content; choose another name")
    context.begin()
    withheld = withheld_counts(*map(context.read, ("triplets", "images", "raw_articles")))
    digests = {table: content_digest(context.read(table)) for table in CONTENT}
    row = (
        name or _next_name(taken),
        head.seq,
        head.versions,
        {table: count for table, (count, _) in digests.items()},
        {table: digest for table, (_, digest) in digests.items()},
        head.dictionary_sha256,
        __version__,
        withheld,
    )
    new = context.lake.spark.createDataFrame([row], StructType(list(TABLES["releases"].columns)))
    return StageOutput(
        tables={"releases": (new, releases.where(F.lit(False)))},
        counts={f"rows.{table}": count for table, (count, _) in digests.items()}
        | {f"withheld.{name}": count for name, count in withheld.items()},
    )


def _next_name(taken: Collection[str]) -> str:
    return next(name for n in count(len(taken) + 1) if (name := f"r{n}") not in taken)


def content_digest(rows: DataFrame) -> tuple[int, str]:
    """Return row count and digest of a table's content, independent of the order and files of its rows.

    Each row digest is hashed twice into 64 bits, and the hashes summed: equal multisets have equal sums.
    """
    hashes = [F.xxhash64("row_digest"), F.xxhash64(F.reverse("row_digest"))]
    sums = [F.sum(h.cast("decimal(38,0)")).alias(f"s{n}") for n, h in enumerate(hashes)]
    row = rows.agg(F.count(F.lit(1)).alias("n"), *sums).collect()[0]
    return int(row["n"]), settings_digest(int(row["n"]), str(row["s0"]), str(row["s1"]))


STAGE = Stage(
    name="publish_release",
    version=2,
    inputs=(),
    settings=lambda context: (context.config.release.name,),
    build=build,
    looks_outside=True,
)
