"""`make demo` itself, twice, on its real articles, and what the README says of it."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from documented import DEMO, OWN, ROOT, Command, run_on

PICTURES = ROOT / "build/demo/articles/elife-32671"
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not (ROOT / "build/demo/articles").is_dir(), reason="make demo-data has not been run"),
]


@pytest.fixture(scope="module")
def demo(spark, tmp_path_factory) -> str:
    """A lake made by the demo in an empty folder."""
    from medconcept.cli.demo import main

    lake = str(tmp_path_factory.mktemp("demo") / DEMO)
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


@pytest.mark.skipif(not PICTURES.is_dir(), reason="make demo-data could not fetch the article with images")
def test_the_numbers_of_the_readme_come_from_the_demo(demo: str, capsys) -> None:
    rows = {name: row["rows"] for name, row in tables(capsys, demo).items()}
    query = (
        "SELECT (SELECT count(*) FROM figures WHERE caption IS NOT NULL) AS captions, "
        "count(DISTINCT figure_key) AS captioned, count(*) AS linked, count(DISTINCT concept_id) AS concepts "
        "FROM mentions WHERE concept_id IS NOT NULL"
    )
    (counted,) = asked(capsys, "sql", query, "--lake", demo)
    assert (rows["raw_articles"], rows["articles"], rows["quarantine"]) == (123, 123, 0)
    statuses = asked(
        capsys, "sql", "SELECT status, count(*) AS n FROM images GROUP BY status", "--lake", demo
    )
    images = {row["status"]: row["n"] for row in statuses}
    assert set(images) == {"resolved", "no_media"}
    assert counted["captions"] == rows["figures"]
    said = re.sub(r"\s+", " ", (ROOT / "README.md").read_text())
    assert (
        f"{rows['figures']} figures, all with a caption, {counted['captioned']} of them with a concept; "
        f"{counted['linked']:,} mentions of {counted['concepts']:,} concepts; "
        f"{images['resolved']} images" in said
    )


@pytest.mark.skipif(not PICTURES.is_dir(), reason="make demo-data could not fetch the article with images")
def test_the_report_shows_the_images_next_to_their_captions(demo: str, capsys) -> None:
    query = (
        "SELECT doi, journal, licence_code, image_status, attribution, size(concepts) AS concepts "
        "FROM triplets WHERE image_sha256 IS NOT NULL ORDER BY label"
    )
    rows = asked(capsys, "sql", query, "--lake", demo)
    assert len(rows) == 5 and all(row["concepts"] for row in rows)
    assert {(row["doi"], row["journal"], row["licence_code"], row["image_status"]) for row in rows} == {
        ("10.7554/elife.32671", "eLife", "CC-BY-4.0", "resolved")
    }
    assert all("https://creativecommons.org/licenses/by/4.0/" in row["attribution"] for row in rows)
    page = (Path(demo) / "_docs/report.html").read_text(encoding="utf-8")
    assert page.count('<img src="data:image/jpeg;base64,') == 5 == page.count("<img ")
    assert "No image: the article has no image files at its source." in page


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


def typed(demo: str, command: Command) -> list[str]:
    """The words of a command, with folders below `build` absolute: the JVM stays where it was started."""
    folder = demo.removesuffix(DEMO)
    there = {OWN: demo}
    return [
        there.get(word, folder + word if word.startswith("build/") else word) for word in command.arguments
    ]


@pytest.mark.parametrize("command", run_on(DEMO), ids=str)
def test_commands_of_the_pages_run_as_they_stand(demo: str, command: Command, capsys) -> None:
    from medconcept.cli import main

    assert main(typed(demo, command)) == 0
    assert capsys.readouterr().out.strip()


def test_commands_on_a_lake_of_ones_own_run_in_their_order(
    demo: str, monkeypatch: pytest.MonkeyPatch, capsys
) -> None:
    """The demo's lake, with a release r1. They change it, so they come last."""
    from medconcept.cli import main

    monkeypatch.chdir(ROOT)  # conf/local.yaml
    assert main(["publish_release", "--release-name", "r1", "--lake", demo]) == 0
    commands = run_on(OWN)
    for command in commands:
        code = main(typed(demo, command))
        said = capsys.readouterr()
        # The demo may have no CT scan of 2015 or later for training: nothing left is an answer, too.
        assert code == 0 or (code == 9 and "webdataset" in command.arguments), (str(command), said.err)
        assert (said.out + said.err).strip()  # some jobs have nothing to say but their progress
    assert len(commands) >= 6
