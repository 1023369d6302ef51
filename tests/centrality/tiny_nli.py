"""A tiny classifier of textual entailment with random weights, exported as a real one is; and its oracle.

Its answer depends on each token, on its place and on its segment, so that a pair that is put together in
another way than `[CLS] premise [SEP] hypothesis [SEP]` gets another answer.
"""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

onnx = pytest.importorskip("onnx")  # here, so that the tests that import this file are skipped without it

TEXT = "the figure is about this a of heart attack lung in and left no . , ( ) - 1 2 my ##o ##card"
VOCABULARY = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", *TEXT.split()]
LABELS = ("contradiction", "entailment", "neutral")
WIDTH, LONGEST = 8, 64


def weights(seed: int) -> dict[str, np.ndarray]:
    """Random weights, the same for the same seed."""
    random = np.random.default_rng(seed)
    shapes = {
        "token": (len(VOCABULARY), WIDTH),
        "place": (LONGEST, WIDTH),
        "segment": (2, WIDTH),
        "out": (WIDTH, 3),
    }
    return {name: random.normal(size=shape).astype(np.float32) for name, shape in shapes.items()}


def export(folder: Path, seed: int = 1, *, labels: tuple[str, ...] = LABELS, spark_nlp: bool = False) -> Path:
    """Write the folder that an exporter writes, or the one that Spark NLP's guides describe."""
    from onnx import TensorProto, helper, numpy_helper

    names = ("input_ids", "attention_mask", "token_type_ids")
    inputs = [helper.make_tensor_value_info(n, TensorProto.INT64, ["batch", "sequence"]) for n in names]
    output = helper.make_tensor_value_info("logits", TensorProto.FLOAT, ["batch", 3])
    made = [numpy_helper.from_array(value, name) for name, value in weights(seed).items()]
    made += [numpy_helper.from_array(np.array(v, dtype=np.int64), n) for n, v in (("zero", 0), ("one", 1))]
    made += [
        numpy_helper.from_array(np.array([v], dtype=np.int64), n) for n, v in (("axis1", 1), ("axis2", 2))
    ]
    nodes = [
        helper.make_node("Gather", ["token", "input_ids"], ["tokens"]),
        helper.make_node("Gather", ["segment", "token_type_ids"], ["segments"]),
        helper.make_node("Shape", ["input_ids"], ["shape"]),
        helper.make_node("Gather", ["shape", "one"], ["length"]),
        helper.make_node("Range", ["zero", "length", "one"], ["range"]),
        helper.make_node("Gather", ["place", "range"], ["places"]),
        helper.make_node("Add", ["tokens", "segments"], ["both"]),
        helper.make_node("Add", ["both", "places"], ["all"]),
        helper.make_node("Tanh", ["all"], ["hidden"]),
        helper.make_node("Cast", ["attention_mask"], ["mask"], to=TensorProto.FLOAT),
        helper.make_node("Unsqueeze", ["mask", "axis2"], ["wide"]),
        helper.make_node("Mul", ["hidden", "wide"], ["seen"]),
        helper.make_node("ReduceSum", ["seen", "axis1"], ["sum"], keepdims=0),
        helper.make_node("MatMul", ["sum", "out"], ["logits"]),
    ]
    graph = helper.make_graph(nodes, "tiny", inputs, [output], made)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 14)], ir_version=8)
    onnx.checker.check_model(model)
    folder.mkdir(parents=True)
    onnx.save(model, str(folder / "model.onnx"))
    assets = folder / "assets" if spark_nlp else folder
    assets.mkdir(exist_ok=True)
    (assets / "vocab.txt").write_text("\n".join(VOCABULARY) + "\n")
    if spark_nlp:
        (assets / "labels.txt").write_text("\n".join(labels) + "\n")
    else:
        config = {"model_type": "bert", "id2label": {str(n): label for n, label in enumerate(labels)}}
        (folder / "config.json").write_text(json.dumps(config))
    return folder


def ids(words: list[str]) -> list[int]:
    """Ids of word pieces as they stand in VOCABULARY."""
    return [VOCABULARY.index(word) for word in words]


def entailment(premise: list[str], hypothesis: list[str], seed: int = 1, label: str = "entailment") -> float:
    """What the model must say of a pair, given as word pieces: worked out with numpy alone."""
    made = weights(seed)
    row = ids(["[CLS]", *premise, "[SEP]", *hypothesis, "[SEP]"])
    segments = [0] * (len(premise) + 2) + [1] * (len(hypothesis) + 1)
    hidden = np.tanh(made["token"][row] + made["segment"][segments] + made["place"][: len(row)])
    logits = hidden.sum(axis=0) @ made["out"]
    chances = np.exp(logits - logits.max()) / np.exp(logits - logits.max()).sum()
    return float(chances[LABELS.index(label)])
