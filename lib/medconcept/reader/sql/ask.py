"""Ask a lake a query without Spark."""

from __future__ import annotations

import pyarrow as pa

from medconcept.reader.committed import CommittedLake, arrow_schema
from medconcept.reader.layout import Commit
from medconcept.reader.sql.translate import ParsedQuery, translate


def run_sql(
    lake: CommittedLake, query: ParsedQuery, at: Commit | None = None
) -> tuple[pa.Table, tuple[str, ...]]:
    """Run a query over all tables under their names, now or at a commit: the rows, and their columns' names.

    Raises NeedsSpark for a query that DataFusion cannot answer, or may answer differently.
    """
    tables = {name: lake.open(name, at) for name in sorted(query.tables)}
    translated = translate(query, {name: arrow_schema(table) for name, table in tables.items()})
    return lake.query(translated.sql, tables), translated.names
