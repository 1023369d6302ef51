"""One file for every reason code, and the near miss that must still be read."""

import gzip
import pickle

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jats_examples import PMC1, article_xml

from medconcept.jats import REASONS, Article, ArticleRejected, Limits, Reason, parse_article
from medconcept.jats import parse as parse_module

GOOD = article_xml("<sec><title>é</title><fig/></sec>")
BOMB = '<!DOCTYPE article [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;">]>'
LATIN = '<?xml version="1.0" encoding="iso-8859-1"?>'

REJECTED = [
    ("empty_file", b""),
    ("empty_file", b" \n\t"),
    ("empty_file", gzip.compress(b"", mtime=0)),
    ("too_large", gzip.compress(b"<article>" + b" " * (1 << 21), mtime=0)),
    ("not_xml", b"%PDF-1.7 <</Type /Catalog>> <x:xmpmeta>"),
    ("not_xml", b"\x89PNG\r\n\x1a\n<x:xmpmeta/>"),
    ("not_xml", b'{"html": "<article/>"}'),
    ("not_xml", b"no element here"),
    ("not_xml", b"<?xml version='1.0'?> only words"),
    ("not_xml", b"\x1f\x8bnot really gzip"),
    ("truncated", GOOD.encode()[:-20]),
    ("truncated", b"<?xml version='1.0'?>"),
    ("truncated", b"<article><p>caf\xc3"),
    ("truncated", b"<article><p t='half"),
    ("truncated", gzip.compress(GOOD.encode(), mtime=0)[:-30]),
    ("truncated", GOOD.encode("utf-16")[:-101]),
    ("not_well_formed", b"<article><p></article>"),
    ("not_well_formed", GOOD.encode() + b"<article/>"),
    ("not_well_formed", b"<article>&nosuchentity;</article>"),
    ("not_well_formed", b"<article><j:fig/></article>"),
    ("bad_encoding", b"<article>\xff</article>"),
    ("bad_encoding", b'<?xml version="1.0" encoding="klingon"?><article/>'),
    ("bad_encoding", b'<?xml version="1.0" encoding="gb2312"?><article>\xff\xff</article>'),
    ("bad_encoding", b'<?xml version="1.0" encoding="zlib"?><article/>'),
    ("forbidden_entity", (BOMB + GOOD).encode()),
    ("forbidden_entity", (BOMB + GOOD).encode("utf-16")),
    (
        "forbidden_entity",
        b'<!DOCTYPE article [<!ENTITY x SYSTEM "file:///etc/passwd">]><article>&x;</article>',
    ),
    ("forbidden_entity", b'<!DOCTYPE article [<!ENTITY % x SYSTEM "http://h/x.dtd"> %x;]><article/>'),
    # The quoted "<!--" hides the declaration from a search of the bytes; the parser's own list shows it.
    ("forbidden_entity", b'<!DOCTYPE article SYSTEM "<!--" [<!ENTITY x "y">]><article b="&#65;"/>'),
    (
        "forbidden_entity",
        b'<article xmlns:i="http://www.w3.org/2001/XInclude"><i:include href="/etc/passwd"/></article>',
    ),
    ("too_deep", b"<article>" + b"<sec>" * 260 + b"</sec>" * 260 + b"</article>"),
    ("too_deep", b"<article>" + b"<sec>" * 5000 + b"</sec>" * 5000 + b"</article>"),
    ("not_an_article", b"<html><body/></html>"),
    ("not_an_article", b"<sub-article/>"),
    ("no_identifier", b"<article/>"),
    ("no_identifier", article_xml(meta='<article-id pub-id-type="pmid">12</article-id>').encode()),
    ("too_many_figures", article_xml("<fig/>" * 6).encode()),
]


