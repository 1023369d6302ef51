"""Shards: the same rows give the same bytes, nothing half-written has a final name, damage is seen."""

from __future__ import annotations

import hashlib
import json
import tarfile
from collections import Counter
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from export_rows import contents, named, sample, samples, schema, triplet, write_shard

from medconcept.exports.concept_lines import concept_line, minimised
from medconcept.exports.parquet_shard import ROW_GROUP_BYTES
from medconcept.exports.sample_key import sample_key
from medconcept.exports.shard_file import ShardFile
from medconcept.exports.shards import entry_path, finished, image_path, open_shard

FORMATS = ("huggingface", "webdataset", "conceptclip", "metadata")
NAME = named("data", "train")


@pytest.mark.parametrize("kind", FORMATS)
def test_the_bytes_depend_on_the_rows_and_not_on_how_they_come(tmp_path: Path, kind: str) -> None:
    rows = samples(range(1, 231))
    for step in (1, 64, 230):
        write_shard(tmp_path / str(step), NAME, kind, rows, step=step)
    first = contents(tmp_path / "1")
    assert first == contents(tmp_path / "64") == contents(tmp_path / "230")
    assert first != {} and not [name for name in first if "tmp" in name]


@pytest.mark.parametrize("kind", FORMATS)
def test_the_entry_has_the_checksum_of_what_is_on_disk(tmp_path: Path, kind: str) -> None:
    entry = write_shard(tmp_path, NAME, kind, samples(range(1, 12)))
    assert entry.rows == 11
    for file in entry.files:
        data = (tmp_path / file.path).read_bytes()
        assert (file.bytes, file.sha256) == (len(data), hashlib.sha256(data).hexdigest())
    assert finished(tmp_path, NAME) == entry


@pytest.mark.parametrize("kind", FORMATS)
def test_a_shard_with_a_changed_or_missing_file_is_not_finished(tmp_path: Path, kind: str) -> None:
    entry = write_shard(tmp_path, NAME, kind, samples(range(1, 4)))
    paths = [tmp_path / file.path for file in entry.files]
    paths += [*sorted((tmp_path / "images").rglob("*.png"))[:1], tmp_path / entry_path(NAME)]
    for path in paths:
        data = path.read_bytes()
        path.write_bytes(data[:-1] + bytes([data[-1] ^ 1]))
        assert finished(tmp_path, NAME) is None, path
        path.unlink()
        assert finished(tmp_path, NAME) is None, path
        path.write_bytes(data)
    assert finished(tmp_path, NAME) == entry


@pytest.mark.parametrize("kind", FORMATS)
def test_after_an_error_no_file_has_its_name(tmp_path: Path, kind: str) -> None:
    with pytest.raises(RuntimeError), open_shard(tmp_path, NAME, kind, schema(has_image=kind != "metadata")):
        raise RuntimeError("killed")
    assert contents(tmp_path) == {}


def test_a_file_that_fails_keeps_the_one_before(tmp_path: Path) -> None:
    with ShardFile(tmp_path, "a") as file:
        file.write(b"before")
    with pytest.raises(OSError), ShardFile(tmp_path, "a") as file:
        file.write(b"half")
        raise OSError("No space left on device")
    assert contents(tmp_path) == {"a": b"before"}


def test_parquet_is_laid_out_as_the_hub_wants_it(tmp_path: Path) -> None:
    rows = samples(range(1, 251))
    entry = write_shard(tmp_path, NAME, "huggingface", rows)
    file = pq.ParquetFile(tmp_path / entry.files[0].path)
    assert [file.metadata.row_group(n).num_rows for n in range(3)] == [100, 100, 50]
    group = file.metadata.row_group(0)
    columns = {group.column(n).path_in_schema: group.column(n) for n in range(group.num_columns)}
    image = columns["image.bytes"]
    assert (
        image.compression == "UNCOMPRESSED" and "PLAIN" in image.encodings and not image.has_dictionary_page
    )
    assert {c.compression for name, c in columns.items() if name != "image.bytes"} == {"SNAPPY"}
    assert all(column.has_offset_index for column in columns.values())
    assert set(file.metadata.metadata) == {b"huggingface", b"content_defined_chunking", b"ARROW:schema"}
    assert file.read().to_pylist() == [dict(sorted_like(row, file.schema_arrow.names)) for row in rows]


def sorted_like(row: dict[str, Any], names: list[str]) -> list[tuple[str, Any]]:
    read = json.loads(json.dumps(row, default=lambda b: b.hex()))
    read["image"] = row["image"]
    for concept in read["concepts"]:
        for name in ("centrality", "centrality_method", "synonyms", "name_withheld"):
            concept.setdefault(name, None)
    return [(name, full(read.get(name), schema().field(name).type)) for name in names]


def full(value: Any, data_type: Any) -> Any:
    """A value with null for the fields that it lacks."""
    import pyarrow as pa

    if value is None:
        return None
    if pa.types.is_list(data_type):
        return [full(each, data_type.value_type) for each in value]
    if pa.types.is_struct(data_type):
        return {field.name: full(value.get(field.name), field.type) for field in data_type}
    return value


