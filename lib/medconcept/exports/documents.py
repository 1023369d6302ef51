"""The small files of an export: card, manifest, assets, citation, index of tar files."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from medconcept.exports.assets import assets
from medconcept.exports.card import card
from medconcept.exports.citation import citation
from medconcept.exports.croissant import croissant
from medconcept.exports.croissant_required import missing_fields
from medconcept.exports.facts import DATA, ExportFacts, rows_by_split, split_of
from medconcept.exports.figures import figures
from medconcept.exports.tar_shard import shard_index
from medconcept.exports.target import MANIFEST

Content = str | bytes | dict[str, Any]


def documents(facts: ExportFacts) -> Iterator[tuple[str, Content]]:
    """The path and content of each; the manifest comes last, so that what has one is whole."""
    shown = dict(figures(facts))
    yield from shown.items()
    yield "README.md", card(facts, list(shown))
    yield "ASSETS.json", assets(facts)
    metadata = croissant(facts)
    if lacking := missing_fields(metadata):
        raise ValueError(f"croissant.json lacks {', '.join(lacking)}")
    yield "croissant.json", metadata
    yield "CITATION.cff", citation(facts)
    if facts.options.format == "webdataset":
        for split in rows_by_split(facts.of(DATA)):
            files = [
                (shard.rows, shard.files[0]) for shard in facts.of(DATA) if split_of(shard.name) == split
            ]
            yield f"{split}-index.json", shard_index((f.path, rows, f.bytes) for rows, f in files)
    yield MANIFEST, manifest(facts)


def manifest(facts: ExportFacts) -> dict[str, Any]:
    """What the export is: its release, options, counts, and every shard's files with their checksums.

    `digest` stands for the release and options: exports with the same one have the same bytes. Loose images
    are not listed; their name is their checksum.
    """
    return {
        "digest": facts.digest,
        "release": asdict(facts.release),
        "options": facts.options.as_json(),
        "counts": dict(facts.counts),
        "shards": [
            {
                "name": shard.name, "rows": shard.rows, "images": shard.images,
                "images_sha256": shard.images_sha256, "files": [file.path for file in shard.files],
            }
            for shard in facts.shards
        ],
        "files": [file.as_json() for shard in facts.shards for file in shard.files],
    }  # fmt: skip
