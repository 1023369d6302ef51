"""The compiled file: equal names give equal bytes, only the right file is opened, batches match."""

import random
import sys
import unicodedata

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from naive_matcher import naive_matches, simple_tokens
from test_dictionary_matcher import PIECES, TEXTS, dictionary, keys_of

from medconcept.dictionary import kernel
from medconcept.dictionary.compiled_dictionary import (
    NONE,
    CompiledDictionary,
    DictionaryDamaged,
    compile_keys,
    compile_names,
    dictionary_sha256,
)
from medconcept.dictionary.linking_dictionary import compile_linking, open_linking
from medconcept.dictionary.name_rules import match_key
from medconcept.terminologies.term import Term


def found_in(compiled, texts):
    """For each text the hits as the naive reference gives them."""
    hits = compiled.match_texts(texts)
    out = [[] for _ in range(len(texts))]
    for n, start, end, *keys in zip(*(a.tolist() for a in vars(hits).values()), strict=True):
        out[n].append((start, end, frozenset(compiled.key(k) for k in keys if k != NONE)))
    return out


@settings(max_examples=300, deadline=None)
@given(data=st.data(), texts=st.lists(TEXTS, max_size=4))
def test_batches_equal_the_reference(data, texts):
    cuts = data.draw(st.lists(st.tuples(st.integers(0, 30), st.integers(0, 30)), max_size=6))
    names = [text[a:b] for text in texts for a, b in cuts]
    keys = keys_of([*names, *(name.upper() for name in names)])
    expected = [naive_matches(text, simple_tokens(text), keys) for text in texts]
    assert found_in(dictionary(keys), texts) == expected
    assert found_in(dictionary(keys), pa.array(texts, pa.string())) == expected


@pytest.mark.slow
def test_a_million_texts_equal_the_reference():
    seed = 5
    draw = random.Random(seed)
    print(f"seed {seed}")
    texts = [
        unicodedata.normalize("NFC", "".join(draw.choices(PIECES, k=draw.randint(0, 12))))
        for _ in range(1_000_000)
    ]
    names = []
    for text in draw.sample(texts, 3000):
        begin = draw.randint(0, len(text))
        names.append(text[begin : begin + draw.randint(1, 6)])
    keys = keys_of([*names, *(name.upper() for name in names)])
    assert len(keys) > 500
    found = found_in(dictionary(keys), pa.array(texts))
    assert sum(map(len, found)) > 100_000
    for text, here in zip(texts, found, strict=True):
        assert here == naive_matches(text, simple_tokens(text), keys), repr(text)


def test_arrow_slices_nulls_and_many_texts():
    compiled = dictionary([match_key("heart")])
    texts = pa.array(["heart", None, "", "a heart"] * 5000).slice(1)
    hits = compiled.match_texts(texts)
    assert len(hits.text) == 9999
    assert hits.text[:2].tolist() == [2, 3] and hits.start[:2].tolist() == [2, 0]


def test_nested_names_are_found_on_request():
    compiled = dictionary(keys_of(["left ventricle wall", "ventricle wall", "ventricle", "wall"]))
    hits = compiled.match_texts(["Left ventricle wall"], nested=True)
    assert list(zip(hits.start.tolist(), hits.end.tolist(), strict=True)) == [(0, 19), (5, 19), (15, 19)]


def test_of_names_that_differ_in_case_the_best_rank_stands_there():
    compiled = CompiledDictionary(
        compile_names([("\x01cold", 2), ("\x01cold", 1), ("\x02COLD", 0)]), "example"
    )
    hits = compiled.match_texts(["cold COLD"])
    best = compiled.first_senses(hits).tolist()
    assert [(compiled.key(n), compiled.rank(n)) for n in best] == [("\x01cold", 1), ("\x02COLD", 0)]
    assert hits.exact_key[0] == NONE


KEYS = st.one_of(
    st.text("abß-é ", min_size=1, max_size=4).map(lambda text: "\x01" + text.casefold()),
    st.text("abABßÉ", min_size=1, max_size=3).map(lambda text: "\x02" + text),
)


@settings(max_examples=300, deadline=None)
@given(st.lists(st.tuples(KEYS, st.integers(0, 127)), max_size=60))
def test_every_name_keeps_its_text_and_rank(names):
    compiled = CompiledDictionary(compile_names(names), "example")
    found = [(compiled.key(n), compiled.rank(n)) for n in range(len(compiled))]
    assert sorted(found) == sorted(set(names))
    assert [key[1:] for key, _ in found] == sorted(key[1:] for key, _ in names_once(names))


def names_once(names):
    return set(names)


def test_names_that_differ_in_case_alone_are_told_apart():
    compiled = dictionary(["\x02ALL", "\x02All", "\x02aLL"])
    assert [sorted(k)[0] for _, _, k in found_in(compiled, ["ALL all All aLL"])[0]] == [
        "\x02ALL",
        "\x02All",
        "\x02aLL",
    ]


