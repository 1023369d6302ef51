"""JATS articles: bytes to records. Needs only lxml, no Spark."""

from medconcept.runtime.native_modules import prefer_native

prefer_native(__name__)

from medconcept.jats.article.sidecar import SIDECAR_ENDING, read_sidecar
from medconcept.jats.errors import REASONS, ArticleRejected, Reason
from medconcept.jats.parse import parse_article, parse_articles
from medconcept.jats.records.article import PARSER_VERSION, Article, Limits
from medconcept.jats.records.figure import CitingParagraph, Figure, Graphic, Panel, Rights
from medconcept.jats.records.sidecar import Sidecar

__all__ = [
    "PARSER_VERSION",
    "REASONS",
    "SIDECAR_ENDING",
    "Article",
    "ArticleRejected",
    "CitingParagraph",
    "Figure",
    "Graphic",
    "Limits",
    "Panel",
    "Reason",
    "Rights",
    "Sidecar",
    "parse_article",
    "parse_articles",
    "read_sidecar",
]
