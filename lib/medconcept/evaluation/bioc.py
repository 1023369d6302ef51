"""Reads BioC XML: passages at their offsets, annotations with kind and id from their infons."""

from __future__ import annotations

from collections.abc import Iterator

from lxml import etree

from medconcept.errors import InputError
from medconcept.evaluation.documents import Annotation, Document, Place

_KINDS = ("type", "Type", "NE type")
_IDS = ("identifier", "Identifier", "MESH", "MeSH", "OMIM", "concept_id", "id")


def read_bioc(text: str, path: str, left_out: dict[str, int]) -> Iterator[Document]:
    """Yield the documents of a BioC collection. Raises InputError with one line.

    Offsets count characters of the document. An annotation whose text differs from the text at its offsets is
    left out and counted (some files count bytes); so is one without a kind.

    >>> collection = '''<collection><document><id>7</id><passage><offset>0</offset><text>No gout</text>
    ... <annotation id="a"><infon key="type">Disease</infon><infon key="identifier">D006073</infon>
    ... <location offset="3" length="4"/><text>gout</text></annotation></passage></document></collection>'''
    >>> [(d.text, d.entities) for d in read_bioc(collection, "x.xml", {})]
    [('No gout', ((3, 7, 'Disease'),))]
    """
    # Gold may come from anywhere: nothing outside the file is read, and no entity is expanded.
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        root = etree.fromstring(text.encode("utf-8"), parser)
    except etree.XMLSyntaxError as error:
        raise InputError(f"{path}: not BioC XML: {error.msg}") from error
    if root.tag != "collection":
        raise InputError(f"{path}: not BioC XML: its root is <{root.tag}>, not <collection>")
    if next(root.iter(etree.Entity), None) is not None:
        raise InputError(f"{path}: not BioC XML: it uses entities of its own")
    for number, document in enumerate(root.iterfind("document"), 1):
        try:
            yield _document(document, str(number), left_out)
        except (ValueError, TypeError) as error:
            raise InputError(f"{path}: document {number}: not BioC XML: {error}") from error


def _document(document: etree._Element, number: str, left_out: dict[str, int]) -> Document:
    key = (document.findtext("id") or number).strip()
    body = ""
    marks: list[tuple[etree._Element, int]] = []
    for passage in document.iterfind("passage"):
        offset = int(passage.findtext("offset") or 0)
        pieces = [(offset, passage.findtext("text"))]
        if pieces[0][1] is None:  # some collections have sentences instead
            pieces = [
                (int(s.findtext("offset") or 0), s.findtext("text")) for s in passage.iterfind("sentence")
            ]
        for begin, piece in pieces:
            # Passages are at their offsets; gaps become white space.
            body = body[:begin].ljust(begin) if len(body) != begin else body
            body += piece or ""
        marks += [(a, offset) for a in passage.iterfind(".//annotation")]
    marks += [(a, 0) for a in document.iterfind("annotation")]
    annotations: list[Annotation] = []
    places: list[Place] = []
    for mark, _ in marks:
        infons = {i.get("key"): (i.text or "").strip() for i in mark.iterfind("infon")}
        spans = tuple(
            sorted(
                (int(at.get("offset", "")), int(at.get("offset", "")) + int(at.get("length", "")))
                for at in mark.iterfind("location")
            )
        )
        kind = next((infons[name] for name in _KINDS if infons.get(name)), "")
        covered = " ".join(body[start:end] for start, end in spans)
        if (
            not spans
            or not kind
            or covered.split() != (mark.findtext("text") or covered).split()
            or not covered.strip()
        ):
            reason = "annotation without a kind" if spans and not kind else "text is not what the spans say"
            left_out[reason] = left_out.get(reason, 0) + 1
            continue
        if len(spans) == 1:
            places.append((*spans[0], kind))
        identifier = next((infons[name] for name in _IDS if infons.get(name)), "")
        if identifier:
            annotations.append(Annotation(identifier, spans))
    kinds = frozenset(kind for _, _, kind in places)
    return Document(key, key, body, tuple(annotations), types=kinds, entities=tuple(places))
