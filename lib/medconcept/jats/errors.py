"""Reasons for which an article is refused: a code for each, and a sentence that explains it."""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from types import MappingProxyType


class Reason(str, Enum):
    """Codes for refused articles, stored as strings in the quarantine table."""

    EMPTY_FILE = "empty_file"
    TOO_LARGE = "too_large"
    NOT_XML = "not_xml"
    TRUNCATED = "truncated"
    NOT_WELL_FORMED = "not_well_formed"
    BAD_ENCODING = "bad_encoding"
    FORBIDDEN_ENTITY = "forbidden_entity"
    TOO_DEEP = "too_deep"
    NOT_AN_ARTICLE = "not_an_article"
    NO_IDENTIFIER = "no_identifier"
    TOO_MANY_FIGURES = "too_many_figures"
    PARSER_ERROR = "parser_error"
    PARSER_MEMORY = "parser_memory"
    PARSER_CRASHED = "parser_crashed"
    PARSER_TIMEOUT = "parser_timeout"

    def __str__(self) -> str:  # enum.StrEnum, which Python 3.10 lacks
        return self.value


REASONS: Mapping[Reason, str] = MappingProxyType(
    {
        Reason.EMPTY_FILE: "The file holds nothing but white space.",
        Reason.TOO_LARGE: "The file (packed or unpacked) or a single text in it exceeds the limits.",
        Reason.NOT_XML: "The bytes are not XML: they do not begin with an element.",
        Reason.TRUNCATED: "The XML, or the gzip around it, ends before it is complete.",
        Reason.NOT_WELL_FORMED: "The XML breaks a rule of XML syntax.",
        Reason.BAD_ENCODING: "The bytes do not decode in the declared encoding, or that encoding is unknown.",
        Reason.FORBIDDEN_ENTITY: "The file declares its own entities or includes other files.",
        Reason.TOO_DEEP: "Elements are nested more deeply than the limits allow.",
        Reason.NOT_AN_ARTICLE: "The XML holds no article element.",
        Reason.NO_IDENTIFIER: "The article has neither a PMCID nor a DOI, so it has no key.",
        Reason.TOO_MANY_FIGURES: "The article has more figures than the limits allow.",
        Reason.PARSER_ERROR: "The parser itself failed; this is a defect to report.",
        Reason.PARSER_MEMORY: "Parsing the file needs more memory than a worker allows for one document.",
        Reason.PARSER_CRASHED: "The process that parsed the file died; reported by the job.",
        Reason.PARSER_TIMEOUT: "Parsing the file took too long; reported by the job.",
    }
)


class ArticleRejected(Exception):
    """A file cannot become an `Article`; `reason` is a key of `REASONS`.

    >>> str(ArticleRejected(Reason.TRUNCATED, "line 12, column 3", "input ends inside sec"))
    'truncated at line 12, column 3: input ends inside sec'
    """

    def __init__(self, reason: Reason | str, place: str | None = None, detail: str = "") -> None:
        one_line = " ".join(detail.split())[:300]
        # All three must be in args: an exception is unpickled by calling its class with args, and
        # these are sent from Spark's Python workers to the driver.
        super().__init__(Reason(reason), place, one_line)
        self.reason = Reason(reason)
        self.place = place
        self.detail = one_line

    def __str__(self) -> str:
        where = f" at {self.place}" if self.place else ""
        return f"{self.reason}{where}: {self.detail}"
