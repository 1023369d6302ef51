"""JATS articles: bytes in, records out. Pure lxml; nothing here knows Spark."""

from medconcept.native import prefer_native

prefer_native(__name__)

from medconcept.jats.errors import REASONS, ArticleRejected, Reason
from medconcept.jats.figure_records import Figure, Graphic, Mention, Panel, Rights
from medconcept.jats.parse import parse_article, parse_articles
from medconcept.jats.records import PARSER_VERSION, Article, Limits

__all__ = [
    "PARSER_VERSION",
    "REASONS",
    "Article",
    "ArticleRejected",
    "Figure",
    "Graphic",
    "Limits",
    "Mention",
    "Panel",
    "Reason",
    "Rights",
    "parse_article",
    "parse_articles",
]
