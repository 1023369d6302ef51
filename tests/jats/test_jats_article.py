"""All that an article says of itself beyond identifiers, dates and licence."""

import pytest
from jats_examples import PMC1, article_xml, parsed

from medconcept.jats import Article, parse_article
from medconcept.jats.records.article_parts import (  # fmt: skip
    Abstract,
    Affiliation,
    ArticleDate,
    Award,
    Count,
    KeywordGroup,
    LanguageText,
    Named,
    RelatedArticle,
    Subject,
)


def test_titles_and_their_translations() -> None:
    group = (
        "<title-group><article-title>On <italic>E. coli</italic></article-title><subtitle>A study</subtitle>"
        '<trans-title-group xml:lang="pt"><trans-title>Sobre</trans-title></trans-title-group></title-group>'
    )
    sub = (
        '<sub-article article-type="translation" xml:lang="es"><front-stub><title-group>'
        "<article-title>De</article-title></title-group></front-stub></sub-article>"
    )
    article = parsed(meta=PMC1 + group, after_body=sub)
    assert (article.title, article.subtitle) == ("On E. coli", "A study")
    assert article.title_markup == "On <italic>E. coli</italic>"
    assert article.translated_titles == (LanguageText("pt", "Sobre"), LanguageText("es", "De"))


def test_abstract_without_its_heading_and_the_others() -> None:
    abstracts = (
        "<abstract><title>Abstract</title><sec><title>Aim</title><p>H<sub>2</sub>O.</p></sec></abstract>"
        '<abstract abstract-type="graphical"><p>See.</p></abstract>'
        '<trans-abstract xml:lang="fr"><title>Résumé</title><p>Eau.</p></trans-abstract>'
    )
    article = parsed(meta=PMC1 + abstracts)
    assert (article.abstract, article.abstract_markup) == ("Aim H2O.", "Aim H<sub>2</sub>O.")
    assert article.other_abstracts == (
        Abstract("graphical", None, None, "See."), Abstract(None, "fr", "Résumé", "Eau."),
    )  # fmt: skip


def test_journal_and_place() -> None:
    journal = (
        '<journal-meta><journal-id journal-id-type="nlm-ta">J X</journal-id><journal-title-group>'
        "<journal-title>Journal of X</journal-title><abbrev-journal-title>J. X</abbrev-journal-title>"
        '</journal-title-group><issn pub-type="epub">1234-5678</issn><issn-l>1234-0000</issn-l><publisher>'
        "<publisher-name>P</publisher-name><publisher-loc>Oslo</publisher-loc></publisher></journal-meta>"
    )
    place = (
        "<volume>3</volume><issue>4</issue><fpage>5</fpage><lpage>9</lpage><elocation-id>e7</elocation-id>"
    )
    xml = article_xml(meta=PMC1 + place).replace("<front>", f"<front>{journal}")
    article = parse_article(xml.encode())
    meta = article.journal_meta
    assert (article.journal, meta.title, meta.abbreviations) == ("Journal of X", "Journal of X", ("J. X",))
    assert meta.ids == (Named("nlm-ta", "J X"),)
    assert meta.issns == (Named("epub", "1234-5678"), Named("linking", "1234-0000"))
    assert (meta.publisher, meta.publisher_place) == ("P", "Oslo")
    assert (article.volume, article.issue, article.first_page, article.last_page) == ("3", "4", "5", "9")
    assert article.elocation_id == "e7"


def test_every_date_in_its_parts() -> None:
    dates = (
        '<pub-date pub-type="ppub"><season>Spring</season><year>2004</year></pub-date>'
        '<history><date date-type="received"><day>7</day><month>Mar</month><year>2003</year></date></history>'
        '<pub-history><event event-type="preprint"><date><year>2002</year></date></event></pub-history>'
    )
    assert parsed(meta=PMC1 + dates).dates == (
        ArticleDate("pub-date", "ppub", None, "2004", None, None, "Spring", "2004"),
        ArticleDate("history", "received", None, "2003", "Mar", "7", None, "2003-03-07"),
        ArticleDate("event", "preprint", None, "2002", None, None, None, "2002"),
    )


