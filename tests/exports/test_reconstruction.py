"""What of an export's metadata is still the same in another lake: one row for each thing that may differ."""

from __future__ import annotations

import hashlib
from typing import Any

from export_rows import source_rows, triplet
from pyspark.sql.types import StringType, StructField, StructType

from medconcept.stages.exports.reconstruction import articles_known, judged, rebuilt
from medconcept.tables import TABLES

CHANGED = {  # number of the article: what is otherwise in the lake, and what is said of it
    1: ({}, ("equal", [])),
    2: ({"article_version": 2, "source_sha256": "cd"}, ("changed", ["article_version"])),
    3: ({"source_sha256": "cd"}, ("changed", ["article_file"])),
    4: ({"caption": "CT of a liver"}, ("changed", ["caption"])),
    5: ({"sha256": "00"}, ("changed", ["image"])),
    6: ({"status": "no_media"}, ("missing", ["no_image"])),
    7: ({"bytes": None}, ("missing", ["no_image_bytes"])),
    8: ({"figure_key": "PMC8#F2"}, ("missing", ["no_figure"])),
    9: ({"article": None}, ("missing", ["no_article"])),
    10: ({"article": None, "before": True}, ("withdrawn", ["no_article", "left_source"])),
    11: ({"article": None, "left_out": "opted_out"}, ("withdrawn", ["no_article", "opted_out"])),
    12: ({"article": None, "left_out": "licence"}, ("missing", ["no_article", "licence"])),
    13: ({"is_retracted": True, "source_sha256": "cd"}, ("retracted", ["article_file"])),
    14: ({"article_key": "doi:10.1/n14", "pmcid": None, "doi": "10.1/N14"}, ("equal", [])),
    15: ({"caption": None}, ("changed", ["caption"])),
}


def frame(spark: Any, table: str, rows: list[dict[str, Any]]) -> Any:
    content = TABLES[table].content
    return spark.createDataFrame([tuple(row.get(name) for name in content.names) for row in rows], content)


def test_each_row_is_equal_or_says_what_differs(spark: Any) -> None:
    metadata = [triplet(n, triplet_key=f"PMC{n}#F1/0", figure_key=f"PMC{n}#F1", doi=f"10.1/n{n}",
                        is_retracted=False) for n in CHANGED]  # fmt: skip
    sources = source_rows(metadata)
    tables: dict[str, list[dict[str, Any]]] = {name: [] for name in (*sources, "image_bytes", "raw_articles")}
    before = []
    for place, (changes, _) in enumerate(CHANGED.values()):
        rows = {name: sources[name][place] for name in sources}
        if changes.get("before"):
            before.append(rows["articles"])
        if "left_out" in changes:
            stated = {"pmcid": rows["articles"]["pmcid"]}
            tables["raw_articles"].append({"left_out": changes["left_out"], "metadata": stated})
        content = {"kind": "original", "sha256": rows["images"]["sha256"], "size": 9, "format": "png"}
        if "bytes" not in changes:
            tables["image_bytes"].append(content)
        if "article" in changes:
            continue
        key = changes.get("article_key")
        for name, row in rows.items():
            row |= {field: value for field, value in changes.items() if field in row}
            if key and name != "articles":
                row["figure_key"] = f"{key}#F1"
            if key and name == "images":
                row["image_key"] = f"{key}#F1/0"
            tables[name].append(row)
    lake = {name: frame(spark, name, rows) for name, rows in tables.items()}
    bare = [
        {**row, "caption_sha256": hashlib.sha256(row["caption"].encode()).hexdigest()} for row in metadata
    ]
    schema = StructType([*TABLES["triplets"].content, StructField("caption_sha256", StringType())])
    names = [name for name in schema.names if name not in ("caption", "caption_markup", "citing_paragraphs")]
    given = spark.createDataFrame([tuple(row.get(name) for name in schema.names) for row in bare], schema)
    given = given.select(*names)
    known = articles_known(given, lake["articles"], lake["raw_articles"], [frame(spark, "articles", before)])
    found = judged(
        given, known, lake["articles"], lake["figures"], lake["images"], lake["image_bytes"], derived=False
    ).persist()
    said = {
        int(row["triplet_key"].split("#")[0][3:]): (row["status"], row["details"], row["_is_whole"])
        for row in found.collect()
    }
    assert {n: (status, details) for n, (status, details, _) in said.items()} == {
        n: expected for n, (_, expected) in CHANGED.items()
    }
    assert {n for n in said if said[n][2]} == {1, 2, 3, 13, 14}
    full = {
        row["triplet_key"]: row for row in rebuilt(given, found.where("_is_whole"), lake["figures"]).collect()
    }
    assert len(full) == 5
    for n in (1, 14):
        row, own = full[f"PMC{n}#F1/0"], metadata[n - 1]
        assert row["status"] == "equal" and row["caption"] == own["caption"]
        assert [c["text"] for c in row["concepts"]] == ["heart", "CT heart"]
        assert row["privacy_flags"][0]["text"] == row["modality"][0]["evidence"][0]["text"] == "CT"
        assert row["citing_paragraphs"] == ["As Figure 1 shows."]
