"""Groups of duplicates over all images of a lake."""

from __future__ import annotations

import pyarrow as pa
from image_examples import picture, saved

from medconcept.images.examine import examine
from medconcept.images.settings import Settings
from medconcept.images.verify import ImageFile
from medconcept.workers.images.digest_pixels import digest_pixels
from medconcept.workers.images.group_files import group_files

FILES = {
    "first": saved(picture(seed=1, width=400, height=300), "PNG"),
    "same pixels": saved(picture(seed=1, width=400, height=300), "PNG", compress_level=1),
    "compressed": saved(picture(seed=1, width=400, height=300), "JPEG", quality=85),
    "scaled": saved(picture(seed=1, width=400, height=300).resize((300, 225)), "PNG"),
    "other": saved(picture(seed=2, width=400, height=300), "PNG"),
}


def groups(*batches: list[dict[str, object]]) -> dict[str, dict[str, object]]:
    parts = [pa.RecordBatch.from_pylist(rows, schema=SCHEMA) for rows in batches]
    return {row["sha256"]: row for part in group_files(parts, distance=12) for row in part.to_pylist()}


SCHEMA = pa.schema(
    [
        ("sha256", pa.string()),
        ("pixel_sha256", pa.string()),
        ("phash", pa.string()),
        ("takes_part", pa.bool_()),
    ]
)
RECORDS = {name: examine(ImageFile("f", data), Settings(pixel_digest=True)) for name, data in FILES.items()}
ROWS = [
    {"sha256": r.sha256, "pixel_sha256": r.pixel_sha256, "phash": r.perceptual_hash, "takes_part": True}
    for r in RECORDS.values()
]
SHA = {name: record.sha256 for name, record in RECORDS.items()}


def test_exact_and_near_groups_have_the_smallest_member_as_name() -> None:
    found = groups(ROWS[:2], ROWS[2:])
    alike = [SHA[name] for name in FILES if name != "other"]
    assert {found[sha]["near_group"] for sha in alike} == {min(alike)}
    same = min(SHA["first"], SHA["same pixels"])
    assert [found[SHA[name]]["exact_group"] for name in ("first", "same pixels")] == [same, same]
    assert found[SHA["compressed"]]["exact_group"] == SHA["compressed"]
    other = found[SHA["other"]]
    assert (other["exact_group"], other["near_group"], other["distance"]) == (
        SHA["other"],
        SHA["other"],
        None,
    )
    assert all(0 <= found[sha]["distance"] <= 12 for sha in alike)


def test_order_and_batches_make_no_difference() -> None:
    assert groups(ROWS) == groups(*[[row] for row in reversed(ROWS)]) != {}


def test_what_takes_no_part_is_grouped_by_pixels_alone() -> None:
    found = groups([{**row, "takes_part": False} for row in ROWS])
    assert found[SHA["first"]]["near_group"] == min(SHA["first"], SHA["same pixels"])
    assert found[SHA["scaled"]]["near_group"] == SHA["scaled"]
    assert (
        groups([{**row, "pixel_sha256": None, "takes_part": False} for row in ROWS])[SHA["first"]][
            "exact_group"
        ]
        == SHA["first"]
    )
    assert groups([]) == {}


def test_pixels_are_digested_as_by_examining_and_damage_has_no_digest() -> None:
    contents = [*FILES.values(), FILES["compressed"][:-200]]
    batches = [pa.RecordBatch.from_pydict({"content": [content]}) for content in contents]
    found = [row for part in digest_pixels(batches, settings=Settings()) for row in part.to_pylist()]
    assert [(row["sha256"], row["pixel_sha256"]) for row in found[:-1]] == [
        (record.sha256, record.pixel_sha256) for record in RECORDS.values()
    ]
    assert found[-1]["pixel_sha256"] is None
