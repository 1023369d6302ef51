"""articles: one row for each version of each article."""

from pyspark.sql.types import ArrayType, BooleanType, IntegerType, StringType

from medconcept.jats.records.article_parts import (
    Abbreviation,
    Abstract,
    Affiliation,
    ArticleDate,
    Author,
    Award,
    Count,
    Journal,
    KeywordGroup,
    LanguageText,
    RelatedArticle,
    Subject,
)
from medconcept.jats.records.figure import Figure
from medconcept.tables.nested import list_of, struct_of
from medconcept.tables.table import Table, column

_TEXT = StringType()

ARTICLES = Table(
    name="articles",
    comment="One row for each parsed version of an article; is_current marks the one that figures come from",
    key=("article_key", "article_version"),
    scope=("article_key",),
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
        column("manuscript_id", _TEXT, "Id of the author manuscript, NIHMS… or EMS…"),
        column("title", StringType(), "Article title, plain text"),
        column("title_markup", _TEXT, "Title with sup, sub, italic and bold as inline markup"),
        column("subtitle", _TEXT, "Subtitle"),
        column("translated_titles", list_of(LanguageText), "Titles in other languages"),
        column("abstract", _TEXT, "Abstract, plain text"),
        column("abstract_markup", _TEXT, "Abstract with inline markup"),
        column("other_abstracts", list_of(Abstract), "Graphical, plain-language and translated abstracts"),
        column("journal", StringType(), "Journal title"),
        column("journal_meta", struct_of(Journal), "Journal: abbreviations, ids, ISSNs, publisher"),
        column("volume", _TEXT, "Volume"),
        column("issue", _TEXT, "Issue"),
        column("first_page", _TEXT, "First page"),
        column("last_page", _TEXT, "Last page"),
        column("page_range", _TEXT, "Pages where they are not one run"),
        column("elocation_id", _TEXT, "Electronic location id"),
        column("article_type", StringType(), "JATS article-type"),
        column("language", StringType(), "xml:lang of the article"),
        column("published", StringType(), "Best publication date, YYYY[-MM[-DD]]"),
        column("published_from", StringType(), "Which JATS date that is"),
        column("dates", list_of(ArticleDate), "Every date in its parts"),
        column("subjects", list_of(Subject), "Subjects with the headings above them"),
        column("keywords", list_of(KeywordGroup), "Keywords by group"),
        column("authors", list_of(Author), "Authors in order, with ORCID and ids of affiliations"),
        column("affiliations", list_of(Affiliation), "Affiliations by the id that authors name"),
        column("awards", list_of(Award), "Grants: who gave them, numbers, recipients"),
        column("funding_statement", _TEXT, "Funding statement"),
        column("latest_date", StringType(), "Latest date stated in the file; orders versions"),
        column("licence_url", StringType(), "Licence URL as stated"),
        column("licence_text", StringType(), "Licence statement, plain text"),
        column("licence_code", StringType(), "Licence code such as CC-BY-4.0; null where unknown"),
        column(
            "licence_group",
            StringType(),
            "commercial, noncommercial or other: the stricter of what file and metadata say",
        ),
        column(
            "pmc_licence_code",
            StringType(),
            "Licence code in PMC's metadata, such as CC BY; null for folders",
        ),
        column("copyright_statement", StringType(), "Copyright statement"),
        column("is_retraction_notice", BooleanType(), "True where the article is itself a retraction notice"),
        column(
            "is_retracted", BooleanType(), "True where file or metadata mark the article itself as retracted"
        ),
        column("retraction_evidence", _TEXT, "What in the file or the metadata says so"),
        column("has_concern", BooleanType(), "True where the file names an expression of concern about it"),
        column("is_manuscript", BooleanType(), "True for an author manuscript; null where no metadata tells"),
        column("media", ArrayType(StringType()), "Files that PMC has beside the XML; null for folders"),
        column("related_articles", list_of(RelatedArticle), "Related works with their relation"),
        column("abbreviations", list_of(Abbreviation), "Short and long forms, listed or defined in the text"),
        column("counts", list_of(Count), "Figures, tables, … as stated and as found"),
        column("image_tables", list_of(Figure), "Tables given as pictures; they are no <fig> elements"),
        column("dialect", _TEXT, "NLM or JATS with its version"),
        column("tag_set", _TEXT, "Archiving, publishing or authoring"),
        column("wrapper", _TEXT, "What the article was wrapped in: pmc-articleset, OAI-PMH"),
        column("dtd_version", StringType(), "dtd-version attribute"),
        column("warnings", ArrayType(StringType()), "Recoverable flaws found while parsing, 'code: detail'"),
        column("figure_count", IntegerType(), "Number of <fig> elements in the file"),
        column("source", StringType(), "Source of the file, see raw_articles"),
        column("source_key", StringType(), "Path of the file at its source"),
        column("source_sha256", StringType(), "SHA-256 of the file that this row was read from"),
    ),
)
