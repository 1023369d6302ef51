"""The job export_dataset: every format, the same bytes however it is run, taken up after a kill."""

from __future__ import annotations

import hashlib
import json
import re
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq
import pytest
from export_lake import build, put
from export_rows import RELEASE, contents, picture

from medconcept.cli import main
from medconcept.errors import ExportError, InputError, LakeDamaged, LakeError, MedconceptError
from medconcept.exports.options import ExportOptions
from medconcept.lake.lake import Lake
from medconcept.pipeline import export_dataset as job
from medconcept.pipeline.export_dataset import ExportResult, export_dataset
from medconcept.pipeline.reconstruct import NOT_EQUAL, reconstruct
from medconcept.spark.session import new_session

SMALL = 40_000  # bytes of a shard: some dozen rows
# Of the formats whose shards other tests write and read, the job is run in the long lane.
LONG = (pytest.mark.slow, pytest.mark.long)
FORMATS = (
    "huggingface",
    pytest.param("webdataset", marks=LONG),
    pytest.param("conceptclip", marks=LONG),
    "metadata",
    "retrieval",
)
LEFT_OUT = {"licence_unknown": 2, "no_bytes": 2, "no_image": 1, "redistribution_forbidden": 1}


@pytest.fixture(scope="module")
def settings(spark: Any, tmp_path_factory: pytest.TempPathFactory) -> Any:
    return build(spark, tmp_path_factory.mktemp("exports"))


def export(spark: Any, settings: Any, out: Path, form: str, **options: Any) -> ExportResult:
    asked = ExportOptions(options.pop("release", RELEASE), form, **{"shard_bytes": SMALL, **options})
    return export_dataset(Lake(spark, settings.lake), settings, asked, str(out), lambda line: None)


def keys(folder: Path) -> set[str]:
    """The triplets in the Parquet files of a folder."""
    return {
        key for path in folder.rglob("*.parquet") for key in pq.read_table(path)["triplet_key"].to_pylist()
    }


def of(*numbers: int) -> set[str]:
    return {f"PMC{n}.1#F1.a/0" for n in numbers}


@pytest.mark.parametrize("form", FORMATS)
def test_the_same_bytes_however_it_is_run(spark: Any, settings: Any, tmp_path: Path, form: str) -> None:
    held = {"pairs": 3, "splits": ("test", "validation")} if form == "retrieval" else {}
    result = export(spark, settings, tmp_path / "a", form, **held)
    other = new_session(spark)
    for name, value in {
        "shuffle.partitions": "5",
        "adaptive.enabled": "true",
        "files.maxPartitionBytes": "20k",
    }.items():
        other.conf.set(f"spark.sql.{name}", value)
    export(other, settings, tmp_path / "b", form, **held)
    assert contents(tmp_path / "a") == contents(tmp_path / "b")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a", "b"]
    if form == "retrieval":
        check_pairs(tmp_path / "a", result)
        return
    assert result.shards > 2
    record = 10_240  # of a tar file, whose end is filled up
    assert all(path.stat().st_size <= SMALL + record for path in (tmp_path / "a").rglob("*.tar"))
    if form == "metadata":
        assert result.counts["exported"] == 46 and keys(tmp_path / "a") == of(*range(1, 41), *range(101, 107))
        return
    partly = {"partly.restricted_vocabulary": 20, "names_withheld": 20, "partly.no_derivatives": 5}
    assert result.counts == {"exported": 40, **LEFT_OUT, **partly}
    manifest = json.loads((tmp_path / "a/manifest.json").read_bytes())
    rows = [shard["rows"] for shard in manifest["shards"] if shard["name"].startswith("data/")]
    assert sum(rows) == 40 and manifest["counts"] == result.counts
    if form == "huggingface":
        assert keys(tmp_path / "a/data") == of(*range(1, 41))
        assert keys(tmp_path / "a/data/noncommercial") == of(*range(31, 41))
        assert keys(tmp_path / "a/metadata") == of(*range(1, 41), *range(101, 107))
        check_words_and_images(tmp_path / "a")


