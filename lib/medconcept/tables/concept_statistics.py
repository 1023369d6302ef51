"""concept_statistics: how often captions name each concept, counted once and then pinned."""

from pyspark.sql.types import LongType, StringType

from medconcept.tables.table import Table, column

CONCEPT_STATISTICS = Table(
    name="concept_statistics",
    comment="One row for each concept that captions named when count_concepts last ran; it alone writes here",
    key=("concept_id",),
    columns=(
        column("concept_id", StringType(), "The concept, see concepts"),
        column("captions", LongType(), "Captions that name it"),
        column("captions_in_all", LongType(), "Captions that were counted, the same in every row"),
    ),
)
