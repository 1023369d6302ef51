"""What Spark's workers do with a batch of captions: Arrow in, rows of mentions out."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from linking_examples import TERMS

from medconcept.dictionary.file_layout import DictionaryDamaged
from medconcept.dictionary.linking_dictionary import compile_linking
from medconcept.linking.caption_batch import Captions
from medconcept.linking.flags import FLAGS, MENTION_FLAGS
from medconcept.linking.linked_mentions import LinkedMentions
from medconcept.linking.linker import Linker
from medconcept.linking.types import METHODS, LinkSettings
from medconcept.spark.shared_files import SharedFile
from medconcept.terminologies.term import Term
from medconcept.workers.annotate.link_captions import LINKED, LinkJob, link_batches, linker_of
from medconcept.workers.annotate.sentences_in_doubt import with_sentences_in_doubt

ROOT = Path(__file__).resolve().parents[2]
ALPHA = "\U0001d6fc"  # two code units in UTF-16, one code point


@pytest.fixture(scope="module")
def shared(tmp_path_factory) -> SharedFile:
    """The examples' dictionary, compiled, in a folder that workers read."""
    folder = tmp_path_factory.mktemp("dictionaries")
    terms = (*TERMS, Term("U", "U:node", "node", (), ("anatomy",)), Term("M", "M:node", "lump", ("Node",)))
    data = compile_linking(terms, sorted({term.source for term in terms}))
    sha256 = hashlib.sha256(data).hexdigest()
    (folder / sha256).write_bytes(data)
    return SharedFile(sha256, str(folder))


