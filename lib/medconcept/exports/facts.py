"""What the documents of an export are written from: all of it read from the release or counted while "
"writing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import pyarrow as pa

from medconcept.exports.inside import Inside, merged
from medconcept.exports.options import ExportOptions
from medconcept.exports.shards import ShardEntry

DATA, METADATA = "data", "metadata"  # folders of shards with words and images, and of metadata alone


@dataclass(frozen=True)
class Field:
    """A field of the rows, nested ones by their path (`concepts.spans.start`)."""

    path: str
    type: str
    meaning: str


@dataclass(frozen=True)
class Source:
    """A terminology whose names or ids are in the rows, or where articles came from."""

    name: str
    version: str
    licence: str


@dataclass(frozen=True)
class Release:
    """The release that was exported: its name, the day of its commit, the digests of its tables."""

    name: str
    published: str
    code_version: str
    digests: Mapping[str, str]
    withheld: Mapping[str, int]


@dataclass(frozen=True)
class ConceptFrequency:
    """How many concepts are named by how many rows, and those that most rows name: (id, name, rows)."""

    concepts: int = 0
    by_rows: Mapping[str, int] = field(default_factory=dict)
    frequent: Sequence[tuple[str, str | None, int]] = ()


@dataclass(frozen=True)
class ExportFacts:
    """An export whose shards are written.

    `counts` are rows by reason, as `left_out` of docs/exports.md; `reasons` what each reason means; `schemas`
    and `fields` are those of the folders DATA and METADATA, as far as there are any.
    """

    options: ExportOptions
    digest: str
    release: Release
    counts: Mapping[str, int]
    reasons: Mapping[str, str]
    shards: Sequence[ShardEntry]
    schemas: Mapping[str, pa.Schema]
    fields: Mapping[str, Sequence[Field]]
    terminologies: Sequence[Source] = ()
    acknowledgements: Sequence[str] = ()
    frequency: ConceptFrequency = ConceptFrequency()

    @property
    def main(self) -> str:
        """The folder whose rows the export is about."""
        return DATA if DATA in self.schemas else METADATA

    def of(self, folder: str) -> list[ShardEntry]:
        """The shards of a folder, in order."""
        return [shard for shard in self.shards if shard.name.startswith(f"{folder}/")]

    def inside(self, folder: str) -> Inside:
        """What is inside the shards of a folder."""
        return merged(shard.inside for shard in self.of(folder))

    @property
    def left_out(self) -> dict[str, int]:
        """Rows that are not in the main folder, by reason."""
        return {name: self.counts[name] for name in self.reasons if name in self.counts}


def split_of(shard: str) -> str:
    """The split of a shard, by its name.

    >>> split_of("data/commercial/ct/train-00000-of-00002")
    'train'
    """
    return shard.rpartition("/")[2].partition("-")[0]


def rows_by_split(shards: Sequence[ShardEntry]) -> dict[str, int]:
    """Rows of each split that there is, in the order train, validation, test."""
    found: dict[str, int] = {}
    for name in ("train", "validation", "test"):
        if rows := sum(shard.rows for shard in shards if split_of(shard.name) == name):
            found[name] = rows
    return found
