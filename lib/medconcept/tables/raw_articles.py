"""raw_articles: one row for each file of a source, landed once, parsed many times."""

from pyspark.sql.types import BinaryType, LongType, StringType

from medconcept.tables.table import Table, column

RAW_ARTICLES = Table(
    name="raw_articles",
    comment="One row for each article file of each source; exact duplicates share one copy of the bytes",
    key=("source", "source_key"),
    not_compared=("content", "etag"),
    columns=(
        column("source", StringType(), "Name of the source that the file came from"),
        column("source_key", StringType(), "Path of the file relative to the root of its source"),
        column("size", LongType(), "Bytes of the file"),
        column(
            "source_sha256", StringType(), "SHA-256 of the file; null where the file was over the size limit"
        ),
        column(
            "duplicate_of", StringType(), "source/source_key of the file with the same bytes that holds them"
        ),
        column("content", BinaryType(), "The bytes; null for exact duplicates and files over the size limit"),
        column("etag", StringType(), "Size and modification time at the source, to see cheaply what changed"),
    ),
)
