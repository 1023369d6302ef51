"""concepts and concept_names: the dictionary, versioned like everything else."""

from pyspark.sql.types import ArrayType, BooleanType, IntegerType, StringType

from medconcept.tables.table import Table, column

CONCEPTS = Table(
    name="concepts",
    comment="One row for each concept, terms of several sources merged by UMLS cross-reference",
    key=("concept_id",),
    columns=(
        column(
            "concept_id", StringType(), "UMLS CUI where a cross-reference gives one, else the source's own id"
        ),
        column(
            "preferred_name",
            StringType(),
            "Name in the most preferred source; null for some obsolete",
        ),
        column(
            "semantic_types",
            ArrayType(StringType()),
            "disease, phenotype, anatomy, cell, chemical, gene, …; of the UMLS as NLM names them",
        ),
        column("semantic_type_ids", ArrayType(StringType()), "Their TUIs, where the UMLS gives them"),
        column("semantic_groups", ArrayType(StringType()), "UMLS semantic groups of them: DISO, ANAT, …"),
        column("definition", StringType(), "Definition in the most preferred source that has one"),
        column("sources", ArrayType(StringType()), "Names of the sources that know the concept, sorted"),
        column("source_ids", ArrayType(StringType()), "Their ids of it, sorted"),
        column("xrefs", ArrayType(StringType()), "Cross-references of all of them, sorted"),
        column("obsolete", BooleanType(), "True where no source uses it any more; never matched"),
        column("replaced_by", StringType(), "concept_id to use instead of an obsolete one, if known"),
        column(
            "restriction_level",
            IntegerType(),
            "UMLS restriction category (MRSAB.SRL), the higher of preferred_name's and definition's source",
        ),
    ),
)

CONCEPT_NAMES = Table(
    name="concept_names",
    comment="One row for each name of each term of each source",
    key=("source", "source_id", "name", "concept_id"),
    columns=(
        column("concept_id", StringType(), "The concept that the name stands for, see concepts"),
        column("source", StringType(), "Terminology that has the name; of the UMLS its SAB"),
        column("source_id", StringType(), "Id of the term there"),
        column("name", StringType(), "The name as the source writes it, NFC"),
        column("is_preferred", BooleanType(), "True for the term's preferred name"),
        column("scope", StringType(), "exact, narrow, broad or related: what the name is to the concept"),
        column("term_type", StringType(), "Type of the name in its source, such as TTY of the UMLS"),
        column("language", StringType(), "ISO 639-1"),
        column("source_rank", IntegerType(), "Order of preference of the source, 0 first"),
        column("term_rank", IntegerType(), "Order of preference within the source, 0 first; by MRRANK"),
        column("normalised", StringType(), "NFC, case-folded, white space collapsed"),
        column("ambiguity", IntegerType(), "How many concepts have a name of this normalised form"),
        column("flags", ArrayType(StringType()), "Why it is never matched, or how: obsolete, too_short, …"),
        column("match_key", StringType(), "What the matcher looks up; null where the name is never matched"),
        column("licence", StringType(), "Licence of the source"),
        column("restriction_level", IntegerType(), "UMLS restriction category (MRSAB.SRL) of the source"),
        column("source_version", StringType(), "Version of the source"),
    ),
)
