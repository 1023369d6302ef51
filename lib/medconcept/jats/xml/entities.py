"""Named entities of HTML and the ISO sets, replaced in the bytes because the DTD is never loaded.

To lxml an undefined entity is an error, or it drops it silently from an attribute; and the DTD that defines
`&alpha;` would have to be downloaded. So names become character references before parsing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from html.entities import html5

from medconcept.jats.errors import ArticleRejected, Reason

_NAMED = re.compile(rb"&(?!(?:amp|lt|gt|quot|apos);)[A-Za-z]")  # matched at each ampersand
_REFERENCE = re.compile(rb"&([A-Za-z][A-Za-z0-9._-]*);")
_ENDS = {b"<!--": b"-->", b"<![CDATA[": b"]]>", b"<?": b"?>"}  # closing by opening delimiter
_PREDEFINED = frozenset((b"amp", b"lt", b"gt", b"quot", b"apos"))
# ISOgrk1 and ISOgrk2 (modern Greek): the sets of the JATS DTD that HTML lacks, in the order of
# Unicode from U+0386, with a hyphen for each gap.
_GREEK_NAMES = """
Aacgr - Eacgr EEacgr Iacgr - Oacgr - Uacgr OHacgr idiagr
Agr Bgr Ggr Dgr Egr Zgr EEgr THgr Igr Kgr Lgr Mgr Ngr Xgr Ogr Pgr Rgr - Sgr Tgr Ugr PHgr KHgr PSgr OHgr
Idigr Udigr aacgr eacgr eeacgr iacgr udiagr
agr bgr ggr dgr egr zgr eegr thgr igr kgr lgr mgr ngr xgr ogr pgr rgr sfgr sgr tgr ugr phgr khgr psgr ohgr
idigr udigr oacgr uacgr ohacgr
"""
_GREEK = {name: chr(code) for code, name in enumerate(_GREEK_NAMES.split(), 0x386) if name != "-"}


def without_sections(data: bytes) -> bytes:
    """Return the bytes without comments, CDATA sections and processing instructions."""
    outside = [0, *(at for section in _sections(data) for at in section), len(data)]
    return b"".join(data[start:end] for start, end in zip(outside[::2], outside[1::2], strict=True))


def _sections(data: bytes) -> Iterator[tuple[int, int]]:
    """Yield start and end (exclusive) of each comment, CDATA section and processing instruction, in order.

    An unclosed one runs to the end of the file. `find` from the last hit of each kind is many times as fast
    as a regular expression.
    """
    at = 0
    starts = dict.fromkeys(_ENDS, -1)
    while True:
        for opening, start in starts.items():
            if start < at:
                hit = data.find(opening, at)
                starts[opening] = hit if hit >= 0 else len(data)
        opening = min(_ENDS, key=starts.__getitem__)
        start = starts[opening]
        if start == len(data):
            return
        end = data.find(_ENDS[opening], start + len(opening))
        at = end + len(_ENDS[opening]) if end >= 0 else len(data)
        yield start, at


def resolve_named_entities(data: bytes) -> bytes:
    """Replace every named entity by a character reference; line numbers do not change.

    Raises `ArticleRejected` (not_well_formed) for a name that no set defines.

    >>> resolve_named_entities(b'<p t="&eacute;">&alpha; &lt; <![CDATA[&beta;]]></p>')
    b'<p t="&#233;">&#945; &lt; <![CDATA[&beta;]]></p>'
    """
    # `find` from one ampersand to the next is many times as fast as searching for the pattern.
    at = data.find(b"&")
    while at >= 0 and not _NAMED.match(data, at):
        at = data.find(b"&", at + 1)
    if at < 0:
        return data

    pieces: list[bytes] = []
    at = 0
    for start, end in (*_sections(data), (len(data), len(data))):
        for match in _REFERENCE.finditer(data, at, start):
            if match.group(1) not in _PREDEFINED:
                pieces += (data[at : match.start()], _character_references(data, match))
                at = match.end()
        pieces.append(data[at:end])
        at = end
    return b"".join(pieces)


def _character_references(data: bytes, match: re.Match[bytes]) -> bytes:
    name = match.group(1).decode("ascii")
    text = html5.get(name + ";") or _GREEK.get(name)
    if text is None:
        line = data.count(b"\n", 0, match.start()) + 1
        column = match.start() - data.rfind(b"\n", 0, match.start())
        place = f"line {line}, column {column}"
        raise ArticleRejected(Reason.NOT_WELL_FORMED, place, f"entity '{name}' is not defined")
    return "".join(f"&#{ord(character)};" for character in text).encode("ascii")
