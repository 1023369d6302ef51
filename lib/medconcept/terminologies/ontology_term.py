"""What the readers of OBO and of OBO Graphs share: the parts of a term, put together."""

from __future__ import annotations

from collections.abc import Iterable

from medconcept.terminologies import term_fields
from medconcept.terminologies.left_out import LeftOut
from medconcept.terminologies.term import SCOPES, Term

GO_TYPES = {
    "biological_process": "process",
    "cellular_component": "cell component",
    "molecular_function": "function",
}


def ontology_term(
    source: str,
    source_id: str,
    name: str,
    synonyms: Iterable[tuple[str, str]],
    references: Iterable[str],
    left_out: LeftOut,
    *,
    namespace: str,
    definition: str | None,
    obsolete: bool,
    replaced_by: str | None,
    alt_ids: Iterable[str],
) -> Term | None:
    """Return a term of an ontology; None, counted in `left_out`, if it has no name.

    An obsolete term without a name is kept if another one replaces it: its id can then be resolved.
    """
    name = term_fields.clean_text(name)
    if not name and not (obsolete and replaced_by):
        left_out["no_name"] += 1
        return None
    scoped: dict[str, str] = {}
    for value, scope in synonyms:
        text = term_fields.clean_text(value)
        if not text:
            left_out["synonym"] += 1
        elif text != name:
            # Of a synonym listed twice the closest scope wins; SCOPES is in that order.
            scoped[text] = min(scope, scoped.get(text, scope), key=SCOPES.index)
    if not name:
        scoped = {}
    cuis, xrefs = term_fields.split_references(references, left_out)
    return Term(
        source,
        source_id,
        name,
        tuple(scoped),
        (GO_TYPES.get(namespace, term_fields.kind_of_id(source_id)),),
        cuis,
        xrefs,
        definition=definition,
        obsolete=obsolete or name.startswith("obsolete "),
        replaced_by=replaced_by,
        scopes=tuple(scoped.values()),
        alt_ids=tuple(sorted({*alt_ids} - {source_id})),
    )
