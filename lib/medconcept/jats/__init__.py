"""JATS articles: bytes in, records out. Pure lxml; nothing here knows Spark."""

from medconcept.jats.errors import REASONS, ArticleRejected, Reason
from medconcept.jats.parse import parse_article
from medconcept.jats.records import PARSER_VERSION, Article, Figure, Graphic, Limits

__all__ = [
    "PARSER_VERSION",
    "REASONS",
    "Article",
    "ArticleRejected",
    "Figure",
    "Graphic",
    "Limits",
    "Reason",
    "parse_article",
]
