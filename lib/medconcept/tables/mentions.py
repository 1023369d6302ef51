"""mentions: one row for each place of a caption where a concept is named."""

from pyspark.sql.types import ArrayType, DoubleType, IntegerType, StringType, StructType

from medconcept.linking.flags import MENTION_FLAGS
from medconcept.linking.types import METHODS
from medconcept.tables.column import column
from medconcept.tables.table import Table

SPAN = StructType(
    [
        column("start", IntegerType(), "First code point of the caption, 0-based", "818"),
        column("end", IntegerType(), "End, exclusive", "822"),
    ]
)
ALTERNATIVE = StructType(
    [
        column("concept_id", StringType(), "The other concept, see concepts", "MESH:D001415"),
        column("name", StringType(), "Its best matching name", "Back"),
        column("source_id", StringType(), "Id of that name's term in its source", "MESH:D001415"),
        column("similarity", DoubleType(), "Similarity of text and name; 1.0 is an exact name", "1.0"),
    ]
)
CONFIDENCE = column(
    "confidence",
    DoubleType(),
    "Probability that the mention names the concept, from 0 to 1; null where none was computed",
    "0.93",
)
_TEXTS = ArrayType(StringType())
# These describe a concept in its caption, not one place: all mentions of a concept in a figure have the same.
CENTRALITY = ("centrality", "centrality_method")

MENTIONS = Table(
    name="mentions",
    comment="One row for each place of a caption where a concept is named, or an entity was recognised",
    key=("mention_key",),
    scope=("article_key",),
    not_compared=("dictionary_sha256",),
    columns=(
        column(
            "mention_key",
            StringType(),
            "<figure_key>@<start>-<end>, +<start>-<end> for each further span",
            "doi:10.1371/journal.pone.0118342#pone.0118342.g003@818-822",
        ),
        column(
            "figure_key",
            StringType(),
            "The figure whose caption has the mention",
            "doi:10.1371/journal.pone.0118342#pone.0118342.g003",
        ),
        column("article_key", StringType(), "The article of that figure", "doi:10.1371/journal.pone.0118342"),
        column(
            "sentence",
            IntegerType(),
            "0-based sentence of the caption that the mention starts in, by Spark NLP",
            "7",
        ),
        column(
            "first_token",
            IntegerType(),
            "0-based token of the caption that it starts in, by Spark NLP",
            "160",
        ),
        column(
            "last_token", IntegerType(), "0-based token of the caption that it ends in, by Spark NLP", "160"
        ),
        column(
            "spans",
            ArrayType(SPAN),
            "Place in figures.caption; more than one span where the mention is discontinuous",
        ),
        column("text", StringType(), "The pieces of the caption under the spans, joined by a space", "back"),
        column(
            "concept_id",
            StringType(),
            "The linked concept, see concepts; null: recognised, not linked",
            "UBERON:0001137",
        ),
        column("name", StringType(), "The dictionary name that matched; null without a concept", "back"),
        column("source", StringType(), "Terminology of that name; null without a concept", "UBERON"),
        column("source_id", StringType(), "Id of the term there; null without a concept", "UBERON:0001137"),
        column(
            "similarity",
            DoubleType(),
            "Similarity of text and name, from annotate.threshold to 1.0 (exact); null without a concept",
            "1.0",
        ),
        column(
            "method",
            StringType(),
            "How the name was matched; recognised: no name was",
            "case_folded",
            values=METHODS,
        ),
        column(
            "semantic_types",
            _TEXTS,
            "Semantic types of the term, or those compatible with the entity type",
            '["anatomy"]',
        ),
        column(
            "entity",
            StringType(),
            "Entity type that a recogniser assigned to the same span; null if none did",
            "DISEASE",
        ),
        column(
            "panels",
            _TEXTS,
            "Labels of the panel whose part of the caption the mention starts in; empty: all panels",
            '["A"]',
        ),
        column("flags", _TEXTS, "Flags that hold, sorted", '["general", "peripheral"]', values=MENTION_FLAGS),
        column("alternatives", ArrayType(ALTERNATIVE), "The other concepts above the threshold, best first"),
        column("centrality", DoubleType(), "How much the caption is about the concept, from 0 to 1", "0.53"),
        column(
            "centrality_method",
            StringType(),
            "score:<version>, or entailment:<checksum of the model>",
            "score:1",
        ),
        column(
            "dictionary_sha256",
            StringType(),
            "Compiled dictionary in use when the row was written",
            "fdf74f678b6d…",
        ),
        # At the end: that is where ADD COLUMNS puts them in a table of an older format.
        column(
            "restriction_level",
            IntegerType(),
            "UMLS restriction category (MRSAB.SRL) of the source of the name; null without a concept",
            "0",
        ),
        CONFIDENCE,
        column(
            "confidence_evidence",
            StringType(),
            "What moved confidence most, with its weight in log odds; null without confidence",
            "everyday word -2.1",
        ),
    ),
)
