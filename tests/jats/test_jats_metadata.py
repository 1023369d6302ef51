"""Identifiers, dates, licences: what an article says about itself."""

import pytest
from jats_examples import PMC1, article_xml, parsed

from medconcept.jats import Article, parse_article
from medconcept.jats.article.licence import code_from_text, code_from_url, licence_group


def ids(**values: str) -> Article:
    elements = (
        f'<article-id pub-id-type="{k.replace("_", "-")}">{v}</article-id>' for k, v in values.items()
    )
    return parsed(meta="".join(elements))


@pytest.mark.parametrize("kind", ["pmc", "pmcid", "pmc_ver", "pmcid_ver", "PMC"])
@pytest.mark.parametrize(
    ("value", "version"), [("12", None), ("PMC12", None), ("PMC12.3", 3), ("pmc012", None)]
)
def test_pmcid(kind: str, value: str, version: int | None) -> None:
    article = ids(**{kind: value})
    assert (article.pmcid, article.pmc_version, article.article_key) == ("PMC12", version, "PMC12")


def test_pmcid_and_its_version_in_two_elements() -> None:
    article = ids(pmcid="PMC12", pmcid_ver="PMC12.2", pmid="7", publisher_id="p")
    assert (article.pmcid, article.pmc_version, article.pmid, article.publisher_id) == ("PMC12", 2, "7", "p")
    assert article.warnings == ()


@pytest.mark.parametrize("doi", ["10.1371/ABC.1", "https://doi.org/10.1371/abc.1", "doi:10.1371/abc.1"])
def test_doi_names_an_article_without_pmcid(doi: str) -> None:
    article = ids(doi=doi)
    assert (article.doi, article.article_key) == ("10.1371/abc.1", "doi:10.1371/abc.1")


def test_odd_identifiers_are_warned_of() -> None:
    article = parsed(meta=PMC1 + PMC1.replace("PMC1", "PMC2") + PMC1.replace("pmc", "doi"))
    assert article.warnings == ("bad_identifier: doi 'PMC1'", "several_identifiers: pmcid PMC1, PMC2")
    assert article.doi is None


def dated(kind: str, *parts: str) -> str:
    names = ("year", "month", "day")
    inside = "".join(f"<{n}>{p}</{n}>" for n, p in zip(names, parts, strict=False))
    return f"<pub-date {kind}>{inside}</pub-date>"


@pytest.mark.parametrize(
    ("dates", "published", "kind"),
    [
        (dated('pub-type="epub"', "2004", "3", "07"), "2004-03-07", "epub"),
        (dated('pub-type="ppub"', "2004", "Mar") + dated('pub-type="epub"', "2003"), "2003", "epub"),
        (dated('pub-type="collection"', "2004", "February", "31"), "2004-02", "collection"),
        (dated('date-type="pub" publication-format="electronic"', "2004"), "2004", "pub/electronic"),
        ('<pub-date iso-8601-date="2004-05-06T00:00"/>', "2004-05-06", "untyped"),
        ("<pub-date><string-date>Spring 2004</string-date></pub-date>", "2004", "untyped"),
        ("<pub-date><season>Spring</season></pub-date>", None, None),
    ],
)
def test_published(dates: str, published: str | None, kind: str | None) -> None:
    article = parsed(meta=PMC1 + dates)
    assert (article.published, article.published_from) == (published, kind)


