"""concept_statistics: how often captions name each concept, counted once and then pinned."""

from pyspark.sql.types import LongType, StringType

from medconcept.tables.column import column
from medconcept.tables.table import Table

CONCEPT_STATISTICS = Table(
    name="concept_statistics",
    comment="One row for each concept that captions named when count_concepts, its only writer, last ran",
    key=("concept_id",),
    columns=(
        column("concept_id", StringType(), "The concept, see concepts", "C0006826"),
        column("captions", LongType(), "Captions with a mention of it", "41"),
        column("captions_in_all", LongType(), "Captions counted, the same in every row", "683"),
    ),
)