def test_subjects_and_keywords() -> None:
    meta = (
        '<article-categories><subj-group subj-group-type="heading"><subject>Biology</subject><subj-group>'
        "<subject>Cells</subject></subj-group></subj-group></article-categories>"
        '<kwd-group kwd-group-type="author" xml:lang="en"><title>Key words</title><kwd>a</kwd><compound-kwd>'
        "<compound-kwd-part>b</compound-kwd-part><compound-kwd-part>c</compound-kwd-part></compound-kwd>"
        "</kwd-group>"
    )
    article = parsed(meta=PMC1 + meta)
    assert article.subjects == (
        Subject("heading", None, ("Biology",)), Subject("heading", None, ("Biology", "Cells")),
    )  # fmt: skip
    assert article.keywords == (KeywordGroup("author", "en", "Key words", ("a", "b / c")),)


def test_authors() -> None:
    meta = (
        '<contrib-group><contrib contrib-type="author" corresp="yes">'
        '<contrib-id contrib-id-type="orcid">https://orcid.org/0000-0001-9991-832X</contrib-id>'
        '<name><surname>Curie</surname><given-names>Marie</given-names></name><xref ref-type="aff" '
        'rid="a1 a2"/>'
        '</contrib><contrib><name name-style="eastern"><surname>Kim</surname><given-names>Su'
        "</given-names></name>"
        "<aff>Seoul</aff></contrib><contrib><collab>The Group<contrib-group><contrib><name><surname>Member"
        "</surname></name></contrib></contrib-group></collab></contrib>"
        '<contrib contrib-type="editor"><name><surname>No</surname></name></contrib></contrib-group>'
        '<aff id="a1"><label>1</label>Paris</aff>'
    )
    article = parsed(meta=PMC1 + meta)
    curie, kim, group = article.authors
    assert (curie.name, curie.orcid, curie.affiliation_ids) == (
        "Marie Curie",
        "0000-0001-9991-832X",
        ("a1", "a2"),
    )
    assert curie.is_corresponding and not kim.is_corresponding
    assert (kim.name, kim.affiliation_ids, kim.orcid) == ("Kim Su", ("aff-1",), None)
    assert (group.name, group.is_group) == ("The Group", True)
    assert article.affiliations == (Affiliation("aff-1", "Seoul"), Affiliation("a1", "Paris"))


def contrib(inside: str, attributes: str = 'contrib-type="author"') -> str:
    return f"<contrib {attributes}>{inside}</contrib>"


def person(surname: str, more: str = "") -> str:
    return f"<name><surname>{surname}</surname></name>{more}"


GROUP = "<collab>The Group</collab>"
ID_G = 'id="g"'
KEY = '<contrib-id contrib-id-type="group-author-key">g1</contrib-id>'


@pytest.mark.parametrize(
    ("group", "member"),
    [
        # Linked by an attribute, a reference or a key, in a list of members, or by role.
        (contrib(GROUP, 'id="g"'), contrib(person("M"), 'contrib-type="author" rid="g"')),
        (contrib(GROUP, 'id="g"'), contrib(person("M"), 'rid="aff1 g"')),
        (contrib('<collab id="g">The Group</collab>'), contrib(person("M"), 'rid="g"')),
        (contrib(GROUP, 'id="g"'), contrib(person("M", '<xref ref-type="collab" rid="g"/>'))),
        (contrib(KEY + GROUP), contrib(person("M") + KEY)),
        (contrib(GROUP), contrib(person("M"), 'contrib-type="author non-byline"')),
        (contrib(GROUP), contrib(person("M"), 'contrib-type="group-member"')),
    ],
)
@pytest.mark.parametrize("apart", ["", "</contrib-group><contrib-group>"])
def test_members_of_a_linked_group_are_no_authors(group: str, member: str, apart: str) -> None:
    meta = f"<contrib-group>{contrib(person('A'))}{group}{apart}{member}</contrib-group>"
    assert [a.name for a in parsed(meta=PMC1 + meta).authors] == ["A", "The Group"]


