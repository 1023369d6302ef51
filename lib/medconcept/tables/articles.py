"""articles: one row for each version of each article."""

from pyspark.sql.types import ArrayType, BooleanType, IntegerType, StringType

from medconcept.tables.table import Table, column

ARTICLES = Table(
    name="articles",
    comment="One row for each parsed version of an article; is_current marks the one that figures come from",
    key=("article_key", "article_version"),
    columns=(
        column(
            "article_key", StringType(), "PMC<digits>, else doi:<doi>; names the work, outlives its versions"
        ),
        column("article_version", IntegerType(), "PMC's version number, else counted by date and content"),
        column("is_current", BooleanType(), "True for the latest version of the work"),
        column("aliases", ArrayType(StringType()), "Other keys under which the work was met, sorted"),
        column("pmcid", StringType(), "PMC id with prefix, PMC123"),
        column("pmc_version", IntegerType(), "Version stated in the file"),
        column("pmid", StringType(), "PubMed id, digits"),
        column("doi", StringType(), "DOI in lower case"),
        column("publisher_id", StringType(), "The publisher's own id"),
        column("title", StringType(), "Article title, plain text"),
        column("journal", StringType(), "Journal title"),
        column("article_type", StringType(), "JATS article-type"),
        column("language", StringType(), "xml:lang of the article"),
        column("published", StringType(), "Best publication date, YYYY[-MM[-DD]]"),
        column("published_from", StringType(), "Which JATS date that is"),
        column("latest_date", StringType(), "Latest date stated in the file; orders versions"),
        column("licence_url", StringType(), "Licence URL as stated"),
        column("licence_text", StringType(), "Licence statement, plain text"),
        column("licence_code", StringType(), "Licence code such as CC-BY-4.0; null where unknown"),
        column("licence_group", StringType(), "PMC's group: commercial, noncommercial or other"),
        column("copyright_statement", StringType(), "Copyright statement"),
        column("is_retraction_notice", BooleanType(), "True where the article is itself a retraction notice"),
        column("dtd_version", StringType(), "dtd-version attribute"),
        column("warnings", ArrayType(StringType()), "Recoverable flaws found while parsing, 'code: detail'"),
        column("figure_count", IntegerType(), "Number of <fig> elements in the file"),
        column("source", StringType(), "Source of the file, see raw_articles"),
        column("source_key", StringType(), "Path of the file at its source"),
        column("source_sha256", StringType(), "SHA-256 of the file that this row was read from"),
    ),
)
