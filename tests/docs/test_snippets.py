"""Snippets of Python and YAML run, or are read, as they stand; docs/python.md has a test of its own."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from documented import PAGES, ROOT, blocks

from medconcept.cli.parser import build_parser
from medconcept.config import parse_config

ARTICLE = """<article><front><article-meta><article-id pub-id-type="pmc">1</article-id>
<title-group><article-title>A</article-title></title-group></article-meta></front><body><fig id="f1">
<label>Fig 1</label><caption><p>(A) A heart. (B) CT of a liver.</p></caption><graphic xmlns:xlink=
"http://www.w3.org/1999/xlink" xlink:href="f1"/></fig></body></article>"""
CONFIG = [(page.name, text) for page in PAGES for text in blocks(page, "yaml")]


def snippet(page: str, number: int = 0) -> str:
    """One of the Python snippets of a page."""
    return blocks(ROOT / page, "python")[number]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Run a snippet in a folder with an article; returns its names."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "article.nxml").write_text(ARTICLE)
    (tmp_path / "set.xml").write_text(f"<pmc-articleset>{ARTICLE}</pmc-articleset>")

    def of(snippet: str, /, **names: Any) -> dict[str, Any]:
        exec(compile(snippet, "snippet", "exec"), names)
        return names

    return of


def test_all_snippets_are_known() -> None:
    counts = {page.name: len(blocks(page, "python")) for page in PAGES if blocks(page, "python")}
    assert counts == {
        "README.md": 2, "images.md": 2, "jats.md": 1, "modality.md": 1, "python.md": 8, "rights.md": 1,
    }  # fmt: skip


def test_the_parser_in_the_readme(run: Any, capsys: pytest.CaptureFixture[str]) -> None:
    run(snippet("README.md"))
    assert capsys.readouterr().out.startswith("Fig 1 (A) A heart. (B) CT of a liver. [")


def test_the_notebook_on_databricks(run: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    install, _, code = snippet("README.md", 1).partition("\n")
    assert re.match(
        r"%pip install /Volumes/\S+/medconcept-[\d.]+-py3-none-any\.whl spark-nlp==[\d.]+$", install
    )
    given: list[list[str]] = []
    monkeypatch.setattr("medconcept.cli.main", given.append)
    run(code)
    arguments = build_parser().parse_args(given[0])
    assert arguments.command == "run" and (ROOT / "conf" / Path(arguments.config).name).is_file()


def test_the_parser(run: Any, capsys: pytest.CaptureFixture[str]) -> None:
    names = run(snippet("docs/jats.md"))
    assert len(names["article"].figures) == 1
    assert capsys.readouterr().out.count("Article(") >= 1


def test_an_image_of_a_graphic(run: Any, tmp_path: Path) -> None:
    from PIL import Image

    (tmp_path / "PMC1").mkdir()
    Image.new("RGB", (80, 70)).save(tmp_path / "PMC1/f1.jpg")
    record = run(snippet("docs/images.md"))["record"]
    assert (record.format, record.width, record.height) == ("jpeg", 80, 70)


def test_the_modality_of_a_figure(run: Any) -> None:
    from medconcept.jats import parse_article

    (figure,) = parse_article(ARTICLE.encode()).figures
    assert run(snippet("docs/modality.md"), figure=figure)["item"].modality == "ct"


def test_the_terms_of_a_figure(run: Any) -> None:
    from medconcept.jats import parse_article

    (figure,) = parse_article(ARTICLE.encode()).figures
    given = {"code": "CC-BY-NC-4.0", "url": None, "text": None, "copyright_statement": None}
    names = run(snippet("docs/rights.md"), figure=figure, **given)
    assert names["terms"].commercial.answer == "no"


@pytest.mark.parametrize(("page", "text"), CONFIG, ids=[f"{p}{n}" for n, (p, _) in enumerate(CONFIG)])
def test_settings_are_those_of_the_configuration(page: str, text: str) -> None:
    data = yaml.safe_load(text)
    if isinstance(data, list):  # of the dictionary's sources
        data = {"dictionary": {"sources": data}}
    assert parse_config(data, page)
