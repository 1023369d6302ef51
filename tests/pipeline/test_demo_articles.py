"""The real articles of the demo, counted independently."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from medconcept.jats import parse_article

ARTICLES = Path(__file__).resolve().parents[2] / "build/demo/articles"


@pytest.mark.slow
@pytest.mark.skipif(not ARTICLES.is_dir(), reason="make demo-data has not been run")
def test_every_fig_element_is_a_figure() -> None:
    files = sorted(ARTICLES.glob("*.xml"))
    assert len(files) == 122
    for file in files:
        data = file.read_bytes()
        bare = re.sub(rb"<!--.*?-->|<!\[CDATA\[.*?\]\]>", b"", data, flags=re.S)
        figures = re.findall(rb"<fig[\s>].*?</fig>", bare, flags=re.S)
        captioned = [
            f for f in figures if re.search(rb"<caption[\s>].*?>\s*[^<\s].*?</caption>", f, flags=re.S)
        ]
        found = parse_article(data).figures
        with_caption = sum(figure.caption is not None for figure in found)
        assert (len(found), with_caption) == (len(figures), len(captioned)), file.name
