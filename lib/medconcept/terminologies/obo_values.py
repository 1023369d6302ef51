"""Values of OBO tags: quoted strings, escapes, trailing modifiers and comments (GO.format.obo-1_4)."""

from __future__ import annotations

import re
from collections.abc import Mapping

from medconcept.terminologies.term import SCOPES

_ESCAPE = re.compile(r"\\(.)", re.DOTALL)
_ESCAPES = {"n": "\n", "t": "\t", "W": " "}
# {source=FMA, dc:source="a b"}
_VALUE = r'(?:"(?:[^"\\]|\\.)*"|[^\s",{}=][^",{}=]*)'
_QUALIFIER = rf"[\w:.\-/#]+\s*=\s*{_VALUE}"
_MODIFIERS = rf"\{{\s*{_QUALIFIER}(?:\s*,\s*{_QUALIFIER})*\s*\}}"
_COMMENT = r"(?<!\\)![^\n]*"
_TRAILING = re.compile(rf"\s*(?:(?:{_MODIFIERS}|(?<=\s)\{{\}})\s*(?:{_COMMENT})?|{_COMMENT})$")
_QUOTE = re.compile(r'(?<!\\)(?:\\\\)*"')
_REFERENCES = r'\[(?:[^\]"\\]|\\.|"(?:[^"\\]|\\.)*")*\]'
_END = rf"(?:{_MODIFIERS}\s*)?(?:{_COMMENT})?$"
# What follows the text of a synonym: scope, type, cross-references; all are left out somewhere.
_BEHIND_SYNONYM = re.compile(
    rf"(?:(?=[\s\[{{!])|$)\s*(?:(?:{'|'.join(SCOPES)})(?![^\s\[{{!]))?"
    rf'\s*(?:[^\s\[\]{{}}"!]+)?\s*(?:{_REFERENCES})?\s*{_END}',
    re.IGNORECASE,
)
_BEHIND_DEFINITION = re.compile(rf"\s*(?:{_REFERENCES})?\s*{_END}")
# Most synonyms and definitions: nothing is escaped or out of form.
_PLAIN_SYNONYM = re.compile(
    r'"([^"\\]*)"[ ]+(EXACT|NARROW|BROAD|RELATED)(?: [^\s\[\]{}"!\\]+)? \[[^"\\\]]*\]$', re.IGNORECASE
)
_PLAIN_DEFINITION = re.compile(r'"([^"\\]*)" \[[^"\\\]]*\]$')
_WORDS = re.compile(r'[^\s\[\]{}"!]+')


def unescape(value: str) -> str:
    """The text without backslashes.

    >>> unescape("3\\\\:4\\\\nx")
    '3:4\\nx'
    """
    return _ESCAPE.sub(lambda m: _ESCAPES.get(m.group(1), m.group(1)), value) if "\\" in value else value


def first_token(value: str) -> str:
    """An identifier without the comment, description or modifiers behind it.

    >>> first_token('FMA:7088 {source="Z"} ! Heart'), first_token("")
    ('FMA:7088', '')
    """
    parts = value.split(None, 1)
    return unescape(parts[0]) if parts else ""


def unquoted(value: str) -> str:
    """A value without quotation marks, modifiers and comment.

    >>> unquoted('abc {source=FMA} ! note'), unquoted("2-{4-[x]y}z {a} b")
    ('abc', '2-{4-[x]y}z {a} b')
    """
    if "{" in value or "!" in value:
        value = _TRAILING.sub("", value)
    return unescape(value)


def synonym(value: str, scopes: Mapping[str, str]) -> tuple[str, str] | None:
    """Text and scope of a synonym; None if its text has no certain end.

    `scopes` are the default scopes of the types of synonyms. A quotation mark inside the text that is not
    escaped is part of it if only a later one ends a well-formed value.

    >>> synonym('"2,3"-diol" EXACT IUPAC_NAME [IUPAC:]', {}), synonym('"cor" EXACT[]', {})
    (('2,3"-diol', 'exact'), ('cor', 'exact'))
    >>> synonym('"cor" LATIN []', {"LATIN": "exact"}), synonym('"cor" []', {}), synonym("cor []", {})
    (('cor', 'exact'), ('cor', 'related'), None)
    """
    if plain := _PLAIN_SYNONYM.match(value):
        return plain[1], plain[2].lower()
    split = _split(value, _BEHIND_SYNONYM)
    if split is None:
        return None
    text, behind = split
    words = _WORDS.findall(behind.partition("[")[0].partition("{")[0])
    if words and (scope := words[0].lower()) in SCOPES:
        return unescape(text), scope
    return unescape(text), next((scopes[word] for word in words if word in scopes), "related")


def quoted(value: str) -> str | None:
    """The text of a definition; None if its end is not certain.

    >>> quoted('"The \\\\"pump\\\\"." [ref:1]'), quoted("The pump. []")
    ('The "pump".', None)
    """
    if plain := _PLAIN_DEFINITION.match(value):
        return plain[1]
    split = _split(value, _BEHIND_DEFINITION)
    return unescape(split[0]) if split is not None else None


def default_scope(value: str) -> str | None:
    """The default scope of a type of synonyms: `synonymtypedef: ABBREV "abbreviation" EXACT`.

    >>> default_scope('LATIN "Latin term" EXACT'), default_scope('OTHER "other"')
    ('exact', None)
    """
    behind = value.rpartition('"')[2].split()
    return behind[0].lower() if behind and behind[0].lower() in SCOPES else None


def _split(value: str, well_formed: re.Pattern[str]) -> tuple[str, str] | None:
    """The text in quotation marks, and what is behind it."""
    if not value.startswith('"'):
        return None
    ends = [match.end() for match in _QUOTE.finditer(value, 1)]
    for end in ends:
        if well_formed.fullmatch(value, end):
            return value[1 : end - 1], value[end:]
    # What is behind the only mark may be out of form: the text itself is certain.
    return (value[1 : ends[0] - 1], value[ends[0] :]) if len(ends) == 1 else None
