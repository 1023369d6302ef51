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
        assert len(parse_article(data).figures) == len(re.findall(rb"<fig[\s>]", bare)), file.name
