"""Why an article is refused: one code a reason, one sentence a code."""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from types import MappingProxyType


class Reason(str, Enum):
    """The codes under which an article can be refused; a quarantine table stores them as strings."""

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
        Reason.TOO_LARGE: "The file, unpacked or not, or one text in it is larger than the limits allow.",
        Reason.NOT_XML: "The bytes are something other than XML: no element starts in them.",
        Reason.TRUNCATED: "The XML, or the gzip around it, ends before it is complete.",
        Reason.NOT_WELL_FORMED: "The XML breaks a rule of XML syntax.",
        Reason.BAD_ENCODING: "The bytes do not decode in the encoding declared, or nobody knows it.",
        Reason.FORBIDDEN_ENTITY: "The file declares entities of its own or includes other files.",
        Reason.TOO_DEEP: "Elements are nested more deeply than the limits allow.",
        Reason.NOT_AN_ARTICLE: "The XML holds no article element.",
        Reason.NO_IDENTIFIER: "The article has neither a PMCID nor a DOI, so nothing can name it.",
        Reason.TOO_MANY_FIGURES: "The article has more figures than the limits allow.",
        Reason.PARSER_ERROR: "The parser itself failed; this is a defect to report.",
        Reason.PARSER_MEMORY: "Reading the file takes more memory than a worker grants one document.",
        Reason.PARSER_CRASHED: "The process that read the file died of it; told by the job.",
        Reason.PARSER_TIMEOUT: "Reading the file took too long; told by the job.",
    }
)


class ArticleRejected(Exception):
    """Raised when a file cannot become an `Article`; the reason is one of `REASONS`.

    >>> str(ArticleRejected(Reason.TRUNCATED, "line 12, column 3", "input ends inside sec"))
    'truncated at line 12, column 3: input ends inside sec'
    """

    def __init__(self, reason: Reason | str, place: str | None = None, detail: str = "") -> None:
        one_line = " ".join(detail.split())[:300]
        # All three go to args: an exception is unpickled by calling its class with args, and
        # these cross from Spark's Python workers to the driver.
        super().__init__(Reason(reason), place, one_line)
        self.reason = Reason(reason)
        self.place = place
        self.detail = one_line

    def __str__(self) -> str:
        where = f" at {self.place}" if self.place else ""
        return f"{self.reason}{where}: {self.detail}"
