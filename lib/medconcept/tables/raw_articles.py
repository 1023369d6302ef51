"""raw_articles: one row for each file of a source, landed once, parsed many times."""

from typing import get_args

from pyspark.sql.types import (
    ArrayType,
    BinaryType,
    BooleanType,
    IntegerType,
    LongType,
    StringType,
    StructType,
    TimestampType,
)

from medconcept.jats.records.article_parts import LicenceGroup
from medconcept.tables.column import column
from medconcept.tables.table import Table

# What PMC states about an article version, in addition to its XML.
METADATA = StructType(
    [
        column("pmcid", StringType(), "PMC id with prefix", "PMC13900"),
        column("version", IntegerType(), "Version of the article in PMC", "1"),
        column("pmid", StringType(), "PubMed id, digits", "11250746"),
        column("doi", StringType(), "DOI as PMC writes it", "10.1371/journal.pbio.0020188"),
        column("mid", StringType(), "Id of the author manuscript", "NIHMS123456"),
        column("title", StringType(), "Title of the article", "Taking the Stem Cell Debate to the Public"),
        column("citation", StringType(), "Citation as text", "PLoS Biol. 2004; 2(6):e188"),
        column("is_pmc_openaccess", BooleanType(), "True if in PMC's open-access subset", "true"),
        column("is_manuscript", BooleanType(), "True for an author manuscript", "false"),
        column("is_historical_ocr", BooleanType(), "True if the text was read from scanned pages", "false"),
        column("is_retracted", BooleanType(), "True if the article is retracted", "false"),
        column("licence_code", StringType(), "PMC's licence code", "CC BY"),
        column("licence_group", StringType(), "Group of that code", "commercial", get_args(LicenceGroup)),
        column("pdf_url", StringType(), "Address of the PDF", "s3://…/PMC13900.1/PMC13900.1.pdf?md5=…"),
        column(
            "text_url", StringType(), "Address of the plain text", "s3://…/PMC13900.1/PMC13900.1.txt?md5=…"
        ),
        column(
            "media_urls",
            ArrayType(StringType()),
            "Addresses of the media files",
            '["s3://…/bcr-3-1-055-1.jpg?md5=…"]',
        ),
    ]
)

# Fields of METADATA that an article which opted out does not keep.
OF_CONTENT = ("mid", "title", "citation", "pdf_url", "text_url", "media_urls")

RAW_ARTICLES = Table(
    name="raw_articles",
    comment="One row for each article file of each source; exact duplicates share one copy of the bytes",
    key=("source", "source_key"),
    scope=("source", "source_key"),
    not_compared=("content", "etag", "fetched_at"),
    columns=(
        column("source", StringType(), "Name of the source that the file came from", "pmc"),
        column(
            "source_key",
            StringType(),
            "Path of the file relative to the root of its source",
            "PMC13900.1/PMC13900.1.xml",
        ),
        column("size", LongType(), "Size of the file in bytes", "128555"),
        column(
            "source_sha256",
            StringType(),
            "SHA-256 of the file; null if it was over the size limit",
            "0033df07cb8b…",
        ),
        column(
            "duplicate_of",
            StringType(),
            "source/source_key of the file with the same bytes that holds them; null if this file does",
            "plos/journal.pcbi.1004079.xml",
        ),
        column(
            "content",
            BinaryType(),
            "The bytes; null for exact duplicates and files over the size limit",
            '<?xml version="1.0"?> …',
        ),
        column(
            "etag",
            StringType(),
            "Size and modification time at the source, of the sidecar too; a cheap check for changes",
            "128555-1795981776465000",
        ),
        column(
            "md5",
            StringType(),
            "MD5 of the file as its source states it, verified; null if it states none",
            "9e107d9d372bb6826bd81d3542a419d6",
        ),
        column(
            "left_out",
            StringType(),
            "Why the bytes were not fetched, or are not kept; null if they are",
            "licence",
            values=("licence", "manuscript", "historical_ocr", "no_xml", "opted_out"),
        ),
        column(
            "metadata",
            METADATA,
            "What PMC's JSON says about this version; null for a file of a folder, but for the ids of one "
            "that is opted_out",
        ),
        column(
            "metadata_etag",
            StringType(),
            "ETag of that JSON in the inventory from which this row was made",
            "d41d8cd98f00b204e9800998ecf8427e",
        ),
        column(
            "fetched_at",
            TimestampType(),
            "When the bytes or the metadata were last fetched, UTC",
            "2026-11-29T19:52:09.480Z",
        ),
        # At the end: that is where ADD COLUMNS puts it in a table of an older format.
        column(
            "sidecar",
            StringType(),
            "What the file `<name>.metadata.json` next to the article states, see docs/sync.md; null without",
            '{"licence": "CC BY 4.0"}',
        ),
    ),
)
