"""resolve_images on a folder: what is found, what is not and why, what is done again and what is not."""

from __future__ import annotations

import hashlib
import io
import os
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from articles import config, run
from image_examples import picture, saved
from PIL import Image

from medconcept.images.options import ImageFilter, ImageOptions
from medconcept.images.settings import Derivation, Settings, Thresholds
from medconcept.stages.images.examination import with_bytes
from medconcept.workers.images.examine_files import Task, examine_local

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
            "a/img/twice.png": PNG,
            "a/other/twice.png": PNG,
            "a/unused.png": GREY,
            "b/b.xml": article("2", "own.png", "same.png", licence="by-nc-nd"),
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
    # a/unused.png, b/neighbour.png, and outside.png, which lies in no article's folder
    assert (counts["media.listed"], counts["media.unreferenced"]) == (12, 3)


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


@pytest.fixture
def copied(resolved: Any, tmp_path: Path) -> tuple[Any, Path]:
    """A copy of that lake and its folder, to be changed."""
    _, settings, folder, _ = resolved
    shutil.copytree(settings.lake, tmp_path / "lake")
    # As they are, times too: a copy that looks changed would be read again.
    shutil.copytree(folder, tmp_path / "in", copy_function=shutil.copy2)
    return replace(
        settings, lake=str(tmp_path / "lake"), sync=replace(settings.sync, input=str(tmp_path / "in"))
    ), tmp_path / "in"


def test_only_what_changed_is_examined_again(spark: Any, copied: Any) -> None:
    settings, folder = copied
    mended = saved(picture(seed=9), "JPEG")
    put(folder, {"a/cut.jpg": mended, "a/f10.jpg": JPEG})
    (folder / "b/same.png").unlink()
    lake, (report,) = run(spark, settings, "resolve_images")
    assert report.counts["files.examined"] == 2
    now = statuses(lake)
    assert (now["PMC1#f4/0"], now["PMC1#f6/0"], now["PMC2#f2/0"]) == ("resolved", "resolved", "no_match")
    # The other article that has the same picture keeps its bytes.
    assert held(lake) == {("original", sha(data)): data for data in (PNG, JPEG, GIF, GREY, mended)}
    runs = {row.image_key: row.run_id for row in lake.read("images").select("image_key", "run_id").collect()}
    changed = {key for key, run_id in runs.items() if run_id == report.run_id}
    assert changed == {"PMC1#f4/0", "PMC1#f6/0", "PMC2#f2/0"}


@pytest.mark.slow
@pytest.mark.long  # kills and rebuilds, minutes each: make test-long
def test_an_article_that_loses_its_figures_loses_rows_and_bytes(spark: Any, copied: Any) -> None:
    settings, folder = copied
    (folder / "b/same.png").unlink()
    put(folder, {"a/a.xml": article("1")})
    lake, reports = run(spark, settings, "sync_articles", "parse_articles", "resolve_images")
    assert statuses(lake) == {"PMC2#f1/0": "resolved", "PMC2#f2/0": "no_match", "PMC3#f1/0": "no_media"}
    assert held(lake) == {("original", sha(GREY)): GREY}  # only what article 2 shows, too
    assert reports[-1].counts["media.unreferenced"] == 10


def test_filters_copies_and_references(spark: Any, copied: Any) -> None:
    settings, folder = copied
    (folder / "a/f1.png").unlink()
    put(folder, {"a/f1.png": PNG})  # another time, the same bytes: read again
    how = ImageOptions(derive=Derivation(size=64, format="png"), only=ImageFilter(licences=("commercial",)))
    lake, (report,) = run(spark, replace(settings, images=how), "resolve_images")
    now = statuses(lake)
    assert (now["PMC1#f1/0"], now["PMC2#f1/0"], now["PMC2#f2/0"]) == (
        "resolved",
        "not_requested",
        "not_requested",
    )
    sums_up(report.counts, lake)
    kinds = [kind for kind, _ in held(lake)]
    assert (kinds.count("original"), kinds.count("derived")) == (4, 4)
    rows = {row.image_key: row for row in lake.read("images").collect()}
    copy = held(lake)["derived", rows["PMC1#f1/0"].derived_sha256]
    with Image.open(io.BytesIO(copy)) as image:
        assert (image.format, image.size) == ("PNG", (64, 48))
    assert run(spark, replace(settings, images=how), "resolve_images")[1][0].status == "nothing new"

    how = ImageOptions(keep="reference", derive=how.derive)
    lake, _ = run(spark, replace(settings, images=how), "resolve_images")
    rows = {row.image_key: row for row in lake.read("images").collect()}
    nd, by = rows["PMC2#f1/0"], rows["PMC1#f9/0"]  # the same file: one licence permits a copy, one does not
    assert (nd.status, nd.sha256, nd.derived_sha256) == ("resolved", sha(GREY), None)
    assert by.derived_sha256 is not None
    assert {kind for kind, _ in held(lake)} == {"derived"}


