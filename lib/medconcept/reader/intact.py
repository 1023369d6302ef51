"""Whether the files that are read are those that were written: by Delta's checksum file, and by each page's.

Delta's Rust library checks neither. Spark does, and on a local disk Hadoop's checksums as well.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlparse

import pyarrow as pa
from deltalake import DeltaTable

from medconcept.errors import LakeDamaged, LakeError, first_line
from medconcept.reader.needs_spark import NeedsSpark
from medconcept.reader.storage import Storage

# Columns are read once to check them, before a query reads what it needs of them. One that names larger ones
# is left to Spark, which checks what it reads as it reads it.
MOST_BYTES = 2 << 30
_COUNT_ALL = re.compile(r"\bcount\s*\(\s*\*\s*\)", re.IGNORECASE)


def require_whole_log(storage: Storage, table: str, opened: DeltaTable) -> None:
    """Raise LakeDamaged if the log of a table names other files than Delta noted for this version.

    Delta writes the number of files, their size, and up to some number of them the files themselves into
    `_delta_log/<version>.crc`. Where that is missing or cannot be read, there is nothing to compare.
    """
    version = opened.version()
    try:
        noted = json.loads(storage.read(f"{table}/_delta_log/{version:020d}.crc"))
        expected = (int(noted["numFiles"]), int(noted["tableSizeBytes"]))
    except (LakeError, ValueError, KeyError, TypeError):
        return
    adds = opened.get_add_actions(flatten=True)
    sizes = adds.column("size_bytes").to_pylist()
    found = (len(sizes), sum(sizes))
    whole = found == expected
    if whole and isinstance(files := noted.get("allFiles"), list):
        columns = [adds.column(name).to_pylist() for name in ("path", "size_bytes", "num_records")]
        whole = set(zip(*columns, strict=True)) == {_file_of(file) for file in files}
    if not whole:
        raise LakeDamaged(
            f"{storage.root}/{table}: the log of version {version} is damaged: it names {found[0]} files of "
            f"{found[1]} bytes, not the {expected[0]} of {expected[1]} that were written; put the table back "
            "from a copy of the lake"
        )


def _file_of(file: dict[str, object]) -> tuple[str, object, object]:
    stats = json.loads(str(file.get("stats") or "{}"))
    return unquote(str(file["path"])), file["size"], stats.get("numRecords")


def used_columns(sql: str, names: Collection[str]) -> list[str]:
    """The columns of a table that a query may read: those that it names, all where it has a star.

    >>> used_columns("SELECT count(*) AS n FROM figures WHERE label = 'x'", ["label", "caption"])
    ['label']
    >>> used_columns("SELECT f.* FROM figures f", ["label", "caption"])
    ['label', 'caption']
    """
    rest = _COUNT_ALL.sub("", sql).lower()
    if "*" in rest or "natural" in rest:
        return list(names)
    return [name for name in names if re.search(rf"\b{re.escape(name.lower())}\b", rest)]


def require_intact_pages(
    storage: Storage, table: str, opened: DeltaTable, columns: Collection[str], most: int | None = MOST_BYTES
) -> None:
    """Raise LakeDamaged if a page of these columns has another checksum than was written with it.

    The names of columns, at the end of a file, have no checksum, and a column that a file lacks is null: so a
    file with a column that the table does not have is damaged, too.

    Nothing is looked at in a bucket, whose server checks what it stores. Raises NeedsSpark for columns of
    more than `most` bytes, and where a file is missing.
    """
    if storage.local_path(table) is None or not columns:
        return
    folder = Path(unquote(urlparse(opened.table_uri).path))  # `table` may be a name within a query alone
    from pyarrow.parquet import ParquetFile

    total, own = 0, _fields(pa.schema(opened.schema().to_arrow()))
    for name in opened.get_add_actions(flatten=True).column("path").to_pylist():
        try:
            with ParquetFile(folder / name, page_checksum_verification=True) as file:
                if unknown := sorted(_fields(file.schema_arrow) - own):
                    raise ValueError(f"the table has no column {'.'.join(unknown[0])}")
                known = [name for name in columns if name in file.schema_arrow.names]
                total += _bytes_of(file, known)
                if most is not None and total > most:
                    raise NeedsSpark(f"{table}: the columns have more than {most:,} bytes to check")
                for _ in file.iter_batches(batch_size=8192, columns=known) if known else ():
                    pass
        except NeedsSpark:
            raise
        except FileNotFoundError as error:
            raise NeedsSpark(f"{table}/{name} is missing") from error
        except Exception as error:
            raise LakeDamaged(
                f"a file of the table {folder.name} is damaged: file:{folder / name} "
                f"({first_line(str(error))[:200]}); put it back from a copy of the lake, or build the lake "
                "again"
            ) from error


def _fields(of: Any, above: tuple[str, ...] = ()) -> set[tuple[str, ...]]:
    """The names of the fields of a schema or of a struct, and of those inside them, by their path."""
    out: set[tuple[str, ...]] = set()
    for field in of:
        path, kind = (*above, field.name), field.type
        out.add(path)
        while not pa.types.is_struct(kind) and pa.types.is_nested(kind):
            if pa.types.is_map(kind):
                out |= _fields((pa.field("key", kind.key_type),), path)
                kind = kind.item_type
            else:
                kind = kind.value_type
        if pa.types.is_struct(kind):
            out |= _fields(kind, path)
    return out


def _bytes_of(file: Any, columns: Collection[str]) -> int:
    """The stored size of columns of an open Parquet file."""
    chunks = (
        file.metadata.row_group(group).column(column)
        for group in range(file.metadata.num_row_groups)
        for column in range(file.metadata.num_columns)
    )
    return sum(c.total_compressed_size for c in chunks if c.path_in_schema.split(".")[0] in columns)
