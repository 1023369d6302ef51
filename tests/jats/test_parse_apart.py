"""What kills, hangs or fills the process that parses costs its own document and no other."""

from __future__ import annotations

import ctypes
import faulthandler
import os
import re
import time
from collections.abc import Iterator

import pyarrow as pa
import pytest
from jats_examples import PMC1, article_xml

from medconcept.jats import Article, ArticleRejected, Limits, parse_article, parse_articles
from medconcept.runtime.isolated_worker import Bounds, Death, IsolatedWorker
from medconcept.workers.parse import parse_files

QUICK = Bounds(processor_seconds=0.5, seconds=60)
RICH = article_xml(
    '<sec><title>T</title><p>See <xref ref-type="fig" rid="f">1</xref></p><fig id="f"><caption>'
    "<p>(A) One. (B) H<sub>2</sub>O.</p></caption></fig></sec>",
    meta=PMC1 + "<contrib-group><contrib><name><surname>A</surname></name></contrib></contrib-group>",
).encode()


def crash() -> None:
    faulthandler.disable()  # of the test runner: it would fill the report
    ctypes.string_at(0)  # a real segmentation fault


def loop() -> None:
    re.match("(a+)+$", "a" * 60 + "b")  # in C code, where Python's own signal handlers never run


def wait() -> None:
    time.sleep(600)  # takes no processor time


def leave() -> None:
    os._exit(3)


def fill() -> None:
    bytearray(64 * 1024**3)


HARM = {b"crash": crash, b"loop": loop, b"wait": wait, b"leave": leave, b"fill": fill}


def harmed(data: bytes, limits: Limits) -> Iterator[Article | ArticleRejected]:
    """The parser, with a defect for each of some words."""
    if data in HARM:
        HARM[data]()
    return parse_articles(data, limits)


def batch(*contents: bytes | None) -> pa.RecordBatch:
    return pa.RecordBatch.from_pydict(
        {
            "source": ["s"] * len(contents),
            "source_key": [f"k{n}" for n in range(len(contents))],
            "source_sha256": ["0"] * len(contents),
            "size": [9] * len(contents),
            "content": pa.array(contents, pa.binary()),
        }
    )


def parsed(*batches: pa.RecordBatch, bounds: Bounds = QUICK) -> list[dict[str, object]]:
    return pa.Table.from_batches(parse_files.parse_batches(batches, bounds)).to_pylist()


def test_each_way_to_die_has_its_reason_and_the_others_are_parsed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parse_files, "parse_articles", harmed)
    contents = (RICH, b"crash", RICH, b"loop", b"crash", None, RICH, b"leave", b"fill", RICH, b"<x>")
    rows = parsed(batch(*contents[:5]), batch(*contents[5:]))
    outcomes = sorted((str(row["reason"] or row["article_key"]), str(row["detail"] or "")) for row in rows)
    assert outcomes == [
        *([("PMC1", "")] * 4),
        ("parser_crashed", "ended by SIGSEGV"),
        ("parser_crashed", "ended by SIGSEGV"),
        ("parser_crashed", "ended with code 3"),
        ("parser_memory", "MemoryError"),
        ("parser_timeout", "over 0.5 s of processor time"),
        ("too_large", "9 bytes, over sync.max_bytes"),
        ("truncated", rows[-1]["detail"]),
    ]


def test_what_waits_is_ended_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parse_files, "parse_articles", harmed)
    rows = parsed(batch(RICH, b"wait", RICH), bounds=Bounds(processor_seconds=60, seconds=2))
    assert [row["reason"] for row in rows] == [None, "parser_timeout", None]
    assert rows[1]["detail"] == "over 2 s"


def test_rows_say_of_which_file_they_are(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parse_files, "parse_articles", harmed)
    rows = parsed(batch(RICH, None, b"crash", b"<x>", RICH))
    reasons = {str(row["source_key"]): row["reason"] for row in rows}
    assert reasons == {"k0": None, "k1": "too_large", "k2": "parser_crashed", "k3": "truncated", "k4": None}


