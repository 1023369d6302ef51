"""Files that the current versions of tables name and that are gone are said, table by table."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from medconcept.cli import main
from medconcept.errors import LakeDamaged
from medconcept.lake.lake import Lake
from medconcept.lake.missing_files import missing_files, named_files, require_files
from medconcept.lake.restore import restore


@pytest.fixture
def lake(spark: Any, released: Any, tmp_path: Path) -> Lake:
    """A copy of the lake with two releases."""
    return Lake(spark, released.copy_of(released.settings, tmp_path).lake)


def test_what_vacuum_takes_after_optimize_is_said_and_a_version_with_the_same_rows_taken(
    spark: Any, lake: Lake, capsys: Any
) -> None:
    require_files(lake)
    version, rows = lake.head().versions["articles"], lake.read("articles").count()
    setting = "spark.databricks.delta.retentionDurationCheck.enabled"
    spark.conf.set(setting, "false")
    try:
        spark.sql(f"OPTIMIZE delta.`{lake.path('articles')}`")
        spark.sql(f"VACUUM delta.`{lake.path('articles')}` RETAIN 0 HOURS")
    finally:
        spark.conf.unset(setting)
    assert lake.latest_version("articles") > version
    gone = missing_files(lake, "articles", version)
    assert gone and set(gone) <= set(named_files(lake, "articles", version))
    with pytest.raises(
        LakeDamaged, match=rf"articles lacks {len(gone)} files of version {version} \(.*restore"
    ):
        require_files(lake)
    # A job that has nothing to do, and status.
    for command in ("parse_articles", "status"):
        assert main([command, "--lake", lake.root]) == 8, command
        said = capsys.readouterr()
        assert "articles lacks" in said.err and gone[0] in said.err and "nothing new" not in said.out

    (line, *_) = restore(lake)
    assert f"articles: files of version {version} are gone" in line
    lake = Lake(spark, lake.root)
    require_files(lake)
    assert lake.read("articles").count() == rows
    assert restore(lake) == []
    assert main(["parse_articles", "--lake", lake.root]) == 0


def test_each_file_of_each_table_is_looked_for_deletion_vectors_too(lake: Lake) -> None:
    head = lake.head().versions
    files = {name: named_files(lake, name, head[name]) for name in ("raw_articles", "mentions", "figures")}
    every = [(table, name) for table, names in files.items() for name in names]
    assert any(name.startswith("deletion_vector_") for _, name in every)
    assert all(name.startswith(("deletion_vector_", "part-")) for _, name in every)
    for table, name in every:
        path = Path(lake.root.removeprefix("file:")) / table / name
        assert path.exists()
    gone = [
        next(each for each in every if each[1].startswith(kind)) for kind in ("deletion_vector_", "part-")
    ]
    for table, name in gone:
        (Path(lake.root.removeprefix("file:")) / table / name).unlink()
        assert name in missing_files(lake, table, head[table])
    with pytest.raises(LakeDamaged) as error:
        require_files(lake)
    for table, name in gone:
        assert f"{table} lacks" in str(error.value) and name in str(error.value)
