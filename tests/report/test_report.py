"""The report without Spark: what is highlighted, and that nothing from outside becomes markup."""

from __future__ import annotations

import base64
import io
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st
from image_examples import picture, saved
from PIL import Image

from medconcept.images.isolation import deriver
from medconcept.modality import PRIVACY_FLAGS
from medconcept.report.highlight import Concept, pieces
from medconcept.report.thumbnails import HOW, OF_A_PERSON, thumbnail, why_not_shown
from medconcept.report.write import colours, render

HEART = Concept("C0018787", "Heart", "anatomy", ((2, 7),))
ATTACK = Concept("C0027051", "Myocardial infarction", "disease", ((2, 14),))


def found(**changes: object) -> dict[str, object]:
    """What `gather` would give for a tiny lake."""
    names = ("files", "articles", "superseded versions", "exact duplicates", "quarantined", "figures")
    names += (
        "captions",
        "captions with a concept",
        "captions without one",
        "mentions",
        "distinct concepts",
        "triplets",
        "images",
    )
    text = "a <script>alert(1)</script> heart"
    row = {"label": "Fig 1", "title": "T & T", "doi": "10.1/x", "licence_code": "CC-BY-4.0"}
    heart = Concept("C0018787", 'He"art', "anatomy", ((28, 33),))
    page = {
        "counts": dict.fromkeys(names, 1),
        "rejects": {"not_xml": 1},
        "not_landed": {"hostile_key": 7},
        "refused_names": {"not_xml": ["<img src=x onerror=alert(1)>.xml"], "hostile_key": ["\x1b\u202e.xml"]},
        "other_languages": {},
        "captions": [{**row, "caption": text, "pieces": pieces(text, [heart]), "image_status": "no media"}],
        "pictured": [],
        "images": [{"status": "no_media", "meaning": "No files.", "graphics": 1}],
        "frequent": [{"concept_id": "C0018787", "name": "Heart", "kind": "anatomy", "captions": 1}],
        "types": [{"kind": "anatomy", "mentions": 1, "concepts": 1}],
        "methods": [
            {"method": "exact", "mentions": 1, "similarity": 1.0, "example": {"text": "<b>", "name": "b"}}
        ],
        "flags": [{"flag": "negated", "mentions": 1, "captions": 1}],
        "kinds": [{"kind": "fig", "figures": 1, "panels": 2, "paragraphs": 1, "own_rights": 0}],
        "licences": [{"code": "CC-BY-4.0", "group": "commercial", "articles": 1, "figures": 1}],
        "releases": [],
        "diff": {},
        "tables": [],
        "commit": 3,
        "stages": [],
        "sources": (),
        "acknowledgements": (),
        "code_version": "0",
        "docs": "index.html",
    }
    return {**page, **changes}


