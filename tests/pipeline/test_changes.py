"""What a batch changes in a table, and what tells an incremental run where to work."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest
from articles import config, jats, run, write

from medconcept.delta.change_log import CHANGES, NOTE, since
from medconcept.delta.changes import change_set
from medconcept.delta.transaction import is_among
from medconcept.stages import run_stage, stage
from medconcept.tables import TABLES

FIGURES = TABLES["figures"]


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


def test_the_log_tells_what_was_touched_since(spark, tmp_path: Path) -> None:
    settings = config(tmp_path)
    write(tmp_path / "in", a_xml=jats("1", "heart"), b_xml=jats("2", "liver"), d_xml=jats("4", "lung"))
    lake, _ = run(spark, settings)
    first = lake.head().seq
    write(tmp_path / "in", a_xml=jats("1", "heart attack"), c_xml=jats("3", "a heart"))
    for name in ("sync_articles", "parse_articles"):
        run_stage(stage(name), lake, settings)
    happened = since(lake, first, lake.head())
    assert happened is not None
    touched = {row["source_key"] for row in happened.scopes("raw_articles").collect()}
    assert touched == {"a.xml", "c.xml"}
    assert {r["article_key"] for r in happened.scopes("figures", "articles").collect()} == {"PMC1", "PMC3"}
    assert happened.scopes("mentions").isEmpty()
    assert {row["source_key"] for row in happened.written(lake.read("raw_articles")).collect()} == touched
    assert since(lake, 0, lake.head()).scopes("figures") is None  # filled then: all of it is new
    # Where a commit kept no log, a job works on everything, and finds the same.
    lake.files.delete(f"{CHANGES}/{lake.head().seq}/{NOTE}")
    assert since(lake, first, lake.head()) is None
    done = run_stage(stage("annotate_captions"), lake, settings)
    assert done.counts["captions.linked"] == 4


def test_a_small_change_replaces_rows_and_rewrites_no_file(spark, tmp_path: Path) -> None:
    settings = config(tmp_path)
    write(tmp_path / "in", a_xml=jats("1", "heart"), b_xml=jats("2", "liver"))
    lake, _ = run(spark, settings)
    before = lake.head()
    write(tmp_path / "in", a_xml=jats("1", "heart attack"))
    run(spark, settings)
    table = spark.read.format("delta").load(lake.path("figures")).inputFiles()
    old = spark.read.format("delta").option("versionAsOf", before.versions["figures"])
    assert set(old.load(lake.path("figures")).inputFiles()) <= set(table)  # one of its rows is marked
    assert sorted(r["caption"] for r in lake.read("figures").collect()) == ["heart attack", "liver"]
    kept = {r["article_key"]: r["run_id"] for r in lake.read("articles").collect()}
    assert kept["PMC1"] != kept["PMC2"]


def test_more_articles_than_can_be_named_are_merged(spark, tmp_path: Path, monkeypatch) -> None:
    settings = config(tmp_path)
    write(tmp_path / "in", a_xml=jats("1", "heart"), b_xml=jats("2", "liver"))
    lake, _ = run(spark, settings)
    monkeypatch.setattr("medconcept.stages.runner.FEW", 1)
    write(tmp_path / "in", a_xml=jats("1", "heart attack"), b_xml=jats("2", "a heart"))
    run(spark, settings)
    again, _ = run(spark, replace(settings, lake=str(tmp_path / "again")))
    for name in ("figures", "mentions", "triplets"):
        rows = [lk.read(name).drop("run_id", "written_at") for lk in (lake, again)]
        assert rows[0].exceptAll(rows[1]).isEmpty(), name
        assert rows[1].exceptAll(rows[0]).isEmpty(), name
    last = spark.sql(f"DESCRIBE HISTORY delta.`{lake.path('figures')}` LIMIT 1").collect()[0]
    assert last["operation"] == "MERGE"


@pytest.mark.parametrize("name", ["it's", "a\\b", "new\nline", "50%_", "\U0001f600", "`x`"])
def test_hostile_names_are_told_exactly(spark, name: str) -> None:
    rows = spark.createDataFrame([("s", name), ("s", "other"), (name, "other")], "source string, key string")
    found = rows.where(is_among(("source", "key"), [("s", name), (name, "x")]))
    assert [tuple(row) for row in found.collect()] == [("s", name)]
