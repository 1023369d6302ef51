"""An OBO flat file as a stream of stanzas: never more of it in memory than a block and the largest stanza."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import IO

BLOCK = 1 << 20
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"
# The first line of a stanza: a comment or modifiers may follow it.
_HEADER = re.compile(rb"^[ \t]*\[([^\]\n]*)\][^\n]*\n?", re.MULTILINE)
_CONTINUED = re.compile(rb"(?<!\\)((?:\\\\)*)\\\n")


def stanzas(stream: IO[bytes]) -> Iterator[tuple[bytes, bytes]]:
    """Yield kind and lines of each stanza, the header first with an empty kind.

    Lines end with "\\n" whatever they end with in the file, and a line that ends with a backslash goes on in
    the next (GO.format.obo-1_4). Other characters that Unicode calls line ends are part of a line.

    >>> import io
    >>> list(stanzas(io.BytesIO(b"ontology: x\\r\\n[Term] ! first\\r\\nid: X:1\\r\\n")))
    [(b'', b'ontology: x\\n'), (b'Term', b'id: X:1\\n')]
    """
    rest, kind, size = stream.read(len(_BYTE_ORDER_MARK)).removeprefix(_BYTE_ORDER_MARK), b"", BLOCK
    while block := stream.read(size):
        while block.endswith((b"\r", b"\\", b"\\\n")) and (more := stream.read(1)):
            block += more  # what the character stands for depends on the next
        if b"\r" in block:
            block = block.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
        if b"\\\n" in block:
            block = _CONTINUED.sub(rb"\1", block)
        # The last line may be cut: a header is recognised by its whole line.
        rest += block
        end = rest.rfind(b"\n") + 1
        pieces = _HEADER.split(rest[:end])
        for place in range(1, len(pieces), 2):
            yield kind, pieces[place - 1]
            kind = pieces[place]
        rest = pieces[-1] + rest[end:]
        size = max(BLOCK, len(rest))  # so that a stanza of any length is looked at a few times only
    pieces = _HEADER.split(rest)
    for place in range(1, len(pieces), 2):
        yield kind, pieces[place - 1]
        kind = pieces[place]
    yield kind, pieces[-1]
