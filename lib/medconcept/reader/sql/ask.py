"""Ask a lake a query without Spark."""

from __future__ import annotations

import pyarrow as pa
from deltalake import DeltaTable

from medconcept.reader.committed import CommittedLake, arrow_schema
from medconcept.reader.layout import Commit
from medconcept.reader.needs_spark import NeedsSpark
from medconcept.reader.sql.translate import ParsedQuery, translate


def run_sql(
    lake: CommittedLake, query: ParsedQuery, at: Commit | None = None
) -> tuple[pa.Table, tuple[str, ...]]:
    """Run a query over all tables under their names, now or at a commit: the rows, and their columns' names.

    Raises NeedsSpark for a query that DataFusion cannot answer, or may answer differently.
    """
    tables = {name: lake.open(name, at) for name in sorted(query.tables)}
    translated = translate(query, {name: arrow_schema(table) for name, table in tables.items()})
    if query.has_limit and _scans_no_column(lake, translated.sql, tables):
        raise NeedsSpark("a limit over rows of which no column is read")
    return lake.query(translated.sql, tables), translated.names


def _scans_no_column(lake: CommittedLake, sql: str, tables: dict[str, DeltaTable]) -> bool:
    """Whether Delta's library takes rows from its log alone: there it forgets a limit (1.6.6)."""
    plans = lake.plan(sql, tables)
    return any("DeltaScanMetaExec" in plan for plan in plans)
