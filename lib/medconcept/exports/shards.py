"""One shard of an export: its files in any of the formats, what is inside, and its entry in the manifest."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any, Protocol

import pyarrow as pa

from medconcept.exports.concept_lines import concept_line, minimised, tokenised
from medconcept.exports.features import IMAGE
from medconcept.exports.inside import Inside, count_rows
from medconcept.exports.parquet_shard import ParquetShard
from medconcept.exports.shard_file import FileEntry, ShardFile, file_sha256, write_file
from medconcept.exports.tar_shard import TarShard, as_json
from medconcept.exports.token_spans import TokenSpans

SUFFIX = {"huggingface": ".parquet", "webdataset": ".tar", "conceptclip": ".jsonl", "metadata": ".parquet",
          "retrieval": ".parquet"}  # fmt: skip
ENTRIES = "_shards"  # the entries of finished shards, until the export is finished
# What a line for a pair has: `score_retrieval` reads the caption.
PAIR = ("sample_key", "triplet_key", "article_key", "caption", "image_sha256", "split", "selection")
IMAGES = "images"  # loose files, by their checksum


class _Writer(Protocol):
    def write(self, batch: pa.RecordBatch, sizes: Sequence[int]) -> None: ...
    def close(self) -> None: ...


@dataclass(frozen=True)
class ShardEntry:
    """A finished shard: its name, its rows, its files, what is inside, and the images beside it.

    `images` counts loose image files, and `images_sha256` is the SHA-256 of their names in order: each is
    named by its own checksum.
    """

    name: str
    rows: int
    files: tuple[FileEntry, ...]
    inside: Inside
    images: int = 0
    images_sha256: str | None = None

    def as_text(self) -> str:
        """The entry as JSON."""
        return json.dumps({**vars(self), "files": [file.as_json() for file in self.files]})

    @staticmethod
    def of_text(text: str | bytes) -> ShardEntry:
        """The entry that `as_text` made this of. Raises ValueError, KeyError or TypeError for other text."""
        content: dict[str, Any] = json.loads(text)
        return ShardEntry(**{**content, "files": tuple(FileEntry(**file) for file in content["files"])})


class _LineShard:
    """JSON lines of ConceptCLIP, whole and minimised, with image files that are named by their checksum."""

    def __init__(
        self, folder: Path, files: Sequence[ShardFile], schema: pa.Schema, tokenizer: str | None
    ) -> None:
        self._folder = folder
        self._lines, self._minimised = files[:2]
        self._tokenised = files[2] if tokenizer else None
        self._tokens = TokenSpans(tokenizer) if tokenizer else None
        self._fields = [name for name in schema.names if name != IMAGE]
        self.images: dict[str, None] = {}

    def write(self, batch: pa.RecordBatch, sizes: Sequence[int]) -> None:
        images = batch.column(IMAGE)
        for n, row in enumerate(batch.select(self._fields).to_pylist()):
            data = images[n]["bytes"].as_buffer()
            extension = images[n]["path"].as_py().rpartition(".")[2]
            path = image_path(sha256(data).hexdigest(), extension)
            if path not in self.images and not _has_size(self._folder / path, len(data)):
                # Not synced: of a shard that is kept, each image is compared with its checksum.
                write_file(self._folder, path, data, sync=False)
            self.images[path] = None
            tokens = self._tokens.of(row["caption"] or "") if self._tokens else None
            line = concept_line(row, path, tokens)
            if self._tokenised:
                self._tokenised.write(as_json(tokenised(line)) + b"\n")
            self._lines.write(as_json(line) + b"\n")
            self._minimised.write(as_json(minimised(line)) + b"\n")

    def close(self) -> None:
        """Nothing is left to write."""


def _has_size(path: Path, size: int) -> bool:
    return path.exists() and path.stat().st_size == size


def image_path(checksum: str, extension: str) -> str:
    """Where a loose image lies: in a folder of its own for some hundreds of them.

    >>> image_path("abcdef", "jpg")
    'images/ab/cd/abcdef.jpg'
    """
    return f"{IMAGES}/{checksum[:2]}/{checksum[2:4]}/{checksum}.{extension}"


class Shard:
    """An open shard; rows are written to it in order. It has an `entry` once it is finished."""

    def __init__(self, writer: _Writer, credits: ShardFile | None, pairs: ShardFile | None = None) -> None:
        self._writer, self._credits, self._pairs = writer, credits, pairs
        self.rows = 0
        self.inside: Inside = {}
        self.entry: ShardEntry | None = None

    def write(self, batch: pa.RecordBatch, sizes: Sequence[int]) -> None:
        """Append rows, each of about so many bytes."""
        self._writer.write(batch, sizes)
        self.rows += len(batch)
        count_rows(batch, self.inside)
        if self._pairs is not None:
            for pair in batch.select([name for name in PAIR if name in batch.schema.names]).to_pylist():
                self._pairs.write(as_json(pair) + b"\n")
        if self._credits is not None:
            for key, credit in zip(
                batch.column("sample_key").to_pylist(), batch.column("attribution").to_pylist(), strict=True
            ):
                self._credits.write(f"{key}\t{' '.join((credit or '').split())}\n".encode())


@contextmanager
def open_shard(
    folder: Path, name: str, kind: str, schema: pa.Schema, tokenizer: str | None = None
) -> Iterator[Shard]:
    """A shard of `name` (without suffix) to write to; when the block ends its files and entry are there.

    `tokenizer` is the definition of one, for conceptclip.

    After an error nothing of it is, except loose images, which are whole. The entry is written last, so
    that a shard with an entry has all its files.
    """
    with ExitStack() as stack:

        def opened(path: str) -> ShardFile:
            return stack.enter_context(ShardFile(folder, path))

        main = opened(f"{name}{SUFFIX[kind]}")
        files = [main]
        writer: _Writer
        if kind == "retrieval":
            files.append(opened(pairs_name(name)))
        if kind == "webdataset":
            writer = TarShard(main, schema)
        elif kind == "conceptclip":
            files.append(opened(f"{minimised_name(name)}{SUFFIX[kind]}"))
            if tokenizer:
                files.append(opened(f"{tokenised_name(name)}{SUFFIX[kind]}"))
            writer = _LineShard(folder, files, schema, tokenizer)
        else:
            writer = ParquetShard(main.path_to_write(), schema)
        credits = None
        if IMAGE in schema.names:
            credits = opened(credits_name(name))
            files.append(credits)
        shard = Shard(writer, credits, files[1] if kind == "retrieval" else None)
        try:
            yield shard
        except BaseException:
            with suppress(Exception):
                writer.close()  # pyarrow's would write its footer later, to a file that is closed
            raise
        writer.close()
    images: list[str] = list(writer.images) if isinstance(writer, _LineShard) else []
    shard.entry = ShardEntry(
        name,
        shard.rows,
        tuple(file.entry for file in files),
        shard.inside,
        len(images),
        sha256("\n".join(images).encode()).hexdigest() if images else None,
    )
    write_file(folder, entry_path(name), shard.entry.as_text().encode())


def minimised_name(name: str) -> str:
    """The name of the minimised lines of a shard.

    >>> minimised_name("data/train-00000-of-00001")
    'data_min/train-00000-of-00001'
    """
    return f"data_min/{name.partition('/')[2]}"


def tokenised_name(name: str) -> str:
    """The name of the minimised lines of a shard with spans of tokens.

    >>> tokenised_name("data/train-00000-of-00001")
    'data_tokens/train-00000-of-00001'
    """
    return f"data_tokens/{name.partition('/')[2]}"


def pairs_name(name: str) -> str:
    """The file with a line for each pair of a shard, in the order of its rows.

    >>> pairs_name("data/test-00000-of-00001")
    'pairs/test-00000-of-00001.jsonl'
    """
    return f"pairs/{name.partition('/')[2]}.jsonl"


def credits_name(name: str) -> str:
    """The file with the credit lines of a shard.

    >>> credits_name("data/commercial/ct/train-00000-of-00001")
    'attribution/commercial/ct/train-00000-of-00001.tsv'
    """
    return f"attribution/{name.partition('/')[2]}.tsv"


def entry_path(name: str) -> str:
    """Where the entry of a finished shard is kept while the export is made.

    >>> entry_path("data/train-00000-of-00001")
    '_shards/data%train-00000-of-00001.json'
    """
    return f"{ENTRIES}/{name.replace('/', '%')}.json"


def finished(folder: Path, name: str) -> ShardEntry | None:
    """The entry of a shard whose files are all there with their checksums; None if it is to be written."""
    try:
        entry = ShardEntry.of_text((folder / entry_path(name)).read_bytes())
        whole = all(file_sha256(folder / file.path) == file.sha256 for file in entry.files)
        if entry.images:
            whole = whole and _images_are_whole(folder, entry)
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return entry if whole else None


def _images_are_whole(folder: Path, entry: ShardEntry) -> bool:
    paths: dict[str, None] = {}
    with (folder / entry.files[0].path).open("rb") as lines:
        for line in lines:
            paths[json.loads(line)["image"]] = None
    named = sha256("\n".join(paths).encode()).hexdigest() == entry.images_sha256
    return named and all(file_sha256(folder / path) == Path(path).stem for path in paths)
