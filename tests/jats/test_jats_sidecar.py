"""What a sidecar states fills what the article lacks, and nothing else."""

from __future__ import annotations

import json

import pytest
from jats_examples import article_xml

from medconcept.jats import ArticleRejected, parse_article, parse_articles, read_sidecar
from medconcept.jats.records.sidecar import KEYS
from medconcept.rights import LicenceStatement, effective_terms

BARE = b'<article><body><fig id="f1"><caption><p>A heart</p></caption></fig></body></article>'
ALL = {
    "pmcid": "PMC7",
    "pmid": "12",
    "doi": "https://doi.org/10.7554/eLife.32671",
    "title": "On <hearts>",
    "journal": "eLife",
    "published": "2018-02-07",
    "language": "en",
    "licence": "https://creativecommons.org/licenses/by/4.0/",
    "stated_by": "the publisher's own XML",
}
OWN = """<front><journal-meta><journal-title>Own</journal-title></journal-meta><article-meta>
<article-id pub-id-type="pmc">PMC1</article-id><article-id pub-id-type="doi">10.1234/x</article-id>
<title-group><article-title>Own title</article-title></title-group><pub-date><year>2001</year></pub-date>
<permissions><license><license-p>All rights reserved.</license-p></license></permissions>
</article-meta></front>"""


def stated(**values: object):
    return read_sidecar(json.dumps(values).encode())


def test_every_key_fills_what_is_lacking() -> None:
    assert set(ALL) == set(KEYS)
    article = parse_article(BARE, sidecar=stated(**ALL))
    assert (article.article_key, article.pmid, article.doi) == ("PMC7", "12", "10.7554/elife.32671")
    assert (article.title, article.journal, article.published) == ("On <hearts>", "eLife", "2018-02-07")
    assert (article.language, article.licence_code, article.licence_url) == ("en", "CC-BY-4.0", None)
    assert article.figures[0].figure_key == "PMC7#f1"
    assert set(article.warnings) == {f"from_sidecar: {key}" for key in KEYS if key != "stated_by"}


def test_the_evidence_of_the_terms_says_that_the_sidecar_states_them() -> None:
    article = parse_article(BARE, sidecar=stated(**ALL))
    terms = effective_terms(LicenceStatement(article.licence_code, article.licence_url, article.licence_text))
    assert terms.redistribute.answer == "yes"
    assert terms.redistribute.evidence == (
        "https://creativecommons.org/licenses/by/4.0/ (stated in the article's sidecar: "
        "the publisher's own XML)"
    )


def test_what_the_article_states_stays() -> None:
    data = f"<article xml:lang='fr'>{OWN}</article>".encode()
    article = parse_article(data, sidecar=stated(**ALL))
    plain = parse_article(data)
    names = (
        "article_key",
        "doi",
        "title",
        "journal",
        "published",
        "language",
        "licence_code",
        "licence_text",
    )
    assert [getattr(article, n) for n in names] == [getattr(plain, n) for n in names]
    assert article.pmid == "12"
    assert article.warnings == (
        "sidecar_contradicts: pmcid PMC7, the article has PMC1",
        "sidecar_contradicts: doi https://doi.org/10.7554/eLife.32671, the article has 10.1234/x",
        "from_sidecar: pmid",
    )


def test_the_same_identifier_in_another_form_contradicts_nothing() -> None:
    data = article_xml(meta='<article-id pub-id-type="pmcid">PMC12.3</article-id>').encode()
    assert parse_article(data, sidecar=stated(pmcid="12")).warnings == parse_article(data).warnings


@pytest.mark.parametrize(
    ("data", "problem"),
    [
        (b"{", "not JSON"),
        (b"[" * 100_000, "not JSON"),
        (b"[]", "not a JSON object"),
        (b'{"doi": 7}', "doi is not a text"),
        (b'{"doi": "  "}', "doi is not a text"),
        (b'{"doi": "eLife 32671"}', "doi 'eLife 32671' cannot be read"),
        (b'{"published": "last year"}', "published 'last year' cannot be read"),
        (b'{"abstract": "x"}', "unknown key abstract"),
    ],
)
def test_what_cannot_be_used_is_a_warning_and_the_article_goes_on(data: bytes, problem: str) -> None:
    article = article_xml(meta='<article-id pub-id-type="pmc">1</article-id>').encode()
    assert f"sidecar_ignored: {problem}" in parse_article(article, sidecar=read_sidecar(data)).warnings


def test_characters_that_xml_cannot_hold_are_left_out() -> None:
    article = parse_article(BARE, sidecar=stated(pmcid="1", title="a\x00b\ud800c\x1bd"))
    assert article.title == "abcd"


def test_an_article_without_identifier_stays_refused_where_its_sidecar_has_none() -> None:
    with pytest.raises(ArticleRejected, match="no_identifier"):
        parse_article(BARE, sidecar=stated(journal="eLife"))


def test_a_wrapper_of_several_articles_takes_nothing_from_a_sidecar() -> None:
    two = "".join(article_xml(meta=f'<article-id pub-id-type="pmc">{n}</article-id>') for n in (1, 2))
    articles = list(parse_articles(f"<pmc-articleset>{two}</pmc-articleset>".encode(), sidecar=stated(**ALL)))
    assert [a.doi for a in articles if not isinstance(a, ArticleRejected)] == [None, None]
    assert all("sidecar_ignored: the file has several articles" in a.warnings for a in articles)
