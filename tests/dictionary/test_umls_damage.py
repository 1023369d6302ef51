"""A release of the UMLS that is not whole, and rows that are cut: refused or counted."""

from __future__ import annotations

from pathlib import Path

import pytest
from synthetic_umls import write_release

from medconcept.config import DictionarySource
from medconcept.errors import MedconceptError
from medconcept.terminologies.umls_options import UmlsOptions
from medconcept.terminologies.umls_rrf import source_id

CUT = {"MRSTY": 1, "MRDEF": 2, "MRCUI": 1, "MRRANK": 1, "MRSAB": 1, "DELETEDCUI": 1}


def release(spark, folder: Path, **options: object):
    from medconcept.stages.dictionary.umls import Release

    source = DictionarySource("UMLS", "umls", str(folder), umls=UmlsOptions(**options))
    return Release(spark, source, 0, {path.stem: str(path) for path in folder.glob("*.RRF")})


def census(spark, folder: Path) -> tuple[dict[str, int], list[str]]:
    from medconcept.stages.dictionary.umls_census import checked

    said: list[str] = []
    return checked(release(spark, folder), said.append), said


def write_listing(folder: Path) -> None:
    """MRFILES as NLM writes it: name, description, columns, numbers of columns, lines and bytes."""
    lines = []
    for path in sorted(folder.glob("*.RRF")):
        if path.name != "MRFILES.RRF":
            data = path.read_bytes()
            name = f"CHANGE/{path.name}" if path.name == "DELETEDCUI.RRF" else path.name
            columns, count = len(data.partition(b"\n")[0].split(b"|")) - 1, data.count(b"\n")
            lines.append(f"{name}|what it is|A,B|{columns}|{count}|{len(data)}|\n")
    (folder / "MRFILES.RRF").write_text("".join(lines))


@pytest.fixture
def whole(tmp_path: Path) -> Path:
    write_release(tmp_path, 200)
    write_listing(tmp_path)
    return tmp_path


def test_a_whole_release_and_one_without_a_listing(spark, whole: Path) -> None:
    counts, said = census(spark, whole)
    assert set(counts.values()) == {0} and set(counts) == {f"umls.malformed.{table}" for table in CUT}
    assert not said
    (whole / "MRFILES.RRF").unlink()
    assert census(spark, whole)[0] == counts
    assert "MRFILES.RRF" in census(spark, whole)[1][0]


def test_a_release_that_is_not_whole_is_refused_with_both_numbers(spark, whole: Path) -> None:
    for name in ("MRCONSO", "MRDEF"):
        path = whole / f"{name}.RRF"
        data = path.read_bytes()
        path.write_bytes(data[: data.rindex(b"\n", 0, -1) + 1])
        count = data.count(b"\n")
        reason = rf"UMLS: {name}\.RRF has {count - 1:,} lines, and MRFILES\.RRF lists {count:,}: "
        with pytest.raises(MedconceptError, match=reason):
            census(spark, whole)
        path.write_bytes(data)
    (whole / "MRDEF.RRF").unlink()
    with pytest.raises(MedconceptError, match=r"there is no MRDEF\.RRF, for which MRFILES\.RRF lists"):
        census(spark, whole)


def test_cut_rows_are_counted_by_table(spark, whole: Path) -> None:
    for table, count in CUT.items():
        path = whole / f"{table}.RRF"
        lines = path.read_text().splitlines(keepends=True)
        path.write_text("".join([*lines, *["C0000001|cut\n"] * count]))
        if table == "DELETEDCUI":  # two columns: a cut row has one
            path.write_text("".join([*lines, "C0000001\n"]))
    (whole / "MRFILES.RRF").unlink()
    assert census(spark, whole)[0] == {f"umls.malformed.{table}": count for table, count in CUT.items()}


def test_an_atom_without_a_line_in_mrsty_is_counted_as_such(spark, whole: Path) -> None:
    from pyspark.sql import functions as F

    from medconcept.stages.dictionary.umls import names

    path = whole / "MRSTY.RRF"
    lines = path.read_text().splitlines(keepends=True)
    path.write_text("".join([*lines[:1], lines[1][:12] + "\n", *lines[2:]]))
    rows, counts = names(release(spark, whole))
    named = rows.agg(F.count("*")).first()[0]
    assert named == counts[0].get["chosen"] - 4 - 8  # of ideas
    assert counts[1].get["no_semantic_type"] == 4
    assert rows.where("concept_id = 'C0000002'").isEmpty()


