"""All tables of a lake, by name."""

import sys
from types import ModuleType
from typing import Any

from medconcept.tables.articles import ARTICLES
from medconcept.tables.concept_statistics import CONCEPT_STATISTICS
from medconcept.tables.concepts import CONCEPT_NAMES, CONCEPTS
from medconcept.tables.figures import FIGURES
from medconcept.tables.images import IMAGE_BYTES, IMAGE_GROUPS, IMAGES
from medconcept.tables.ledgers import COMMITS, QUARANTINE, RUNS
from medconcept.tables.mentions import MENTIONS
from medconcept.tables.raw_articles import RAW_ARTICLES
from medconcept.tables.releases import RELEASES
from medconcept.tables.splits import SPLITS
from medconcept.tables.table import Table
from medconcept.tables.triplets import TRIPLETS

TABLES: dict[str, Table] = {
    table.name: table
    for table in (
        RAW_ARTICLES,
        ARTICLES,
        FIGURES,
        IMAGES,
        IMAGE_BYTES,
        IMAGE_GROUPS,
        CONCEPTS,
        CONCEPT_NAMES,
        MENTIONS,
        CONCEPT_STATISTICS,
        SPLITS,
        TRIPLETS,
        RELEASES,
        QUARANTINE,
        RUNS,
        COMMITS,
    )
}
DATA_TABLES = tuple(name for name, table in TABLES.items() if not table.is_ledger)

__all__ = ["DATA_TABLES", "TABLES", "Table"]


class _CallablePackage(ModuleType):
    """This package: an attribute of `medconcept`, it stands where the function medconcept.tables would."""

    def __call__(self, lake: Any) -> list[dict[str, Any]]:
        """What is in a lake: medconcept.reader.read_table.tables."""
        from medconcept.reader.read_table import tables

        return tables(lake)


sys.modules[__name__].__class__ = _CallablePackage
