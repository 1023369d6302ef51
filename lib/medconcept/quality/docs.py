"""Data Docs: each verdict as an HTML page in the lake, and an index of them."""

from __future__ import annotations

import html
import re
from datetime import datetime

from medconcept.quality.gate import Verdict
from medconcept.spark.hadoop_files import HadoopFiles

DOCS = "_docs"
LISTED = 200  # the newest runs, which the index lists; the pages of older runs are kept
_RUN = re.compile(r"\d{8}T\d{6}-[0-9a-f]{8}")


def write_docs(files: HadoopFiles, run_id: str, job: str, at: datetime, verdicts: list[Verdict]) -> str:
    """Render the verdicts of a run with GX's own renderer and add them to the index; returns the index's URI.

    Pages are rendered in memory and written through the Hadoop file system: no disk of the driver is used.
    """
    from great_expectations.render.renderer import ValidationResultsPageRenderer
    from great_expectations.render.view import DefaultJinjaPageView

    for verdict in verdicts:
        content = ValidationResultsPageRenderer(run_info_at_end=True).render(verdict.result)
        page = DefaultJinjaPageView().render(content)
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
    parts = [files.read(f"{DOCS}/{run}/index.part") for run in reversed(runs)]
    page = _INDEX.replace("ROWS", b"".join(parts).decode("utf-8"))
    files.write(f"{DOCS}/index.html", page.encode("utf-8"))
    return files.uri(f"{DOCS}/index.html")


_INDEX = """<!doctype html><html lang="en"><head><meta charset="utf-8"><title>medconcept Data Docs</title>
<style>body{font:15px system-ui;margin:2rem;color:#1b2733}table{border-collapse:collapse}
td,th{padding:.4rem .9rem;border-bottom:1px solid #dde3e8;text-align:left}</style></head><body>
<h1>Data Docs</h1><p>Every staged batch that was judged by a Great Expectations suite.</p>
<table><tr><th>Run (UTC)</th><th>Job</th><th>Table</th><th>Rows judged</th><th>Verdict</th></tr>
ROWS</table></body></html>
"""
