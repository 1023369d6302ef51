"""Entry points of the parser: bytes of a file to `Article` or `ArticleRejected`."""

from __future__ import annotations

from collections.abc import Iterator

from lxml import etree

from medconcept.jats.article.abbreviations import find_abbreviations
from medconcept.jats.article.contributors import read_affiliations, read_authors, read_funding
from medconcept.jats.article.dates import all_dates, latest, published
from medconcept.jats.article.dialect import read_dialect
from medconcept.jats.article.element_context import ContextIndex
from medconcept.jats.article.identifiers import read_identifiers
from medconcept.jats.article.journal import read_journal, read_pagination
from medconcept.jats.article.licence import read_licence
from medconcept.jats.article.metadata import (
    abstracts,
    article_title,
    counts,
    keywords,
    subjects,
    subtitle,
    translated_titles,
)
from medconcept.jats.article.related_articles import (
    is_retraction_notice,
    related_articles,
    retraction_evidence,
)
from medconcept.jats.article.sidecar import complete
from medconcept.jats.errors import ArticleRejected, Reason
from medconcept.jats.figures.figure_reader import FigureReader
from medconcept.jats.records.article import Article, Limits
from medconcept.jats.records.sidecar import Sidecar
from medconcept.jats.text.element_text import clean
from medconcept.jats.text_budget import TextBudget
from medconcept.jats.warning_log import WarningLog
from medconcept.jats.xml.element_names import ELEMENT_NAMES
from medconcept.jats.xml.element_queries import child, flatten_names, language, local_name
from medconcept.jats.xml.safe_xml import parse_xml
from medconcept.runtime.gc_pause import PausedGC

_DEFAULT_LIMITS = Limits()
_TRANSLATION_ELEMENTS = frozenset(("trans-title", "sub-article"))
_RELATION_ELEMENTS = frozenset(("related-article", "related-object"))


def parse_article(data: bytes, limits: Limits = _DEFAULT_LIMITS, sidecar: Sidecar | None = None) -> Article:
    """Parse a JATS file, plain or gzipped, into its article; every failure is an `ArticleRejected`.

    If the file is a wrapper with several articles, return the first and add a warning; `parse_articles`
    yields all of them. `sidecar` states what the file may lack.

    >>> article = parse_article(
    ...     b'<article><front><article-meta><article-id pub-id-type="pmc">7</article-id>'
    ...     b'</article-meta></front><body><fig id="f1"><caption><title>Lung.</title>'
    ...     b'<p>H<sub>2</sub>O</p></caption></fig></body></article>'
    ... )
    >>> article.article_key, article.figures[0].figure_key, article.figures[0].caption
    ('PMC7', 'PMC7#f1', 'Lung. H2O')
    """
    try:
        with PausedGC():
            root = parse_xml(data, limits)
            elements = _articles(root)
            warnings = WarningLog()
            if len(elements) > 1:
                warnings.append(f"several_articles: {len(elements)}")
            _complete(elements, sidecar, warnings)
            return _article(elements[0], root, limits, warnings)
    except ArticleRejected:
        raise
    except Exception as error:  # one bad file must not stop a run; the cause stays chained
        raise _defect(error) from error


def parse_articles(
    data: bytes, limits: Limits = _DEFAULT_LIMITS, sidecar: Sidecar | None = None
) -> Iterator[Article | ArticleRejected]:
    """Yield each article of a file that may be a wrapper of several, or the refusal of that article.

    A file that is refused as a whole yields one refusal. `sidecar` states what a file of one article may
    lack.

    >>> [str(article.reason) for article in parse_articles(b"<pmc-articleset/>")]
    ['not_an_article']
    """
    try:
        root = parse_xml(data, limits)
        elements = _articles(root)
    except ArticleRejected as refusal:
        yield refusal
        return
    for element in elements:
        try:
            with PausedGC():
                warnings = WarningLog()
                _complete(elements, sidecar, warnings)
                article = _article(element, root, limits, warnings)
            yield article
        except ArticleRejected as refusal:
            yield refusal
        except Exception as error:  # as in parse_article, for this article only
            yield _defect(error)


def _complete(articles: list[etree._Element], sidecar: Sidecar | None, warnings: WarningLog) -> None:
    """Add what the sidecar states to the only article of its file."""
    if sidecar is None:
        return
    if len(articles) > 1:
        warnings.append("sidecar_ignored: the file has several articles")
        return
    flatten_names(articles[0])
    complete(articles[0], sidecar, warnings)


