"""Lists and ranges of figures in the words of one reference, and labels that number several figures."""

import pytest
from jats_examples import parsed

from medconcept.jats.figures.figure_labels import read_label
from medconcept.jats.figures.number_lists import read_numbers


def figures(*labels: str) -> str:
    """One figure for each label; its id is its place, f1 the first."""
    return "".join(f'<fig id="f{n}"><label>{label}</label></fig>' for n, label in enumerate(labels, 1))


def cited(words: str, rid: str, *labels: str) -> set[str]:
    """The labels of the figures that a paragraph with one reference cites."""
    article = parsed(f'<p>See <xref ref-type="fig" rid="{rid}">{words}</xref>.</p>{figures(*labels)}')
    return {str(figure.label) for figure in article.figures if figure.citing_paragraphs}


FOUR = ("Figure 1", "Figure 2", "Figure 3", "Figure 4")


@pytest.mark.parametrize(
    ("words", "numbers"),
    [
        ("Figs. 1A,B, 2C", "12"),
        ("Fig. 1a–c, 4d", "14"),
        ("Figs 1 (A, B), 3 (a)", "13"),
        ("Figs. 1A–C and 2A–D", "12"),
        ("Figures 1, 2A and 4", "124"),
        ("Fig. 1A–Fig. 3", "123"),
        ("Fig. 1 and Fig. 3B", "13"),
        ("Figs 1A–3B", "123"),
        ("Figs. 1, 2, Table 3", "12"),
        ("Fig. 1, A and B; 3, C", "13"),
        ("Figs 1B′, 2", "12"),
        ("(Figs 1–3)", "123"),
        ("Fig. 1 (and Figs 3–4)", "134"),
        ("Figuras 1 a 3", "123"),
        ("Figuras 1 e 2", "12"),
        ("Abb. 1 bis 3", "123"),
        ("Fig. 1, left, and 3, right", "13"),
        ("Figs. 1 (top) and 3 (bottom)", "13"),
        ("Tables 2–4 and Figs. 1, 3", "13"),
        # Not a list of figures: panels, the literature, years, other things that are numbered.
        ("Fig. 1D–D2", "1"),
        ("Fig. 1A1–3", "1"),
        ("Fig. 1 [3]", "1"),
        ("Fig. 1(2) and 1(3)", "1"),
        ("Fig. 1, ref. 3", "1"),
        ("Fig. 1 in 2004", "1"),
        ("Fig. 1A, B and D", "1"),
        ("Fig. 1, panel 3", "1"),
        ("Fig. 1, rows 3–4", "1"),
        ("Fig. 1 (n = 3)", "1"),
        ("Figs. 1D – II, 1G", "1"),
    ],
)
def test_the_figures_that_one_reference_names(words: str, numbers: str) -> None:
    assert cited(words, "f1", *FOUR) == {f"Figure {n}" for n in numbers}


SUPPLEMENTS = (
    "Figure 1",
    "Figure 1—figure supplement 1.",
    "Figure 1—figure supplement 2.",
    "Figure 1—figure supplement 3.",
    "Figure 2—figure supplement 1.",
)


@pytest.mark.parametrize(
    ("words", "rid", "places"),
    [
        ("Figure 1—figure supplements 1–3", "f4", "234"),
        ("Figure 1–figure supplements 1 and 2", "f2", "23"),
        ("Figure 1—figure supplement 1A, 3", "f2", "24"),
        ("Figure 1—figure supplement 1 and Figure 2—figure supplement 1", "f2", "25"),
        ("supplements 1–3", "f2", "234"),
        ("Figure 1—figure supplement 1", "f2", "2"),
        ("Figure 1 and Figure 2—figure supplement 1", "f1", "15"),
        ("Figures 1–3", "f1", "1"),  # the supplements are another series
    ],
)
def test_supplements_of_a_figure(words: str, rid: str, places: str) -> None:
    assert cited(words, rid, *SUPPLEMENTS) == {SUPPLEMENTS[int(place) - 1] for place in places}


