"""The log of a version is read by lines of JSON, whatever its texts hold."""

from __future__ import annotations

from medconcept.lake.table_log import is_foreign, parse_version


def test_a_text_may_hold_other_ends_of_lines() -> None:
    info = '{"commitInfo": {"operation": "WRITE", "operationParameters": {"predicate": "a = \u2028\x85"}}}'
    version = parse_version(1, f'{info}\n{{"add": {{"path": "a", "dataChange": true}}}}\n')
    assert (version.operation, version.changes_rows, is_foreign(version)) == ("WRITE", True, True)
