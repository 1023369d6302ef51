"""The nodes that make a pair of one text: against the pair put together by hand, for rows of any length."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tiny_nli import VOCABULARY, entailment, export, ids, onnx

from medconcept.centrality.sentence_pair_graph import check_graph, with_pair_input
from medconcept.errors import ConfigError

MARK, SEP = len(VOCABULARY), VOCABULARY.index("[SEP]")
PIECES = [word for word in VOCABULARY if not word.startswith("[")]
TEXT = st.lists(st.sampled_from(PIECES), min_size=0, max_size=12)


@pytest.fixture(scope="module")
def runner(tmp_path_factory):
    from onnx.reference import ReferenceEvaluator

    folder = export(tmp_path_factory.mktemp("tiny") / "model")
    model = with_pair_input(onnx.load(str(folder / "model.onnx")), MARK, SEP)
    onnx.checker.check_model(model)
    return ReferenceEvaluator(model)


def asked(runner, rows: list[list[int]]) -> np.ndarray:
    """Chances of the labels, as Spark NLP asks for them: padded with zeros, all segments zero."""
    width = max(map(len, rows))
    text = np.array([row + [0] * (width - len(row)) for row in rows], dtype=np.int64)
    fed = {"input_ids": text, "attention_mask": (text != 0).astype(np.int64), "token_type_ids": text * 0}
    (logits,) = runner.run(["logits"], fed)
    exp = np.exp(logits - logits.max(axis=1, keepdims=True))
    return exp / exp.sum(axis=1, keepdims=True)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(TEXT, TEXT), min_size=1, max_size=4))
def test_one_text_with_a_mark_is_the_pair(runner, pairs) -> None:
    cls = VOCABULARY.index("[CLS]")
    rows = [[cls, *ids(hypothesis), MARK, *ids(premise), SEP] for premise, hypothesis in pairs]
    found = asked(runner, rows)
    for (premise, hypothesis), chances in zip(pairs, found, strict=True):
        for n, label in enumerate(("contradiction", "entailment", "neutral")):
            assert chances[n] == pytest.approx(entailment(premise, hypothesis, label=label), abs=1e-4)


def test_a_text_without_a_mark_is_left_as_it_is(runner, tmp_path: Path) -> None:
    from onnx.reference import ReferenceEvaluator

    plain = ReferenceEvaluator(onnx.load(str(export(tmp_path / "model") / "model.onnx")))
    rows = [[2, *ids(["heart", "attack"]), SEP], [2, *ids(["lung"]), SEP]]
    assert asked(runner, rows) == pytest.approx(asked(plain, rows), abs=1e-6)


def test_graphs_that_spark_nlp_cannot_run_are_refused(tmp_path: Path) -> None:
    model = onnx.load(str(export(tmp_path / "model") / "model.onnx"))
    assert check_graph(model) == 14
    del model.graph.input[2]
    with pytest.raises(ConfigError, match="a BERT sequence classifier has input_ids, attention_mask"):
        check_graph(model)
    model = onnx.load(str(tmp_path / "model/model.onnx"))
    model.opset_import[0].version = 22
    with pytest.raises(ConfigError, match="it is of opset 22, IR 8; export it with an opset from 13 to 21"):
        check_graph(model)
    model = onnx.load(str(tmp_path / "model/model.onnx"))
    model.graph.input[0].type.tensor_type.elem_type = onnx.TensorProto.INT32
    with pytest.raises(ConfigError, match="its input input_ids is not of 64-bit integers"):
        check_graph(model)
