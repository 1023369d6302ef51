"""Exports loaded as their users load them; what the documents say is what is inside."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml
from export_rows import facts, named, samples, write_shard
from PIL import Image

from medconcept.exports.card import card, loading
from medconcept.exports.croissant import croissant
from medconcept.exports.croissant_required import REQUIRED, missing_fields
from medconcept.exports.documents import documents
from medconcept.exports.facts import ConceptFrequency, ExportFacts
from medconcept.exports.figures import FIGURES, bars, figures
from medconcept.exports.shards import ShardEntry
from medconcept.exports.target import Target

PARTS = {  # folder and split: rows, of which every fifth image is a JPEG
    ("data/commercial/ct", "train"): range(1, 131),
    ("data/commercial/mri", "train"): range(131, 139),
    ("data/commercial/chart", "test"): range(139, 144),
    ("data/noncommercial/ct", "validation"): range(144, 154),
}


def write(folder: Path, form: str) -> ExportFacts:
    """An export of a hundred and some rows; returns its facts."""
    target = Target(str(folder))
    target.begin("a")
    shards: list[ShardEntry] = []
    flat: dict[str, list[int]] = {}
    for (place, split), numbers in PARTS.items():
        if form == "huggingface":
            shards.append(write_shard(target.working, named(place, split), form, samples(numbers)))
        flat.setdefault(split, []).extend(numbers)
    for split, numbers in flat.items():
        if form in ("huggingface", "metadata"):
            shards.append(write_shard(target.working, named("metadata", split), "metadata", samples(numbers)))
        elif form != "huggingface":
            halves = [numbers[: len(numbers) // 2], numbers[len(numbers) // 2 :]]
            shards += [
                write_shard(target.working, named("data", split, n, 2), form, samples(half))
                for n, half in enumerate(halves)
            ]
    known = facts(form, shards)
    for path, content in documents(known):
        target.write(path, content)
    target.finish()
    return known


@pytest.fixture(scope="module", params=["huggingface", "webdataset", "conceptclip", "metadata"])
def written(request: Any, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, ExportFacts]:
    folder = tmp_path_factory.mktemp(request.param) / "out"
    return folder, write(folder, request.param)


@pytest.fixture(scope="module")
def huggingface(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("hub") / "out"
    write(folder, "huggingface")
    return folder


def in_folder(code: str, folder: Path, cache: Path) -> str:
    """What code prints that is run in a process of its own, in a folder, without the network."""
    environment = {**os.environ, "HF_HUB_OFFLINE": "1", "HF_HOME": str(cache)}
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=folder, env=environment, capture_output=True, text=True, timeout=300
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return done.stdout


def test_the_snippet_of_the_card_runs(written: tuple[Path, ExportFacts], tmp_path: Path) -> None:
    folder, known = written
    pytest.importorskip("webdataset" if known.options.format == "webdataset" else "datasets")
    snippet = loading(known)
    assert f"```python\n{snippet}\n```" in (folder / "README.md").read_text()
    (tmp_path / "medconcept-r1").symlink_to(folder)
    in_folder(snippet, tmp_path, tmp_path / "cache")


def test_the_card_counts_what_is_inside(written: tuple[Path, ExportFacts]) -> None:
    text = card(written[1])
    head = yaml.safe_load(text.split("---\n")[1])
    sizes = {
        config["config_name"]: sum(split["num_examples"] for split in config["splits"])
        for config in head["dataset_info"]
    }
    assert sizes["default"] == 153
    assert (
        head["size_categories"] == ["n<1K"] and head["license"] == "cc-by-4.0" and head["language"] == ["en"]
    )
    assert "Of 156 triplets of the release, 153 are in the files." in text
    assert "| licence_unknown | nothing is known | 3 |" in text and "| J Ex | 153 |" in text
    if written[1].options.format == "huggingface":
        assert {name: sizes[name] for name in ("ct", "mri", "radiology", "chart", "noncommercial",
        "metadata")} == {
            "ct": 140, "mri": 8, "radiology": 148, "chart": 5, "noncommercial": 10, "metadata": 153,
        }  # fmt: skip


def test_the_card_shows_charts_of_what_is_inside(written: tuple[Path, ExportFacts]) -> None:
    folder, known = written
    known = replace(known, frequency=ConceptFrequency(3, {"1": 2, "1,000 and more": 1}))
    charts = dict(figures(known))
    assert list(charts) == list(FIGURES) and charts == dict(figures(known))
    for path, data in charts.items():
        with Image.open(io.BytesIO(data)) as image:
            assert image.format == "PNG" and image.size[0] == 800 and not image.text
        assert f"]({path})" in card(known, list(charts))
    assert (folder / "figures/years.png").read_bytes() == charts["figures/years.png"]
    assert not (folder / "figures/concepts.png").exists()  # nothing was counted
    assert "concepts.png" not in (folder / "README.md").read_text()


def test_bars_are_as_long_as_their_counts() -> None:
    data = bars("Rows", [("a $x^2$ \u4e2d", 10), ("b" * 200, 40), ("c\x1b[31m", 0)])
    with Image.open(io.BytesIO(data)) as image:
        pixels = np.asarray(image.convert("RGB")).astype(int)
    blue = (abs(pixels - [0x3B, 0x6E, 0xA5]).sum(axis=2) < 30).sum(axis=1)
    lengths = [length for length in dict.fromkeys(blue.tolist()) if length > 5]
    assert len(lengths) == 2 and lengths[1] / lengths[0] == pytest.approx(4, rel=0.1)


def test_text_from_outside_neither_breaks_the_card_nor_its_snippet(tmp_path: Path) -> None:
    rows = samples(range(1, 4))
    rows[0]["journal"] = "J | <script>x</script> [a](b)\n\x1b[31m"
    rows[1]["language"] = "klingon"
    known = facts("conceptclip", [write_shard(tmp_path / "out", named("data", "train"), "conceptclip", rows)])
    release = replace(known.release, name='r"1\n: x')
    known = replace(known, release=release)
    text = card(known)
    assert yaml.safe_load(text.split("---\n")[1])["language"] == ["en"]
    assert "\n| J \\| &lt;script>x&lt;/script> \\[a](b) \\x1b\\[31m | 1 |\n" in text and "\x1b" not in text
    (tmp_path / 'medconcept-r"1\n: x').symlink_to(tmp_path / "out")
    assert "CT of a heart" in in_folder(loading(known), tmp_path, tmp_path)
    content = yaml.safe_load(dict(documents(known))["CITATION.cff"])  # type: ignore[arg-type] — it is text
    assert content["version"] == release.name


def test_the_hub_format_loads_whole_streamed_and_by_configuration(huggingface: Path, tmp_path: Path) -> None:
    datasets = pytest.importorskip("datasets")
    expected = {row["sample_key"]: row for numbers in PARTS.values() for row in samples(numbers)}
    loaded = datasets.load_dataset(str(huggingface), cache_dir=str(tmp_path))
    assert {split: len(rows) for split, rows in loaded.items()} == {"train": 138, "validation": 10, "test": 5}
    assert isinstance(loaded["train"].features["image"], datasets.Image)
    undecoded = [
        row for rows in loaded.values() for row in rows.cast_column("image", datasets.Image(decode=False))
    ]
    assert {row["sample_key"]: row["image"]["bytes"] for row in undecoded} == {
        key: row["image"]["bytes"] for key, row in expected.items()
    }
    for row in undecoded:
        own = expected[row["sample_key"]]
        assert row["caption"] == own["caption"] and row["concept_ids"] == own["concept_ids"]
        assert [c["spans"] for c in row["concepts"]] == [c["spans"] for c in own["concepts"]]
    assert loaded["train"][0]["image"].size == (24, 24)
    streamed = datasets.load_dataset(str(huggingface), "radiology", split="train", streaming=True)
    keys = [row["sample_key"] for row in streamed]
    assert sorted(keys) == sorted(
        row["sample_key"] for n in (range(1, 131), range(131, 139)) for row in samples(n)
    )
    metadata = datasets.load_dataset(str(huggingface), "metadata", split="train", cache_dir=str(tmp_path))
    assert len(metadata) == 138 and "image" not in metadata.features


def test_tar_files_are_read_by_their_library_in_order(tmp_path: Path) -> None:
    webdataset = pytest.importorskip("webdataset")
    write(tmp_path / "out", "webdataset")
    shards = [str(path) for path in sorted((tmp_path / "out/data").glob("train-*.tar"))]
    rows = samples([*PARTS["data/commercial/ct", "train"], *PARTS["data/commercial/mri", "train"]])
    read = list(webdataset.WebDataset(shards, shardshuffle=False).decode("pil"))
    assert [sample["__key__"] for sample in read] == [row["sample_key"] for row in rows]
    assert [sample["txt"] for sample in read] == [row["caption"] for row in rows]
    assert all(sample["jpg" if "jpg" in sample else "png"].size == (24, 24) for sample in read)
    index = json.loads((tmp_path / "out/train-index.json").read_bytes())
    assert sum(shard["nsamples"] for shard in index["shardlist"]) == 138
    assert all(
        (tmp_path / "out" / shard["url"]).stat().st_size == shard["filesize"] for shard in index["shardlist"]
    )


def test_tar_files_of_several_image_formats_are_read_by_datasets(tmp_path: Path) -> None:
    datasets = pytest.importorskip("datasets")
    write(tmp_path / "out", "webdataset")
    loaded = datasets.load_dataset(str(tmp_path / "out"), cache_dir=str(tmp_path / "cache"))
    assert {split: len(rows) for split, rows in loaded.items()} == {"train": 138, "validation": 10, "test": 5}
    jpegs = [row["json"]["sample_key"] for row in loaded["train"] if row["jpg"] is not None]
    pngs = [row["json"]["sample_key"] for row in loaded["train"] if row["png"] is not None]
    assert (len(jpegs), len(jpegs) + len(pngs)) == (27, 138) and not set(jpegs) & set(pngs)


def test_croissant_has_what_the_specification_requires(written: tuple[Path, ExportFacts]) -> None:
    content = croissant(written[1])
    assert missing_fields(content) == []
    ids = {each["@id"] for each in content["distribution"]}
    for records in content.get("recordSet", []):
        assert {field["source"]["fileSet"]["@id"] for field in records["field"]} <= ids
    sums = {each["contentUrl"]: each["sha256"] for each in content["distribution"] if "sha256" in each}
    assert sums == {shard.files[0].path: shard.files[0].sha256 for shard in written[1].shards}


def test_each_field_that_is_required_is_missed(written: tuple[Path, ExportFacts]) -> None:
    content = json.loads(json.dumps(croissant(written[1])))
    records = content.get("recordSet", [])
    parts = [content, *content["distribution"], *records, *(f for r in records for f in r["field"])]
    by_type = {part["@type"]: part for part in parts}
    assert set(by_type) == set(REQUIRED) if records else set(by_type) == {"sc:Dataset", "cr:FileObject",
                                                                          "cr:FileSet"}  # fmt: skip
    for kind, part in by_type.items():
        for names in REQUIRED[kind]:
            kept = {name: part.pop(name) for name in names if name in part}
            assert kept and any(names[0] in line or names[0] == "@id" for line in missing_fields(content))
            part |= kept
    assert missing_fields({**content, "conformsTo": "http://mlcommons.org/croissant/1.0"}) != []


def test_croissant_is_valid(written: tuple[Path, ExportFacts]) -> None:
    mlcroissant = pytest.importorskip("mlcroissant")
    dataset = mlcroissant.Dataset(jsonld=written[0] / "croissant.json")
    assert not dataset.metadata.ctx.issues.errors


def test_every_file_is_in_the_manifest_and_has_its_provenance(written: tuple[Path, ExportFacts]) -> None:
    folder, known = written
    manifest = json.loads((folder / "manifest.json").read_bytes())
    assert all((folder / file["path"]).stat().st_size == file["bytes"] for file in manifest["files"])
    own = {"README.md", "ASSETS.json", "croissant.json", "CITATION.cff", "manifest.json"}
    on_disk = {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}
    unlisted = on_disk - {file["path"] for file in manifest["files"]} - own
    loose = ("images/", "figures/")
    assert all(path.startswith(loose) or path.endswith("-index.json") for path in unlisted)
    assets = json.loads((folder / "ASSETS.json").read_bytes())
    sums = {path: checksum for asset in assets["files"] for path, checksum in asset.get("sha256", {}).items()}
    assert sums == {file["path"]: file["sha256"] for file in manifest["files"]}
    assert assets["not_in_the_files"]["left_out"]["licence_unknown"]["rows"] == 3
    assert known.release.name in yaml.safe_load((folder / "CITATION.cff").read_text())["title"]
