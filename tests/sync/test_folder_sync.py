"""A folder to the lake: what lies in it is a row, a refusal by name, or a count, and the sums come out."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import pytest
from articles import config, jats, run, write
from test_sync_archives import tar, zipped

from medconcept.config import Config
from medconcept.errors import InputError
from medconcept.pipeline.status import status
from medconcept.stages.sync.folder import list_folder, read_files

HOSTILE = b"a\nb.xml"


def refusals(lake) -> dict[str, str]:
    from medconcept.lake.quarantine import open_quarantine

    return {row.source_key: row.reason for row in open_quarantine(lake.read("quarantine")).collect()}


def keys(lake) -> set[str]:
    return {row.source_key for row in lake.read("raw_articles").select("source_key").collect()}


def test_a_folder_of_odd_files_and_what_becomes_of_it(spark, tmp_path: Path) -> None:
    folder, settings = tmp_path / "in", config(tmp_path)
    write(folder, a_xml=jats("1", "heart"), UP_XML=jats("2", "heart"), empty_xml=b"", picture_jpg=b"x")
    odd = {"_u.xml": "3", ".d.xml": "4", "a:b.xml": "5", "%41 #?.xml": "6", "x.d/y.xml": "7"}
    for name, pmcid in odd.items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(jats(pmcid, "heart"))
    (folder / os.fsdecode(HOSTILE)).write_text(jats("8", "heart"))
    (folder / "passwd.xml").symlink_to("/etc/passwd")
    (folder / "nothing.xml").symlink_to("nowhere")
    (folder / "loop").symlink_to(".")
    lines: list[str] = []
    lake, (synced, _) = run(spark, settings, "sync_articles", "parse_articles", log=lines.append)
    assert keys(lake) == {"a.xml", "UP.XML", "empty.xml", *odd}
    refused = {
        r"$'a\x0ab.xml'": "hostile_key",
        "passwd.xml": "link_outside",
        "nothing.xml": "dangling_link",
    }
    assert refusals(lake) == {**refused, "empty.xml": "empty_file"}
    files = {k.removeprefix("files."): n for k, n in synced.counts.items() if k.startswith("files.")}
    assert files.pop("listed") == 13 and files.pop("landed") == 8
    assert files == {
        "to_read": 8, "other_file": 1, "link_to_folder": 1,
        "hostile_key": 1, "link_outside": 1, "dangling_link": 1,
    }  # fmt: skip
    assert any("the folder holds 13 files: " in line for line in lines)
    assert "root:" not in str(lake.read("quarantine").collect())
    left_out = {k: n for k, n in files.items() if k != "to_read"}
    assert status(lake, settings)["folder"] == {"files": 8, "backlog": 0, "left_out": left_out}

    assert run(spark, settings, "sync_articles")[1][0].status == "nothing new"
    (folder / "passwd.xml").unlink()
    (folder / "nowhere").write_text(jats("9", "heart"))
    run(spark, settings, "sync_articles")
    assert refusals(lake) == {r"$'a\x0ab.xml'": "hostile_key", "empty.xml": "empty_file"}
    assert "nothing.xml" in keys(lake)

    for name in ("a.xml", "_u.xml", "nothing.xml"):
        (folder / name).unlink()
    lines.clear()
    before = keys(lake)
    assert run(spark, settings, "sync_articles", log=lines.append)[1][0].status == "nothing new"
    assert "3 files of the lake are gone from the folder (_u.xml, a.xml, nothing.xml)" in "\n".join(lines)
    assert keys(lake) == before
    pruning = replace(settings, sync=replace(settings.sync, prune=True))
    (report,) = run(spark, pruning, "sync_articles")[1]
    assert report.counts["files.pruned"] == 3
    assert keys(lake) == before - {"a.xml", "_u.xml", "nothing.xml"}
    assert run(spark, pruning, "sync_articles")[1][0].status == "nothing new"


def test_archives_with_odd_names_are_read_as_themselves(spark, tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    for number, name in enumerate(("%41.zip", "a#b?c.zip", "[1].zip", "_d.ZIP"), 1):
        zipped(tmp_path / "in" / name, (f"{number}.xml", jats(str(number), "heart").encode()))
    tar(tmp_path / "in/none.zip")
    (tmp_path / "in/out.zip").symlink_to("/etc/passwd")
    settings = config(tmp_path)
    settings = replace(settings, sync=replace(settings.sync, input=str(tmp_path / "in/*.zip")))
    lake, _ = run(spark, settings, "sync_articles")
    assert keys(lake) == {"%41.zip!/1.xml", "a#b?c.zip!/2.xml", "[1].zip!/3.xml", "_d.ZIP!/4.xml"}
    assert refusals(lake) == {"none.zip": "archive_broken", "out.zip": "link_outside"}
    assert run(spark, settings, "sync_articles")[1][0].status == "nothing new"
    one = replace(settings, sync=replace(settings.sync, input=str(tmp_path / "in/[1].zip")))
    assert run(spark, replace(one, lake=str(tmp_path / "other")), "sync_articles")[1][0].status == "done"


def test_a_file_system_that_is_not_the_workers_own(spark, tmp_path: Path) -> None:
    """Hadoop's view of a local folder stands for any other file system; Spark reads it."""
    write(tmp_path / "in", a_xml=b"one", UP_XML=b"two", empty_xml=b"", picture_jpg=b"x")
    (tmp_path / "in/_hidden.xml").write_bytes(b"three")
    spark.sparkContext._jsc.hadoopConfiguration().set(
        "fs.viewfs.mounttable.t.link./in", (tmp_path / "in").as_uri()
    )
    settings = Config().sync
    settings = replace(settings, input="viewfs://t/in", source="s")
    listing = list_folder(spark, settings)
    found = {row.source_key: row.reason for row in listing.collect()}
    assert found == {
        "a.xml": None, "UP.XML": None, "empty.xml": None, "picture.jpg": "other_file",
        "_hidden.xml": "hidden_name",
    }  # fmt: skip
    read = read_files(spark, listing.where("reason IS NULL"), settings)
    assert {row.source_key: bytes(row.content) for row in read.collect()} == {
        "a.xml": b"one", "UP.XML": b"two", "empty.xml": b"",
    }  # fmt: skip


def test_a_file_as_input_is_refused_in_a_line(spark, tmp_path: Path) -> None:
    write(tmp_path / "in", a_xml=b"one")
    settings = replace(Config().sync, input=str(tmp_path / "in/a.xml"))
    with pytest.raises(InputError, match=r"a\.xml: is a file; give its folder"):
        list_folder(spark, settings)
