"""Features of a text and the name that it was linked to."""

from __future__ import annotations

import pytest

from medconcept.confidence.name_features import FEATURES, KINDS, name_features
from medconcept.dictionary.name_table import Name
from medconcept.linking.candidates import Candidate
from medconcept.linking.interpretation import Interpretation, InterpretationCache
from medconcept.linking.types import LinkSettings


def name(text: str, source: str = "UBERON", kind: str = "anatomy", *, preferred: bool = True) -> Name:
    return Name(
        0, text, source, f"{source}:{text}", f"C:{source}:{text}", (kind,), 0, preferred, False, "exact",
        kinds=frozenset({kind}),
    )  # fmt: skip


def interpretation(text: str, *names: Name, method: str = "exact", similarity: float = 1.0) -> Interpretation:
    cache = InterpretationCache(frozenset(), LinkSettings().acronym_length)
    return cache[cache.add(text, tuple(Candidate(each, method, similarity, similarity) for each in names))]


def features(given: Interpretation) -> dict[str, float]:
    """The features that are not 0."""
    (row,) = name_features([given]).values.tolist()
    return {f.name: value for f, value in zip(FEATURES, row, strict=True) if value}


@pytest.mark.parametrize(
    ("given", "on", "off"),
    [
        (interpretation("hair", name("hair")), {"listed", "everyday source=UBERON"}, {"rarest word"}),
        (interpretation("hippocampus", name("hippocampus")), {"kind=anatomy"}, {"listed", "level"}),
        (interpretation("hippocampus", name("hippocampus")), {"in WordNet", "first sense fits"},
         {"only sense fits", "no sense fits"}),
        (interpretation("culture", name("culture", "MESH", "anatomy")), {"in WordNet", "no sense fits"},
         {"first sense fits", "senses that fit"}),
        (interpretation("osteoclasts", name("osteoclast")), {"only sense fits"}, {"log senses"}),
        (interpretation("Zo1", name("Zo1", "MGI", "gene")), set(), {"in WordNet"}),
        (interpretation("SEM", name("SEM", "EFO", "cell line")), {"letters 3", "capitals"}, {"letters 4"}),
        (interpretation("HIF", name("Hives", "MESH"), method="inflected"),
         {"capitals for small", "odd ending"}, {"ending s"}),
        (interpretation("hearts", name("heart"), method="inflected"), {"ending s"}, {"odd ending"}),
        (interpretation("child", name("child", "MONDO", "disease", preferred=False)),
         {"kind=disease"}, {"preferred name"}),
        (interpretation("side", name("side of back"), method="elliptic"),
         {"words lost", "share of name"}, set()),
        (interpretation("cold", name("cold"), name("cold", "MONDO", "disease")),
         {"other as good", "other kind"}, {"same kind agrees"}),
        (interpretation("cold", name("cold"), name("cold", "CL")), {"same kind agrees"}, {"other kind"}),
        (interpretation("Left", name("Left", "HP", "phenotype")), {"general"}, {"mixed"}),
        (interpretation("heart", name("heart", "NEW")), {"source=of another kind"}, {"source=UBERON"}),
    ],
)  # fmt: skip
def test_what_tells_of_a_link_is_a_feature(given: Interpretation, on: set[str], off: set[str]) -> None:
    found = features(given)
    assert on <= found.keys()
    assert off.isdisjoint(found)


def test_method_kind_and_source_have_one_value_each() -> None:
    values = features(interpretation("retinas", name("retina"), method="inflected", similarity=0.96))
    for what in ("method=", "kind=", "source="):
        assert [value for feature, value in values.items() if feature.startswith(what)] == [1]
    assert values["not similar"] == pytest.approx(0.4)


def test_a_kind_that_is_not_known_is_other() -> None:
    assert KINDS[name_features([interpretation("x-ray", name("x-ray", kind="device"))]).kinds[0]] == "other"
