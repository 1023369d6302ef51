"""Which paragraphs cite which figure, and where."""

import re
from unicodedata import normalize

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jats_examples import article_xml, parsed

from medconcept.jats import Article, parse_article
from medconcept.jats.figures.figure_labels import SeriesIndex, read_label

FIGS = "".join(f'<fig id="f{n}"><label>Figure {n}</label></fig>' for n in range(1, 6))


def x(rid: str, text: str, kind: str = "fig") -> str:
    return f'<xref ref-type="{kind}" rid="{rid}">{text}</xref>'


def cited(article: Article) -> dict[str | None, list[tuple[str | None, str]]]:
    """The words that cite each figure, and how."""
    return {
        f.fig_id: [
            (m.text[c.start : c.end] if c.start is not None else None, c.via)
            for m in f.citing_paragraphs
            for c in m.citations
        ]
        for f in article.figures
        if f.citing_paragraphs
    }  # fmt: skip


def test_a_citing_paragraph_has_text_section_and_place() -> None:
    body = (
        '<sec sec-type="results"><title>Results</title><p xml:lang="fr">H<sub>2</sub>O\n <italic>(</italic>'
        f"{x('f2', 'Fig. 2')}) and {x('f2', '2A')}.</p></sec>{FIGS}"
    )
    (paragraph,) = parsed(body).figures[1].citing_paragraphs
    assert (paragraph.text, paragraph.place, paragraph.language) == ("H2O (Fig. 2) and 2A.", "body", "fr")
    assert (paragraph.section, paragraph.section_types) == (("Results",), ("results",))
    assert [paragraph.text[c.start : c.end] for c in paragraph.citations] == ["Fig. 2", "2A"]


@given(
    pieces=st.lists(
        st.tuples(st.sampled_from(["", " ", "see ", "\n and\u2003", "(e\u0301)", "a "]), st.booleans()),
        min_size=1,
        max_size=6,
    ),
    bold=st.booleans(),
)
def test_references_stand_where_they_are_written(pieces: list[tuple[str, bool]], bold: bool) -> None:
    """Equal ones too, which the words around them do not distinguish."""
    wrapped = [("<bold>", "</bold>") if inner and bold else ("", "") for _, inner in pieces]
    body = "".join(
        f"{text}{first}{x('f1', 'Fig. 1')}{last}"
        for (text, _), (first, last) in zip(pieces, wrapped, strict=True)
    )
    (paragraph,) = parsed(f"<p>{body} end</p>{FIGS}").figures[0].citing_paragraphs
    written = normalize("NFC", " ".join(("".join(f"{text}Fig. 1" for text, _ in pieces) + " end").split()))
    assert paragraph.text == written
    places = [match.span() for match in re.finditer(re.escape("Fig. 1"), written)]
    assert [(c.start, c.end) for c in paragraph.citations] == places


@pytest.mark.parametrize("dash", ["–", "-", "—", " to ", " through ", " bis ", " a "])
def test_a_range_between_two_references(dash: str) -> None:
    citations = cited(parsed(f"<p>See {x('f2', 'Figs 2')}{dash}{x('f4', '4')}.</p>{FIGS}"))
    assert citations == {
        "f2": [("Figs 2", "xref")],
        "f3": [(f"Figs 2{dash}4", "range")],
        "f4": [("4", "xref")],
    }


@pytest.mark.parametrize(
    ("words", "implied"),
    [
        ("Figs 2–4", ["f3", "f4"]), ("Figures 2, 3 and 5", ["f3", "f5"]), ("Figs. 1 and 2", ["f1"]),
        ("Fig. 2A–C", []), ("Fig. 2", []), ("Fig. 2A, B and D", []), ("Figure 2 of 2004", []),
        ("Figs 3–4", []),
    ],
)  # fmt: skip
def test_a_range_or_list_in_the_words_of_one_reference(words: str, implied: list[str]) -> None:
    citations = cited(parsed(f"<p>{x('f2', words)}</p>{FIGS}"))
    assert citations == {"f2": [(words, "xref")], **{fig: [(words, "range")] for fig in implied}}


@pytest.mark.parametrize("between", [", ", " and ", "; ", "", " versus "])
def test_no_range_without_a_dash(between: str) -> None:
    assert set(cited(parsed(f"<p>{x('f2', 'Fig. 2')}{between}{x('f4', '4')}</p>{FIGS}"))) == {"f2", "f4"}


def test_a_range_keeps_to_its_series() -> None:
    others = '<fig id="s3"><label>Figure S3</label></fig><fig id="t3"><label>Scheme 3</label></fig>'
    assert set(cited(parsed(f"<p>{x('f2', '2')}–{x('f4', '4')}</p>{FIGS}{others}"))) == {"f2", "f3", "f4"}


