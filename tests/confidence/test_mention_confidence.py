"""Confidence of a linker's mentions: the weights applied, what moved it most, what has none."""

from __future__ import annotations

import json
import math

import numpy as np
import pytest
from linking_examples import TERMS, dictionary

from medconcept.confidence.entity_features import FEATURES as ENTITY_FEATURES
from medconcept.confidence.mention_confidence import MentionConfidence
from medconcept.confidence.model import ConfidenceModel, ReadSentence, as_json, read_model, shipped_model
from medconcept.confidence.training import (
    Examples,
    FeatureCollector,
    fit,
    probabilities,
    unseen_probabilities,
    with_entities,
)
from medconcept.errors import InputError
from medconcept.linking.learned import Learned
from medconcept.linking.linker import Linker
from medconcept.linking.types import Caption, Entity
from medconcept.terminologies.term import Term

MODEL = ConfidenceModel(
    1.0,
    {"source=MESH": 0.5, "listed": -0.25, "everyday kind=anatomy": -0.5, "article before": 0.1},
    {"M:d2": 3.0},
)


def links(text: str, model: ConfidenceModel = MODEL, **more: object):
    return Linker(dictionary(), confidence=MentionConfidence(model), **more).link(text).links


def test_log_odds_are_the_intercept_and_the_weights_of_what_is_there() -> None:
    plain, everyday = links("hepatocellular carcinoma and the heart")
    assert plain.confidence == pytest.approx(1 / (1 + math.exp(-1.0)), abs=1e-4)
    assert everyday.confidence == pytest.approx(1 / (1 + math.exp(-(1.0 - 0.75 + 0.1))), abs=1e-4)
    assert everyday.confidence_evidence == "everyday word -0.8"


def test_what_is_known_of_the_term_counts() -> None:
    (found,) = links("diabetes type 2")
    assert found.confidence == pytest.approx(1 / (1 + math.exp(-4.0)), abs=1e-4)
    assert found.confidence_evidence == "its term elsewhere +3.0"


def test_what_is_known_of_the_words_for_a_term_counts_for_these_words_alone() -> None:
    model = ConfidenceModel(0.0, {}, {"M:d2": 1.0}, {"M:d2|diabetes type ii": -3.0})
    doubtful, other = (links(text, model)[0] for text in ("Diabetes type II", "diabetes type 2"))
    assert doubtful.source_id == other.source_id == "M:d2"
    assert doubtful.confidence == pytest.approx(1 / (1 + math.exp(2.0)), abs=1e-4)
    assert other.confidence == pytest.approx(1 / (1 + math.exp(-1.0)), abs=1e-4)


def test_without_a_model_no_mention_has_confidence() -> None:
    (link,) = Linker(dictionary()).link("heart").links
    assert (link.confidence, link.confidence_evidence) == (None, None)


def test_an_entity_without_a_concept_has_none_and_a_learned_mention_its_share() -> None:
    linker = Linker(
        dictionary(), confidence=MentionConfidence(MODEL), learned=Learned({"blob": ("U:heart", 3, 4)}, {})
    )
    caption = Caption("blob and Xyz", entities=(Entity(9, 12, "Gene", frozenset({"gene"})),))
    (linked,) = linker.link_batch([caption])
    learned, recognised = linked.links
    assert (learned.method, learned.confidence, learned.confidence_evidence) == (
        "tuned",
        0.75,
        "learned from gold",
    )
    assert (recognised.method, recognised.confidence, recognised.confidence_evidence) == (
        "recognised",
        None,
        None,
    )


GENE = frozenset({"gene", "protein"})
READ = ConfidenceModel(
    1.0,
    {"listed": -0.25, "everyday kind=anatomy": -0.75, "recogniser: same place, fits": 2.5,
     "recogniser: nothing": -1.0, "recogniser: nothing, everyday": -0.5,
     "recogniser: narrower, another type, disease": -3.0},
    read=ReadSentence(0.5, 2.0),
)  # fmt: skip


def log_odds(text: str, entities: list[Entity], read: list[tuple[int, int]]) -> list[float]:
    linker = Linker(dictionary(), confidence=MentionConfidence(READ))
    (linked,) = linker.link_batch([Caption(text, entities=entities, read=read)])
    values = [link.confidence for link in linked.links if link.concept_id]
    return [math.log(p / (1 - p)) for p in values]


def test_what_the_recogniser_made_of_a_sentence_counts_where_it_was_read() -> None:
    text = "Heart. diabetes type 2"
    heart = Entity(0, 5, "Anatomy", frozenset({"anatomy"}))
    assert log_odds(text, [], []) == pytest.approx([0.0, 1.0], abs=1e-3)
    # The log odds so far are doubled, and half is added; nothing changes in the other sentence.
    assert log_odds(text, [heart], [(0, 6)]) == pytest.approx([0.5 + 0.0 + 2.5, 1.0], abs=1e-3)
    assert log_odds(text, [], [(0, 6)]) == pytest.approx([0.5 - 1.0 - 0.5, 1.0], abs=1e-3)
    inside = Entity(7, 15, "Gene", GENE)
    assert log_odds(text, [inside], [(7, 22)]) == pytest.approx([0.0, 0.5 + 2.0 - 3.0], abs=1e-3)
    (found, _) = Linker(dictionary(), confidence=MentionConfidence(READ)).link_batch(
        [Caption(text, entities=[heart], read=[(0, 6)]), Caption("")]
    )
    assert found.links[0].confidence_evidence == "recogniser +2.5"


