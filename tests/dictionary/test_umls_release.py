"""A UMLS release through build_dictionary: what is chosen, counted, merged, and refused."""

from __future__ import annotations

import gzip
import hashlib
import zipfile

import pytest
from articles import run
from synthetic_umls import write_release

from medconcept.config import Config, DictionaryConfig, DictionarySource, SyncConfig
from medconcept.dictionary.linking_dictionary import LinkingDictionary
from medconcept.errors import MedconceptError
from medconcept.linking.linker import Linker
from medconcept.terminologies.umls_options import UmlsOptions

OWN = (
    "concept_id\tname\tcui\txref\tobsolete\treplaced_by\n"
    "T:1\tretired one\tC9000001\t\t\t\n"  # the retired CUI became C0000002
    "T:2\tthe same\tC0000002\t\t\t\n"  # second id of this source with that CUI
    "T:3\tof no synonym\tC9000002\t\t\t\n"
    "T:4\ttwo of them\tC0000004|\t\t\t\n"
    "MESH:D0000004\tby its code\tC0000009\t\t\t\n"  # the release says C0000005
    "T:5\tan old term\t\t\ttrue\tT:1\n"
)


def build(spark, folder, *sources):
    settings = Config(
        lake=str(folder / "lake"),
        sync=SyncConfig(input=str(folder), source="test"),
        dictionary=DictionaryConfig(sources),
    )
    lake, (report,) = run(spark, settings, "build_dictionary")
    return lake, report


def umls(path, **options):
    return DictionarySource("UMLS", "umls", str(path), "2025AA", "UMLS", umls=UmlsOptions(**options))


@pytest.fixture(scope="module")
def made(spark, tmp_path_factory):
    folder = tmp_path_factory.mktemp("umls")
    expected = write_release(folder / "META", 1000)
    with (folder / "META" / "MRCONSO.RRF").open("ab") as file:
        file.write(b"C0000002|ENG|too few columns|\n")
        line = "{}|ENG|S|L9|PF|S9|Y|A9||||NCI|SY|C1|{}|0|N||\n"
        file.write(line.format("X0000002", "name of no concept").encode())
        file.write(line.format("C0000002", "bad \xff byte").encode("latin-1"))
        file.write(line.format("C0000002", " ").encode())
    (folder / "own.tsv").write_text(OWN)
    own = DictionarySource("OWN", "tsv", str(folder / "own.tsv"), "1", "CC0-1.0")
    lake, report = build(spark, folder, umls(folder / "META"), own)
    return lake, report, expected


def test_every_atom_is_a_name_or_a_reason(made):
    _, report, expected = made
    counts = {k.removeprefix("umls."): v for k, v in report.counts.items() if k.startswith("umls.")}
    assert counts["names"] == expected.names
    reasons = {k: counts[k] for k in ("malformed", "no_cui", "bad_utf8", "no_name")}
    assert reasons == {"malformed": 1, "no_cui": 1, "bad_utf8": 1, "no_name": 1}
    chosen_not = ("language", "source", "suppressed", "term_type", "restriction", "semantic_type")
    assert all(counts[k] > 0 for k in chosen_not if k != "restriction")
    assert counts["read"] == counts["names"] + sum(reasons.values()) + sum(counts[k] for k in chosen_not)


def test_names_of_the_release(made):
    lake, _, expected = made
    names = lake.read("concept_names").where("source != 'OWN'")
    assert names.count() == expected.names
    rows = {r.source: r for r in names.where("concept_id = 'C0000002'").collect()}
    heading = rows["MSH"]
    assert (heading.source_id, heading.term_type, heading.language) == ("MESH:D0000001", "MH", "en")
    assert (heading.is_preferred, heading.restriction_level, heading.source_version) == (True, 0, "MSH2025AA")
    assert (rows["SNOMEDCT_US"].restriction_level, rows["NCI"].is_preferred) == (9, False)
    assert heading.term_rank < rows["CHV"].term_rank
    assert heading.normalised == heading.name == heading.match_key[1:] and heading.ambiguity == 1


