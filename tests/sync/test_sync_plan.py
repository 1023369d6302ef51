"""The inventory against the lake, on literal rows; the oracle is a dictionary a side."""

from __future__ import annotations

import random

import pytest

from medconcept.errors import InputError
from medconcept.rights import parse_opt_out
from medconcept.sources.options import Selection

EVERYTHING = Selection()
LISTED = "pmc long, version int, key string, etag string, modified timestamp"
RAW_ARTICLES = (
    "source string, source_key string, size long, source_sha256 string, md5 string, left_out string, "
    "metadata_etag string, metadata struct<pmcid: string, version: int, licence_group: string, doi: string>"
)


def listed(spark, rows):
    """An inventory of (pmc, version, etag)."""
    from datetime import datetime

    times = {True: datetime(2026, 11, 1), False: datetime(2026, 11, 20)}
    return spark.createDataFrame(
        [(p, v, f"metadata/PMC{p}.{v}.json", e, times[p < 50]) for p, v, e in rows], LISTED
    )


def lake_rows(spark, rows, selection: Selection, entries: str = ""):
    """What a lake knows of (pmc, version, etag[, left_out])."""
    from medconcept.stages.sync.inventory_plan import lake_versions

    full = [(*row, None)[:4] for row in rows]
    frame = spark.createDataFrame(
        [
            (
                *("s", f"PMC{p}.{v}", 1, None if left else "sha", "md5", left, e),
                (f"PMC{p}", v, "noncommercial", f"10.1234/{p}"),
            )
            for p, v, e, left in full
        ],
        RAW_ARTICLES,
    )
    return lake_versions(frame, "s", selection, 10, parse_opt_out(entries, "list"))


def classes(spark, there, here, selection: Selection = EVERYTHING, *, complete: bool = True):
    from medconcept.stages.sync.inventory_plan import compare

    each = compare(
        listed(spark, there), lake_rows(spark, here, selection), selection, complete=complete, spark=spark
    )
    return {(r.pmc if not selection.all_versions else (r.pmc, r.version)): r["class"] for r in each.collect()}


def test_what_the_opt_out_list_gains_and_loses_is_fetched_again(spark) -> None:
    rows = [(1, 1, "a"), (2, 1, "b"), (3, 1, "c", "opted_out"), (4, 1, "d", "opted_out"), (5, 1, "e")]
    found = lake_rows(spark, rows, EVERYTHING, "PMC1\n10.1234/4\ndoi:10.1234/5#f1\n").collect()
    assert {row.pmc for row in found if row.packed == -1} == {1, 3}


def test_each_class(spark) -> None:
    there = [(1, 1, "a"), (2, 1, "b"), (3, 1, "c"), (3, 2, "d"), (4, 1, "e"), (6, 1, "f"), (7, 1, "g")]
    here = [(1, 1, "a"), (2, 1, "old"), (3, 1, "c"), (5, 1, "x"), (6, 2, "f2"), (7, 1, "g", "licence")]
    expected = {
        1: "up to date",
        2: "update",
        3: "update",
        4: "new",
        5: "withdrawn",
        6: "update",
        7: "up to date",
    }
    strict = Selection(licences=("commercial",))
    assert classes(spark, there, here, strict) == expected
    # What was left out for its licence comes back when the licence is wanted.
    assert classes(spark, there, here) == {**expected, 7: "update"}
    # Of what an inventory with a hole does not name, or names in an older version, nothing is concluded.
    assert classes(spark, there, here, strict, complete=False) == {**expected, 5: "unsure", 6: "unsure"}
    assert classes(spark, there, here, Selection(licences=("commercial",), until="2026-11-10")) == expected
    assert (
        classes(spark, there, here, Selection(licences=("commercial",), since="2026-11-10"))[4]
        == "not selected"
    )


def test_all_versions(spark) -> None:
    there = [(1, 1, "a"), (1, 2, "b"), (2, 1, "c")]
    here = [(1, 1, "a"), (2, 1, "c"), (2, 2, "d")]
    assert classes(spark, there, here, Selection(all_versions=True)) == {
        (1, 1): "up to date",
        (1, 2): "new",
        (2, 1): "up to date",
        (2, 2): "withdrawn",
    }


def test_random_sides_against_dictionaries(spark) -> None:
    seed = random.randrange(10**6)
    print("seed", seed)
    drawn = random.Random(seed)
    there = [(p, v, drawn.choice("ab")) for p in range(1, 60) for v in (1, 2) if drawn.random() < 0.6]
    newest = {p: (v, e) for p, v, e in sorted(there)}
    here = [(p, *newest.get(p, (1, "a"))) if drawn.random() < 0.5 else (p, 1, "b") for p in range(1, 70, 2)]
    mine = {p: (v, e) for p, v, e in here}
    oracle = {}
    for p in {*newest, *mine}:
        if p not in newest:
            oracle[p] = "withdrawn"
        elif p not in mine:
            oracle[p] = "new"
        else:
            oracle[p] = "up to date" if newest[p] == mine[p] else "update"
    assert classes(spark, there, here) == oracle


def test_lists_of_ids(spark, tmp_path) -> None:
    from medconcept.stages.sync.inventory_plan import pmcid_list

    (tmp_path / "ids").write_text("PMC12\n 7 \n\npmc12\n")
    assert sorted(r.pmc for r in pmcid_list(spark, str(tmp_path / "ids")).collect()) == [7, 12]
    (tmp_path / "bad").write_text("PMC12\n10.1371/journal.x\n")
    with pytest.raises(InputError, match=r"'10\.1371/JOURNAL\.X' is no PMC id"):
        pmcid_list(spark, str(tmp_path / "bad"))
    with pytest.raises(InputError, match="no such file of PMC ids"):
        pmcid_list(spark, str(tmp_path / "none"))
