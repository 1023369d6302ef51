"""The figures of a card: which years, journals and modalities the rows are of, and how rare concepts are."""

from __future__ import annotations

import io
import warnings
from collections.abc import Iterator, Sequence
from typing import Any

from medconcept.exports.facts import ExportFacts
from medconcept.exports.inside import NONE, most_frequent
from medconcept.runtime.control_characters import visible

FIGURES = {
    "figures/years.png": "Rows by year of publication",
    "figures/journals.png": "Rows by journal",
    "figures/modalities.png": "Rows by modality",
    "figures/concepts.png": "Concepts by the number of rows that name them",
}
"""Their paths, and what they show."""
_SHOWN, _LONGEST = 20, 60  # bars; characters of a label
_INK, _BAR = "#222222", "#3b6ea5"


def figures(facts: ExportFacts) -> Iterator[tuple[str, bytes]]:
    """The path and PNG of each figure that there are counts for; equal counts give equal bytes."""
    inside = facts.inside(facts.main)
    years = dict(inside.get("year", {}))
    unknown = years.pop(NONE, 0)
    counted: dict[str, Sequence[tuple[str, int]]] = {
        "figures/years.png": _years(years) + ([("unknown", unknown)] if unknown else []),
        "figures/journals.png": most_frequent(inside.get("journal", {}), _SHOWN),
        "figures/modalities.png": most_frequent(inside.get("main_modality", {}), _SHOWN),
        "figures/concepts.png": [(f"{bins} rows", n) for bins, n in facts.frequency.by_rows.items()],
    }
    for path, counts in counted.items():
        if counts:
            yield path, bars(FIGURES[path], counts, logarithmic=path == "figures/concepts.png")


def _years(years: dict[str, int]) -> list[tuple[str, int]]:
    """Every year from the first to the last, those without rows too; decades where there are many.

    >>> _years({"2018": 2, "2020": 1})
    [('2018', 2), ('2019', 0), ('2020', 1)]
    """
    numbers = {int(year): count for year, count in years.items()}
    if not numbers:
        return []
    first, last = min(numbers), max(numbers)
    if last - first < 2 * _SHOWN:
        return [(str(year), numbers.get(year, 0)) for year in range(first, last + 1)]
    decades: dict[int, int] = {}
    for year, count in numbers.items():
        decades[year // 10 * 10] = decades.get(year // 10 * 10, 0) + count
    return [(f"{decade}s", decades.get(decade, 0)) for decade in range(min(decades), last + 1, 10)][-_SHOWN:]


def bars(title: str, counts: Sequence[tuple[str, int]], *, logarithmic: bool = False) -> bytes:
    """A chart of horizontal bars as PNG, each with its count; the first is at the top."""
    import matplotlib
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    sink = io.BytesIO()
    with matplotlib.rc_context(), warnings.catch_warnings():
        # What a user has set would change the bytes; a letter that the font lacks is a box, no warning.
        matplotlib.rcdefaults()
        warnings.simplefilter("ignore")
        figure = Figure(figsize=(8, 1.2 + 0.28 * len(counts)), dpi=100, layout="constrained")
        FigureCanvasAgg(figure)
        axes: Any = figure.subplots()
        places = range(len(counts))
        axes.barh(places, [count for _, count in counts], color=_BAR)
        axes.invert_yaxis()
        axes.set_yticks(places)
        labels = [_label(name) for name, _ in counts]
        axes.set_yticklabels(labels, color=_INK, parse_math=False)
        if logarithmic and any(count for _, count in counts):
            axes.set_xscale("log")
        axes.bar_label(axes.containers[0], [f"{count:,}" for _, count in counts], padding=3, color=_INK)
        axes.margins(x=0.15)
        axes.set_title(title, color=_INK, loc="left")
        axes.xaxis.set_major_formatter(lambda value, _: f"{value:,.0f}")
        for side in ("top", "right"):
            axes.spines[side].set_visible(False)
        figure.savefig(sink, format="png", metadata={"Software": None})
    return sink.getvalue()


def _label(name: str) -> str:
    text = visible(" ".join(name.split()))
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"
