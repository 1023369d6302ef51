"""mentions: one row for each place of a caption where a concept is named."""

from pyspark.sql.types import ArrayType, DoubleType, IntegerType, StringType, StructField, StructType

from medconcept.tables.table import Table, column

SPAN = StructType([StructField("start", IntegerType()), StructField("end", IntegerType())])

MENTIONS = Table(
    name="mentions",
    comment="One row for each place of a caption where a dictionary name stands",
    key=("mention_key",),
    not_compared=("dictionary_sha256",),
    columns=(
        column("mention_key", StringType(), "<figure_key>@<start>-<end>"),
        column("figure_key", StringType(), "The figure whose caption it is"),
        column("article_key", StringType(), "The article of that figure"),
        column("sentence", IntegerType(), "0-based sentence of the caption, by Spark NLP"),
        column("spans", ArrayType(SPAN), "Unicode code points of figures.caption, end exclusive"),
        column("text", StringType(), "The pieces of the caption under the spans, joined by a space"),
        column("concept_id", StringType(), "The concept chosen, see concepts"),
        column("name", StringType(), "The dictionary name that matched"),
        column("source", StringType(), "Terminology of that name"),
        column("source_id", StringType(), "Id of the term there"),
        column("similarity", DoubleType(), "1.0 for an exact name"),
        column("method", StringType(), "How the name was found: exact or case_folded"),
        column("alternatives", ArrayType(StringType()), "Other concepts with the same name, sorted"),
        column(
            "dictionary_sha256", StringType(), "Compiled dictionary that was applied when the row was written"
        ),
    ),
)
