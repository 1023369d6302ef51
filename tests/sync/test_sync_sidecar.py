"""A sidecar next to an article states what its XML lacks: landed with it, filled in, followed."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from articles import config, run, write
from older_lakes import format_of, set_format, store_as

from medconcept.config import SyncConfig
from medconcept.lake.lake import FORMAT_VERSION, Lake
from medconcept.pipeline.status import status
from medconcept.stages.sync.folder import list_folder, read_files
from medconcept.workers.sync.folder_files import SIDECAR_BYTES

PARSE = ("sync_articles", "parse_articles")
FIGURE = '<fig id="f1"><caption><p>A heart</p></caption></fig>'
BARE = f"<article><front><article-meta/></front><body>{FIGURE}</body></article>"
STATED = {
    "doi": "10.7554/eLife.32671",
    "journal": "eLife",
    "licence": "CC BY 4.0",
    "stated_by": "the publisher",
}


def articles(lake: Lake) -> list[Any]:
    return lake.read("articles").where("is_current").orderBy("source_key").collect()


@pytest.mark.slow  # three runs of two jobs
def test_a_sidecar_is_landed_followed_and_dropped(spark: Any, tmp_path: Path) -> None:
    from medconcept.lake.quarantine import open_quarantine

    folder, settings = tmp_path / "in", config(tmp_path)
    write(folder, a_xml=BARE)
    lake, _ = run(spark, settings, *PARSE)
    assert [row.reason for row in open_quarantine(lake.read("quarantine")).collect()] == ["no_identifier"]
    # As format 7 wrote it, which had no such column.
    store_as(spark, lake, "raw_articles", lake.read("raw_articles").drop("sidecar"))
    set_format(lake, 7)
    lake = Lake(spark, settings.lake)
    assert [row.sidecar for row in lake.read("raw_articles").collect()] == [None]

    sidecar = folder / "a.xml.metadata.json"
    sidecar.write_text(json.dumps(STATED))
    lake, reports = run(spark, settings, *PARSE)
    assert (format_of(lake), reports[0].counts["files.sidecar"]) == (FORMAT_VERSION, 1)
    (row,) = articles(lake)
    assert (row.doi, row.journal, row.licence_code) == ("10.7554/elife.32671", "eLife", "CC-BY-4.0")
    assert row.licence_text == "CC BY 4.0 (stated in the article's sidecar: the publisher)"
    assert row.warnings == ["from_sidecar: doi", "from_sidecar: journal", "from_sidecar: licence"]
    assert open_quarantine(lake.read("quarantine")).collect() == []
    assert {report.status for report in run(spark, settings, *PARSE)[1]} == {"nothing new"}
    assert status(lake, settings)["folder"] == {"files": 1, "backlog": 0, "left_out": {"sidecar": 1}}

    sidecar.unlink()
    lake, _ = run(spark, settings, *PARSE)
    assert articles(lake) == []
    assert [row.reason for row in open_quarantine(lake.read("quarantine")).collect()] == ["no_identifier"]


@pytest.mark.parametrize(
    ("include", "names"),
    [(("*.xml",), ["a.xml", "b.xml"]), (("b*",), ["b.xml"]), (("*",), ["a.xml", "b.xml"])],
)
def test_a_sidecar_is_no_article_and_changes_the_etag(
    spark: Any, tmp_path: Path, include: tuple[str, ...], names: list[str]
) -> None:
    folder = write(tmp_path / "in", a_xml=BARE, b_xml=BARE)
    (folder / "a.xml.metadata.json").write_bytes(b"\xff" + b"x" * 10)
    how = SyncConfig(input=str(folder), include=include)
    rows = list_folder(spark, how).where("reason IS NULL")
    etags = {row.source_key: row.etag for row in rows.collect()}
    assert sorted(etags) == names and {key for key, etag in etags.items() if "+" in etag} <= {"a.xml"}
    texts = read_files(spark, rows, how).collect()
    assert {row.source_key: row.sidecar for row in texts} == {
        name: "\ufffd" + "x" * 10 if name == "a.xml" else None for name in names
    }


def test_a_large_sidecar_is_not_read(spark: Any, tmp_path: Path) -> None:
    folder = write(tmp_path / "in", a_xml=BARE)
    (folder / "a.xml.metadata.json").write_bytes(b" " * (SIDECAR_BYTES + 1))
    how = SyncConfig(input=str(folder))
    (row,) = read_files(spark, list_folder(spark, how).where("reason IS NULL"), how).collect()
    assert row.sidecar == "over 65536 bytes, not read"
