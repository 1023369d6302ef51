"""resolve_images on a folder: what is found, what is not and why, what is done again and what is not."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from articles import config, run
from image_examples import picture, saved

from medconcept.images.options import ImageFilter, ImageOptions
from medconcept.images.settings import Derivation

JOBS = ("sync_articles", "parse_articles", "resolve_images")
LICENCE = '<permissions><license xlink:href="https://creativecommons.org/licenses/{}/4.0/"/></permissions>'


def article(pmcid: str, *hrefs: str, licence: str = "by", extra: str = "") -> bytes:
    """An article with one figure for each href."""
    figures = "".join(
        f'<fig id="f{n}"><caption><p>A heart</p></caption><graphic xlink:href="{href}"/></fig>'
        for n, href in enumerate(hrefs, 1)
    )
    return (
        '<article xmlns:xlink="http://www.w3.org/1999/xlink"><front><article-meta>'
        f'<article-id pub-id-type="pmc">{pmcid}</article-id><pub-date><year>2020</year></pub-date>'
        f"{LICENCE.format(licence)}</article-meta></front><body>{figures}{extra}</body></article>"
    ).encode()


def put(folder: Path, files: dict[str, bytes]) -> None:
    for name, data in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(data)


def statuses(lake: Any) -> dict[str, str]:
    return {row.image_key: row.status for row in lake.read("images").select("image_key", "status").collect()}


def files(lake: Any) -> dict[str, str | None]:
    return {row.image_key: row.file for row in lake.read("images").select("image_key", "file").collect()}


def held(lake: Any) -> dict[tuple[str, str], bytes]:
    return {(row.kind, row.sha256): bytes(row.content) for row in lake.read("image_bytes").collect()}


def sha(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def sums_up(counts: dict[str, int], lake: Any) -> None:
    """The count of images is the sum over the statuses, each a row of the table."""
    names = {row.status for row in lake.read("images").select("status").distinct().collect()}
    assert counts["images.in"] == sum(counts.get(f"images.{name}", 0) for name in names)


PNG = saved(picture(seed=1), "PNG")
JPEG = saved(picture(seed=2), "JPEG", quality=90)
GIF = saved(picture(seed=3).convert("P"), "GIF")
GREY = saved(picture(seed=4, mode="L"), "PNG")

HREFS = {
    "f1.png": ("resolved", "a/f1.png"),
    "F2": ("resolved", "a/img/f2.JPG"),  # another case, without extension, in a sub-folder
    "thumbed.tif": ("resolved", "a/thumbed-thumb.gif"),
    "cut.jpg": ("truncated", "a/cut.jpg"),
    "page.jpg": ("html_page", "a/page.jpg"),
    "f10": ("no_match", None),  # f1 is not f10
    "twice": ("ambiguous", None),
    "https://a.org/": ("bad_href", None),
    "../b/own": ("resolved", "b/own.png"),  # the very path, though it is another article's folder
    "neighbour": ("no_match", None),  # only article b has such a file
}


@pytest.fixture(scope="module")
def resolved(spark: Any, tmp_path_factory: pytest.TempPathFactory) -> tuple[Any, Any, Path, dict[str, int]]:
    """A lake whose images were resolved once: the lake, its settings, the folder and the counts."""
    folder = tmp_path_factory.mktemp("folder")
    put(
        folder / "in",
        {
            "a/a.xml": article("1", *HREFS),
            "a/f1.png": PNG,
            "a/img/f2.JPG": JPEG,
            "a/thumbed-thumb.gif": GIF,
            "a/cut.jpg": JPEG[: len(JPEG) // 2],
            "a/page.jpg": b"<!DOCTYPE html><title>404</title>",
            "a/twice.png": PNG,
            "a/img/twice.png": PNG,
            "a/other/twice.png": PNG,
            "a/unused.png": GREY,
            "b/b.xml": article("2", "own.png", "same.png", licence="by-nd"),
            "b/own.png": GREY,
            "b/same.png": PNG,
            "b/neighbour.png": GREY,
            "c/c.xml": article("3", "x"),
            "outside.png": GREY,
        },
    )
    settings = config(folder)
    lake, reports = run(spark, settings, *JOBS)
    return lake, settings, folder / "in", reports[-1].counts


def test_each_graphic_has_a_file_or_a_reason(resolved: Any) -> None:
    lake, _, _, counts = resolved
    keys = {f"PMC1#f{n}/0": expected for n, expected in enumerate(HREFS.values(), 1)}
    keys |= {"PMC2#f1/0": ("resolved", "b/own.png"), "PMC2#f2/0": ("resolved", "b/same.png")}
    keys |= {"PMC3#f1/0": ("no_media", None)}
    assert statuses(lake) == {key: status for key, (status, _) in keys.items()}
    assert files(lake) == {key: file for key, (_, file) in keys.items()}
    sums_up(counts, lake)
    assert (counts["images.in"], counts["images.resolved"], counts["images.no_match"]) == (13, 6, 2)
    # a/unused.png, b/neighbour.png; what lies in no article's folder is nobody's: outside.png
    assert (counts["media.listed"], counts["media.unreferenced"]) == (13, 3)


def test_measures_are_those_of_the_file(resolved: Any) -> None:
    lake, *_ = resolved
    rows = {row.image_key: row for row in lake.read("images").collect()}
    png, gif, cut = rows["PMC1#f1/0"], rows["PMC1#f3/0"], rows["PMC1#f4/0"]
    assert (png.format, png.width, png.height, png.mode, png.bit_depth) == ("png", 160, 120, "RGB", 8)
    assert (png.sha256, png.size, png.how, png.flags) == (sha(PNG), len(PNG), "path", [])
    assert (gif.is_thumbnail, gif.flags, gif.how) == (True, ["thumbnail_only"], "thumbnail")
    assert (cut.width, cut.phash, cut.sha256) == (None, None, sha(JPEG[: len(JPEG) // 2]))
    assert len(png.phash) == 64 and 0 <= png.near_white <= 1
    assert rows["PMC1#f7/0"].detail.count("twice.png") >= 2


def test_bytes_are_kept_once_for_each_content(resolved: Any) -> None:
    lake, *_ = resolved
    assert held(lake) == {("original", sha(data)): data for data in (PNG, JPEG, GIF, GREY)}


def test_a_second_run_has_nothing_to_do(spark: Any, resolved: Any) -> None:
    lake, settings, *_ = resolved
    before = {name: lake.latest_version(name) for name in ("images", "image_bytes", "commits", "runs")}
    assert run(spark, settings, "resolve_images")[1][0].status == "nothing new"
    assert {name: lake.latest_version(name) for name in before} == before
