"""The gate of a run: suites of a user's own, articles taken out of a batch, batches that are held."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from articles import jats, run, write

from medconcept.config import GateConfig
from medconcept.errors import ConfigError, GateFailed, SuiteBroken
from medconcept.lake.lake import Lake
from medconcept.lake.quarantine import open_quarantine
from medconcept.pipeline.status import status
from medconcept.pipeline.summary import figures_of
from medconcept.quality.own_suites import own_expectations
from medconcept.reader.held import held_batches
from medconcept.reader.status_lines import status_lines

NO_CATS = {
    "type": "unexpected_rows_expectation",
    "kwargs": {
        # A regular expression has braces of its own.
        "unexpected_rows_query": "SELECT f.figure_key FROM {batch} f LEFT ANTI JOIN articles a "
        "ON a.article_key = f.article_key AND NOT coalesce(f.caption, '') RLIKE 'c{1}at'",
        "description": "No cat",
    },
    "meta": {"name": "no cats"},
}
NO_DOGS = {
    "type": "expect_column_values_to_not_match_regex",
    "kwargs": {"column": "caption", "regex": "dog"},
    "severity": "critical",
}
# True of no article.
ODD = {"type": "expect_column_values_to_be_null", "kwargs": {"column": "article_key"}, "severity": "warning"}
FEW_ROWS = {"type": "expect_table_row_count_to_be_between", "kwargs": {"max_value": 1}}


def suites(folder: Path, **tables: list[dict[str, Any]]) -> str:
    folder.mkdir(exist_ok=True)
    for table, expectations in tables.items():
        (folder / f"{table}.json").write_text(json.dumps({"expectations": expectations}))
    return str(folder)


def entries(lake: Lake) -> dict[str, str]:
    """The open entries of gates: detail by file."""
    rows = open_quarantine(lake.read("quarantine").where("parser_version LIKE 'gate:%'")).collect()
    assert {row["reason"] for row in rows} <= {"expectation"}
    return {row["source_key"]: row["detail"] for row in rows}


def articles_in(lake: Lake) -> set[str]:
    lake = Lake(lake.spark, lake.root)
    articles = {row["article_key"] for row in lake.read("articles").select("article_key").collect()}
    figures = {row["article_key"] for row in lake.read("figures").select("article_key").collect()}
    assert figures <= articles
    return articles


def balance(lake: Lake) -> tuple[int, int, int]:
    """Files and further articles in them; what became of them; how many of these were refused."""
    counts = figures_of(lake)["counts"]
    of_files = counts["files"] + counts["further articles in them"]
    became = ("articles", "superseded versions", "exact duplicates", "quarantined")
    return of_files, sum(counts[name] for name in became), counts["quarantined"]


def test_articles_with_rows_that_fail_go_to_quarantine_and_the_rest_goes_on(
    spark: Any, released: Any, tmp_path: Path
) -> None:
    files = {"g_xml": jats("7", "a heart", "a cat"), "h_xml": jats("8", "liver"), "i_xml": "<article>"}
    settings = released.copy_of(released.settings, tmp_path, **files)
    own = suites(tmp_path / "own", figures=[NO_CATS, NO_DOGS], articles=[ODD])
    settings = replace(settings, gate=GateConfig("quarantine", expectations=own))
    lines: list[str] = []
    lake, (_, parsed) = run(spark, settings, "sync_articles", "parse_articles", log=lines.append)

    assert articles_in(lake) == {f"PMC{n}" for n in (1, 2, 3, 4, 5, 8)}
    assert entries(lake) == {"g.xml": "figures: unexpected_rows_expectation (no cats): PMC7#f2"}
    assert parsed.counts["refused.expectation"] == 1
    assert (parsed.counts["articles.quarantined"], parsed.counts["figures.quarantined"]) == (1, 2)
    kept = lake.spark.read.parquet(lake.files.uri(f"_rejected/{parsed.run_id}/figures"))
    assert {row["figure_key"] for row in kept.collect()} == {"PMC7#f1", "PMC7#f2"}
    assert balance(lake) == (9, 9, 3)  # f.xml and i.xml are no articles
    assert any(
        "1 articles go to quarantine: figures: unexpected_rows_expectation (no cats)" in x for x in lines
    )
    assert any("warning: articles: expect_column_values_to_be_null (article_key)" in x for x in lines)

    (again,) = run(spark, settings, "parse_articles")[1]
    assert again.status == "nothing new"

    # One is mended, one that was good is not any more: what the lake had of it goes, too.
    write(tmp_path / "in", g_xml=jats("7", "a heart", "a lung"), a_xml=jats("1", "a dog", "a cat"))
    lake, (_, parsed) = run(spark, settings, "sync_articles", "parse_articles")
    assert articles_in(lake) == {f"PMC{n}" for n in (2, 3, 4, 5, 7, 8)}
    (detail,) = entries(lake).values()
    assert detail.startswith("figures: expect_column_values_to_not_match_regex (caption): PMC1#f1; ")
    assert balance(lake) == (9, 9, 3)
    assert "gate:parse_articles: 1" in "\n".join(status_lines(status(lake, settings)))

    # A rule less: what it took out comes back, although no file has changed.
    settings = replace(settings, gate=replace(settings.gate, expectations=None))
    lake, _ = run(spark, settings, "parse_articles")
    assert articles_in(lake) == {f"PMC{n}" for n in (1, 2, 3, 4, 5, 7, 8)}
    assert entries(lake) == {}


def test_an_article_that_a_later_job_takes_out_stays_in_the_lake_without_rows_of_that_job(
    spark: Any, released: Any, tmp_path: Path
) -> None:
    settings = released.copy_of(released.settings, tmp_path)
    no_infarction = {
        "type": "expect_column_values_to_not_be_in_set",
        "kwargs": {"column": "concept_id", "value_set": ["C0027051"]},
    }
    own = suites(tmp_path / "own", mentions=[no_infarction])
    gated = replace(settings, gate=GateConfig("quarantine", expectations=own))

    def linked(lake: Lake) -> set[str]:
        rows = Lake(spark, lake.root).read("mentions").where("concept_id IS NOT NULL").collect()
        return {row["article_key"] for row in rows}

    before, balanced = linked(Lake(spark, settings.lake)), balance(Lake(spark, settings.lake))
    assert {"PMC1", "PMC2"} < before
    # A gate judges the rows that a batch writes: without mentions before, these are all of them.
    none = replace(settings, annotate=replace(settings.annotate, sources=("ANOTHER",)))
    lake, _ = run(spark, none, "annotate_captions")
    assert linked(lake) == set()
    lake, (report,) = run(spark, gated, "annotate_captions")
    assert linked(lake) == before - {"PMC1", "PMC2"}
    details = entries(lake)
    assert details.keys() == {"a.xml", "b.xml"}
    rule = "mentions: expect_column_values_to_not_be_in_set (concept_id): PMC2#f1@0-12"
    assert details["b.xml"] == rule
    assert report.counts["refused.expectation"] == 2
    assert balance(lake) == balanced, "its file is parsed and counted as such"
    assert figures_of(lake)["gates"] == {"annotate_captions": 2}

    lake, _ = run(spark, settings, "annotate_captions")
    assert linked(lake) == before and entries(lake) == {}


def test_files_that_the_gate_of_the_sync_takes_out_stay_refused_as_long_as_they_are_there(
    spark: Any, released: Any, tmp_path: Path
) -> None:
    # y.xml has the bytes of x.xml, which is the one that holds them.
    same = jats("8", "liver")
    files = {"x_xml": same, "y_xml": same, "z_xml": jats("9", "heart")}
    settings = released.copy_of(released.settings, tmp_path, **files)
    no_x = {"unexpected_rows_query": "SELECT source, source_key FROM {batch} WHERE source_key = 'x.xml'"}
    own = suites(tmp_path / "own", raw_articles=[{"type": "unexpected_rows_expectation", "kwargs": no_x}])
    settings = replace(settings, gate=GateConfig("quarantine", expectations=own))

    def files_in(lake: Lake) -> set[str]:
        return {row["source_key"] for row in Lake(spark, lake.root).read("raw_articles").collect()}

    lake, (report,) = run(spark, settings, "sync_articles")
    assert files_in(lake) == {f"{name}.xml" for name in "abcdefz"}
    assert entries(lake) == {
        "x.xml": "raw_articles: unexpected_rows_expectation: test / x.xml",
        "y.xml": "raw_articles: the same bytes as test/x.xml: test / y.xml",
    }
    assert (report.counts["refused.expectation"], report.counts["raw_articles.quarantined"]) == (2, 2)
    assert figures_of(lake)["not_landed"] == {"expectation": 2}
    commit = lake.head().seq
    lake, (report,) = run(spark, settings, "sync_articles")
    assert report.status == "nothing new" and lake.head().seq == commit
    (tmp_path / "in/x.xml").unlink()
    lake, _ = run(spark, settings, "sync_articles")
    assert files_in(lake) == {f"{name}.xml" for name in "abcdefyz"}
    assert entries(lake) == {}


def test_a_held_batch_lets_refusals_through_and_stops_whatever_the_batch_as_a_whole_breaks(
    spark: Any, released: Any, tmp_path: Path
) -> None:
    files = {"g_xml": jats("7", "a cat"), "i_xml": "<article>", "e_xml": jats("5", "heart", "heart")}
    settings = released.copy_of(released.settings, tmp_path, **files)
    whole = suites(tmp_path / "whole", articles=[FEW_ROWS], figures=[NO_CATS])
    lake, _ = run(spark, settings, "sync_articles")
    before = articles_in(lake)
    versions = lake.head().versions
    for number, gate in enumerate((GateConfig(expectations=whole), GateConfig("quarantine", 1.0, whole)), 1):
        with pytest.raises(
            GateFailed, match=r"expect_table_row_count_to_be_between.*was moved to _rejected/"
        ):
            run(spark, replace(settings, gate=gate), "parse_articles")
        lake = Lake(spark, settings.lake)
        refused = open_quarantine(lake.read("quarantine")).collect()
        assert {row["source_key"] for row in refused} == {"f.xml", "i.xml"}
        assert lake.read("quarantine").where("source_key = 'i.xml'").count() == 1, "opened once"
        assert entries(lake) == {} and articles_in(lake) == before
        changed = {name for name, version in lake.head().versions.items() if version != versions.get(name)}
        assert changed <= {"quarantine", "runs"}
        assert len(held_batches(lake.files)) == number
    told = "\n".join(status_lines(status(lake, settings)))
    assert "Held by its gate: a batch of parse_articles" in told and "expect_table_row_count" in told

    lake, (report,) = run(spark, settings, "parse_articles")
    assert report.status == "done"
    assert articles_in(lake) == before | {"PMC7"}


def test_a_suite_of_ones_own_is_looked_at_before_any_work(spark: Any, tmp_path: Path) -> None:
    assert own_expectations(spark, None) == {}
    folder = Path(suites(tmp_path / "own", figures=[NO_DOGS]))
    (folder / "README.md").write_text("not a suite")
    assert own_expectations(spark, str(folder)) == {"figures": [NO_DOGS]}
    with pytest.raises(ConfigError, match="no such folder"):
        own_expectations(spark, str(tmp_path / "onw"))
    (folder / "figure.json").write_text('{"expectations": []}')
    with pytest.raises(ConfigError, match=r"figure\.json: no table 'figure' \(tables: raw_articles, "):
        own_expectations(spark, str(folder))
    (folder / "figure.json").unlink()
    for expectation, message in (
        ({"type": "expect_column_values_to_be_nice", "kwargs": {}}, "expect_column_values_to_be_nice"),
        ({"type": "expect_column_values_to_be_null", "kwargs": {"colum": "caption"}}, "expectation 2"),
        ({**NO_DOGS, "severity": "grave"}, "expectation 2"),
        ({**NO_CATS, "kwargs": {"unexpected_rows_query": "SELECT 1"}}, "expectation 2.*{batch}"),
    ):
        suites(folder, figures=[NO_DOGS, expectation])
        with pytest.raises(SuiteBroken, match=message):
            own_expectations(spark, str(folder))