def test_concepts_of_the_release_and_retired_ones(made):
    lake, _, expected = made
    rows = {r.concept_id: r for r in lake.read("concepts").collect()}
    heart = rows["C0000002"]
    assert heart.semantic_types == ["Body Part, Organ, or Organ Component", "other"]
    assert (heart.semantic_type_ids, heart.semantic_groups) == (["T023"], ["ANAT"])
    assert "MESH:D0000001" in heart.source_ids and not heart.obsolete
    assert rows["C0000031"].definition == "Definition of C0000031."
    assert (rows["C9000001"].obsolete, rows["C9000001"].replaced_by) == (True, "C0000002")
    assert (rows["C9000002"].obsolete, rows["C9000002"].replaced_by) == (True, None)
    assert rows["C9000003"].preferred_name == "a name that is no more"
    assert "C0000001" not in rows  # an idea: its only semantic type is not chosen
    assert sum(not r.obsolete and r.concept_id.startswith("C") for r in rows.values()) == expected.concepts


def test_own_ids_take_the_cui_that_the_rule_gives_them(made):
    lake, report, _ = made
    concept = {
        r.source_id: r.concept_id for r in lake.read("concept_names").where("source = 'OWN'").collect()
    }
    assert concept["T:1"] == "C0000002"  # retired, resolved
    assert concept["T:2"] == "T:2"  # its source says that it is another term than T:1
    assert concept["T:3"] == "T:3"
    assert concept["MESH:D0000004"] == "C0000005"  # by the release, not by the list
    assert report.counts["conflicts.two_ids_one_cui"] == 1
    rows = {r.concept_id: r for r in lake.read("concepts").collect()}
    assert rows["T:2"].xrefs == ["UMLS:C0000002"]
    assert (rows["T:5"].obsolete, rows["T:5"].replaced_by) == (True, "C0000002")
    old = lake.read("concept_names").where("source_id = 'T:5'").collect()[0]
    assert (old.match_key, old.flags) == (None, ["obsolete"])


def test_compiled_names_know_their_concepts(made):
    lake, report, _ = made
    sha256 = lake.head().dictionary_sha256
    data = lake.files.read(f"_dictionaries/{sha256}")
    assert hashlib.sha256(data).hexdigest() == sha256 and len(data) == report.counts["dictionary.bytes"]
    similar = lake.files.read(f"_dictionaries/{sha256}.similar")
    assert len(similar) == report.counts["dictionary.similar_bytes"]
    opened = LinkingDictionary(data, "x", lambda: similar)
    row = lake.read("concept_names").where("concept_id = 'C0000002' AND source = 'MSH'").collect()[0]
    (link,) = Linker(opened).link(f"An {row.name}.").links
    assert (link.concept_id, link.source, link.source_id) == ("C0000002", "MSH", "MESH:D0000001")
    assert (link.similarity, link.name) == (1.0, row.name)
    assert link.semantic_types == ("Body Part, Organ, or Organ Component",)
    hits, _ = opened.find_forms([f"An {row.name}."])
    senses = opened.names.of_senses(hits["sense"].tolist())
    named = {name for sense in senses.values() for name, _ in sense if name.name == row.name}
    (found,) = (name for name in named if name.source_id == "MESH:D0000001")
    assert (found.concept_id, found.preferred) == ("C0000002", True)
    assert (found.term_type, found.language, found.restriction_level) == ("MH", "en", 0)
    restricted = lake.read("concept_names").where("source = 'SNOMEDCT_US' AND match_key IS NOT NULL")
    other = restricted.orderBy("source_id").first()
    levels = {link.source: link.restriction_level for link in Linker(opened).link(other.name).links}
    assert (levels.get("SNOMEDCT_US"), found.restriction_level) == (9, 0)
    (own,) = Linker(opened).link("the same").links
    assert (own.concept_id, own.source) == ("T:2", "OWN")
    assert opened.similar_names("by itss code", 0.6)[0][0].source_id == "MESH:D0000004"