def check_pairs(folder: Path, result: ExportResult) -> None:
    """Number 36 looks like one of training; of the nine others three are drawn, in the order of the files."""
    left_out = {name: result.counts[name] for name in ("split", "similar_image", "not_drawn")}
    assert result.counts["exported"] == 3 and left_out == {"split": 36, "similar_image": 1, "not_drawn": 6}
    lines = [
        json.loads(line)
        for path in sorted((folder / "pairs").glob("*.jsonl"))
        for line in path.read_bytes().splitlines()  # of a text it would divide at U+2028, too
    ]
    rows = [
        row for path in sorted((folder / "data").glob("*.parquet")) for row in pq.read_table(path).to_pylist()
    ]
    assert [line["sample_key"] for line in lines] == [row["sample_key"] for row in rows]
    assert [line["caption"] for line in lines] == [row["caption"] for row in rows]
    assert {row["split"] for row in rows} <= {"test", "validation"} and len(rows) == 3
    assert not {row["triplet_key"] for row in rows} & of(36)
    for row in rows:
        assert row["selection"]["reason"] == "drawn" and row["selection"]["candidates"] > 1
        assert row["selection"]["stratum"].startswith("modality=ct; year=")
        assert hashlib.sha256(row["image"]["bytes"]).hexdigest() == row["image_sha256"]
    np.save(folder.parent / "x.npy", np.eye(3))
    embeddings = [
        "--image-embeddings",
        f"{folder.parent}/x.npy",
        "--text-embeddings",
        f"{folder.parent}/x.npy",
    ]
    assert main(["score_retrieval", *embeddings, "--captions", str(folder / "pairs")]) == 0
    (folder.parent / "x.npy").unlink()
    card = (folder / "README.md").read_text()
    datasets = pytest.importorskip("datasets")
    (splits,) = re.findall(r'load_dataset\(folder, split="(.+?)"\)', card)
    loaded = datasets.load_dataset(str(folder), split=splits, cache_dir=str(folder.parent / "cache"))
    assert loaded["sample_key"][:] == [line["sample_key"] for line in lines]
    shutil.rmtree(folder.parent / "cache")
    assert "| --balance | modality,year,journal |" in card and "| `selection.stratum` |" in card


def check_words_and_images(folder: Path) -> None:
    """Data have the images of their rows; metadata have no word of a caption."""
    for path in (folder / "data").rglob("*.parquet"):
        for row in pq.read_table(path).to_pylist():
            number = int(row["pmcid"][3:])
            assert row["image"]["bytes"] == picture(number, "jpeg" if 25 <= number < 31 else "png")
            assert row["caption_sha256"] == hashlib.sha256(row["caption"].encode()).hexdigest()
    for path in (folder / "metadata").rglob("*.parquet"):
        table = pq.read_table(path)
        assert not {"image", "caption", "caption_markup", "citing_paragraphs"} & set(table.column_names)
        for row in table.to_pylist():
            nested = [*(row["concepts"] or ()), *row["privacy_flags"]]
            nested += [e for m in row["modality"] or () for e in m["evidence"]]
            assert {each["text"] for each in nested} == {None}


