"""Words about a figure outside its caption: captions of graphics, text straight in `<fig>`, rights."""

import pytest
from jats_examples import one_figure, parsed

CAPTION = "<caption><title>Two stones</title><p>On a wall.</p></caption>"


def graphic(inside: str) -> str:
    return f'<graphic xlink:href="f1">{inside}</graphic>'


def test_the_caption_of_the_graphic_is_that_of_a_figure_without_one() -> None:
    figure = one_figure(
        graphic("<label>Figure 1</label><caption><title>T.</title><p>H<sub>2</sub>O</p></caption>")
    )
    assert (figure.caption_title, figure.caption_text, figure.label) == ("T.", "H2O", "Figure 1")
    assert (figure.caption, figure.caption_markup) == ("T. H2O", "T. H<sub>2</sub>O")
    assert [g.href for g in figure.graphics] == ["f1"]


@pytest.mark.parametrize(
    ("inside", "title", "text"),
    [
        # Beside the figure's own caption.
        (CAPTION + graphic("<caption><p>After rain.</p></caption>"), "Two stones", "On a wall. After rain."),
        (
            CAPTION + "<p>The left one is wet.</p>" + graphic(""),
            "Two stones",
            "On a wall. The left one is wet.",
        ),
        ("<p>Before.</p>" + CAPTION, "Two stones", "On a wall. Before."),
        (CAPTION + "<list><list-item><p>wet</p></list-item></list>", "Two stones", "On a wall. wet"),
        # Without one.
        ("<p>Wet.</p><p>Dry.</p>", None, "Wet. Dry."),
        (graphic("<caption><p>A wall.</p></caption>") + "<p>Wet.</p>", None, "A wall. Wet."),
        (
            graphic("<label>A</label><caption><p>Moss.</p></caption>")
            + graphic("<label>B</label><caption><p>Stone.</p></caption>"),
            None,
            "A Moss. B Stone.",
        ),
        (f"<alternatives>{graphic('<caption><p>One.</p></caption>') * 2}</alternatives>", None, "One."),
        (f"<p>{graphic('<caption><p>Deep.</p></caption>')}</p>", None, "Deep."),
        ('<media mimetype="video"><caption><p>A film.</p></caption></media>', None, "A film."),
        # Said twice.
        (CAPTION + graphic("<caption><p>On a wall.</p></caption>"), "Two stones", "On a wall."),
        # Of something else: another figure, a supplement, a film, a description for the blind.
        (CAPTION + "<p><fig><caption><p>Other.</p></caption></fig></p>", "Two stones", "On a wall."),
        (
            CAPTION
            + "<p><supplementary-material><caption><p>Data.</p></caption></supplementary-material></p>",
            "Two stones",
            "On a wall.",
        ),
        (
            CAPTION + '<media mimetype="video"><caption><p>A film.</p></caption></media>',
            "Two stones",
            "On a wall.",
        ),
        (CAPTION + graphic("<alt-text>Stones</alt-text>"), "Two stones", "On a wall."),
        (CAPTION + f"<p>{graphic('')}</p>", "Two stones", "On a wall."),
    ],
)
def test_words_outside_the_caption(inside: str, title: str | None, text: str) -> None:
    figure = parsed(f"<fig>{inside}</fig>").figures[0]
    assert (figure.caption_title, figure.caption_text) == (title, text)


def test_the_label_of_one_of_several_graphics_is_no_label_of_the_figure() -> None:
    assert one_figure(graphic("<label>A</label>") + graphic("<label>B</label>")).label is None
    assert one_figure("<label>Figure 2</label>" + graphic("<label>A</label>")).label == "Figure 2"


def test_loose_words_stay_with_the_caption_in_the_language_of_the_article() -> None:
    captions = '<caption xml:lang="pt"><p>um</p></caption><caption xml:lang="en"><p>one</p></caption>'
    figure = one_figure(captions + "<p>wet</p>", 'xml:lang="en"')
    assert (figure.caption, [t.text for t in figure.translated_captions]) == ("one wet", ["um"])


LICENCE = '<license xlink:href="https://creativecommons.org/licenses/by-nc/4.0/"/>'


@pytest.mark.parametrize(
    ("inside", "code"),
    [
        (f"<permissions>{LICENCE}</permissions>", "CC-BY-NC-4.0"),
        (graphic(f"<permissions>{LICENCE}</permissions>"), "CC-BY-NC-4.0"),
        (f"<alternatives>{graphic(f'<permissions>{LICENCE}</permissions>')}</alternatives>", "CC-BY-NC-4.0"),
        (LICENCE, "CC-BY-NC-4.0"),  # NLM 2.0
        (f"<p><fig><permissions>{LICENCE}</permissions></fig></p>", None),  # of another figure
    ],
)
def test_a_licence_of_the_graphic_is_that_of_the_figure(inside: str, code: str | None) -> None:
    rights = parsed(f"<fig>{inside}</fig>").figures[0].rights
    assert (rights.licence_code if rights else None) == code


def test_the_copyright_and_the_credit_of_a_graphic() -> None:
    rights = one_figure(graphic("<attrib>Photo: J. Smith</attrib>")).rights
    assert rights is not None and rights.attribution == "Photo: J. Smith"
    stated = one_figure("<copyright-statement>© 2012 Elsevier</copyright-statement>").rights
    assert stated is not None and stated.copyright_statement == "© 2012 Elsevier"


@pytest.mark.parametrize(
    ("words", "reuse"), [("Both reprinted from [7].", "reprinted"), ("Both are old.", None)]
)
def test_the_caption_of_a_group_credits_its_figures(words: str, reuse: str | None) -> None:
    group = f"<fig-group><caption><p>{words}</p></caption><fig><label>A</label></fig></fig-group>"
    rights = parsed(group).figures[0].rights
    assert (rights.reuse if rights else None) == reuse
    assert rights is None or [e.origin for e in rights.evidence] == ["group"]
