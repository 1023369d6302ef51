"""One file in, one `Article` out, or one `ArticleRejected`; of a wrapper with several, one each."""

from __future__ import annotations

from collections.abc import Iterator

from lxml import etree

from medconcept.jats.article.abbreviations import find_abbreviations
from medconcept.jats.article.contributors import read_affiliations, read_authors, read_funding
from medconcept.jats.article.dates import all_dates, latest, published
from medconcept.jats.article.dialect import read_dialect
from medconcept.jats.article.identifiers import read_identifiers
from medconcept.jats.article.journal import read_journal, read_place
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
from medconcept.jats.article.related import is_retraction_notice, related_articles, retraction_evidence
from medconcept.jats.article.surroundings import Map
from medconcept.jats.budget import Budget, Warnings
from medconcept.jats.errors import ArticleRejected, Reason
from medconcept.jats.figures.figure_reader import FigureReader
from medconcept.jats.records.article import Article, Limits
from medconcept.jats.text.element_text import clean
from medconcept.jats.xml.element_names import ELEMENT_NAMES
from medconcept.jats.xml.safe_xml import parse_xml
from medconcept.jats.xml.tree import child, flatten_names, language, local_name
from medconcept.runtime.gc_pause import PausedGC

_DEFAULT_LIMITS = Limits()
_TRANSLATED = frozenset(("trans-title", "sub-article"))
_RELATED = frozenset(("related-article", "related-object"))


def parse_article(data: bytes, limits: Limits = _DEFAULT_LIMITS) -> Article:
    """The article in a JATS file, plain or gzipped; every failure is an `ArticleRejected`.

    Of a wrapper with several articles it is the first, with a warning; `parse_articles` gives them all.

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
            warnings = Warnings()
            if len(elements) > 1:
                warnings.append(f"several_articles: {len(elements)}")
            return _article(elements[0], root, limits, warnings)
    except ArticleRejected:
        raise
    except Exception as error:  # One bad file may not stop a run; the cause stays chained.
        raise _defect(error) from error


def parse_articles(data: bytes, limits: Limits = _DEFAULT_LIMITS) -> Iterator[Article | ArticleRejected]:
    """Every article of a file that may be a wrapper of many; one that cannot be read is told in its place.

    A file that is refused as a whole gives one refusal.

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
                article = _article(element, root, limits, Warnings())
            yield article
        except ArticleRejected as refusal:
            yield refusal
        except Exception as error:  # as in parse_article: it costs this article only
            yield _defect(error)


def _defect(error: Exception) -> ArticleRejected:
    if isinstance(error, MemoryError):
        return ArticleRejected(Reason.PARSER_MEMORY, None, str(error) or "out of memory")
    return ArticleRejected(Reason.PARSER_ERROR, None, f"{type(error).__name__}: {error}")


def _article(article: etree._Element, root: etree._Element, limits: Limits, warnings: Warnings) -> Article:
    names, elements = flatten_names(article)
    for unknown in sorted(names - ELEMENT_NAMES):
        warnings.append(f"unknown_element: {unknown[:80]}")
    # read_identifiers refuses an article without article-meta, so what follows may rely on one.
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
    journal, place = read_journal(article), read_place(meta)
    dates = all_dates(meta)
    date, date_from = published(dates)
    affiliation_ids, affiliations = read_affiliations(meta)
    awards, funding_statement = read_funding(meta)
    licence = read_licence(meta, warnings)
    evidence = retraction_evidence(article_type, meta, title.plain if title else None)
    dialect = read_dialect(article)
    places = Map(article)
    reader = FigureReader(article, elements, identifiers.key, licence, places, warnings)
    figures, tables = reader.read(Budget(limits.max_output))
    abbreviations = find_abbreviations(
        article, elements, abstract.plain if abstract else None, figures, places, names
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
        published=date,
        published_from=date_from,
        latest_date=latest(dates),
        licence_url=licence.url,
        licence_text=licence.text,
        licence_code=licence.code,
        licence_group=licence.group,
        copyright_statement=licence.copyright_statement,
        is_retraction_notice=is_retraction_notice(article_type, meta, title.plain if title else None),
        dtd_version=dialect.version,
        warnings=warnings.told(),
        figures=figures,
        manuscript_id=identifiers.manuscript_id,
        title_markup=title.markup if title else None,
        subtitle=subtitle(meta),
        translated_titles=translated_titles(article, meta) if names & _TRANSLATED else (),
        abstract=abstract.plain if abstract else None,
        abstract_markup=abstract.markup if abstract else None,
        other_abstracts=other_abstracts,
        journal_meta=journal,
        volume=place.volume,
        issue=place.issue,
        first_page=place.first_page,
        last_page=place.last_page,
        page_range=place.page_range,
        elocation_id=place.elocation_id,
        dates=dates,
        subjects=subjects(meta),
        keywords=keywords(meta) if "kwd-group" in names else (),
        authors=read_authors(meta, affiliation_ids),
        affiliations=affiliations,
        awards=awards,
        funding_statement=funding_statement,
        related_articles=related_articles(meta) if names & _RELATED else (),
        is_retracted=evidence is not None,
        retraction_evidence=evidence,
        abbreviations=abbreviations,
        counts=counts(meta, elements),
        dialect=dialect.family,
        tag_set=dialect.tag_set,
        wrapper=None if root is article else local_name(root),
        image_tables=tables,
    )


def _articles(root: etree._Element) -> list[etree._Element]:
    """The article, or those in a wrapper such as an OAI-PMH answer; an article within another is none."""
    if local_name(root) == "article":
        return [root]
    found = list(root.iter("{*}article"))
    if not found:
        error = next(root.iter("{*}error"), None)
        said = f", which says {error.get('code')}: {error.text}" if error is not None else ""
        raise ArticleRejected(Reason.NOT_AN_ARTICLE, None, f"the root element is {local_name(root)}{said}")
    inner = (
        {e for article in found for e in article.iterdescendants("{*}article")} if len(found) > 1 else set()
    )
    return [article for article in found if article not in inner]
