"""mentions: one row for each place of a caption where a concept is named."""

from pyspark.sql.types import ArrayType, DoubleType, IntegerType, StringType, StructField, StructType

from medconcept.tables.table import Table, column

SPAN = StructType([StructField("start", IntegerType()), StructField("end", IntegerType())])
ALTERNATIVE = StructType(
    [
        StructField("concept_id", StringType()),
        StructField("name", StringType()),
        StructField("source_id", StringType()),
        StructField("similarity", DoubleType()),
    ]
)
_TEXTS = ArrayType(StringType())
# Of the concept in its caption, not of the place: all mentions of a figure's concept have the same.
CENTRALITY = ("centrality", "centrality_method")

MENTIONS = Table(
    name="mentions",
    comment="One row for each place of a caption where a concept is named, or an entity was recognised",
    key=("mention_key",),
    scope=("article_key",),
    not_compared=("dictionary_sha256",),
    columns=(
        column(
            "mention_key", StringType(), "<figure_key>@<start>-<end>, +<start>-<end> for each further span"
        ),
        column("figure_key", StringType(), "The figure whose caption it is"),
        column("article_key", StringType(), "The article of that figure"),
        column("sentence", IntegerType(), "0-based sentence of the caption that it begins in, by Spark NLP"),
        column("first_token", IntegerType(), "0-based token of the caption that it begins in, by Spark NLP"),
        column("last_token", IntegerType(), "The token that it ends in"),
        column("spans", ArrayType(SPAN), "Unicode code points of figures.caption, end exclusive"),
        column("text", StringType(), "The pieces of the caption under the spans, joined by a space"),
        column("concept_id", StringType(), "The concept chosen, see concepts; null: recognised, not linked"),
        column("name", StringType(), "The dictionary name that matched; null without a concept"),
        column("source", StringType(), "Terminology of that name; null without a concept"),
        column("source_id", StringType(), "Id of the term there; null without a concept"),
        column(
            "similarity",
            DoubleType(),
            "From annotate.threshold to 1.0, which is an exact name; null without a concept",
        ),
        column(
            "method",
            StringType(),
            "How the name was found: exact, case_folded, form, abbreviation, …, tuned; recognised: none was",
        ),
        column("semantic_types", _TEXTS, "Semantic types of the term, or those that fit the entity"),
        column("entity", StringType(), "Type that a recogniser gave the same span; null where none did"),
        column(
            "panels", _TEXTS, "Labels of the panel whose part of the caption it begins in; none: all panels"
        ),
        column(
            "flags",
            _TEXTS,
            "address, frequent, general, negated, peripheral, uncertain: those that hold, sorted",
        ),
        column("alternatives", ArrayType(ALTERNATIVE), "The other concepts above the threshold, best first"),
        column("centrality", DoubleType(), "From 0 to 1: how much the caption is about the concept"),
        column("centrality_method", StringType(), "score:<version>, or entailment:<checksum of the model>"),
        column(
            "dictionary_sha256", StringType(), "Compiled dictionary that was applied when the row was written"
        ),
    ),
)