@pytest.mark.parametrize(
    "kind", ['content-type="collab-list"', 'contrib-type="group-member"', 'content-type="collaborators-list"']
)
def test_a_list_of_members(kind: str) -> None:
    groups = f"<contrib-group>{contrib(GROUP)}</contrib-group><contrib-group {kind}>{contrib(person('M'))}"
    assert [a.name for a in parsed(meta=f"{PMC1}{groups}</contrib-group>").authors] == ["The Group"]


@pytest.mark.parametrize(
    "contributor",
    [
        contrib(person("B"), 'rid="aff1"'),  # a link to something else
        contrib(person("B", '<xref ref-type="aff" rid="aff1"/>')),
        contrib(person("B", "<on-behalf-of>The Group</on-behalf-of>"), 'id="b"'),
    ],
)
def test_other_links_leave_an_author_an_author(contributor: str) -> None:
    meta = f"<contrib-group>{contrib(GROUP, ID_G)}{contributor}</contrib-group>"
    assert [a.name for a in parsed(meta=PMC1 + meta).authors] == ["The Group", "B"]


def test_the_name_of_a_group_without_its_address() -> None:
    collab = (
        '<collab><named-content content-type="name">The Group</named-content><email>a@b.org</email></collab>'
    )
    meta = f"<contrib-group>{contrib(collab)}</contrib-group>"
    assert [a.name for a in parsed(meta=PMC1 + meta).authors] == ["The Group"]


def test_funding_of_jats_and_of_nlm() -> None:
    new = (
        "<funding-group><award-group><funding-source>NIH</funding-source><award-id>R01</award-id>"
        "<principal-award-recipient>Curie</principal-award-recipient></award-group>"
        "<funding-statement>Paid.</funding-statement></funding-group>"
    )
    article = parsed(meta=PMC1 + new)
    assert (article.awards, article.funding_statement) == ((Award(("NIH",), ("R01",), ("Curie",)),), "Paid.")
    old = "<contract-num>7</contract-num><contract-sponsor>NSF</contract-sponsor>"
    assert parsed(meta=PMC1 + old).awards == (Award(("NSF",), ("7",), ()),)


def test_related_articles() -> None:
    link = (
        '<related-article related-article-type="preprint" ext-link-type="doi" xlink:href="10.1101/1">see'
        "</related-article>"
    )
    assert parsed(meta=PMC1 + link).related_articles == (
        RelatedArticle("preprint", "doi", "10.1101/1", "see"),
    )


@pytest.mark.parametrize(
    ("attributes", "meta", "evidence"),
    [
        (
            "",
            '<related-article related-article-type="retraction-forward"/>',
            "related-article: retraction-forward",
        ),
        ("", "<title-group><article-title>RETRACTED ARTICLE: On x</article-title>"
             "</title-group>", "title: RETRACTED ARTICLE:"),
        ("", "<title-group><article-title>[Retracted] On x</article-title>"
             "</title-group>", "title: [Retracted]"),
        ('article-type="retracted-article"', "", "article-type: retracted-article"),
        ("", '<pub-history><event event-type="retracted"><date/></event></pub-history>', "event: retracted"),
        ("", "<article-categories><subj-group><subject>Retracted Article</subject></subj-group>"
             "</article-categories>", "subject: Retracted Article"),
        # near misses
        ("", "<title-group><article-title>Retracted papers of 2010</article-title></title-group>", None),
        ('article-type="retraction"', "<title-group><article-title>Retracted: On x</article-title>"
                                      "</title-group>", None),
        ("", '<related-article related-article-type="retracted-article"/>', None),
        ("", '<related-article related-article-type="corrected-article"/>', None),
    ],
)  # fmt: skip
def test_whether_it_is_itself_retracted(attributes: str, meta: str, evidence: str | None) -> None:
    article = parsed(meta=PMC1 + meta, attributes=attributes)
    assert (article.is_retracted, article.retraction_evidence) == (evidence is not None, evidence)


