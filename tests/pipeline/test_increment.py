"""What is brought up to date equals what is made anew, and stays readable as it was."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from articles import config, jats, run, write


def test_increment_equals_rebuild_and_old_versions_stay_readable(spark, tmp_path: Path) -> None:
    from medconcept.lake import queries
    from medconcept.stages.publish_release import content_digest

    settings = config(tmp_path)
    write(tmp_path / "in", a_xml=jats("1", "heart"), b_xml=jats("2", "liver"))
    lake, _ = run(spark, settings)
    write(tmp_path / "in", a_xml=jats("1", "heart attack"), c_xml=jats("3", "a heart"))
    run(spark, settings)
    changes = queries.diff(lake, "r1", "r2")
    assert changes["figures"] == {"added": 1, "removed": 0, "changed": 1}
    old = queries.run_sql(lake, "SELECT caption FROM figures", queries.resolve_commit(lake, release="r1"))
    assert sorted(r.caption for r in old.collect()) == ["heart", "liver"]
    rebuilt, _ = run(spark, replace(settings, lake=str(tmp_path / "again")))
    for table in ("articles", "figures", "mentions", "triplets", "raw_articles"):
        assert content_digest(lake.read(table)) == content_digest(rebuilt.read(table)), table