def test_kinds_that_the_recogniser_has_no_type_for_are_not_doubted_for_it() -> None:
    (linked,) = Linker(dictionary(), confidence=MentionConfidence(READ)).link_batch(
        [Caption("transfection", read=[(0, 12)])]
    )
    assert linked.links[0].confidence == pytest.approx(1 / (1 + math.exp(-1.0)), abs=1e-4)


def test_confidence_does_not_depend_on_the_batch_or_on_what_was_linked_before(monkeypatch) -> None:
    texts = [
        "The heart.",
        "left and right ventricles",
        "no apoptosis of retinas (DRG)",
        "heart, heart and HEART",
        "",
    ]
    linker = Linker(dictionary(), confidence=MentionConfidence(shipped_model()))

    def values(batches: list[list[str]]) -> list[list[tuple[float | None, str | None]]]:
        linked = (one for batch in batches for one in linker.link_batch([Caption(text) for text in batch]))
        return [[(link.confidence, link.confidence_evidence) for link in one.links] for one in linked]

    together = values([texts])
    assert list(map(len, together)) == [1, 2, 2, 2, 0]
    assert values([[text] for text in texts]) == together
    # The cache of interpretations is full each time, and emptied: numbers mean something else from then on.
    monkeypatch.setattr("medconcept.linking.lookup.CACHE", 1)
    assert values([texts[3:], texts[:3]]) == together[3:] + together[:3]


def test_names_that_are_everyday_words_are_less_sure_than_technical_ones() -> None:
    terms = (
        *TERMS,
        Term("MESH", "MESH:1", "Culture", (), ("other",)),
        Term("MESH", "MESH:2", "Osteoclasts", (), ("cell",)),
    )
    linker = Linker(dictionary(terms), confidence=MentionConfidence(shipped_model()))
    culture, osteoclasts = linker.link("in culture with osteoclasts").links
    assert culture.confidence < 0.7 < 0.8 < osteoclasts.confidence
    assert culture.confidence_evidence.startswith("senses of the word -")


@pytest.mark.parametrize(
    "change", [{"format": "another"}, {"weights": {"no such feature": 1}}, {"intercept": None}, {"terms": 3}]
)
def test_what_is_no_model_is_refused_in_one_line(change: dict[str, object]) -> None:
    data = json.loads(as_json(MODEL))
    with pytest.raises(InputError, match=r"^not a model of confidence: .+$"):
        read_model(json.dumps({**data, **change}))
    assert read_model(json.dumps(data)) == MODEL


def examples(count: int = 400) -> Examples:
    """Mentions that are mostly right where a feature says so; those of one term are mostly wrong."""
    rng = np.random.default_rng(7)
    collector = FeatureCollector()
    list(Linker(dictionary(), confidence=collector).link_batch([Caption("heart")]))
    values = np.repeat(collector.values, count, axis=0)
    values[:, -1] = rng.random(count) < 0.5
    terms = [("bad", "good", "other")[n] for n in rng.integers(0, 3, count)]
    share = np.where(np.array(terms) == "bad", 0.1, np.where(values[:, -1] > 0, 0.9, 0.4))
    right = (rng.random(count) < share).astype(float)
    articles = [f"a{n % 40}" for n in range(count)]
    entities = np.zeros((count, len(ENTITY_FEATURES)))
    return Examples(values, entities, terms, ["heart"] * count, articles, right, np.ones(count))


def test_a_model_learns_what_readings_have_and_predicts_articles_that_it_has_not_seen() -> None:
    pytest.importorskip("sklearn")
    given = examples()
    model = fit(given, {"of gold": (30, 30), "against gold": (0, 30)})
    assert model.terms["bad"] + model.names["bad|heart"] < -1 < 0 < model.terms["other"]
    own, (unseen, _) = probabilities(model, given), unseen_probabilities(given, {})
    assert own.mean() == pytest.approx(given.right.mean(), abs=0.02)
    bad = np.array(given.terms) == "bad"
    assert unseen[bad].mean() < 0.35 < unseen[~bad].mean()
    assert fit(given, {}) == fit(given, {})


def test_weights_of_entities_are_learned_after_all_others() -> None:
    pytest.importorskip("sklearn")
    given = examples()
    column = [feature.name for feature in ENTITY_FEATURES].index("recogniser: nothing")
    given.entities[:, column] = given.right < 0.5  # as if the recogniser knew
    given.entities[:, column + 1] = 1 - given.entities[:, column]
    _, (before, after) = unseen_probabilities(given, {}, given)
    wrong = given.right < 0.5
    assert after[wrong].mean() < before[wrong].mean() - 0.2
    model = with_entities(ConfidenceModel(0.0, {}), given, before)
    assert model.weights["recogniser: nothing"] < -1 and 0.2 < model.read.slope < 2
    nothing = given.take(slice(0))
    assert with_entities(model, nothing, np.zeros(0)) == model
