"""Named entities of HTML and the ISO sets, resolved in the bytes because the DTD is never loaded.

lxml calls an undefined entity fatal, or drops it silently from an attribute; and the DTD that defines
`&alpha;` lies on the network. So names are turned into character references before parsing.
"""

from __future__ import annotations

import re
from html.entities import html5

from medconcept.jats.errors import ArticleRejected, Reason

_NAMED = re.compile(rb"&(?!(?:amp|lt|gt|quot|apos);)[A-Za-z]")  # matched at each ampersand
# An unterminated section runs to the end of the file: were it to fail instead, a file of
# many openings would cost quadratic time.
_SECTION = rb"<!--.*?(?:-->|\Z)|<!\[CDATA\[.*?(?:\]\]>|\Z)|<\?.*?(?:\?>|\Z)"
_SECTIONS = re.compile(_SECTION, re.DOTALL)
_REFERENCES = re.compile(_SECTION + rb"|&([A-Za-z][A-Za-z0-9._-]*);", re.DOTALL)
_PREDEFINED = frozenset((b"amp", b"lt", b"gt", b"quot", b"apos"))
# ISOgrk1 and ISOgrk2 (modern Greek) are the sets of the JATS DTD that HTML lacks; in the order of
# Unicode from U+0386, a hyphen for each gap.
_GREEK_NAMES = """
Aacgr - Eacgr EEacgr Iacgr - Oacgr - Uacgr OHacgr idiagr
Agr Bgr Ggr Dgr Egr Zgr EEgr THgr Igr Kgr Lgr Mgr Ngr Xgr Ogr Pgr Rgr - Sgr Tgr Ugr PHgr KHgr PSgr OHgr
Idigr Udigr aacgr eacgr eeacgr iacgr udiagr
agr bgr ggr dgr egr zgr eegr thgr igr kgr lgr mgr ngr xgr ogr pgr rgr sfgr sgr tgr ugr phgr khgr psgr ohgr
idigr udigr oacgr uacgr ohacgr
"""
_GREEK = {name: chr(code) for code, name in enumerate(_GREEK_NAMES.split(), 0x386) if name != "-"}


def without_sections(data: bytes) -> bytes:
    """The bytes without comments, CDATA sections and processing instructions."""
    return _SECTIONS.sub(b"", data)


def resolve_named_entities(data: bytes) -> bytes:
    """The same XML with every named entity as a character reference; lines stay where they were.

    >>> resolve_named_entities(b'<p t="&eacute;">&alpha; &lt; <![CDATA[&beta;]]></p>')
    b'<p t="&#233;">&#945; &lt; <![CDATA[&beta;]]></p>'
    """
    # From one to the next by find, which is many times as fast as a search by the pattern.
    at = data.find(b"&")
    while at >= 0 and not _NAMED.match(data, at):
        at = data.find(b"&", at + 1)
    if at < 0:
        return data

    def reference(match: re.Match[bytes]) -> bytes:
        name: bytes | None = match.group(1)
        if name is None or name in _PREDEFINED:
            return match.group()
        text = html5.get(name.decode("ascii") + ";") or _GREEK.get(name.decode("ascii"))
        if text is None:
            line = data.count(b"\n", 0, match.start()) + 1
            column = match.start() - data.rfind(b"\n", 0, match.start())
            place = f"line {line}, column {column}"
            raise ArticleRejected(Reason.NOT_WELL_FORMED, place, f"entity '{name.decode()}' is not defined")
        return "".join(f"&#{ord(character)};" for character in text).encode("ascii")

    return _REFERENCES.sub(reference, data)