@pytest.mark.parametrize(("reason", "data"), REJECTED)
def test_each_reason(reason: str, data: bytes) -> None:
    with pytest.raises(ArticleRejected) as caught:
        parse_article(data, Limits(max_bytes=1 << 20, max_figures=5))
    assert caught.value.reason == reason, caught.value
    assert "\n" not in caught.value.detail


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (ZeroDivisionError("by our own fault"), "parser_error: ZeroDivisionError: by our own fault"),
        (MemoryError(), "parser_memory: out of memory"),
    ],
)
def test_a_failure_of_ours_has_a_reason(
    error: Exception, reason: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise error

    monkeypatch.setattr(parse_module, "read_licence", broken)
    with pytest.raises(ArticleRejected, match=reason):
        parse_article(GOOD.encode())


def test_every_reason_has_a_sentence_and_a_test() -> None:
    assert set(REASONS) == set(Reason)
    # The job reports the other two: test_parse_apart.
    own = {"parser_error", "parser_memory"}
    assert {reason for reason, _ in REJECTED} | own | {"parser_crashed", "parser_timeout"} == set(REASONS)
    assert all(sentence.endswith(".") for sentence in REASONS.values())


@pytest.mark.parametrize(
    "data",
    [
        gzip.compress(GOOD.encode(), mtime=0),
        gzip.compress(GOOD.encode()[:50], mtime=0) + gzip.compress(GOOD.encode()[50:], mtime=0),
        b"\xef\xbb\xbf" + GOOD.encode(),
        GOOD.encode("utf-16"),
        GOOD.encode("utf-16-le"),
        ('<?xml version="1.0" encoding="UTF-16"?>' + GOOD).encode("utf-16"),
        (LATIN + GOOD).encode("latin-1"),
        b"\xef\xbb\xbf" + (LATIN + GOOD).encode(),  # the mark is nearer the truth than the declaration
        b'<!DOCTYPE article PUBLIC "-//NLM//DTD v3.0//EN" "http://dtd.nlm.nih.gov/x.dtd">' + GOOD.encode(),
        b'<!DOCTYPE article SYSTEM "/etc/passwd">' + GOOD.encode(),
        GOOD.replace("<fig/>", "<fig/><!-- <!ENTITY x 'y'> --><![CDATA[<!ENTITY &x;]]>").encode(),
        GOOD.replace("é", "&eacute;").encode(),
    ],
)
def test_near_misses_are_read(data: bytes) -> None:
    (figure,) = parse_article(data).figures
    assert figure.section == ("é",)


def test_place_names_the_line() -> None:
    with pytest.raises(ArticleRejected) as caught:
        parse_article(b"<article>\n<p>\n</article>")
    assert caught.value.place is not None and caught.value.place.startswith("line 3, column ")


def test_no_identifier_lists_what_was_there() -> None:
    ids = PMC1.replace("PMC1", "12").replace("pmc", "pmid") + PMC1.replace("pmc", "publisher-id")
    with pytest.raises(ArticleRejected, match="pmid=12, publisher-id=PMC1"):
        parse_article(article_xml(meta=ids).encode())


def test_rejection_pickles() -> None:
    rejected = ArticleRejected(Reason.TRUNCATED, "line 1, column 2", "why")
    again = pickle.loads(pickle.dumps(rejected))
    assert (again.reason, again.place, again.detail) == (rejected.reason, rejected.place, rejected.detail)


def test_limits_must_be_positive() -> None:
    with pytest.raises(ValueError, match="at least 1"):
        Limits(max_depth=0)


@settings(max_examples=150, deadline=None)
@given(st.integers(0, len(GOOD.encode())), st.binary(max_size=8), st.integers(0, 40))
def test_damaged_bytes_never_raise_anything_else(at: int, inserted: bytes, cut: int) -> None:
    data = GOOD.encode()
    try:
        assert isinstance(parse_article(data[:at] + inserted + data[at + cut :]), Article)
    except ArticleRejected as rejected:
        assert rejected.reason is not Reason.PARSER_ERROR


def test_unterminated_comments_cost_no_quadratic_time() -> None:
    with pytest.raises(ArticleRejected):
        parse_article(b"<article>&alpha;" + b"<!--" * 300_000)
