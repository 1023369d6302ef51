"""Charts of a release as PNG files: articles, licences, concepts and what was refused or skipped.

Needs matplotlib (`pip install medconcept[notebook]`), imported when a chart is drawn.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from medconcept.errors import ConfigError, LakeError
from medconcept.report.release_counts import UNKNOWN, ReleaseCounts

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

INK, SOFT, BAR, GREY = "#1b2733", "#5b6b7a", "#0b6aa2", "#b5bfc8"
# Licence groups and fates of inputs: blue may be used, orange with limits, grey unknown, red refused.
GROUPS = {"commercial": BAR, "noncommercial": "#d98324", "other": GREY}
REFUSED = "#b3261e"
_STYLE: Any = {  # its keys are literals of a type that only matplotlib names
    "text.parse_math": False,  # titles and names may have dollar signs
    "text.color": INK,
    "axes.labelcolor": INK,
    "axes.edgecolor": SOFT,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.titleweight": "bold",
    "axes.titlelocation": "left",
    "axes.titlepad": 12,
    "font.size": 10,
    "xtick.color": INK,
    "ytick.color": INK,
    "savefig.dpi": 150,
}
_LABEL = 42  # characters of a label; the rest is cut


def write_charts(counts: ReleaseCounts, folder: Path) -> list[Path]:
    """Draw each chart of a release, write it as `<folder>/<name>.png` and return the files, in order.

    Raises ConfigError without matplotlib, LakeError where the folder cannot be written.
    """
    try:
        import matplotlib
    except ImportError as error:
        raise ConfigError("charts need matplotlib: pip install 'medconcept[notebook]'") from error
    files = []
    with matplotlib.rc_context(_STYLE):
        for name, draw in CHARTS.items():
            file = folder / f"{name}.png"
            try:
                folder.mkdir(parents=True, exist_ok=True)
                draw(counts).savefig(file, bbox_inches="tight")
            except OSError as error:
                raise LakeError(f"{file}: the chart cannot be written: {error.strerror}") from error
            files.append(file)
    return files


def articles_by_year(counts: ReleaseCounts) -> Figure:
    """Articles by year of publication, every year of the range."""
    figure, axes = _new(counts, "Articles by year of publication", (8, 4))
    dated = {int(year): n for year, n in counts.years if year.isdigit()}
    unknown = counts.articles - sum(dated.values())
    if dated:
        years = list(range(min(dated), max(dated) + 1))
        bars = axes.bar(years, [dated.get(year, 0) for year in years], color=BAR)
        if len(years) <= 30:
            axes.set_xticks(years, [str(year) for year in years], rotation=45, ha="right")
            axes.bar_label(bars, [f"{dated[y]:,}" if y in dated else "" for y in years], padding=2)
    axes.set_xlabel("year" if not unknown else f"year ({unknown:,} articles have no date)")
    axes.set_ylabel("articles")
    _whole(axes.yaxis)
    return figure


def journals(counts: ReleaseCounts) -> Figure:
    """Articles of each of the most frequent journals, and of all others together."""
    bars = [(title, n, GREY if title == UNKNOWN else BAR) for title, n in counts.journals]
    number, articles = counts.other_journals
    if number:
        bars.append((f"{number:,} other journals", articles, GREY))
    return _bars(counts, "Articles by journal", "articles", bars)


def licences(counts: ReleaseCounts) -> Figure:
    """Articles under each licence, coloured by what the licence allows."""
    bars = [(code, n, GROUPS.get(group, GREY)) for code, group, n in counts.licences]
    return _bars(
        counts,
        "Articles by licence",
        "articles",
        bars,
        legend={f"{group} use" if group != "other" else "other terms": c for group, c in GROUPS.items()},
    )


def concept_frequency(counts: ReleaseCounts) -> Figure:
    """The long tail of concepts: captions of a concept by its rank, and concepts by their captions."""
    figure, axes = _new(counts, "How often captions name a concept", (11, 4.6), columns=2)
    ranked, spread = axes
    total = sum(n for _, n in counts.spectrum)
    rank, ranks, captions = 0, [], []
    for n, concepts in reversed(counts.spectrum):  # of equal concepts the first and the last rank
        ranks += [rank + 1, rank + concepts]
        captions += [n, n]
        rank += concepts
    ranked.plot(ranks, captions, color=BAR, linewidth=1, marker="o", markersize=3)
    ranked.set_xlabel("rank of the concept (log)")
    ranked.set_ylabel("captions with the concept (log)")
    spread.scatter([n for n, _ in counts.spectrum], [n for _, n in counts.spectrum], color=BAR, s=18)
    spread.set_xlabel("captions with the concept (log)")
    spread.set_ylabel("number of concepts (log)")
    once = dict(counts.spectrum).get(1, 0)
    if total:
        note = f"{total:,} concepts\n{once:,} ({once / total:.0%}) in one caption alone"
        spread.text(0.97, 0.95, note, transform=spread.transAxes, ha="right", va="top", color=SOFT)
    for each in axes if total else ():
        each.set_xscale("log")
        each.set_yscale("log")
        each.grid(True, which="major", color="#e6eaee")
        for axis in (each.xaxis, each.yaxis):
            axis.set_major_formatter(lambda value, _: f"{value:,.0f}" if value >= 1 else "")
    return figure


def central_concepts(counts: ReleaseCounts) -> Figure:
    """The concepts that most captions are about, coloured by semantic type."""
    colours = _colours([c.kind for c in counts.central])
    bars = [(c.name, c.captions, colours[c.kind]) for c in counts.central]
    return _bars(counts, "Concepts that most captions are about", "captions", bars, legend=colours)


def co_occurrence(counts: ReleaseCounts) -> Figure:
    """In how many captions two of the most frequent central concepts stand together, types grouped."""
    from matplotlib.colors import LinearSegmentedColormap, PowerNorm

    kinds = [c.kind for c in counts.central]
    colours = _colours(kinds)
    concepts = sorted(counts.central, key=lambda c: (-kinds.count(c.kind), c.kind, -c.captions, c.name))
    size = len(concepts)
    figure, axes = _new(counts, "Captions that are about both concepts", (10, 9))
    matrix = [
        [
            counts.pairs.get((min(a.concept_id, b.concept_id), max(a.concept_id, b.concept_id)), 0)
            for b in concepts
        ]
        for a in concepts
    ]
    most = max((n for row in matrix for n in row), default=0)
    shades = LinearSegmentedColormap.from_list("captions", ["#e3eef5", BAR, "#06304a"])
    shown = [[n or float("nan") for n in row] for row in matrix]
    if size:
        axes.imshow(shown, cmap=shades, norm=PowerNorm(0.5, 0, max(most, 1)))
    for x in range(size):
        axes.text(x, x, f"{concepts[x].captions:,}", ha="center", va="center", color=SOFT, style="italic")
        for y in range(size):
            if matrix[y][x]:
                colour = "white" if 9 * matrix[y][x] > most else INK
                axes.text(x, y, f"{matrix[y][x]:,}", ha="center", va="center", color=colour)
    labels = [_short(c.name, 28) for c in concepts]
    axes.set_xticks(range(size), labels, rotation=50, ha="right", rotation_mode="anchor")
    axes.set_yticks(range(size), labels)
    for ticks in (axes.get_xticklabels(), axes.get_yticklabels()):
        for tick, concept in zip(ticks, concepts, strict=True):
            tick.set_color(_darker(colours[concept.kind]))
    axes.spines[:].set_visible(False)
    axes.tick_params(length=0)
    axes.set_xlabel("diagonal, in italics: captions about the concept")
    _legend(axes, {kind: _darker(colour) for kind, colour in colours.items()}, beside=True)
    return figure


def refused_and_skipped(counts: ReleaseCounts) -> Figure:
    """What became of the files and of the figures."""
    height = 1.4 + 0.34 * max(len(counts.files), len(counts.figures))
    figure, (left, right) = _new(counts, "What was used, refused and skipped", (12, height), columns=2)
    of_files = [
        (label, n, BAR if label == "current articles" else REFUSED if label.startswith("refused") else GREY)
        for label, n in counts.files
    ]
    if not any(label.startswith("refused") for label, _ in counts.files):
        of_files.append(("refused", 0, REFUSED))
    rows = max(len(of_files), len(counts.figures))
    _draw_bars(left, "files and article versions", of_files, rows)
    of_figures = [(label, n, BAR if label == "in triplets" else GREY) for label, n in counts.figures]
    _draw_bars(right, "figures", of_figures, rows)
    return figure


CHARTS: dict[str, Callable[[ReleaseCounts], Figure]] = {
    draw.__name__: draw
    for draw in (
        articles_by_year,
        journals,
        licences,
        central_concepts,
        concept_frequency,
        co_occurrence,
        refused_and_skipped,
    )
}


def _new(
    counts: ReleaseCounts, title: str, size: tuple[float, float], columns: int = 1
) -> tuple[Figure, Any]:
    from matplotlib.figure import Figure

    figure = Figure(figsize=size, layout="constrained")
    figure.suptitle(title, x=0.01, ha="left", weight="bold", size=13)
    figure.text(0.99, 0.995, f"release {counts.release}", ha="right", va="top", color=SOFT, size=9)
    axes = figure.subplots(1, columns)
    return figure, axes


def _bars(
    counts: ReleaseCounts,
    title: str,
    unit: str,
    bars: Sequence[tuple[str, int, str]],
    legend: dict[str, str] | None = None,
) -> Figure:
    figure, axes = _new(counts, title, (9, 1.2 + 0.3 * max(len(bars), 1)))
    _draw_bars(axes, unit, bars)
    if legend:
        _legend(axes, legend)
    return figure


def _draw_bars(axes: Axes, unit: str, bars: Sequence[tuple[str, int, str]], rows: int = 1) -> None:
    """Horizontal bars from the top, in their order, with room for `rows` of them."""
    labels, values, colours = zip(*bars, strict=True) if bars else ((), (), ())
    drawn = axes.barh(range(len(bars)), values, color=colours)
    axes.bar_label(drawn, [f"{value:,}" for value in values], padding=3)
    axes.set_yticks(range(len(bars)), [_short(label, _LABEL) for label in labels])
    axes.set_ylim(max(rows, len(bars)) - 0.5, -0.5)
    axes.margins(x=0.12)
    axes.set_xlabel(unit)
    axes.tick_params(axis="y", length=0)
    _whole(axes.xaxis)


def _whole(axis: Any) -> None:
    from matplotlib.ticker import MaxNLocator

    axis.set_major_locator(MaxNLocator(integer=True))
    axis.set_major_formatter(lambda value, _: f"{value:,.0f}")


def _legend(axes: Axes, colours: dict[str, str], *, beside: bool = False) -> None:
    from matplotlib.patches import Patch

    handles = [Patch(color=colour, label=label) for label, colour in colours.items()]
    place = {"loc": "upper left", "bbox_to_anchor": (1.01, 1)} if beside else {"loc": "lower right"}
    axes.legend(handles=handles, frameon=False, **place)


def _colours(kinds: Sequence[str]) -> dict[str, str]:
    """A colour for each semantic type, the same whatever their order; more than ten share the last."""
    palette = (
        "#0b6aa2", "#d98324", "#2e8b57", "#b3261e", "#7b5ea7", "#8c6d4f", "#c76b98", "#4f8f8b", "#a3a037",
    )  # fmt: skip
    names = sorted(set(kinds))
    return {kind: palette[n] if n < len(palette) else GREY for n, kind in enumerate(names)}


def _darker(colour: str) -> str:
    return "#" + "".join(f"{round(int(colour[n : n + 2], 16) * 0.8):02x}" for n in (1, 3, 5))


def _short(text: str, most: int) -> str:
    return text if len(text) <= most else text[: most - 1].rstrip() + "…"
