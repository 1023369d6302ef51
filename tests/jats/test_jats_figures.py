"""Every fig is one Figure, with its own caption and nobody else's."""

import pytest
from jats_examples import article_xml, one_figure, parsed

from medconcept.jats import Graphic, parse_article

CAPTION = "<caption><p>Own.</p></caption>"


def test_a_figure_without_caption_inherits_none() -> None:
    # pubmed_parser gives the second figure the first one's caption, and fails where the first has none.
    figures = parsed(f"<fig/><fig>{CAPTION}</fig><fig><label>3</label></fig><fig><caption/></fig>").figures
    assert [figure.caption for figure in figures] == [None, "Own.", None, None]


def test_title_and_every_paragraph_count() -> None:
    # pubmed_parser reads the first child of a caption alone.
    figure = one_figure(
        "<caption><title>T.</title><p>A.</p><p>B.</p><list><list-item><p>C</p></list-item></list></caption>"
    )
    assert (figure.caption_title, figure.caption_text, figure.caption) == ("T.", "A. B. C", "T. A. B. C")


def test_group_caption_stays_with_the_group() -> None:
    # pubmed_parser loses it; s2orc-doc2json makes it a paragraph of the body.
    group = f'<fig-group id="g"><label>Fig 3</label>{CAPTION}<fig id="a"/></fig-group>'
    (figure,) = parsed(group).figures
    assert (figure.group_id, figure.group_label, figure.group_caption) == ("g", "Fig 3", "Own.")
    assert figure.caption is None and figure.label is None


def test_figures_in_figures_keep_their_own() -> None:
    outer = f'<fig id="o"><caption><p>Outer <fig id="x">{CAPTION}</fig></p></caption><fig id="i"/></fig>'
    assert [(f.fig_id, f.caption) for f in parsed(outer).figures] == [
        ("o", "Outer"),
        ("x", "Own."),
        ("i", None),
    ]


def test_a_figure_without_id_or_graphic_is_a_figure() -> None:
    # pubmed_parser raises KeyError without an id, Build-PMC-OA without id or graphic.
    figure = one_figure("")
    assert (figure.figure_key, figure.fig_id, figure.graphics) == ("PMC1#1", None, ())


def test_keys_are_unique() -> None:
    article = parsed('<fig id="a"/><fig id="3"/><fig/><fig id="a"/><fig id="a~2"/>')
    keys = [figure.figure_key.removeprefix("PMC1#") for figure in article.figures]
    assert keys == ["a", "3", "3~2", "a~2", "a~2~2"]
    assert "repeated_figure_id: a" in article.warnings


@pytest.mark.parametrize(
    ("xml", "position"),
    [
        (article_xml("<sec><boxed-text><fig/></boxed-text></sec>"), "body"),
        (article_xml(after_body="<floats-group><fig/></floats-group>"), "floats"),
        (article_xml(after_body="<back><sec><fig/></sec></back>"), "back"),
        (article_xml(after_body="<back><app-group><app><fig/></app></app-group></back>"), "appendix"),
        (article_xml(after_body="<sub-article><body><fig/></body></sub-article>"), "sub-article"),
        (article_xml(after_body="<response><back><fig/></back></response>"), "sub-article"),
        (article_xml().replace("</article-meta>", "<abstract><fig/></abstract></article-meta>"), "front"),
    ],
)
def test_position(xml: str, position: str) -> None:
    (figure,) = parse_article(xml.encode()).figures
    assert figure.position == position


def test_only_fig_elements_are_figures() -> None:
    assert parsed('<table-wrap/><fig-group/><graphic xlink:href="x"/><!-- <fig/> --><figure/>').figures == ()


def test_sections_run_from_outermost_to_innermost() -> None:
    (figure,) = parsed(
        "<sec><title>Results</title><sec><title>H<sub>2</sub>O</title><fig/></sec></sec>"
    ).figures
    assert figure.section == ("Results", "H2O")


TWO = '<caption xml:lang="{}"><p>um</p></caption><caption xml:lang="{}"><p>one</p></caption>'


@pytest.mark.parametrize(
    ("article", "first", "second", "caption", "language"),
    [
        ("en", "pt", "en", "one", "en"),
        ("en", "pt", "en-GB", "one", "en-GB"),
        ("fr", "pt", "en", "um", "pt"),
    ],
)
def test_caption_in_the_language_of_the_article(
    article: str, first: str, second: str, caption: str, language: str
) -> None:
    figure = one_figure(TWO.format(first, second), f'xml:lang="{article}"')
    assert (figure.caption, figure.language) == (caption, language)


def test_a_translation_prefers_its_own_language() -> None:
    inside = f"<body><fig>{TWO.format('pt', 'en')}</fig></body>"
    sub = f'<sub-article article-type="translation" xml:lang="en">{inside}</sub-article>'
    (figure,) = parsed(attributes='xml:lang="pt"', after_body=sub).figures
    assert (figure.caption, figure.language) == ("one", "en")


def test_graphics_and_their_alternatives() -> None:
    # pubmed_parser takes the first attribute for the link and finds nothing in <alternatives>.
    figure = parsed(
        '<fig><graphic position="float" mimetype="image" mime-subtype="tiff" xlink:href="a"/>'
        '<alternatives><graphic xlink:href="b"/><graphic xlink:href="c"/></alternatives>'
        '<media mimetype="video" xlink:href="film"/><p><graphic xlink:href="d"/></p>'
        '<fig><graphic xlink:href="nested"/></fig><graphic/></fig>'
    ).figures[0]
    assert figure.graphics == (Graphic("a", "image/tiff"), Graphic("b", None, ("c",)), Graphic("d"))


def test_a_graphic_in_alternatives_leaves_the_caption_alone() -> None:
    # biomedica-etl writes "No caption found" into the data here.
    figure = one_figure(CAPTION + '<alternatives><graphic xlink:href="b"/></alternatives>')
    assert (figure.caption, figure.graphics) == ("Own.", (Graphic("b"),))


@pytest.mark.parametrize(
    "wrapper",
    [
        "<pmc-articleset>{}</pmc-articleset>",
        '<record xmlns="http://www.openarchives.org/OAI/2.0/"><metadata>{}</metadata></record>',
    ],
)
def test_wrappers_prefixes_and_default_namespaces(wrapper: str) -> None:
    plain = article_xml(f'<fig id="f">{CAPTION}</fig>')
    spaced = plain.replace("<article ", '<article xmlns="https://jats.nlm.nih.gov/ns/archiving/1.3/" ')
    prefixed = plain.replace("</", "\0").replace("<", "<j:").replace("\0", "</j:")
    prefixed = prefixed.replace("<j:article ", '<j:article xmlns:j="urn:jats" ')
    for xml in (plain, spaced, prefixed):
        (figure,) = parse_article(wrapper.format(xml).encode()).figures
        assert (figure.figure_key, figure.caption) == ("PMC1#f", "Own.")


def test_the_first_of_several_articles_is_taken() -> None:
    second = article_xml("<fig/>").replace("PMC1", "PMC2")
    article = parse_article(f"<set>{article_xml()}{second}</set>".encode())
    assert (article.pmcid, article.figures, article.warnings) == ("PMC1", (), ("several_articles: 2",))
