"""One file in, one `Article` out, or one `ArticleRejected`."""

from __future__ import annotations

from lxml import etree

from medconcept.jats.dates import latest, published
from medconcept.jats.errors import ArticleRejected, Reason
from medconcept.jats.figures import read_figures
from medconcept.jats.identifiers import read_identifiers
from medconcept.jats.licence import read_licence
from medconcept.jats.metadata import article_title, dtd_version, is_retraction_notice, journal_title
from medconcept.jats.records import Article, Limits
from medconcept.jats.safe_xml import parse_xml
from medconcept.jats.text import clean
from medconcept.jats.tree import child, language, local_name

_DEFAULT_LIMITS = Limits()


def parse_article(data: bytes, limits: Limits = _DEFAULT_LIMITS) -> Article:
    """The article in a JATS file, plain or gzipped; every failure is an `ArticleRejected`.

    >>> article = parse_article(
    ...     b'<article><front><article-meta><article-id pub-id-type="pmc">7</article-id>'
    ...     b'</article-meta></front><body><fig id="f1"><caption><title>Lung.</title>'
    ...     b'<p>H<sub>2</sub>O</p></caption></fig></body></article>'
    ... )
    >>> article.article_key, article.figures[0].figure_key, article.figures[0].caption
    ('PMC7', 'PMC7#f1', 'Lung. H2O')
    """
    try:
        return _article(parse_xml(data, limits), limits)
    except ArticleRejected:
        raise
    except Exception as error:  # One bad file may not stop a run; the cause stays chained.
        raise ArticleRejected(Reason.PARSER_ERROR, None, f"{type(error).__name__}: {error}") from error


def _article(root: etree._Element, limits: Limits) -> Article:
    warnings: list[str] = []
    article = _first_article(root, warnings)
    # read_identifiers refuses an article without article-meta, so what follows may rely on one.
    meta = child(article, "front", "article-meta")
    names = read_identifiers(meta, warnings)
    assert meta is not None
    figure_count = sum(1 for _ in article.iter("{*}fig"))
    if figure_count > limits.max_figures:
        detail = f"{figure_count} figures, at most {limits.max_figures} are accepted"
        raise ArticleRejected(Reason.TOO_MANY_FIGURES, None, detail)
    article_type = clean(article.get("article-type", "")) or None
    date, date_from = published(meta)
    licence = read_licence(meta, warnings)
    figures = read_figures(article, names.key, warnings)
    return Article(
        pmcid=names.pmcid,
        pmc_version=names.pmc_version,
        pmid=names.pmid,
        doi=names.doi,
        publisher_id=names.publisher_id,
        article_key=names.key,
        title=article_title(meta),
        journal=journal_title(article),
        article_type=article_type,
        language=language(article),
        published=date,
        published_from=date_from,
        latest_date=latest(meta),
        licence_url=licence.url,
        licence_text=licence.text,
        licence_code=licence.code,
        licence_group=licence.group,
        copyright_statement=licence.copyright_statement,
        is_retraction_notice=is_retraction_notice(article_type, meta),
        dtd_version=dtd_version(article),
        warnings=tuple(warnings),
        figures=figures,
    )


def _first_article(root: etree._Element, warnings: list[str]) -> etree._Element:
    """The article, or the first of those in a wrapper such as an OAI-PMH record."""
    if local_name(root) == "article":
        return root
    articles = list(root.iter("{*}article"))
    if not articles:
        raise ArticleRejected(Reason.NOT_AN_ARTICLE, None, f"the root element is {local_name(root)}")
    if len(articles) > 1:
        warnings.append(f"several_articles: {len(articles)}")
    return articles[0]
