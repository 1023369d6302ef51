"""Data Docs: self-contained pages with numbers, in which no value of the data is HTML."""

from __future__ import annotations

from datetime import datetime
from html.parser import HTMLParser
from pathlib import Path
from types import SimpleNamespace as Of
from typing import Any

from medconcept.quality.docs import render, write_docs
from medconcept.quality.gate import Verdict
from medconcept.spark.hadoop_files import HadoopFiles

HOSTILE = '<img src=x onerror="alert(1)">\x1b\u202e'


def expectation(name: str, success: bool, result: dict, **kwargs: object) -> Of:
    config = Of(type=name, kwargs={"batch_id": "b", **kwargs}, meta={"name": HOSTILE}, severity="critical")
    return Of(expectation_config=config, success=success, result=result)


class Tags(HTMLParser):
    """The tags and attributes of a page, and the addresses that it names."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: dict[str, set[str | None]] = {}
        self.text = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        for name, value in attrs:
            self.attributes.setdefault(name, set()).add(value)

    def handle_data(self, data: str) -> None:
        self.text += data


def test_a_page_runs_nothing_loads_nothing_and_has_numbers() -> None:
    two = {"unexpected_count": 2, "partial_unexpected_list": [HOSTILE, None]}
    results = [
        expectation("expect_column_values_to_not_be_null", True, {}, column="source_key"),
        expectation("expect_column_values_to_match_regex", False, two, column="source_key", regex="<b>"),
        expectation("expect_no_unexpected_rows", False, {"observed_value": 7}, description=HOSTILE),
    ]
    verdict = Verdict("raw_articles", 1234, Of(results=results), ("broken",), ())
    page = render(verdict, "20260101T000000-00000000", "sync_articles", datetime(2026, 1, 1))
    found = Tags(page)
    assert not found.tags & {"script", "link", "img", "iframe", "object"}
    assert not [name for name in found.attributes if name.startswith("on")]
    assert found.attributes["href"] == {"../index.html"} and "src" not in found.attributes
    (policy,) = [c for c in found.attributes["content"] if c and "default-src 'none'" in c]
    assert "script-src" not in policy and "unsafe-eval" not in policy
    for number in ("0 of 1,234 rows", "2 of 1,234 rows", "7 of 1,234 rows"):
        assert number in found.text
    assert '<img src=x onerror="alert(1)">\\x1b\\u202e' in found.text
    assert "\x1b" not in found.text and "\u202e" not in found.text


def test_a_run_killed_while_it_wrote_its_pages_stops_no_later_run(spark: Any, tmp_path: Path) -> None:
    files = HadoopFiles(spark, str(tmp_path))
    at = datetime(2026, 12, 1)
    for number in (1, 2, 3):
        run_id = f"2026120{number}T000000-0000000{number}"
        write_docs(files, run_id, "parse_articles", at, [])
        if number == 2:
            (tmp_path / "_docs" / run_id / "index.part").unlink()  # killed before it was written
        if number == 3:
            (tmp_path / "_docs" / run_id / "index.part").write_bytes(b"cut")  # of another checksum
    write_docs(files, "20261204T000000-00000004", "parse_articles", at, [])
    index = (tmp_path / "_docs/index.html").read_text()
    told = [part[-26:-2] for part in index.split("ended while it wrote its pages")[:-1]]
    assert told == ["20261203T000000-00000003", "20261202T000000-00000002"]