class Page(HTMLParser):
    """Collects tags, the text of marks, and what would be fetched from elsewhere."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.marks: list[str] = []
        self.fetched: list[str] = []
        self._in_mark = False
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self._in_mark = self._in_mark or tag == "mark"
        self.fetched += [
            value or "" for name, value in attrs if name == "src" or (tag, name) == ("link", "href")
        ]

    def handle_endtag(self, tag: str) -> None:
        self._in_mark = self._in_mark and tag != "mark"

    def handle_data(self, data: str) -> None:
        if self._in_mark:
            self.marks.append(data)


def test_what_a_caption_is_about_is_told_from_what_it_only_names() -> None:
    central = Concept("C1", "Heart", "anatomy", ((0, 5),), centrality=0.9)
    only_named = Concept("C2", "Lung", "anatomy", ((6, 10),), flags=("peripheral",), centrality=0.1)
    row = {"caption": "heart lung", "pieces": pieces("heart lung", [central, only_named])}
    page = render(found(captions=[row]))
    assert '<mark class="" style=' in page and '<mark class="peripheral" style=' in page
    assert "centrality 0.90" in page and "centrality 0.10 · peripheral" in page


RESOLVED = {
    "image_status": "resolved",
    "image_sha256": "0",
    "privacy_flags": [],
    "rights": {"withheld": None},
    "attribution": "Fig 1 of: A. <i>. CC BY 4.0. No changes.",
}


def test_a_caption_stands_next_to_its_image_with_the_credit() -> None:
    copy = saved(picture(64, 48), "JPEG")
    shown = thumbnail(RESOLVED, b"image", lambda data: copy)
    row = {**found()["captions"][0], "picture": shown}  # type: ignore[index] — plain values
    html = render(found(pictured=[row]))
    page = Page(html)
    (uri,) = page.fetched  # nothing comes from elsewhere
    assert uri.startswith("data:image/jpeg;base64,") and base64.b64decode(uri.split(",")[1]) == copy
    assert "Fig 1 of: A. &lt;i&gt;. CC BY 4.0. Changes: scaled to 440 pixels at most." in html


@pytest.mark.parametrize(
    ("changes", "note"),
    [
        ({"image_status": "no_media"}, "No image: the article has no image files at its source."),
        ({"image_status": "not_resolved"}, "No image: resolve_images has not run on the article."),
        (
            {"rights": {"withheld": "no_derivatives"}},
            "by the rule no_derivatives: changed copies",
        ),
        ({"rights": {"withheld": "licence_unknown"}}, "by the rule licence_unknown"),
        ({"rights": None}, "its rights are not known"),
        ({"privacy_flags": [{"flag": "face"}]}, "it may show a person (face)"),
    ],
)
def test_what_is_not_shown_says_why(changes: dict[str, object], note: str) -> None:
    shown = thumbnail({**RESOLVED, **changes}, b"image", lambda data: pytest.fail("a copy was made"))
    assert shown.uri is None and note in (shown.note or "")
    row = {**found()["captions"][0], "picture": shown}  # type: ignore[index] — plain values
    html = render(found(captions=[row]))
    assert Page(html).fetched == [] and note in html


def test_a_date_in_the_caption_hides_no_image() -> None:
    assert set(PRIVACY_FLAGS) > OF_A_PERSON
    assert why_not_shown({**RESOLVED, "privacy_flags": [{"flag": "date"}]}) is None


def test_an_image_of_which_no_copy_can_be_made_is_not_shown() -> None:
    assert thumbnail(RESOLVED, None, lambda data: data).note
    assert thumbnail(RESOLVED, b"image", lambda data: None).note


def test_thumbnails_have_no_metadata() -> None:
    with deriver(HOW) as copy:
        data = copy(saved(picture(600, 500), "JPEG", exif=b"Exif\0\0secret", comment=b"secret"))
    assert data is not None and b"secret" not in data
    with Image.open(io.BytesIO(data)) as image:
        assert max(image.size) == 440


def test_captions_are_text_and_spans_are_marked() -> None:
    page = Page(render(found()))
    assert "script" not in page.tags
    assert page.marks == ["heart"]
    assert page.fetched == []


def test_an_empty_lake_has_a_report() -> None:
    page = render(found(captions=[], frequent=[], types=[], licences=[], rejects={}))
    assert "No caption names a concept." in page


def test_a_mark_says_its_panel_and_whether_it_is_negated_or_another_form() -> None:
    near = Concept("C0018787", "Heart", "anatomy", ((0, 6),), 0.96, "inflected", ("A", "B"), ("negated",))
    row = {**found()["captions"][0], "pieces": pieces("hearts", [near])}  # type: ignore[index] — plain values
    page = render(found(captions=[row]))
    assert '<mark class="near negated"' in page
    assert 'title="Heart · C0018787 · anatomy · 0.96 inflected · panel A, B · negated"' in page
    assert "<sup>A,B</sup>" in page
    assert '<mark class=""' in render(found())


def test_of_overlapping_spans_the_longer_is_shown() -> None:
    shown = pieces("a heart attack", [HEART, ATTACK])
    assert [(p.text, p.concept) for p in shown] == [("a ", None), ("heart attack", ATTACK)]


def test_each_part_of_a_discontinuous_span_is_shown() -> None:
    ventricle = Concept("C0225897", "Left ventricle", "anatomy", ((0, 4), (15, 24)))
    shown = pieces("left and right ventricle", [ventricle])
    assert [p.text for p in shown if p.concept] == ["left", "ventricle"]


spans = st.lists(st.tuples(st.integers(0, 40), st.integers(1, 12)), max_size=8)


@given(st.text(max_size=40), spans)
def test_pieces_joined_are_the_caption(caption: str, places: list[tuple[int, int]]) -> None:
    concepts = [Concept(f"C{n}", "x", "k", ((at, at + size),)) for n, (at, size) in enumerate(places)]
    shown = pieces(caption, concepts)
    assert "".join(piece.text for piece in shown) == caption
    assert all(piece.text for piece in shown)


def test_no_two_types_share_a_colour() -> None:
    kinds = [f"kind {n}" for n in range(15)]
    assert len(set(colours(kinds).values())) == 15


def test_a_reader_sees_what_was_refused_and_skipped_by_name_and_nothing_of_it_runs() -> None:
    counts = {**found()["counts"], "captions in other languages": 128}  # type: ignore[dict-item] — plain values
    html = render(found(counts=counts, other_languages={"pt": 120, "de": 8}))
    page = Page(html)
    assert "img" not in page.tags and "&lt;img src=x onerror=alert(1)&gt;.xml" in html
    assert r"<code>\x1b\u202e.xml</code> …" in html and "\x1b" not in html
    assert "128 in other languages, which are not linked (pt 120, de 8)" in html
    assert 'http-equiv="Content-Security-Policy" content="default-src &#39;none&#39;;' in html
    assert "in other languages" not in render(found())
