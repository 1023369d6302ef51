"""The noted number of the last commit: Delta itself does not miss the last files of a log."""

from __future__ import annotations

import json
from collections.abc import Callable

from medconcept.errors import LakeDamaged, LakeError
from medconcept.reader.layout import LAST_COMMIT


def noted_last_commit(read: Callable[[str], bytes]) -> int:
    """The number that a lake has noted; `read` gives a small file of it, or raises LakeError.

    0 where it is not there or damaged: a lake of an older program version, or a killed run; the next commit
    writes it.

    >>> noted_last_commit(lambda name: b'{"seq": 3}'), noted_last_commit(lambda name: b"")
    (3, 0)
    """
    try:
        return int(json.loads(read(LAST_COMMIT))["seq"])
    except (LakeError, ValueError, KeyError, TypeError):
        return 0


def require_noted(commits: str, count: int, noted: int) -> None:
    """Raise LakeDamaged if `commits`, the table's URI, has fewer rows than commits were noted."""
    if noted > count:
        raise LakeDamaged(
            f"{commits}: its last rows are missing: {count} of {noted} commits are there; put the table back "
            "from a copy of the lake, or `medconcept restore` goes back to the last commit that is there"
        )
