"""Tag sets, wrappers, encodings: the same article in every dress."""

import gzip

import pytest
from jats_examples import PMC1, article_xml

from medconcept.jats import Article, ArticleRejected, Reason, parse_article, parse_articles

PLAIN = article_xml('<fig id="f"><caption><p>é ×</p></caption></fig>')


@pytest.mark.parametrize(
    ("doctype", "expected"),
    [
        ("-//NLM//DTD Journal Publishing DTD v2.3 20070202//EN", ("NLM", "publishing", "2.3")),
        ("-//NLM//DTD Journal Archiving and Interchange DTD v3.0 20080202//EN", ("NLM", "archiving", "3.0")),
        ("-//NLM//DTD JATS (Z39.96) Journal Publishing DTD v1.1 20151215//EN", ("JATS", "publishing", "1.1")),
        ("-//NLM//DTD JATS (Z39.96) Journal Archiving and Interchange DTD with MathML3 v1.4 "
         "20241031//EN", ("JATS", "archiving", "1.4")),
        ("-//NLM//DTD JATS (Z39.96) Article Authoring DTD v1.0 20120330//EN", ("JATS", "authoring", "1.0")),
    ],
)  # fmt: skip
def test_dialect_by_doctype(doctype: str, expected: tuple[str, str, str]) -> None:
    article = parse_article(f'<!DOCTYPE article PUBLIC "{doctype}" "x.dtd">{PLAIN}'.encode())
    assert (article.dialect, article.tag_set, article.dtd_version) == expected


@pytest.mark.parametrize(
    ("xml", "expected"),
    [
        (PLAIN.replace("<article ", '<article dtd-version="1.3" '), ("JATS", None, "1.3")),
        (PLAIN.replace("<article ", '<article dtd-version="3.0" '), ("NLM", None, "3.0")),
        (
            PLAIN.replace(
                "<front>", '<processing-meta tagset-family="jats" base-tagset="archiving"/><front>'
            ),
            ("JATS", "archiving", None),
        ),
        (
            PLAIN.replace("<article ", '<article xmlns="https://jats.nlm.nih.gov/ns/archiving/1.3/" '),
            ("JATS", "archiving", "1.3"),
        ),
        (PLAIN, (None, None, None)),
    ],
)
def test_dialect_without_doctype(xml: str, expected: tuple[str | None, ...]) -> None:
    article = parse_article(xml.encode())
    assert (article.dialect, article.tag_set, article.dtd_version) == expected


def test_wrappers_are_named_and_each_article_of_one_is_read() -> None:
    second = PLAIN.replace("PMC1", "PMC2")
    nameless = article_xml(meta="")
    wrapped = f"<pmc-articleset>{PLAIN}{nameless}{second}</pmc-articleset>".encode()
    assert (parse_article(wrapped).pmcid, parse_article(wrapped).wrapper) == ("PMC1", "pmc-articleset")
    first, refused, last = parse_articles(wrapped)
    assert isinstance(first, Article) and isinstance(last, Article)
    assert (first.pmcid, last.pmcid, first.warnings) == ("PMC1", "PMC2", ())
    assert isinstance(refused, ArticleRejected) and refused.reason is Reason.NO_IDENTIFIER
    assert [
        str(result.reason) for result in parse_articles(b"<x>") if isinstance(result, ArticleRejected)
    ] == ["truncated"]


def test_an_oai_error_is_told() -> None:
    answer = (
        '<OAI-PMH xmlns="http://www.openarchives.org/OAI/2.0/"><error code="idDoesNotExist">gone</error>'
        "</OAI-PMH>"
    )
    with pytest.raises(ArticleRejected, match="root element is OAI-PMH, which says idDoesNotExist: gone"):
        parse_article(answer.encode())


def prefixed(xml: str) -> str:
    marked = xml.replace("</", "\0").replace("<", "<j:").replace("\0", "</j:")
    return marked.replace("<j:article ", '<j:article xmlns:j="urn:jats" ').replace("j:mml:", "mml:")


RICH = article_xml(
    '<sec sec-type="r"><title>T</title><p>By computed tomography (CT), <xref ref-type="fig" rid="f">1'
    "</xref>.</p>"
    '<fig id="f"><label>Fig. 1</label><caption><title>A.</title><p>(A) <sup>2</sup> '
    "<inline-formula><mml:math><mml:mi>x</mml:mi></mml:math></inline-formula> (B) y</p></caption>"
    '<alternatives><graphic xlink:href="a"/></alternatives></fig></sec>',
    meta=PMC1 + "<contrib-group><contrib><name><surname>A</surname></name></contrib></contrib-group>",
    after_body="<back><ref-list><ref/><ref/></ref-list></back>",
)


def test_a_prefix_or_a_default_namespace_changes_no_record() -> None:
    plain = parse_article(RICH.encode())
    assert plain.figures[0].citing_paragraphs and plain.abbreviations and plain.authors
    assert parse_article(prefixed(RICH).encode()) == plain
    assert parse_article(RICH.replace("<article ", '<article xmlns="urn:jats" ').encode()) == plain


@pytest.mark.parametrize(
    "codec", ["utf-8", "utf-16", "utf-16-be", "utf-32", "iso-8859-1", "windows-1252", "cp1250"]
)
@pytest.mark.parametrize("pack", [bytes, gzip.compress])
def test_encodings_change_no_record(codec: str, pack: type[bytes]) -> None:
    data = f'<?xml version="1.0" encoding="{codec}"?>\n{PLAIN}'.encode(codec)
    assert parse_article(pack(data)) == parse_article(PLAIN.encode())


@pytest.mark.parametrize("codec", ["shift_jis", "euc-jp", "gb18030", "big5", "koi8-r", "iso-8859-7", "utf-7"])
def test_legacy_encodings(codec: str) -> None:
    text = {"koi8-r": "лёд", "iso-8859-7": "αβγ"}.get(codec, "日本")
    data = f'<?xml version="1.0" encoding="{codec}"?>{PLAIN.replace("é ×", text)}'.encode(codec)
    assert parse_article(data).figures[0].caption == text


def test_a_lying_declaration_is_refused() -> None:
    # Read as declared it would say "Ã©".
    data = f'<?xml version="1.0" encoding="iso-8859-1"?>{PLAIN}'.encode()
    with pytest.raises(ArticleRejected, match="bad_encoding at line 1: declared as iso-8859-1"):
        parse_article(data)
    with pytest.raises(ArticleRejected, match="bad_encoding"):
        parse_article(f'<?xml version="1.0" encoding="utf-8"?>{PLAIN}'.encode("latin-1"))
