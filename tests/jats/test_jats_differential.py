"""Against pubmed_parser on every real article at hand: each difference has a cause that the XML shows.

A rule looks at the `<fig>` or at the file, never at a name or an id, and is applied to differences only.
A difference that no rule explains is a failure, and so is a rule that explains none. There are seven rules,
counting the one about files where theirs fails.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from unicodedata import normalize

import pytest
from lxml import etree
from real_articles import DATA, FILES, NO_FILES, named_articles

from medconcept.jats import Article, ArticleRejected, Figure, Reason

pubmed_parser = pytest.importorskip("pubmed_parser", reason="pubmed_parser is not installed")

_LEFT_OUT = ("object-id", "attrib", "permissions", "alt-text", "long-desc", "fig", "inline-graphic")
_FORMULAE = ("inline-formula", "disp-formula", "math", "tex-math", "alternatives")


@dataclass(frozen=True)
class Difference:
    """One field of one figure whose values differ."""

    field: str
    ours: str | None
    theirs: str | None
    figure: etree._Element
    captions: list[etree._Element]

    def below(self, *names: str) -> bool:
        """True if an element so named stands in the caption or label."""
        parts = [*self.captions, *self.figure.iterchildren("label")]
        return any(True for part in parts for _ in part.iter(*(f"{{*}}{name}" for name in names)))


def _no_caption(d: Difference) -> bool:
    """Without a caption the figure gets that of the one before it in theirs."""
    return d.field == "caption" and not d.captions and d.ours is None


def _deep(d: Difference) -> bool:
    """Theirs reads two levels and no further, so text of elements within inline elements is lost."""
    parts = d.captions if d.field == "caption" else list(d.figure.iterchildren("label"))
    levels = "*/*/*" if d.field == "caption" else "*/*"
    deep = any(
        "".join(e.itertext()).strip() or (e.tail or "").strip() for p in parts for e in p.findall(levels)
    )
    return d.field in ("caption", "label") and deep and _is_part(d.theirs, d.ours)


def _formula(d: Difference) -> bool:
    """A formula is given once and as text in ours; theirs has none of it, or its bare pieces."""
    return d.field == "caption" and d.below(*_FORMULAE)


def _left_out(d: Difference) -> bool:
    """Identifiers, rights and the captions of nested figures are no part of a caption in ours."""
    return d.field == "caption" and d.below(*_LEFT_OUT)


def _first_attribute(d: Difference) -> bool:
    """Theirs takes the first attribute of `<graphic>`, whatever it is, for the link."""
    first = next(d.figure.iterchildren("{*}graphic"), None)
    return d.field == "graphic" and first is not None and not str(first.keys()[0]).endswith("href")


def _no_direct_graphic(d: Difference) -> bool:
    """Theirs looks among the children of the figure only: not into alternatives, media, paragraphs."""
    return d.field == "graphic" and d.theirs is None and d.figure.find("graphic") is None


RULES: tuple[Callable[[Difference], bool], ...] = (
    _no_caption, _formula, _left_out, _deep, _first_attribute, _no_direct_graphic,
)  # fmt: skip


def _fails(figures: list[etree._Element]) -> bool:
    """The seventh: theirs stops at a figure without id, a first one without caption, a bare list item."""
    items = [item for figure in figures for item in figure.iterfind(".//list-item")]
    return (
        any("id" not in figure.attrib for figure in figures)
        or any(item.find(name) is None for item in items for name in ("label", "p"))
        or (bool(figures) and figures[0].find("caption") is None)
    )


def _is_part(theirs: str | None, ours: str | None) -> bool:
    """True if what theirs has is in ours, character for character in the same order."""
    rest = iter(ours or "")
    return all(character in rest for character in theirs or "")


def _solid(text: str | None) -> str | None:
    """White space is compared by other tests; here it would hide what matters."""
    return "".join(normalize("NFC", text).split()) or None if text is not None else None


def _figures(path: Path) -> list[etree._Element]:
    """The `<fig>` elements of a file, all elements without their namespaces, as theirs reads them."""
    root = etree.fromstring(path.read_bytes(), etree.XMLParser(resolve_entities=False))
    for element in root.iter(etree.Element):
        element.tag = etree.QName(element).localname
    return root.findall(".//fig")


def _differences(path: Path, articles: list[Article], used: Counter[str]) -> list[str]:
    """Compare the figures of a file; returns the differences that no rule explains and counts the rules."""
    elements = _figures(path)
    ours = [figure for article in articles for figure in article.figures]
    try:
        theirs = pubmed_parser.parse_pubmed_caption(str(path)) or []
    except (KeyError, UnboundLocalError, AttributeError):
        used["_fails"] += 1
        return [] if _fails(elements) else [f"{path.name}: theirs fails without a cause that we know"]
    if not len(theirs) == len(ours) == len(elements):
        return [f"{path.name}: {len(theirs)} figures in theirs, {len(ours)} in ours, {len(elements)} in all"]
    unexplained: list[str] = []
    for figure, other, element in zip(ours, theirs, elements, strict=True):
        for d in _compared(figure, other, element):
            cause = next((rule.__name__ for rule in RULES if rule(d)), None)
            if cause is None:
                unexplained.append(f"{figure.figure_key} {d.field}: {d.ours!r} against {d.theirs!r}")
            else:
                used[cause] += 1
    return unexplained


def _compared(ours: Figure, theirs: dict[str, str | None], element: etree._Element) -> Iterator[Difference]:
    """The fields of one figure that differ by more than white space."""
    pairs = (
        ("id", ours.fig_id, theirs["fig_id"]),
        ("label", ours.label, theirs["fig_label"]),
        ("caption", ours.caption, theirs["fig_caption"]),
        ("graphic", ours.graphics[0].href if ours.graphics else None, theirs["graphic_ref"]),
    )
    for field, our_text, their_text in pairs:
        difference = Difference(
            field, _solid(our_text), _solid(their_text), element, element.findall("caption")
        )
        if difference.ours != difference.theirs:
            yield difference


def _articles(path: Path) -> list[Article]:
    """The articles of a file that both parsers can read; none where one of them cannot."""
    # Theirs needs the DTD for entities: without it the parser under it refuses the file.
    if re.search(rb"&(?!amp;|lt;|gt;|quot;|apos;)[A-Za-z]", path.read_bytes()):
        return []
    try:
        return named_articles(path)
    except ArticleRejected as rejected:
        assert rejected.reason is Reason.NO_IDENTIFIER, rejected
        return []


@pytest.mark.skipif(not FILES, reason=NO_FILES)
def test_every_difference_has_a_cause() -> None:
    used: Counter[str] = Counter()
    unexplained: list[str] = []
    for path in FILES:
        if articles := _articles(path):
            unexplained += _differences(path, articles, used)
    assert unexplained == []
    assert used, "the two agree everywhere, so nothing was compared"
    if (DATA / "jats").is_dir():  # the demo's articles alone do not need every rule
        assert set(used) == {rule.__name__ for rule in (*RULES, _fails)}, "a rule that explains nothing"


PLAIN = """<article><front><article-meta><article-id pub-id-type="pmc">1</article-id></article-meta></front>
<body><fig id="f1"><label>Figure 1</label><caption><p>A heart.</p></caption><graphic
xmlns:xlink="http://www.w3.org/1999/xlink" xlink:href="g1"/></fig></body></article>"""


@pytest.mark.parametrize(
    "wrong",
    [
        {"fig_id": "f2"},
        {"label": None},
        {"label": "Figure 2"},
        {"caption": None},
        {"caption": "A hart."},
        {"caption": "A heart. A heart."},
        {"graphics": ()},
    ],
    ids=str,
)
def test_an_error_of_ours_is_not_explained(tmp_path: Path, wrong: dict[str, object]) -> None:
    path = tmp_path / "plain.xml"
    path.write_text(PLAIN)
    (article,) = _articles(path)
    used: Counter[str] = Counter()
    assert _differences(path, [article], used) == []
    (figure,) = article.figures
    damaged = replace(article, figures=(replace(figure, **wrong),))  # type: ignore[arg-type] — fields of Figure
    assert len(_differences(path, [damaged], used)) == 1
    assert _differences(path, [replace(article, figures=())], used) == [
        "plain.xml: 1 figures in theirs, 0 in ours, 1 in all"
    ]
    assert not used
