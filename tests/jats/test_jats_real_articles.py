"""Articles of many publishers, where they lie beside the repository: figures counted by other means."""

import json
import re
from pathlib import Path

import pytest
from real_articles import DATA, FILES, NO_FILES, named

from medconcept.jats import ArticleRejected, Reason

pytestmark = pytest.mark.skipif(not FILES, reason=NO_FILES)
_HIDDEN = re.compile(rb"<!--.*?-->|<!\[CDATA\[.*?\]\]>", re.DOTALL)
_FIG = re.compile(rb"<(?:[A-Za-z]+:)?fig(?=[\s>/])(?:[^>]*/>|.*?</(?:[A-Za-z]+:)?fig>)", re.DOTALL)

_CAPTION = re.compile(rb"<(?:[A-Za-z]+:)?caption(?=[\s>])[^>]*>(.*?)</(?:[A-Za-z]+:)?caption>", re.DOTALL)
_TAG = re.compile(rb"<[^>]*>")


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name[-40:])
def test_every_figure_is_counted_and_its_caption_told(path: Path) -> None:
    try:
        article = named(path)
    except ArticleRejected as rejected:
        assert rejected.reason is Reason.NO_IDENTIFIER, rejected
        return
    bare = _HIDDEN.sub(b"", path.read_bytes())
    figures = _FIG.findall(bare)
    assert len(article.figures) == len(figures)
    captioned = [any(_TAG.sub(b"", caption).strip() for caption in _CAPTION.findall(f)) for f in figures]
    assert [figure.caption is not None for figure in article.figures] == captioned
    assert len({figure.figure_key for figure in article.figures}) == len(article.figures)


def test_craft_captions_equal_the_gold() -> None:
    path = DATA / "gold" / "craft_captions.jsonl"
    if not path.exists():
        pytest.skip(f"no gold captions at {path}")
    gold = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
    articles = {name: named(DATA / "jats" / "craft" / name) for name in {row["nxml"] for row in gold}}
    captions = {(name, f.fig_id): f.caption for name, a in articles.items() for f in a.figures}
    # "Up to white space": seven captions have line breaks in the file that CRAFT's own text leaves out.
    wrong = [row for row in gold if _solid(captions[row["nxml"], row["fig_id"]]) != _solid(row["text"])]
    assert not wrong
    assert len(gold) == 436


def _solid(text: str | None) -> str | None:
    return None if text is None else "".join(text.split())