@pytest.mark.parametrize("keys", [[], ["\x01heart"], ["\x01-"], ["\x01" + "a-" * 99 + "a"]])
def test_smallest_and_longest_names(keys):
    compiled = dictionary(keys)
    assert len(compiled) == len(keys)
    text = "x heart - " + "a-" * 99 + "a y"
    expected = naive_matches(text, simple_tokens(text), keys)
    assert found_in(compiled, [text])[0] == expected


def test_a_text_of_a_megabyte_and_one_of_a_single_token():
    compiled = dictionary([match_key("heart")])
    hits = compiled.match_texts(["heart " * 170_000, "a" * 1_000_000])
    assert len(hits.text) == 170_000 and hits.end.max() == 170_000 * 6 - 1


def test_bytes_that_are_no_utf8_are_no_crash():
    compiled = dictionary([match_key("heart")])
    broken = pa.array([b"\xff heart \xe2\x82", b"\xf0", b"heart"]).view(pa.string())
    assert 2 in compiled.match_texts(broken).text.tolist()  # the sound text beside them is matched


def test_equal_names_give_equal_bytes_and_other_names_other():
    keys = [match_key(name) for name in ("heart", "ALL", "lung cancer")]
    assert compile_keys(keys) == compile_keys([*keys[::-1], *keys])
    assert compile_keys(keys) != compile_keys(keys[:2])


def test_equal_hashes_are_no_match(monkeypatch):
    # Every slot found by a hash is compared byte by byte: swap two names' bytes and nothing is found.
    data = compile_keys(["\x01heart", "\x01liver"])
    swapped = data.replace(b"heart", b"@@@@@").replace(b"liver", b"heart").replace(b"@@@@@", b"liver")
    assert CompiledDictionary(data, "x").match_texts(["heart"]).text.tolist() == [0]
    assert CompiledDictionary(swapped, "x").match_texts(["heart"]).text.tolist() == []


@pytest.mark.parametrize(
    ("damage", "reason"),
    [
        (lambda data: b"", "cannot"),
        (lambda data: data[:-1], "checksum"),
        (lambda data: data[:100] + b"\x01" + data[101:], "checksum"),
    ],
)
def test_a_damaged_file_is_refused(tmp_path, damage, reason):
    data = compile_linking([Term("A", "A:1", "heart")], ["A"])
    path = tmp_path / "names"
    path.write_bytes(damage(data))
    with pytest.raises(DictionaryDamaged, match=f"^compiled dictionary names: .*{reason}"):
        open_linking(str(path), dictionary_sha256(data))


@pytest.mark.parametrize("data", [b"something else entirely", b"medconcept dictionary 4\n" + b"\xff" * 60])
def test_a_file_of_another_format_is_refused(tmp_path, data):
    path = tmp_path / "names"
    path.write_bytes(data)
    with pytest.raises(DictionaryDamaged, match=r"^compiled dictionary names: "):
        open_linking(str(path), dictionary_sha256(data))


def test_a_missing_file_is_one_line(tmp_path):
    with pytest.raises(DictionaryDamaged, match=r"^compiled dictionary nowhere: No such file or directory$"):
        open_linking(str(tmp_path / "nowhere"), "0" * 64)


def test_without_a_compiler_there_is_one_clear_line(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("CC", raising=False)
    monkeypatch.setitem(sys.modules, "ziglang", None)  # the compiler from PyPI, where it is installed
    with pytest.raises(kernel.CompilerMissing, match=r"no C compiler is there \(cc, or ziglang\)$"):
        kernel.build(tmp_path)


def test_the_library_is_built_where_it_is_wanted(tmp_path):
    made = kernel.build(tmp_path / "new")
    assert made.name == kernel.library_name() and made.stat().st_size > 0
    assert [p.name for p in made.parent.iterdir()] == [made.name]  # no scratch left


def test_arrays_of_a_file_cannot_be_written(tmp_path):
    data = compile_linking([Term("A", "A:1", "heart")], ["A"])
    path = tmp_path / "names"
    path.write_bytes(data)
    compiled = open_linking(str(path), dictionary_sha256(data))
    with pytest.raises(ValueError):
        compiled.exact._arrays["slots"][0] = np.uint64(1)


@given(st.text(alphabet="ab ", max_size=30))
def test_every_gives_each_name_at_each_token_the_longest_first(text):
    names = ["a", "b", "a b", "b a", "a b a", "ab"]
    dictionary = CompiledDictionary(compile_keys(["\x01" + name for name in names]), "every")
    hits = dictionary.match_texts([text, "a b"], every=True)
    found = [
        (t, s, e) for t, s, e in zip(hits.text.tolist(), hits.start.tolist(), hits.end.tolist(), strict=True)
    ]
    wanted = []
    for number, one in enumerate([text, "a b"]):
        for start in range(len(one)):
            for end in range(len(one), start, -1):
                inside = one[start - 1 : start].isalpha() or one[end : end + 1].isalpha()
                stretch = one[start:end]
                if not inside and stretch.strip() == stretch and " ".join(stretch.split()) in names:
                    wanted.append((number, start, end))
    assert found == wanted
