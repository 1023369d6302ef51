"""Expressions of a query in DataFusion's SQL: those that mean the same in both engines, with their kinds."""

from __future__ import annotations

from medconcept.reader.sql import aggregates, arithmetic, comparisons, nested, values
from medconcept.reader.sql.writing import WRITERS, Written, quoted_name, write

for part in (values, comparisons, arithmetic, nested, aggregates):
    WRITERS.update(part.WRITERS)
ordered = aggregates.ordered

__all__ = ["Written", "ordered", "quoted_name", "write"]