def test_what_opted_out_is_not_kept_and_not_read(spark: Any, copied: Any) -> None:
    settings, folder = copied
    lake, _ = run(spark, settings, "resolve_images")  # nothing new
    before, bytes_before = statuses(lake), held(lake)
    out = folder.parent / "out.txt"
    settings = replace(settings, opt_out=str(out))
    new = saved(picture(seed=11), "JPEG")
    # A figure, two figures by their image, an image that comes only now, an article.
    out.write_text(f"PMC1#f2\n{sha(GREY)}\nsha256:{sha(new).upper()}\nPMC3\n")
    put(folder, {"a/f10.jpg": new})
    lake, (report,) = run(spark, settings, "resolve_images")
    changed = {"PMC1#f2/0", "PMC1#f9/0", "PMC2#f1/0", "PMC1#f6/0", "PMC3#f1/0"}
    assert statuses(lake) == before | dict.fromkeys(changed, "opted_out")
    assert held(lake) == {("original", sha(data)): data for data in (PNG, GIF)}
    assert (report.counts["images.opted_out"], report.counts["files.examined"]) == (5, 1)
    rows = {row.image_key: row for row in lake.read("images").collect()}
    assert (rows["PMC1#f6/0"].sha256, rows["PMC1#f6/0"].phash) == (sha(new), None)
    assert (rows["PMC1#f9/0"].sha256, rows["PMC1#f2/0"].sha256) == (sha(GREY), None)
    assert run(spark, settings, "resolve_images")[1][0].status == "nothing new"
    # Another picture in its place is not named; who is on the list no more comes back.
    put(folder, {"a/f10.jpg": JPEG})
    out.write_text("PMC3\n")
    lake, _ = run(spark, settings, "resolve_images")
    assert statuses(lake) == before | {"PMC1#f6/0": "resolved", "PMC3#f1/0": "opted_out"}
    assert held(lake) == bytes_before


def test_other_thresholds_read_the_bytes_in_the_lake(spark: Any, copied: Any) -> None:
    settings, folder = copied
    for name in ("a/f1.png", "a/img/f2.JPG", "b/own.png"):
        stat = (folder / name).stat()
        (folder / name).write_bytes(b"\0" * stat.st_size)  # the same size and time: no source to read again
        os.utime(folder / name, ns=(stat.st_atime_ns, stat.st_mtime_ns))
    how = replace(settings.images, thresholds=Thresholds(smallest_side=150))
    lake, (report,) = run(spark, replace(settings, images=how), "resolve_images")
    rows = {row.image_key: row for row in lake.read("images").collect()}
    assert (rows["PMC1#f1/0"].status, rows["PMC1#f1/0"].flags) == ("resolved", ["too_small"])
    assert report.counts["files.examined"] == 7


@pytest.mark.long  # rebuilds, minutes each: make test-long
@pytest.mark.slow  # five jobs
def test_batches_are_commits_and_a_killed_run_goes_on(spark: Any, copied: Any, monkeypatch: Any) -> None:
    from medconcept.stages.images import resolve_images

    settings, folder = copied
    put(folder, {f"{n}/x.xml": article(str(n), "f.png") for n in range(10, 16)})
    put(folder, {f"{n}/f.png": saved(picture(seed=n), "PNG") for n in range(10, 16)})
    settings = replace(settings, images=replace(settings.images, batch_images=2))
    run(spark, settings, "sync_articles", "parse_articles")
    whole = resolve_images.examined
    calls = []

    def second_fails(*given: Any) -> Any:
        calls.append(given)
        if len(calls) == 2:
            raise OSError("the disk is full")
        return whole(*given)

    with monkeypatch.context() as patch:
        patch.setattr(resolve_images, "examined", second_fails)
        with pytest.raises(Exception, match="the disk is full"):
            run(spark, settings, "resolve_images")
    lake, (report,) = run(spark, settings, "resolve_images")
    new = {key: status for key, status in statuses(lake).items() if key[3:5] in map(str, range(10, 16))}
    assert set(new.values()) == {"resolved"} and len(new) == 6
    assert 0 < report.counts["files.examined"] < 6
    assert lake.files.list("_staging") == []
    assert run(spark, settings, "resolve_images")[1][0].status == "nothing new"


def test_links_and_pipes_are_not_followed(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "secret").write_bytes(PNG)
    (tmp_path / "in/link.png").symlink_to(tmp_path / "secret")
    os.mkfifo(tmp_path / "in/pipe.png")
    put(tmp_path, {"in/a%20b.png": PNG})
    names = ("link.png", "pipe.png", "a%20b.png", "gone.png")
    rows = [
        {"file": name, "is_thumbnail": False, "may_derive": False, "uri": f"file:{tmp_path}/in/{name}"}
        for name in names
    ]
    batch = pa.RecordBatch.from_pylist(rows)
    task = Task(Settings(), True, None)
    examined = [r for b in examine_local([batch], root=f"{tmp_path}/in", task=task) for r in b.to_pylist()]
    assert {row["file"]: row["status"] for row in examined} == {
        "link.png": "outside_source",
        "pipe.png": "unreadable",
        "a%20b.png": "resolved",
        "gone.png": "unreadable",
    }


def test_files_of_any_file_system_are_read_by_name_alone(spark: Any, tmp_path: Path) -> None:
    put(tmp_path, {"f[1].png": PNG, "f1.png": GREY, "unread.png": JPEG})
    rows = [(name, False, False, None, None, f"file:{tmp_path}/{name}") for name in ("f[1].png", "f1.png")]
    schema = "file string, is_thumbnail boolean, may_derive boolean, size long, md5 string, uri string"
    found = {r.file: bytes(r.content) for r in with_bytes(spark.createDataFrame(rows, schema)).collect()}
    assert found == {"f[1].png": PNG, "f1.png": GREY}
