"""Exact matching of whole batches, against the matcher text by text."""

from __future__ import annotations

import hashlib

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from medconcept.dictionary.linking_dictionary import compile_linking, open_linking
from medconcept.spark.shared_files import SharedFile
from medconcept.terminologies.term import Term
from medconcept.workers.annotate.exact_matching import MATCHED, match_batches

TERMS = (
    Term("T", "T:1", "heart attack", cuis=("C0027051",)),
    Term("T", "T:2", "heart"),
    Term("T", "T:3", "ALL"),
    Term("T", "T:4", "β cell"),
    Term("T", "T:5", "attack"),
)


@pytest.fixture(scope="module")
def shared(tmp_path_factory) -> SharedFile:
    folder = tmp_path_factory.mktemp("dictionaries")
    data = compile_linking(TERMS, ["T"])
    sha256 = hashlib.sha256(data).hexdigest()
    (folder / sha256).write_bytes(data)
    return SharedFile(sha256, str(folder))


def units(text: str) -> int:
    """Length as Spark NLP counts."""
    return len(text.encode("utf-16-le")) // 2


def row(key: str, *sentences: str, between: str = " ") -> dict[str, object]:
    """A caption of these sentences, with their places as Spark NLP gives them."""
    begins, at = [], 0
    for sentence in sentences:
        begins.append(at)
        at += units(sentence) + units(between)
    ends = [begin + units(sentence) - 1 for begin, sentence in zip(begins, sentences, strict=True)]
    caption = between.join(sentences)
    return {"figure_key": key, "caption": caption, "sentence_begin": begins, "sentence_end": ends}


def found(rows: list[dict[str, object]], shared: SharedFile, size: int = 2) -> list[tuple]:
    kinds = (pa.string(), pa.string(), pa.list_(pa.int32()), pa.list_(pa.int32()))
    columns = ("figure_key", "caption", "sentence_begin", "sentence_end")
    schema = pa.schema(list(zip(columns, kinds, strict=True)))
    batches = pa.Table.from_pylist(rows, schema).to_batches(max_chunksize=size)
    out = list(match_batches(batches, shared))
    assert all(batch.schema.names == MATCHED.names for batch in out)
    return [tuple(values.values()) for batch in out for values in batch.to_pylist()]


def test_names_are_found_within_sentences_with_their_concepts(shared) -> None:
    rows = [row("a", "Heart attack.", "ALL of the heart", "attack"), row("b", "no 𝛼 β CELL, all")]
    assert found(rows, shared) == [
        ("a", 0, 12, "C0027051"), ("a", 14, 17, "T:3"), ("a", 25, 30, "T:2"), ("a", 31, 37, "T:5"),
        ("b", 5, 11, "T:4"),
    ]  # fmt: skip


def test_nothing_to_find_gives_no_row(shared) -> None:
    empty = {"figure_key": "a", "caption": "", "sentence_begin": [], "sentence_end": []}
    assert found([empty], shared) == found([empty, row("b", "none")], shared) == []
    assert found([empty, row("b", "heart"), empty], shared) == [("b", 0, 5, "T:2")]


PIECES = ("heart", "Heart", "attack", " ", "-", "ALL", "all", "𝛼", "é", "β", "cell", "xheart", ".")
parts = st.lists(st.sampled_from(PIECES), min_size=1, max_size=9).map("".join).map(str.strip).filter(bool)


@settings(max_examples=200, deadline=None)
@given(
    st.lists(st.lists(parts, min_size=1, max_size=4), min_size=1, max_size=6),
    st.sampled_from([" ", "  ", "\u2003"]),
)
def test_a_batch_gives_what_the_matcher_gives_for_each_sentence(shared, captions, between) -> None:
    names = open_linking(shared.path, shared.sha256)
    expected = []
    for number, sentences in enumerate(captions):
        at = 0
        for sentence in sentences:
            hits = names.exact.match_texts([sentence])
            concepts = [one.concept_id for one in names.names.named(names.exact.first_senses(hits))]
            for start, end, concept in zip(hits.start, hits.end, concepts, strict=True):
                expected.append((str(number), at + int(start), at + int(end), concept))
            at += len(sentence) + len(between)
    rows = [row(str(number), *sentences, between=between) for number, sentences in enumerate(captions)]
    assert found(rows, shared, 3) == expected


def test_sentences_that_are_not_those_of_the_texts_are_refused(shared) -> None:
    names = open_linking(shared.path, shared.sha256).exact
    texts = pa.array(["a heart", "heart attack"])
    hits = names.match_sentences(texts, [0, 1, 2], [0, 0], [6, 99])  # the last ends where its text does
    assert list(zip(hits.text, hits.start, hits.end, strict=True)) == [(0, 2, 7), (1, 0, 12)]
    for edges, begins, lasts in (([0, 1], [0], [6]), ([0, 1, 2], [0, 0], [6]), ([0, 1, 3], [0, 0], [6, 11])):
        with pytest.raises(ValueError, match=r"^sentences are not those of the texts$"):
            names.match_sentences(texts, edges, begins, lasts)
