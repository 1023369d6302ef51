"""ASSETS.json: what each kind of file is, where its content comes from, and what was withheld."""

from __future__ import annotations

from typing import Any

from medconcept.exports.facts import DATA, METADATA, ExportFacts
from medconcept.exports.shards import ShardEntry

RELEASED, DERIVED, RECONSTRUCT = "released", "derived", "to be reconstructed"
_FROM_ARTICLES = "as published in the article, under its licence"
# What of the rows is the articles' own; all else was computed, or is bibliography.
_OF_ARTICLES = frozenset(
    ("caption", "caption_markup", "citing_paragraphs", "image", "label", "title", "section")
)


def assets(facts: ExportFacts) -> dict[str, Any]:
    """The content of ASSETS.json.

    Each kind of file has its provenance: `released` as it was published, `derived` by medconcept, or `to be
    reconstructed` from the article by who has the right to. So has each field of the rows.
    """
    files = []
    for folder in (DATA, METADATA):
        shards = facts.of(folder)
        if shards:
            what = "rows with words and images" if folder == DATA else "metadata of rows"
            files.append(_asset(f"{folder}/", what, RELEASED if folder == DATA else DERIVED, shards, 0))
    if facts.options.format == "conceptclip":
        files.append(_asset("data_min/", "the same rows with three keys", RELEASED, facts.of(DATA), 1))
        if facts.options.tokenizer is not None:
            what = "the same with spans of tokens, within the context"
            files.append(_asset("data_tokens/", what, RELEASED, facts.of(DATA), 2))
        kind = RELEASED if facts.options.images == "original" else DERIVED
        images = sum(shard.images for shard in facts.of(DATA))
        files.append({"path": "images/", "what": "image files", "provenance": kind, "files": images})
    if facts.options.format == "retrieval":
        files.append(_asset("pairs/", "the captions in the order of the rows", RELEASED, facts.of(DATA), 1))
    if facts.of(DATA):
        files.append(_asset("attribution/", "credit lines of rows", DERIVED, facts.of(DATA), -1))
    files.append({"path": "figures/", "what": "charts of the card", "provenance": DERIVED})
    return {
        "release": facts.release.name,
        "licences": facts.inside(facts.main).get("licence", {}),
        "files": files,
        "fields": {folder: _fields(facts, folder) for folder in facts.fields},
        "not_in_the_files": {
            "left_out": {
                name: {"rows": count, "meaning": facts.reasons[name]}
                for name, count in facts.left_out.items()
            },
            "names_withheld": facts.counts.get("names_withheld", 0),
            "withheld_by_the_release": dict(facts.release.withheld),
        },
    }


def _asset(path: str, what: str, provenance: str, shards: list[ShardEntry], number: int) -> dict[str, Any]:
    files = [shard.files[number] for shard in shards]
    return {
        "path": path, "what": what, "provenance": provenance, "files": len(files),
        "rows": sum(shard.rows for shard in shards), "bytes": sum(file.bytes for file in files),
        "sha256": {file.path: file.sha256 for file in files},
    }  # fmt: skip


def _fields(facts: ExportFacts, folder: str) -> dict[str, str]:
    """The provenance of each field of the rows, nested ones with their column."""
    found = {}
    for field in facts.fields[folder]:
        if "." in field.path:
            continue
        own = field.path in _OF_ARTICLES
        if field.path == "image" and facts.options.images == "derived":
            own = False
        found[field.path] = f"{RELEASED}: {_FROM_ARTICLES}" if own else DERIVED
    if folder == METADATA:
        words = ("caption", "caption_markup", "citing_paragraphs", "image")
        found |= dict.fromkeys(
            words, f"{RECONSTRUCT}: from the article named by article_key and source_sha256"
        )
    return found