@pytest.mark.parametrize(
    ("kind", "published"),
    [
        # Words for publication, and for online: better than the year of a collection.
        ('date-type="publication" publication-format="electronic"', "2018-01-09"),
        ('date-type="publication" publication-format="online-only"', "2018-01-09"),
        ('date-type="published"', "2018-01-09"),
        ('date-type="pub" publication-format="online"', "2018-01-09"),
        ('date-type="published-online"', "2018-01-09"),
        ('pub-type="epub" publication-format="electronic"', "2018-01-09"),
        ('pub-type="pub_electronic"', "2018-01-09"),
        ('publication-format="electronic"', "2018-01-09"),
        ('date-type="publication" publication-format="print"', "2018-01-09"),
        ("", "2018-01-09"),
        # Other dates are not.
        ('date-type="issue" publication-format="electronic"', "2017"),
        ('date-type="accepted"', "2017"),
        ('date-type="preprint"', "2017"),
        ('pub-type="archival-date"', "2017"),
        ('date-type="corrected"', "2017"),
    ],
)
def test_words_for_publication_beside_a_collection(kind: str, published: str) -> None:
    collection = dated('pub-type="collection"', "2017")
    assert parsed(meta=PMC1 + dated(kind, "2018", "1", "9") + collection).published == published
    assert parsed(meta=PMC1 + collection + dated(kind, "2018", "1", "9")).published == published


@pytest.mark.parametrize(
    "other",
    ['pub-type="ppub"', 'date-type="publication" publication-format="print"', "", 'pub-type="epub-ppub"'],
)
def test_online_comes_before_print_however_it_is_worded(other: str) -> None:
    online = dated('date-type="publication" publication-format="online-only"', "2018", "1")
    assert parsed(meta=PMC1 + dated(other, "2018", "3", "4") + online).published == "2018-01"


def test_only_a_date_of_publication_counts() -> None:
    history = '<history><date date-type="{}"><day>2</day><month>1</month><year>2018</year></date></history>'
    collection = dated('pub-type="collection"', "2019")
    assert parsed(meta=PMC1 + history.format("pub")).published == "2018-01-02"
    assert parsed(meta=PMC1 + history.format("accepted")).published is None
    assert parsed(meta=PMC1 + history.format("pub") + collection).published == "2019"
    assert parsed(meta=PMC1 + dated('pub-type="received"', "2018")).published is None


@pytest.mark.parametrize(
    ("month", "published"),
    [
        ("Março", "2018-03-09"), ("März", "2018-03-09"), ("août", "2018-08-09"), ("ene.", "2018-01-09"),
        ("Dezembro", "2018-12-09"), ("juillet", "2018-07-09"), ("juin", "2018-06-09"),
        ("Ottobre", "2018-10-09"), ("1–2", "2018-01-09"), ("13", "2018"), ("Spring", "2018"),
    ],
)  # fmt: skip
def test_months_in_other_languages(month: str, published: str) -> None:
    assert parsed(meta=PMC1 + dated('pub-type="epub"', "2018", month, "9")).published == published


@pytest.mark.parametrize(
    ("inside", "published"),
    [
        ("<year>2018</year>", "2018-01-09"),
        ("<year>2017</year>", "2017"),  # they contradict each other
        ("<month>3</month><year>2018</year>", "2018-03"),
    ],
)
def test_the_attribute_completes_a_year(inside: str, published: str) -> None:
    stated = f'<pub-date pub-type="epub" iso-8601-date="2018-01-09">{inside}</pub-date>'
    assert parsed(meta=PMC1 + stated).published == published


def test_latest_date_looks_into_the_history() -> None:
    history = '<history><date date-type="corrected"><year>2006</year></date></history>'
    article = parsed(meta=PMC1 + dated('pub-type="epub"', "2004", "3") + history)
    assert (article.published, article.latest_date) == ("2004-03", "2006")


