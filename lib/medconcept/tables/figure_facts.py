"""Nested columns that describe a figure: its modality, signs of privacy, and its rights."""

from typing import get_args

from pyspark.sql.types import ArrayType, BooleanType, DoubleType, IntegerType, StringType, StructType

from medconcept.modality import MODALITIES, PRIVACY_FLAGS, UNKNOWN
from medconcept.rights import TERMS, WITHHOLDING_RULES
from medconcept.rights.terms import Answer, Origin
from medconcept.tables.column import column

_METHODS = ("technique", "words", "citing_paragraph", "concept")

EVIDENCE = StructType(
    [
        column("method", StringType(), "Kind of evidence", "technique", _METHODS),
        column("source", StringType(), "Rule, or concept id of the technique", "TECH:0014"),
        column("text", StringType(), "The words", "Axial CT"),
        column("start", IntegerType(), "First code point of the words in the caption or paragraph", "0"),
        column("end", IntegerType(), "End of the words, exclusive", "8"),
        column("weight", DoubleType(), "Chance that this evidence alone is right, from 0 to 1", "0.9"),
        column(
            "paragraph",
            IntegerType(),
            "0-based number in citing_paragraphs; null for words of the caption",
            "0",
        ),
    ]
)
MODALITY = StructType(
    [
        column("modality", StringType(), "The modality", "ct", (*MODALITIES, UNKNOWN)),
        column(
            "panels", ArrayType(StringType()), "Labels of the panels that show it; empty if not said", '["A"]'
        ),
        column("confidence", DoubleType(), "Confidence from 0 to 1; 0 for unknown", "0.93"),
        column("method", StringType(), "Method of the strongest evidence", "technique", (*_METHODS, "none")),
        column("evidence", ArrayType(EVIDENCE), "The words it rests on: the five strongest at most"),
    ]
)
PRIVACY_FLAG = StructType(
    [
        column("flag", StringType(), "The sign", "patient_photograph", tuple(PRIVACY_FLAGS)),
        column("text", StringType(), "The words of the caption that raise it", "Photograph of the patient"),
        column("start", IntegerType(), "First code point of these words in caption", "0"),
        column("end", IntegerType(), "End of the words, exclusive", "25"),
    ]
)
TERM = StructType(
    [
        column("answer", StringType(), "yes, no or unknown", "yes", get_args(Answer)),
        column(
            "evidence",
            StringType(),
            "Text that the answer was read from; null if nothing says anything",
            "https://creativecommons.org/licenses/by/4.0/",
        ),
        column("origin", StringType(), "Where that text stands", "article_licence", get_args(Origin)),
    ]
)
RIGHTS = StructType(
    [
        *(column(term, TERM, f"Whether {meaning}") for term, meaning in TERMS.items()),
        column("licence_code", StringType(), "Licence that the terms follow; null if none", "CC-BY-4.0"),
        column(
            "licence_url",
            StringType(),
            "Its URL as stated",
            "https://creativecommons.org/licenses/by/4.0/",
        ),
        column(
            "has_own_rights", BooleanType(), "True if the terms are the figure's, not the article's", "false"
        ),
        column(
            "withheld",
            StringType(),
            "Rule by which parts stay in the lake; null if all may leave it",
            "no_derivatives",
            tuple(WITHHOLDING_RULES),
        ),
    ]
)
