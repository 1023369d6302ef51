"""Literal rows of exports: every licence, image format and reason once."""

from __future__ import annotations

import hashlib
import io
import random
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Any

import pyarrow as pa
from PIL import Image
from pyspark.sql.pandas.types import to_arrow_schema

from medconcept.exports.facts import DATA, METADATA, ExportFacts, Field, Release, Source
from medconcept.exports.features import IMAGE, IMAGE_TYPE, plain_schema
from medconcept.exports.options import ExportOptions
from medconcept.exports.sample_key import sample_key, shard_name
from medconcept.exports.shards import ShardEntry, open_shard
from medconcept.tables import TABLES

RELEASE = "r1"
ANSWERS = {
    "CC-BY-4.0": ("yes", "yes", "yes", None),
    "CC-BY-NC-4.0": ("no", "yes", "yes", None),
    "CC-BY-NC-ND-4.0": ("no", "no", "yes", "no_derivatives"),
    "TDM": ("unknown", "unknown", "no", "redistribution_forbidden"),
    None: ("unknown", "unknown", "unknown", "licence_unknown"),
}


def picture(number: int, image_format: str = "png", side: int = 24) -> bytes:
    """A small image, another one for each number."""
    sink = io.BytesIO()
    noise = random.Random(number).randbytes(side * side * 3)
    Image.frombytes("RGB", (side, side), noise).save(sink, image_format.upper())
    return sink.getvalue()


def triplet(number: int, licence: str | None = "CC-BY-4.0", **more: Any) -> dict[str, Any]:
    """A triplet with an image of its own."""
    commercial, derivatives, copies, withheld = ANSWERS[licence]
    term = {"evidence": licence, "origin": "article_licence"}
    caption = f"CT of a heart, number {number} | α\u2028\U0001d6fc"
    data = picture(number, more.get("image_format", "png"))
    row = {
        "triplet_key": f"PMC{number}.1#F1.a/0", "figure_key": f"PMC{number}.1#F1.a",
        "article_key": f"PMC{number}",
        "article_version": 1, "graphic_href": f"f{number}.jpg", "image_status": "resolved",
        "caption": caption,
        "concepts": [
            {"concept_id": "C0018787", "preferred_name": "Heart", "semantic_types": ["anatomy"],
             "spans": [{"start": 8, "end": 13}], "text": "heart", "source": "T", "source_id": "T:2",
             "similarity": 1.0, "method": "exact", "panels": [], "flags": [], "centrality": 0.5,
             "restriction_level": 0, "confidence": 0.9, "semantic_groups": ["ANAT"]},
            {"concept_id": "C0000001", "preferred_name": None, "semantic_types": [],
             "spans": [{"start": 0, "end": 2}, {"start": 8, "end": 13}], "text": "CT heart", "source": "S",
             "source_id": "S:1", "similarity": 0.9, "method": "exact", "panels": [], "flags": ["peripheral"],
             "name_withheld": "restricted_vocabulary" if number % 2 else None,
             "restriction_level": 9, "confidence": None, "semantic_groups": []},
        ],
        "concept_ids": ["C0000001", "C0018787"], "label": "Figure 1", "pmcid": f"PMC{number}",
        "title": "On\thearts",
        "journal": "J Ex", "published": "2020-01", "licence_code": licence, "licence_group": "other",
        "is_retracted": number == 2, "has_concern": False, "is_retraction_notice": False,
        "source_sha256": "ab",
        "image_sha256": hashlib.sha256(data).hexdigest(), "image_format": "png", "image_width": 24,
        "image_height": 24, "modality": [{"modality": "ct", "panels": [], "confidence": 0.9,
        "method": "words",
            "evidence": [{"method": "words", "source": "r", "text": "CT", "start": 0, "end": 2,
            "weight": 0.9}]}],
        "privacy_flags": [{"flag": "face", "text": "CT", "start": 0, "end": 2}],
        "rights": {
            "commercial": {"answer": commercial, **term}, "derivatives": {"answer": derivatives, **term},
            "redistribute": {"answer": copies, **term}, "licence_code": licence, "withheld": withheld,
        },
        "attribution": f"Figure 1 of: A. Alder. On\thearts. J Ex (2020). {licence}. No changes.",
        "caption_markup": caption, "citing_paragraphs": ["As Figure 1 shows."], "language": "en",
        "panels": [{"labels": ["A"], "start": 0, "end": 5}], "section": ["Results"], "year": 2020,
        "split": "train",
        "article_type": "research-article",
    }  # fmt: skip
    return {**row, **more}


def image_row(data: bytes, kind: str = "original", image_format: str = "png", **more: Any) -> dict[str, Any]:
    """A row of image_bytes."""
    row = {"kind": kind, "sha256": hashlib.sha256(data).hexdigest(), "size": len(data)}
    return {**row, "format": image_format, "content": bytearray(data), **more}


