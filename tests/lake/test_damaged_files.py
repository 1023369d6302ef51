"""A file of a lake that is missing or has other bytes is named in a line, or what it held is made again."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from articles import open_lake
from test_written_past_commits import SPEC, commit, counts_in

from medconcept.errors import LakeDamaged, as_medconcept_error
from medconcept.lake.change_log import CHANGES, NOTE, note_commit, note_scopes, since
from medconcept.lake.lake import FORMAT, LAST_COMMIT, Commit, Lake
from medconcept.lake.queries import require_lake
from medconcept.lake.restore import restore


@pytest.fixture(scope="module")
def committed(spark: Any, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a lake of two commits."""
    folder = tmp_path_factory.mktemp("committed") / "lake"
    lake = open_lake(spark, str(folder))
    commit(lake, "first", {"A": 1, "B": 2})
    commit(lake, "second", {"A": 5, "B": 2, "D": 4})
    return folder


@pytest.fixture
def folder(committed: Path, tmp_path: Path) -> Path:
    """A copy of it."""
    return Path(shutil.copytree(committed, tmp_path / "lake"))


def last_log_file(folder: Path, table: str) -> Path:
    return max((folder / table / "_delta_log").glob("*.json"))


def without_checksum(path: Path) -> Path:
    """As on an object store, where Hadoop writes no checksum next to a file."""
    path.with_name(f".{path.name}.crc").unlink(missing_ok=True)
    return path


def test_the_last_commit_is_missed_and_restore_goes_back(spark: Any, folder: Path) -> None:
    last_log_file(folder, "commits").unlink()
    lake = Lake(spark, str(folder))
    with pytest.raises(LakeDamaged, match="commits: its last rows are missing: 1 of 2 commits"):
        lake.head()
    lines = restore(lake)
    assert lines[0] == "commits: commit 1 is the last; up to 2 their rows are missing"
    assert counts_in(lake) == {"A": 1, "B": 2}
    commit(lake, "third", {"A": 7})
    assert counts_in(lake) == {"A": 7}
    assert Lake(spark, str(folder)).head().seq == 3


@pytest.mark.parametrize("note", [None, b"", b'{"seq": 1}', b"[]"], ids=["none", "empty", "older", "list"])
def test_the_number_of_the_last_commit_may_be_missing_or_behind(
    spark: Any, folder: Path, note: bytes | None
) -> None:
    (without_checksum(folder / LAST_COMMIT)).unlink()
    if note is not None:
        (folder / LAST_COMMIT).write_bytes(note)
    assert counts_in(Lake(spark, str(folder))) == {"A": 5, "B": 2, "D": 4}


def test_a_ledger_without_its_last_version_is_refused(spark: Any, folder: Path) -> None:
    last_log_file(folder, "runs").unlink()
    with pytest.raises(LakeDamaged, match="runs: the last versions of its log are missing"):
        Lake(spark, str(folder)).read("runs")


def test_a_page_with_a_changed_byte_is_not_read(spark: Any, folder: Path) -> None:
    for path in (folder / SPEC.name).glob("*.parquet"):
        data = bytearray(without_checksum(path).read_bytes())
        data[60] ^= 1  # within the first page, behind its head
        path.write_bytes(bytes(data))
    with pytest.raises(LakeDamaged, match=f"a file of the table {SPEC.name} is damaged"):
        try:
            counts_in(Lake(spark, str(folder)))
        except Exception as error:
            raise as_medconcept_error(error, "sql") from error


def rewritten(change: Any) -> Any:
    """Damage that changes the note of commit 3, which stays JSON."""

    def damage(folder: Path) -> None:
        path = without_checksum(folder / CHANGES / "3" / NOTE)
        note = json.loads(path.read_text())
        change(note)
        path.write_text(json.dumps(note))

    return damage


def test_what_a_commit_changed_is_not_believed_if_its_note_is_damaged(spark: Any, folder: Path) -> None:
    lake = Lake(spark, str(folder))
    changed = spark.createDataFrame([("PMC1", "upsert"), ("PMC2", "keep")], "article_key string, _op string")
    note_scopes(lake, 3, "figures", changed)
    note_commit(lake, 3, "third", ("mentions",))
    whole = since(lake, 2, Commit(3))
    assert whole is not None and (whole.runs, whole.filled) == (("third",), {"mentions"})
    assert [row.article_key for row in whole.scopes("figures").collect()] == ["PMC1"]
    damages: list[Any] = [
        lambda folder: next((folder / CHANGES / "3/figures").glob("part-*.parquet")).unlink(),
        lambda folder: shutil.rmtree(folder / CHANGES / "3/figures"),
        lambda folder: without_checksum(folder / CHANGES / "3" / NOTE).write_bytes(b'{"run_id"'),
        rewritten(lambda note: note.update(run_id="other")),
        rewritten(lambda note: note.update(filled=["articles"])),
        rewritten(lambda note: note.pop("sha256")),
    ]
    for damage in damages:
        damage(folder)
        assert since(lake, 2, Commit(3)) is None  # everything is worked on
        note_scopes(lake, 3, "figures", changed)
        note_commit(lake, 3, "third", ("mentions",))


def test_notes_of_older_program_versions_are_read(spark: Any, folder: Path) -> None:
    lake = Lake(spark, str(folder))
    changed = spark.createDataFrame([("PMC1", "upsert")], "article_key string, _op string")
    note_scopes(lake, 3, "figures", changed)
    lake.files.write(f"{CHANGES}/3/{NOTE}", b'{"run_id": "third", "filled": []}')
    whole = since(lake, 2, Commit(3))
    assert whole is not None and whole.touches("figures") and not whole.touches("mentions")


def test_a_lake_without_its_format_is_told_from_no_lake(spark: Any, folder: Path) -> None:
    without_checksum(folder / FORMAT).unlink()
    with pytest.raises(LakeDamaged, match=r"format\.json is missing; a run of any job"):
        require_lake(Lake(spark, str(folder)))
    Lake(spark, str(folder)).create()
    assert counts_in(Lake(spark, str(folder))) == {"A": 5, "B": 2, "D": 4}
