"""What every stage has in common: its version, the rows its context shares, the views it leaves alone."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

import pytest
from articles import jats, run, write
from corpus import FIGURES, Corpus

from medconcept.config import Config
from medconcept.errors import LakeError
from medconcept.lake import queries
from medconcept.lake.lake import Lake
from medconcept.pipeline.job_order import AFTER, require_order
from medconcept.pipeline.registry import MODULES, stage
from medconcept.pipeline.runner import run_stage
from medconcept.quality.unexpected_rows import unexpected_rows
from medconcept.stages.context import Context


@pytest.fixture
def whole(corpus: Corpus) -> Config:
    """The settings of a lake that every stage has worked on."""
    return corpus.settings


def context_of(spark, settings, job: str = "parse_articles") -> Context:
    lake = Lake(spark, settings.lake)
    return Context(job, lake, settings, "run", datetime(2026, 1, 1), lake.head(), print)


@pytest.mark.parametrize("name", MODULES)
def test_the_version_and_the_name_of_a_stage_decide_its_settings_digest(spark, whole, name: str) -> None:
    one, context = stage(name), context_of(spark, whole, name)
    digest = one.settings_digest(context)
    assert one.settings_digest(context) == digest
    assert replace(one, version=one.version + 1).settings_digest(context) != digest
    assert replace(one, name="other").settings_digest(context) != digest


def test_the_digest_of_the_last_run_is_the_stage_s_own(spark, whole) -> None:
    context = context_of(spark, whole)
    for name in ("parse_articles", "build_dictionary", "annotate_captions", "assemble_triplets"):
        last = context.lake.last_commit_of(name)
        assert stage(name).settings_digest(context) == last["settings_digest"], name


@pytest.mark.slow
@pytest.mark.long  # kills and rebuilds, minutes each: make test-long
@pytest.mark.parametrize(
    ("name", "counted"),
    [
        ("parse_articles", "files.parsed"),
        ("build_dictionary", "terms"),
        ("annotate_captions", "captions.in"),
        ("assemble_triplets", "figures.in"),
    ],
)
def test_a_raised_version_works_on_every_row_again(spark, corpus: Corpus, tmp_path, name, counted) -> None:
    settings = corpus.copy(tmp_path)
    lake, one = Lake(spark, settings.lake), stage(name)
    assert run_stage(one, lake, settings, print).status == "nothing new"
    raised = replace(one, version=one.version + 1)
    result = run_stage(raised, lake, settings, print)
    assert result.counts[counted] == corpus.counts[name][counted] > 1
    # The rules are the same, so the rows are.
    assert not any(count for key, count in result.counts.items() if key.endswith((".written", ".deleted")))
    assert run_stage(raised, lake, settings, print).status == "nothing new"


def test_rows_are_shared_for_the_same_articles_alone(spark, whole) -> None:
    context, columns = context_of(spark, whole), ["figure_key", "article_key"]
    keys = [spark.createDataFrame([(key,)], "article_key string") for key in ("PMC7", "PMC9")]
    first, second = (context.articles_of("changed", each) for each in keys)
    try:
        one = context.rows_of("figures", first, cache_columns=columns)
        assert [row.figure_key for row in one.collect()] == ["PMC7#f1"]
        assert context.rows_of("figures", first, cache_columns=["figure_key"]) is one
        assert [
            r.figure_key for r in context.rows_of("figures", second, cache_columns=columns).collect()
        ] == ["PMC9#f1"]
        assert context.rows_of("figures", None, cache_columns=columns).count() == FIGURES
    finally:
        context.uncache()


def view_names(spark) -> set[str]:
    """The session's tables and views; spark.catalog lists none where Spark may not compile code."""
    return {row.tableName for row in spark.sql("SHOW TABLES").collect()}


def test_a_user_s_views_survive_the_gate_and_sql(spark, corpus: Corpus, tmp_path) -> None:
    mine = ("articles", "figures", "batch", "tmp_view")
    for name in mine:
        spark.createDataFrame([(name,)], "mine string").createOrReplaceTempView(name)
    try:
        before = view_names(spark)
        settings = corpus.copy(tmp_path)
        write(tmp_path / "in", new_xml=jats("101", "a heart"))
        lake, _ = run(
            spark, settings, "sync_articles", "parse_articles"
        )  # `figures` is gated against `articles`
        assert lake.read("figures").count() == FIGURES + 1
        found = queries.run_sql(
            lake, "SELECT count(*) AS n FROM figures JOIN articles USING (article_key) WHERE is_current"
        )
        assert [row.n for row in found.collect()] == [FIGURES + 1]
        for name in mine:
            assert [row.mine for row in spark.table(name).collect()] == [name]
        assert view_names(spark) == before
    finally:
        for name in mine:
            spark.catalog.dropTempView(name)


def test_a_query_of_a_suite_sees_the_tables_it_names(spark) -> None:
    rows = spark.createDataFrame([("a", "x"), ("b", "y")], "key string, article string")
    tables = {"articles": spark.createDataFrame([("x",)], "article string")}
    orphans = "SELECT b.key FROM {batch} b LEFT ANTI JOIN articles a ON a.article = b.article"
    named = "SELECT key FROM {batch} WHERE key = 'articles'"  # the word alone is no table
    assert unexpected_rows(rows, [orphans, named], tables) == [1, 0]
    assert unexpected_rows(rows.where("key = 'a'"), [orphans], tables) == [0]


def test_a_query_that_cannot_be_evaluated_is_named(spark, whole, monkeypatch) -> None:
    import json

    from pyspark.sql import functions as F

    from medconcept.errors import SuiteBroken
    from medconcept.quality import gate

    query = {"unexpected_rows_query": "SELECT no_such_column FROM {batch}", "description": "wrong"}
    wrong = {"type": "unexpected_rows_expectation", "kwargs": query, "meta": {"name": "mistyped"}}
    suite = {**json.loads(gate.suite_text("triplets")), "expectations": [wrong]}
    monkeypatch.setattr(gate, "suite_text", lambda table: json.dumps(suite))
    batch = Lake(spark, whole.lake).read("triplets").withColumn("_op", F.lit("upsert"))
    with pytest.raises(
        SuiteBroken, match=r"triplets: .*\(mistyped\) could not be evaluated: .*no_such_column"
    ):
        gate.judge(batch, "triplets")


def test_a_job_whose_inputs_are_not_made_or_not_up_to_date_refuses(spark, corpus: Corpus, tmp_path) -> None:
    settings = corpus.copy(tmp_path)
    nowhere = replace(settings, lake=str(tmp_path / "nowhere"))
    for name in AFTER:
        with pytest.raises(LakeError, match=f"^{name}: {AFTER[name]} has not made its tables in "):
            run_stage(stage(name), Lake(spark, nowhere.lake), nowhere, print)
    assert not (tmp_path / "nowhere").exists()

    # Synchronised, and not parsed since: as where parse_articles has failed.
    folder = tmp_path / "more"
    write(folder, new_xml=jats("77", "A heart."))
    settings = replace(settings, sync=replace(settings.sync, input=str(folder)))
    lake = Lake(spark, settings.lake)
    require_order(lake, "publish_release")
    run_stage(stage("sync_articles"), lake, settings, print)
    for name in AFTER:
        if name != "parse_articles":
            with pytest.raises(
                LakeError, match=rf"^{name}: raw_articles changed after parse_articles .* run"
            ):
                run_stage(stage(name), lake, settings, print)
    require_order(lake, "parse_articles")