def test_optional_tables_may_be_empty(spark, whole: Path) -> None:
    from medconcept.stages.dictionary.umls import concepts

    (whole / "MRDEF.RRF").write_text("")
    write_listing(whole)
    assert census(spark, whole)[0]["umls.malformed.MRDEF"] == 0
    assert concepts(release(spark, whole)).where("definition IS NOT NULL").isEmpty()


def test_a_language_brings_its_sources(spark, tmp_path: Path) -> None:
    from medconcept.stages.dictionary.umls import names

    write_release(tmp_path, 300)

    def sources(**options: object) -> set[tuple[str, str]]:
        rows, _ = names(release(spark, tmp_path, semantic_groups=("CONC", "DISO"), **options))
        return {(row.source, row.language) for row in rows.select("source", "language").distinct().collect()}

    english = {(name, "en") for name in ("MSH", "SNOMEDCT_US", "NCI", "CHV")}
    assert sources() == english
    assert sources(languages=("ENG", "SPA")) == english | {("MSHSPA", "es")}
    assert sources(languages=("ENG", "SPA"), sources=("MSH",)) == {("MSH", "en")}  # stated to the letter


def test_source_ids_in_spark_are_those_of_python(spark) -> None:
    from medconcept.stages.dictionary.umls import source_id_column

    atoms = [
        ("MSH", "D004194"), ("MSHSPA", "D004194"), ("NCBI", "9606"), ("ORPHANET", "98"),
        ("ORPHANET", "ORPHA98"), ("ORPHANET", "ORPHA:98"), ("SNOMEDCT_US", "22298006"),
        ("HPO", "HP:0000001"), ("HGNC", "HGNC:5"),
        ("XYZ", "XYZ:1"), ("XYZ", "1"), ("MTH", "NOCODE"), ("MTH", ""), ("DSM-5", "F32"), ("UWDA", "1"),
    ]  # fmt: skip
    rows = spark.createDataFrame(
        [(*atom, "C0000001") for atom in atoms], "SAB string, CODE string, CUI string"
    )
    in_spark = {(r.SAB, r.CODE): r.id for r in rows.withColumn("id", source_id_column()).collect()}
    assert in_spark == {atom: source_id(*atom, "C0000001") for atom in atoms}


def test_a_replacement_that_is_retired_itself_is_followed(spark, whole: Path) -> None:
    from medconcept.stages.dictionary.umls import retired

    steps = [
        ("C9000001", "C9000002"), ("C9000002", "C9000003"), ("C9000003", "C0000002"),  # a chain
        ("C9000004", "C9000005"),  # to one that was deleted
        ("C9000006", "C9000007"), ("C9000007", "C9000006"),  # a circle
        ("C0000003", "C0000002"),  # still in use
    ]  # fmt: skip
    lines = [f"{old}|2020AA|SY|||{new}|Y|\n" for old, new in steps]
    (whole / "MRCUI.RRF").write_text("".join(lines))
    (whole / "DELETEDCUI.RRF").write_text("C9000005|gone|\n")
    rows = {row.concept_id: row.replaced_by for row in retired(release(spark, whole)).collect()}
    assert rows == {
        "C9000001": "C0000002", "C9000002": "C0000002", "C9000003": "C0000002", "C9000004": None,
        "C9000005": None, "C9000006": None, "C9000007": None,
    }  # fmt: skip


def test_a_retired_id_without_a_name_is_a_concept_that_another_replaces(spark) -> None:
    from medconcept.stages.dictionary.concept_rows import merge, nameless_rows
    from medconcept.terminologies.readers import iter_terms
    from medconcept.workers.dictionary.read_terms import TERMS, Source, term_row

    data = (
        b"[Term]\nid: X:1\nname: heart\nxref: UMLS:C0018787\n\n"
        b"[Term]\nid: X:2\nis_obsolete: true\nreplaced_by: X:1\n\n"
        b"[Term]\nid: X:3\nname: obsolete soul\nis_obsolete: true\nreplaced_by: X:1\n"
    )
    rows = [term_row(term, Source("X", "obo", "", ""), 0) for term in iter_terms(data, "obo", "X")]
    (row,) = nameless_rows(merge(spark.createDataFrame(rows, TERMS), None, None)).collect()
    assert (row.concept_id, row.preferred_name, row.obsolete, row.replaced_by) == (
        "X:2",
        None,
        True,
        "C0018787",
    )
    assert (row.sources, row.source_ids) == (["X"], ["X:2"])
