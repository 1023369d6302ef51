"""resolve_images on archives: members matched, read as a stream, and read again only where they changed."""

from __future__ import annotations

import hashlib
import io
import tarfile
import zipfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from articles import config, run
from image_examples import picture, saved
from test_resolve_folder import article, files, held, sha, statuses

from medconcept.workers.images.list_archives import list_members

PNG, JPEG = saved(picture(seed=1), "PNG"), saved(picture(seed=2), "JPEG")
OTHER = saved(picture(seed=3), "PNG")


def tar(path: Path, members: dict[str, bytes], mode: str = "w:gz") -> Path:
    with tarfile.open(path, mode) as out:
        for name, data in members.items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            out.addfile(info, io.BytesIO(data))
    return path


def zipped(path: Path, members: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as out:
        for name, data in members.items():
            out.writestr(name, data)
    return path


def listed(path: Path, blob: bytes | None = None) -> list[dict[str, Any]]:
    row = {"archive": path.name, "etag": "e", "uri": path.as_uri(), "blob": blob}
    batches = list_members([pa.RecordBatch.from_pylist([row])], max_bytes=10**6)
    return [row for batch in batches for row in batch.to_pylist()]


@pytest.mark.parametrize("name", ["a.tar", "a.tar.gz", "a.zip"])
def test_members_are_listed_and_hostile_names_are_not(tmp_path: Path, name: str) -> None:
    members = {"x/f.png": PNG, "x/a.xml": b"<a/>", "../up.png": PNG, "/abs.png": PNG}
    if name.endswith("zip"):
        path = zipped(tmp_path / name, members)
    else:
        path = tar(tmp_path / name, members, "w:gz" if name.endswith("gz") else "w")
    for rows in (listed(path), listed(path, path.read_bytes())):
        there = {row["name"]: (row["size"], row["md5"]) for row in rows if row["reason"] is None}
        assert there == {
            f"{name}!/x/f.png": (len(PNG), hashlib.md5(PNG).hexdigest()),
            f"{name}!/x/a.xml": (4, None),
        }
        assert [row["reason"] for row in rows if row["reason"]] == ["hostile_key"] * 2


def test_links_in_archives_and_broken_ones(tmp_path: Path) -> None:
    with tarfile.open(tmp_path / "a.tar", "w") as out:
        info = tarfile.TarInfo("f.png")
        info.type, info.linkname = tarfile.SYMTYPE, "/etc/passwd"
        out.addfile(info)
    assert listed(tmp_path / "a.tar") == []
    (tmp_path / "b.zip").write_bytes(b"no zip")
    assert [row["reason"] for row in listed(tmp_path / "b.zip")] == ["archive_broken"]
    cut = tar(tmp_path / "c.tar.gz", {"f.png": PNG, "g.jpg": JPEG * 50})
    cut.write_bytes(cut.read_bytes()[: len(PNG) + 2000])
    reasons = [row["reason"] for row in listed(cut)]
    assert (reasons[0], reasons[-1]) == (None, "archive_broken")


def test_an_archive_of_20_000_members_is_listed_whole(tmp_path: Path) -> None:
    with tarfile.open(tmp_path / "many.tar", "w") as out:
        for n in range(20_000):
            out.addfile(tarfile.TarInfo(f"d/{n}.png"))
    rows = listed(tmp_path / "many.tar")
    assert (len(rows), {row["size"] for row in rows}) == (20_000, {0})


def test_archives_to_images_and_up_to_date(spark: Any, tmp_path: Path) -> None:
    settings = config(tmp_path)
    (tmp_path / "in").mkdir()
    settings = replace(settings, sync=replace(settings.sync, input=str(tmp_path / "in/*.tar.gz")))
    one = {"PMC1/a.nxml": article("1", "f1", "f2"), "PMC1/f1.png": PNG, "PMC1/f2.jpg": JPEG[:-2]}
    tar(tmp_path / "in/1.tar.gz", {**one, "PMC1/unused.gif": PNG, "../up.png": PNG})
    tar(tmp_path / "in/2.tar.gz", {"PMC2/a.nxml": article("2", "f1"), "PMC2/f1.png": OTHER})
    lake, reports = run(spark, settings, "sync_articles", "parse_articles", "resolve_images")
    assert statuses(lake) == {"PMC1#f1/0": "resolved", "PMC1#f2/0": "truncated", "PMC2#f1/0": "resolved"}
    assert files(lake)["PMC1#f1/0"] == "1.tar.gz!/PMC1/f1.png"
    assert held(lake) == {("original", sha(data)): data for data in (PNG, OTHER)}
    counts = reports[-1].counts
    assert (counts["media.listed"], counts["media.unreferenced"], counts["media.hostile_key"]) == (4, 1, 1)
    assert run(spark, settings, "resolve_images")[1][0].status == "nothing new"

    # Only images changed: sync has nothing to do, and of the archive one member is examined.
    tar(tmp_path / "in/1.tar.gz", {**one, "PMC1/f2.jpg": JPEG})
    _, reports = run(spark, settings, "sync_articles", "parse_articles", "resolve_images")
    assert [report.status for report in reports] == ["nothing new", "nothing new", "done"]
    assert reports[-1].counts["files.examined"] == 1
    assert set(statuses(lake).values()) == {"resolved"}
    assert run(spark, settings, "resolve_images")[1][0].status == "nothing new"
