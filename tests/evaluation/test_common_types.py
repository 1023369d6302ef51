"""Corpora that annotate different types, made one training set."""

from __future__ import annotations

import numpy as np
from linking_examples import dictionary

from medconcept.evaluation.common_types import completed
from medconcept.evaluation.documents import Document
from medconcept.linking.linker import Linker

TEXT = "glucose in the left ventricle of a cat with diabetes type 2"


def labelled(confidence: float, *entities: tuple[int, int, str]) -> list[tuple[str, str]]:
    """Text and type of each entity, completed by mentions of this confidence."""

    def sure(captions, mentions, lookup):
        return np.full(len(mentions.text), confidence), [None] * len(mentions.text)

    (document,) = completed(
        [Document("1", "1", TEXT, (), entities=entities)], Linker(dictionary(), confidence=sure)
    )
    return [(TEXT[start:end], kind) for start, end, kind in sorted(document.entities)]


def test_types_get_common_names_and_those_without_one_are_left_out() -> None:
    assert labelled(
        0.5, (0, 7, "ChemicalEntity"), (35, 38, "SequenceVariant"), (44, 59, "SpecificDisease")
    ) == [
        ("glucose", "Chemical"),
        ("diabetes type 2", "Disease"),
    ]


def test_what_a_corpus_does_not_annotate_is_labelled_where_the_dictionary_is_sure() -> None:
    found = labelled(0.9, (44, 52, "Disease"))
    assert found == [
        ("glucose", "Chemical"),
        ("left ventricle", "Anatomy"),
        ("cat", "Organism"),
        ("diabetes", "Disease"),
    ]
    assert labelled(0.89, (44, 52, "Disease")) == [("diabetes", "Disease")]


def test_nothing_of_a_type_that_the_corpus_annotates_is_added_nor_over_its_entities() -> None:
    # Its annotators left out the chemical, and called part of the organ a cell.
    assert labelled(0.95, (20, 29, "cell"), (35, 38, "organism"), (8, 10, "Chemical")) == [
        ("in", "Chemical"),
        ("ventricle", "Cell"),
        ("cat", "Organism"),
        ("diabetes type 2", "Disease"),
    ]
