"""A table has the rows that commits wrote, or the next job stops and `restore` puts it back."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from articles import open_lake

from medconcept.errors import LakeDamaged, LeaseHeld
from medconcept.lake import transaction
from medconcept.lake.changes import DELETE, UPSERT, change_set
from medconcept.lake.lake import Lake
from medconcept.lake.lease import LEASE, lease
from medconcept.lake.releases import release_commit
from medconcept.lake.restore import restore
from medconcept.tables import TABLES

SPEC = TABLES["concept_statistics"]
Counts = dict[str, int]  # captions of each concept


def staged(lake: Lake, run_id: str, counts: Counts) -> transaction.Manifest:
    """Stage the table's new rows as a run does; returns its manifest."""
    head = lake.head()
    frame = lake.spark.createDataFrame([(key, n, 9) for key, n in counts.items()], SPEC.content)
    current = lake.read(SPEC.name, head) if head.versions.get(SPEC.name) else None
    batch = change_set(SPEC.conform(frame, run_id, "2026-01-01 00:00:00"), current, SPEC)
    batch = transaction.stage(lake, run_id, SPEC.name, batch)
    operations = {row["_op"]: row["count"] for row in batch.groupBy("_op").count().collect()}
    return transaction.Manifest(
        seq=head.seq + 1, run_id=run_id, job="count_concepts", tables=(SPEC.name,),
        base_versions=head.versions or {SPEC.name: 0}, input_versions={}, settings_digest="", code_version="",
        operations={SPEC.name: operations},
    )  # fmt: skip


def commit(lake: Lake, run_id: str, counts: Counts) -> None:
    """Commit the table's new rows."""
    with lease(lake.files, run_id) as owner:
        transaction.recover(lake, owner)
        transaction.commit(lake, staged(lake, run_id, counts), owner)


def counts_in(lake: Lake) -> Counts:
    """The rows that readers see."""
    return {
        row["concept_id"]: row["captions"] for row in Lake(lake.spark, lake.root).read(SPEC.name).collect()
    }


