"""What a batch changes in a table, and how an incremental run learns where to work."""

from __future__ import annotations

from collections import Counter
from datetime import datetime
from pathlib import Path

import pytest
from articles import jats, run
from released import AFTER, Released

from medconcept.lake.change_log import CHANGES, NOTE, since
from medconcept.lake.changes import change_set
from medconcept.lake.lake import Commit, Lake
from medconcept.lake.transaction import is_one_of
from medconcept.stages.publish_release import content_digest
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
    changes = {(r["_op"], r["figure_key"], r["article_key"], r["label"], r["run_id"]) for r in found}
    kept = {("keep", "a#1", "a", "one", "first")} if whole else set()
    assert changes == kept | {
        ("upsert", "a#2", "a", "other", "second"),
        ("upsert", "b#1", "b", "new", "second"),
        ("delete", "a#3", "a", None, None),  # its name alone
    }


@pytest.fixture
def second(spark, released: Released) -> Lake:
    """The shared lake with both releases."""
    return Lake(spark, released.settings.lake)


def commit_of(lake: Lake, job: str, nth: int) -> Commit:
    """The nth commit of a job."""
    seqs = sorted(row["seq"] for row in lake.read("commits").where(f"job = '{job}'").collect())
    return lake.commit(seqs[nth])


def test_the_log_returns_what_was_touched(spark, released: Released, second: Lake) -> None:
    first = Lake(spark, released.first.lake).head().seq
    happened = since(second, first, commit_of(second, "parse_articles", 1))
    assert happened is not None
    touched = {row["source_key"] for row in happened.scopes("raw_articles").collect()}
    assert touched == {"b.xml", "c.xml", "d.xml", "e.xml", "f.xml"}
    articles = {row["article_key"] for row in happened.scopes("figures", "articles").collect()}
    assert articles == {"PMC2", "PMC3", "PMC4", "PMC5"}
    assert happened.scopes("mentions").isEmpty()
    assert {row["source_key"] for row in happened.written(second.read("raw_articles")).collect()} == touched
    assert since(second, 0, second.head()).scopes("figures") is None  # filled then: all of it is new


def test_a_small_change_marks_rows_and_rewrites_no_file(spark, released: Released, second: Lake) -> None:
    def files(lake: Lake) -> set[str]:
        names = spark.read.format("delta").load(lake.path("figures")).inputFiles()
        return {name.rpartition("/")[2] for name in names}

    assert files(Lake(spark, released.first.lake)) < files(second)
    captions = [row["caption"] for row in second.read("figures").collect()]
    assert Counter(captions) == Counter(
        ["A heart attack <script>", "ALL", "heart attack", None, "a heart", "heart"]
    )
    runs = {row["article_key"]: row["run_id"] for row in second.read("articles").collect()}
    parsing = {row["run_id"] for row in second.read("commits").where("job = 'parse_articles'").collect()}
    changed = {runs[f"PMC{n}"] for n in (2, 3, 4, 5)}
    assert len(changed) == 1 and {runs["PMC1"]} | changed == parsing


@pytest.mark.long  # rebuilds, minutes each: make test-long
@pytest.mark.slow
def test_without_a_log_every_file_is_parsed_again(spark, released: Released, tmp_path: Path) -> None:
    settings = released.copy_of(released.settings, tmp_path, b_xml=jats("2", "kidney"))
    lake = Lake(spark, settings.lake)
    head = commit_of(lake, "parse_articles", 1).seq
    run(spark, settings, "sync_articles")
    lake.files.delete(f"{CHANGES}/{lake.head().seq}/{NOTE}")
    assert since(lake, head, lake.head()) is None
    _, (report,) = run(spark, settings, "parse_articles")
    assert report.counts["files.parsed"] == len(AFTER) - 1  # all but the one that is refused
    assert report.counts["articles.written"] == 1  # and finds that one has changed


@pytest.mark.long  # rebuilds, minutes each: make test-long
@pytest.mark.slow
def test_more_articles_than_can_be_passed_as_literals_are_merged(
    spark, released: Released, second: Lake, tmp_path: Path, monkeypatch
) -> None:
    settings = released.copy_of(released.first, tmp_path)
    for module in ("stages.context", "pipeline.runner"):
        monkeypatch.setattr(f"medconcept.{module}.FEW", 1)
    lake, _ = run(spark, settings, "sync_articles", "parse_articles")
    for table in ("raw_articles", "articles", "figures"):
        last = spark.sql(f"DESCRIBE HISTORY delta.`{lake.path(table)}` LIMIT 1").collect()[0]
        assert last["operation"] == "MERGE", table
        # The shared lake had the same change, its articles passed as literals.
        assert content_digest(lake.read(table)) == content_digest(second.read(table)), table


@pytest.mark.parametrize("name", ["it's", "a\\b", "new\nline", "50%_", "\U0001f600", "`x`"])
def test_hostile_names_are_matched_exactly(spark, name: str) -> None:
    rows = spark.createDataFrame([("s", name), ("s", "other"), (name, "other")], "source string, key string")
    found = rows.where(is_one_of(("source", "key"), [("s", name), (name, "x")]))
    assert [tuple(row) for row in found.collect()] == [("s", name)]
