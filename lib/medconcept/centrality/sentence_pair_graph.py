"""A graph for two texts changed to take both as one text. Knows ONNX, nothing of Spark.

Spark NLP's BertForSequenceClassification passes a model one text without segments, and truncates its end. An
entailment model needs `[CLS] premise [SEP] hypothesis [SEP]`, with the hypothesis in a segment of its own and
never truncated. So the one text is hypothesis, mark, premise, and nodes before the model's own rearrange its
ids into the input for which the model was trained.
"""

from __future__ import annotations

from typing import Any

from medconcept.errors import ConfigError

INPUTS = ("input_ids", "attention_mask", "token_type_ids")
OUTPUT = "logits"
OLDEST_OPSET = 13  # since which ReduceSum takes its axes as an input
NEWEST_OPSET, NEWEST_IR = 21, 10  # the newest that the onnxruntime of Spark NLP 5.5 reads
# Rows are [CLS] h1 … hm-1 mark p1 … pn [SEP] and zeros; m is the position of the mark, 0 if there is none.
NODES = """
<ir_version: {ir}, opset_import: ["" : {opset}]>
pair (int64[B,T] one_text, int64[B,T] one_mask, int64[B,T] one_segment)
  => (int64[B,T] input_ids, int64[B,T] attention_mask, int64[B,T] token_type_ids)
{{
  zero = Constant <value = int64 {{0}}> ()
  one = Constant <value = int64 {{1}}> ()
  two = Constant <value = int64 {{2}}> ()
  rows = Constant <value = int64[1] {{1}}> ()
  mark = Constant <value = int64 {{{mark}}}> ()
  sep = Constant <value = int64 {{{separator}}}> ()
  shape = Shape (one_text)
  width = Gather <axis = 0> (shape, one)
  j_flat = Range (zero, width, one)
  like = Mul (one_text, zero)
  j = Add (like, j_flat)
  is_mark = Equal (one_text, mark)
  mark_int = Cast <to = 7> (is_mark)
  mark_at = Mul (mark_int, j)
  m = ReduceSum <keepdims = 1> (mark_at, rows)
  long = ReduceSum <keepdims = 1> (one_mask, rows)
  rest = Sub (long, m)
  n = Sub (rest, two)
  n1 = Add (n, one)
  nm = Add (n, m)
  of_premise = Add (j, m)
  back = Sub (j, n)
  of_hypothesis = Sub (back, one)
  behind = Greater (j, nm)
  from_end = Where (behind, j, of_hypothesis)
  at_separator = Equal (j, n1)
  from_separator = Where (at_separator, m, from_end)
  in_premise = Less (j, n1)
  from_premise = Where (in_premise, of_premise, from_separator)
  at_start = Equal (j, zero)
  from_start = Where (at_start, j, from_premise)
  no_mark = Equal (m, zero)
  from = Where (no_mark, j, from_start)
  ids = GatherElements <axis = 1> (one_text, from)
  was_mark = Equal (ids, mark)
  input_ids = Where (was_mark, sep, ids)
  attention_mask = Identity (one_mask)
  in_pair = Not (no_mark)
  after = Greater (j, n1)
  before_end = Less (j, long)
  inside = And (after, before_end)
  second = And (inside, in_pair)
  second_int = Cast <to = 7> (second)
  token_type_ids = Add (second_int, one_segment)
}}
"""


def with_pair_input(model: Any, mark: int, separator: int) -> Any:
    """Return the model (an onnx.ModelProto) with NODES before its own; its weights are not read.

    `mark` is the id of the mark, which the model's vocabulary need not have, `separator` that of [SEP].
    Raises ConfigError if the graph is not a BERT sequence classifier, or newer than Spark NLP can run.
    """
    import onnx
    import onnx.parser

    opset = check_graph(model)
    ir = min(model.ir_version, NEWEST_IR)
    before = onnx.parser.parse_model(NODES.format(ir=ir, opset=opset, mark=mark, separator=separator))
    out = onnx.ModelProto()
    out.CopyFrom(model)
    # The graph keeps the names of its inputs; nodes that read them now read the output of NODES.
    inner = {name: f"before_model/{name}" for name in INPUTS}
    for node in out.graph.node:
        node.input[:] = [inner.get(name, name) for name in node.input]
    outer = {"one_text": "input_ids", "one_mask": "attention_mask", "one_segment": "token_type_ids"}
    nodes = []
    for node in before.graph.node:
        node.input[:] = [outer.get(name, f"before_model/{name}") for name in node.input]
        node.output[:] = [f"before_model/{name}" for name in node.output]
        nodes.append(node)
    own = list(out.graph.node)
    del out.graph.node[:]
    out.graph.node.extend([*nodes, *own])
    return out


def check_graph(model: Any) -> int:
    """Return the opset version of a graph; raise ConfigError if Spark NLP could not run it."""
    inputs = {value.name for value in model.graph.input} - {w.name for w in model.graph.initializer}
    outputs = {value.name for value in model.graph.output}
    if inputs != set(INPUTS) or OUTPUT not in outputs:
        raise ConfigError(
            f"its inputs are {', '.join(sorted(inputs))} and its outputs {', '.join(sorted(outputs))}; "
            f"a BERT sequence classifier has {', '.join(INPUTS)} and {OUTPUT}"
        )
    wide = [v.name for v in model.graph.input if v.name in INPUTS and v.type.tensor_type.elem_type != 7]
    if wide:
        raise ConfigError(f"its input {wide[0]} is not of 64-bit integers")
    opset = next((o.version for o in model.opset_import if o.domain in ("", "ai.onnx")), 0)
    if not OLDEST_OPSET <= opset <= NEWEST_OPSET or model.ir_version > NEWEST_IR:
        raise ConfigError(
            f"it is of opset {opset}, IR {model.ir_version}; export it with an opset from {OLDEST_OPSET} to "
            f"{NEWEST_OPSET} and an IR up to {NEWEST_IR}"
        )
    return opset
