"""Articles of many publishers, read next to the repository: figures are counted by other means than lxml."""

import json
import re
from pathlib import Path

import pytest
from real_articles import DATA, FILES, NO_FILES, named, named_articles

from medconcept.jats import ArticleRejected, Reason

_HIDDEN = re.compile(rb"<!--.*?-->|<!\[CDATA\[.*?\]\]>", re.DOTALL)
_TOKEN = re.compile(rb"<(/?)(?:[A-Za-z]+:)?(fig|caption)(?=[\s>/])[^>]*?(/?)>|<[^>]*>|[^<]+", re.DOTALL)


def captioned_figures(data: bytes) -> list[bool]:
    """For each `<fig>` in the order of its start tag: does its own caption have text?

    A scan of the tags with a stack, so that figures within figures count, each with its own caption alone.
    """
    figures: list[bool] = []
    open_elements: list[tuple[bytes, int]] = []  # the element's name, and the figure's index
    for token in _TOKEN.finditer(_HIDDEN.sub(b"", data)):
        closing, name, empty = token.groups()
        if name is None:
            inside = open_elements[-1] if open_elements else (b"", -1)
            if inside[0] == b"caption" and inside[1] >= 0 and not token[0].startswith(b"<"):
                figures[inside[1]] |= bool(token[0].strip())
        elif closing:
            assert open_elements.pop()[0] == name
        else:
            parent, index = open_elements[-1] if open_elements else (b"", -1)
            if name == b"fig":
                figures.append(False)
                index = len(figures) - 1
            elif parent != b"fig":
                index = -1  # the caption of a table or of a media object
            if not empty:
                open_elements.append((name, index))
    return figures


@pytest.mark.parametrize(
    ("inside", "expected"),
    [
        ("<fig/><fig><caption>a</caption></fig>", [False, True]),
        ("<fig><caption><p> </p></caption><fig><caption><p>b</p></caption></fig></fig>", [False, True]),
        ("<fig><caption>a</caption><p><fig><caption/></fig></p></fig>", [True, False]),
        ("<x:fig><x:caption>a</x:caption></x:fig><!-- <fig> --><fig-group/>", [True]),
        ("<table-wrap><caption>a table's</caption></table-wrap><fig></fig>", [False]),
    ],
)
def test_the_scan_counts_nested_and_empty_figures(inside: str, expected: list[bool]) -> None:
    assert captioned_figures(inside.encode()) == expected


@pytest.mark.skipif(not FILES, reason=NO_FILES)
@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name[-40:])
def test_every_figure_is_parsed_and_has_a_caption_where_the_file_has_one(path: Path) -> None:
    try:
        articles = named_articles(path)
    except ArticleRejected as rejected:
        assert rejected.reason is Reason.NO_IDENTIFIER, rejected
        return
    figures = [figure for article in articles for figure in article.figures]
    assert [figure.caption is not None for figure in figures] == captioned_figures(path.read_bytes())
    assert len({figure.figure_key for figure in figures}) == len(figures)


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
