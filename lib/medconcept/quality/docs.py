"""Data Docs: each verdict as an HTML page in the lake, and an index of them.

The pages are our own: those of GX's renderer need fonts, styles and scripts of four hosts, show no number for
what passed, and print values of the data as HTML. These need nothing else, and no script runs in them.
"""

from __future__ import annotations

import html
import json
import re
from datetime import datetime
from importlib import resources
from typing import Any

from medconcept.errors import LakeError
from medconcept.quality.gate import Verdict, observed_count, severity_of
from medconcept.runtime.control_characters import shown_in_page, visible
from medconcept.spark.hadoop_files import HadoopFiles

DOCS = "_docs"
LISTED = 200  # the newest runs, which the index lists; the pages of older runs are kept
# Nothing is loaded from anywhere, and nothing in the page is run.
POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'"
STYLE = """body{font:15px system-ui,sans-serif;margin:2rem;color:#1b2733}table{border-collapse:collapse}
td,th{padding:.4rem .9rem;border-bottom:1px solid #dde3e8;text-align:left;vertical-align:top}
code{font:13px ui-monospace,monospace;overflow-wrap:anywhere}
.failed td:first-child{color:#a3231f;font-weight:600}.passed td:first-child{color:#2b6e3f}"""
_RUN = re.compile(r"\d{8}T\d{6}-[0-9a-f]{8}")
_CELL = 300  # characters of a value of the data


def write_docs(files: HadoopFiles, run_id: str, job: str, at: datetime, verdicts: list[Verdict]) -> str:
    """Render the verdicts of a run and add them to the index; returns the index's URI.

    Pages are rendered in memory and written through the Hadoop file system: no disk of the driver is used.
    """
    for verdict in verdicts:
        page = render(verdict, run_id, job, at)
        files.write(f"{DOCS}/{run_id}/{verdict.table}.html", page.encode("utf-8"))
    rows = "".join(
        f"<tr><td>{at:%Y-%m-%d %H:%M:%S}</td><td>{html.escape(job)}</td>"
        f'<td><a href="{run_id}/{v.table}.html">{v.table}</a></td><td>{v.rows:,}</td>'
        f"<td>{'failed' if v.failures else 'passed'}</td></tr>\n"
        for v in verdicts
    )
    entry = f"{DOCS}/{run_id}/index.part"
    files.write(entry, rows.encode("utf-8"))
    runs = [name for name in files.list(DOCS) if _RUN.fullmatch(name)][-LISTED:]
    page = _INDEX.replace("ROWS", "".join(_rows_of(files, run) for run in reversed(runs)))
    files.write(f"{DOCS}/index.html", page.encode("utf-8"))
    return files.uri(f"{DOCS}/index.html")


def _rows_of(files: HadoopFiles, run_id: str) -> str:
    """The rows of a run in the index; of one that was killed while it wrote them, a row that says so."""
    try:
        return files.read(f"{DOCS}/{run_id}/index.part").decode("utf-8")
    except (LakeError, ValueError):
        return f'<tr><td colspan="5">{run_id}: ended while it wrote its pages</td></tr>\n'


def render(verdict: Verdict, run_id: str, job: str, at: datetime) -> str:
    """The page of a verdict; every value is escaped, since file names and captions come from outside."""
    import great_expectations
    import jinja2

    template = resources.files("medconcept.quality").joinpath("verdict.html.j2").read_text(encoding="utf-8")
    environment = jinja2.Environment(
        autoescape=True, trim_blocks=True, lstrip_blocks=True, finalize=shown_in_page
    )
    page: str = environment.from_string(template).render(
        policy=POLICY,
        style=STYLE,
        table=verdict.table,
        verdict="failed" if verdict.failures else "passed",
        run_id=run_id,
        job=job,
        at=f"{at:%Y-%m-%d %H:%M:%S}",
        rows=f"{verdict.rows:,}",
        version=great_expectations.__version__,
        items=[_item(item, verdict.rows) for item in verdict.result.results],
    )
    return page


def _item(item: Any, rows: int) -> dict[str, Any]:
    config = item.expectation_config
    kwargs = {k: v for k, v in config.kwargs.items() if k not in ("batch_id", "counted", "result_format")}
    columns = kwargs.pop("column", None) or ", ".join(kwargs.pop("column_list", ())) or "the batch"
    what = kwargs.pop("description", None) or (config.meta or {}).get("name") or config.type
    count = observed_count(item)
    value = item.result.get("observed_value")
    observed = value if count is None else f"{count:,} of {rows:,} rows unexpected"
    return {
        "status": "passed" if item.success else "failed",
        "what": what if what == config.type else f"{what} ({config.type})",
        "of": columns,
        "limits": ", ".join(f"{name}: {json.dumps(value, default=str)}" for name, value in kwargs.items()),
        "severity": severity_of(item),
        "observed": observed,
        "examples": [
            visible(str(value))[:_CELL] for value in (item.result.get("partial_unexpected_list") or ())
        ],
    }


_INDEX = f"""<!doctype html><html lang="en"><head><meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{POLICY}"><title>medconcept Data Docs</title>
<style>{STYLE}</style></head><body>
<h1>Data Docs</h1><p>Every staged batch that was judged by a Great Expectations suite.</p>
<table><tr><th>Run (UTC)</th><th>Job</th><th>Table</th><th>Rows judged</th><th>Verdict</th></tr>
ROWS</table></body></html>
"""
