"""Files that are not what was written are damage, named, and no other rows."""

from __future__ import annotations

import json
from pathlib import Path

import pyarrow as pa
import pytest
from deltalake import DeltaTable, convert_to_deltalake
from pyarrow.parquet import write_table
from tiny_lake import TinyLake, triplet

import medconcept
from medconcept.errors import LakeDamaged
from medconcept.reader.intact import require_intact_pages, require_whole_log
from medconcept.reader.needs_spark import NeedsSpark
from medconcept.reader.storage import Storage

CAPTION = b"the heart of it"


@pytest.fixture
def table(tmp_path: Path) -> tuple[Storage, DeltaTable, Path]:
    """A table of one file whose pages have checksums, as Spark writes them here."""
    folder = tmp_path / "a lake #1" / "figures"
    folder.mkdir(parents=True)
    rows = pa.table({"caption": [CAPTION.decode()] * 3, "label": ["Figure 1", "Figure 2", None]})
    plain = {"compression": "none", "use_dictionary": False, "write_statistics": False}
    write_table(rows, folder / "part-0.parquet", write_page_checksum=True, **plain)
    convert_to_deltalake(str(folder))
    return Storage(str(folder.parent)), DeltaTable(str(folder)), folder / "part-0.parquet"


def test_a_changed_page_is_damage_where_its_column_is_read(table: tuple[Storage, DeltaTable, Path]) -> None:
    storage, opened, path = table
    require_intact_pages(storage, "figures", opened, ["caption", "label"])
    with pytest.raises(NeedsSpark, match="figures: the columns have more than 20 bytes"):
        require_intact_pages(storage, "figures", opened, ["caption"], most=20)
    data = path.read_bytes()
    path.write_bytes(data.replace(CAPTION, b"the heArt of it", 1))
    require_intact_pages(storage, "figures", opened, ["label"])
    with pytest.raises(LakeDamaged, match=r"figures is damaged: file:/.*/figures/part-0\.parquet \(.*CRC"):
        require_intact_pages(storage, "figures", opened, ["caption"])
    # The name of a column that is not asked for: the file would have nulls for it.
    path.write_bytes(data.replace(b"caption", b"capt on"))
    with pytest.raises(LakeDamaged, match=r"part-0\.parquet \(the table has no column capt on\)"):
        require_intact_pages(storage, "figures", opened, ["label"])
    path.write_bytes(data[:100])
    with pytest.raises(LakeDamaged, match=r"figures is damaged: file:/.*/figures/part-0\.parquet"):
        require_intact_pages(storage, "figures", opened, ["label"])
    path.unlink()
    with pytest.raises(NeedsSpark, match=r"figures/part-0\.parquet is missing"):
        require_intact_pages(storage, "figures", opened, ["label"])


@pytest.mark.parametrize(
    ("changed", "is_whole"),
    [
        ({}, True),
        ({"numFiles": 2}, False),
        ({"tableSizeBytes": 1}, False),
        ({"allFiles": [{"path": "part-0.parquet", "size": 1, "stats": '{"numRecords":3}'}]}, False),
        ({"allFiles": "of another kind"}, True),
        ({"numFiles": None}, True),  # nothing to compare with
    ],
)
def test_a_log_is_compared_with_what_delta_noted(
    table: tuple[Storage, DeltaTable, Path], changed: dict[str, object], is_whole: bool
) -> None:
    storage, opened, path = table
    size = path.stat().st_size
    files = [{"path": "part-0.parquet", "size": size, "stats": '{"numRecords":3}'}]
    noted = {"numFiles": 1, "tableSizeBytes": size, "allFiles": files, **changed}
    (path.parent / "_delta_log/00000000000000000000.crc").write_text(json.dumps(noted))
    if is_whole:
        require_whole_log(storage, "figures", opened)
    else:
        with pytest.raises(LakeDamaged, match=r"figures: the log of version 0 is damaged: it names 1 files"):
            require_whole_log(storage, "figures", opened)


def test_rows_that_an_emptied_log_file_took_away_are_missed(tmp_path: Path) -> None:
    lake = TinyLake(tmp_path / "lake")
    lake.append("triplets", triplet(1, "heart"))
    lake.commit("assemble_triplets")
    log = tmp_path / "lake/triplets/_delta_log"
    size = sum(path.stat().st_size for path in log.parent.glob("*.parquet"))
    (log / f"{1:020d}.crc").write_text(json.dumps({"numFiles": 1, "tableSizeBytes": size}))
    assert medconcept.read_table(lake.folder, "triplets").num_rows == 1
    (log / f"{1:020d}.json").write_bytes(b"")
    with pytest.raises(LakeDamaged, match="triplets: the log of version 1 is damaged: it names 0 files"):
        medconcept.read_table(lake.folder, "triplets")


def test_the_names_inside_structs_are_compared_and_columns_that_a_file_lacks_are_not(tmp_path: Path) -> None:
    folder = tmp_path / "figures"
    folder.mkdir()
    panels = pa.array([[{"label": "A", "spans": [{"start": 0}]}]])
    counts = pa.array([[("a", 1)]], pa.map_(pa.string(), pa.int32()))
    write_table(pa.table({"panels": panels, "counts": counts}), folder / "part-0.parquet")
    convert_to_deltalake(str(folder))
    opened, storage, path = DeltaTable(str(folder)), Storage(str(tmp_path)), folder / "part-0.parquet"
    require_intact_pages(storage, "figures", opened, ["panels", "counts"])
    write_table(pa.table({"counts": counts}), path)  # as one that was written before the column was added
    require_intact_pages(storage, "figures", opened, ["panels", "counts"])
    write_table(pa.table({"panels": pa.array([[{"label": "A", "spans": [{"stArt": 0}]}]])}), path)
    with pytest.raises(LakeDamaged, match=r"the table has no column panels\.spans\.stArt"):
        require_intact_pages(storage, "figures", opened, ["panels"])
