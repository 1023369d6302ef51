"""OBO flat files (GO.format.obo-1_4, and the older 1.0 and 1.2) to terms, as a stream."""

from __future__ import annotations

import re
from array import array
from collections.abc import Callable, Iterator
from typing import IO

import numpy as np

from medconcept.terminologies import obo_values, term_fields
from medconcept.terminologies.left_out import LeftOut
from medconcept.terminologies.obo_stanzas import stanzas
from medconcept.terminologies.ontology_term import ontology_term
from medconcept.terminologies.prefixes import one_id, one_prefix
from medconcept.terminologies.term import DictionarySourceError, Term

Opener = Callable[[], IO[bytes]]
_ID = re.compile(rb"^[ \t]*id[ \t]*:[ \t]*([^\s]+)", re.MULTILINE)
_NAME = re.compile(rb"^[ \t]*name[ \t]*:[ \t]*([^\n]*)", re.MULTILINE)
# Tags of synonyms: the scope of those of OBO 1.0.
_SYNONYMS = {
    "synonym": "", "exact_synonym": "exact", "narrow_synonym": "narrow", "broad_synonym": "broad",
    "related_synonym": "related",
}  # fmt: skip
_XREFS = ("xref", "xref_analog", "xref_unk")
_READ = (*_SYNONYMS, *_XREFS, "name", "namespace", "def", "is_obsolete", "replaced_by", "alt_id")
# A comment, the head of a stanza, or a tag with a value whose quotes are closed.
_WHOLE_LINE = re.compile(r'|!.*|\[\w+\]|[\w-]+: ?(?:[^"\\]|\\.|"(?:[^"\\]|\\.)*")+')
_LINE = re.compile(rf"^[ \t]*({'|'.join(_READ)})[ \t]*:[ \t]*([^\n]*)", re.MULTILINE)


def read_obo(open_: Opener, source: str, left_out: LeftOut) -> Iterator[Term]:
    """Yield the terms of an OBO file; stanzas with the same id are merged, the first one leading.

    The file is read twice: for its ids, then for its terms, so that it is never in memory as a whole. If it
    has ids with the prefix `source:`, terms with other prefixes belong to other ontologies and are left out.
    Cycles of is_a or replaced_by are harmless, since they are never followed. Raises DictionarySourceError if
    there is no [Term] stanza, none with an id, or no synonym that is quoted, or the file breaks off within a
    line.
    """
    repeated, has_own = _ids(open_, source)
    merged = _merged(open_, repeated) if repeated else {}
    read: set[str] = set()
    scopes: dict[str, str] = {}
    namespace, quoted = "", 0
    synonyms_left_out = left_out["synonym"]
    for kind, lines in _stanzas(open_):
        _require_whole(lines, source)
        if not kind:
            scopes, namespace = _header(_decoded(lines, left_out))
        if kind != b"Term":
            continue
        found = _ID.search(lines)
        if found is None:
            left_out["no_id"] += 1
            continue
        source_id = _one_id(found[1])
        if source_id in read:
            continue
        if source_id in merged:
            lines = merged.pop(source_id)
            read.add(source_id)
        if has_own and not term_fields.is_own(source_id, source):
            left_out[f"other_prefix.{source_id.partition(':')[0]}"] += 1
            continue
        term = _term(source, source_id, _decoded(lines, left_out), scopes, namespace, left_out)
        if term is not None:
            quoted += len(term.synonyms)
            yield term
    if not quoted and left_out["synonym"] > synonyms_left_out:
        raise DictionarySourceError(source, "not obo: no synonym can be read, as if none were quoted")


def _require_whole(lines: bytes, source: str) -> None:
    """Raise DictionarySourceError for the last lines of a file that was cut: all others have an end."""
    if not lines or lines.endswith(b"\n"):
        return
    last = lines.rsplit(b"\n", 1)[-1].decode(errors="replace").strip()
    if not _WHOLE_LINE.fullmatch(last):
        raise DictionarySourceError(source, f"the last line, {last[:40]!r}, breaks off: is the file whole?")


