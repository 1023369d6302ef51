"""Which file of an article a graphic means."""

from __future__ import annotations

import pytest

from medconcept.images.matching import Media
from medconcept.images.statuses import Status


@pytest.mark.parametrize(
    ("href", "files", "file", "how"),
    [
        ("fig1.jpg", ["fig1.jpg", "fig10.jpg"], "fig1.jpg", "path"),
        ("media/a/F 1.jpg", ["media/a/F 1.jpg"], "media/a/F 1.jpg", "path"),
        ("./img/../img/f1.png", ["img/f1.png"], "img/f1.png", "path"),
        ("../figures/f1.png", ["figures/f1.png"], "figures/f1.png", "path"),
        ("f1.tif", ["deep/in/f1.tif"], "deep/in/f1.tif", "name"),
        ("https://a.org/x/9f3c.jpg?v=1#top", ["9f3c.jpg"], "9f3c.jpg", "name"),
        ("file:///C:/figures/f1.tif", ["f1.tif"], "f1.tif", "name"),
        (r"figures\f1.tif", ["figures/f1.tif"], "figures/f1.tif", "path"),
        ("../../../etc/f1.jpg", ["f1.jpg"], "f1.jpg", "name"),
        ("f%201.jpg", ["f 1.jpg"], "f 1.jpg", "path"),
        ("f 1.jpg", ["f%201.jpg"], "f%201.jpg", "path"),
        ("f1.jpg?v=2", ["f1.jpg"], "f1.jpg", "path"),
        ("a?b.jpg", ["a?b.jpg"], "a?b.jpg", "path"),
        ("Abbildung-ä.png", ["Abbildung-a\u0308.png"], "Abbildung-a\u0308.png", "path"),
        ("F1.JPG", ["f1.jpg"], "f1.jpg", "case"),
        ("f1", ["f1.jpg", "f10.jpg", "f11.jpg"], "f1.jpg", "stem"),
        ("pone.01.g001", ["pone.01.g001.gif", "pone.01.g001.jpg"], "pone.01.g001.jpg", "stem"),
        ("f1.tif", ["f1.jpg"], "f1.jpg", "stem"),
        ("F1", ["f1.jpg", "f2.jpg"], "f1.jpg", "stem_case"),
        ("f1.", ["f1.", "f2.jpg"], "f1.", "path"),
        ("f1", ["f1", "f1.txt"], "f1", "path"),
    ],
)  # fmt: skip
def test_a_graphic_finds_its_file(href: str, files: list[str], file: str, how: str) -> None:
    match = Media(files).match([href])
    assert (match.status, match.file, match.how) == (Status.RESOLVED, file, how)


@pytest.mark.parametrize(
    ("href", "files", "status"),
    [
        ("f1", ["f10.jpg", "xf1.jpg", "f1a.jpg", "f1.1.jpg"], Status.NO_MATCH),
        ("f1", ["f1.xml", "f1.docx"], Status.NO_MEDIA),
        ("f1", ["f2.jpg", "f1.docx"], Status.NO_MATCH),
        ("f1.jpg", [], Status.NO_MEDIA),
        ("", ["f1.jpg"], Status.BAD_HREF),
        ("https://example.org/", ["example.org.jpg"], Status.BAD_HREF),
        ("..", ["f1.jpg"], Status.BAD_HREF),
        ("f1.jpg", ["a/f1.jpg", "b/f1.jpg"], Status.AMBIGUOUS),
        ("FIG1.jpg", ["fig1.jpg", "Fig1.jpg"], Status.AMBIGUOUS),
        ("f1", ["f1.jpg", "f1.jpeg"], Status.AMBIGUOUS),
    ],
)
def test_every_miss_has_its_reason(href: str, files: list[str], status: Status) -> None:
    match = Media(files).match([href])
    assert (match.status, match.file) == (status, None)


def test_of_two_files_that_differ_in_case_the_exact_one_is_meant() -> None:
    media = Media(["fig1.jpg", "Fig1.jpg"])
    assert media.match(["Fig1.jpg"]).file == "Fig1.jpg"
    assert media.match(["fig1"]).file == "fig1.jpg"