def _defect(error: Exception) -> ArticleRejected:
    if isinstance(error, MemoryError):
        return ArticleRejected(Reason.PARSER_MEMORY, None, str(error) or "out of memory")
    return ArticleRejected(Reason.PARSER_ERROR, None, f"{type(error).__name__}: {error}")


def _article(article: etree._Element, root: etree._Element, limits: Limits, warnings: WarningLog) -> Article:
    names, elements = flatten_names(article)
    for unknown in sorted(names - ELEMENT_NAMES):
        warnings.append(f"unknown_element: {unknown[:80]}")
    # read_identifiers refuses an article without article-meta, so `meta` is not None below.
    meta = child(article, "front", "article-meta")
    identifiers = read_identifiers(meta, warnings)
    assert meta is not None
    figure_count = len(elements["fig"])
    if figure_count > limits.max_figures:
        detail = f"{figure_count} figures, at most {limits.max_figures} are accepted"
        raise ArticleRejected(Reason.TOO_MANY_FIGURES, None, detail)
    article_type = clean(article.get("article-type", "")) or None
    title = article_title(meta)
    abstract, other_abstracts = abstracts(meta)
    journal, pagination = read_journal(article), read_pagination(meta)
    dates = all_dates(meta)
    publication_date, publication_date_kind = published(dates)
    affiliation_ids, affiliations = read_affiliations(meta)
    awards, funding_statement = read_funding(meta)
    licence = read_licence(meta, warnings)
    is_notice = is_retraction_notice(article_type, meta, title.plain if title else None)
    retraction = retraction_evidence(article_type, meta, title.plain if title else None, is_notice)
    dialect = read_dialect(article)
    contexts = ContextIndex(article)
    reader = FigureReader(article, elements, identifiers.key, licence, contexts, warnings)
    figures, image_tables = reader.read(TextBudget(limits.max_output))
    abbreviations = find_abbreviations(
        article, elements, abstract.plain if abstract else None, figures, contexts, names
    )
    return Article(
        pmcid=identifiers.pmcid,
        pmc_version=identifiers.pmc_version,
        pmid=identifiers.pmid,
        doi=identifiers.doi,
        publisher_id=identifiers.publisher_id,
        article_key=identifiers.key,
        title=title.plain if title else None,
        journal=journal.title,
        article_type=article_type,
        language=language(article),
        published=publication_date,
        published_from=publication_date_kind,
        latest_date=latest(dates),
        licence_url=licence.url,
        licence_text=licence.text,
        licence_code=licence.code,
        licence_group=licence.group,
        copyright_statement=licence.copyright_statement,
        is_retraction_notice=is_notice,
        dtd_version=dialect.version,
        warnings=warnings.lines(),
        figures=figures,
        manuscript_id=identifiers.manuscript_id,
        title_markup=title.markup if title else None,
        subtitle=subtitle(meta),
        translated_titles=translated_titles(article, meta) if names & _TRANSLATION_ELEMENTS else (),
        abstract=abstract.plain if abstract else None,
        abstract_markup=abstract.markup if abstract else None,
        other_abstracts=other_abstracts,
        journal_meta=journal,
        volume=pagination.volume,
        issue=pagination.issue,
        first_page=pagination.first_page,
        last_page=pagination.last_page,
        page_range=pagination.page_range,
        elocation_id=pagination.elocation_id,
        dates=dates,
        subjects=subjects(meta),
        keywords=keywords(meta) if "kwd-group" in names else (),
        authors=read_authors(meta, affiliation_ids),
        affiliations=affiliations,
        awards=awards,
        funding_statement=funding_statement,
        related_articles=related_articles(meta) if names & _RELATION_ELEMENTS else (),
        is_retracted=retraction is not None,
        retraction_evidence=retraction,
        abbreviations=abbreviations,
        counts=counts(meta, elements),
        dialect=dialect.family,
        tag_set=dialect.tag_set,
        wrapper=None if root is article else local_name(root),
        image_tables=image_tables,
    )


def _articles(root: etree._Element) -> list[etree._Element]:
    """Return the article elements: the root, or those of a wrapper that are not nested in another article."""
    if local_name(root) == "article":
        return [root]
    articles = list(root.iter("{*}article"))
    if not articles:
        error = next(root.iter("{*}error"), None)
        message = f", which says {error.get('code')}: {error.text}" if error is not None else ""
        raise ArticleRejected(Reason.NOT_AN_ARTICLE, None, f"the root element is {local_name(root)}{message}")
    nested: set[etree._Element] = set()
    if len(articles) > 1:
        nested.update(e for article in articles for e in article.iterdescendants("{*}article"))
    return [article for article in articles if article not in nested]
