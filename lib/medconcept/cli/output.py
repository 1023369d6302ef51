"""What commands print: results on standard output, progress on standard error."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, cast

from medconcept.runtime.control_characters import escape_json, visible

if TYPE_CHECKING:
    from medconcept.lake.lake import Lake

CELL_WIDTH = 80


def print_rows(rows: list[dict[str, Any]], as_json: bool) -> None:
    """Print rows as a JSON list, or as a table whose cells are cut at CELL_WIDTH characters."""
    if as_json:
        print(as_json_text(rows))
        return
    if not rows:
        print("(no rows)")
        return
    columns = list(rows[0])
    cells = [[_cell(row.get(c)) for c in columns] for row in rows]
    columns = [_cell(name) for name in columns]
    widths = [max(len(c), *(len(r[n]) for r in cells)) for n, c in enumerate(columns)]
    for line in [columns, ["-" * w for w in widths], *cells]:
        print("  ".join(value.ljust(width) for value, width in zip(line, widths, strict=True)).rstrip())


def as_json_text(value: Any) -> str:
    """A value as JSON, its text readable, but for control characters, which JSON writes as escapes.

    >>> as_json_text("α\\u202e\\x1b")
    '"α\\\\u202e\\\\u001b"'
    """
    return escape_json(json.dumps(value, ensure_ascii=False))


def print_text(text: str) -> None:
    """Print text that may have come from outside: its control characters are shown, not acted on."""
    print(visible(text, keep_lines=True))


def _cell(value: object) -> str:
    text = "" if value is None else value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    text = visible(text)
    return text if len(text) <= CELL_WIDTH else text[: CELL_WIDTH - 1] + "…"


def progress_printer(lake: Lake, *, as_json: bool) -> Callable[[str], None]:
    """A function that prints a line with the time of day on standard error."""
    if as_json and "PYSPARK_GATEWAY_PORT" in os.environ:
        # spark-submit sends a Python driver's standard error to its own standard output; not the JVM's.
        err = cast(Any, lake.spark._jvm).java.lang.System.err
        return lambda line: err.println(_timed(visible(line)))
    from medconcept.spark.progress import print_line

    return lambda line: print_line(_timed(visible(line)))


def _timed(line: str) -> str:
    return f"{time.strftime('%H:%M:%S')} {line}"