def test_of_two_folders_the_one_nearest_to_the_xml_is_meant() -> None:
    media = Media(["one/f1.jpg", "two/f1.jpg", "one/img/f2.jpg", "two/img/f2.jpg"], folder="two")
    assert media.match(["f1.jpg"]).file == "two/f1.jpg"
    assert media.match(["f2"]).file == "two/img/f2.jpg"
    assert media.match(["../one/f1.jpg"]).file == "one/f1.jpg"
    assert media.match(["one/f1.jpg"]).file == "one/f1.jpg"  # from the root, since there is no two/one
    deeper = Media(["f1.jpg", "a/f1.jpg", "a/two/f1.jpg"], folder="a/two")
    assert [deeper.match([up + "f1.jpg"]).file for up in ("", "../", "../../")] == [
        "a/two/f1.jpg",
        "a/f1.jpg",
        "f1.jpg",
    ]


@pytest.mark.parametrize(
    "small", ["f1.thumb.jpg", "f1-thumb.gif", "f1_s.jpg", "f1.thumbnail.png", "f1-small.jpg"]
)
def test_the_full_image_comes_before_its_thumbnail(small: str) -> None:
    match = Media([small, "f1.jpg"]).match(["f1"])
    assert (match.file, match.is_thumbnail, match.others) == ("f1.jpg", False, (small,))
    alone = Media([small, "f2.jpg"]).match(["f1"])
    assert (alone.file, alone.is_thumbnail, alone.how) == (small, True, "thumbnail")


def test_a_thumbnails_href_leads_to_the_full_image() -> None:
    assert Media(["f1.thumb.jpg", "f1.tif"]).match(["f1.thumb.jpg"]).file == "f1.tif"
    # "_s" may be part of a figure's own name, so an exact name is believed.
    match = Media(["gel_s.jpg", "gel.jpg"]).match(["gel_s.jpg"])
    assert (match.file, match.is_thumbnail) == ("gel_s.jpg", False)


def test_raster_comes_before_vector_and_png_before_jpeg_before_tiff() -> None:
    files = ["f1.gif", "f1.tif", "f1.jpg", "f1.svg", "f1.png", "f1.pdf"]
    found = []
    while files:
        found.append(Media(files).match(["f1"]).file)
        if found[-1] is None:  # of two vector formats neither is better
            break
        files.remove(found[-1])
    assert found == ["f1.png", "f1.jpg", "f1.tif", "f1.gif", None]
    assert Media(["f1.pdf", "f1.png"]).match(["f1.pdf"]).file == "f1.png"
    assert Media(["f1.pdf"]).match(["f1.pdf"]).file == "f1.pdf"
    assert Media(["f1.tif", "f1.jpg"]).match(["f1.tif"]).file == "f1.tif"


def test_alternatives_are_tried_in_order() -> None:
    hrefs = ["a.tif", "b.png", "c.thumbnail.jpg"]
    assert Media(["b.png", "a.tif", "c.thumbnail.jpg"]).match(hrefs).file == "a.tif"
    match = Media(["c.thumbnail.jpg", "b.png"]).match(hrefs)
    assert (match.file, match.href) == ("b.png", "b.png")
    assert Media(["c.thumbnail.jpg"]).match(hrefs).is_thumbnail
    # Names alone do not say which is the preview; the article does.
    assert Media(["77.jpg", "88.jpg"]).match(["77.jpg", "88.jpg"], previews=["77.jpg"]).file == "88.jpg"


def test_urls_of_a_bucket_are_matched_without_bucket_and_checksum() -> None:
    urls = [f"s3://pmc/PMC1.1/{name}?md5=00ff" for name in ("g1.jpg", "g1.gif", "g10.jpg")]
    media = Media(urls, folder="PMC1.1")
    match = media.match(["g1"])
    assert (match.file, match.others) == (urls[0], (urls[1],))
    assert media.match(["g1.jpg"]).how == "path"


def test_files_that_nothing_refers_to_are_listed() -> None:
    media = Media(["f1.jpg", "f1.gif", "f2.jpg", "a.xml", "cover.png"])
    matches = [media.match(["f1"]), media.match(["f3"])]
    assert media.unreferenced(matches) == ("f2.jpg", "cover.png")


def test_members_with_parents_and_roots_are_no_way_out() -> None:
    media = Media(["../../etc/f1.jpg", "/abs/f2.jpg", "..", "dir/"])
    assert media.match(["f1.jpg"]).file == "../../etc/f1.jpg"  # a name of the listing, as it was listed
    assert media.match(["/etc/passwd"]).status == Status.NO_MATCH


def test_a_hundred_thousand_members_take_no_longer_a_look_up() -> None:
    media = Media(f"m/{n}.jpg" for n in range(100_000))
    assert [media.match([str(n)]).file for n in (0, 1, 10, 99_999)] == [
        f"m/{n}.jpg" for n in (0, 1, 10, 99_999)
    ]
    assert len(media.unreferenced([media.match(["7"])])) == 99_999
