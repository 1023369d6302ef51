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
        column("preferred_name", StringType(), "Name of the concept in its most preferred source"),
        column(
            "semantic_types", ArrayType(StringType()), "disease, phenotype, anatomy, cell, chemical, gene, …"
        ),
        column("definition", StringType(), "Definition in the most preferred source that has one"),
        column("sources", ArrayType(StringType()), "Names of the sources that know the concept, sorted"),
        column("source_ids", ArrayType(StringType()), "Their ids of it, sorted"),
        column("xrefs", ArrayType(StringType()), "Cross-references of all of them, sorted"),
    ),
)

CONCEPT_NAMES = Table(
    name="concept_names",
    comment="One row for each name of each term of each source",
    key=("source", "source_id", "name"),
    columns=(
        column("concept_id", StringType(), "The concept that the name stands for, see concepts"),
        column("source", StringType(), "Terminology that has the name"),
        column("source_id", StringType(), "Id of the term there"),
        column("name", StringType(), "The name as the source writes it, NFC"),
        column("is_preferred", BooleanType(), "True for the term's preferred name"),
        column("source_rank", IntegerType(), "Order of preference of the source, 0 first"),
        column("match_key", StringType(), "What the matcher looks up; null where the name is never matched"),
        column("licence", StringType(), "Licence of the source"),
        column("source_version", StringType(), "Version of the source"),
    ),
)
