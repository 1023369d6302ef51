"""Tiny JATS articles and a tiny dictionary for tests of the pipeline."""

from __future__ import annotations

import shutil
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from medconcept.config import (
    AnnotateConfig,
    Config,
    DictionaryConfig,
    DictionarySource,
    SyncConfig,
    TripletsConfig,
)

TERMS = (
    "concept_id\tname\tsemantic_type\tcui\n"
    "T:1\tmyocardial infarction\tdisease\tC0027051\n"
    "T:1\theart attack\tdisease\tC0027051\n"
    "T:2\theart\tanatomy\t\n"
    "T:3\tALL\tdisease\t\n"
)


def jats(pmcid: str | None, *captions: str | None, doi: str | None = None, date: str = "2020") -> str:
    """An article whose figures have the given captions; None gives a figure without caption."""
    ids = f'<article-id pub-id-type="pmc">{pmcid}</article-id>' if pmcid else ""
    ids += f'<article-id pub-id-type="doi">{doi}</article-id>' if doi else ""
    figures = "".join(
        f'<fig id="f{n}"><label>Figure {n}</label>'
        + (f"<caption><p>{text}</p></caption>" if text is not None else "")
        + f'<graphic xlink:href="g{n}"/></fig>'
        for n, text in enumerate(captions, 1)
    )
    return (
        '<article xmlns:xlink="http://www.w3.org/1999/xlink"><front><article-meta>'
        f"{ids}<pub-date><year>{date}</year></pub-date></article-meta></front><body>{figures}</body></article>"
    )


def write(folder: Path, **files: str | bytes) -> Path:
    """Write files named by keyword, `_` for `.`, into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in files.items():
        data = text.encode() if isinstance(text, str) else text
        (folder / name.replace("_", ".")).write_bytes(data)
    return folder


def config(tmp_path: Path, **annotate: object) -> Config:
    """A configuration whose lake, input and dictionary lie under tmp_path."""
    (tmp_path / "terms.tsv").write_text(TERMS)
    source = DictionarySource("T", "tsv", str(tmp_path / "terms.tsv"), "1", "CC0-1.0")
    return Config(
        lake=str(tmp_path / "lake"),
        sync=SyncConfig(input=str(tmp_path / "in"), source="test"),
        dictionary=DictionaryConfig((source,)),
        # The shipped recogniser takes seconds to load, and test_shipped_recogniser is about it.
        annotate=AnnotateConfig(**{"partitions": 2, "recogniser": (), **annotate}),  # type: ignore[arg-type] — any keywords
        triplets=TripletsConfig(min_confidence=None),  # the terms are no real ones, so no confidence holds
    )


def run(spark, settings: Config, *names: str, log=lambda line: None):
    """Run the named stages, by default all of them; returns the lake and the stages' reports."""
    from medconcept.pipeline.registry import IN_ORDER, stage
    from medconcept.pipeline.runner import run_stage

    lake = open_lake(spark, settings.lake)
    return lake, [run_stage(stage(n), lake, settings, log) for n in names or IN_ORDER]


def open_lake(spark, root: str):
    """Open a lake; a new one starts as a copy of an empty lake, since creating its tables takes seconds."""
    from medconcept.lake.lake import Lake

    if not Path(root).exists():
        shutil.copytree(f"{_empty_lake(spark).name}/lake", root)
    return Lake(spark, root)


@cache
def _empty_lake(spark) -> TemporaryDirectory[str]:
    """A folder with an empty lake, created once in this process and removed at its end."""
    from medconcept.lake.lake import Lake

    folder = TemporaryDirectory()
    Lake(spark, f"{folder.name}/lake").create()
    return folder
