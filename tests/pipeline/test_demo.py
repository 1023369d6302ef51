"""`make demo` itself, twice, on its real articles, and what the README says of it."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not (ROOT / "build/demo/articles").is_dir(), reason="make demo-data has not been run"),
]


@pytest.fixture(scope="module")
def demo(spark, tmp_path_factory) -> str:
    """A lake made by the demo in an empty folder."""
    from medconcept.cli.demo import main

    lake = str(tmp_path_factory.mktemp("demo") / "lake")
    assert main(["--lake", lake]) == 0
    return lake


def asked(capsys, *command: str):
    from medconcept.cli import main

    capsys.readouterr()
    assert main([*command, "--json"]) == 0
    return json.loads(capsys.readouterr().out)


def tables(capsys, lake: str) -> dict[str, dict]:
    return {row["table"]: row for row in asked(capsys, "tables", "--lake", lake)}


def test_the_second_demo_writes_no_version(demo: str, capsys) -> None:
    from medconcept.cli.demo import main

    before = tables(capsys, demo)
    assert main(["--lake", demo]) == 0
    assert "Nothing is new: no table got a new version" in capsys.readouterr().out
    assert tables(capsys, demo) == before


def test_the_numbers_of_the_readme_come_from_the_demo(demo: str, capsys) -> None:
    rows = {name: row["rows"] for name, row in tables(capsys, demo).items()}
    query = (
        "SELECT (SELECT count(*) FROM figures WHERE caption IS NOT NULL) AS captions, "
        "count(DISTINCT figure_key) AS captioned, count(DISTINCT concept_id) AS concepts FROM mentions"
    )
    (counted,) = asked(capsys, "sql", query, "--lake", demo)
    assert (rows["raw_articles"], rows["articles"], rows["quarantine"]) == (122, 122, 0)
    assert counted["captions"] == rows["figures"]
    said = re.sub(r"\s+", " ", (ROOT / "README.md").read_text())
    assert (
        f"{rows['figures']} figures, all with a caption, {counted['captioned']} of them with a concept; "
        f"{rows['mentions']:,} mentions of {counted['concepts']:,} concepts" in said
    )


def test_the_demo_travels_in_time(demo: str, capsys) -> None:
    count = "SELECT count(*) AS n FROM figures"
    (some,) = asked(capsys, "sql", count, "--lake", demo, "--release", "biology-and-medicine")
    (every,) = asked(capsys, "sql", count, "--lake", demo, "--release", "all-articles")
    changes = asked(capsys, "diff", "biology-and-medicine", "all-articles", "--lake", demo)
    assert changes["figures"] == {"added": every["n"] - some["n"], "removed": 0, "changed": 0}
    assert 0 < some["n"] < every["n"]


def test_the_example_query_returns_what_captions_are_about(demo: str, capsys) -> None:
    from medconcept.cli.demo import CENTRAL

    rows = asked(capsys, "sql", CENTRAL, "--lake", demo)
    assert len(rows) == 10
    assert [row["figures"] for row in rows] == sorted((row["figures"] for row in rows), reverse=True)
    assert all(row["centrality"] >= 0.5 for row in rows)
    assert all({"DISO", "ANAT", "CHEM", "GENE"} & set(row["kind"].split(",")) for row in rows)
    assert not {"Right", "Left", "Time"} & {row["concept"] for row in rows}
