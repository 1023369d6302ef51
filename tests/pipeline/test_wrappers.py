"""Files of several articles, and files that kill the process that parses them, in Spark."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pyarrow as pa
from articles import config, jats, run, write


def test_articles_of_a_wrapper_have_versions_like_any_others(spark, tmp_path: Path) -> None:
    from medconcept.pipeline.summary import figures_of
    from medconcept.stages.publish_release import content_digest

    def wrapped(*articles: str) -> str:
        return f"<pmc-articleset>{''.join(articles)}</pmc-articleset>"

    settings = config(tmp_path)
    stages = ("sync_articles", "parse_articles")
    both = wrapped(jats("1", "heart"), jats("2", "liver"), jats(None, "nameless"))
    write(tmp_path / "in", a_xml=both)
    lake, _ = run(spark, settings, *stages)
    # A newer file of one of the works: the other one must stay as it is.
    write(tmp_path / "in", b_xml=jats("1", "heart attack", date="2021"))
    run(spark, settings, *stages)
    rows = lake.read("articles").where("is_current").select("article_key", "source_key").collect()
    assert sorted(map(tuple, rows)) == [("PMC1", "b.xml"), ("PMC2", "a.xml")]
    assert sorted(r.caption for r in lake.read("figures").collect()) == ["heart attack", "liver"]
    counts = figures_of(lake)["counts"]
    assert (counts["files"], counts["further articles in them"]) == (2, 2)
    assert (counts["articles"], counts["superseded versions"], counts["quarantined"]) == (2, 1, 1)
    rebuilt, _ = run(spark, replace(settings, lake=str(tmp_path / "again")), *stages)
    for table in ("articles", "figures"):
        assert content_digest(lake.read(table)) == content_digest(rebuilt.read(table)), table


def test_a_crash_in_a_worker_of_spark_costs_one_document(spark) -> None:
    from medconcept.spark.arrow_batches import small_batches
    from medconcept.workers.parse.parse_files import BATCH_ROWS, PARSED

    def crashing(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        from medconcept.workers.parse import parse_files

        sound = parse_files.parse_articles

        def broken(data: bytes, limits: object) -> object:
            if data == b"crash":
                os.kill(os.getpid(), signal.SIGSEGV)
            return sound(data, limits)

        parse_files.parse_articles = broken
        try:
            yield from parse_files.parse_batches(batches)
        finally:  # Spark uses its workers again
            parse_files.parse_articles = sound

    contents = [jats("1", "heart").encode(), b"crash", jats("2", "liver").encode()] * 20
    files = [("s", str(n), "0", len(data), bytearray(data)) for n, data in enumerate(contents)]
    schema = "source string, source_key string, source_sha256 string, size long, content binary"
    setting = "spark.sql.execution.arrow.maxRecordsPerBatch"
    before = spark.conf.get(setting)
    with small_batches(spark, BATCH_ROWS):
        assert spark.conf.get(setting) == "16"
        rows = spark.createDataFrame(files, schema).mapInArrow(crashing, PARSED).collect()
    assert spark.conf.get(setting) == before
    told = {int(row.source_key): row.reason or row.article_key for row in rows}
    assert [told[n] for n in range(60)] == ["PMC1", "parser_crashed", "PMC2"] * 20
