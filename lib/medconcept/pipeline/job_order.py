"""Whether the tables that a job reads were made, and from the last rows of what they are made from."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from medconcept.errors import LakeError
from medconcept.lake.change_log import have_same_rows
from medconcept.lake.lake import Lake

# The job that must have run before a job; that there is no dictionary annotate_captions says itself. Each job
# named as a value commits whenever the tables that it reads have changed. resolve_images does not, where no
# image is concerned, and triplets say of each graphic that has not been looked at.
AFTER = {
    "parse_articles": "sync_articles",
    "annotate_captions": "parse_articles",
    "resolve_images": "parse_articles",
    "assemble_triplets": "annotate_captions",
    "publish_release": "assemble_triplets",
}


def require_order(lake: Lake, job: str) -> None:
    """Raise LakeError that names the job to run first, unless what `job` reads is made and up to date.

    By the rows of `commits` alone: what a job read last must have the rows that it has now. So tables of a
    run that failed, which are those of the run before it, are not worked on as if they were the new ones.
    """
    last = lake.last_commits()
    if (first := AFTER.get(job)) and first not in last:
        raise LakeError(f"{job}: {first} has not made its tables in {lake.root} yet; run it first")
    for each in _before(job):
        if each in last and (changed := _changed_since(lake, last[each])):
            raise LakeError(
                f"{job}: {' and '.join(changed)} changed after {each} last read them in {lake.root}; it may "
                f"have failed since: run {each} first"
            )


def _before(job: str) -> list[str]:
    """All jobs before a job, the first one first.

    >>> _before("assemble_triplets")
    ['sync_articles', 'parse_articles', 'annotate_captions']
    """
    before = AFTER.get(job)
    return [*_before(before), before] if before else []


def _changed_since(lake: Lake, row: Any) -> list[str]:
    """What is other than a job read for its last commit: tables with other rows, the dictionary."""
    versions: Mapping[str, int] = dict(row["input_versions"])
    head = lake.head()
    changed = [
        name
        for name, version in sorted(versions.items())
        if not have_same_rows(lake, (name,), int(row["seq"]), {name: version}, head)
    ]
    if row["job"] == "annotate_captions" and row["dictionary_sha256"] != head.dictionary_sha256:
        changed.append("the dictionary")
    return changed
