"""A lake of a few rows, written by Delta's Rust library: for tests of what reads a lake without Spark."""

from __future__ import annotations

import hashlib
import json
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pyarrow as pa
from deltalake import DeltaTable, write_deltalake

from medconcept.dictionary.compile_terms import compile_files
from medconcept.reader.layout import DICTIONARIES, FORMAT, FORMAT_VERSION, KEYS
from medconcept.terminologies.readers import iter_terms

BEGAN = datetime(2026, 11, 1, 10, tzinfo=timezone.utc)
NAMES = b"concept_id\tname\nC1\theart\nC1\tcor\nC2\tliver\n"
_VERSIONS = pa.map_(pa.string(), pa.int64())
_SPAN = pa.struct([("start", pa.int32()), ("end", pa.int32())])
_CONCEPT = pa.struct([("concept_id", pa.string()), ("spans", pa.list_(_SPAN))])
# Columns besides the key and row_digest.
_COLUMNS: dict[str, list[tuple[str, pa.DataType]]] = {
    "raw_articles": [("size", pa.int64()), ("left_out", pa.string())],
    "triplets": [
        ("caption", pa.string()),
        ("concepts", pa.list_(_CONCEPT)),
        ("split", pa.string()),
        ("image_width", pa.int32()),
    ],
    "image_bytes": [("content", pa.binary())],
    "concepts": [("semantic_types", pa.list_(pa.string())), ("semantic_groups", pa.list_(pa.string()))],
    "concept_names": [("source_rank", pa.int32())],
    "mentions": [("concept_id", pa.string()), ("flags", pa.list_(pa.string()))],
    "concept_statistics": [("captions", pa.int64()), ("captions_in_all", pa.int64())],
    "releases": [("commit_seq", pa.int64()), ("versions", _VERSIONS), ("dictionary_sha256", pa.string())],
    "commits": [
        ("seq", pa.int64()),
        ("run_id", pa.string()),
        ("job", pa.string()),
        ("committed_at", pa.timestamp("us", tz="UTC")),
        ("versions", _VERSIONS),
        ("dictionary_sha256", pa.string()),
    ],
    "quarantine": [
        *((name, pa.string()) for name in ("source", "source_key", "source_sha256", "parser_version")),
        *((name, pa.string()) for name in ("event", "reason")),
        ("at", pa.timestamp("us", tz="UTC")),
    ],
    "runs": [("run_id", pa.string())],
}


def schema(table: str) -> pa.Schema:
    """The columns of a table here: its key, its digest and a few more."""
    key = (
        []
        if not KEYS[table]
        else [*((name, pa.string()) for name in KEYS[table]), ("row_digest", pa.string())]
    )
    return pa.schema([*key, *_COLUMNS.get(table, ())])


class TinyLake:
    """Writes a lake: `append` and `delete` change a table, `commit` names its versions."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.seq = 0
        (folder / FORMAT).parent.mkdir(parents=True)
        (folder / FORMAT).write_text(json.dumps({"format_version": FORMAT_VERSION, "tables": sorted(KEYS)}))
        main, _ = compile_files(list(iter_terms(NAMES, "tsv", "T")), ["T"])
        self.sha256 = hashlib.sha256(main).hexdigest()
        (folder / DICTIONARIES).mkdir()
        (folder / DICTIONARIES / self.sha256).write_bytes(main)
        for name in KEYS:
            write_deltalake(self.path(name), pa.Table.from_pylist([], schema(name)))

    def path(self, table: str) -> str:
        """The folder of a table."""
        return str(self.folder / table)

    def append(self, table: str, *rows: dict[str, Any]) -> None:
        """Add rows as a new version; columns that a row lacks are null."""
        write_deltalake(self.path(table), pa.Table.from_pylist(list(rows), schema(table)), mode="append")

    def delete(self, table: str, condition: str) -> None:
        """Take rows away as a new version."""
        DeltaTable(self.path(table)).delete(condition)

    def commit(self, job: str, release: str | None = None) -> int:
        """Name the latest versions in a row of commits, and in a release of that name; returns its number."""
        self.seq += 1
        versions = {name: DeltaTable(self.path(name)).version() for name in KEYS if name != "commits"}
        if release is not None:
            of_release = {**versions, "releases": versions["releases"] + 1}
            named = {"name": release, "row_digest": release, "commit_seq": self.seq}
            state = {"versions": list(of_release.items()), "dictionary_sha256": self.sha256}
            self.append("releases", {**named, **state})
            versions = of_release
        row = {
            "seq": self.seq,
            "run_id": f"run-{self.seq}",
            "job": job,
            "committed_at": BEGAN + timedelta(hours=self.seq),
            "versions": list(versions.items()),
            "dictionary_sha256": self.sha256,
        }
        self.append("commits", row)
        return self.seq


def triplet(number: int, caption: str | None, split: str = "train") -> dict[str, Any]:
    """A row of triplets: the word `heart`, where the caption begins with it, is its concept."""
    starts = bool(caption) and str(caption).startswith("heart")
    concepts = [{"concept_id": "C1", "spans": [{"start": 0, "end": 5}]}] if starts else []
    return {
        "triplet_key": f"PMC{number}#f1/0", "row_digest": f"{number} {caption}", "caption": caption,
        "concepts": concepts, "split": split, "image_width": 100 * number,
    }  # fmt: skip


def build(folder: Path) -> TinyLake:
    """Two releases, first and second, and rows of a third batch that no commit names yet."""
    lake = TinyLake(folder)
    lake.append("raw_articles", {"source": "pmc", "source_key": "1", "row_digest": "1", "size": 1_500_000})
    lake.append("triplets", triplet(1, "heart"), triplet(2, "the liver", "test"), triplet(3, None))
    lake.append(
        "concept_statistics", {"concept_id": "C2", "row_digest": "x", "captions": 9, "captions_in_all": 10}
    )
    lake.append("image_bytes", {"kind": "kept", "sha256": "ab", "row_digest": "ab", "content": b"\x00\xff"})
    lake.commit("sync_articles", release="first")
    lake.delete("triplets", "triplet_key = 'PMC2#f1/0'")
    lake.append("triplets", triplet(4, "heart and liver"))
    lake.commit("assemble_triplets", release="second")
    lake.append("triplets", triplet(5, "past the last commit"))
    return lake
