"""raw_articles: one row for each file of a source, landed once, parsed many times."""

from pyspark.sql.types import (
    ArrayType,
    BinaryType,
    BooleanType,
    IntegerType,
    LongType,
    StringType,
    StructField,
    StructType,
    TimestampType,
)

from medconcept.tables.table import Table, column

# What PMC says of an article version, beside what its XML says.
METADATA = StructType(
    [
        StructField("pmcid", StringType()),
        StructField("version", IntegerType()),
        StructField("pmid", StringType()),
        StructField("doi", StringType()),
        StructField("mid", StringType()),
        StructField("title", StringType()),
        StructField("citation", StringType()),
        StructField("is_pmc_openaccess", BooleanType()),
        StructField("is_manuscript", BooleanType()),
        StructField("is_historical_ocr", BooleanType()),
        StructField("is_retracted", BooleanType()),
        StructField("licence_code", StringType()),
        StructField("licence_group", StringType()),
        StructField("pdf_url", StringType()),
        StructField("text_url", StringType()),
        StructField("media_urls", ArrayType(StringType())),
    ]
)

RAW_ARTICLES = Table(
    name="raw_articles",
    comment="One row for each article file of each source; exact duplicates share one copy of the bytes",
    key=("source", "source_key"),
    scope=("source", "source_key"),
    not_compared=("content", "etag", "fetched_at"),
    columns=(
        column("source", StringType(), "Name of the source that the file came from"),
        column("source_key", StringType(), "Path of the file relative to the root of its source"),
        column("size", LongType(), "Bytes of the file"),
        column("source_sha256", StringType(), "SHA-256 of the file; null where it was over the size limit"),
        column(
            "duplicate_of", StringType(), "source/source_key of the file with the same bytes that holds them"
        ),
        column("content", BinaryType(), "The bytes; null for exact duplicates and files over the size limit"),
        column("etag", StringType(), "Size and modification time at the source, to see cheaply what changed"),
        column(
            "md5", StringType(), "MD5 of the file as its source states it, verified; null where it does not"
        ),
        column(
            "left_out",
            StringType(),
            "Why the bytes were not fetched: licence, manuscript, historical_ocr, no_xml",
        ),
        column("metadata", METADATA, "What PMC's JSON says of this version; null for a file of a folder"),
        column("metadata_etag", StringType(), "ETag of that JSON in the inventory that this row answers to"),
        column("fetched_at", TimestampType(), "When the bytes or the metadata were last fetched, UTC"),
    ),
)
