"""Every table with its suite, its comments and its page."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pyspark.sql.types import ArrayType, DataType, StructField, StructType

from medconcept.tables import TABLES
from medconcept.tables.column import without_metadata
from medconcept.tables.docs import main, tables_page

ROOT = Path(__file__).resolve().parents[2]
EXPECTATIONS = ROOT / "expectations"
# The gate judges batches of the tables of a commit; each ledger is written outside of it.
WITHOUT_SUITE = {
    "commits": "written by the transaction alone, one row for each commit that its gates let through",
    "runs": "records runs whose gate failed, too",
    "quarantine": "must accept events of every run, whatever its data",
}


def fields_of(struct: StructType, prefix: str = "") -> Iterator[tuple[str, StructField]]:
    """Each field of a struct with its path, nested fields included."""
    for field in struct.fields:
        path = prefix + field.name
        yield path, field
        inner: DataType = field.dataType
        while isinstance(inner, ArrayType):
            inner = inner.elementType
        if isinstance(inner, StructType):
            yield from fields_of(inner, f"{path}.")


def documented(table: str) -> list[tuple[str, StructField]]:
    return list(fields_of(StructType([*TABLES[table].documented])))


def suite(table: str) -> list[dict[str, Any]]:
    return json.loads((EXPECTATIONS / f"{table}.json").read_text())["expectations"]


def suite_columns(expectation: dict[str, Any]) -> set[str]:
    """The columns that an expectation names outside of SQL."""
    kwargs = expectation["kwargs"]
    named = {value for key, value in kwargs.items() if re.fullmatch(r"column(_[A-Z])?", key)}
    return named | set(kwargs.get("column_list", ())) | set(kwargs.get("column_set", ()))


@pytest.mark.parametrize("table", TABLES)
def test_a_table_has_a_suite_or_a_reason_why_not(table: str) -> None:
    assert (EXPECTATIONS / f"{table}.json").exists() != (table in WITHOUT_SUITE)


def test_a_suite_belongs_to_a_table() -> None:
    assert {path.stem for path in EXPECTATIONS.iterdir()} == set(TABLES) - set(WITHOUT_SUITE)


@pytest.mark.parametrize("table", sorted(set(TABLES) - set(WITHOUT_SUITE)))
def test_a_suite_names_columns_that_exist(table: str) -> None:
    names = set(TABLES[table].schema.names)
    for expectation in suite(table):
        assert suite_columns(expectation) <= names, expectation


@pytest.mark.parametrize("table", sorted(set(TABLES) - set(WITHOUT_SUITE)))
def test_the_values_of_a_suite_are_those_of_the_schema(table: str) -> None:
    values = {
        name: set(field.metadata["values"]) for name, field in documented(table) if "values" in field.metadata
    }
    for expectation in suite(table):
        if expectation["type"] == "expect_column_values_to_be_in_set":
            kwargs = expectation["kwargs"]
            assert values.get(kwargs["column"]) == set(kwargs["value_set"]), kwargs["column"]


@pytest.mark.parametrize("table", TABLES)
def test_every_column_and_nested_field_has_a_comment_and_a_snake_case_name(table: str) -> None:
    for path, field in [*documented(table), *fields_of(TABLES[table].schema)]:
        assert re.fullmatch(r"[a-z][a-z0-9]*(_[a-z0-9]+)*", field.name), path
        assert len(field.metadata.get("comment", "")) >= 3, path
        assert not field.metadata["comment"].endswith("."), path


@pytest.mark.parametrize("table", TABLES)
def test_every_column_has_an_example_or_fields_with_examples(table: str) -> None:
    with_example = {path for path, field in documented(table) if "example" in field.metadata}
    for column in TABLES[table].documented:
        assert any(path == column.name or path.startswith(f"{column.name}.") for path in with_example), column


@pytest.mark.parametrize("table", TABLES)
def test_an_example_is_one_of_the_values(table: str) -> None:
    for path, field in documented(table):
        if "values" in field.metadata and "example" in field.metadata:
            example = field.metadata["example"]
            texts = json.loads(example) if isinstance(field.dataType, ArrayType) else [example]
            assert set(texts) <= set(field.metadata["values"]), path


@pytest.mark.parametrize("table", TABLES)
def test_a_lake_stores_comments_and_jobs_carry_none(table: str) -> None:
    stored = TABLES[table].schema
    assert {key for _, field in fields_of(stored) for key in field.metadata} == {"comment"}
    assert not any(field.metadata for _, field in fields_of(TABLES[table].content))
    assert without_metadata(stored).simpleString() == stored.simpleString()


def test_the_page_of_tables_is_up_to_date() -> None:
    assert (ROOT / "docs/tables.md").read_text() == tables_page(), "run `make docs`"


def test_the_page_has_every_column_and_nested_field(tmp_path: Path) -> None:
    assert main([str(tmp_path / "tables.md")]) == 0
    page = (tmp_path / "tables.md").read_text()
    for name, table in TABLES.items():
        section = page.split(f"\n## {name}\n")[1].split("\n## ")[0]
        lines = [line for line in section.splitlines() if line.startswith("| ") and "`" in line.split("|")[1]]
        own = [
            (path, field)
            for path, field in fields_of(StructType([*table.columns]))
            if not path.startswith("image_tables.")  # the columns of figures
        ]
        assert [line.split("`")[1] for line in lines] == [field.name for _, field in own]
        for line, (path, field) in zip(lines, own, strict=True):
            assert len(re.findall(r"(?<!\\)\|", line)) == 5, path
            assert line.count("&nbsp;") == 4 * path.count("."), path
            assert field.metadata.get("example", "").replace("|", "\\|") in line, path
