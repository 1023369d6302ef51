"""A lake read without Spark: what was committed and nothing else, by the command line and from Python."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
import yaml
from tiny_lake import TinyLake, triplet

import medconcept
from medconcept.cli import main
from medconcept.config import Config, SparkConfig
from medconcept.errors import LakeDamaged, LakeError
from medconcept.reader.committed import CommittedLake
from medconcept.reader.json_values import json_rows
from medconcept.reader.layout import LAST_COMMIT
from medconcept.reader.moments import parse_timestamp
from medconcept.reader.needs_spark import NeedsSpark
from medconcept.reader.sql.ask import run_sql
from medconcept.reader.sql.translate import parse, translate
from medconcept.reader.status import lake_status
from medconcept.reader.storage import Storage, s3_options


@pytest.fixture
def no_spark(monkeypatch: pytest.MonkeyPatch) -> None:
    """Starting Spark fails."""

    def refused(*_: object) -> None:
        raise AssertionError("Spark was started")

    monkeypatch.setattr("medconcept.spark.session.get_session", refused)


def keys(table: pa.Table) -> list[str]:
    return sorted(key[3] for key in table.column("triplet_key").to_pylist())


def test_a_table_is_read_as_it_was_committed(tiny: TinyLake) -> None:
    lake = str(tiny.folder)
    assert keys(medconcept.read_table(lake, "triplets")) == ["1", "3", "4"]  # 5 is past the commit
    assert keys(medconcept.read_table(lake, "triplets", release="first")) == ["1", "2", "3"]
    assert keys(medconcept.read_table(tiny.folder, "triplets", as_of=1)) == ["1", "2", "3"]
    moment = datetime(2026, 11, 1, 12, tzinfo=timezone.utc)
    assert keys(medconcept.read_table(Config(lake=lake), "triplets", as_of=moment)) == ["1", "3", "4"]
    table = medconcept.read_table(lake, "triplets", "first", columns=["split", "caption"])
    assert table.schema.equals(pa.schema([("split", pa.string()), ("caption", pa.string())]))
    assert medconcept.read_table(lake, "image_bytes").column("content").to_pylist() == [b"\x00\xff"]
    assert medconcept.read_table(lake, "images").num_rows == 0
    assert medconcept.read_table(lake, "triplets", form="polars").height == 3


def test_status_leaves_a_lake_whose_files_are_gone_to_spark(tiny: TinyLake) -> None:
    lake = CommittedLake(Storage(str(tiny.folder)))
    assert lake_status(lake)["taken_out"] == {}
    file = next(tiny.folder.glob("raw_articles/*.parquet"))
    hidden = file.rename(file.with_suffix(".gone"))
    try:
        with pytest.raises(NeedsSpark, match="files of raw_articles are missing"):
            lake_status(lake)
    finally:
        hidden.rename(file)


def test_a_commit_that_was_named_and_is_gone_is_missed(tiny: TinyLake) -> None:
    note = tiny.folder / LAST_COMMIT
    note.write_text('{"seq": 9}')
    try:
        with pytest.raises(LakeDamaged, match=r"commits: its last rows are missing: 2 of 9 commits"):
            medconcept.read_table(tiny.folder, "triplets")
    finally:
        note.unlink()
    assert medconcept.read_table(tiny.folder, "triplets").num_rows == 3


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ({"name": "pictures"}, "no table 'pictures' (tables: raw_articles, "),
        ({"name": "triplets", "release": "third"}, "no release 'third' (releases: first, second)"),
        ({"name": "triplets", "as_of": 3}, "no commit 3"),
        ({"name": "triplets", "as_of": "2020-01-01"}, "no commit is as old as 2020-01-01"),
        ({"name": "triplets", "columns": ["title"]}, "triplets has no column 'title' (columns: triplet_key,"),
        ({"name": "triplets", "columns": []}, "columns is empty"),
        ({"name": "triplets", "release": "first", "as_of": 1}, "two moments"),
    ],
)
def test_what_cannot_be_read_is_one_line(tiny: TinyLake, arguments: dict[str, Any], expected: str) -> None:
    with pytest.raises(LakeError) as raised:
        medconcept.read_table(tiny.folder, **arguments)
    assert expected in str(raised.value) and "\n" not in str(raised.value)


def test_lakes_that_are_not_there_or_need_spark(tmp_path: Path) -> None:
    for lake, expected in (
        (str(tmp_path), "there is no lake here"),
        ("hdfs://name/lake", "the lake cannot be read without Spark: hdfs: is a file system"),
    ):
        with pytest.raises(LakeError, match=expected):
            medconcept.tables(lake)
    (tmp_path / "_medconcept").mkdir()
    for content, expected in (
        ('{"format_version": 7}', "cannot be read without Spark: the lake has format 7"),
        ('{"format_version": 999}', "the lake has format 999, this program reads"),
        ("{}", "is damaged; is this a lake"),
    ):
        (tmp_path / "_medconcept/format.json").write_text(content)
        with pytest.raises(LakeError, match=expected):
            medconcept.tables(tmp_path)


def test_tables_is_a_function_with_and_without_the_package_of_that_name(tiny: TinyLake) -> None:
    code = (
        "import sys, medconcept; before = medconcept.tables(sys.argv[1]);"
        "assert 'pyspark' not in sys.modules;"
        "import medconcept.tables; assert medconcept.tables(sys.argv[1]) == before;"
        "from medconcept.tables import TABLES; print(len(before), len(TABLES), before[11]['rows'])"
    )
    done = subprocess.run([sys.executable, "-c", code, str(tiny.folder)], capture_output=True, text=True)
    assert done.stdout.split() == ["16", "16", "3"], done.stderr


def test_a_lake_of_any_name(tmp_path: Path) -> None:
    lake = TinyLake(tmp_path / "lake")
    lake.append("triplets", triplet(1, "heart"))
    lake.commit("assemble_triplets")
    folder = lake.folder.rename(tmp_path / "a lake é#?&'")
    assert keys(medconcept.read_table(folder, "triplets")) == ["1"]
    assert keys(medconcept.read_table(f"file://{folder}", "triplets")) == ["1"]


def test_commits_with_a_gap_are_damage(tmp_path: Path) -> None:
    lake = TinyLake(tmp_path / "lake")
    lake.commit("parse_articles")
    lake.seq += 1
    lake.commit("parse_articles")
    with pytest.raises(LakeError, match="rows are missing or there twice: 2 commits up to number 3"):
        medconcept.read_table(lake.folder, "triplets")


def test_questions_start_no_java(tiny: TinyLake, no_spark: None, capsys: pytest.CaptureFixture[str]) -> None:
    lake = ["--lake", str(tiny.folder), "--json"]
    assert main(["tables", *lake]) == 0
    rows = {row["table"]: row for row in json.loads(capsys.readouterr().out)}
    assert (rows["triplets"]["rows"], rows["triplets"]["last_run"]) == (3, "run-2")
    assert main(["diff", "first", "second", *lake]) == 0
    assert json.loads(capsys.readouterr().out)["triplets"] == {"added": 1, "removed": 1, "changed": 0}
    assert main(["status", *lake]) == 0
    assert json.loads(capsys.readouterr().out) == {
        "commit": 2,
        "sources": {"pmc": {"articles": 1, "left_out": 0, "bytes": 1_500_000}},
        "refused": {},
        "taken_out": {},
        "last_sync": {"run_id": "run-1", "at": "2026-11-01T11:00:00Z"},
        "held": [],
    }
    assert main(["sql", "SELECT count(*), max(Caption) FROM triplets", *lake, "--release", "first"]) == 0
    assert json.loads(capsys.readouterr().out) == [{"count(1)": 3, "max(Caption)": "the liver"}]
    assert main(["sql", "SELECT * FROM triplets ORDER BY caption", *lake[:2]]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines[2:]] == ["PMC3#f1/0", "PMC1#f1/0", "PMC4#f1/0"]
    assert (
        main(
            [
                "sql",
                "SELECT image_width / 0 AS a, 1 AS b, 2 AS b FROM triplets ORDER BY image_width LIMIT 1",
                *lake,
            ]
        )
        == 0
    )
    assert json.loads(capsys.readouterr().out) == [{"a": None, "b": 1, "b_2": 2}]


@pytest.mark.parametrize(
    ("query", "code", "expected"),
    [
        ("INSERT INTO triplets SELECT * FROM triplets", 3, "sql: reads only"),
        ("WITH t AS (SELECT 1) DELETE FROM triplets", 3, "sql: reads only"),
        ("DROP TABLE triplets", 3, "sql: reads only"),
        ("SET x = 1", 3, "sql: reads only"),
        ("SELECT * FROM pictures", 3, "`pictures` cannot be found (tables: raw_articles, "),
        ("SELECT log(1)", 3, "sql: without Spark there is no answer: the function l"),
    ],
)
def test_refusals_start_no_java(
    tiny: TinyLake, no_spark: None, capsys: Any, query: str, code: int, expected: str
) -> None:
    assert main(["sql", query, "--lake", str(tiny.folder), "--engine", "datafusion"]) == code
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith("medconcept: ") and expected in line


def test_what_goes_through_spark_says_so(tiny: TinyLake, no_spark: None, capsys: Any) -> None:
    lake = ["--lake", str(tiny.folder)]
    assert main(["sql", "SELECT round(1.5) AS r FROM triplets", *lake]) == 1  # Spark cannot be started here
    first, second, *_ = capsys.readouterr().err.splitlines()
    assert first == "sql goes through Spark: the function round"
    assert "Spark was started" in second
    assert main(["tables", *lake, "--engine", "spark"]) == 1
    assert "goes through" not in capsys.readouterr().err
    assert main(["status", *lake, "--input", "articles"]) == 1
    assert "status goes through Spark: the lake is compared with its source" in capsys.readouterr().err


def test_a_question_imports_no_spark(tiny: TinyLake) -> None:
    code = (
        "import sys; from medconcept.cli import main;"
        "assert main(['sql', 'SELECT count(*) AS n FROM triplets', '--lake', sys.argv[1], '--json']) == 0;"
        "heavy = ('pyspark', 'pandas', 'great_expectations', 'scipy');"
        "print([name for name in heavy if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code, str(tiny.folder)], capture_output=True, text=True)
    assert done.stdout.splitlines() == ['[{"n": 3}]', "[]"], done.stderr


@pytest.fixture(scope="module")
def bucket(tiny: TinyLake) -> Iterator[dict[str, str]]:
    """The tiny lake in a bucket of an S3 server in this process; settings of Spark's S3A that reach it."""
    import boto3
    from moto.server import ThreadedMotoServer

    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    url = "http://{}:{}".format(*server.get_host_and_port())
    client = boto3.client(
        "s3",
        endpoint_url=url,
        aws_access_key_id="key",
        aws_secret_access_key="secret",
        region_name="us-east-1",
    )
    client.create_bucket(Bucket="lakes")
    for file in sorted(tiny.folder.rglob("*")):
        if file.is_file():
            client.upload_file(str(file), "lakes", f"one/{file.relative_to(tiny.folder)}")
    hadoop = {"endpoint": url, "endpoint.region": "us-east-1", "access.key": "key", "secret.key": "secret"}
    yield {f"spark.hadoop.fs.s3a.{name}": value for name, value in hadoop.items()}
    server.stop()