def test_abbreviations_from_lists_and_from_the_text() -> None:
    glossary = (
        "<back><glossary><title>Abbreviations</title><def-list><def-item><term>CT</term><def>"
        "<p>computed tomography"
        "</p></def></def-item></def-list></glossary></back>"
    )
    body = (
        "<p>None.</p><p>By magnetic resonance imaging (MRI), as in Figure (A).</p>"
        '<fig id="f"><caption><p>Of the body mass index (BMI).</p></caption></fig>'
    )
    abstract = "<abstract><p>Chronic heart failure (CHF) and MRI.</p></abstract>"
    article = parsed(body, meta=PMC1 + abstract, after_body=glossary)
    pairs = [
        (a.short, a.long, a.source, a.place, a.figure_key, a.paragraph, a.start)
        for a in article.abbreviations
    ]
    assert pairs == [
        ("CT", "computed tomography", "list", "back", None, None, None),
        ("CHF", "Chronic heart failure", "text", "abstract", None, None, 23),
        ("MRI", "magnetic resonance imaging", "text", "body", None, 2, 31),
        ("BMI", "body mass index", "text", "caption", "PMC1#f", None, 24),
    ]
    assert (article.abstract or "")[23:26] == "CHF"


@pytest.mark.parametrize(
    "text",
    [
        "Seen (MRI) alone.",
        "In mice (Figure 1).",
        "The unrelated words (XYZ).",
        "Ended. Resonance. (MRI)",
        "f(X) and (n)",
    ],
)
def test_brackets_that_abbreviate_nothing(text: str) -> None:
    assert parsed(f"<p>{text}</p>").abbreviations == ()


def test_a_list_of_definitions_is_none_of_abbreviations() -> None:
    item = "<def-item><term>a long lower term</term><def><p>its meaning</p></def></def-item>"
    assert parsed(f"<def-list>{item}</def-list>").abbreviations == ()


def test_counts_stated_and_found() -> None:
    stated = '<counts><fig-count count="3"/><page-count count="9"/></counts>'
    counts = {c.name: c for c in parsed("<fig/><table-wrap/>", meta=PMC1 + stated).counts}
    assert counts["fig"] == Count("fig", 3, 1) and counts["table"] == Count("table", None, 1)
    assert counts["page"] == Count("page", 9, None)


def test_an_unknown_element_is_read_and_told() -> None:
    article = parsed("<foo><fig><caption><p>a <bar>b</bar></p></caption></fig></foo>")
    assert article.figures[0].caption == "a b"
    assert article.warnings == ("unknown_element: bar", "unknown_element: foo", "figure_without_id: 1")


def test_manuscript_id() -> None:
    assert (
        parsed(meta=PMC1 + PMC1.replace("pmc", "manuscript").replace("PMC1", "NIHMS7")).manuscript_id
        == "NIHMS7"
    )


def test_the_version_in_an_element_of_its_own() -> None:
    version = '<article-version article-version-type="{}">3</article-version>'
    assert parsed(meta=PMC1 + version.format("pmc-version")).pmc_version == 3
    assert parsed(meta=PMC1 + version.format("status")).pmc_version is None


def test_funding_under_support() -> None:
    grant = "<award-group><funding-source>NIH</funding-source><award-id>R01</award-id></award-group>"
    support = f"<support-group><funding-group>{grant}</funding-group></support-group>"
    assert parsed(meta=PMC1 + support).awards == (Award(("NIH",), ("R01",), ()),)