def _ids(open_: Opener, source: str) -> tuple[set[int], bool]:
    """The hashes of ids that several stanzas have, and whether an id has the prefix of the source."""
    hashes = array("q")
    own, nameless = f"{one_prefix(source)}:", b""
    has_term = has_own = False
    for kind, lines in _stanzas(open_):
        if kind != b"Term":
            continue
        has_term = True
        if (found := _ID.search(lines)) is None:
            named = _NAME.search(lines)
            nameless = nameless or (named[1] if named else b"")
            continue
        identifier = _one_id(found[1])
        has_own = has_own or identifier.startswith(own)
        hashes.append(hash(identifier))
    if not has_term:
        raise DictionarySourceError(source, "not obo: it has no [Term] stanza")
    if not hashes:
        name = nameless.decode("utf-8", "replace")
        raise DictionarySourceError(source, f"not obo: a [Term] without id (name {name!r})")
    each, counts = np.unique(np.frombuffer(hashes, np.int64), return_counts=True)
    return set(each[counts > 1].tolist()), has_own


def _merged(open_: Opener, repeated: set[int]) -> dict[str, bytes]:
    """The lines of all stanzas of each id that several have."""
    parts: dict[str, list[bytes]] = {}
    for kind, lines in _stanzas(open_):
        if kind == b"Term" and (found := _ID.search(lines)) is not None:
            identifier = _one_id(found[1])
            if hash(identifier) in repeated:
                parts.setdefault(identifier, []).append(lines)
    return {identifier: b"\n".join(each) for identifier, each in parts.items() if len(each) > 1}


def _stanzas(open_: Opener) -> Iterator[tuple[bytes, bytes]]:
    with open_() as stream:
        yield from stanzas(stream)


def _header(text: str) -> tuple[dict[str, str], str]:
    """The default scopes of types of synonyms, and the default namespace."""
    scopes, namespace = {}, ""
    for line in text.split("\n"):
        tag, _, value = line.partition(":")
        if tag.strip() == "synonymtypedef" and (scope := obo_values.default_scope(value)):
            scopes[value.split(None, 1)[0]] = scope
        elif tag.strip() == "default-namespace":
            namespace = obo_values.first_token(value)
    return scopes, namespace


def _term(
    source: str, source_id: str, text: str, scopes: dict[str, str], namespace: str, left_out: LeftOut
) -> Term | None:
    name = definition = replaced_by = None
    synonyms, references, alt_ids = list[tuple[str, str]](), list[str](), list[str]()
    has_namespace = obsolete = False
    for tag, raw in _LINE.findall(text):
        value = raw.rstrip()
        if tag in _XREFS:
            references.append(obo_values.first_token(value))
        elif tag in _SYNONYMS:
            synonym = obo_values.synonym(value, scopes)
            if synonym is None:
                left_out["synonym"] += 1
            else:
                synonyms.append((synonym[0], _SYNONYMS[tag] or synonym[1]))
        elif tag == "name":
            name = obo_values.unquoted(value) if name is None else name
        elif tag == "def":
            if definition is None and (definition := obo_values.quoted(value)) is None:
                left_out["definition"] += 1
        elif tag == "namespace":
            if not has_namespace:
                namespace, has_namespace = obo_values.first_token(value), True
        elif tag == "is_obsolete":
            obsolete = obsolete or obo_values.first_token(value) == "true"
        elif tag == "replaced_by":
            replaced_by = replaced_by or one_id(obo_values.first_token(value)) or None
        else:
            alt_ids.append(one_id(obo_values.first_token(value)))
    return ontology_term(
        source,
        source_id,
        name or "",
        synonyms,
        references,
        left_out,
        namespace=namespace,
        definition=definition,
        obsolete=obsolete,
        replaced_by=replaced_by,
        alt_ids=filter(None, alt_ids),
    )


def _one_id(value: bytes) -> str:
    text = value.decode("utf-8", "replace")
    return one_id(obo_values.unescape(text) if "\\" in text else text)


def _decoded(lines: bytes, left_out: LeftOut) -> str:
    """The text of a stanza; lines with bytes that are not UTF-8 are left out."""
    try:
        return lines.decode("utf-8")
    except UnicodeDecodeError:
        kept = []
        for line in lines.split(b"\n"):
            try:
                kept.append(line.decode("utf-8"))
            except UnicodeDecodeError:
                left_out["bad_utf8"] += 1
        return "\n".join(kept)
