"""Files made to read other files, to fill the memory or to take for ever: refused, in bounded time."""

import gzip
from pathlib import Path

import pytest
from jats_examples import PMC1, article_xml

from medconcept.jats import ArticleRejected, Limits, parse_article

SMALL = Limits(max_bytes=1 << 22, max_nodes=100_000, max_output=1 << 20)


def refused(data: bytes | str, limits: Limits = SMALL) -> str:
    with pytest.raises(ArticleRejected) as caught:
        parse_article(data.encode() if isinstance(data, str) else data, limits)
    return str(caught.value.reason)


BILLION = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 10))


@pytest.mark.parametrize(
    "declarations",
    [
        f'<!ENTITY e0 "ha">{BILLION}',
        f'<!ENTITY a "{"x" * 50_000}">',
        '<!ENTITY a "&b;"><!ENTITY b "&a;">',
        "<!ENTITY % a \"<!ENTITY b 'c'>\"> %a;",
        '<!ENTITY a SYSTEM "file:///etc/passwd">',
        '<!ENTITY a PUBLIC "x" "http://localhost:1/x">',
        '<!ENTITY % a SYSTEM "http://localhost:1/x.dtd"> %a;',
        '<!ENTITY a SYSTEM "x.gif" NDATA gif>',
    ],
)
def test_entity_bombs_of_all_kinds(declarations: str) -> None:
    assert refused(f"<!DOCTYPE article [{declarations}]>{article_xml('<p>&a;</p>')}") == "forbidden_entity"


def test_an_external_dtd_is_never_read(tmp_path: Path) -> None:
    dtd = tmp_path / "x.dtd"
    dtd.write_text('<!ENTITY own "from the file">')
    for place in (str(dtd), dtd.as_uri()):
        xml = f'<!DOCTYPE article SYSTEM "{place}">{article_xml("<p>&own;</p>")}'
        assert refused(xml) == "not_well_formed"  # the entity is not defined, for nobody looked
        assert parse_article(xml.replace("&own;", "").encode()).pmcid == "PMC1"


def test_a_named_entity_of_the_standard_sets_needs_no_file() -> None:
    meta = (
        PMC1 + "<title-group><article-title>&alpha;&thinsp;&Eacute;&fjlig;&agr;</article-title></title-group>"
    )
    assert parse_article(article_xml(meta=meta).encode()).title == "α Éfjα"


@pytest.mark.parametrize(
    "data", [b"\0", b"\0" * 50, article_xml("<p>a\0b</p>").encode(), b"\0" + article_xml().encode()]
)
def test_nul_bytes(data: bytes) -> None:
    assert refused(data) in ("not_xml", "not_well_formed", "truncated", "bad_encoding")


def test_a_huge_attribute() -> None:
    assert refused(article_xml(f'<fig id="{"x" * 100_000}"/>')) == "too_large"
    assert parse_article(
        article_xml(f'<fig id="{"x" * 60_000}"/><p>{"y" * 200_000}</p>').encode(), SMALL
    ).figures


def test_many_nodes_in_few_bytes() -> None:
    assert refused(article_xml("<p/>" * 200_000)) == "too_large"
    attributes = "".join(f' a{n}=""' for n in range(120_000))
    assert refused(article_xml(f"<p{attributes}/>")) == "too_large"


def test_a_gzip_bomb() -> None:
    assert refused(gzip.compress(b"<article>" + b" " * (1 << 24))) == "too_large"


def test_what_is_said_once_and_told_of_every_figure() -> None:
    figures = "<fig/>" * 1000
    long = "word " * 2000
    assert refused(article_xml(f"<sec><title>{long}</title>{figures}</sec>")) == "too_large"
    assert (
        refused(article_xml(f"<fig-group><caption><p>{long}</p></caption>{figures}</fig-group>"))
        == "too_large"
    )
    ids = " ".join(f"f{n}" for n in range(1000))
    named = "".join(f'<fig id="f{n}"/>' for n in range(1000))
    assert refused(article_xml(f'<p>{long}<xref ref-type="fig" rid="{ids}"/></p>{named}')) == "too_large"


def test_many_ranges_over_many_figures() -> None:
    figures = "".join(f'<fig id="f{n}"><label>Fig. {n}</label></fig>' for n in range(1, 1001))
    ranges = '<xref ref-type="fig" rid="f1">1</xref>–<xref ref-type="fig" rid="f1000">1000</xref>' * 1000
    assert refused(article_xml(f"<p>{ranges}</p>{figures}")) == "too_large"


def test_many_figures_in_one_group() -> None:
    figures = '<fig id="f"><label>Fig. 1</label><caption><p>(A) x (B) y</p></caption></fig>' * 5000
    article = parse_article(article_xml(f"<fig-group>{figures}</fig-group>").encode())
    assert len({figure.figure_key for figure in article.figures}) == 5000


def test_many_flaws_are_counted_not_listed() -> None:
    references = "".join(f'<xref ref-type="fig" rid="x{n}"/>' for n in range(2000))
    warnings = parse_article(article_xml(f"<p>{references}</p>").encode(), SMALL).warnings
    assert (len(warnings), warnings[-1]) == (51, "dangling_xref: and 1950 more")


@pytest.mark.parametrize(
    "caption",
    ["(A) " * 20_000, "A, " * 20_000, "(" * 50_000, "(a–" * 20_000, "A and " * 20_000, "(i) " * 20_000,
     "adapted from " * 10_000, "with permission " * 10_000, "x " * 100_000, "Left: " * 10_000,
     "e\u0301" * 30_000],
)  # fmt: skip
def test_captions_that_tire_a_regular_expression(caption: str) -> None:
    # The clock of the whole suite is the bound: a quadratic pattern would take minutes here.
    xml = article_xml(f"<fig><caption><p>{caption}</p></caption></fig>")
    (figure,) = parse_article(xml.encode(), Limits()).figures
    assert figure.caption


@pytest.mark.parametrize("text", ["(AB) " * 20_000, "((((AB" * 10_000, "a(B" * 20_000, "AB (CD) " * 10_000])
def test_paragraphs_that_tire_the_search_for_abbreviations(text: str) -> None:
    assert parse_article(article_xml(f"<p>{text}</p>").encode()).pmcid == "PMC1"


def test_deep_nesting_up_to_the_limit_is_read() -> None:
    for name in ("italic", "list", "sec", "sub", "mml:mrow"):
        depth = 245
        inside = f"<{name}>" * depth + "x" + f"</{name}>" * depth
        xml = article_xml(f'<fig id="f"><caption><p>{inside}</p></caption></fig>')
        assert parse_article(xml.encode()).figures[0].caption == "x"


def test_xinclude_is_refused_wherever_it_stands() -> None:
    include = '<x:include xmlns:x="http://www.w3.org/2001/XInclude" href="file:///etc/passwd" parse="text"/>'
    assert refused(article_xml(f"<p>{include}</p>")) == "forbidden_entity"
    assert (
        refused(article_xml(after_body=f"<back><ref-list><ref>{include}</ref></ref-list></back>"))
        == "forbidden_entity"
    )