def test_metadata_and_the_lake_give_the_full_rows_back(spark: Any, settings: Any, tmp_path: Path) -> None:
    export(spark, settings, tmp_path / "full", "huggingface")
    export(spark, settings, tmp_path / "bare", "metadata")
    lake = Lake(spark, settings.lake)
    result = reconstruct(lake, str(tmp_path / "bare"), str(tmp_path / "out"), lambda line: None)
    assert (result.rows, result.rebuilt, result.exit_code) == (46, 41, NOT_EQUAL)
    assert result.counts == {"equal": 41, "missing": 5} and result.details == {"no_image_bytes": 5}

    def rows(folder: Path) -> dict[str, dict[str, Any]]:
        paths = (folder / "data").rglob("*.parquet")
        return {row["triplet_key"]: row for path in paths for row in pq.read_table(path).to_pylist()}

    rebuilt, full = rows(tmp_path / "out"), rows(tmp_path / "full")
    assert {rebuilt[key].pop("status") for key in rebuilt} == {"equal"}
    (without_image,) = set(rebuilt) - set(full)
    assert without_image in of(103) and rebuilt.pop(without_image)["image"] is None
    assert rebuilt == full
    report = pq.read_table(tmp_path / "out/report").to_pylist()
    assert {row["triplet_key"] for row in report if row["status"] == "missing"} == of(101, 102, 104, 105, 106)
    again = reconstruct(lake, str(tmp_path / "bare"), str(tmp_path / "out"), lambda line: None)
    assert again.status == "nothing new" and again.counts == result.counts
    with pytest.raises(InputError, match=r"manifest.json: No such file"):
        reconstruct(lake, str(tmp_path), str(tmp_path / "out2"), lambda line: None)
    (path,) = (tmp_path / "bare/metadata").glob("train-00000*")
    path.write_bytes(path.read_bytes()[:-1])
    with pytest.raises(InputError, match="is not the file of the manifest"):
        reconstruct(lake, str(tmp_path / "bare"), str(tmp_path / "out2"), lambda line: None)


