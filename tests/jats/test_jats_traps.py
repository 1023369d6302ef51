"""The defects of older pipelines, each in a few lines of XML that trip them and must not trip this parser."""

import pytest
from jats_examples import PMC1, caption_of, one_figure, parsed

from medconcept.jats import parse_article

GRAPHIC = '<graphic position="float" xlink:href="a.g001"/>'
ALPHA = (
    r"<inline-formula><alternatives><tex-math>\alpha</tex-math><mml:math><mml:mi>α</mml:mi></mml:math>"
    "</alternatives></inline-formula>"
)


def test_a_figure_without_caption_does_not_inherit_the_previous_one() -> None:
    # pubmed_parser: the variable of the loop before is used again; the first in the file raises.
    first, second, third = parsed(
        "<fig id='a'/><fig id='b'><caption><p>B.</p></caption></fig><fig id='c'/>"
    ).figures
    assert (first.caption, second.caption, third.caption) == (None, "B.", None)


def test_title_and_all_paragraphs_are_read_to_any_depth() -> None:
    # pubmed_parser: the first child of <caption> or two levels of it.
    inside = (
        "<title>T <bold>b <italic>i</italic></bold>.</title><p>One.</p><p>Two <bold><italic>x</italic>"
        "</bold>.</p>"
    )
    assert caption_of(inside) == "T b i. One. Two x."


@pytest.mark.parametrize(
    "attributes", ['position="float" xlink:href="f"', 'xlink:href="f" id="i"', 'id="i" xlink:href="f"']
)
def test_the_link_of_a_graphic_is_its_link(attributes: str) -> None:
    # pubmed_parser: the first attribute, "float".
    assert one_figure(f"<graphic {attributes}/>").graphics[0].href == "f"


def test_the_caption_of_a_group_is_kept_and_stays_the_groups() -> None:
    # pubmed_parser loses it, s2orc-doc2json makes it a paragraph of the body.
    group = (
        "<fig-group id='g'><label>Fig 3</label><caption><p>Group.</p></caption><fig id='a'><label>A"
        "</label></fig></fig-group>"
    )
    (figure,) = parsed(group).figures
    assert (figure.group_caption, figure.group_label, figure.caption, figure.kind) == (
        "Group.",
        "Fig 3",
        None,
        "grouped",
    )
    assert all(paragraph.text != "Group." for paragraph in figure.citing_paragraphs)


def test_a_formula_is_told_and_told_once() -> None:
    # pubmed_parser drops it, biomedica-etl glues TeX to MathML.
    assert caption_of(f"<p>x = {ALPHA}.</p>") == "x = α."


def test_a_graphic_in_alternatives_is_found_and_costs_no_caption() -> None:
    # pubmed_parser: None; biomedica-etl: the caption becomes "No caption found".
    figure = one_figure(f"<caption><p>alt</p></caption><alternatives>{GRAPHIC}</alternatives>")
    assert (figure.caption, figure.graphics[0].href) == ("alt", "a.g001")


def test_a_figure_without_id_or_graphic_is_a_figure_and_a_warning() -> None:
    # pubmed_parser raises KeyError; Build-PMC-OA raises without either.
    article = parsed("<fig/><fig><caption><p>x</p></caption></fig>")
    assert [f.figure_key for f in article.figures] == ["PMC1#1", "PMC1#2"]
    assert article.warnings == ("figure_without_id: 2",)


def test_no_error_becomes_an_empty_string() -> None:
    # pubmed_parser: "except BaseException" makes it "".
    article = parsed(meta=PMC1 + "<abstract/>")
    assert (article.title, article.abstract, article.journal, article.published) == (None,) * 4


def test_all_of_them_at_once() -> None:
    xml = (
        '<article xmlns:xlink="http://www.w3.org/1999/xlink"><front><article-meta><article-id '
        'pub-id-type="pmc">'
        "PMC1</article-id></article-meta></front><body>"
        '<p>see <xref ref-type="fig" rid="f2">Fig 2</xref></p><fig id="f1"><label>Fig 1</label><caption>'
        "<title>Title"
        " one.</title><p>(A) First. <italic>x</italic><inline-formula><alternatives><tex-math>\\alpha"
        "</tex-math>"
        '<mml:math xmlns:mml="m"><mml:mi>α</mml:mi></mml:math></alternatives></inline-formula></p></caption>'
        '<graphic position="float" xlink:href="a.g001"/></fig>'
        '<fig id="f2"><label>Fig 2</label><graphic xlink:href="a.g002"/></fig></body></article>'
    )
    first, second = parse_article(xml.encode()).figures
    assert (first.caption, first.graphics[0].href) == ("Title one. (A) First. xα", "a.g001")
    assert (second.caption, [m.text for m in second.citing_paragraphs]) == (None, ["see Fig 2"])