@pytest.mark.parametrize(
    ("words", "rid", "labels"),
    [
        ("Figs 1, 2 and S2", "f1", {"Figure 1", "Figure 2", "Supplementary Fig. S2"}),
        ("Figs. S1–S2", "f4", {"S1 Fig.", "Supplementary Fig. S2"}),
        ("S1 and S2 Figs", "f4", {"S1 Fig.", "Supplementary Fig. S2"}),
        ("Supplementary Figures 1, 2", "f4", {"S1 Fig.", "Supplementary Fig. S2"}),
        ("Figures 1–2", "f1", {"Figure 1", "Figure 2"}),
        ("1–2", "f1", {"Figure 1", "Figure 2"}),
        ("1–2", "f4", {"S1 Fig.", "Supplementary Fig. S2"}),
    ],
)
def test_supplementary_figures_are_a_series_however_they_are_written(
    words: str, rid: str, labels: set[str]
) -> None:
    assert cited(words, rid, "Figure 1", "Figure 2", "Figure 3", "S1 Fig.", "Supplementary Fig. S2") == labels


@pytest.mark.parametrize(
    ("label", "path", "numbers"),
    [
        ("Figures 1–4.", (), (1, 2, 3, 4)),
        ("Figs 21 and 23", (), (21, 23)),
        ("Fig. 3–4", (), (3, 4)),
        ("Figuras 1 e 2", (), (1, 2)),
        ("Figure 2-3", (2,), (3,)),
        ("Figure 2.3", (2,), (3,)),
        ("Figure 2A", (), (2,)),
        ("Appendix 1—figure 2.", (1,), (2,)),
    ],
)
def test_labels_of_one_figure_and_of_several(
    label: str, path: tuple[int, ...], numbers: tuple[int, ...]
) -> None:
    read = read_label(label)
    assert read is not None and (read.path, read.numbers) == (path, numbers)


def test_a_figure_with_several_numbers_is_cited_by_each() -> None:
    plates = ("Figures 1–12.", "Figures 13–20.", "Figure 21.", "Figure 22.")
    assert cited("Figs 10–15", "f1", *plates) == {"Figures 1–12.", "Figures 13–20."}
    assert cited("Figs 18, 21", "f2", *plates) == {"Figures 13–20.", "Figure 21."}
    assert cited("Figs 3–5", "f1", *plates) == {"Figures 1–12."}
    ends = '<xref ref-type="fig" rid="f1">Figs 1</xref>–<xref ref-type="fig" rid="f4">22</xref>'
    article = parsed(f"<p>{ends}</p>{figures(*plates)}")
    assert [len(figure.citing_paragraphs) for figure in article.figures] == [1, 1, 1, 1]


@pytest.mark.parametrize(
    ("first", "between", "last", "is_range"),
    [("Figs 1–", "", "4", True), ("Figs 1", "", "–4", True), ("Figs 1 ", " to ", "4", True),
     ("Figs 1,", "", "4", False), ("Figs 1", "", "4", False)],
)  # fmt: skip
def test_a_dash_within_one_of_two_references(first: str, between: str, last: str, is_range: bool) -> None:
    xrefs = (
        f'<xref ref-type="fig" rid="f1">{first}</xref>{between}<xref ref-type="fig" rid="f4">{last}</xref>'
    )
    article = parsed(f"<p>{xrefs}</p>{figures(*FOUR)}")
    assert [bool(f.citing_paragraphs) for f in article.figures] == [True, is_range, is_range, True]


def test_roman_numbers() -> None:
    plates = ("Plate I", "Plate II", "Plate III", "Plate V")
    assert cited("Plates I–III", "f1", *plates) == {"Plate I", "Plate II", "Plate III"}
    assert cited("Plates I and V", "f1", *plates) == {"Plate I", "Plate V"}
    assert cited("Plate I, V", "f1", "Plate I", "Figure V") == {"Plate I"}
    assert read_label("Figure A") is None


def test_a_group_within_a_group_is_cited_with_it() -> None:
    inner = '<fig-group id="g2"><fig id="a"/></fig-group>'
    body = (
        f'<fig-group id="g1">{inner}<fig id="b"/></fig-group><p><xref ref-type="fig" rid="{{}}">1</xref></p>'
    )
    for group, figures_cited in (("g1", ["a", "b"]), ("g2", ["a"])):
        article = parsed(body.format(group))
        assert [f.fig_id for f in article.figures if f.citing_paragraphs] == figures_cited


def test_a_long_list_is_no_list() -> None:
    assert read_numbers(", ".join(map(str, range(150)))) != ()
    assert read_numbers(", ".join(map(str, range(2000)))) == ()