@pytest.mark.parametrize("scheme", ["s3", "s3a"])
def test_a_lake_on_s3(
    tiny: TinyLake, bucket: dict[str, str], scheme: str, tmp_path: Path, no_spark: None, capsys: Any
) -> None:
    lake = f"{scheme}://lakes/one"
    config = Config(lake=lake, spark=SparkConfig(options=bucket))
    assert keys(medconcept.read_table(config, "triplets", release="first")) == ["1", "2", "3"]
    local = medconcept.tables(tiny.folder)
    assert medconcept.tables(config) == local
    (tmp_path / "conf.yaml").write_text(yaml.safe_dump({"lake": lake, "spark": {"options": bucket}}))
    assert main(["status", "--config", str(tmp_path / "conf.yaml"), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["held"] == []


def test_a_lake_that_is_not_in_the_bucket(bucket: dict[str, str]) -> None:
    with pytest.raises(LakeError, match="s3a://lakes/two: there is no lake here"):
        medconcept.tables(Config(lake="s3a://lakes/two", spark=SparkConfig(options=bucket)))


def test_options_of_s3() -> None:
    hadoop = {"endpoint": "minio:9000", "path.style.access": "false"}
    options = s3_options({f"spark.hadoop.fs.s3a.{name}": value for name, value in hadoop.items()})
    assert options == {"aws_endpoint": "https://minio:9000", "aws_virtual_hosted_style_request": "true"}


def test_a_bucket_that_does_not_answer_is_left_to_spark() -> None:
    options = {"spark.hadoop.fs.s3a.endpoint": "http://127.0.0.1:9", "spark.hadoop.fs.s3a.access.key": "k"}
    options["spark.hadoop.fs.s3a.secret.key"] = "s"
    with pytest.raises(LakeError, match="cannot be read without Spark: s3://lakes/one cannot be read"):
        medconcept.tables(Config(lake="s3://lakes/one", spark=SparkConfig(options=options)))


def test_a_plain_path_may_be_on_a_cluster(monkeypatch: pytest.MonkeyPatch) -> None:
    assert Storage("lake").root == f"file:{Path.cwd()}/lake"
    monkeypatch.setenv("HADOOP_CONF_DIR", "/etc/hadoop")
    for lake in ("lake", "s3a://bucket/lake"):
        with pytest.raises(NeedsSpark, match="Hadoop's configuration"):
            Storage(lake)
    assert Storage("file:/lake/").root == "file:/lake"
    with pytest.raises(NeedsSpark, match="a path with %"):
        Storage("file:/lake%20")


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-11-24", "2026-11-24T00:00:00+00:00"),
        ("2026-11-24T10:00:00.123456789Z", "2026-11-24T10:00:00.123456+00:00"),
        ("2026-11-24 10:00 Europe/Paris", "2026-11-24T09:00:00+00:00"),
        ("2026-11-24 10:00:00-03:30", "2026-11-24T13:30:00+00:00"),
        ("2026-02-30", None),
        ("2026-11-24 10:00:00 nowhere/at_all", None),
        ("2026-11-24 10:00:00+99:00", None),
        ("now", None),
    ],
)
def test_moments(text: str, moment: str | None) -> None:
    parsed = parse_timestamp(text)
    assert (parsed and parsed.isoformat()) == moment


