"""What is said of a UMLS release of which no name is chosen, and that what it says to write chooses names."""

from __future__ import annotations

import re

import pytest
import yaml

from medconcept.config import parse_config
from medconcept.terminologies.umls_choice import NameGroup, nothing_chosen
from medconcept.terminologies.umls_options import UmlsOptions

GROUPS = [
    NameGroup("ENG", "XYZ", "N", "PT", 0, 7),
    NameGroup("ENG", "XYZ", "O", "FN", 9, 2),
    NameGroup("SPA", "XYZSPA", "N", "PT", 3, 5),
]


def suggested(line: str) -> UmlsOptions:
    """The options that a line says to write, read as a configuration."""
    (written,) = re.findall(r"umls: \{.*\}$", line)
    source = {
        "name": "U",
        "format": "umls",
        "path": "x",
        "version": "1",
        "licence": "L",
        **yaml.safe_load(written),
    }
    return parse_config({"dictionary": {"sources": [source]}}).dictionary.sources[0].umls


@pytest.mark.parametrize(
    ("options", "changed"),
    [
        (UmlsOptions(), {"sources": ("XYZ",)}),
        # Spanish names need no source: those of a language other than English come with it.
        (UmlsOptions(languages=("LAV",)), {"languages": ("ENG", "SPA")}),
        (UmlsOptions(sources=("XYZ",), term_types=("SY",)), {"term_types": ("PT",)}),
        (UmlsOptions(sources=("XYZ",), restriction_levels=(4,)), {"restriction_levels": (0,)}),
        (UmlsOptions(sources=("XYZ",), suppress=("Y",)), {"suppress": ("N", "O")}),
    ],
)
def test_the_options_that_leave_nothing_are_given_the_values_of_the_release(
    options: UmlsOptions, changed: dict[str, object]
) -> None:
    line = nothing_chosen(GROUPS, {}, options)
    assert line.startswith(
        "none of its 14 names is chosen. It has the vocabularies XYZ (9), XYZSPA (5), the "
    )
    new = suggested(line)
    assert {name: getattr(new, name) for name in changed} == changed
    assert len(re.findall(r"\w+: \[", line)) == len(changed)


def test_semantic_types_that_are_not_asked_for_are_named_by_their_groups() -> None:
    options = UmlsOptions(sources=("XYZ",), semantic_groups=("GENE",))
    line = nothing_chosen(GROUPS, {"T047": 3, "T023": 4}, options)
    assert "have the semantic groups ANAT (4), DISO (3); asked for are GENE." in line
    assert suggested(line).semantic_groups == ("DISO", "ANAT")


def test_a_release_without_names_or_types_is_said_to_be_one() -> None:
    assert nothing_chosen([], {}, UmlsOptions()) == "no line of MRCONSO.RRF holds a name"
    assert nothing_chosen(GROUPS, {}, UmlsOptions(sources=("*",))).endswith("MRSTY.RRF does not name them.")


def test_of_many_vocabularies_the_largest_are_named() -> None:
    many = [NameGroup("ENG", f"V{n:02}", "N", "PT", 0, n) for n in range(1, 21)]
    line = nothing_chosen(many, {}, UmlsOptions(sources=("MSH",)))
    assert "the vocabularies V20 (20), V19 (19), " in line and "V09 (9) and 8 more, the languages" in line
