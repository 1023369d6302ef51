"""A lake with a release whose rows are literal: every licence, image format and reason once."""

from __future__ import annotations

import hashlib
import io
import json
import random
from pathlib import Path
from typing import Any

from articles import open_lake, run
from PIL import Image

from medconcept.config import Config, ReleaseConfig
from medconcept.lake import transaction
from medconcept.lake.changes import change_set
from medconcept.lake.lake import Lake
from medconcept.lake.lease import lease
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
             "similarity": 1.0, "method": "exact", "panels": [], "flags": [], "centrality": 0.5},
            {"concept_id": "C0000001", "preferred_name": None, "semantic_types": [],
             "spans": [{"start": 0, "end": 2}, {"start": 8, "end": 13}], "text": "CT heart", "source": "S",
             "source_id": "S:1", "similarity": 0.9, "method": "exact", "panels": [], "flags": ["peripheral"],
             "name_withheld": "restricted_vocabulary" if number % 2 else None},
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


def put(lake: Lake, **tables: list[dict[str, Any]]) -> None:
    """Commit rows of tables as a run of a stage does."""
    head = lake.head()
    run_id = f"run-{head.seq + 1}"
    for name, content in tables.items():
        spec = TABLES[name]
        values = [tuple(row.get(column) for column in spec.content.names) for row in content]
        frame = lake.spark.createDataFrame(values, spec.content)
        batch = change_set(spec.conform(frame, run_id, "2026-01-01 00:00:00"), None, spec)
        transaction.stage(lake, run_id, name, batch)
    manifest = transaction.Manifest(
        seq=head.seq + 1, run_id=run_id, job="test", tables=tuple(tables),
        base_versions=head.versions or dict.fromkeys(tables, 0), input_versions={}, settings_digest="",
        code_version="", inserts_only=tuple(tables),
    )  # fmt: skip
    with lease(lake.files, run_id) as owner:
        transaction.commit(lake, manifest, owner)


def build(spark: Any, folder: Path) -> Config:
    """Make the lake and its release; returns its configuration."""
    settings = Config(lake=str(folder / "lake"), release=ReleaseConfig(RELEASE))
    triplets, images = rows()
    put(open_lake(spark, settings.lake), triplets=triplets, image_bytes=images)
    run(spark, settings, "publish_release")
    return settings


def contents(folder: Path) -> dict[str, bytes]:
    """The files of a folder, by their path below it."""
    return {str(p.relative_to(folder)): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}


def json_of(path: Path) -> Any:
    """A JSON file."""
    return json.loads(path.read_bytes())
