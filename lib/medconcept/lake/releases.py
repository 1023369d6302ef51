"""The commit that a release names."""

from __future__ import annotations

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from medconcept.errors import LakeError
from medconcept.lake.lake import Commit


def release_commit(releases: DataFrame, name: str) -> Commit:
    """Return the commit that a release names. Raises LakeError if there is no such release."""
    rows = releases.where(F.col("name") == name).collect()
    if not rows:
        names = ", ".join(sorted(r["name"] for r in releases.select("name").collect())) or "none"
        raise LakeError(f"no release {name!r} (releases: {names})")
    return Commit(int(rows[0]["commit_seq"]), dict(rows[0]["versions"]), rows[0]["dictionary_sha256"])
