"""Put the tables back to the last commit, after somebody or something else wrote to them."""

from __future__ import annotations

from datetime import datetime, timezone

from delta.tables import DeltaTable

from medconcept import __version__
from medconcept.config import settings_digest
from medconcept.errors import LakeDamaged, LakeError, as_medconcept_error
from medconcept.lake import transaction
from medconcept.lake.change_log import CHANGES
from medconcept.lake.lake import RESTORE, Commit, Lake
from medconcept.lake.lease import lease
from medconcept.lake.missing_files import missing_files
from medconcept.lake.queries import require_lake
from medconcept.lake.table_log import is_foreign, versions_after
from medconcept.tables import TABLES

# Of `runs` no commit names a version that readers take; rows are appended to both outside of batches.
LEDGERS_OF_RUNS = ("runs", "commits")


def restore(lake: Lake) -> list[str]:
    """Give each table whose rows changed past the commits a new version with the rows of the last commit.

    What a killed run left is discarded, the commit that it had begun, too: the next run does that work again.
    Returns one line for each thing done, none if there was nothing to do. Raises LakeError if there is no
    lake or it has an older format, LakeDamaged if files of the last commit are gone, LeaseHeld while a run
    writes.
    """
    require_lake(lake)
    if lake.is_older:
        raise LakeError(f"{lake.root}: the lake has an older format; run a job, which migrates it, first")
    run_id = transaction.new_run_id(datetime.now(timezone.utc))
    with lease(lake.files, run_id) as owner:
        done: list[str] = []
        for left in lake.files.list(transaction.STAGING):
            lake.files.delete(f"{transaction.STAGING}/{left}")
            done.append(f"batches of run {left} were discarded")
        noted = lake.forget_last_commit()
        head = lake.head()
        if noted > head.seq:
            done.append(f"commits: commit {head.seq} is the last; up to {noted} their rows are missing")
            _clear_log(lake, lake.latest_version("commits"), noted - head.seq)
        versions: dict[str, int] = {}
        for table in TABLES:
            if table not in LEDGERS_OF_RUNS and (line := _put_back(lake, table, head)):
                versions[table] = lake.latest_version(table)
                done.append(line)
        if versions:
            for seq in range(head.seq + 1, max(noted, head.seq + 1) + 1):  # of what had begun, or is missing
                lake.files.delete(f"{CHANGES}/{seq}")
            transaction.commit(lake, _manifest(head, run_id, versions), owner)
            done.append(f"commit {head.seq + 1} names the versions put back")
        else:
            lake.note_last_commit(head.seq)
        return done


def _clear_log(lake: Lake, version: int, missing: int) -> None:
    """Delete what is left of the missing versions of `commits` after this one: checksums of former files."""
    for number in range(version + 1, version + 1 + missing):
        name = f"{number:020d}"
        for left in (f".{name}.json.crc", f"{name}.crc", f".{name}.crc.crc"):
            lake.files.delete(f"commits/_delta_log/{left}")


def _put_back(lake: Lake, table: str, head: Commit) -> str | None:
    """Restore a table if it has other rows than the last commit names, or lost files; returns what it did."""
    base = head.versions.get(table, 0)
    foreign = [version for version in versions_after(lake, table, base) if is_foreign(version)]
    if not foreign:
        return _newer(lake, table, base)
    try:
        DeltaTable.forPath(lake.spark, lake.path(table)).restoreToVersion(base)
    except Exception as error:
        raise as_medconcept_error(error, f"restore of {lake.path(table)} to version {base}") from error
    what = ", ".join(f"{each.number} ({each.operation}, {each.at} UTC)" for each in foreign)
    return f"{table}: put back to version {base}; undone: {what}"


def _newer(lake: Lake, table: str, base: int) -> str | None:
    """Take the latest version, which has the rows of `base`, if files of `base` are gone."""
    latest = lake.latest_version(table)
    if latest == base or not missing_files(lake, table, base):
        return None
    if missing_files(lake, table, latest):
        raise LakeDamaged(f"{lake.path(table)}: files of version {base} are gone; put them back from a copy")
    return (
        f"{table}: files of version {base} are gone; version {latest} has the same rows in files of its own"
    )


def _manifest(head: Commit, run_id: str, versions: dict[str, int]) -> transaction.Manifest:
    return transaction.Manifest(
        seq=head.seq + 1,
        run_id=run_id,
        job=RESTORE,
        tables=(),  # nothing is staged
        base_versions={**head.base_versions, **versions},
        input_versions={},
        settings_digest=settings_digest(RESTORE, __version__),
        code_version=__version__,
        dictionary_sha256=head.dictionary_sha256,
        counts={"tables.restored": len(versions)},
    )
