"""Write files that a worker produced in pieces as files of the lake."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, closing
from dataclasses import dataclass
from typing import Any, cast

from pyspark.sql import DataFrame

from medconcept.errors import LakeError
from medconcept.lake.transaction import STAGING
from medconcept.stages.context import Context


@dataclass(frozen=True)
class Assembled:
    """A staged file of the run; `name` is relative to the lake and ends in its checksum."""

    name: str
    sha256: str
    size: int


def assemble(context: Context, name: str, pieces: DataFrame) -> dict[str, Assembled]:
    """Write rows of PIECES, all of one partition and in order, as staged files; returns them by `file`.

    The pieces are computed and staged once, then copied to the files by the driver's JVM, one at a time:
    nothing is written to the driver's disk, and no bytes pass through Python. `name` is that of the
    checkpoint. Raises LakeError if a piece is not in its place.
    """
    files, staged = context.lake.files, f"{STAGING}/{context.run_id}/temp-{name}"
    folder = f"{staged}-files"
    context.checkpoint(name, pieces)
    jvm = cast(Any, context.lake.spark._jvm)
    streams: dict[str, Any] = {}
    sizes: dict[str, int] = {}
    with ExitStack() as opened:
        for file, piece in _in_order(context, staged):
            if file not in streams:
                digest = jvm.java.security.MessageDigest.getInstance("SHA-256")
                stream = files.open_to_write(f"{folder}/{file}")
                stream = jvm.java.security.DigestOutputStream(stream, digest)
                streams[file] = opened.enter_context(closing(stream))
                sizes[file] = 0
            piece.writeTo(streams[file])
            sizes[file] += piece.length()
    out = {}
    for file, stream in streams.items():
        sha256 = bytes(stream.getMessageDigest().digest()).hex()
        files.rename(f"{folder}/{file}", f"{folder}/{sha256}")
        out[file] = Assembled(f"{folder}/{sha256}", sha256, sizes[file])
    return out


def _in_order(context: Context, staged: str) -> Iterator[tuple[str, Any]]:
    """Yield file and piece (a Parquet Binary) of each row, in order of `number`: one task wrote them."""
    files, jvm = context.lake.files, cast(Any, context.lake.spark._jvm)
    parquet = jvm.org.apache.parquet.hadoop
    configuration = context.lake.spark.sparkContext._jsc.hadoopConfiguration()
    parts, number = [name for name in files.walk(staged) if name.endswith(".parquet")], 0
    for part in sorted(parts):
        path = jvm.org.apache.hadoop.fs.Path(files.uri(part))
        read = parquet.ParquetReader.builder(parquet.example.GroupReadSupport(), path)
        with closing(read.withConf(configuration).build()) as rows:
            while (row := rows.read()) is not None:
                if row.getLong("number", 0) != number:
                    raise LakeError(f"{files.uri(staged)}: piece {number} is not in its place")
                yield row.getString("file", 0), row.getBinary("piece", 0)
                number += 1