@pytest.mark.parametrize(
    ("url", "code"),
    [
        ("http://creativecommons.org/licenses/by/4.0/deed.en", "CC-BY-4.0"),
        ("https://creativecommons.org/licenses/by-nc-nd/3.0/igo/", "CC-BY-NC-ND-3.0"),
        ("https://creativecommons.org/licenses/by-nd-nc/1.0", "CC-BY-NC-ND-1.0"),
        ("https://creativecommons.org/licenses/by/", "CC-BY"),
        ("https://creativecommons.org/publicdomain/zero/1.0/", "CC0-1.0"),
        ("https://publisher.org/terms", None),
    ],
)
def test_licence_code_from_url(url: str, code: str | None) -> None:
    assert code_from_url(url) == code


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("the Creative Commons Attribution License, which permits unrestricted use", "CC-BY"),
        ("Creative Commons Attribution-NonCommercial-NoDerivatives 4.0 International", "CC-BY-NC-ND-4.0"),
        ("Creative Commons Attribution License which permits non-commercial use", "CC-BY-NC"),
        ("Creative Commons Attribution: commercial and non-commercial use permitted", "CC-BY"),
        ("under a CC BY-NC-SA 3.0 licence", "CC-BY-NC-SA-3.0"),
        ("CC BY (http://creativecommons.org/licenses/by/2.0)", "CC-BY-2.0"),
        ("Licença Creative Commons Atribuição Não Comercial", "CC-BY-NC"),
        ("the Creative Commons CC0 public domain dedication", "CC0-1.0"),
        ("Open Access: verbatim copying is permitted for any purpose", None),
    ],
)
def test_licence_code_from_text(text: str, code: str | None) -> None:
    assert code_from_text(text) == code


@pytest.mark.parametrize(
    ("code", "group"),
    [
        ("CC0-1.0", "commercial"), ("CC-BY", "commercial"), ("CC-BY-SA-4.0", "commercial"),
        ("CC-BY-ND-4.0", "commercial"), ("CC-BY-NC-2.0", "noncommercial"),
        ("CC-BY-NC-ND-4.0", "noncommercial"), ("CC-PDM-1.0", "other"), (None, "other"),
    ],
)  # fmt: skip
def test_licence_group(code: str | None, group: str) -> None:
    assert licence_group(code) == group


def test_licence_in_permissions() -> None:
    licence = (
        "<permissions><copyright-statement>© 2020 A</copyright-statement>"
        '<license xlink:href="https://creativecommons.org/licenses/by/4.0/"><license-p>Creative Commons '
        "Attribution Non-Commercial</license-p></license></permissions>"
    )
    article = parsed(meta=PMC1 + licence)
    assert (article.licence_code, article.licence_group) == ("CC-BY-4.0", "commercial")
    assert article.licence_url == "https://creativecommons.org/licenses/by/4.0/"
    assert article.licence_text == "Creative Commons Attribution Non-Commercial"
    assert article.copyright_statement == "© 2020 A"
    assert article.warnings == ("licence_conflict: address CC-BY-4.0, text CC-BY-NC",)


def test_licence_inside_an_old_copyright_statement() -> None:
    article = parsed(meta=PMC1 + "<copyright-statement>Creative Commons Attribution</copyright-statement>")
    assert (article.licence_code, article.licence_text) == ("CC-BY", None)


def test_an_article_that_says_nothing() -> None:
    article = parsed()
    assert (article.title, article.journal, article.licence_code, article.language) == (None,) * 4
    assert article.licence_group == "other" and not article.is_retraction_notice


def test_title_journal_type_language() -> None:
    xml = article_xml(
        meta=PMC1 + "<title-group><article-title>On <italic>E. coli</italic></article-title></title-group>",
        attributes='article-type="research-article" xml:lang="EN" dtd-version="1.3"',
    ).replace("<front>", "<front><journal-meta><journal-title>J</journal-title></journal-meta>")
    article = parse_article(xml.encode())
    assert (article.title, article.journal, article.article_type) == ("On E. coli", "J", "research-article")
    assert (article.language, article.dtd_version) == ("en", "1.3")


@pytest.mark.parametrize(
    ("attributes", "link", "expected"),
    [
        ('article-type="retraction"', "", True),
        ("", '<related-article related-article-type="retracted-article"/>', True),
        ("", '<related-article related-article-type="retraction-forward"/>', False),
        ('article-type="correction"', "", False),
    ],
)
def test_retraction_notice(attributes: str, link: str, expected: bool) -> None:
    assert parsed(meta=PMC1 + link, attributes=attributes).is_retraction_notice is expected
