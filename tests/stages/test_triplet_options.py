"""Settings of triplets: what is refused, and the key of near-identical captions."""

from __future__ import annotations

import pytest

from medconcept.config import load_config, parse_config
from medconcept.errors import ConfigError
from medconcept.triplets.caption_key import caption_key
from medconcept.triplets.options import SplitConfig, TripletFilters


@pytest.mark.parametrize(
    ("filters", "message"),
    [
        ({"licence": {"commercial": "maybe"}}, "licence: no answer 'maybe'"),
        ({"notices": ["withdrawn"]}, "notices: no notice 'withdrawn'"),
        ({"modality": ["xray"]}, "modality: no modality 'xray'"),
        ({"privacy": ["name"]}, "privacy: no flag 'name'"),
        ({"image_flags": ["dark"]}, "image_flags: no flag 'dark'"),
        ({"centrality_min": 3}, "centrality_min must be from 0 to 1, not 3.0"),
        ({"caption_min": 10, "caption_max": 9}, "caption_max: no caption has 10 to 9 characters"),
        ({"caption_length": 9}, "unknown key 'triplets.filters.caption_length'"),
    ],
)
def test_a_filter_that_cannot_hold_is_refused(filters: dict[str, object], message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        parse_config({"triplets": {"filters": filters}})


@pytest.mark.parametrize("splits", [{"test": -0.1}, {"test": 0.5, "validation": 0.5}, {"largest": 0}])
def test_shares_that_leave_no_train_are_refused(splits: dict[str, float]) -> None:
    with pytest.raises(ConfigError, match=r"triplets\.splits"):
        parse_config({"triplets": {"splits": splits}})


@pytest.mark.parametrize("given", [-0.1, 1.5, "high", True, float("nan")])
def test_a_confidence_that_is_no_probability_is_refused(given: object) -> None:
    with pytest.raises(ConfigError, match=r"triplets\.min_confidence"):
        parse_config({"triplets": {"min_confidence": given}})


def test_mentions_are_chosen_by_flag_unless_the_configuration_says_otherwise() -> None:
    default, chosen = parse_config({}).triplets, parse_config({"triplets": {"min_confidence": 1}}).triplets
    assert (default.exclude_flags, default.min_confidence) == (("general", "address"), 0.9)
    assert (chosen.exclude_flags, chosen.min_confidence) == (("general", "address"), 1.0)
    assert parse_config({"triplets": {"exclude_flags": []}}).triplets.exclude_flags == ()


def test_an_answer_that_yaml_reads_as_a_truth_value_is_understood(tmp_path) -> None:
    file = tmp_path / "c.yaml"
    file.write_text("opt_out: out.txt\ntriplets: {filters: {licence: {commercial: yes, share_alike: no}}}\n")
    config = load_config(str(file))
    assert config.triplets.filters.terms == {"commercial": "yes", "share_alike": "no"}
    assert config.opt_out == str(tmp_path / "out.txt")


def test_the_defaults_restrict_nothing_but_captions_without_a_concept() -> None:
    assert TripletFilters().require_concept
    assert not TripletFilters().needs_images
    assert TripletFilters(image_min=1).needs_images
    assert (SplitConfig().validation, SplitConfig().test) == (0.01, 0.01)


@pytest.mark.parametrize(
    ("one", "other", "are_one"),
    [
        ("A heart.", "a  HEART", True),
        ("(A) α-actin ", "A α actin", True),  # punctuation and spaces alone
        ("ﬁgure ²", "Figure 2", True),  # compatibility forms
        ("A heart.", "A hearth.", False),
        ("Group 1", "Group 2", False),
        ("किम", "कम", False),  # a vowel sign is a mark, and makes another word
    ],
)
def test_captions_are_one_if_they_differ_in_case_space_and_punctuation_alone(one, other, are_one) -> None:
    assert (caption_key(one) == caption_key(other)) is are_one