@pytest.fixture(scope="module")
def committed(spark: Any, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a lake of two commits: of A, B and C, then of A with another count, B and D."""
    folder = tmp_path_factory.mktemp("committed") / "lake"
    lake = open_lake(spark, str(folder))
    commit(lake, "first", {"A": 1, "B": 2, "C": 3})
    commit(lake, "second", {"A": 5, "B": 2, "D": 4})
    return folder


@pytest.fixture
def lake(spark: Any, committed: Path, tmp_path: Path) -> Lake:
    """A copy of that lake."""
    shutil.copytree(committed, tmp_path / "lake")
    return Lake(spark, str(tmp_path / "lake"))


def sql(text: str) -> Callable[[Lake], None]:
    return lambda lake: lake.spark.sql(text.format(f"delta.`{lake.path(SPEC.name)}`"))


def append(lake: Lake) -> None:
    lake.spark.read.format("delta").load(lake.path(SPEC.name)).limit(1).write.format("delta").mode(
        "append"
    ).save(lake.path(SPEC.name))


@pytest.mark.parametrize(
    ("write", "operation"),
    [
        (append, "WRITE"),
        (sql("DELETE FROM {} WHERE concept_id = 'A'"), "DELETE"),
        (sql("UPDATE {} SET captions = 0"), "UPDATE"),
        (sql("RESTORE TABLE {} TO VERSION AS OF 1"), "RESTORE"),
    ],
    ids=["append", "delete", "update", "restore"],
)
def test_what_others_write_stops_the_next_commit_and_is_put_back(
    lake: Lake, write: Callable[[Lake], None], operation: str
) -> None:
    write(lake)
    with pytest.raises(
        LakeDamaged, match=rf"concept_statistics: version 3 \({operation}, .*medconcept restore"
    ):
        commit(lake, "third", {"A": 6, "B": 2})
    assert counts_in(lake) == {"A": 5, "B": 2, "D": 4}

    lines = restore(lake)
    assert any(f"put back to version 2; undone: 3 ({operation}" in line for line in lines)
    latest = lake.spark.read.format("delta").load(lake.path(SPEC.name))
    assert latest.count() == 3
    commit(lake, "fourth", {"A": 6, "B": 2})
    assert counts_in(lake) == {"A": 6, "B": 2}
    assert restore(lake) == []


def test_compacted_files_and_settings_change_nothing(lake: Lake) -> None:
    for text in ("OPTIMIZE {}", "ALTER TABLE {} SET TBLPROPERTIES ('note' = 'mine')"):
        sql(text)(lake)
    assert lake.latest_version(SPEC.name) > 2
    assert restore(lake) == []
    commit(lake, "third", {"A": 6})
    assert counts_in(lake) == {"A": 6}


def test_the_rows_of_a_killed_run_are_never_named_by_another(lake: Lake) -> None:
    killed = staged(lake, "killed", {"A": 100, "X": 100})
    transaction.apply_batch(lake, killed, SPEC.name)  # and killed before its row in `commits`
    lake.files.delete(transaction.STAGING)  # by a clean-up job
    with pytest.raises(LakeDamaged, match="version 3 "):
        commit(lake, "other", {"A": 6})
    restore(lake)
    # Delta has seen the killed commit's number; what follows has a later one.
    commit(lake, "other", {"A": 6})
    assert counts_in(lake) == {"A": 6}


def test_a_killed_commit_is_carried_through_once(lake: Lake) -> None:
    killed = staged(lake, "killed", {"A": 7, "X": 8})
    with lease(lake.files, "killed") as owner, pytest.MonkeyPatch.context() as patch:
        patch.setattr(transaction, "name_commit", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            transaction.commit(lake, killed, owner)
    assert counts_in(lake) == {"A": 5, "B": 2, "D": 4}
    with lease(lake.files, "next") as owner:
        (line,) = transaction.recover(lake, owner)
    assert "carried through" in line
    assert counts_in(lake) == {"A": 7, "X": 8}
    assert lake.latest_version(SPEC.name) == 3


def test_a_batch_that_lost_rows_after_the_gate_is_not_named(lake: Lake) -> None:
    manifest = staged(lake, "third", {"A": 6, "B": 2, "D": 4, "E": 1})
    # As if files of it had gone: the gate has seen one row more than there is.
    more = {**manifest.operations[SPEC.name], UPSERT: manifest.operations[SPEC.name][UPSERT] + 1}
    manifest = transaction.Manifest(**{**vars(manifest), "operations": {SPEC.name: more}})
    with lease(lake.files, "third") as owner, pytest.raises(LakeDamaged, match="has 2 of 3 rows that passed"):
        transaction.commit(lake, manifest, owner)
    assert counts_in(lake) == {"A": 5, "B": 2, "D": 4}


def test_counts_of_a_merge_are_those_of_the_gate(lake: Lake) -> None:
    new = {"A": 6, "E": 1}
    manifest = staged(lake, "third", new)
    assert manifest.operations[SPEC.name] == {UPSERT: 2, DELETE: 2}
    with lease(lake.files, "third") as owner:
        transaction.commit(lake, manifest, owner)
    assert counts_in(lake) == new


def test_commits_are_numbered_without_a_gap_and_releases_named_once(lake: Lake) -> None:
    path = lake.path("commits")
    lake.spark.sql(f"DELETE FROM delta.`{path}` WHERE seq = 1")
    with pytest.raises(
        LakeDamaged, match="commits: rows are missing or there twice: 1 commits up to number 2"
    ):
        Lake(lake.spark, lake.root).head()
    rows = [("r1", 1, {}, None)] * 2
    releases = lake.spark.createDataFrame(
        rows, "name string, commit_seq long, versions map<string, long>, dictionary_sha256 string"
    )
    with pytest.raises(LakeDamaged, match="2 rows have the name 'r1'"):
        release_commit(releases, "r1")


def test_a_commit_whose_row_delta_skips_is_not_called_done(lake: Lake) -> None:
    lake.spark.sql(f"DELETE FROM delta.`{lake.path('commits')}` WHERE seq = 2")
    lake.forget_last_commit()  # else the row is missed already when it is read
    again = transaction.Manifest(2, "again", "count_concepts", (), {}, {}, "", "")
    skipped = pytest.raises(LakeDamaged, match="commits: it had a row of commit 2 before")
    with lease(lake.files, "again") as owner, skipped:
        transaction.commit(lake, again, owner)


def test_a_writer_that_lost_its_lease_stops_before_it_writes(lake: Lake) -> None:
    with lease(lake.files, "paused") as owner:
        manifest = staged(lake, "paused", {"A": 6})
        lake.files.write(LEASE, b'{"run_id": "other", "token": "t"}')
        with pytest.raises(LeaseHeld, match="run paused has lost the lease \\(run other has it now\\)"):
            transaction.commit(lake, manifest, owner)
    assert lake.latest_version(SPEC.name) == 2
    assert b"other" in lake.files.read(LEASE)  # which is not this run's to release
