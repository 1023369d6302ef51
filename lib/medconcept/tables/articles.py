"""articles: one row for each version of each article."""

from typing import get_args

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
    LicenceGroup,
    RelatedArticle,
    Subject,
)
from medconcept.jats.records.figure import Figure
from medconcept.tables.column import column
from medconcept.tables.nested import list_of, struct_of
from medconcept.tables.table import Table

_TEXT = StringType()

ARTICLES = Table(
    name="articles",
    comment="One row for each parsed version of an article; is_current marks the one that figures come from",
    key=("article_key", "article_version"),
    scope=("article_key",),
    former_names={"image_tables.citing_paragraphs": "mentions"},
    columns=(
        column(
            "article_key",
            StringType(),
            "PMC<digits>, else doi:<doi>; identifies the work across its versions",
            "doi:10.1371/journal.pbio.0020334",
        ),
        column(
            "article_version", IntegerType(), "PMC's version number, else counted by date and content", "1"
        ),
        column("is_current", BooleanType(), "True for the latest version of the work", "true"),
        column(
            "aliases",
            ArrayType(StringType()),
            "Other keys under which the work was seen, sorted",
            '["doi:10.1371/journal.pbio.0020334"]',
        ),
        column("pmcid", StringType(), "PMC id with prefix, PMC123", "PMC2790605"),
        column("pmc_version", IntegerType(), "Version stated in the file", "1"),
        column("pmid", StringType(), "PubMed id, digits", "15361938"),
        column("doi", StringType(), "DOI in lower case", "10.1371/journal.pbio.0020334"),
        column("publisher_id", StringType(), "The publisher's own id", "04-PLBI-RA-0049R3"),
        column("manuscript_id", _TEXT, "Id of the author manuscript, NIHMS… or EMS…", "NIHMS123456"),
        column(
            "title", StringType(), "Article title, plain text", "Taking the Stem Cell Debate to the Public"
        ),
        column(
            "title_markup",
            _TEXT,
            "Title with sup, sub, italic and bold as inline markup",
            "EGF Signal Propagation during <italic>C. elegans</italic> Vulval Development",
        ),
        column("subtitle", _TEXT, "Subtitle", "A randomised trial"),
        column("translated_titles", list_of(LanguageText), "Titles in other languages"),
        column(
            "abstract",
            _TEXT,
            "Abstract, plain text",
            "During Caenorhabditis elegans vulval development, the anchor cell …",
        ),
        column(
            "abstract_markup",
            _TEXT,
            "Abstract with inline markup",
            "During <italic>Caenorhabditis elegans</italic> vulval development, …",
        ),
        column("other_abstracts", list_of(Abstract), "Graphical, plain-language and translated abstracts"),
        column("journal", StringType(), "Journal title", "PLoS Biology"),
        column("journal_meta", struct_of(Journal), "Journal: abbreviations, ids, ISSNs, publisher"),
        column("volume", _TEXT, "Volume", "2"),
        column("issue", _TEXT, "Issue", "6"),
        column("first_page", _TEXT, "First page", "734"),
        column("last_page", _TEXT, "Last page", "745"),
        column("page_range", _TEXT, "Pages where they are not consecutive", "734–740, 745"),
        column("elocation_id", _TEXT, "Electronic location id", "e188"),
        column("article_type", StringType(), "JATS article-type", "research-article"),
        column("language", StringType(), "xml:lang of the article", "en"),
        column("published", StringType(), "Best publication date, YYYY[-MM[-DD]]", "2004-06-15"),
        column("published_from", StringType(), "Type of the JATS date that published was taken from", "epub"),
        column("dates", list_of(ArticleDate), "Every date, in parts and as ISO date"),
        column("subjects", list_of(Subject), "Subjects with the headings above them"),
        column("keywords", list_of(KeywordGroup), "Keywords by group"),
        column("authors", list_of(Author), "Authors in order, with ORCID and ids of affiliations"),
        column("affiliations", list_of(Affiliation), "Affiliations by the id that authors refer to"),
        column("awards", list_of(Award), "Grants: funders, numbers, recipients"),
        column(
            "funding_statement",
            _TEXT,
            "Funding statement",
            "The authors received no specific funding for this work.",
        ),
        column("latest_date", StringType(), "Latest date stated in the file; orders versions", "2004-06-15"),
        column(
            "licence_url",
            StringType(),
            "Licence URL as stated",
            "https://creativecommons.org/licenses/by/4.0/",
        ),
        column(
            "licence_text",
            StringType(),
            "Licence statement, plain text",
            "This is an open-access article distributed under the terms of …",
        ),
        column("licence_code", StringType(), "Licence code; null if unknown", "CC-BY-4.0"),
        column(
            "licence_group",
            StringType(),
            "The stricter of what the file and PMC's metadata allow",
            "commercial",
            values=get_args(LicenceGroup),
        ),
        column(
            "pmc_licence_code",
            StringType(),
            "Licence code in PMC's metadata; null for articles of a folder",
            "CC BY",
        ),
        column("copyright_statement", StringType(), "Copyright statement", "© 2004 Dutt et al."),
        column("is_retraction_notice", BooleanType(), "True if the article is a retraction notice", "false"),
        column(
            "is_retracted",
            BooleanType(),
            "True if the file, PMC's metadata or a notice in the lake mark the article as retracted",
            "false",
        ),
        column(
            "retraction_evidence",
            _TEXT,
            "What in the file or the metadata marks it as retracted, or the notice",
            "RETRACTED ARTICLE: On the origin of …",
        ),
        column(
            "has_concern",
            BooleanType(),
            "True if the file refers to an expression of concern about it",
            "false",
        ),
        column(
            "is_manuscript",
            BooleanType(),
            "True for an author manuscript; null without PMC's metadata",
            "false",
        ),
        column(
            "media",
            ArrayType(StringType()),
            "Files that PMC has next to the XML; null for articles of a folder",
            '["pbio.0020334.g001.jpg"]',
        ),
        column("related_articles", list_of(RelatedArticle), "Related works with their relation"),
        column("abbreviations", list_of(Abbreviation), "Short and long forms, listed or defined in the text"),
        column("counts", list_of(Count), "Number of figures, tables, …, as stated and as counted"),
        column(
            "image_tables",
            list_of(Figure),
            "Tables given as pictures, which are not <fig> elements; fields as in figures",
        ),
        column("dialect", _TEXT, "NLM or JATS", "JATS"),
        column("tag_set", _TEXT, "Archiving, publishing or authoring", "publishing"),
        column(
            "wrapper",
            _TEXT,
            "Root element that the article was wrapped in, such as pmc-articleset or OAI-PMH; null if none",
            "pmc-articleset",
        ),
        column("dtd_version", StringType(), "dtd-version attribute", "1.1"),
        column(
            "warnings",
            ArrayType(StringType()),
            "Recoverable flaws of the file, 'code: detail'",
            '["no_licence: no licence element"]',
        ),
        column("figure_count", IntegerType(), "Number of <fig> elements in the file", "5"),
        column("source", StringType(), "Source of the file, see raw_articles", "pmc"),
        column("source_key", StringType(), "Path of the file at its source", "PMC13900.1/PMC13900.1.xml"),
        column(
            "source_sha256", StringType(), "SHA-256 of the file that this row was read from", "0033df07cb8b…"
        ),
    ),
)