def caption(text: str, sentences: list[str] | None = None, **more: object) -> dict[str, object]:
    """A row as Spark NLP leaves it, with words at white space as tokens."""

    def places(parts: list[str]) -> tuple[list[int], list[int]]:
        units = text.encode("utf-16-le")
        begins, at = [], 0
        for part in parts:
            at = units.index(part.encode("utf-16-le"), at)
            begins.append(at // 2)
            at += 2 * len(part.encode("utf-16-le")) // 2
        return begins, [b + len(p.encode("utf-16-le")) // 2 - 1 for b, p in zip(begins, parts, strict=True)]

    sentence, token = places(sentences or [text]), places(text.split())
    row = {"figure_key": "PMC1#f1", "article_key": "PMC1", "caption": text, "language": "en", "panels": []}
    row |= {"abbreviations": None, "sentence_begin": sentence[0], "sentence_end": sentence[1]}
    return {**row, "token_begin": token[0], "token_end": token[1], **more}


def batches_of(rows: list[dict[str, object]]) -> list[pa.RecordBatch]:
    """Batches of one or two captions."""
    panel = pa.struct([("labels", pa.list_(pa.string())), ("start", pa.int32()), ("end", pa.int32())])
    pairs = pa.list_(pa.struct([("short", pa.string()), ("long", pa.string())]))
    numbers = pa.list_(pa.int32())
    schema = pa.schema(
        [(n, pa.string()) for n in ("figure_key", "article_key", "caption", "language")]
        + [("panels", pa.list_(panel)), ("abbreviations", pairs)]
        + [(n, numbers) for n in ("sentence_begin", "sentence_end", "token_begin", "token_end")]
    )
    return pa.Table.from_pylist(rows, schema).to_batches(max_chunksize=2)


def linked(rows: list[dict[str, object]], shared: SharedFile, **settings: object) -> list[dict]:
    """The mentions of captions."""
    job = LinkJob(shared, LinkSettings(**settings))  # type: ignore[arg-type] — fields of the dataclass
    return [row for batch in link_batches(batches_of(rows), job) for row in batch.to_pylist()]


def test_a_mention_says_where_it_is_and_how_it_was_found(shared) -> None:
    text = f"{ALPHA} Mice. No retinas here."
    panels = [{"labels": ["B"], "start": 7, "end": len(text)}]
    (found,) = linked([caption(text, [f"{ALPHA} Mice.", "No retinas here."], panels=panels)], shared)
    assert list(found) == LINKED.names
    assert found["spans"] == [{"start": 11, "end": 18}]
    assert text[11:18] == found["text"] == "retinas"
    assert (found["mention_key"], found["figure_key"]) == ("PMC1#f1@11-18", "PMC1#f1")
    assert (found["sentence"], found["first_token"], found["last_token"]) == (1, 3, 3)
    assert (found["source_id"], found["name"], found["method"]) == ("U:retina", "retina", "inflected")
    assert 0.8 <= found["similarity"] < 1
    assert (found["panels"], found["flags"]) == (["B"], ["negated"])
    assert found["semantic_types"] == ["anatomy"]
    assert found["restriction_level"] == 0
    assert 0 < found["confidence"] < 1
    assert found["confidence_evidence"].split(" ")[-1][0] in "+-"


def test_confidence_of_the_linker_is_that_of_its_links_and_of_the_rows(shared, monkeypatch) -> None:
    find = Linker.find

    def with_confidence(linker: Linker, captions: Captions) -> LinkedMentions:
        found = find(linker, captions)
        count = len(found.mentions.text)
        confidence = np.array([0.25, np.nan, 1.0][:count])
        return found._replace(confidence=confidence, confidence_evidence=["word -2.1", "no", None][:count])

    monkeypatch.setattr(Linker, "find", with_confidence)
    text = "heart, retina, heart"
    expected = [(0.25, "word -2.1"), (None, None), (1.0, None)]
    rows = linked([caption(text)], shared)
    assert [(row["confidence"], row["confidence_evidence"]) for row in rows] == expected
    links = linker_of(LinkJob(shared)).link(text).links
    assert [(link.confidence, link.confidence_evidence) for link in links] == expected
    # Evidence is not required.

    def without_evidence(linker: Linker, captions: Captions) -> LinkedMentions:
        return with_confidence(linker, captions)._replace(confidence_evidence=None)

    monkeypatch.setattr(Linker, "find", without_evidence)
    assert [row["confidence_evidence"] for row in linked([caption(text)], shared)] == [None] * 3
    assert [link.confidence for link in linker_of(LinkJob(shared)).link(text).links] == [0.25, None, 1.0]


def test_pieces_and_nested_mentions_have_keys_of_their_own(shared) -> None:
    rows = [caption("left and right ventricle"), caption("the left ventricle")]
    keys = [row["mention_key"] for row in linked(rows[:1], shared)]
    assert keys == ["PMC1#f1@0-4+15-24", "PMC1#f1@9-24"]
    keys = [row["mention_key"] for row in linked(rows[1:], shared, nested=True)]
    assert keys == ["PMC1#f1@4-18", "PMC1#f1@9-18"]


def test_what_the_article_says_of_short_forms_reaches_the_linker(shared) -> None:
    pairs = [{"short": "DRG", "long": "dorsal root ganglion"}]
    assert linked([caption("DRG")], shared) == []
    (found,) = linked([caption("DRG", abbreviations=pairs)], shared)
    assert (found["source_id"], found["method"]) == ("U:drg", "abbreviation")


def test_a_name_inside_an_address_is_flagged_by_its_token(shared) -> None:
    found = linked([caption("heart at www.heart.org and heart")], shared)
    assert [row["flags"] for row in found] == [[], ["address"], []]


def test_other_concepts_are_kept_best_first(shared) -> None:
    (found,) = linked([caption("a node")], shared)
    (other,) = found["alternatives"]
    assert {found["concept_id"], other["concept_id"]} == {"U:node", "M:node"}
    assert (other["concept_id"], other["name"].casefold()) == (other["source_id"], "node")
    assert 0.8 <= other["similarity"] <= 1


def test_a_caption_in_another_language_gives_no_row(shared) -> None:
    captions = [caption("heart", language=language) for language in ("de", None, "en-GB", "en_US", "EN")]
    assert len(linked(captions, shared)) == 4
    assert linked([caption("heart", language="de")], shared) == []


def test_batches_do_not_change_what_is_found(shared) -> None:
    rows = [
        caption(text, figure_key=f"PMC1#f{n}")
        for n, text in enumerate(["heart", "none", "left and right ventricle", "", "the retina"] * 30)
    ]
    rows = [{**row, "sentence_begin": [], "sentence_end": []} if not row["caption"] else row for row in rows]
    one_by_one = [found for row in rows for found in linked([row], shared)]
    assert linked(rows, shared) == one_by_one and len(one_by_one) == 120


def test_a_damaged_dictionary_is_one_line_and_a_worker_opens_it_once(shared, tmp_path: Path) -> None:
    assert linker_of(LinkJob(shared)) is linker_of(LinkJob(shared))
    data = bytearray(Path(shared.path).read_bytes())
    data[-1] ^= 1
    (tmp_path / shared.sha256).write_bytes(data)
    with pytest.raises(DictionaryDamaged, match=f"{shared.sha256[:12]}.*checksum"):
        linked([caption("heart")], SharedFile(shared.sha256, str(tmp_path)))
    with pytest.raises(DictionaryDamaged, match="No such file"):
        linked([caption("heart")], SharedFile("0" * 64, str(tmp_path)))


def test_the_suite_knows_the_methods_and_flags_of_the_code() -> None:
    suite = json.loads((ROOT / "expectations/mentions.json").read_text())["expectations"]
    (methods,) = [
        e["kwargs"]["value_set"]
        for e in suite
        if e["kwargs"].get("column") == "method" and "value_set" in e["kwargs"]
    ]
    assert methods == list(METHODS)
    (flags,) = [
        e["kwargs"]["unexpected_rows_query"]
        for e in suite
        if e.get("meta", {}).get("name") == "flags are known"
    ]
    assert ", ".join(f"'{flag}'" for flag in MENTION_FLAGS) in flags
    assert list(MENTION_FLAGS) == sorted(MENTION_FLAGS) and set(FLAGS) < set(MENTION_FLAGS)


def in_doubt(rows: list[dict[str, object]], shared: SharedFile) -> list[list[tuple[int, int, str]]]:
    """What the shipped recogniser is to read of each caption."""
    out = [
        row
        for batch in with_sentences_in_doubt(batches_of(rows), LinkJob(shared))
        for row in batch.to_pylist()
    ]
    assert [row["caption"] for row in out] == [row["caption"] for row in rows]
    return [list(zip(row["read_begin"], row["read_end"], row["read_text"], strict=True)) for row in out]


def patch_confidence(monkeypatch, confidence: float) -> None:
    """Give each mention the same confidence."""
    find = Linker.find

    def so_sure(linker: Linker, captions: Captions) -> LinkedMentions:
        found = find(linker, captions)
        return found._replace(confidence=np.full(len(found.mentions.text), confidence))

    monkeypatch.setattr(Linker, "find", so_sure)


def test_sentences_with_an_acronym_that_nothing_explains_are_in_doubt(shared, monkeypatch) -> None:
    patch_confidence(monkeypatch, 0.99)
    first, second = f"{ALPHA} Mice.", "Patients with ALS died."
    explained = caption("Amyotrophic lateral sclerosis (ALS) here")
    lower_case = caption("Patients with als, in the cold")
    assert in_doubt([caption(f"{first} {second}", [first, second]), explained, lower_case], shared) == [
        [(9, 31, second)],
        [],
        [],
    ]


@pytest.mark.parametrize(
    ("confidence", "expected"), [(0.79, 0), (0.8, 1), (0.92, 1), (0.93, 0), (float("nan"), 0)]
)
def test_sentences_with_a_mention_neither_likely_nor_unlikely_are_in_doubt(
    shared, monkeypatch, confidence: float, expected: int
) -> None:
    patch_confidence(monkeypatch, confidence)
    # The recogniser has no type for transfection, and a sentence without an end is a table.
    rows = [caption("The heart."), caption("A transfection."), caption("heart " + "x" * 2000)]
    assert list(map(len, in_doubt(rows, shared))) == [expected, 0, 0]
