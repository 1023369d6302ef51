"""The same questions to Spark and to the reader without Spark, on the lake with two releases."""

from __future__ import annotations

import json
from typing import Any

import pytest
from pyspark.sql import functions as F
from released import FIRST, SECOND, Released

from medconcept.lake import queries
from medconcept.lake.lake import Lake
from medconcept.pipeline.status import status
from medconcept.reader import layout
from medconcept.reader.committed import CommittedLake
from medconcept.reader.json_values import json_rows
from medconcept.reader.moments import parse_timestamp
from medconcept.reader.needs_spark import NeedsSpark
from medconcept.reader.questions import diff, list_tables
from medconcept.reader.sql.ask import run_sql
from medconcept.reader.sql.translate import parse
from medconcept.reader.status import lake_status
from medconcept.reader.storage import Storage
from medconcept.tables import TABLES

# Numbers, texts, times, lists, maps and nulls in one row for each commit.
SOURCE = (
    "(SELECT seq, nullif(seq % 4, 0) AS n, CASE WHEN seq > 3 THEN seq / 4 END AS d, job, committed_at AS at, "
    "CASE WHEN seq % 3 <> 0 THEN job END AS j, CASE WHEN seq > 2 THEN versions END AS v, "
    "CASE WHEN seq = 1 THEN 'a\u03a3\U0001d6fc ' WHEN seq = 2 THEN '' "
    "WHEN seq > 9 THEN ' it''s 100%_\\\\n' END AS t "
    "FROM commits) AS s"
)
# Expressions over a row of SOURCE that the two engines write or compute in different ways.
EXPRESSIONS = (
    "5 / 2",
    "seq / 0",
    "seq / n",
    "seq % n",
    "seq % 0",
    "-seq % 3",
    "seq DIV 2",
    "seq * 1.5D",
    "d * 0.5",
    "2147483647 + 1",
    "seq + 9223372036854775807",
    "- d",
    "abs(n - 3)",
    "n = 1",
    "n <> 1",
    "n <=> NULL",
    "n <=> 1",
    "NOT n = 1",
    "n = 1 OR j = 'x'",
    "n IN (1, NULL)",
    "n NOT IN (1, 2)",
    "n BETWEEN 1 AND 2",
    "n IS NULL",
    "(n = 1) IS TRUE",
    "(n = 1) IS NOT FALSE",
    "seq > 2.5",
    "d >= 1.5",
    "d = 1",
    "j || 'x'",
    "concat(j, '-', job)",
    "concat('a', NULL)",
    'j = "sync_articles"',
    "lower(t)",
    "upper(t)",
    "length(t)",
    "trim(t)",
    "substring(t, 2, 1)",
    "substr(t, 2)",
    "t LIKE '%100%'",
    "t LIKE '_\u03a3%'",
    "job ILIKE 'SYNC%'",
    "startswith(t, 'a')",
    "endswith(t, 'n')",
    "contains(t, '%')",
    "'it''s \\\\ \\'q\\''",
    "'a' < 'B'",
    "coalesce(j, t, 'none')",
    "coalesce(n, d)",
    "nvl(n, 7)",
    "nullif(n, 1)",
    "if(n = 1, 'one', NULL)",
    "CASE n WHEN 1 THEN 'a' WHEN NULL THEN 'b' ELSE 'c' END",
    "CASE WHEN n > 1 THEN 1 WHEN d > 1 THEN 2.5D END",
    "CAST(seq AS STRING)",
    "CAST(n = 1 AS STRING)",
    "CAST(seq AS DOUBLE)",
    "CAST(at AS DATE)",
    "date(at) = DATE '2026-11-30'",
    "at > '2026-11-30'",
    "at < TIMESTAMP '2027-01-01 00:00:00'",
    "at BETWEEN '2026-01-01T00:00:00Z' AND '2099-01-01'",
    "year(at)",
    "month(at)",
    "day(at)",
    "at",
    "v['figures']",
    "v['nothing']",
    "v",
    "size(v)",
    "v IS NULL",
    "(SELECT max(ordinal) FROM figures)",
    "element_at(v, 'figures')",
    "NULL",
    "TRUE",
    "1e3",
    "0.5",
)
QUERIES = (
    "SELECT *, Seq + 1, count(*) OVER (PARTITION BY job) AS N FROM commits ORDER BY seq DESC",
    "SELECT Job, count(*), count(DISTINCT run_id), max(SEQ), min(seq), sum(seq), avg(seq) "
    "FROM commits GROUP BY job ORDER BY job",
    "SELECT count(*), count(n), sum(n), avg(d), max(j), min(at), count_if(n > 1) AS c, bool_and(n > 0) AS b "
    f"FROM {SOURCE} WHERE seq > 99",
    f"SELECT n, count(*) AS c, sum(d) FILTER (WHERE seq > 5) AS s FROM {SOURCE} GROUP BY n ORDER BY n",
    f"SELECT n, j, seq FROM {SOURCE} ORDER BY n DESC, j, seq LIMIT 9 OFFSET 1",
    f"SELECT DISTINCT n, j FROM {SOURCE} ORDER BY j DESC NULLS FIRST, n",
    "SELECT a.seq, b.Seq AS S, b.job AS j FROM commits a LEFT JOIN commits b ON a.seq = b.seq + 5 ORDER BY 1",
    "SELECT a.seq, b.seq AS s FROM commits a FULL OUTER JOIN commits b ON a.seq = b.seq + 9 "
    "ORDER BY a.seq, s",
    "SELECT figure_key, title FROM figures JOIN articles USING (article_key) WHERE is_current "
    "ORDER BY figure_key",
    "SELECT * FROM figures LEFT ANTI JOIN mentions ON figures.figure_key = mentions.figure_key "
    "ORDER BY figure_key",
    "SELECT f.figure_key, f.panels[0].labels[0] AS l, element_at(f.section, 1) AS s, f.section[1], "
    "f.panels, size(f.panels) AS n FROM figures f ORDER BY 1",
    "SELECT name, versions['figures'] AS f, rows['figures'], rows, digests FROM releases ORDER BY name",
    "SELECT mention_key, spans[0].start + 1 AS s, spans, alternatives, array_contains(flags, 'negated') AS x "
    "FROM mentions ORDER BY 1",
    "WITH c AS (SELECT job, max(seq) AS last FROM commits GROUP BY job) "
    "SELECT c.job, last, row_number() OVER (ORDER BY last DESC) AS place FROM c ORDER BY place",
    "SELECT seq FROM commits WHERE seq < 3 UNION SELECT 2 UNION ALL SELECT 2 ORDER BY seq",
    "(SELECT job FROM commits INTERSECT SELECT job FROM runs) EXCEPT SELECT 'sync_articles' ORDER BY job",
    "SELECT job FROM commits GROUP BY job HAVING count(*) > 1 AND max(seq) > 10 ORDER BY job",
    f"SELECT seq FROM {SOURCE} WHERE EXISTS (SELECT 1 FROM figures WHERE ordinal = s.n) ORDER BY seq",
    "SELECT seq FROM commits WHERE seq IN (SELECT ordinal FROM figures) OR seq = 5 ORDER BY seq",
    "SELECT 1 AS a, 2 AS a, 'x' AS `B c`, `seq` FROM commits WHERE seq = 1",
)
ONLY_SPARK = (
    "SELECT log(seq) AS x FROM commits",
    "SELECT round(avg(seq), 1) AS x FROM commits",
    "SELECT seq + job AS x FROM commits",
    "SELECT seq > '9' AS x FROM commits",
    "SELECT 0.1 * seq AS x FROM commits",
    "SELECT CAST(job AS INT) AS x FROM commits",
    "SELECT explode(versions) FROM commits",
    "SELECT seq FROM commits GROUP BY ALL",
    "DESCRIBE figures",
    "SELECT 1 FROM range(3)",
    "SELECT element_at(section, -1) AS x FROM figures",
    "SELECT job RLIKE '^sync' AS x FROM commits",
    "SELECT seq FROM commits WHERE seq NOT IN (SELECT ordinal FROM figures)",
    "SELECT nowhere FROM figures",
    "SELEKT 1",
    "SELECT lower(job) AS job, count(*) AS n FROM commits GROUP BY job",
    "SELECT transform(flags, f -> upper(f)) AS x FROM mentions",
    "SELECT count(*) + 0.5 AS x FROM commits",
    "SELECT greatest(seq, NULL) AS x FROM commits",
    "SELECT array_agg(job) AS x FROM commits",
    "SELECT (SELECT max(f.ordinal) FROM figures f WHERE f.ordinal = c.seq) AS x FROM commits c",
    "SELECT size(flags) FROM mentions",
)
MOMENTS = (
    "2026-11-30",
    "2099-1-1",
    "2099-01",
    "2099-01-01T10",
    "2099-01-01 10Z",
    "2099-01-01 10:00",
    "2099-01-01T10:00:00.5Z",
    " 2099-01-01 10:00:00 ",
    "2099-01-01T10:00:00+02:00",
    "2099-01-01T10:00:00+2",
    "2099-01-01 10:00:00 Europe/Paris",
    "2099-01-01T10:00:00GMT+2",
    "2099-01-01T10:00:00.1234567",
    "2099-13-01",
    "2099-02-30",
    "2099-01-01T25:00:00",
    "2099-01-01T10:00:00 nowhere",
    "2099-01-01T10:00:00+19:00",
    "last week",
)


