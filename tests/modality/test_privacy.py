"""Privacy flags of captions, with their recall and precision on written cases."""

import json
from collections import Counter
from pathlib import Path

import pytest

from medconcept.modality import PRIVACY_FLAGS, privacy_flags

CASES = [
    json.loads(line)
    for line in (Path(__file__).parent / "privacy_cases.jsonl").read_text(encoding="utf-8").splitlines()
]


def flags(text: str) -> list[str]:
    return [flag.flag for flag in privacy_flags(text)]


@pytest.mark.parametrize("flag", PRIVACY_FLAGS)
def test_every_flag_has_at_least_four_cases(flag: str) -> None:
    assert sum(flag in case["flags"] for case in CASES) >= 4


def test_recall_and_precision_on_the_written_cases() -> None:
    right: Counter[str] = Counter()
    raised: Counter[str] = Counter()
    expected: Counter[str] = Counter()
    for case in CASES:
        found = set(flags(case["text"]))
        raised.update(found)
        expected.update(case["flags"])
        right.update(found & set(case["flags"]))
    assert right.total() / expected.total() >= 0.9, expected - right
    assert right.total() / raised.total() >= 0.9, raised - right


def test_spans_are_the_words_that_raised_the_flag() -> None:
    text = "Lung. CT scan of 12 March 2014, patient J.K."
    found = privacy_flags(text)
    assert [(flag.flag, flag.text) for flag in found] == [
        ("initials", "patient J.K."),
        ("date", "12 March 2014"),
    ]
    assert all(text[flag.start : flag.end] == flag.text for flag in found)


def test_each_flag_is_raised_once() -> None:
    assert flags("Scans of 1 May 2010 and 2 May 2010.") == ["date"]


def test_a_long_caption_takes_linear_time() -> None:
    caption = "Photograph of the plant; accession 12345 of patient with MS. " * 4000
    assert flags(caption) in ([], ["patient_photograph"])
