"""concepts and concept_names: the dictionary, versioned like everything else."""

from pyspark.sql.types import ArrayType, BooleanType, IntegerType, StringType

from medconcept.tables.column import column
from medconcept.tables.table import Table
from medconcept.terminologies.term import SCOPES

CONCEPTS = Table(
    name="concepts",
    comment="One row for each concept, terms of several sources merged by UMLS cross-reference",
    key=("concept_id",),
    columns=(
        column(
            "concept_id",
            StringType(),
            "UMLS CUI if a cross-reference leads to one, else the source's own id",
            "C0006826",
        ),
        column(
            "preferred_name",
            StringType(),
            "Name in the most preferred source; null for some obsolete concepts",
            "cancer",
        ),
        column(
            "semantic_types",
            ArrayType(StringType()),
            "disease, anatomy, cell, chemical, gene, …; for the UMLS its semantic types by name",
            '["disease", "phenotype"]',
        ),
        column(
            "semantic_type_ids",
            ArrayType(StringType()),
            "TUIs of the UMLS semantic types; empty for other sources",
            '["T191"]',
        ),
        column(
            "semantic_groups",
            ArrayType(StringType()),
            "UMLS semantic groups of those types: DISO, ANAT, …",
            '["DISO"]',
        ),
        column(
            "definition",
            StringType(),
            "Definition in the most preferred source that has one",
            "A disease of cellular proliferation that is malignant and primary …",
        ),
        column(
            "sources", ArrayType(StringType()), "Sources that have the concept, sorted", '["DOID", "MONDO"]'
        ),
        column(
            "source_ids",
            ArrayType(StringType()),
            "Ids of the concept in them, sorted",
            '["DOID:162", "MONDO:0004992"]',
        ),
        column(
            "xrefs",
            ArrayType(StringType()),
            "Cross-references of all of them, sorted",
            '["MESH:D009369", "NCIT:C9305"]',
        ),
        column(
            "obsolete",
            BooleanType(),
            "True if no source uses it any more; such a concept is never matched",
            "false",
        ),
        column(
            "replaced_by",
            StringType(),
            "concept_id to use instead of an obsolete one; null if unknown",
            "MONDO:0004992",
        ),
        column(
            "restriction_level",
            IntegerType(),
            "UMLS restriction category (MRSAB.SRL), the higher of preferred_name's and definition's source",
            "0",
        ),
    ),
)

CONCEPT_NAMES = Table(
    name="concept_names",
    comment="One row for each name of each term of each source",
    key=("source", "source_id", "name", "concept_id"),
    columns=(
        column("concept_id", StringType(), "The concept that has the name, see concepts", "C0006826"),
        column("source", StringType(), "Terminology that has the name; for the UMLS its SAB", "MONDO"),
        column("source_id", StringType(), "Id of the term there", "MONDO:0004992"),
        column("name", StringType(), "The name as the source writes it, NFC", "malignant neoplasm"),
        column("is_preferred", BooleanType(), "True for the term's preferred name", "false"),
        column("scope", StringType(), "Relation of the name to the concept", "exact", values=SCOPES),
        column(
            "term_type",
            StringType(),
            "Type of the name in its source, such as TTY of the UMLS; null if the source has none",
            "PT",
        ),
        column("language", StringType(), "ISO 639-1", "en"),
        column("source_rank", IntegerType(), "Order of preference of the source, 0 first", "2"),
        column(
            "term_rank",
            IntegerType(),
            "Order of preference within the source, 0 first; by MRRANK for the UMLS",
            "1",
        ),
        column("normalised", StringType(), "NFC, case-folded, white space collapsed", "malignant neoplasm"),
        column(
            "ambiguity", IntegerType(), "Number of concepts that have a name with this normalised form", "1"
        ),
        column(
            "flags",
            ArrayType(StringType()),
            "Why or how the name is matched or not",
            '["case_sensitive"]',
            values=(
                "bad_character",
                "case_sensitive",
                "function_word",
                "no_letter",
                "obsolete",
                "too_long",
                "too_short",
            ),
        ),
        column(
            "match_key",
            StringType(),
            "Key that the matcher looks up: \\u0001 + folded name or \\u0002 + name; null if never matched",
            "\\u0001malignant neoplasm",
        ),
        column("licence", StringType(), "Licence of the source", "CC-BY-4.0"),
        column(
            "restriction_level", IntegerType(), "UMLS restriction category (MRSAB.SRL) of the source", "0"
        ),
        column("source_version", StringType(), "Version of the source", "2024-07-23"),
    ),
)
