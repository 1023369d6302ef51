"""OBO Graphs JSON to terms (https://github.com/geneontology/obographs)."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from medconcept.terminologies import term_fields
from medconcept.terminologies.left_out import LeftOut
from medconcept.terminologies.ontology_term import ontology_term
from medconcept.terminologies.prefixes import one_id
from medconcept.terminologies.term import SCOPES, DictionarySourceError, Term

# hasExactSynonym, with or without the namespace of oboInOwl in front.
_PREDICATE = re.compile(r"(?:.*[#/:])?has(Exact|Narrow|Broad|Related)Synonym", re.IGNORECASE)
_REPLACED_BY = ("IAO:0100001",)


def read_obograph(data: bytes, source: str, left_out: LeftOut) -> Iterator[Term]:
    """Yield the classes of an OBO Graphs file, by the same rules as `read_obo`.

    A node without a type is a property, a subset or a type of synonyms, unless it is deprecated: then it is
    an id that another one replaced. In a file without any types all nodes are classes. Raises
    DictionarySourceError if no node has an id.
    """
    document = json.loads(data)
    if not isinstance(document, dict) or not document.get("graphs"):
        raise DictionarySourceError(source, "not obograph-json: it has no graphs")
    every = [node for graph in _dicts(document, "graphs") for node in _dicts(graph, "nodes")]
    has_types = any(node.get("type") is not None for node in every)
    nodes: dict[str, list[Mapping[str, Any]]] = {}
    for node in every:
        _keep(node, nodes, left_out, has_types=has_types)
    if not nodes:
        raise DictionarySourceError(source, "not obograph-json: it has no class with an id")
    has_own = any(term_fields.is_own(i, source) for i in nodes)
    for source_id, same in nodes.items():
        if has_own and not term_fields.is_own(source_id, source):
            left_out[f"other_prefix.{source_id.partition(':')[0]}"] += 1
        elif (term := _term(source, source_id, same, left_out)) is not None:
            yield term


def _keep(
    node: Mapping[str, Any],
    nodes: dict[str, list[Mapping[str, Any]]],
    left_out: LeftOut,
    *,
    has_types: bool,
) -> None:
    identifier = _text(node, "id")
    if not identifier:
        left_out["no_id"] += 1
    elif node.get("type") == "CLASS":
        nodes.setdefault(one_id(identifier), []).append(node)
    elif node.get("type") is None:
        if not has_types or _is_true(_dict(node, "meta").get("deprecated")):
            nodes.setdefault(one_id(identifier), []).append(node)
        else:
            left_out["no_type"] += 1


def _term(source: str, source_id: str, nodes: list[Mapping[str, Any]], left_out: LeftOut) -> Term | None:
    metas = [_dict(node, "meta") for node in nodes]
    values = [
        (one_id(_text(value, "pred")), _text(value, "val"))
        for meta in metas
        for value in _dicts(meta, "basicPropertyValues")
    ]
    replaced = [one_id(value) for predicate, value in values if predicate in _REPLACED_BY and value]
    label = next((text for node in nodes if (text := _text(node, "lbl"))), "")
    return ontology_term(
        source,
        source_id,
        label,
        [pair for meta in metas for pair in _synonyms(meta, left_out)],
        [value for meta in metas for value in _references(meta, left_out)],
        left_out,
        namespace=next((value for predicate, value in values if predicate.endswith("hasOBONamespace")), ""),
        definition=_definition(metas, left_out),
        obsolete=any(_is_true(meta.get("deprecated")) for meta in metas) or label.startswith("obsolete "),
        replaced_by=next(iter(replaced), None),
        alt_ids=[
            one_id(value) for predicate, value in values if predicate.endswith("hasAlternativeId") and value
        ],
    )


def _synonyms(meta: Mapping[str, Any], left_out: LeftOut) -> Iterator[tuple[str, str]]:
    for synonym in _items(meta, "synonyms"):
        predicate = _PREDICATE.fullmatch(_text(synonym, "pred"))
        text = _text(synonym, "val")
        if predicate is None or not text or (scope := predicate[1].lower()) not in SCOPES:
            left_out["synonym"] += 1
        else:
            yield text, scope


def _references(meta: Mapping[str, Any], left_out: LeftOut) -> Iterator[str]:
    for reference in _items(meta, "xrefs"):
        if text := _text(reference, "val"):
            yield text
        else:
            left_out["reference"] += 1


def _definition(metas: list[Mapping[str, Any]], left_out: LeftOut) -> str | None:
    for meta in metas:
        if meta.get("definition") is not None:
            if text := _text(meta["definition"], "val"):
                return text
            left_out["definition"] += 1
    return None


def _items(holder: Mapping[str, Any], key: str) -> list[Any]:
    """The items of a list; none if it is null, missing or no list."""
    value = holder.get(key)
    return value if isinstance(value, list) else []


def _dicts(holder: Mapping[str, Any], key: str) -> list[Mapping[str, Any]]:
    return [item for item in _items(holder, key) if isinstance(item, dict)]


def _dict(holder: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    value = holder.get(key)
    return value if isinstance(value, dict) else {}


def _text(holder: Any, key: str) -> str:
    value = holder.get(key) if isinstance(holder, dict) else None
    return value if isinstance(value, str) and value.strip() else ""


def _is_true(value: object) -> bool:
    return value is True or (isinstance(value, str) and value.strip().lower() in ("true", "1"))
