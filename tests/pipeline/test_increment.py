"""An increment equals a rebuild, and older releases stay readable."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from articles import run
from released import FIRST, SECOND, Released


def test_increment_equals_rebuild_and_old_versions_stay_readable(
    spark, released: Released, tmp_path: Path
) -> None:
    from medconcept.lake import queries
    from medconcept.lake.lake import Lake
    from medconcept.stages.publish_release import content_digest

    lake = Lake(spark, released.settings.lake)
    changes = queries.diff(lake, FIRST, SECOND)
    assert changes["figures"] == {"added": 2, "removed": 0, "changed": 2}
    old = queries.run_sql(lake, "SELECT caption FROM figures", queries.resolve_commit(lake, release=FIRST))
    assert sorted(r.caption for r in old.collect()) == ["A heart attack <script>", "ALL", "a heart", "liver"]
    rebuilt, _ = run(spark, replace(released.settings, lake=str(tmp_path / "rebuilt")))
    for table in ("articles", "figures", "mentions", "triplets", "raw_articles"):
        assert content_digest(lake.read(table)) == content_digest(rebuilt.read(table)), table
