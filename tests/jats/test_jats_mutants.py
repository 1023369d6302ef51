"""Broken articles end as an article or as a reason, never otherwise; the long run is in benchmarks."""

import random

import pytest
from jats_examples import PMC1, article_xml
from jats_mutants import mutant
from real_articles import FILES

from medconcept.jats import Article, ArticleRejected, Reason, parse_article

LITERAL = article_xml(
    '<sec sec-type="r"><title>T <italic>i</italic></title><p>By computed tomography (CT), <xref '
    'ref-type="fig" '
    'rid="f1">Figs 1</xref>–<xref ref-type="fig" rid="f3">3</xref>.</p><fig-group id="g"><label>G</label>'
    '<fig id="f1"><label>Fig. 1</label><caption><title>A.</title><p>(A) <sup>2</sup> <inline-formula>'
    "<alternatives>"
    "<tex-math>x</tex-math><mml:math><mml:mi>x</mml:mi></mml:math></alternatives></inline-formula> (B) y"
    "</p></caption>"
    '<alternatives><graphic xlink:href="a"/><graphic xlink:href="b"/></alternatives><permissions>'
    "<license>CC BY"
    '</license></permissions></fig></fig-group><fig id="f2"><label>Fig. 2</label></fig><fig id="f3">'
    "<label>Fig. 3"
    "</label></fig></sec>",
    meta=PMC1
    + "<title-group><article-title>é</article-title></title-group><contrib-group><contrib><name><surname>"
    'A</surname></name><xref ref-type="aff" rid="a"/></contrib></contrib-group><aff id="a">P</aff><pub-date '
    'pub-type="epub"><year>2004</year></pub-date><abstract><p>x</p></abstract>',
    after_body='<sub-article article-type="translation" xml:lang="pt"><body><fig id="f1"/></body>'
    "</sub-article>",
).encode()
SMALL = sorted(FILES, key=lambda path: path.stat().st_size)[len(FILES) // 4 : len(FILES) // 4 + 12]
SOURCES = [LITERAL] + [path.read_bytes() for path in SMALL]


@pytest.mark.parametrize("seed", range(8))
def test_every_mutant_ends_as_an_article_or_a_reason(seed: int) -> None:
    rng = random.Random(seed)
    seen: set[str] = set()
    for number in range(60):
        data = mutant(LITERAL if number % 2 else rng.choice(SOURCES), SOURCES, rng)
        try:
            article = parse_article(data)
        except ArticleRejected as refusal:
            assert refusal.reason is not Reason.PARSER_ERROR, (seed, number, refusal)
            assert refusal.detail
            seen.add(str(refusal.reason))
            continue
        seen.add("article")
        check(article)
    assert len(seen) > 2, "these mutants try nothing"


def check(article: Article) -> None:
    """What holds of every article, however odd its file."""
    assert len({figure.figure_key for figure in article.figures}) == len(article.figures)
    for figure in article.figures:
        for panel in figure.panels:
            assert figure.caption is not None and 0 <= panel.start < panel.end <= len(figure.caption)
        for paragraph in figure.citing_paragraphs:
            for citation in paragraph.citations:
                if citation.start is not None and citation.end is not None:
                    assert 0 <= citation.start <= citation.end <= len(paragraph.text)
    for pair in article.abbreviations:
        if pair.place == "abstract" and pair.start is not None:
            assert (article.abstract or "")[pair.start :].startswith(pair.short)
