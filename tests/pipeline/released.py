"""The lake with two releases that many tests share: built once a run, read or copied by each of them.

Between the releases each kind of change happens once: a caption changes, a caption goes, an article comes, a
file that was refused is repaired, a file is refused. One article stays as it is.
"""

from __future__ import annotations

import shutil
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from articles import config, jats, run, write

from medconcept.config import Config, ReleaseConfig

FIRST, SECOND = "r1", "again"
STAYS = jats("1", "A <italic>heart</italic> attack &lt;script&gt;", "ALL")
BEFORE = {
    "a_xml": STAYS,
    "b_xml": jats("2", "liver"),
    "c_xml": jats("3", "a heart"),
    "e_xml": "no XML",
}
AFTER = {
    "a_xml": STAYS,
    "b_xml": jats("2", "heart attack"),
    "c_xml": jats("3", None),
    "d_xml": jats("4", "a heart"),
    "e_xml": jats("5", "heart"),
    "f_xml": "no XML",
}


@dataclass(frozen=True)
class Released:
    """Where the lake with two releases lies, and the configuration that it was built with."""

    folder: Path

    @property
    def settings(self) -> Config:
        """The configuration of the lake with both releases; its input is that of the second."""
        return replace(config(self.folder), release=ReleaseConfig(SECOND))

    @property
    def first(self) -> Config:
        """The configuration of the lake as it was at the first release; its input is that of the second."""
        return replace(self.settings, lake=str(self.folder / "first"))

    def copy_of(self, settings: Config, folder: Path, **files: str) -> Config:
        """Copy a lake into a folder where it may be changed; `files` are written into a copy of its input."""
        shutil.copytree(settings.lake, folder / "lake")
        settings = replace(settings, lake=str(folder / "lake"))
        if not files:
            return settings
        shutil.copytree(self.folder / "in", folder / "in")
        write(folder / "in", **files)
        return replace(settings, sync=replace(settings.sync, input=str(folder / "in")))


def build(spark: Any, folder: Path) -> None:
    """Run the pipeline on the first input, keep a copy of the lake, run it on the second input."""
    settings = config(folder)
    write(folder / "in", **BEFORE)
    run(spark, settings)
    shutil.copytree(settings.lake, folder / "first")
    write(folder / "in", **AFTER)
    run(spark, Released(folder).settings)