def test_a_row_group_is_bounded_in_bytes(tmp_path: Path) -> None:
    large = ROW_GROUP_BYTES * 2 // 5  # as the plan says: two fit, three do not
    entry = write_shard(tmp_path, NAME, "huggingface", samples(range(1, 6)), size=large)
    metadata = pq.read_metadata(tmp_path / entry.files[0].path)
    assert [metadata.row_group(n).num_rows for n in range(metadata.num_row_groups)] == [2, 2, 1]


def test_members_of_tar_files_have_one_owner_one_time_and_one_order(tmp_path: Path) -> None:
    rows = samples(range(1, 8))
    entry = write_shard(tmp_path, NAME, "webdataset", rows)
    with tarfile.open(tmp_path / entry.files[0].path) as archive:
        members = archive.getmembers()
        records = [json.load(archive.extractfile(m)) for m in members if m.name.endswith(".json")]  # type: ignore[arg-type] — regular files
    assert {(m.mtime, m.uid, m.gid, m.uname, m.gname, m.mode) for m in members} == {(0, 0, 0, "", "", 0o644)}
    keys = [row["sample_key"] for row in rows]
    assert [m.name for m in members] == [
        f"{key}.{extension}"
        for key, row in zip(keys, rows, strict=True)
        for extension in (row["image"]["path"].rpartition(".")[2], "txt", "json")
    ]
    assert [record["caption"] for record in records] == [row["caption"] for row in rows]
    assert all("image" not in record and record["rights"]["withheld"] is None for record in records)


def test_keys_have_no_dot_and_differ_where_their_readable_part_does_not() -> None:
    triplets = ["PMC1.2#F1.a/0", "PMC1-2#F1.a/0", "PMC1.2#F1/a/0", "\u00e4.\u00f6/0", "." * 300, "x" * 300]
    keys = [sample_key(key) for key in triplets]
    assert len(set(keys)) == len(keys)
    assert all(key.isascii() and "." not in key and "/" not in key and len(key) < 90 for key in keys)


def test_lines_have_the_keys_of_the_published_sample_and_spans_of_their_caption(tmp_path: Path) -> None:
    rows = [*samples(range(1, 8)), sample(triplet(9, concepts=[]), b"image")]
    entry = write_shard(tmp_path, NAME, "conceptclip", rows)
    lines, least = (
        [json.loads(x) for x in (tmp_path / f.path).read_bytes().splitlines()] for f in entry.files[:2]
    )
    assert [line["caption"] for line in lines] == [row["caption"] for row in rows]
    assert least == [minimised(line) for line in lines]
    assert least[-1]["umls_meta_info"] == []
    for line, row in zip(lines, rows, strict=True):
        data = (tmp_path / line["image"]).read_bytes()
        assert data == row["image"]["bytes"]
        assert line["image"] == image_path(hashlib.sha256(data).hexdigest(), line["image"].rpartition(".")[2])
        assert {
            "pmid",
            "pmc",
            "fig_caption",
            "fig_id",
            "fig_label",
            "graphic_ref",
            "caption",
            "image",
        } <= set(line)
        for span in line["umls_meta_info"]:
            assert line["caption"][span["start_char"] : span["end_char"]] == "heart"
            facts = (span["semantic_groups"], span["restriction_level"], span["confidence"])
            assert facts == (["ANAT"], 0, 0.9)
    assert entry.images == len({line["image"] for line in lines})


def test_lines_leave_out_concepts_that_are_peripheral_or_whose_words_stand_apart() -> None:
    row = sample(triplet(1, pmid="1"))
    apart = {**row["concepts"][1], "flags": []}
    whole = {**apart, "spans": [{"start": 0, "end": 2}], "concept_id": "MESH:D1"}
    peripheral = {**whole, "flags": ["peripheral"]}
    line = concept_line({**row, "concepts": [apart, whole, peripheral]}, "a.png")
    assert [(c["concept_id"], c["umls_cui"]) for c in line["umls_meta_info"]] == [("MESH:D1", None)]


def test_what_is_inside_is_counted_as_it_is(tmp_path: Path) -> None:
    rows = samples(range(1, 31))
    rows[3]["year"] = None
    rows[4]["journal"] = "Another | one"
    entry = write_shard(tmp_path, NAME, "huggingface", rows)
    assert entry.inside["year"] == Counter(str(row["year"] or "(none)") for row in rows)
    assert entry.inside["journal"] == Counter(row["journal"] for row in rows)
    assert entry.inside["is_retracted"] == Counter(str(row["is_retracted"]).lower() for row in rows)
    assert entry.inside["extension"] == Counter(row["image"]["path"].rpartition(".")[2] for row in rows)
    withheld = sum(
        c["name_withheld"] is not None for row in rows for c in row["concepts"] if "name_withheld" in c
    )
    assert entry.inside["totals"] == {"rows": 30, "concepts": 60, "names_withheld": withheld, "panels": 30}
