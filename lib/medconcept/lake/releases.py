"""The commit that a release names."""

from __future__ import annotations

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from medconcept.errors import LakeDamaged, LakeError
from medconcept.lake.lake import Commit


def release_commit(releases: DataFrame, name: str) -> Commit:
    """Return the commit that a release names.

    Raises LakeError if there is no such release, LakeDamaged if there are two.
    """
    rows = releases.where(F.col("name") == name).collect()
    if not rows:
        names = ", ".join(sorted(r["name"] for r in releases.select("name").collect())) or "none"
        raise LakeError(f"no release {name!r} (releases: {names})")
    if len(rows) > 1:
        raise LakeDamaged(
            f"releases: {len(rows)} rows have the name {name!r}; put the table back from a copy"
        )
    return Commit(int(rows[0]["commit_seq"]), dict(rows[0]["versions"]), rows[0]["dictionary_sha256"])
