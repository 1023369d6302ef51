"""Expectations of a user's own: a folder of suites, whose expectations are added to the built-in ones."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from pyspark.sql import SparkSession

from medconcept.errors import ConfigError, LakeError, SuiteBroken
from medconcept.quality.late_import import import_great_expectations
from medconcept.spark.hadoop_files import HadoopFiles
from medconcept.tables import DATA_TABLES

Expectations = list[dict[str, Any]]
SUFFIX = ".json"


def own_expectations(spark: SparkSession, folder: str | None) -> dict[str, Expectations]:
    """Read the suites `<table>.json` of a folder on any Hadoop file system: expectations by table.

    None has none. Files that do not end with `.json` are not looked at. Raises ConfigError for a folder that
    is missing and for a file that has no table's name, SuiteBroken for what Great Expectations does not
    take: all before any work is done.
    """
    if folder is None:
        return {}
    try:
        files = HadoopFiles(spark, folder)
        is_folder = files.exists("") and not files.is_file("")
        names = [name for name in files.list("") if name.endswith(SUFFIX)] if is_folder else []
    except LakeError as error:
        raise ConfigError(f"gate.expectations: {error}") from error
    if not is_folder:
        raise ConfigError(f"gate.expectations: {folder}: no such folder")
    own = {}
    for name in names:
        table = name.removesuffix(SUFFIX)
        if table not in DATA_TABLES:
            raise ConfigError(
                f"gate.expectations: {files.uri(name)}: no table {table!r} (tables: {', '.join(DATA_TABLES)})"
            )
        own[table] = parse_suite(files.read(name), files.uri(name))
        _require_known(own[table], files.uri(name))
    return own


def parse_suite(content: bytes, where: str) -> Expectations:
    """The expectations of a suite in JSON. Raises SuiteBroken that names what is wrong.

    >>> parse_suite(b'{"expectations": [{"type": "expect_column_to_exist", "kwargs": {"column": "a"}}]}', "x")
    [{'type': 'expect_column_to_exist', 'kwargs': {'column': 'a'}}]
    >>> parse_suite(b'{"expectations": [{"kwargs": {}}]}', "x.json")
    Traceback (most recent call last):
    medconcept.errors.SuiteBroken: x.json: expectation 1 needs a type and kwargs
    """
    try:
        suite = json.loads(content.decode("utf-8"))
    except ValueError as error:
        raise SuiteBroken(f"{where}: not JSON ({str(error).splitlines()[0]})") from error
    expectations = suite.get("expectations") if isinstance(suite, dict) else None
    if not isinstance(expectations, list):
        raise SuiteBroken(f"{where}: a suite is an object with a list `expectations`")
    for number, each in enumerate(expectations, 1):
        parts = (each.get("type"), each.get("kwargs")) if isinstance(each, dict) else (None, None)
        if not isinstance(parts[0], str) or not isinstance(parts[1], dict):
            raise SuiteBroken(f"{where}: expectation {number} needs a type and kwargs")
    return expectations


def _require_known(expectations: Expectations, where: str) -> None:
    """Raise SuiteBroken for what Great Expectations does not know: a suite drops it with a log line alone."""
    import_great_expectations()
    from great_expectations.expectations.expectation_configuration import ExpectationConfiguration

    from medconcept.quality.unexpected_rows import ORIGINAL

    for number, each in enumerate(expectations, 1):
        try:
            ExpectationConfiguration(**each).to_domain_obj()
            if each["type"] == ORIGINAL and "{batch}" not in each["kwargs"]["unexpected_rows_query"]:
                raise ValueError("the query does not name the rows, as {batch}")
        except Exception as error:
            line = " ".join(str(error).split())[:300]
            raise SuiteBroken(f"{where}: expectation {number}, {each['type']}: {line}") from error


def tables_named(expectations: Expectations) -> set[str]:
    """The tables that the queries of expectations may read: those whose names occur in them.

    >>> query = "SELECT b.figure_key FROM {batch} b LEFT ANTI JOIN articles a ON a.doi = b.figure_key"
    >>> tables_named([{"type": "t", "kwargs": {"unexpected_rows_query": query}}])
    {'articles'}
    """
    words = set(re.findall(r"\w+", " ".join(_queries(expectations))))
    return words.intersection(DATA_TABLES)


def _queries(expectations: Expectations) -> list[str]:
    return [str(each["kwargs"].get("unexpected_rows_query", "")) for each in expectations]


def as_text(own: Mapping[str, Expectations], *tables: str) -> str:
    """The expectations of some tables as one text, equal for equal ones."""
    return json.dumps({name: own[name] for name in sorted(tables) if name in own}, sort_keys=True)
