"""Articles in archives: streamed, checked, brought up to date; nothing unpacked."""

from __future__ import annotations

import io
import tarfile
import zipfile
from dataclasses import replace
from pathlib import Path
from urllib.parse import quote

import pyarrow as pa
import pytest
from articles import config, jats, run

from medconcept.errors import InputError
from medconcept.workers.sync.archive_members import read_archives

INCLUDE = ("*.xml", "*.nxml")


def tar(path: Path, *members: tuple[str, bytes], mode: str = "w") -> Path:
    with tarfile.open(path, mode) as out:
        for name, data in members:
            info = tarfile.TarInfo(name)
            info.size = len(data)
            out.addfile(info, io.BytesIO(data))
    return path


def zipped(path: Path, *members: tuple[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as out:
        for name, data in members:
            out.writestr(name, data)
    return path


def read(path: Path, max_bytes: int = 10**6, blob: bytes | None = None) -> list[dict]:
    row = {"source": "s", "archive": path.name, "etag": "e", "uri": "file:" + quote(str(path)), "blob": blob}
    batch = pa.RecordBatch.from_pylist([row])
    return [r for b in read_archives([batch], include=INCLUDE, max_bytes=max_bytes) for r in b.to_pylist()]


@pytest.mark.parametrize("name", ["a.tar", "a.tar.gz", "a.tgz", "a.zip"])
def test_members_of_each_kind(tmp_path: Path, name: str) -> None:
    members = (("x/1.xml", b"one"), ("2.nxml", b"two"), ("x/p.jpg", b"picture"), ("x/1.xml", b"again"))
    if name.endswith("zip"):
        with pytest.warns(UserWarning, match="Duplicate name"):
            path = zipped(tmp_path / name, *members)
    else:
        path = tar(tmp_path / name, *members, mode="w:gz" if "gz" in name else "w")
    expected = {"x/1.xml": b"one", "2.nxml": b"two", "x/1.xml~2": b"again"}
    for rows in (read(path), read(path, blob=path.read_bytes())):
        assert {r["source_key"]: r["content"] for r in rows} == {
            f"{name}!/{k}": v for k, v in expected.items()
        }
    assert sorted(p.name for p in tmp_path.iterdir()) == [name]


def test_what_is_hostile_or_too_large(tmp_path: Path) -> None:
    members = (("../up.xml", b"x"), ("/abs.xml", b"x"), ("big.xml", b"x" * 100), ("ok.xml", b"x"))
    for path in (tar(tmp_path / "a.tar", *members), zipped(tmp_path / "a.zip", *members)):
        rows = read(path, max_bytes=50)
        assert [r["reason"] for r in rows].count("hostile_key") == 2
        kept = {r["source_key"].split("!/")[1]: r for r in rows if not r["reason"]}
        assert (kept["big.xml"]["content"], kept["big.xml"]["size"]) == (None, 100)
        assert kept["ok.xml"]["content"] == b"x"


def test_links_are_not_followed(tmp_path: Path) -> None:
    path = tmp_path / "a.tar"
    with tarfile.open(path, "w") as out:
        for kind in (tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.FIFOTYPE):
            info = tarfile.TarInfo(f"{kind.decode()}.xml")
            info.type, info.linkname = kind, "/etc/passwd"
            out.addfile(info)
    (row,) = read(path)
    assert (row["source_key"], row["reason"]) == ("a.tar", "no_article_file")
    assert row["detail"] == "the archive holds 3 links or devices"


def test_an_archive_without_articles_is_refused_and_says_what_it_holds(tmp_path: Path) -> None:
    made = [
        tar(tmp_path / "none.tar"),
        zipped(tmp_path / "none.zip"),
        zipped(tmp_path / "p.zip", ("p.jpg", b"")),
        zipped(tmp_path / "%41 #?.ZIP", ("UP.XML", b"x")),
    ]
    rows = [row for path in made for row in read(path)]
    assert [(r["source_key"], r["reason"], r["detail"]) for r in rows] == [
        ("none.tar", "no_article_file", "the archive holds nothing"),
        ("none.zip", "no_article_file", "the archive holds nothing"),
        ("p.zip", "no_article_file", "the archive holds 1 other files"),
        ("%41 #?.ZIP!/UP.XML", None, None),
    ]
    (tmp_path / "zero.tar").touch()
    assert [row["reason"] for row in read(tmp_path / "zero.tar")] == ["archive_broken"]


def test_an_archive_that_breaks_off_keeps_what_was_whole(tmp_path: Path) -> None:
    path = tar(tmp_path / "a.tar", ("1.xml", b"one" * 300), ("2.xml", b"two" * 3000))
    path.write_bytes(path.read_bytes()[:6000])
    rows = read(path)
    assert [(r["source_key"], r["reason"]) for r in rows] == [
        ("a.tar!/1.xml", None),
        ("a.tar", "archive_broken"),
    ]
    (tmp_path / "b.zip").write_bytes(b"no zip")
    assert [r["reason"] for r in read(tmp_path / "b.zip")] == ["archive_broken"]


def test_archives_to_the_lake_and_up_to_date(spark, tmp_path: Path) -> None:
    from medconcept.lake.quarantine import open_quarantine

    settings = config(tmp_path)
    (tmp_path / "in").mkdir()
    settings = replace(settings, sync=replace(settings.sync, input=str(tmp_path / "in/*.tar.gz")))
    one, two, three = (jats(str(n), "heart").encode() for n in (1, 2, 3))
    with pytest.raises(InputError, match="no such archive"):
        run(spark, settings, "sync_articles")
    tar(tmp_path / "in/a.tar.gz", ("1.xml", one), ("2.xml", two), ("same.xml", one), mode="w:gz")
    (tmp_path / "in/b.tar.gz").write_bytes(b"no archive")
    lake, _ = run(spark, settings, "sync_articles")

    def held() -> dict[str, bytes | None]:
        return {r.source_key: r.content for r in lake.read("raw_articles").collect()}

    assert held() == {"a.tar.gz!/1.xml": one, "a.tar.gz!/2.xml": two, "a.tar.gz!/same.xml": None}
    open_now = open_quarantine(lake.read("quarantine")).collect()
    assert [(r.source_key, r.reason) for r in open_now] == [("b.tar.gz", "archive_broken")]
    assert run(spark, settings, "sync_articles")[1][0].status == "nothing new"
    tar(tmp_path / "in/a.tar.gz", ("2.xml", three), ("same.xml", one), mode="w:gz")
    tar(tmp_path / "in/b.tar.gz", ("3.xml", two), mode="w:gz")
    run(spark, settings, "sync_articles")
    assert held() == {"a.tar.gz!/2.xml": three, "a.tar.gz!/same.xml": one, "b.tar.gz!/3.xml": two}
    assert open_quarantine(lake.read("quarantine")).isEmpty()
