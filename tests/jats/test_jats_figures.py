"""Every fig is one Figure, with its own caption and nobody else's."""

import pytest
from jats_examples import PMC1, article_xml, one_figure, parsed

from medconcept.jats import Graphic, parse_article
from medconcept.jats.records.article_parts import Named
from medconcept.jats.records.figure import GraphicAlternative, Section, SubArticle, TranslatedCaption

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
    others = (GraphicAlternative("c", None, None),)
    graphics = (Graphic("a", "image/tiff"), Graphic("b", None, ("c",), others=others), Graphic("d"))
    assert figure.graphics == graphics


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


@pytest.mark.parametrize(
    ("xml", "kind"),
    [
        ("<fig><label>Figure 1</label></fig>", "fig"),
        ("<fig-group><fig><label>A</label></fig></fig-group>", "grouped"),
        ('<fig specific-use="child-fig"/>', "supplement"),
        ("<fig><label>Figure 1—figure supplement 2.</label></fig>", "supplement"),
        ("<fig><label>Supplementary Figure 1</label></fig>", "supplement"),
        ('<fig fig-type="scheme"/>', "scheme"),
        ("<fig><label>Scheme 1</label></fig>", "scheme"),
        ("<fig><label>Tabela 1</label></fig>", "table"),
        ('<fig><label>Video 1</label><media mimetype="video" xlink:href="v"/></fig>', "video"),
        ("<fig><label>Gráfico 2</label></fig>", "chart"),
        ("<fig><label>Mapping 1</label></fig>", "fig"),
    ],
)
def test_kinds(xml: str, kind: str) -> None:
    assert parsed(xml).figures[0].kind == kind


@pytest.mark.parametrize(
    ("label", "kind"),
    [
        ("Figures 1–12.", "fig"),
        ("Figs 13–20", "fig"),
        ("Figures 21 and 22", "fig"),
        ("FIGURES 1–3", "fig"),
        ("Figuras 1 e 2", "fig"),
        ("Superior figure 1", "fig"),
        ("Figures S1–S3", "supplement"),
        ("Fig. S 1", "supplement"),
        ("figure s1", "supplement"),
        ("FIGURE S1", "supplement"),
        ("FigS1", "supplement"),
        ("S1 Fig.", "supplement"),
        ("Suppl. Fig. 1", "supplement"),
        ("Supporting Information Figure 1", "supplement"),
        ("Extended Data Figure 1", "supplement"),
        ("Figure EV1", "supplement"),
        ("eFigure 2", "supplement"),
        ("Figura suplementar 1", "supplement"),
        ("Figure supplémentaire 1", "supplement"),
        ("Ergänzende Abbildung 1", "supplement"),
    ],
)
def test_a_plural_is_no_supplement(label: str, kind: str) -> None:
    assert one_figure(f"<label>{label}</label>").kind == kind


def test_a_table_that_is_a_picture_is_told_apart_from_the_figures() -> None:
    picture = '<table-wrap id="t"><label>Table 1</label><graphic xlink:href="t1"/></table-wrap>'
    article = parsed(f"{picture}<table-wrap><table/><graphic xlink:href='t2'/></table-wrap><fig/>")
    assert [(t.figure_key, t.kind, t.label) for t in article.image_tables] == [("PMC1#t", "table", "Table 1")]
    assert len(article.figures) == 1


def test_supplements_and_nested_figures_know_their_figure() -> None:
    group = '<fig-group><fig id="m"/><fig id="s" specific-use="child-fig"/></fig-group>'
    nested = '<fig id="o"><fig id="i"/></fig>'
    figures = {f.fig_id: f.parent_key for f in parsed(group + nested).figures}
    assert figures == {"m": None, "s": "PMC1#m", "o": None, "i": "PMC1#o"}


def test_section_path_with_types_and_ids() -> None:
    body = '<sec id="s1" sec-type="results"><title>R</title><sec id="s2"><fig/></sec></sec>'
    (figure,) = parsed(body).figures
    assert figure.section_path == (Section("s1", "R", "results"), Section("s2", None, None))
    assert (figure.section, figure.section_types) == (("R",), ("results",))


def test_sub_article_and_its_language() -> None:
    sub = '<response id="r" response-type="reply" xml:lang="fr"><body><fig/></body></response>'
    (figure,) = parsed(after_body=sub).figures
    assert figure.sub_article == SubArticle("r", "reply", "fr")