def test_several_ids_groups_and_insides() -> None:
    group = '<fig-group id="g"><fig id="a"/><fig id="b"/></fig-group>'
    outer = '<fig id="o"><graphic id="o-a" xlink:href="o"/></fig>'
    article = parsed(f"<p>{x('a o', 'both')} {x('g', 'group')} {x('o-a', 'part')}</p>{group}{outer}")
    assert cited(article) == {
        "a": [("both", "xref"), ("group", "group")], "b": [("group", "group")],
        "o": [("both", "xref"), ("part", "xref")],
    }  # fmt: skip


def test_any_reference_to_a_figure_counts_whatever_its_type() -> None:
    article = parsed(f"<p>{x('f1', 'here', 'other')} {x('f2', '[2]', 'bibr')}</p>{FIGS}")
    assert set(cited(article)) == {"f1"}


def test_what_resolves_to_no_figure_is_counted() -> None:
    body = f"<p>{x('f9', 'a')}{x('f9', 'b')}{x('t', 'c')}{x('', 'd')}</p>{FIGS}<table-wrap id='t'/>"
    assert parsed(body).warnings == (
        "dangling_xref: f9 (2 times)",
        "xref_to_other: t is a table-wrap",
        "dangling_xref: a reference to a figure without rid",
    )


def test_the_innermost_paragraph_is_the_one_that_cites() -> None:
    body = (
        f"<p>Outer <list><list-item><p>inner {x('f1', 'Fig. 1')}</p></list-item></list> "
        f"{x('f2', 'Fig. 2')}</p>{FIGS}"
    )
    first, second, *_ = parsed(body).figures
    assert [m.text for m in first.citing_paragraphs] == ["inner Fig. 1"]
    (paragraph,) = second.citing_paragraphs
    assert [paragraph.text[c.start : c.end] for c in paragraph.citations] == ["Fig. 2"]


def test_a_figure_within_the_paragraph_does_not_shift_the_offsets() -> None:
    inside = f'<fig id="i"><caption><p>As {x("f2", "Fig. 2")}</p></caption></fig>'
    citations = cited(parsed(f"<p>One {inside} two {x('f1', 'Fig. 1')}.</p>{FIGS}"))
    assert citations == {"f1": [("Fig. 1", "xref")], "f2": [("Fig. 2", "xref")]}


@pytest.mark.parametrize(
    ("xml", "place"),
    [
        (article_xml(FIGS, after_body=f"<back><sec><p>{x('f1', '1')}</p></sec></back>"), "back"),
        (
            article_xml(f"{FIGS}<table-wrap><table><tr><td>{x('f1', '1')}</td></tr></table></table-wrap>"),
            "table",
        ),
        (article_xml(f"{FIGS}<fig><caption><p>{x('f1', '1')}</p></caption></fig>"), "caption"),
    ],
)
def test_places(xml: str, place: str) -> None:
    assert [m.place for m in parse_article(xml.encode()).figures[0].citing_paragraphs] == [place]


def test_a_translation_cites_its_own_figures() -> None:
    sub = (
        f'<sub-article article-type="translation" xml:lang="en"><body><p>{x("f1", "1")}</p><fig '
        f'id="f1"/></body></sub-article>'
    )
    first, second = parsed('<fig id="f1"/>', after_body=sub).figures
    assert (first.citing_paragraphs, [m.place for m in second.citing_paragraphs]) == ((), ["sub-article"])


@given(st.lists(st.integers(1, 60), unique=True, max_size=30), st.integers(0, 61), st.integers(0, 61))
def test_what_lies_between_is_what_counting_finds(numbers: list[int], low: int, high: int) -> None:
    index = SeriesIndex([read_label(f"Fig. {n}") for n in numbers])
    found = index.between(read_label(f"Fig. {low}"), read_label(f"Fig. {high}"))
    assert sorted(numbers[place] for place in found) == [n for n in sorted(numbers) if low < n < high]


@pytest.mark.parametrize("between", ["<italic>–</italic>", "<bold> to </bold>", "</bold>–<bold>"])
def test_the_type_of_a_dash_does_not_matter(between: str) -> None:
    article = parsed(f"<p><bold>{x('f2', '2')}{between}{x('f4', '4')}</bold></p>{FIGS}")
    assert set(cited(article)) == {"f2", "f3", "f4"}


def test_one_series_however_its_word_is_abbreviated() -> None:
    figures = '<fig id="a"><label>Figure 1</label></fig><fig id="b"><label>Fig. 2</label></fig>'
    assert set(cited(parsed(f"<p>{x('a', 'Figs 1 and 2')}</p>{figures}"))) == {"a", "b"}
    other = figures.replace("Fig. 2", "Figure S2")
    assert set(cited(parsed(f"<p>{x('a', 'Figs 1 and 2')}</p>{other}"))) == {"a"}
