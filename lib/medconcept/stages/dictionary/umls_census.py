"""Whether a UMLS release is whole: its numbers of lines against MRFILES, and the lines that are cut."""

from __future__ import annotations

from collections.abc import Callable
from functools import reduce

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from medconcept.spark.hadoop_files import HadoopFiles
from medconcept.stages.dictionary.umls import Release
from medconcept.terminologies.term import DictionarySourceError
from medconcept.terminologies.umls_rrf import COLUMNS, REQUIRED

LISTING = "MRFILES"


def checked(release: Release, log: Callable[[str], None]) -> dict[str, int]:
    """Return the number of cut lines of each table but MRCONSO, whose lines are counted as atoms.

    Cut are lines without all columns of their table. Raises DictionarySourceError if a table has another
    number of lines than MRFILES says, or if one that MRFILES lists is not there.
    """
    stated = _stated(release)
    if stated is None:
        log(
            f"build_dictionary: {release.source.name}: there is no {LISTING}.RRF, so that it is not checked "
            "whether the release is whole"
        )
    lines, cut = _lines(release)
    for table in COLUMNS if stated is not None else ():
        if table != LISTING:
            _compare(release, table, stated or {}, lines)
    return {f"umls.malformed.{table}": count for table, count in sorted(cut.items())}


def _stated(release: Release) -> dict[str, tuple[int, int]] | None:
    """The numbers of lines and of bytes of each table, by MRFILES; None without it."""
    if LISTING not in release.files:
        return None
    rows = release.valid_rows(LISTING, "FIL", "RWS", "BTS").select(
        F.upper(F.regexp_extract("FIL", r"([^/\\\\]*?)(?:\.RRF)?$", 1)).alias("table"),
        *[F.expr(f"try_cast({name} AS BIGINT)").alias(name) for name in ("RWS", "BTS")],
    )
    each = rows.where(F.col("table").isin(*COLUMNS) & F.col("RWS").isNotNull()).collect()
    return {row["table"]: (row["RWS"], row["BTS"] or -1) for row in each}


def _lines(release: Release) -> tuple[dict[str, int], dict[str, int]]:
    """The lines and the cut lines of each table but MRCONSO, in one job."""
    frames = [
        release.read(table, COLUMNS[table][0]).agg(
            F.lit(table).alias("table"),
            F.count(F.lit(1)).alias("lines"),
            F.count_if(~F.col("_is_complete")).alias("cut"),
        )
        for table in release.files
        if table not in (LISTING, "MRCONSO")
    ]
    rows = reduce(DataFrame.unionByName, frames).collect()
    return {row["table"]: row["lines"] for row in rows}, {row["table"]: row["cut"] for row in rows}


def _compare(release: Release, table: str, stated: dict[str, tuple[int, int]], lines: dict[str, int]) -> None:
    name, path = release.source.name, release.files.get(table)
    if table not in stated:
        if table in REQUIRED:
            raise DictionarySourceError(name, f"{LISTING}.RRF does not list {table}.RRF: it is not whole")
        return
    expected, size = stated[table]
    if path is None:
        if expected:
            raise DictionarySourceError(
                name, f"there is no {table}.RRF, for which {LISTING}.RRF lists {expected:,} lines"
            )
        return
    if table not in lines:
        # The largest table is not read for its number of lines alone if it has as many bytes as it should.
        if next(iter(HadoopFiles(release.spark, path).walk_files()))[1] == size:
            return
        lines[table] = release.spark.read.option("lineSep", "\n").text(path).count()
    if lines[table] != expected:
        raise DictionarySourceError(
            name,
            f"{table}.RRF has {lines[table]:,} lines, and {LISTING}.RRF lists {expected:,}: "
            "the release is not whole",
        )
