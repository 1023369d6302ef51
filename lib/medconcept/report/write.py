"""Gather the data of the report, render it, and write it as one file."""

from __future__ import annotations

import colorsys
from functools import partial
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Any

from medconcept import __version__
from medconcept.config import Config
from medconcept.errors import LakeError
from medconcept.images.statuses import STATUSES, Status
from medconcept.lake import queries
from medconcept.lake.lake import Lake
from medconcept.pipeline.summary import acknowledgements, figures_of
from medconcept.quality.docs import POLICY
from medconcept.report import selection
from medconcept.report.highlight import Concept, concept_url, pieces
from medconcept.report.thumbnails import Thumbnail, thumbnails
from medconcept.rights.attribution import licence_name
from medconcept.runtime.control_characters import shown_in_page
from medconcept.stages.triplets.concept_names import concepts_passed_on, mentions_passed_on

if TYPE_CHECKING:
    from medconcept.stages.stage import StageResult

REPORT = "_docs/report.html"


def write_report(lake: Lake, config: Config, reports: list[StageResult], target: str | None = None) -> str:
    """Write the report of a lake as one self-contained HTML file and return its URI or path.

    By default that is `_docs/report.html` in the lake, next to the Data Docs that it links to; `target` is
    a local file instead. Raises LakeError if it cannot be written.
    """
    page = render(gather(lake, config, reports))
    if target is None:
        lake.files.write(REPORT, page.encode("utf-8"))
        return lake.files.uri(REPORT)
    try:
        Path(target).write_text(page, encoding="utf-8")
    except OSError as error:
        raise LakeError(f"{target}: the report cannot be written: {error.strerror}") from error
    return target


def gather(lake: Lake, config: Config, reports: list[StageResult]) -> dict[str, Any]:
    """All data of the page, as plain values."""
    head = lake.head()
    read = partial(lake.read, at=head)
    mentions = read("mentions").where("concept_id IS NOT NULL")
    mentions = mentions_passed_on(mentions, read("concept_names"), config.rights.licences_held)
    concepts = concepts_passed_on(read, config.rights.licences_held)
    articles, figures = read("articles"), read("figures")
    releases = selection.last_releases(lake, head)
    names = [row["name"] for row in releases]
    figures_of_lake = figures_of(lake, config.annotate.languages)
    triplets = read("triplets")
    pictured = selection.example_images(triplets)
    shown = {row["triplet_key"] for row in pictured}
    others = [row for row in selection.example_captions(triplets) if row["triplet_key"] not in shown]
    examples = [
        _caption(row, picture)
        for row, picture in zip(
            [*pictured, *others], thumbnails(lake, head, [*pictured, *others]), strict=True
        )
    ]
    return {
        **figures_of_lake,
        "pictured": examples[: len(pictured)],
        "captions": examples[len(pictured) :],
        "images": [
            {"status": status, "meaning": STATUSES[Status(status)], "graphics": count}
            for status, count in figures_of_lake["images"].items()
        ],
        "frequent": [row.asDict() for row in selection.frequent_concepts(mentions, concepts)],
        "types": [row.asDict() for row in selection.mentions_by_type(mentions, concepts)],
        "methods": [row.asDict() for row in selection.mentions_by_method(mentions)],
        "flags": [row.asDict() for row in selection.mentions_by_flag(mentions)],
        "kinds": [row.asDict() for row in selection.figure_kinds(figures)],
        "licences": [row.asDict() for row in selection.licences(articles, figures)],
        "releases": [row.asDict() for row in releases],
        "diff": queries.diff(lake, names[1], names[0]) if len(names) > 1 else {},
        "tables": queries.list_tables(lake),
        "commit": head.seq,
        "stages": [{"job": r.job, "status": r.status, "seconds": r.seconds} for r in reports],
        "sources": config.dictionary.sources,
        "acknowledgements": acknowledgements(config, figures_of_lake),
        "code_version": __version__,
        "docs": "index.html",
    }


def render(data: dict[str, Any]) -> str:
    """The page for the data of `gather`; every text is escaped, since captions come from outside."""
    import jinja2

    template = resources.files("medconcept.report").joinpath("report.html.j2").read_text(encoding="utf-8")
    kinds = sorted({row["kind"] for row in (*data["types"], *data["frequent"])})
    environment = jinja2.Environment(
        autoescape=True, trim_blocks=True, lstrip_blocks=True, finalize=shown_in_page
    )
    environment.globals["concept_url"] = concept_url
    page: str = environment.from_string(template).render(**data, colours=colours(kinds), policy=POLICY)
    return page


def colours(kinds: list[str]) -> dict[str, str]:
    """A background for each semantic type, light enough for dark text, as different as possible.

    >>> colours(["anatomy", "disease"])
    {'anatomy': '#cde8f4', 'disease': '#f4d8cd'}
    """
    out = {}
    for n, kind in enumerate(kinds):
        red, green, blue = colorsys.hls_to_rgb((0.55 + n / max(1, len(kinds))) % 1, 0.88, 0.65)
        out[kind] = f"#{round(red * 255):02x}{round(green * 255):02x}{round(blue * 255):02x}"
    return out


def _caption(row: Any, picture: Thumbnail) -> dict[str, Any]:
    concepts = [
        Concept(
            c["concept_id"],
            c["preferred_name"] or c["concept_id"],
            (c["semantic_types"] or ["other"])[0],
            tuple((span["start"], span["end"]) for span in c["spans"]),
            c["similarity"],
            c["method"],
            tuple(c["panels"]),
            tuple(c["flags"]),
            c["centrality"],
        )
        for c in row["concepts"]
    ]
    licence = (row["rights"] and row["rights"]["licence_code"]) or row["licence_code"]
    return {
        **row.asDict(),
        "pieces": pieces(row["caption"], concepts),
        "picture": picture,
        "licence": licence_name(licence) if licence else None,
        "shows": [item["modality"].replace("_", " ") for item in row["modality"] or ()],
    }
