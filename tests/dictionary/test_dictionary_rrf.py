"""What the files of a UMLS release are called, and what their first lines must look like."""

import pytest

from medconcept.terminologies.semantic_network import GROUP_OF, GROUPS
from medconcept.terminologies.term import DictionarySourceError
from medconcept.terminologies.umls_rrf import COLUMNS, REQUIRED, check_first_line, choose_release_files


def test_tables_are_found_wherever_they_lie_and_however_they_are_packed():
    names = ["2025AA/META/MRSTY.RRF", "META/MRCONSO.RRF.ab.gz", "META/MRCONSO.RRF.aa.gz", "MRDEF.RRF.gz", "x"]
    assert choose_release_files(names, "UMLS") == {
        "MRCONSO": ["META/MRCONSO.RRF.aa.gz", "META/MRCONSO.RRF.ab.gz"],
        "MRDEF": ["MRDEF.RRF.gz"],
        "MRSTY": ["2025AA/META/MRSTY.RRF"],
    }


@pytest.mark.parametrize(
    ("names", "reason"),
    [
        (["MRCONSO.RRF"], "there is no MRSTY.RRF"),
        ([], "there is no MRCONSO.RRF"),
        (["a/MRCONSO.RRF", "b/MRCONSO.RRF", "MRSTY.RRF"], "MRCONSO.RRF is there twice: b/MRCONSO.RRF"),
        (["MRCONSO.RRF", "MRCONSO.RRF.aa", "MRSTY.RRF"], "MRCONSO.RRF is there twice: MRCONSO.RRF.aa"),
        (["MRCONSO.RRF.aa", "MRCONSO.RRF.ac", "MRSTY.RRF"], "MRCONSO.RRF lacks its part ab"),
    ],
)
def test_a_release_that_is_not_whole_is_one_line(names, reason):
    with pytest.raises(DictionarySourceError, match=f"^dictionary source UMLS: {reason}$"):
        choose_release_files(names, "UMLS")


def test_first_lines():
    for table, columns in COLUMNS.items():
        check_first_line("|".join("x" for _ in columns) + "|\r", table, "UMLS")
    with pytest.raises(DictionarySourceError, match=r"has 17 columns, not 18 \(CUI, LAT, .*CVF\)$"):
        check_first_line("x|" * 17, "MRCONSO", "UMLS")
    with pytest.raises(DictionarySourceError, match=r"has 1 column, not 18; is its delimiter '\|'\?$"):
        check_first_line("x\t" * 18, "MRCONSO", "UMLS")
    assert set(REQUIRED) < set(COLUMNS)


def test_each_semantic_type_has_one_group():
    assert sum(map(len, GROUPS.values())) == len(GROUP_OF)
    assert len(GROUPS) == 15  # as the Semantic Network has
