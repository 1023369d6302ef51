"""triplets: one row for each training example."""

from pyspark.sql.types import (
    ArrayType,
    BooleanType,
    DoubleType,
    IntegerType,
    StringType,
    StructField,
    StructType,
)

from medconcept.tables.mentions import SPAN
from medconcept.tables.table import Table, column

TRIPLET_CONCEPT = StructType(
    [
        StructField("concept_id", StringType()),
        StructField("preferred_name", StringType()),
        StructField("semantic_types", ArrayType(StringType())),
        StructField("spans", ArrayType(SPAN)),
        StructField("text", StringType()),
        StructField("source", StringType()),
        StructField("source_id", StringType()),
        StructField("similarity", DoubleType()),
        StructField("method", StringType()),
        StructField("panels", ArrayType(StringType())),
        StructField("flags", ArrayType(StringType())),
        # At the end: that is where ADD COLUMNS puts them in a table of an older format.
        StructField("centrality", DoubleType()),
        StructField("centrality_method", StringType()),
    ]
)

TRIPLETS = Table(
    name="triplets",
    comment="One row for each graphic of each figure that has a caption with at least one concept",
    key=("triplet_key",),
    scope=("article_key",),
    columns=(
        column("triplet_key", StringType(), "<figure_key>/<0-based number of the graphic>"),
        column("figure_key", StringType(), "The figure"),
        column("article_key", StringType(), "The article"),
        column("article_version", IntegerType(), "Version of the article"),
        column("graphic_href", StringType(), "Graphic as named in the article"),
        column("image_status", StringType(), "Why there is no image, or 'resolved'"),
        column("caption", StringType(), "The caption that spans index"),
        column(
            "concepts",
            ArrayType(TRIPLET_CONCEPT),
            "Concepts of the caption in the order of their spans, see mentions",
        ),
        column("concept_ids", ArrayType(StringType()), "Distinct concept ids, sorted"),
        column("label", StringType(), "Figure label"),
        column("pmcid", StringType(), "PMC id"),
        column("pmid", StringType(), "PubMed id"),
        column("doi", StringType(), "DOI"),
        column("title", StringType(), "Article title"),
        column("journal", StringType(), "Journal"),
        column("published", StringType(), "Publication date"),
        column("licence_code", StringType(), "Licence of the article"),
        column("licence_group", StringType(), "commercial, noncommercial or other"),
        column("licence_url", StringType(), "Licence URL"),
        column("is_retracted", BooleanType(), "True where the article has been retracted"),
        column("has_concern", BooleanType(), "True where an expression of concern is out about the article"),
        column("is_retraction_notice", BooleanType(), "True where the article is a retraction notice"),
        column("source_sha256", StringType(), "SHA-256 of the article file"),
    ),
)