def test_a_row_has_what_the_parser_returns() -> None:
    (row,) = parsed(batch(RICH))
    article = parse_article(RICH)
    (figure,) = article.figures
    assert row["authors"] == [
        {"name": "A", "surname": "A", "given_names": None, "is_group": False, "role": "author", "orcid": None,
         "affiliation_ids": [], "is_corresponding": False}
    ]  # fmt: skip
    (stored,) = row["figures"]  # type: ignore[misc]  # a list by its column
    assert stored["caption"] == figure.caption == "(A) One. (B) H2O."
    assert stored["caption_markup"] == figure.caption_markup
    assert [p["labels"] for p in stored["panels"]] == [["A"], ["B"]]
    assert [m["citations"] for m in stored["citing_paragraphs"]] == [[{"start": 4, "end": 5, "via": "xref"}]]
    assert stored["section_path"] == [{"id": None, "title": "T", "kind": None}] and stored["rights"] is None


def test_every_article_of_a_wrapper_is_a_row() -> None:
    second = RICH.replace(b"PMC1", b"PMC2")
    nameless = article_xml(meta="").encode()
    rows = parsed(batch(b"<pmc-articleset>" + RICH + nameless + second + b"</pmc-articleset>", RICH))
    assert [(row["source_key"], row["article_key"], row["reason"]) for row in rows] == [
        ("k0", "PMC1", None), ("k0", None, "no_identifier"), ("k0", "PMC2", None), ("k1", "PMC1", None),
    ]  # fmt: skip


def test_a_record_that_no_column_holds_is_a_defect_of_its_own_file(monkeypatch: pytest.MonkeyPatch) -> None:
    def surrogate(data: bytes, limits: Limits) -> Iterator[Article | ArticleRejected]:
        if data == b"bad":
            yield ArticleRejected("not_xml", None, "\ud800")
        else:
            yield from parse_articles(data, limits)

    monkeypatch.setattr(parse_files, "parse_articles", surrogate)
    assert [row["reason"] for row in parsed(batch(RICH, b"bad", RICH))] == [None, "parser_error", None]


def test_no_rows_for_no_files() -> None:
    assert list(parse_files.parse_batches([])) == []
    assert [len(b) for b in parse_files.parse_batches([batch()])] in ([], [0])


def test_a_child_that_ends_without_an_item_is_an_error_of_the_run() -> None:
    def broken(items: Iterator[bytes]) -> bytes:
        raise ValueError("not of an item")

    with (
        IsolatedWorker(broken, Bounds()) as work,
        pytest.raises(RuntimeError, match="ValueError: not of an item"),
    ):
        work([b"a"])
    with (
        IsolatedWorker(lambda items: os._exit(4), Bounds()) as work,
        pytest.raises(RuntimeError, match="code 4"),
    ):
        work([b"a"])


def test_no_child_is_left() -> None:
    with IsolatedWorker(lambda items: b"%d %d" % (os.getpid(), len(b"".join(items))), Bounds()) as work:
        child, size = map(int, work([b"a" * 300_000] * 3).split())
    assert (child != os.getpid(), size) == (True, 900_000)
    with pytest.raises(ChildProcessError):  # it has ended and has been waited for
        os.waitpid(child, os.WNOHANG)


def test_what_is_left_of_a_call_does_not_reach_the_next() -> None:
    with IsolatedWorker(lambda items: next(items), Bounds()) as work:
        assert [work([b"1", b"2", b"3"]), work([b"4"])] == [b"1", b"4"]


def test_death_is_told_by_item() -> None:
    def dies(items: Iterator[bytes]) -> bytes:
        for item in items:
            if item == b"x":
                crash()
        return b"well"

    with IsolatedWorker(dies, Bounds()) as work:
        assert work([b"a", b"x", b"c"]) == Death(1, "crashed", "ended by SIGSEGV")
        assert work([b"a"]) == b"well"
