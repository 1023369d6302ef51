"""Token classifiers out of folders with an ONNX graph, by the code that loads a real one."""

from __future__ import annotations

from pathlib import Path

import pytest
from onnx_examples import write_classifier

from medconcept.config import RecogniserConfig
from medconcept.errors import ConfigError


def load(spark, *paths: Path):
    from medconcept.spark_nlp.recognisers import load_recognisers

    return load_recognisers(spark, [RecogniserConfig(path=str(path)) for path in paths])


def test_two_graphs_of_one_name_tag_side_by_side(spark, tmp_path: Path) -> None:
    from medconcept.spark_nlp.entity_recognition import find_entities

    diseases = write_classifier(tmp_path / "diseases", "Disease", "heart attack", "gout")
    organs = write_classifier(tmp_path / "organs", "Organ", "eye")
    text = "no gout and a heart attack. a eye"
    first = load(spark, diseases)
    assert find_entities(spark, first, [text, ""]) == [[(3, 7, "Disease"), (14, 26, "Disease")], []]
    both = load(spark, diseases, organs)
    assert (
        find_entities(spark, both, [text] * 3)
        == [[(3, 7, "Disease"), (14, 26, "Disease"), (30, 33, "Organ")]] * 3
    )
    assert find_entities(spark, first, [text]) == [[(3, 7, "Disease"), (14, 26, "Disease")]]


def test_a_broken_graph_or_a_missing_vocabulary_is_one_line(spark, tmp_path: Path) -> None:
    folder = write_classifier(tmp_path / "graph", "Disease", "gout")
    (folder / "model.onnx").write_bytes(b"no graph")
    with pytest.raises(
        ConfigError, match=r"does not run \(OrtException|cannot be loaded as an ONNX"
    ) as raised:
        load(spark, folder)
    assert "\n" not in str(raised.value)
    (folder / "assets/vocab.txt").unlink()
    with pytest.raises(ConfigError, match=r"assets/vocab\.txt is missing next to model.onnx"):
        load(spark, folder)