COLUMNS = {
    "runs": pa.schema(
        [
            ("job", pa.string()),
            ("n", pa.int64()),
            ("d", pa.float64()),
            ("at", pa.timestamp("us", tz="UTC")),
            ("parts", pa.list_(pa.struct([("start", pa.int32())]))),
            ("counts", pa.map_(pa.string(), pa.int64())),
        ]
    )
}


@pytest.mark.parametrize(
    "query",
    [
        "SELECT n > '9' AS x FROM runs",
        "SELECT job = 1 AS x FROM runs",
        "SELECT 0.1 * n AS x FROM runs",
        "SELECT x + 1 AS y FROM (SELECT 0.5 AS x FROM runs) t",
        "SELECT round(d, 2) AS x FROM runs",
        "SELECT ln(d) AS x FROM runs",
        "SELECT cardinality(parts) AS x FROM runs",
        "SELECT parts[n] AS x FROM runs",
        "SELECT element_at(parts, 0) AS x FROM runs",
        "SELECT parts.start AS x FROM runs",
        "SELECT counts.figures AS x FROM runs",
        "SELECT job LIKE 'a\\\\_%' AS x FROM runs",
        "SELECT substring(job, -2, 1) AS x FROM runs",
        "SELECT substring(job, 0, 1) AS x FROM runs",
        "SELECT CAST(d AS STRING) AS x FROM runs",
        "SELECT CAST(job AS DOUBLE) AS x FROM runs",
        "SELECT at > job AS x FROM runs",
        "SELECT at > 'yesterday' AS x FROM runs",
        "SELECT count(DISTINCT job, n) AS x FROM runs",
        "SELECT sum(DISTINCT n) AS x FROM runs",
        "SELECT array_agg(job) AS x FROM runs",
        "SELECT first(job) AS x FROM runs",
        "SELECT lower(job) AS job FROM runs WHERE job = 'A'",
        "SELECT n FROM runs WHERE n NOT IN (SELECT n FROM runs)",
        "SELECT n FROM runs r WHERE n = (SELECT max(n) FROM runs WHERE job = r.job)",
        "SELECT lower(job) AS job, job || 'x' AS k FROM runs",
        "SELECT a.n FROM runs a, runs b FULL JOIN runs c ON b.n = c.n",
        "SELECT DISTINCT counts FROM runs",
        "SELECT n FROM runs GROUP BY ROLLUP (n)",
        "SELECT n FROM runs ORDER BY parts",
        "SELECT n FROM runs LIMIT 1 + 1",
        "SELECT n FROM runs UNION SELECT job FROM runs",
        "SELECT * FROM runs a JOIN runs b USING (job)",
        "SELECT a.*, b.* FROM runs a CROSS JOIN runs b",
        "SELECT n FROM runs NATURAL JOIN runs b",
        "SELECT n FROM runs LATERAL VIEW explode(parts) p AS part",
        "SELECT n FROM runs TABLESAMPLE (1 PERCENT)",
        "SELECT n FROM runs VERSION AS OF 1",
        "SELECT n FROM delta.`/somewhere`",
        "SELECT sum(n) OVER (ORDER BY n ROWS 1 PRECEDING) AS x FROM runs",
        "SELECT current_timestamp() AS x FROM runs",
        "SELECT n + 99999999999999999999 AS x FROM runs",
        "SELECT concat_ws(',', job, job) AS x FROM runs",
        "SELECT upper(job) FROM runs",
        "SELECT nowhere FROM runs",
        "SELECT n FROM runs; SELECT n FROM runs",
        "EXPLAIN SELECT n FROM runs",
        "SELEKT n",
        "",
    ],
)
def test_queries_that_might_mean_something_else_are_left_to_spark(query: str) -> None:
    with pytest.raises(NeedsSpark):
        translate(parse(query), COLUMNS)