@pytest.mark.parametrize(
    ("written", "iso"),
    [
        ("<string-date>12 March 2018</string-date>", "2018-03-12"),
        ("<string-date>March 12th, 2018</string-date>", "2018-03-12"),
        ("<string-date>12 de março de 2018</string-date>", "2018-03-12"),
        ("<string-date>2018-3-12</string-date>", "2018-03-12"),
        ("<string-date>Mar 2018</string-date>", "2018-03"),
        ("<string-date>3/4/2018</string-date>", "2018"),
        ("<string-date>Winter 2018</string-date>", "2018"),
        ("<string-date><day>12</day> <month>March</month> <year>2018</year></string-date>", "2018-03-12"),
        ("<string-date>soon</string-date>", None),
    ],
)
def test_dates_in_words(written: str, iso: str | None) -> None:
    assert parsed(meta=f'{PMC1}<pub-date pub-type="epub">{written}</pub-date>').published == iso


def titled(title: str, kind: str = "") -> Article:
    meta = f"{PMC1}<title-group><article-title>{title}</article-title></title-group>"
    return parsed(meta=meta, attributes=f'article-type="{kind}"' if kind else "")


@pytest.mark.parametrize(
    ("kind", "title", "notice"),
    [
        ("", "Retraction: On x", True),
        ("", "Retraction Note to: On x", True),
        ("letter", "Retraction: On x", True),
        ("research-article", "Retraction notice to “On x” [J X 3 (2010)]", True),
        ("research-article", "Notice of Retraction and Replacement. On x", True),
        ("other", "Statement of Retraction: On x", True),
        ("", "Retraction for Smith et al., On x", True),
        ("", "Retraction of “On x”", True),
        ("", "Partial retraction: On x", True),
        ("", "Retraction", True),
        ("correction", "Withdrawal: On x", True),
        ("", "Withdrawal notice to: On x", True),
        ("", "Nota de retractación: sobre x", True),
        ("", "Rétractation : sur x", True),
        # The topic, and notices of another kind.
        ("", "Retraction of the optic nerve", False),
        ("review-article", "Withdrawal: a measure of how hard it is to stop eating sweets", False),
        ("research-article", "Retraction: how a snail gets into its shell", False),
        ("review-article", "Retraction — a review of tongue muscles", False),
        ("", "Withdrawal: what users report", False),
        ("", "Notice of withdrawal of consent", False),
        ("research-article", "Retraction notices in journals: a survey", False),
        ("", "Removal: of kidney stones", False),
        ("editorial", "Expression of concern: On x", False),
        ("correction", "Correction to: On x", False),
    ],
)
def test_a_notice_by_its_title(kind: str, title: str, notice: bool) -> None:
    assert titled(title, kind).is_retraction_notice is notice


@pytest.mark.parametrize(("subject", "notice"), [("Retraction", True), ("Retinal detachment", False)])
def test_a_notice_by_its_subject(subject: str, notice: bool) -> None:
    meta = f"<article-categories><subj-group><subject>{subject}</subject></subj-group></article-categories>"
    assert parsed(meta=PMC1 + meta).is_retraction_notice is notice


@pytest.mark.parametrize(
    ("title", "evidence"),
    [
        ("WITHDRAWN: On x", "title: WITHDRAWN:"),
        ("[Withdrawn] On x", "title: [Withdrawn]"),
        ("Withdrawn article: On x", "title: Withdrawn article:"),
        ("On x [RETRACTED]", "title: [RETRACTED]"),
        ("On x (Retracted Article)", "title: (Retracted Article)"),
        ("ARTÍCULO RETRACTADO: Sobre x", "title: ARTÍCULO RETRACTADO:"),
        ("Withdrawn: patients who left the trial", None),
        ("How the claw is retracted", None),
        ("Clawed (retracted) hands", None),
        ("Expression of concern: On x", None),
    ],
)
def test_a_retracted_article_by_its_title(title: str, evidence: str | None) -> None:
    assert titled(title, "research-article").retraction_evidence == evidence