def test_what_spark_brings_to_workers_is_there_for_those_that_come_later(spark, made):
    lake, _, _ = made
    brought = [uri for uri in spark.sparkContext.listFiles if lake.files.root in uri]
    assert brought
    for uri in brought:
        assert lake.files.exists(uri.removeprefix(f"{lake.files.root}/")), uri


def test_sources_without_a_term_in_use_end_the_job_with_one_line(spark, tmp_path):
    (tmp_path / "own.tsv").write_text("concept_id\tname\tobsolete\nT:1\told\ttrue\n")
    own = DictionarySource("OWN", "tsv", str(tmp_path / "own.tsv"))
    with pytest.raises(MedconceptError, match=r"^the dictionary sources hold no term that is not obsolete$"):
        build(spark, tmp_path, own)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (
            {"sources": ("OMIM", "HPO")},
            "It has the vocabularies NCI (27), SNOMEDCT_US (27), CHV (26), MSH (26), MSHSPA (1), XYZ (1), "
            "the languages ENG (107), SPA (1), the term types SY (52), MH (27), PT (27), FN (1), OP (1). "
            "Asked for are the vocabularies OMIM, HPO, the languages ENG, all term types but those of "
            "catalogues. To take its names, write in this source's settings: umls: {sources: [NCI, "
            "SNOMEDCT_US, CHV, MSH, XYZ]}",
        ),
        (
            {"semantic_groups": (), "semantic_types": ("T999",)},
            "The names that meet these have the semantic groups DISO (48), ANAT (28), CHEM (24), CONC (4); "
            "asked for are T999. To take them, write in this source's settings: umls: {semantic_groups: [",
        ),
    ],
)
def test_a_release_of_which_nothing_is_chosen_is_described(spark, tmp_path, options, said):
    write_release(tmp_path / "META", 100)
    with pytest.raises(MedconceptError, match=r"^dictionary source UMLS: none of its 108 names is") as why:
        build(spark, tmp_path, umls(tmp_path / "META", **options))
    assert said in str(why.value) and "\n" not in str(why.value)


def zip_of(meta, path):
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as out:
        for file in meta.iterdir():
            out.write(file, f"2025AA/META/{file.name}")


def gzip_parts(meta, folder):
    """As in NLM's .nlm files: parts that end within a line, each gzipped, in a zip in a zip."""
    inner = folder / "2025aa-1-meta.nlm"
    with zipfile.ZipFile(inner, "w") as out:
        for file in meta.iterdir():
            data = file.read_bytes()
            cuts = [("aa", data[:1001]), ("ab", data[1001:])] if file.name == "MRCONSO.RRF" else [("", data)]
            for part, piece in cuts:
                suffix = f".{part}" if part else ""
                out.writestr(f"2025AA/META/{file.name}{suffix}.gz", gzip.compress(piece))
    with zipfile.ZipFile(folder / "release.zip", "w") as out:
        out.write(inner, f"2025AA-full/{inner.name}")
    inner.unlink()


