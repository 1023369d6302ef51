"""The notebook and the report on a lake with two releases, in a session that is already there."""

from __future__ import annotations

import re
import runpy
from pathlib import Path

import pytest
from released import Released

from medconcept.report.charts import CHARTS

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def lake(spark, released: Released, tmp_path_factory):
    from medconcept.lake.lake import Lake

    settings = released.copy_of(released.settings, tmp_path_factory.mktemp("released"))
    return Lake(spark, settings.lake), settings


def test_the_report_is_written_beside_the_data_docs(lake) -> None:
    from medconcept.report import write_report

    made, settings = lake
    uri = write_report(made, settings, [])
    assert uri.endswith("_docs/report.html")
    page = made.files.read("_docs/report.html").decode()
    about = r"myocardial infarction · C0027051 · disease · 1.00 exact · centrality (?:0\.\d\d|1\.00)"
    assert re.search(rf'title="{about}">heart attack</a>', page)
    assert "<script>" not in page
    assert "From r1 to again" in page
    assert made.files.exists("_docs/index.html")


def run_notebook(lake, pictures: Path, monkeypatch, release: str = "") -> dict:
    monkeypatch.setenv("MEDCONCEPT_LAKE", lake[0].root)
    monkeypatch.setenv("MEDCONCEPT_PICTURES", str(pictures))
    monkeypatch.setenv("MEDCONCEPT_RELEASE", release)
    return runpy.run_path(str(ROOT / "notebooks/explore_release.py"))


def test_the_notebook_runs_from_top_to_bottom(lake, tmp_path, monkeypatch, capsys) -> None:
    seen = run_notebook(lake, tmp_path, monkeypatch)
    assert seen["mismatch_count"] == 0
    assert (seen["figures_then"], seen["figures"].count()) == (4, 6)
    assert seen["changes"]["figures"] == {"added": 2, "removed": 0, "changed": 2}
    assert seen["frequent"].count() == 3
    counts = seen["counts"]
    assert (counts.release, counts.articles) == ("again", 5)
    assert ("refused: not_xml", 1) in counts.files  # f.xml; e.xml is an article by now
    assert sum(n for _, n in counts.figures) == 6
    assert [picture.parent for picture in seen["pictures"]] == [tmp_path / "again"] * len(CHARTS)
    assert all(picture.read_bytes().startswith(b"\x89PNG") for picture in seen["pictures"])
    printed = capsys.readouterr().out
    assert "again: commit" in printed
    assert str(tmp_path / "again/co_occurrence.png") in printed


def test_the_notebook_draws_the_release_that_was_requested(lake, tmp_path, monkeypatch) -> None:
    seen = run_notebook(lake, tmp_path, monkeypatch, release="r1")
    counts = seen["counts"]
    assert (counts.release, counts.articles) == ("r1", 3)
    assert ("current articles", 3) in counts.files and ("refused: not_xml", 1) in counts.files  # e.xml
    assert sum(n for _, n in counts.figures) == 4
    assert sorted((tmp_path / "r1").iterdir()) == sorted(seen["pictures"])


def test_the_notebook_is_in_databricks_source_format() -> None:
    lines = (ROOT / "notebooks/explore_release.py").read_text().splitlines()
    assert lines[0] == "# Databricks notebook source"
    assert "# COMMAND ----------" in lines
