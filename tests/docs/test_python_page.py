"""Every snippet of docs/python.md runs as it stands, on a lake at build/lake."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from tiny_lake import build

PAGE = Path(__file__).resolve().parents[2] / "docs/python.md"
PARTS = {
    title: re.findall(r"^```python\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
    for title, _, text in (
        part.partition("\n") for part in PAGE.read_text(encoding="utf-8").split("\n## ")[1:]
    )
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("page")
    build(folder / "build/lake")
    return folder


@pytest.fixture
def run(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Run the snippet of a part of the page; returns its names."""
    monkeypatch.chdir(folder)

    def of(part: str, number: int = 0, **names: Any) -> dict[str, Any]:
        exec(compile(PARTS[part][number], f"{PAGE.name}, {part}", "exec"), names)
        return names

    return of


def test_the_page_has_the_parts_that_are_tested() -> None:
    assert {title: len(snippets) for title, snippets in PARTS.items()} == {
        "Read a table": 1, "pandas": 1, "Polars": 1, "DuckDB": 1, "datasets": 1, "Link texts": 3,
    }  # fmt: skip


def test_tables(run: Any) -> None:
    names = run("Read a table")
    assert names["triplets"].num_rows == 3
    assert sorted(names["first"].column("triplet_key").to_pylist()) == [f"PMC{n}#f1/0" for n in (1, 2, 3)]
    assert names["first"].column_names == ["triplet_key", "caption"]
    assert sorted(names["earlier"].column("split").to_pylist()) == ["test", "train", "train"]


def test_pandas(run: Any) -> None:
    assert run("pandas")["by_split"].to_dict() == {"train": 3}


def test_polars(run: Any) -> None:
    concepts = run("Polars")["concepts"].drop_nulls().sort("triplet_key")
    assert concepts.rows() == [("PMC1#f1/0", "C1"), ("PMC4#f1/0", "C1")]


def test_duckdb(run: Any) -> None:
    assert run("DuckDB")["wide"] == [("train", 3, 800 / 3)]


def test_datasets(run: Any) -> None:
    pytest.importorskip("datasets", reason="datasets is not a dependency")
    dataset = run("datasets")["dataset"]
    assert dataset["train"].num_rows + dataset["test"].num_rows == 3


def test_link_texts(run: Any, capsys: pytest.CaptureFixture[str]) -> None:
    run("Link texts")
    assert capsys.readouterr().out == "heart ((18, 23),) C1 ('negated',)\n"


def test_link_columns(run: Any) -> None:
    names = run("Link texts", 1)
    assert names["of_pandas"].loc["b"] is None
    assert [link["concept_id"] for link in names["of_pandas"].loc["a"]] == ["C1"]
    assert names["concepts"].to_list() == [["C1", "C2"], None]


def test_link_a_dataframe(run: Any, spark: Any) -> None:
    (row,) = run("Link texts", 2, spark=spark)["mentions"].collect()
    assert (row["figure_key"], row["concept_id"], row["flags"]) == ("f1", "C1", ["negated"])
    assert [(span["start"], span["end"]) for span in row["spans"]] == [(18, 23)]
