"""A lake at its commits: the versions that belong together, opened by the Rust library of Delta."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cached_property
from typing import Any

import pyarrow as pa
from deltalake import DeltaTable, QueryBuilder

from medconcept.errors import InputError, LakeDamaged, LakeError, MedconceptError, first_line
from medconcept.reader.intact import MOST_BYTES, require_intact_pages, require_whole_log, used_columns
from medconcept.reader.last_commit import noted_last_commit, require_noted
from medconcept.reader.layout import FORMAT, FORMAT_VERSION, KEYS, OLDER_FORMATS, Commit
from medconcept.reader.moments import parse_timestamp
from medconcept.reader.needs_spark import NeedsSpark
from medconcept.reader.storage import Storage

_OF_COMMIT = "seq, job, run_id, committed_at, versions, dictionary_sha256"


class CommittedLake:
    """A lake as its readers see it; the tables `commits` and `releases` are read once."""

    def __init__(self, storage: Storage) -> None:
        """Open a lake. Raises LakeError where there is none, NeedsSpark if its format is an older one."""
        self.storage, self.root = storage, storage.root
        if not storage.exists(FORMAT):
            raise LakeError(f"{self.root}: there is no lake here")
        version = format_of(storage.read(FORMAT), self.root)
        if version != FORMAT_VERSION:
            raise NeedsSpark(f"the lake has format {version}, which the next run of a job migrates")

    @cached_property
    def commits(self) -> pa.Table:
        """The rows of `commits` by number, without input versions and settings.

        Raises LakeDamaged unless they are numbered from 1, each number once, and the last is there.
        """
        noted = noted_last_commit(self.storage.read)  # before the rows: a commit may just be named
        query = f"SELECT {_OF_COMMIT} FROM commits ORDER BY seq"
        rows = self.query(query, {"commits": self.open("commits", None)})
        numbers = rows.column("seq").to_pylist()
        if numbers != list(range(1, len(numbers) + 1)):
            raise LakeDamaged(
                f"{self.root}/commits: rows are missing or there twice: {len(numbers)} commits up to number "
                f"{numbers[-1]}; put the table back from a copy of the lake"
            )
        require_noted(f"{self.root}/commits", len(numbers), noted)
        return rows

    def head(self) -> Commit:
        """The last row of `commits`."""
        return self.commit(len(self.commits)) if len(self.commits) else Commit()

    def commit(self, seq: int) -> Commit:
        """The row of `commits` with that number. Raises LakeError where there is none."""
        if not 1 <= seq <= len(self.commits):
            raise LakeError(f"{self.root}: no commit {seq}")
        columns = self.commits.select(["versions", "dictionary_sha256"])  # a time would import pandas
        (row,) = columns.slice(seq - 1, 1).to_pylist()
        return Commit(seq, dict(row["versions"]), row["dictionary_sha256"])

    def release(self, name: str) -> Commit:
        """The commit that a release names. Raises LakeError if there is no such release."""
        query = "SELECT name, commit_seq, versions, dictionary_sha256 FROM releases"
        rows = self.query(query, {"releases": self.open("releases", self.head())}).to_pylist()
        of_name = [row for row in rows if row["name"] == name]
        if not of_name:
            names = ", ".join(sorted(row["name"] for row in rows)) or "none"
            raise LakeError(f"no release {name!r} (releases: {names})")
        if len(of_name) > 1:
            raise LakeDamaged(
                f"releases: {len(of_name)} rows have the name {name!r}; put the table back from a copy"
            )
        (row,) = of_name
        return Commit(int(row["commit_seq"]), dict(row["versions"]), row["dictionary_sha256"])

    def at(self, *, release: str | None = None, as_of: str | None = None) -> Commit | None:
        """The commit of a release, a commit number or a UTC time; None if neither is given.

        Raises LakeError where there is none, InputError where `as_of` is neither a number nor a time,
        NeedsSpark where it may be a time in another form.
        """
        if release is not None:
            return self.release(release)
        if as_of is None:
            return None
        if as_of.isdigit():
            return self.commit(int(as_of))
        moment = parse_timestamp(as_of)
        if moment is None and any(map(str.isdigit, as_of)):
            raise NeedsSpark(f"a time in another form than 2026-11-24T10:00:00: {as_of}")
        if moment is None:
            raise InputError(
                f"--as-of {as_of}: neither a number of commits nor a timestamp such as 2026-11-24T10:00:00"
            )
        times = self.commits.column("committed_at").to_pylist()
        seqs = [seq for seq, at in enumerate(times, 1) if at is not None and at <= moment]
        if not seqs:
            raise LakeError(f"{self.root}: no commit is as old as {as_of}")
        return self.commit(seqs[-1])

    def open(self, table: str, at: Commit | None) -> DeltaTable:
        """A table at a commit; at None the last one, a ledger then with its current rows.

        Raises LakeError where no table has that name, NeedsSpark where the version has the columns of an
        older format or Delta's library cannot read it.
        """
        opened, stored = self.open_as_stored(table, at)
        if not stored.equals(arrow_schema(opened)):
            raise NeedsSpark(f"that version of {table} has the columns of an older format")
        return opened

    def open_as_stored(self, table: str, at: Commit | None) -> tuple[DeltaTable, pa.Schema]:
        """As `open`, with whatever columns the version has; and the current columns of the table."""
        if table not in KEYS:
            raise LakeError(f"no table {table!r} (tables: {', '.join(KEYS)})")
        with needing_spark():
            options = self.storage.options or None
            opened = DeltaTable(self.storage.table_uri(table), storage_options=options)
            current = arrow_schema(opened)
            if at is not None or KEYS[table]:
                version = (at or self.head()).versions.get(table, 0)
                if version != opened.version():
                    opened.load_as_version(version)
            require_whole_log(self.storage, table, opened)
            return opened, current

    def query(
        self, sql: str, tables: Mapping[str, DeltaTable], most_bytes: int | None = MOST_BYTES
    ) -> pa.Table:
        """Run a query of DataFusion's SQL over open tables; what it reads is checked first.

        Raises NeedsSpark with DataFusion's message, or where the columns that it names have more than
        `most_bytes`; LakeDamaged where a file is not what was written.
        """
        for name, table in tables.items():
            columns = used_columns(sql, arrow_schema(table).names)
            require_intact_pages(self.storage, name, table, columns, most_bytes)
        return self._run(sql, tables)

    def plan(self, sql: str, tables: Mapping[str, DeltaTable]) -> list[str]:
        """The plans by which DataFusion would run a query. Raises NeedsSpark with its message."""
        plans: list[str] = self._run(f"EXPLAIN {sql}", tables).column("plan").to_pylist()
        return plans

    def _run(self, sql: str, tables: Mapping[str, DeltaTable]) -> pa.Table:
        with needing_spark():
            builder = QueryBuilder()
            builder.execute("SET datafusion.sql_parser.default_null_ordering = 'nulls_min'").read_all()
            for name, table in tables.items():
                builder.register(name, table)
            # Not pa.table(…), which imports pandas.
            return with_plain_strings(pa.RecordBatchReader.from_stream(builder.execute(sql)).read_all())


def format_of(content: bytes, root: str) -> int:
    """The format of a lake by the content of its file. Raises LakeError on one that cannot be read."""
    try:
        version = json.loads(content)["format_version"]
    except (ValueError, KeyError, TypeError) as error:
        raise LakeError(f"{root}: {FORMAT} is damaged; is this a lake?") from error
    if version != FORMAT_VERSION and version not in OLDER_FORMATS:
        raise LakeError(
            f"{root}: the lake has format {version}, this program reads and writes {FORMAT_VERSION}; use the "
            "version of medconcept that made it, or a new lake"
        )
    return int(version)


@contextmanager
def needing_spark() -> Iterator[None]:
    """Raise what Delta's library raises as NeedsSpark."""
    try:
        yield
    except (MedconceptError, NeedsSpark):
        raise
    except Exception as error:
        raise NeedsSpark(first_line(str(error))[:300] or type(error).__name__) from error


