"""Pieces that one task made become files of the lake, whole and named by their checksum."""

from __future__ import annotations

import hashlib
from datetime import datetime
from pathlib import Path

import pytest
from pyspark.sql import DataFrame, SparkSession

from medconcept.config import Config
from medconcept.errors import LakeError
from medconcept.lake.lake import Lake
from medconcept.stages.context import Context
from medconcept.stages.dictionary.assemble_files import assemble
from medconcept.workers.dictionary.compile_names import PIECES

MADE = [("similar", b"\x00a"), ("similar", b"\xff\n"), ("main", b"b" * 300_000), ("main", b"")]


@pytest.fixture
def context(spark: SparkSession, tmp_path: Path) -> Context:
    lake = Lake(spark, str(tmp_path / "lake"))
    return Context("test", lake, Config(), "run", datetime(2026, 1, 1), lake.head(), print)


def _pieces(spark: SparkSession, numbers: list[int]) -> DataFrame:
    rows = [(MADE[n][0], n, bytearray(MADE[n][1])) for n in numbers]
    return spark.createDataFrame(rows, PIECES).coalesce(1)


def test_pieces_become_files_named_by_their_checksum(context: Context) -> None:
    found = assemble(context, "some", _pieces(context.lake.spark, [0, 1, 2, 3]))
    for file, own in found.items():
        data = b"".join(piece for of, piece in MADE if of == file)
        assert context.lake.files.read(own.name) == data
        assert (own.sha256, own.size) == (hashlib.sha256(data).hexdigest(), len(data))
        assert own.name.endswith(own.sha256)
    assert sorted(found) == ["main", "similar"]


@pytest.mark.parametrize("numbers", [[1, 0], [0, 2], [0, 0]])
def test_a_piece_out_of_its_place_is_one_line(context: Context, numbers: list[int]) -> None:
    with pytest.raises(LakeError, match="is not in its place"):
        assemble(context, "some", _pieces(context.lake.spark, numbers))
