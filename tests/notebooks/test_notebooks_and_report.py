"""The notebook and the report on a lake with two releases, in a session that is already there."""

from __future__ import annotations

import re
import runpy
from pathlib import Path

import pytest
from released import Released

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


def test_the_notebook_runs_from_top_to_bottom(lake, monkeypatch, capsys) -> None:
    monkeypatch.setenv("MEDCONCEPT_LAKE", lake[0].root)
    seen = runpy.run_path(str(ROOT / "notebooks/explore_release.py"))
    assert seen["spans_that_do_not_fit"] == 0
    assert (seen["figures_then"], seen["figures"].count()) == (4, 6)
    assert seen["changes"]["figures"] == {"added": 2, "removed": 0, "changed": 2}
    assert seen["frequent"].count() == 3
    assert "heart attack" in seen["pages"][0]
    assert "again: commit" in capsys.readouterr().out


def test_the_notebook_is_in_databricks_source_format() -> None:
    lines = (ROOT / "notebooks/explore_release.py").read_text().splitlines()
    assert lines[0] == "# Databricks notebook source"
    assert "# COMMAND ----------" in lines
