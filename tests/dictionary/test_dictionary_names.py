"""Which names are looked up, and in which case."""

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from medconcept.dictionary.name_descriptions import described_names
from medconcept.dictionary.name_rules import described, match_key, name_flags, normalise
from medconcept.terminologies.term_fields import clean_text


@pytest.mark.parametrize("name", ["ALL", "AIDS", "CAT", "BRCA1", "T4", "HIV", "CD4", "mRNA"])
def test_acronyms_and_symbols_keep_their_case(name):
    assert match_key(name) == "\x02" + name


@pytest.mark.parametrize("name", ["p53", "Sox2", "Heart", "Type 2", "Breast Cancer", "Ca2 channel blockers"])
def test_words_and_names_with_digits_are_folded(name):
    assert match_key(name) == "\x01" + name.casefold()


def test_p53_and_P53_are_found_by_one_another():
    assert match_key("p53") == match_key("P53".lower())


@pytest.mark.parametrize("name", ["of", "x", "pH", "12", "t4", "", " ", "---", "a" * 201, "heart\ud800"])
def test_what_is_no_name_is_never_matched(name):
    assert match_key(name) is None


def test_the_longest_name_allowed_is_matched():
    assert match_key("a" * 200) == "\x01" + "a" * 200


def test_normal_forms_agree():
    # a with a combining ring, and the single character
    assert match_key("A\u030angstro\u0308m  unit\n") == match_key("Ångström unit")


PIECES = [
    "the", "ALL", "p53", "T4", "Cat", "é", "K", "ß", "-", "a" * 199, " ", "lung", "Cancers", "ABCDEFG",
    "ABCDEF", "aBc", "a\x7f", "1",
]  # fmt: skip
RAW = st.text(max_size=8) | st.lists(st.sampled_from(PIECES)).map(" ".join)


@given(RAW)
def test_all_of_it_in_one_go_is_the_same(raw):
    name = clean_text(raw)
    assert described(name) == (normalise(name), match_key(name), name_flags(name))


# Arrow has no half of a surrogate pair.
WRITTEN = RAW.map(lambda raw: raw.encode("utf-8", "replace").decode())


@given(st.lists(st.none() | WRITTEN, max_size=6))
def test_many_names_at_once_are_described_as_one_by_one(raw):
    names, *descriptions = (column.to_pylist() for column in described_names(pa.array(raw, pa.string())))
    assert names == [clean_text(name or "") for name in raw]
    assert list(zip(*descriptions, strict=True)) == [described(name) for name in names]
