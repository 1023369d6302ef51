"""triplets: one row for each training example."""

from typing import get_args

from pyspark.sql.types import (
    ArrayType,
    BooleanType,
    DoubleType,
    IntegerType,
    StringType,
    StructType,
)

from medconcept.images.formats import RASTER
from medconcept.images.statuses import Status
from medconcept.jats.records.article_parts import LicenceGroup
from medconcept.jats.records.figure import Figure
from medconcept.linking.flags import MENTION_FLAGS
from medconcept.linking.types import METHODS
from medconcept.rights import RESTRICTED_VOCABULARY
from medconcept.tables.column import column
from medconcept.tables.figure_facts import MODALITY, PRIVACY_FLAG, RIGHTS
from medconcept.tables.mentions import CONFIDENCE, SPAN
from medconcept.tables.nested import columns_of
from medconcept.tables.table import Table
from medconcept.triplets.options import SPLITS_OF_DATA

TRIPLET_CONCEPT = StructType(
    [
        column("concept_id", StringType(), "The concept, see concepts", "C0006826"),
        column(
            "preferred_name",
            StringType(),
            "Its preferred name; null if no source has one that may leave the lake",
            "cancer",
        ),
        column("semantic_types", ArrayType(StringType()), "Its semantic types", '["disease", "phenotype"]'),
        column("spans", ArrayType(SPAN), "Place of the mention in caption"),
        column(
            "text", StringType(), "The pieces of the caption under the spans, joined by a space", "Cancer"
        ),
        column("source", StringType(), "Terminology of the name that matched", "MONDO"),
        column("source_id", StringType(), "Id of the term there", "MONDO:0004992"),
        column("similarity", DoubleType(), "Similarity of text and name; 1.0 is an exact name", "1.0"),
        column("method", StringType(), "How the name was matched", "case_folded", METHODS),
        column("panels", ArrayType(StringType()), "Labels of its panel; empty: all panels", '["A"]'),
        column("flags", ArrayType(StringType()), "Flags that hold, sorted", '["general"]', MENTION_FLAGS),
        # At the end: that is where ADD COLUMNS puts them in a table of an older format.
        column("centrality", DoubleType(), "How much the caption is about it, from 0 to 1", "0.53"),
        column(
            "centrality_method",
            StringType(),
            "score:<version>, or entailment:<checksum of the model>",
            "score:1",
        ),
        column(
            "synonyms",
            ArrayType(StringType()),
            "Further exact names that may leave the lake, the best first; null without triplets.synonyms",
            '["malignant tumor"]',
        ),
        column(
            "name_withheld",
            StringType(),
            "Rule by which the preferred name of concepts stays in the lake; null if it does not",
            "restricted_vocabulary",
            (RESTRICTED_VOCABULARY,),
        ),
        column(
            "restriction_level",
            IntegerType(),
            "UMLS restriction category (MRSAB.SRL) of source, 0 for none",
            "0",
        ),
        CONFIDENCE,
        column(
            "semantic_groups",
            ArrayType(StringType()),
            "UMLS semantic groups of the concept: DISO, ANAT, …",
            '["DISO"]',
        ),
    ]
)

