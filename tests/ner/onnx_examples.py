"""A tiny ONNX token classifier, written byte by byte: no export of a real one is at hand in tests.

It tags a word by its token alone: the graph looks each token's number up in a table of scores.
"""

from __future__ import annotations

import struct
from pathlib import Path

WORDS = ("[PAD]", "[UNK]", "[CLS]", "[SEP]", "a", "heart", "attack", "gout", "eye", "no", "and", ".")


def field(number: int, value: int | bytes | str) -> bytes:
    """A field of a protocol buffer: an integer, or bytes with their length."""
    if isinstance(value, int):
        return varint(number << 3) + varint(value)
    data = value.encode() if isinstance(value, str) else value
    return varint(number << 3 | 2) + varint(len(data)) + data


def varint(value: int) -> bytes:
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)


def value_info(name: str, kind: int, *sizes: int | str) -> bytes:
    """ValueInfoProto: a tensor of a kind (1 float, 7 int64), sizes fixed or named."""
    dims = b"".join(field(1, field(1, n) if isinstance(n, int) else field(2, n)) for n in sizes)
    return field(1, name) + field(2, field(1, field(1, kind) + field(2, dims)))


def graph(scores: list[list[float]]) -> bytes:
    """ModelProto: logits = Gather(scores, input_ids)."""
    flat = b"".join(struct.pack("<f", score) for row in scores for score in row)
    table = (
        field(1, len(scores)) + field(1, len(scores[0])) + field(2, 1) + field(8, "scores") + field(9, flat)
    )
    node = field(1, "scores") + field(1, "input_ids") + field(2, "logits") + field(4, "Gather")
    inputs = b"".join(
        field(11, value_info(name, 7, "batch", "length"))
        for name in ("input_ids", "attention_mask", "token_type_ids")
    )
    outputs = field(12, value_info("logits", 1, "batch", "length", len(scores[0])))
    whole = field(1, node) + field(2, "tagger") + field(5, table) + inputs + outputs
    return field(1, 8) + field(7, whole) + field(8, field(1, "") + field(2, 13))


def write_classifier(folder: Path, label: str, *phrases: str) -> Path:
    """A folder as Spark NLP imports it: words of phrases have the label, the first as its beginning."""
    labels = ["O", f"B-{label}", f"I-{label}"]
    tags = dict.fromkeys(WORDS, 0)
    for phrase in phrases:
        for n, word in enumerate(phrase.split()):
            tags[word] = 1 if n == 0 else 2
    scores = [[4.0 if column == tags[word] else 0.0 for column in range(3)] for word in WORDS]
    (folder / "assets").mkdir(parents=True)
    (folder / "model.onnx").write_bytes(graph(scores))
    (folder / "assets/vocab.txt").write_text("\n".join(WORDS) + "\n")
    (folder / "assets/labels.txt").write_text("\n".join(labels) + "\n")
    return folder
