"""The matcher against a naive reference, on random and adversarial texts."""

import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from naive_matcher import naive_matches, simple_tokens

from medconcept.dictionary.compiled_dictionary import CompiledDictionary, compile_keys
from medconcept.dictionary.matcher import match_sentence
from medconcept.dictionary.name_rules import match_key

# Letters that fold to others or to several, marks, every kind of white space, astral letters, punctuation.
PIECES = [
    *(
        "a",
        "b",
        "A",
        "B",
        "aa",
        "ab",
        "ß",
        "ẞ",
        "ss",
        "İ",
        "i",
        "ς",
        "Σ",
        "ﬁ",
        "fi",
        "é",
        "e\u0301",
        "\u0301",
        "ŉ",
    ),
    *(
        " ",
        "  ",
        "\n",
        "\t",
        "\u00a0",
        "\u2009",
        "\u3000",
        "\x1c",
        "-",
        "/",
        "(",
        ")",
        "'",
        ",",
        "1",
        "2",
        "𝛼",
    ),
    *("α", "א", "\u200b", "中", "ALL", "all", "T4", "heart", "Heart attack"),
]
TEXTS = st.lists(st.sampled_from(PIECES), max_size=25).map(lambda p: unicodedata.normalize("NFC", "".join(p)))


def dictionary(keys):
    return CompiledDictionary(compile_keys(keys), "example")


def keys_of(names):
    return {key for key in map(match_key, names) if key}


def check(text, tokens, keys):
    found = match_sentence(text, tokens, dictionary(keys))
    assert [(m.start, m.end, frozenset(m.keys)) for m in found] == naive_matches(text, tokens, keys)


@settings(max_examples=600, deadline=None)
@given(data=st.data(), text=TEXTS, names=st.lists(TEXTS, max_size=6))
def test_equal_to_the_reference_on_adversarial_texts(data, text, names):
    spans = st.tuples(st.integers(0, len(text)), st.integers(0, len(text)))
    cut = [text[a:b] for a, b in data.draw(st.lists(spans, max_size=6))]  # names that do stand in the text
    upper = [name.upper() for name in cut]
    check(text, simple_tokens(text), keys_of([*names, *cut, *upper]))


@settings(max_examples=300, deadline=None)
@given(text=st.text(max_size=60).map(lambda t: unicodedata.normalize("NFC", t)), data=st.data())
def test_equal_to_the_reference_on_any_text_and_any_tokens(text, data):
    edges = sorted(data.draw(st.sets(st.integers(0, len(text)), max_size=20)))
    tokens = list(zip(edges[::2], edges[1::2], strict=False))
    if any(0xD800 <= ord(c) < 0xE000 for c in text):
        return
    cut = [text[a:b] for a, _ in tokens for _, b in tokens if a < b]
    check(text, tokens, keys_of(cut))


@pytest.mark.parametrize(
    ("text", "name", "expected"),
    [
        ("a HEART  attack.", "Heart attack", "HEART  attack"),
        ("heart\u00a0attack", "heart attack", "heart\u00a0attack"),
        ("heart \n attack", "heart attack", "heart \n attack"),
        ("STRASSE", "straße", "STRASSE"),
        ("in ALL cells", "ALL", "ALL"),
        ("in all cells", "ALL", None),
        ("hearts", "heart", None),  # inside a word
        ("heart, attack", "heart attack", None),
        ("(heart)attack", "heart", "heart"),
        ("anti-CD4+ cells", "CD4+ cells", "CD4+ cells"),
        ("P53 is up", "p53", "P53"),
    ],
)
def test_one_name_in_one_text(text, name, expected):
    trie = dictionary([match_key(name)])
    found = match_sentence(text, simple_tokens(text), trie)
    assert [text[m.start : m.end] for m in found] == ([expected] if expected else [])


def test_the_longest_name_wins_and_both_kinds_are_kept():
    trie = dictionary(
        [match_key("lung"), match_key("lung cancer cell"), "\x02Lung Cancer", "\x01lung cancer"]
    )
    found = match_sentence("Lung Cancer lung", [(0, 4), (5, 11), (12, 16)], trie)
    assert [(m.start, m.end, m.keys) for m in found] == [
        (0, 11, ("\x01lung cancer", "\x02Lung Cancer")),
        (12, 16, ("\x01lung",)),
    ]


def test_half_a_surrogate_pair_is_no_error_and_shifts_nothing():
    trie = dictionary([match_key("heart")])
    found = match_sentence("a\ud835b heart", [(0, 3), (4, 9)], trie)
    assert [(m.start, m.end) for m in found] == [(4, 9)]
