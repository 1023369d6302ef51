"""Counts of a release and their charts."""

from __future__ import annotations

import struct
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from medconcept.errors import ConfigError, LakeError
from medconcept.report import release_counts
from medconcept.report.charts import CHARTS, write_charts
from medconcept.report.release_counts import ConceptCount, ReleaseCounts

HEART, LUNG = ConceptCount("C1", "heart $1 & $2", "anatomy", 3), ConceptCount("C2", "Lunge", "anatomy", 2)
COUNTS = ReleaseCounts(
    release="r1",
    articles=4,
    years=[("2001", 1), ("2003", 2), ("unknown", 1)],
    journals=[("Journal <of> $x$", 3), ("unknown", 1)],
    other_journals=(2, 5),
    licences=[("CC-BY-4.0", "commercial", 3), ("unknown", "other", 1)],
    spectrum=[(1, 10), (3, 1)],
    central=[HEART, LUNG],
    pairs={("C1", "C2"): 2},
    files=[("current articles", 4), ("refused: truncated", 1)],
    figures=[("in triplets", 5), ("no caption", 1)],
)
EMPTY = ReleaseCounts("none", 0, [], [], (0, 0), [], [], [], {}, [], [])


def picture_size(file: Path) -> tuple[int, int]:
    """Width and height from the header of a PNG file."""
    data = file.read_bytes()
    assert data[:8] == b"\x89PNG\r\n\x1a\n"
    width, height = struct.unpack(">II", data[16:24])
    return width, height


@pytest.mark.parametrize("counts", [COUNTS, EMPTY], ids=["some", "empty"])
@pytest.mark.filterwarnings("error::RuntimeWarning")
def test_each_chart_is_a_png_of_the_folder(counts: ReleaseCounts, tmp_path: Path) -> None:
    files = write_charts(counts, tmp_path / "new" / "folder")
    assert [file.stem for file in files] == list(CHARTS)
    for file in files:
        width, height = picture_size(file)
        assert width > 800 and height > 150, file


def texts(name: str, counts: ReleaseCounts = COUNTS) -> list[str]:
    """All texts of a chart, as drawn."""
    import matplotlib
    from matplotlib.text import Text

    with matplotlib.rc_context({"text.parse_math": False}):
        figure = CHARTS[name](counts)
        figure.canvas.draw() if hasattr(figure.canvas, "draw") else None
    return [text.get_text() for text in figure.findobj(Text) if text.get_text()]


@pytest.mark.parametrize("name", CHARTS)
def test_a_chart_has_a_title_and_names_its_release(name: str) -> None:
    assert "release r1" in texts(name)


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("articles_by_year", {"2001", "2002", "2003", "year (1 articles have no date)", "articles"}),
        ("journals", {"Journal <of> $x$", "2 other journals", "5"}),
        ("licences", {"CC-BY-4.0", "commercial use", "other terms"}),
        ("central_concepts", {"heart $1 & $2", "3", "captions", "anatomy"}),
        ("concept_frequency", {"11 concepts\n10 (91%) in one caption alone"}),
        ("co_occurrence", {"heart $1 & $2", "2", "3"}),
        ("refused_and_skipped", {"refused: truncated", "in triplets", "no caption"}),
    ],
)
def test_a_chart_shows_its_counts(name: str, shown: set[str]) -> None:
    assert shown <= set(texts(name))


def test_a_release_without_refusals_says_so() -> None:
    assert "refused" in texts("refused_and_skipped", replace(COUNTS, files=[("current articles", 4)]))


def test_without_matplotlib_the_error_names_the_extra(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    with pytest.raises(ConfigError, match=r"medconcept\[notebook\]"):
        write_charts(COUNTS, tmp_path)


def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(LakeError, match=r"file/charts/articles_by_year\.png: the chart cannot be written"):
        write_charts(COUNTS, tmp_path / "file" / "charts")


def test_counts_of_concepts(spark: Any) -> None:
    mentions = spark.createDataFrame(
        [
            ("f1", "C1"),  # twice in one caption counts once
            ("f1", "C1"),
            ("f1", "C2"),
            ("f2", "C1"),
            ("f2", "C2"),
            ("f2", "C3"),
            ("f3", "C3"),
            ("f4", "C4"),
        ],
        "figure_key string, concept_id string",
    )
    concepts = spark.createDataFrame(
        [("C1", "heart", ["anatomy"]), ("C2", "lung", []), ("C3", None, ["cell", "gene"]), ("C4", "x", [])],
        "concept_id string, preferred_name string, semantic_types array<string>",
    )
    captions = release_counts.captions_of(mentions)
    assert release_counts.frequency_spectrum(captions) == [(1, 1), (2, 3)]
    assert release_counts.most_frequent(captions, concepts, 3) == [
        ConceptCount("C1", "heart", "anatomy", 2),
        ConceptCount("C2", "lung", "other", 2),
        ConceptCount("C3", "C3", "cell", 2),
    ]
    pairs = release_counts.pair_counts(captions, ["C1", "C2", "C3"])
    assert pairs == {("C1", "C2"): 2, ("C1", "C3"): 1, ("C2", "C3"): 1}


def test_spellings_of_a_journal_that_differ_in_case_are_one(spark: Any) -> None:
    titles = ["PLoS ONE", "PLoS ONE", "PLOS ONE", "Cell", None]
    articles = spark.createDataFrame([(title,) for title in titles], "journal string")
    assert release_counts.journal_counts(articles) == [("PLoS ONE", 3), ("Cell", 1), ("unknown", 1)]


def test_counts_of_figures_add_up(spark: Any) -> None:
    figures = spark.createDataFrame(
        [
            ("used", "text", ["g"]),
            ("no caption", None, ["g"]),
            ("no graphic", "text", []),
            ("no concept", "text", ["g"]),
            ("excluded", "text", ["g"]),
        ],
        "figure_key string, caption string, graphics array<string>",
    )
    named = spark.createDataFrame([("used",), ("excluded",)], "figure_key string")
    triplets = spark.createDataFrame([("used",), ("used",)], "figure_key string")  # two graphics
    assert release_counts.figure_counts(figures, named, triplets) == [
        ("in triplets", 1),
        ("left out by flags of concepts or by filters", 1),
        ("no caption", 1),
        ("no concept in the caption", 1),
        ("no graphic", 1),
    ]