@pytest.mark.parametrize(
    "query",
    [
        "SELECT 1 AS x FROM triplets LIMIT 1",
        "SELECT x FROM (SELECT 1 AS x, caption FROM triplets) t LIMIT 1",
    ],
)
def test_a_limit_that_deltas_library_forgets(tiny: TinyLake, query: str) -> None:
    lake = CommittedLake(Storage(str(tiny.folder)))
    with pytest.raises(NeedsSpark, match="a limit over rows of which no column is read"):
        run_sql(lake, parse(query))
    for counted in (query.replace("1 AS x", "split AS x"), f"SELECT sum(x) AS n FROM ({query}) t"):
        rows, _ = run_sql(lake, parse(counted))
        assert rows.num_rows == 1


def test_answers_are_json_as_spark_writes_it() -> None:
    moment = datetime(2026, 11, 24, 10, 0, 0, 999_999, tzinfo=timezone.utc)
    values = pa.table(
        {
            "at": pa.array([moment], pa.timestamp("us", tz="UTC")),
            "bytes": pa.array([b"\x00\xff"], pa.large_binary()),
            "number": [float("nan")],
            "huge": [float("-inf")],
            "map": pa.array([[("a", None)]], pa.map_(pa.string(), pa.int64())),
            "items": pa.array([[{"day": moment.date(), "x": None}]]),
        }
    )
    assert json_rows(values, values.column_names) == [
        {
            "at": "2026-11-24T10:00:00.999Z",
            "bytes": "AP8=",
            "number": "NaN",
            "huge": "-Infinity",
            "map": {"a": None},
            "items": [{"day": "2026-11-24", "x": None}],
        }
    ]


def test_frequent_concepts_of_a_lake_by_its_flags_or_by_stored_counts(tmp_path: Path) -> None:
    from medconcept.config import AnnotateConfig
    from medconcept.library.linker_settings import frequent_concepts

    def frequent() -> frozenset[str]:
        return frequent_concepts(AnnotateConfig(), CommittedLake(Storage(str(lake.folder))))

    lake = TinyLake(tmp_path / "lake")
    flagged = (("C1", ["frequent", "negated"]), ("C1", ["frequent"]), ("C2", ["general"]), (None, []))
    for number, (concept, flags) in enumerate(flagged):
        row = {"mention_key": str(number), "row_digest": "x", "concept_id": concept, "flags": flags}
        lake.append("mentions", row)
    lake.commit("annotate_captions")
    assert frequent() == {"C1"}
    counts = {"row_digest": "x", "captions_in_all": 100}
    lake.append("concept_statistics", {"concept_id": "C2", "captions": 5, **counts})
    lake.append("concept_statistics", {"concept_id": "C1", "captions": 4, **counts})
    lake.commit("count_concepts")
    assert frequent() == {"C2"}