def arrow_schema(table: DeltaTable) -> pa.Schema:
    """The columns of an open table, without comments."""
    schema = pa.schema(table.schema().to_arrow())
    return pa.schema([pa.field(f.name, _without_metadata(f.type), f.nullable) for f in schema])


def with_plain_strings(rows: pa.Table) -> pa.Table:
    """The rows with texts and bytes as most libraries of Python expect them, not as views."""
    schema = pa.schema([pa.field(f.name, _plain(f.type), f.nullable) for f in rows.schema])
    return rows if schema.equals(rows.schema) else rows.cast(schema)


def _without_metadata(kind: Any) -> Any:
    return _mapped(kind, lambda leaf: leaf)


def _plain(kind: Any) -> Any:
    # Articles and images: a batch of them may be larger than 32-bit offsets reach.
    views = {
        pa.string_view(): pa.string(),
        pa.binary_view(): pa.large_binary(),
        pa.binary(): pa.large_binary(),
    }
    return _mapped(kind, lambda leaf: views.get(leaf, leaf))


def _mapped(kind: Any, change: Any) -> Any:
    """A type with its leaves changed and the fields of nested types without metadata."""
    if pa.types.is_struct(kind):
        return pa.struct([pa.field(f.name, _mapped(f.type, change), f.nullable) for f in kind])
    if pa.types.is_map(kind):
        return pa.map_(_mapped(kind.key_type, change), _mapped(kind.item_type, change))
    if pa.types.is_list(kind) or pa.types.is_large_list(kind):
        inner = kind.value_field
        return pa.list_(pa.field("element", _mapped(inner.type, change), inner.nullable))
    return change(kind)
