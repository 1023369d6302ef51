"""What a batch changes in a table, and what tells an incremental run where to work."""

from __future__ import annotations

import shutil
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest
from articles import config, jats, run, write

from medconcept.lake.change_log import CHANGES, NOTE, since
from medconcept.lake.changes import change_set
from medconcept.lake.lake import Lake
from medconcept.lake.transaction import is_one_of
from medconcept.tables import TABLES

FIGURES = TABLES["figures"]
PARSE = ("sync_articles", "parse_articles")


def _figures(spark, run_id: str, *rows: tuple[str, str]):
    """Rows of `figures` by key and label, as a run would write them."""
    columns = {c.name: None for c in FIGURES.columns}
    keyed = [
        tuple({**columns, "figure_key": key, "article_key": key[0], "label": label}.values())
        for key, label in rows
    ]
    schema = type(FIGURES.schema)(list(FIGURES.columns))
    return FIGURES.conform(spark.createDataFrame(keyed, schema), run_id, datetime(2026, 1, 1))


@pytest.mark.parametrize("whole", [False, True])
def test_what_a_batch_changes(spark, whole: bool) -> None:
    old = _figures(spark, "first", ("a#1", "one"), ("a#2", "two"), ("a#3", "three"))
    new = _figures(spark, "second", ("a#1", "one"), ("a#2", "other"), ("b#1", "new"))
    found = change_set(new, old, FIGURES, whole_scopes=whole).collect()
    told = {(r["_op"], r["figure_key"], r["article_key"], r["label"], r["run_id"]) for r in found}
    kept = {("keep", "a#1", "a", "one", "first")} if whole else set()
    assert told == kept | {
        ("upsert", "a#2", "a", "other", "second"),
        ("upsert", "b#1", "b", "new", "second"),
        ("delete", "a#3", "a", None, None),  # its name alone
    }


@pytest.fixture(scope="module")
def parsed(spark, tmp_path_factory):
    """A configuration whose lake has three parsed articles."""
    settings = config(tmp_path_factory.mktemp("changes"))
    write(
        Path(settings.sync.input), a_xml=jats("1", "heart"), b_xml=jats("2", "liver"), d_xml=jats("4", "lung")
    )
    run(spark, settings, *PARSE)
    return settings


def copied(settings, folder: Path):
    """The same configuration on a copy of its lake; the input has another file and a new one."""
    shutil.copytree(settings.lake, folder / "lake")
    shutil.copytree(settings.sync.input, folder / "in")
    write(folder / "in", a_xml=jats("1", "heart attack"), c_xml=jats("3", "a heart"))
    sync = replace(settings.sync, input=str(folder / "in"))
    return replace(settings, lake=str(folder / "lake"), sync=sync)


def test_the_log_tells_what_was_touched(spark, parsed, tmp_path) -> None:
    settings = copied(parsed, tmp_path)
    first = Lake(spark, settings.lake).head().seq
    lake, _ = run(spark, settings, *PARSE)
    happened = since(lake, first, lake.head())
    assert happened is not None
    touched = {row["source_key"] for row in happened.scopes("raw_articles").collect()}
    assert touched == {"a.xml", "c.xml"}
    assert {r["article_key"] for r in happened.scopes("figures", "articles").collect()} == {"PMC1", "PMC3"}
    assert happened.scopes("mentions").isEmpty()
    assert {row["source_key"] for row in happened.written(lake.read("raw_articles")).collect()} == touched
    assert since(lake, 0, lake.head()).scopes("figures") is None  # filled then: all of it is new


@pytest.mark.slow
def test_without_a_log_all_is_worked_on(spark, parsed, tmp_path) -> None:
    settings = copied(parsed, tmp_path)
    lake, _ = run(spark, settings, *PARSE)
    head = lake.head().seq
    write(tmp_path / "in", b_xml=jats("2", "kidney"))
    run(spark, settings, "sync_articles")
    lake.files.delete(f"{CHANGES}/{lake.head().seq}/{NOTE}")
    assert since(lake, head, lake.head()) is None
    _, (report,) = run(spark, settings, "parse_articles")
    assert report.counts["files.parsed"] == 4
    assert report.counts["articles.written"] == 1  # and finds that one has changed


@pytest.mark.slow
def test_a_small_change_marks_rows_and_rewrites_no_file(spark, parsed, tmp_path) -> None:
    settings = copied(parsed, tmp_path)
    figures = Lake(spark, settings.lake).path("figures")
    before = set(spark.read.format("delta").load(figures).inputFiles())
    lake, _ = run(spark, settings, *PARSE)
    assert before < set(spark.read.format("delta").load(figures).inputFiles())
    captions = sorted(row["caption"] for row in lake.read("figures").collect())
    assert captions == ["a heart", "heart attack", "liver", "lung"]
    runs = {row["article_key"]: row["run_id"] for row in lake.read("articles").collect()}
    assert runs["PMC1"] == runs["PMC3"] != runs["PMC2"] == runs["PMC4"]


@pytest.mark.slow
def test_more_than_can_be_named_are_merged(spark, parsed, tmp_path, monkeypatch) -> None:
    settings = copied(parsed, tmp_path)
    for module in ("stages.context", "pipeline.runner"):
        monkeypatch.setattr(f"medconcept.{module}.FEW", 1)
    lake, _ = run(spark, settings, *PARSE)
    captions = sorted(row["caption"] for row in lake.read("figures").collect())
    assert captions == ["a heart", "heart attack", "liver", "lung"]
    for table in ("raw_articles", "articles", "figures"):
        last = spark.sql(f"DESCRIBE HISTORY delta.`{lake.path(table)}` LIMIT 1").collect()[0]
        assert last["operation"] == "MERGE", table


@pytest.mark.parametrize("name", ["it's", "a\\b", "new\nline", "50%_", "\U0001f600", "`x`"])
def test_hostile_names_are_told_exactly(spark, name: str) -> None:
    rows = spark.createDataFrame([("s", name), ("s", "other"), (name, "other")], "source string, key string")
    found = rows.where(is_one_of(("source", "key"), [("s", name), (name, "x")]))
    assert [tuple(row) for row in found.collect()] == [("s", name)]