def test_packed_releases_unpack_to_the_same_bytes(spark, tmp_path):
    from medconcept.lake.lake import Lake
    from medconcept.stages.dictionary.umls_files import unpack

    meta = tmp_path / "META"
    write_release(meta, 100)
    lake = Lake(spark, str(tmp_path / "lake"))
    plain = unpack(lake, umls(meta), "plain")
    assert plain["MRCONSO"].endswith("/META/MRCONSO.RRF")  # nothing is copied
    zip_of(meta, tmp_path / "umls.zip")
    (tmp_path / "parts").mkdir()
    gzip_parts(meta, tmp_path / "parts")
    for n, source in enumerate((tmp_path / "umls.zip", tmp_path / "parts" / "release.zip")):
        found = unpack(lake, umls(source), f"unpacked{n}")
        assert set(found) == set(plain)
        for table in found:
            name = found[table].removeprefix(f"{lake.root}/")
            assert name.startswith(f"unpacked{n}/")
            assert lake.files.read(name) == (meta / f"{table}.RRF").read_bytes()
    whole = (tmp_path / "umls.zip").read_bytes()
    broken = bytearray(whole)
    broken[len(whole) // 2] ^= 0xFF
    for damaged in (whole[:-50], bytes(broken), b""):
        (tmp_path / "cut.zip").write_bytes(damaged)
        with pytest.raises(MedconceptError, match=r"^dictionary source UMLS: cut\.zip is not a valid zip: "):
            unpack(lake, umls(tmp_path / "cut.zip"), "cut")


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda text: text.replace("|", "\t"), r"MRCONSO.RRF: the first line has 1 column, not 18; is its"),
        (lambda text: text.replace("||\n", "|\n"), r"MRCONSO.RRF: the first line has 17 columns, not 18 \("),
        (lambda text: "", r"MRCONSO.RRF is empty$"),
    ],
)
def test_a_release_of_another_format_is_one_line(spark, tmp_path, change, reason):
    from medconcept.stages.dictionary.umls import Release, names

    write_release(tmp_path / "META", 20)
    path = tmp_path / "META" / "MRCONSO.RRF"
    path.write_text(change(path.read_text()))
    files = {p.stem: str(p) for p in path.parent.iterdir()}
    with pytest.raises(MedconceptError, match=f"^dictionary source UMLS: {reason}"):
        names(Release(spark, umls(path.parent), 0, files))


def test_options_choose(spark, tmp_path):
    from medconcept.stages.dictionary.umls import Release, names

    write_release(tmp_path, 100)
    files = {p.stem: str(p) for p in tmp_path.iterdir()}

    def taken(**options):
        rows, _ = names(Release(spark, umls(tmp_path, **options), 0, files))
        return {(r.source, r.language, r.term_type) for r in rows.collect()}

    assert taken(languages=("SPA",), sources=("*",), semantic_groups=("CONC",)) == {("MSHSPA", "es", "MH")}
    assert taken(sources=("MSH", "NCI"), restriction_levels=(0,)) == {
        ("MSH", "en", "MH"),
        ("NCI", "en", "SY"),
    }
    assert taken(restriction_levels=(9,)) == {("SNOMEDCT_US", "en", "PT")}
    assert taken(suppress=("O",), sources=("NCI",), semantic_groups=("CONC",)) == {("NCI", "en", "OP")}
    assert taken(term_types=("MH",), semantic_groups=(), semantic_types=("T047",)) == {("MSH", "en", "MH")}


def test_a_concept_is_known_by_its_whole_cui(spark, tmp_path):
    from medconcept.stages.dictionary.umls import Release, names

    line = "{}|ENG|P|L1|PF|S1|Y|A1||||{}|PT|D00{}|{}|0|N||\n"
    atoms = (
        ("C0000001", "MSH", 1, "typed"),
        ("C0000001", "NCI", 1, "same"),
        ("C0000002", "MSH", 2, "untyped"),
    )
    (tmp_path / "MRCONSO.RRF").write_text("".join(line.format(*atom) for atom in atoms))
    kind = "{}|T047|B2.2.1.2.1|Disease or Syndrome|AT1||\n"
    (tmp_path / "MRSTY.RRF").write_text("".join(kind.format(c) for c in ("C0000001", "X0000002", "C000000X")))
    files = {p.stem: str(p) for p in tmp_path.iterdir()}
    rows, _ = names(Release(spark, umls(tmp_path), 0, files))
    assert {(r.name, r.source_id, r.joined, r.semantic_types) for r in rows.collect()} == {
        ("typed", "MESH:D001", "MESH:D001", "Disease or Syndrome"),
        ("same", "NCIT:D001", "", "Disease or Syndrome"),
    }
