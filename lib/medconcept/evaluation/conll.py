"""Reads CoNLL: one token a line, its tag in the last column, an empty line between sentences."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from medconcept.errors import InputError
from medconcept.evaluation.documents import Document, Place

SENTENCES = 20  # per document, in a file without -DOCSTART-


def read_conll(text: str, path: str, left_out: dict[str, int]) -> Iterator[Document]:
    """Yield documents: tokens joined by spaces, sentences by line breaks. Raises InputError with one line.

    Tags are BIO, IOB1 or BIOES. Documents are separated by -DOCSTART-, else every SENTENCES sentences.

    >>> (gout,) = read_conll("Chronic B-Disease\\ngout I-Disease\\nis O\\n", "x.conll", {})
    >>> gout.text, gout.entities
    ('Chronic gout is', ((0, 12, 'Disease'),))
    """
    sentences: list[list[tuple[str, str]]] = []
    has_separators, sentence, count = "-DOCSTART-" in text, list[tuple[str, str]](), 0
    for number, line in enumerate([*text.split("\n"), ""], 1):
        cells = line.split("\t") if "\t" in line.strip() else line.split()
        if cells and cells[0].strip() and cells[0] != "-DOCSTART-":
            tag = cells[-1].strip()
            if len(cells) < 2 or not (tag == "O" or (tag[:2] in ("B-", "I-", "E-", "S-", "L-", "U-"))):
                raise InputError(f"{path}: line {number}: not conll: {line[:60]!r} has no BIO tag at its end")
            sentence.append((cells[0].strip(), tag))
            continue
        if sentence:
            sentences.append(sentence)
            sentence = []
        ends = bool(cells) if has_separators else len(sentences) >= SENTENCES
        if sentences and ends:
            count += 1
            yield _document(sentences, count)
            sentences = []
    if sentences:
        yield _document(sentences, count + 1)


def _document(sentences: Sequence[Sequence[tuple[str, str]]], number: int) -> Document:
    text, places = "", list[Place]()
    for sentence in sentences:
        text += "\n" if text else ""
        tokens, at = list[tuple[int, int]](), len(text)
        for word, _ in sentence:
            tokens.append((at, at + len(word)))
            at += len(word) + 1
        text += " ".join(word for word, _ in sentence)
        places += entities(tokens, [tag for _, tag in sentence])
    key = str(number)
    return Document(key, key, text, (), types=frozenset(p[2] for p in places), entities=tuple(places))


def entities(tokens: Sequence[tuple[int, int]], tags: Sequence[str]) -> list[Place]:
    """The entities that tags mark; one continues with I-, E- and L- of the same kind.

    >>> entities([(0, 1), (2, 3), (4, 5)], ["I-X", "B-X", "E-X"])
    [(0, 1, 'X'), (2, 5, 'X')]
    """
    out: list[Place] = []
    inside = False
    for (start, end), tag in zip(tokens, tags, strict=True):
        mark, _, kind = tag.partition("-")
        if mark in ("I", "E", "L") and inside and out[-1][2] == kind:
            out[-1] = (out[-1][0], end, kind)
        elif mark != "O":
            out.append((start, end, kind))
        inside = mark in ("B", "I")
    return out