@pytest.fixture(scope="module")
def both(spark, released: Released) -> tuple[Lake, CommittedLake]:
    return Lake(spark, released.settings.lake), CommittedLake(Storage(released.settings.lake))


def by_spark(lake: Lake, query: str, at: Any = None) -> list[dict[str, Any]]:
    return queries.rows_as_json(queries.run_sql(lake, query, at))


def by_reader(lake: CommittedLake, query: str, at: Any = None) -> list[dict[str, Any]]:
    rows, names = run_sql(lake, parse(query), at)
    return json_rows(rows, names)


def in_order(rows: list[dict[str, Any]]) -> list[str]:
    return sorted(json.dumps(row, sort_keys=True) for row in rows)


def test_the_layout_is_that_of_the_tables() -> None:
    assert {name: table.key for name, table in TABLES.items()} == layout.KEYS
    assert list(TABLES) == list(layout.KEYS)


def test_all_tables_at_all_releases_and_commits(both) -> None:
    spark, reader = both
    for moment in ({}, {"release": FIRST}, {"as_of": "4"}):
        at, also = queries.resolve_commit(spark, **moment), reader.at(**moment)
        assert at == also
        for table in TABLES:
            is_current = at is None and TABLES[table].is_ledger
            expected = queries.rows_as_json(spark.read(table, None if is_current else at or spark.head()))
            assert in_order(by_reader(reader, f"SELECT * FROM {table}", also)) == in_order(expected), table


