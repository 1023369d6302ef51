"""The folder of an export: begun next to its name, taken up by the same command alone, never overwritten."""

from __future__ import annotations

from pathlib import Path

import pytest

from medconcept.errors import ConfigError, ExportError
from medconcept.exports.options import ExportOptions
from medconcept.exports.target import Target
from medconcept.exports.token_spans import TokenizerFile


def test_an_export_has_its_name_when_it_is_whole(tmp_path: Path) -> None:
    target = Target(str(tmp_path / "out"))
    assert target.state("a") == "new" and not list(tmp_path.iterdir())
    target.begin("a")
    target.write("README.md", "card")
    assert not target.folder.exists() and target.state("a") == "resumed"
    target.write("manifest.json", {"digest": "a"})
    target.finish()
    assert sorted(path.name for path in target.folder.iterdir()) == ["README.md", "manifest.json"]
    assert [path.name for path in tmp_path.iterdir()] == ["out"]
    assert target.state("a") == "finished"


def test_an_empty_folder_may_be_named(tmp_path: Path) -> None:
    target = Target(str(tmp_path / "out"))
    target.folder.mkdir()
    target.begin("a")
    target.finish()
    assert target.folder.exists() and not target.working.exists()


def test_what_was_being_written_goes_and_what_was_written_stays(tmp_path: Path) -> None:
    target = Target(str(tmp_path / "out"))
    target.begin("a")
    target.write("data/a.tar", b"whole")
    (target.working / "data/b.tar.tmp-0123").write_bytes(b"half")
    target.begin("a")
    assert [path.name for path in (target.working / "data").iterdir()] == ["a.tar"]


def test_another_export_or_a_folder_of_somebody_is_refused(tmp_path: Path) -> None:
    target = Target(str(tmp_path / "out"))
    target.begin("a")
    with pytest.raises(ExportError, match="unfinished export of another release or with other options"):
        target.state("b")
    target.write("manifest.json", {"digest": "a"})
    target.finish()
    with pytest.raises(ExportError, match="the folder is not empty; name a new folder"):
        target.state("b")
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine/notes.txt").write_text("mine")
    with pytest.raises(ExportError, match="not empty"):
        Target(str(tmp_path / "mine")).state("a")
    with pytest.raises(ExportError, match="it is a file"):
        Target(str(tmp_path / "mine/notes.txt")).state("a")
    (tmp_path / "left.incomplete").mkdir()
    with pytest.raises(ExportError, match="unfinished"):
        Target(str(tmp_path / "left")).state("a")


def test_a_folder_that_cannot_be_written_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(ExportError, match=r"--out .*file/out: Not a directory"):
        Target(str(tmp_path / "file/out")).begin("a")


@pytest.mark.parametrize("out", ["s3://bucket/out", "hdfs:///out", "", "dbfs:/out"])
def test_an_address_is_not_a_folder(out: str) -> None:
    with pytest.raises(ExportError, match="not a folder on a disk"):
        Target(out)


def test_a_folder_may_be_given_as_a_file_address(tmp_path: Path) -> None:
    assert (
        Target(f"file://{tmp_path}/out").folder == Target(f"file:{tmp_path}/out").folder == tmp_path / "out"
    )


@pytest.mark.parametrize(
    ("options", "line"),
    [
        ({"format": "csv"}, "--format csv: not one of huggingface, webdataset, conceptclip, metadata"),
        ({"splits": ("dev",)}, "--split dev: not one of train, validation, test"),
        ({"licences": ("CC-BY-XX",)}, "--only-licence CC-BY-XX: not one of"),
        ({"where": " "}, "--where: it is empty"),
        ({"images": "crops"}, "--images crops: not one of original, derived"),
        ({"shard_bytes": -1}, "--shard-bytes -1: it must be 1 or more"),
        ({"format": "retrieval", "splits": ("train",)}, "--split train: pairs for retrieval are held out"),
        ({"format": "retrieval", "pairs": -1}, "--pairs -1: it must be 1 or more"),
        ({"format": "retrieval", "balance": ("mood",)}, "--balance mood: not one of modality, year, journal"),
        ({"format": "retrieval", "balance": ("year", "year")}, "--balance year,year: a name is there twice"),
        ({"pairs": 5}, "--pairs and --balance belong to --format retrieval"),
        ({"tokenizer": TokenizerFile("a", "b", "{}")}, "--tokenizer belongs to --format conceptclip"),
    ],
)
def test_options_that_no_export_could_have(options: dict[str, object], line: str) -> None:
    with pytest.raises(ConfigError) as raised:
        ExportOptions(**{"release": "r1", "format": "metadata", **options})  # type: ignore[arg-type] — wrong on purpose
    assert str(raised.value).startswith(line)
