"""OBO flat files (format 1.4) and OBO Graphs JSON to terms."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from typing import Any

from medconcept.terminologies import term_fields
from medconcept.terminologies.term import SCOPES, DictionarySourceError, Term

_GO_TYPES = {
    "biological_process": "process",
    "cellular_component": "cell component",
    "molecular_function": "function",
}
_QUOTED = re.compile(r'"((?:[^"\\]|\\.)*)"\s*(.*)', re.DOTALL)
_MODIFIERS = re.compile(r'(\s+\{\w+="[^{}]*\})?(\s+! .*)?$')
_ESCAPE = re.compile(r"\\(.)", re.DOTALL)
_ESCAPES = {"n": "\n", "t": "\t", "W": " "}
# A comment, the head of a stanza, or a tag with a value whose quotes are closed.
_WHOLE_LINE = re.compile(r'|!.*|\[\w+\]|[\w-]+: ?(?:[^"\\]|\\.|"(?:[^"\\]|\\.)*")+')
_CURIE_URI = re.compile(r".*[/#]([A-Za-z][A-Za-z0-9.]*)_([^/#_][^/#]*)")


def read_obo(data: bytes, source: str) -> Iterator[Term]:
    """Yield the terms of an OBO file; stanzas with the same id are merged, the first one leading.

    If the file has ids with the prefix `source:`, terms with other prefixes belong to other ontologies and
    are left out. Cycles of is_a or replaced_by are harmless, since they are never followed. Raises
    DictionarySourceError if there is no [Term] stanza, one without id, or the file breaks off within a line.
    """
    text = data.decode("utf-8-sig")
    if "\n[Term]" not in "\n" + text.replace("\r", "\n"):
        raise DictionarySourceError(source, "not obo: it has no [Term] stanza")
    if not text.endswith(("\n", "\r")) and not _WHOLE_LINE.fullmatch(last := text.splitlines()[-1].strip()):
        raise DictionarySourceError(source, f"the last line, {last[:40]!r}, breaks off: is the file whole?")
    stanzas: dict[str, list[tuple[str, str]]] = {}
    for tags in _stanzas(text):
        ids = [value for tag, value in tags if tag == "id"]
        if not ids:
            raise DictionarySourceError(
                source, f"not obo: a [Term] without id (name {_first(tags, 'name')!r})"
            )
        stanzas.setdefault(_first_token(ids[0]), []).extend(tags)
    own = [i for i in stanzas if i.startswith(f"{source}:")] or list(stanzas)
    for source_id in own:
        term = _obo_term(source, source_id, stanzas[source_id])
        if term is not None:
            yield term


def read_obograph(data: bytes, source: str) -> Iterator[Term]:
    """Yield the classes of an OBO Graphs JSON file, by the same rules as `read_obo`."""
    document = json.loads(data)
    if not isinstance(document, dict) or not document.get("graphs"):
        raise DictionarySourceError(source, "not obograph-json: it has no graphs")
    nodes: dict[str, list[dict[str, Any]]] = {}
    for graph in document["graphs"]:
        for node in graph.get("nodes", ()):
            if node.get("type", "CLASS") == "CLASS":
                nodes.setdefault(_curie(node["id"]), []).append(node)
    own = [i for i in nodes if i.startswith(f"{source}:")] or list(nodes)
    for source_id in own:
        term = _graph_term(source, source_id, nodes[source_id])
        if term is not None:
            yield term


def _stanzas(text: str) -> Iterator[list[tuple[str, str]]]:
    """Yield the (tag, value) pairs of each [Term], without trailing modifiers and comments."""
    tags: list[tuple[str, str]] | None = None
    for raw in text.splitlines():
        line = raw.strip()
        if line.startswith("["):
            if tags is not None:
                yield tags
            tags = [] if line == "[Term]" else None
        elif tags is not None and line and not line.startswith("!"):
            tag, colon, value = line.partition(":")
            if colon:
                tags.append((tag, value.strip()))
    if tags is not None:
        yield tags


def _obo_term(source: str, source_id: str, tags: list[tuple[str, str]]) -> Term | None:
    name = _first(tags, "name")
    if name is None:
        return None
    name = term_fields.clean_text(_unescape(_MODIFIERS.sub("", name)))
    synonyms = [_obo_synonym(value) for tag, value in tags if tag == "synonym"]
    references = [_first_token(value) for tag, value in tags if tag == "xref"]
    definition = _first(tags, "def")
    quoted = _QUOTED.match(definition) if definition else None
    replaced_by = _first(tags, "replaced_by")
    return _term(
        source,
        source_id,
        name,
        synonyms,
        references,
        namespace=_first(tags, "namespace") or "",
        definition=_unescape(quoted.group(1)) if quoted else None,
        obsolete=_first_token(_first(tags, "is_obsolete") or "") == "true" or name.startswith("obsolete "),
        replaced_by=_first_token(replaced_by) if replaced_by else None,
        alt_ids=[_first_token(value) for tag, value in tags if tag == "alt_id"],
    )


def _graph_term(source: str, source_id: str, nodes: list[dict[str, Any]]) -> Term | None:
    label = next((n["lbl"] for n in nodes if n.get("lbl")), None)
    if label is None:
        return None
    metas = [n.get("meta") or {} for n in nodes]
    synonyms = [
        (s["val"], s.get("pred", "hasExactSynonym").removeprefix("has").removesuffix("Synonym").lower())
        for meta in metas
        for s in meta.get("synonyms", ())
    ]
    values = [(_curie(p["pred"]), p["val"]) for meta in metas for p in meta.get("basicPropertyValues", ())]
    namespaces = [value for pred, value in values if pred.endswith("hasOBONamespace")]
    replaced = [_curie(value) for pred, value in values if pred == "IAO:0100001"]
    return _term(
        source,
        source_id,
        term_fields.clean_text(label),
        synonyms,
        [x["val"] for meta in metas for x in meta.get("xrefs", ())],
        namespace=next(iter(namespaces), ""),
        definition=next((m["definition"].get("val") for m in metas if m.get("definition")), None),
        obsolete=any(m.get("deprecated") for m in metas) or label.startswith("obsolete "),
        replaced_by=next(iter(replaced), None),
        alt_ids=[_curie(value) for pred, value in values if pred.endswith("hasAlternativeId")],
    )


def _term(
    source: str,
    source_id: str,
    name: str,
    synonyms: Iterable[tuple[str, str]],
    references: Iterable[str],
    *,
    namespace: str,
    definition: str | None,
    obsolete: bool,
    replaced_by: str | None,
    alt_ids: Iterable[str],
) -> Term:
    scoped: dict[str, str] = {}
    for value, scope in synonyms:
        text = term_fields.clean_text(value)
        if not text or text == name:
            continue
        # Of a synonym listed twice the closest scope wins; SCOPES is in that order.
        scoped[text] = min(scope, scoped.get(text, scope), key=SCOPES.index)
    pairs = [(space, value) for space, colon, value in (r.partition(":") for r in references) if colon]
    cuis, xrefs = term_fields.split_references(pairs)
    kind = _GO_TYPES.get(namespace, term_fields.kind_of_id(source_id))
    return Term(
        source,
        source_id,
        name,
        tuple(scoped),
        (kind,),
        cuis,
        xrefs,
        definition=definition,
        obsolete=obsolete,
        replaced_by=replaced_by,
        scopes=tuple(scoped.values()),
        alt_ids=tuple(sorted(set(alt_ids))),
    )


def _obo_synonym(value: str) -> tuple[str, str]:
    quoted = _QUOTED.match(value)
    if quoted is None:
        raise ValueError(f"synonym {value[:60]!r} is not quoted")
    word = quoted.group(2).split(None, 1)[0].lower() if quoted.group(2) else ""
    return _unescape(quoted.group(1)), word if word in SCOPES else "related"  # OBO's default scope


def _first_token(value: str) -> str:
    """Return an id without the comment, description or modifiers after it."""
    return value.split(None, 1)[0] if value else ""


def _unescape(value: str) -> str:
    return _ESCAPE.sub(lambda m: _ESCAPES.get(m.group(1), m.group(1)), value)


def _first(tags: list[tuple[str, str]], name: str) -> str | None:
    return next((value for tag, value in tags if tag == name), None)


def _curie(uri: str) -> str:
    match = _CURIE_URI.fullmatch(uri)
    return f"{match.group(1)}:{match.group(2)}" if match else uri
