"""The compiled file: equal names give equal bytes, names are read back, only the right file is opened."""

import hashlib
import itertools
import sys

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from medconcept.dictionary import kernel
from medconcept.dictionary.arrow_strings import buffers, hashes
from medconcept.dictionary.file_layout import DictionaryDamaged, pack, unpack
from medconcept.dictionary.kernel.layout import NAME_BYTES, NAMES_PER_BLOCK, head_of
from medconcept.dictionary.linking_dictionary import LinkingDictionary, compile_linking, open_linking
from medconcept.dictionary.name_texts import NameTexts, front_coded
from medconcept.terminologies.term import Term

HEART = (Term("A", "A:1", "heart"),)


def sha256_of(data):
    return hashlib.sha256(data).hexdigest()


@settings(max_examples=300, deadline=None)
@given(st.lists(st.text("abß-é 𝛼", max_size=5) | st.text("a", min_size=200, max_size=200), max_size=60))
def test_every_name_keeps_its_text_and_repeats_are_marked(names):
    names = sorted(names)
    texts = pa.array([None, *names[::-1]], pa.large_string()).slice(1)  # a slice in another order
    arrays, repeats = front_coded(texts, np.arange(len(names))[::-1])
    reader = NameTexts(head_of(arrays))
    assert [reader[n] for n in range(len(names))] == names
    assert repeats.tolist() == [n > 0 and names[n] == names[n - 1] for n in range(len(names))]
    assert len(arrays["text_blocks"]) == -(-len(names) // NAMES_PER_BLOCK)


def test_the_longest_name_is_kept_and_a_longer_one_is_refused():
    arrays, _ = front_coded(pa.array(["𝛼" * (NAME_BYTES // 4)]), np.arange(1))
    assert NameTexts(head_of(arrays))[0] == "𝛼" * (NAME_BYTES // 4)
    with pytest.raises(ValueError, match=rf"^a name has {NAME_BYTES + 1} bytes, more than"):
        compile_linking([Term("A", "A:1", "a" + " " * (NAME_BYTES - 1) + "b")], ["A"])


def test_strings_of_a_slice_and_nulls_are_as_those_of_a_list():
    sliced = pa.array(["x", "é", None, "b"]).slice(1)
    data, offsets = buffers(sliced)
    parts = [bytes(data[a:b]) for a, b in itertools.pairwise(offsets)]
    assert parts == ["é".encode(), b"", b"b"]
    assert hashes(sliced).tolist() == hashes(["é", "", "b"]).tolist()


def test_equal_names_give_equal_bytes_and_other_names_other():
    terms = [Term("A", f"A:{n}", name) for n, name in enumerate(("heart", "ALL", "lung cancer"))]
    assert compile_linking(terms, ["A"]) == compile_linking(terms[::-1], ["A"])
    assert compile_linking(terms, ["A"]) != compile_linking(terms[:2], ["A"])


@pytest.mark.parametrize(
    ("damage", "reason"),
    [
        (lambda data: b"", "cannot"),
        (lambda data: data[:-1], "checksum"),
        (lambda data: data[:100] + b"\x01" + data[101:], "checksum"),
    ],
)
def test_a_damaged_file_is_refused(tmp_path, damage, reason):
    data = compile_linking(HEART, ["A"])
    path = tmp_path / "names"
    path.write_bytes(damage(data))
    with pytest.raises(DictionaryDamaged, match=f"^compiled dictionary names: .*{reason}"):
        open_linking(str(path), sha256_of(data))


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"something else entirely", "another version"),
        (b"medconcept dictionary 4\n" + b"\xff" * 60, "another version"),
        (b"medconcept dictionary 5\n" + b"\xff" * 60, "header is damaged"),
        (pack({"vocabulary": np.zeros(1, np.uint64)}), "it has no array name_term"),
    ],
)
def test_a_file_of_another_format_is_refused(tmp_path, data, reason):
    path = tmp_path / "names"
    path.write_bytes(data)
    with pytest.raises(DictionaryDamaged, match=rf"^compiled dictionary names: .*{reason}"):
        open_linking(str(path), sha256_of(data))


def test_a_missing_file_is_one_line(tmp_path):
    with pytest.raises(DictionaryDamaged, match=r"^compiled dictionary nowhere: No such file or directory$"):
        open_linking(str(tmp_path / "nowhere"), "0" * 64)


def test_terms_may_all_have_ids_of_mesh_or_omim():
    terms = [Term("A", f"A:{n}", name, xrefs=(f"MESH:D{n}",)) for n, name in enumerate(("heart", "lung"))]
    opened = LinkingDictionary(compile_linking(terms, ["A"]), "x")
    assert opened.joined() == {"A:0": ("MESH:D0",), "A:1": ("MESH:D1",)}


def test_the_file_has_no_array_that_the_linker_does_not_read(monkeypatch):
    from medconcept.dictionary import linking_dictionary
    from medconcept.linking.linker import Linker

    class Watched(dict):
        def __getitem__(self, name):
            read.add(name)
            return super().__getitem__(name)

    read: set[str] = set()
    monkeypatch.setattr(linking_dictionary, "unpack", lambda data, name: Watched(unpack(data, name)))
    terms = (
        Term("A", "A:1", "heart", xrefs=("MESH:D1",)),
        Term("A", "A:2", "old", obsolete=True, replaced_by="A:1"),
    )
    data = compile_linking(terms, ["A"])
    opened = LinkingDictionary(data, "x")
    (link,) = Linker(opened).link("The hearts.").links
    assert (link.source_id, opened.similar) == ("A:1", None)
    assert opened.retired() == {"A:2": "A:1"} and opened.joined() == {"A:1": ("MESH:D1",)}
    assert opened.concepts_of([0]).to_pylist() == ["A:1"]
    assert set(unpack(data, "x")) == read


def test_without_a_compiler_there_is_one_clear_line(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("CC", raising=False)
    monkeypatch.setitem(sys.modules, "ziglang", None)  # the compiler from PyPI, where it is installed
    with pytest.raises(kernel.CompilerMissing, match=r"there is no C compiler \(cc, or ziglang\)$"):
        kernel.build(tmp_path)


def test_the_library_is_built_where_it_is_wanted(tmp_path):
    built = kernel.build(tmp_path / "new")
    assert built.name == kernel.library_name() and built.stat().st_size > 0
    assert [p.name for p in built.parent.iterdir()] == [built.name]  # no scratch left


def test_a_library_that_the_environment_names_is_the_one_loaded(tmp_path, monkeypatch):
    monkeypatch.setenv("MEDCONCEPT_KERNEL", str(tmp_path / "mine.so"))
    assert kernel.library_path() == tmp_path / "mine.so"


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("uint32_t text, start, end,", "uint32_t text, end, start,"),
        ("uint64_t form_slots_count, form_firsts_count,", "uint64_t form_firsts_count, form_slots_count,"),
        ("uint64_t size, used;", "uint32_t size, used;"),
        ("uint64_t gram_count, name_count,", "uint64_t more, gram_count, name_count,"),
    ],
)
def test_a_structure_with_another_layout_than_in_python_does_not_compile(tmp_path, monkeypatch, old, new):
    files = kernel.sources()
    changed = files["kernel.h"].replace(old.encode(), new.encode())
    assert changed != files["kernel.h"]
    monkeypatch.setattr(kernel, "sources", lambda: files | {"kernel.h": changed})
    with pytest.raises(kernel.CompilerMissing, match="static assertion failed"):
        kernel.build(tmp_path, flags=["-fsyntax-only"])  # the check alone: no code is made


def test_arrays_of_a_file_cannot_be_written(tmp_path):
    data = compile_linking(HEART, ["A"])
    path = tmp_path / "names"
    path.write_bytes(data)
    compiled = open_linking(str(path), sha256_of(data))
    with pytest.raises(ValueError):
        compiled._a["form_slots"][0] = np.uint64(1)
