"""Whether the files are there that versions of tables name: VACUUM without a retention takes them away."""

from __future__ import annotations

import base64
import uuid
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from urllib.parse import unquote

from pyspark.sql import DataFrame

from medconcept.errors import LakeDamaged, as_medconcept_error
from medconcept.lake.lake import Lake
from medconcept.tables import TABLES

NAMED = 3  # missing files that a message names for each table
_Z85 = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ.-:+=^!/*?&<>()[]{}@%$#"
_B85 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz!#$%&()*+-;<=>?@^_`{|}~"
_UUID = 20  # characters of an encoded UUID


def require_files(lake: Lake) -> None:
    """Raise LakeDamaged that names the tables of the last commit that lack files, and which.

    A table's folder is listed once, and compared with the names in its log; no file is opened.
    """
    head = lake.head()
    names = [table for table in TABLES if head.versions.get(table, 0) and not lake.lacks(table)]
    # Of a ledger readers take the latest version.
    versions = {n: lake.latest_version(n) if TABLES[n].is_ledger else head.versions[n] for n in names}
    # Each is a small job of Spark's and a request to the storage.
    with ThreadPoolExecutor(max_workers=4) as pool:
        lacking = list(pool.map(lambda name: missing_files(lake, name, versions[name]), names))
    lines = [
        f"{name} lacks {len(files):,} files of version {versions[name]} ({_some(files)})"
        for name, files in zip(names, lacking, strict=True)
        if files
    ]
    if lines:
        raise LakeDamaged(
            f"{lake.root}: {'; '.join(lines)}; `medconcept restore` takes a later version with the same rows "
            "where OPTIMIZE left one, else put the files back from a copy of the lake or build it again"
        )


def missing_files(lake: Lake, table: str, version: int) -> list[str]:
    """The files, relative to the table, that a version names and that are not there.

    Raises LakeDamaged where the log cannot be read.
    """
    named = named_files(lake, table, version)
    present = lake.files.names_in(table)
    # Medconcept's tables have no folders in them: a name with one is looked for by itself.
    return [
        name
        for name in named
        if name not in present and not ("/" in name and lake.files.exists(f"{table}/{name}"))
    ]


def named_files(lake: Lake, table: str, version: int) -> list[str]:
    """The data files and deletion vectors that a version of a table names, sorted."""
    rows = _snapshot_files(lake, table, version).select(
        "path", "deletionVector.storageType", "deletionVector.pathOrInlineDv"
    )
    names = set()
    for path, storage, vector in rows.collect():  # names of files
        names.add(unquote(path))
        if storage == "u":  # a file in the table's folder; "i" is a vector within the log
            names.add(vector_file(vector))
    return sorted(names)


def vector_file(encoded: str) -> str:
    """The file of a deletion vector, as Delta's protocol encodes it: a folder, then a UUID in Z85.

    >>> vector_file("^-aqEH.-t@S}K{vb[*k^"), vector_file("ab^-aqEH.-t@S}K{vb[*k^")[:22]
    ('deletion_vector_d2c639aa-8816-431a-aaf6-d3fe2512ff61.bin', 'ab/deletion_vector_d2c')
    """
    folder, code = encoded[:-_UUID], encoded[-_UUID:]
    name = uuid.UUID(bytes=base64.b85decode(code.translate(str.maketrans(_Z85, _B85))))
    return f"{folder + '/' if folder else ''}deletion_vector_{name}.bin"


def _snapshot_files(lake: Lake, table: str, version: int) -> DataFrame:
    """The rows of Delta's log that name files: one for each file of the version."""
    path = lake.path(table)
    session: Any = lake.spark
    try:
        # Delta reads checkpoints in the session that is active in the calling thread: this may be a new one.
        session._jvm.org.apache.spark.sql.SparkSession.setActiveSession(session._jsparkSession)
        rows = lake.spark.read.format("delta").option("versionAsOf", version).load(path)
        java: Any = rows._jdf
        relation = java.queryExecution().analyzed().collectLeaves().head().relation()
        return DataFrame(relation.location().getSnapshot().allFiles().toDF(), lake.spark)
    except Exception as error:
        raise as_medconcept_error(error, f"reading the log of {path} at version {version}") from error


def _some(names: list[str]) -> str:
    return ", ".join([*names[:NAMED], *(["…"] if len(names) > NAMED else [])])