def test_expressions_and_queries(both) -> None:
    spark, reader = both
    columns = ", ".join(f"{expression} AS e{n}" for n, expression in enumerate(EXPRESSIONS))
    expected = by_spark(spark, f"SELECT {columns} FROM {SOURCE} ORDER BY s.seq")
    for n, expression in enumerate(EXPRESSIONS):
        rows = by_reader(reader, f"SELECT {expression} AS e{n} FROM {SOURCE} ORDER BY s.seq")
        assert [row[f"e{n}"] for row in rows] == [row[f"e{n}"] for row in expected], expression
    for query in QUERIES:
        assert by_reader(reader, query) == by_spark(spark, query), query
    for query in ONLY_SPARK:
        with pytest.raises(NeedsSpark):
            by_reader(reader, query)


def test_tables_diff_status_and_moments(both, released: Released) -> None:
    spark, reader = both
    assert list_tables(reader) == queries.list_tables(spark)
    assert diff(reader, FIRST, SECOND) == queries.diff(spark, FIRST, SECOND)
    state = status(spark, released.settings)
    assert lake_status(reader) == {name: state[name] for name in state if name != "folder"}
    columns = [
        F.unix_micros(F.try_to_timestamp(F.lit(text))).alias(f"m{n}") for n, text in enumerate(MOMENTS)
    ]
    (row,) = spark.spark.range(1).select(*columns).collect()
    for n, text in enumerate(MOMENTS):
        moment = parse_timestamp(text)
        assert (moment and round(moment.timestamp() * 1e6)) == row[f"m{n}"], text
    for text in ("2099-01-01T10", "2099-01-01T01:35:54.5Z"):
        assert reader.at(as_of=text) == queries.resolve_commit(spark, as_of=text)