def test_a_run_that_was_killed_is_taken_up(
    spark: Any, settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = export(spark, settings, tmp_path / "whole", "webdataset")

    def killed(facts: object) -> Any:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(job, "documents", killed)
        export(spark, settings, tmp_path / "out", "webdataset")
    assert not (tmp_path / "out").exists()
    working = tmp_path / "out.incomplete"
    shards = sorted((working / "data").iterdir())
    shards[0].write_bytes(shards[0].read_bytes()[:-1])
    next(iter((working / "_shards").glob(f"*{shards[1].stem}*"))).unlink()
    (working / "data/x.tar.tmp-1").write_bytes(b"half")
    with pytest.raises(ExportError, match="unfinished export of another release or with other options"):
        export(spark, settings, tmp_path / "out", "webdataset", seed=1)
    result = export(spark, settings, tmp_path / "out", "webdataset")
    assert (result.shards, result.kept) == (whole.shards, whole.shards - 2)
    assert contents(tmp_path / "out") == contents(tmp_path / "whole") and not working.exists()

    again = export(spark, settings, tmp_path / "out", "webdataset")
    assert again.status == "nothing new" and contents(tmp_path / "out") == contents(tmp_path / "whole")
    with pytest.raises(ExportError, match="the folder is not empty"):
        export(spark, settings, tmp_path / "out", "metadata")
    shards = sorted((tmp_path / "out/data").iterdir())
    shards[0].write_bytes(b"")
    with pytest.raises(ExportError, match=f"{shards[0].name} is not the file that was exported"):
        export(spark, settings, tmp_path / "out", "webdataset")


def test_training_copies_leave_out_what_may_not_be_changed(spark: Any, settings: Any, tmp_path: Path) -> None:
    result = export(spark, settings, tmp_path / "out", "huggingface", images="derived")
    assert result.counts == {
        "exported": 2, "redistribution_forbidden": 1, "licence_unknown": 2, "no_derivatives": 5,
        "no_image": 1,
        "no_training_copy": 35, "partly.restricted_vocabulary": 1, "names_withheld": 1,
    }  # fmt: skip
    (path,) = (tmp_path / "out/data").rglob("*.parquet")
    rows = {row["pmcid"]: row for row in pq.read_table(path).to_pylist()}
    assert {name: row["image"]["bytes"] for name, row in rows.items()} == {
        "PMC1": picture(1001, "jpeg"), "PMC2": picture(1002, "jpeg"),
    }  # fmt: skip
    assert all("No changes" not in row["attribution"] for row in rows.values())
    assert all("Changes: scaled for training" in row["attribution"] for row in rows.values())


def test_options_and_the_opt_out_list_choose_rows(spark: Any, settings: Any, tmp_path: Path) -> None:
    image = hashlib.sha256(picture(5, "png")).hexdigest()
    (tmp_path / "list.txt").write_text(f"PMC3\n{image}\nPMC4#F1.a\n")
    listed = replace(settings, opt_out=str(tmp_path / "list.txt"))
    where = "cast(substring(pmcid, 4) as int) <= 35 and exists(concepts, c -> c.concept_id = 'C0018787')"
    result = export(
        spark, listed, tmp_path / "out", "huggingface", where=where, splits=("train",), licences=("CC-BY",)
    )
    assert keys(tmp_path / "out/data") == keys(tmp_path / "out/metadata") == of(1, 2, *range(6, 31))
    assert result.counts["where"] == 11 and result.counts["split"] == 5 and result.counts["opted_out"] == 3
    assert "licence" not in result.counts
    only = export(spark, settings, tmp_path / "nc", "metadata", licences=("noncommercial",))
    assert only.counts == {
        "exported": 10,
        "licence": 36,
        "partly.restricted_vocabulary": 5,
        "names_withheld": 5,
    }
    assert keys(tmp_path / "nc") == of(*range(31, 41))


@pytest.mark.parametrize(
    ("where", "line"),
    [
        ("SELEKT 1", "PARSE_SYNTAX_ERROR"),
        ("no_such = 1", "UNRESOLVED_COLUMN"),
        ("year", "not a condition|DATATYPE_MISMATCH"),
        ("'train'", "not a condition|DATATYPE_MISMATCH|names no column"),
        ("true", "it names no column of triplets"),
        ("rand() < 0.5 and year > 1", "its answer changes"),
        ("year < year(current_date())", "its answer changes"),
        ("max(year) > 3", "INVALID_WHERE_CONDITION|not a condition"),
        ("explode(concept_ids) = 'a'", "UNSUPPORTED_GENERATOR|not a condition"),
        ("year in (select 2020)", "a query in it is not supported"),
        ("year = 2020; drop table x", "PARSE_SYNTAX_ERROR"),
    ],
)
def test_conditions_that_are_none(spark: Any, settings: Any, tmp_path: Path, where: str, line: str) -> None:
    with pytest.raises(InputError, match=line) as raised:
        export(spark, settings, tmp_path / "out", "metadata", where=where)
    assert str(raised.value).startswith(f"--where {where}: ") and "\n" not in str(raised.value)
    assert not list(tmp_path.iterdir())


def test_what_cannot_be_exported_is_one_line_and_leaves_nothing(
    spark: Any, settings: Any, tmp_path: Path
) -> None:
    def line(kind: type[MedconceptError], form: str = "webdataset", **options: Any) -> str:
        with pytest.raises(kind) as raised:
            export(spark, settings, tmp_path / "out", form, **options)
        assert not list(tmp_path.iterdir()) and "\n" not in str(raised.value)
        return str(raised.value)

    assert line(LakeError, release="r9") == f"no release 'r9' (releases: {RELEASE})"
    assert line(ExportError, licences=("other",)).startswith(
        f"release '{RELEASE}': nothing is left to export: 43 licence (--only-licence leaves the row out)"
    )
    assert "--format metadata exports what may leave" in line(ExportError, licences=("other",))
    empty = replace(settings, lake=str(tmp_path / "none"))
    with pytest.raises(LakeError, match="there is no lake here"):
        export(spark, empty, tmp_path / "out", "metadata")


def test_a_release_whose_tables_do_not_belong_together(spark: Any, settings: Any, tmp_path: Path) -> None:
    shutil.copytree(settings.lake, tmp_path / "lake")
    lake = Lake(spark, str(tmp_path / "lake"))
    put(
        lake,
        releases=[{"name": "mixed", "commit_seq": 1, "versions": {"triplets": 0}, "rows": {}, "digests": {}}],
    )
    changed = replace(settings, lake=str(tmp_path / "lake"))
    with pytest.raises(LakeDamaged, match="release 'mixed': its tables are not those of commit 1"):
        export(spark, changed, tmp_path / "out", "metadata", release="mixed")