def rows() -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """The triplets and the rows of image_bytes: 40 whole ones, and one of each kind that is left out."""
    triplets = [triplet(n) for n in range(1, 25)]
    triplets += [triplet(n, image_format="jpeg", modality=None, language=None) for n in range(25, 31)]
    triplets += [triplet(n, "CC-BY-NC-4.0", split="validation") for n in range(31, 36)]
    triplets += [
        triplet(n, "CC-BY-NC-ND-4.0", split="test", year=None, doi="10.1234/a") for n in range(36, 41)
    ]
    images = [image_row(picture(n, "jpeg" if 25 <= n < 31 else "png"),
    image_format="jpeg" if 25 <= n < 31 else "png")
              for n in range(1, 41)]  # fmt: skip
    for number in (1, 2, 36):
        copy = picture(1000 + number, "jpeg")
        images.append(image_row(copy, "derived", "jpeg"))
        if number != 36:
            triplets[number - 1]["image_derived_sha256"] = hashlib.sha256(copy).hexdigest()
    triplets += [
        triplet(101, "TDM"), triplet(102, None), triplet(103, image_sha256=None, image_status="no_media"),
        triplet(104), triplet(105, rights=None), triplet(106, concepts=None, caption=None),
    ]  # fmt: skip
    return triplets, images


def source_rows(triplets: list[dict[str, Any]]) -> dict[str, list[dict[str, Any]]]:
    """The rows of articles, figures and images that these triplets were made from.

    The image of number 36, which is test, looks like that of number 1, which is train.
    """
    tables: dict[str, list[dict[str, Any]]] = {"articles": [], "figures": [], "images": []}
    for row in triplets:
        names = ("article_key", "article_version", "source_sha256")
        own = {name: row[name] for name in names}
        ids = {"pmcid": row["pmcid"], "doi": row.get("doi"), "aliases": []}
        tables["articles"].append({**own, **ids, "is_current": True, "is_retracted": row["is_retracted"]})
        # As the parser names figures; the triplets' own keys have a dot more, for the names of samples.
        figure_key = f"{row['article_key']}#{row['figure_key'].partition('#')[2]}"
        words = {"figure_key": figure_key, **{name: row[name] for name in ("caption", "caption_markup")}}
        texts = [{"text": text} for text in row["citing_paragraphs"]]
        tables["figures"].append({**own, **words, "citing_paragraphs": texts})
        number = int(row["pmcid"][3:])
        looks = random.Random(1 if number == 36 else number).getrandbits(256) ^ (number == 36)
        tables["images"].append(
            {
                "image_key": f"{figure_key}/0", "figure_key": figure_key,
                "article_key": row["article_key"], "status": row["image_status"],
                "sha256": row["image_sha256"], "derived_sha256": row.get("image_derived_sha256"),
                "phash": f"{looks:064x}", "flags": [],
            }
        )  # fmt: skip
    return tables


ADDED = ("rights_group", "main_modality", "caption_sha256")


@cache
def schema(*, has_image: bool = True) -> pa.Schema:
    """The schema of an export's files."""
    first = [pa.field("sample_key", pa.string()), *([pa.field(IMAGE, IMAGE_TYPE)] if has_image else [])]
    rows = plain_schema(to_arrow_schema(TABLES["triplets"].content), first=first)
    for name in ADDED:
        rows = rows.append(pa.field(name, pa.string()))
    return rows


def sample(row: dict[str, Any], data: bytes | None = None) -> dict[str, Any]:
    """A row of the files; `data` is its image."""
    extension = {"jpeg": "jpg"}.get(row["image_format"], row["image_format"])
    key = sample_key(row["triplet_key"])
    added = {"rights_group": "commercial", "main_modality": "ct", "caption_sha256": "00", "sample_key": key}
    return {**row, **added, IMAGE: {"bytes": data, "path": f"{key}.{extension}"}}


def samples(numbers: Iterable[int]) -> list[dict[str, Any]]:
    """Rows with PNG images, every fifth with JPEG."""
    formats = {n: "png" if n % 5 else "jpeg" for n in numbers}
    return [sample(triplet(n, image_format=each), picture(n, each)) for n, each in formats.items()]


def write_shard(
    folder: Path, name: str, kind: str, rows: list[dict[str, Any]], *, step: int = 7, size: int = 5_000
) -> ShardEntry:
    """Write rows to a shard, `step` at a time."""
    own = schema(has_image=kind != "metadata")
    with open_shard(folder, name, kind, own) as shard:
        for n in range(0, len(rows), step):
            batch = pa.RecordBatch.from_pylist(rows[n : n + step], own)
            shard.write(batch, [size] * len(batch))
    assert shard.entry is not None
    return shard.entry


def facts(form: str, shards: list[ShardEntry], **options: Any) -> ExportFacts:
    """The facts of an export with these shards."""
    schemas = {}
    for folder in (DATA, METADATA):
        if any(shard.name.startswith(f"{folder}/") for shard in shards):
            schemas[folder] = schema(has_image=folder == DATA)
    fields = {name: [Field(f, "string", f"what {f} is") for f in own.names] for name, own in schemas.items()}
    rows = sum(shard.rows for shard in shards if shard.name.startswith(f"{next(iter(schemas))}/"))
    return ExportFacts(
        options=ExportOptions(RELEASE, form, **options), digest="d" * 64,
        release=Release(RELEASE, "2026-01-01", "0.1.0", {"triplets": "ab"}, {"licence_unknown.rows": 3}),
        counts={"exported": rows, "licence_unknown": 3, "partly.no_derivatives": 1},
        reasons={"licence_unknown": "nothing is known", "opted_out": "asked for"}, shards=shards,
        schemas=schemas,
        fields=fields, terminologies=[Source("T", "1", "CC0-1.0")],
    )  # fmt: skip


def named(folder: str, split: str, number: int = 0, count: int = 1) -> str:
    """The name of a shard."""
    return shard_name(folder, split, number, count, "")


def contents(folder: Path) -> dict[str, bytes]:
    """The files of a folder, by their path below it."""
    return {str(p.relative_to(folder)): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}