TRIPLETS = Table(
    name="triplets",
    comment="One row for each graphic of each figure with a caption that passes triplets.filters",
    key=("triplet_key",),
    scope=("article_key",),
    columns=(
        column(
            "triplet_key",
            StringType(),
            "<figure_key>/<0-based number of the graphic>",
            "doi:10.1371/journal.pone.0118342#pone.0118342.g003/0",
        ),
        column(
            "figure_key",
            StringType(),
            "The figure, see figures",
            "doi:10.1371/journal.pone.0118342#pone.0118342.g003",
        ),
        column("article_key", StringType(), "The article, see articles", "doi:10.1371/journal.pone.0118342"),
        column("article_version", IntegerType(), "Version of the article", "1"),
        column(
            "graphic_href",
            StringType(),
            "Graphic as named in the article",
            "info:doi/10.1371/journal.pone.0118342.g003",
        ),
        column(
            "image_status",
            StringType(),
            "resolved, or why there is no image, see images; not_resolved before resolve_images ran",
            "resolved",
            (*(status.value for status in Status), "not_resolved"),
        ),
        column(
            "caption",
            StringType(),
            "The caption that spans index",
            "Mukherjee S (2010) The Emperor of All Maladies: A Biography of Cancer. …",
        ),
        column(
            "concepts",
            ArrayType(TRIPLET_CONCEPT),
            "Concepts of the caption in the order of their spans, one entry for each mention",
        ),
        column(
            "concept_ids",
            ArrayType(StringType()),
            "Distinct concept ids, sorted",
            '["C0006826", "MESH:D019215"]',
        ),
        column("label", StringType(), "Figure label", "Figure 3"),
        column("pmcid", StringType(), "PMC id", "PMC2790605"),
        column("pmid", StringType(), "PubMed id", "15361938"),
        column("doi", StringType(), "DOI", "10.1371/journal.pone.0118342"),
        column("title", StringType(), "Article title", "Taking the Stem Cell Debate to the Public"),
        column("journal", StringType(), "Journal", "PLoS ONE"),
        column("published", StringType(), "Publication date, YYYY[-MM[-DD]]", "2015-03-04"),
        column("licence_code", StringType(), "Licence code of the article; null if unknown", "CC-BY-4.0"),
        column(
            "licence_group",
            StringType(),
            "The stricter of what the file and PMC's metadata allow",
            "commercial",
            values=get_args(LicenceGroup),
        ),
        column("licence_url", StringType(), "Licence URL", "https://creativecommons.org/licenses/by/4.0/"),
        column("is_retracted", BooleanType(), "True if the article is retracted", "false"),
        column(
            "has_concern",
            BooleanType(),
            "True if an expression of concern about the article is known",
            "false",
        ),
        column("is_retraction_notice", BooleanType(), "True if the article is a retraction notice", "false"),
        column("source_sha256", StringType(), "SHA-256 of the article file", "0033df07cb8b…"),
        # At the end: that is where ADD COLUMNS puts them in a table of an older format.
        column(
            "image_sha256",
            StringType(),
            "SHA-256 of the image, see images and image_bytes; null if it is not resolved",
            "2c26b46b68ff…",
        ),
        column(
            "image_format", StringType(), "Format of the image by its bytes", "jpeg", tuple(sorted(RASTER))
        ),
        column("image_width", IntegerType(), "Width of the upright image in pixels", "600"),
        column("image_height", IntegerType(), "Height of the upright image in pixels", "400"),
        column(
            "image_derived_sha256",
            StringType(),
            "SHA-256 of the training copy, see images; null without one, or where rights.withheld keeps it",
            "fcde2b2edba5…",
        ),
        column("modality", ArrayType(MODALITY), "What the figure shows, the surest first; docs/modality.md"),
        column("modality_version", StringType(), "Version of the definitions and rules of modality", "4"),
        column("privacy_flags", ArrayType(PRIVACY_FLAG), "Signs that the figure may identify a person"),
        column("rights", RIGHTS, "Effective licence terms of the figure; docs/rights.md"),
        column(
            "attribution",
            StringType(),
            "Credit line: figure, authors, title, source, licence, changes",
            "Figure 3 of: Ann Alder. On lamps. J Ex (2020). https://doi.org/10.1/x. CC BY 4.0, …",
        ),
        *columns_of(Figure, "caption_markup", "panels", "section"),
        column(
            "citing_paragraphs",
            ArrayType(StringType()),
            "Plain text of the paragraphs that cite the figure",
            '["As shown in Figure 6 they differed by a deletion of gene 3."]',
        ),
        column("language", StringType(), "xml:lang of the figure, else of the article", "en"),
        column("article_type", StringType(), "JATS article-type of the article", "research-article"),
        column("year", IntegerType(), "Year of published", "2015"),
        column(
            "split",
            StringType(),
            "Split of the data, pinned by the table splits; docs/triplets.md",
            "train",
            values=SPLITS_OF_DATA,
        ),
        column(
            "duplicate_group",
            StringType(),
            "Group of near-duplicate images that the graphic belongs to; null if it is in none",
            "g17",
        ),
    ),
)