def test_translated_captions_beside_each_other_in_groups_and_in_translations() -> None:
    beside = one_figure(TWO.format("pt", "en"), 'xml:lang="en"').translated_captions
    assert beside == (TranslatedCaption("pt", None, None, "um", "figure"),)
    one = '<fig xml:lang="{}"><label>{} 1</label><caption><p>{}</p></caption></fig>'
    group = f"<fig-group>{one.format('pt', 'Figura', 'um')}{one.format('en', 'Figure', 'one')}</fig-group>"
    first, second = parsed(group).figures
    assert first.translated_captions == (TranslatedCaption("en", "Figure 1", None, "one", "group"),)
    assert second.translated_captions == (TranslatedCaption("pt", "Figura 1", None, "um", "group"),)
    sub = (
        '<sub-article article-type="translation" xml:lang="en"><body><fig><label>Figure 1</label>'
        "<caption><p>one</p>"
    )
    body = "<fig><label>Figura 1</label><caption><p>um</p></caption></fig>"
    first, second = parsed(
        body, attributes='xml:lang="pt"', after_body=f"{sub}</caption></fig></body></sub-article>"
    ).figures
    assert first.translated_captions == (TranslatedCaption("en", "Figure 1", None, "one", "sub-article"),)
    assert (second.translation_of, first.translation_of) == ("PMC1#1", None)


def test_a_preview_is_an_alternative() -> None:
    inside = (
        '<alternatives><graphic specific-use="thumbnail" xlink:href="s"/><graphic xlink:href="b" '
        'mimetype="image">'
        "<alt-text>A lung</alt-text><long-desc>It is large.</long-desc></graphic></alternatives>"
    )
    (graphic,) = one_figure(inside).graphics
    assert (graphic.href, graphic.alternatives, graphic.use) == ("b", ("s",), None)
    assert graphic.others == (GraphicAlternative("s", None, "thumbnail"),)
    assert (graphic.alt_text, graphic.long_desc) == ("A lung", "It is large.")


def test_object_ids_and_descriptions() -> None:
    figure = one_figure('<object-id pub-id-type="doi">10.1/X.1</object-id><alt-text>Lung</alt-text>')
    assert (figure.object_ids, figure.doi) == ((Named("doi", "10.1/X.1"),), "10.1/x.1")
    assert figure.alt_text == "Lung"


ARTICLE_LICENCE = '<license xlink:href="https://creativecommons.org/licenses/by/4.0/"/>'
META = (
    f"{PMC1}<permissions><copyright-statement>© 2020 A</copyright-statement>{ARTICLE_LICENCE}</permissions>"
)


def test_a_reprinted_figure_has_rights_of_its_own() -> None:
    inside = (
        "<caption><p>Lung. Reprinted from Ref. 3 with permission of Elsevier. Bars 1 cm.</p></caption>"
        "<attrib>Source: B</attrib>"
        "<permissions><copyright-statement>© 1999 Elsevier</copyright-statement></permissions>"
    )
    rights = parsed(f"<fig>{inside}</fig>", meta=META).figures[0].rights
    assert rights is not None
    assert (rights.reuse, rights.by_permission, rights.attribution) == ("reprinted", True, "Source: B")
    assert rights.copyright_statement == "© 1999 Elsevier"
    assert [(e.origin, e.text) for e in rights.evidence] == [
        ("attrib", "Source: B"), ("permissions", "© 1999 Elsevier"),
        ("caption", "Reprinted from Ref. 3 with permission of Elsevier."),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "reuse"),
    [
        ("Adapted from Smith et al. 2010.", "adapted"), ("Reproduced with permission from X.", "reprinted"),
        ("Adaptado de Silva (2003).", "adapted"), ("Modified after Jones.", "adapted"),
    ],
)  # fmt: skip
def test_what_was_done_with_anothers_figure(text: str, reuse: str) -> None:
    rights = one_figure(f"<caption><p>{text}</p></caption>").rights
    assert rights is not None and rights.reuse == reuse


@pytest.mark.parametrize(
    "inside",
    [
        f"<permissions>{ARTICLE_LICENCE}</permissions>",
        "<caption><p>Images taken from the left. Modified proteins adapt. Results were reproduced.</p>"
        "</caption>",
    ],
)
def test_no_rights_where_the_figure_says_no_more_than_the_article(inside: str) -> None:
    assert parsed(f"<fig>{inside}</fig>", meta=META).figures[0].rights is None


def test_another_licence_than_the_articles() -> None:
    other = ARTICLE_LICENCE.replace("by/4.0", "by-nc/4.0")
    rights = parsed(f"<fig><permissions>{other}</permissions></fig>", meta=META).figures[0].rights
    assert rights is not None and (rights.licence_code, rights.licence_group) == (
        "CC-BY-NC-4.0",
        "noncommercial",
    )


def test_a_legend_beside_a_caption_or_instead_of_one() -> None:
    legend = "<legend><p>L.</p></legend>"
    figures = parsed(f"<fig><caption><p>C.</p></caption>{legend}</fig><fig>{legend}</fig>").figures
    assert [figure.caption for figure in figures] == ["C. L.", "L."]


def test_the_doi_of_a_figure_without_the_address_before_it() -> None:
    written = '<object-id pub-id-type="doi">https://doi.org/10.1371/X.g001</object-id>'
    assert one_figure(written).doi == "10.1371/x.g001"
