"""Spans in tokens: compared with a WordPiece of its own, and used as the published loss uses them."""

from __future__ import annotations

import json
import string
import unicodedata
from pathlib import Path
from typing import Any

import pytest
from export_rows import facts, named, picture, sample, schema, triplet

from medconcept.errors import ConfigError, InputError
from medconcept.exports.card import card
from medconcept.exports.options import ExportOptions
from medconcept.exports.shards import open_shard
from medconcept.exports.token_spans import CONTEXT, TokenSpans, read_tokenizer, token_fields

pytest.importorskip("tokenizers")
WORDS = ["ct", "of", "heart", "a", "##ogram", "mamm", "number", "naive", "the", "oedema", "α"]
VOCABULARY = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *WORDS, *string.digits,
              *(f"##{c}" for c in string.ascii_lowercase), *string.ascii_lowercase[1:], *".,(|)"]  # fmt: skip
NAME = "example/bert"


@pytest.fixture(scope="module")
def vocabulary(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("tokenizer") / "vocab.txt"
    path.write_text("\n".join(VOCABULARY) + "\n")
    return path


def naive_tokens(text: str) -> list[tuple[str, int, int]]:
    """BERT's uncased WordPiece, character by character: each token with its place in the text."""
    words: list[list[tuple[str, int]]] = [[]]
    for place, character in enumerate(text):
        for c in unicodedata.normalize("NFD", character.lower()):
            if not c.isspace() and unicodedata.category(c) in ("Mn", "Cc", "Cf"):
                continue
            if c.isspace():
                words.append([])
            elif unicodedata.category(c).startswith("P") or c in "|$+<=>^`~":
                words += [[(c, place)], []]
            else:
                words[-1].append((c, place))
    out = []
    for word in filter(None, words):
        pieces, begin = [], 0
        while begin < len(word):
            mark = "##" if begin else ""
            ends = [
                end for end in range(len(word), begin, -1)
                if mark + "".join(c for c, _ in word[begin:end]) in VOCABULARY
            ]  # fmt: skip
            if not ends:
                pieces = [("[UNK]", word[0][1], word[-1][1] + 1)]
                break
            piece = mark + "".join(c for c, _ in word[begin : ends[0]])
            pieces.append((piece, word[begin][1], word[ends[0] - 1][1] + 1))
            begin = ends[0]
        out += pieces
    return out


TEXTS = (
    "CT of a heart, number 12 | α",
    "Mammograms (naïve)\n\tof the oedema.",
    "the\u00a0heart\u2009of 𝛼 a heart",
    "\U0001f600 heart",
    "",
)


@pytest.mark.parametrize("text", TEXTS)
def test_tokens_are_those_of_wordpiece(vocabulary: Path, text: str) -> None:
    caption = TokenSpans(read_tokenizer(f"{NAME}={vocabulary}").definition).of(text)
    assert [(t, *o) for t, o in zip(caption.tokens, caption.offsets, strict=True)] == naive_tokens(text)
    for start in range(len(text)):
        for end in range(start + 1, len(text) + 1):
            touched = [n for n, (_, a, b) in enumerate(naive_tokens(text)) if a < end and b > start]
            span = (touched[0], touched[-1] + 1) if touched else None
            assert caption.span(start, end) == span
            given = token_fields(caption, start, end)
            assert given["tokens"] == (caption.tokens[slice(*span)] if span else None)


def write(folder: Path, rows: list[dict[str, Any]], definition: str) -> list[list[dict[str, Any]]]:
    """The lines of the files of a shard: whole, in characters, in tokens."""
    import pyarrow as pa

    with open_shard(folder, named("data", "train"), "conceptclip", schema(), definition) as shard:
        shard.write(pa.RecordBatch.from_pylist(rows, schema()), [1000] * len(rows))
    assert shard.entry is not None
    return [
        [json.loads(line) for line in (folder / file.path).read_bytes().splitlines()]
        for file in shard.entry.files[:3]
    ]


def test_spans_past_the_context_are_marked_and_left_out_of_the_tokens(
    vocabulary: Path, tmp_path: Path
) -> None:
    tokenizer = read_tokenizer(f"{NAME}={vocabulary}")
    room = CONTEXT - 2
    rows = []
    for before in (0, room - 1, room):  # words before the heart
        caption = "ct " * before + "heart"
        spans = [{"start": len(caption) - 5, "end": len(caption)}]
        concept = {**triplet(1)["concepts"][0], "spans": spans}
        rows.append(sample(triplet(before + 1, caption=caption, concepts=[concept]), picture(1)))
    concept = {**concept, "spans": [{"start": 2, "end": 3}]}  # a space
    rows.append(sample(triplet(99, caption="ct heart", concepts=[concept]), picture(1)))
    lines, characters, tokens = write(tmp_path, rows, tokenizer.definition)
    first = [line["umls_meta_info"][0] for line in lines]
    assert [(c["start_token"], c["end_token"], c["past_context"]) for c in first] == [
        (0, 1, False), (room - 1, room, False), (room, room + 1, True), (None, None, None),
    ]  # fmt: skip
    assert [line["context_end"] for line in lines] == [None, None, 3 * room - 1, None]
    assert [line["umls_meta_info"] for line in tokens] == [[[0, 1]], [[room - 1, room]], [], []]
    assert [len(line["umls_meta_info"]) for line in characters] == [1, 1, 1, 1]
    # As the loss does: the mark at the beginning, what does not fit cut off, both ends plus one.
    for line in tokens:
        context = ["[CLS]", *(t for t, _, _ in naive_tokens(line["caption"])[:room]), "[SEP]"]
        assert len(context) <= CONTEXT
        assert all(context[start + 1 : end + 1] == ["heart"] for start, end in line["umls_meta_info"])


def test_a_tokenizer_has_a_name_and_the_documents_state_it(vocabulary: Path, tmp_path: Path) -> None:
    tokenizer = read_tokenizer(f"{NAME}={vocabulary}")
    (tmp_path / "tokenizer.json").write_text(tokenizer.definition)
    assert read_tokenizer(f"{NAME}={tmp_path}/tokenizer.json").definition == tokenizer.definition
    options = ExportOptions("r1", "conceptclip", tokenizer=tokenizer)
    assert options.as_json()["tokenizer"] == {"name": NAME, "sha256": tokenizer.sha256}
    assert options.digest() != ExportOptions("r1", "conceptclip").digest()
    import pyarrow as pa

    with open_shard(tmp_path, named("data", "train"), "conceptclip", schema(), tokenizer.definition) as shard:
        shard.write(pa.RecordBatch.from_pylist([sample(triplet(1), picture(1))], schema()), [1000])
    assert shard.entry is not None
    assert f"tokens of `{NAME}`" in card(facts("conceptclip", [shard.entry], tokenizer=tokenizer))


@pytest.mark.parametrize(
    ("named", "kind", "line"),
    [
        ("vocab.txt", ConfigError, "--tokenizer vocab.txt: NAME=FILE is expected"),
        ("a=", ConfigError, "NAME=FILE is expected"),
        ("a=none.json", InputError, "--tokenizer none.json: No such file"),
        ("a={folder}/text", InputError, "text: neither a tokenizer.json nor the vocab.txt of a BERT"),
        ("a={folder}/json", InputError, "json: not a tokenizer: "),
        ("a={folder}/binary", InputError, "binary: not text"),
    ],
)
def test_what_is_no_tokenizer(tmp_path: Path, named: str, kind: type[Exception], line: str) -> None:
    (tmp_path / "text").write_text("a\nb\n")
    (tmp_path / "json").write_text('{"model": 1}')
    (tmp_path / "binary").write_bytes(b"\xff\xfe")
    with pytest.raises(kind) as raised:
        read_tokenizer(named.format(folder=tmp_path))
    assert line in str(raised.value) and "\n" not in str(raised.value)
