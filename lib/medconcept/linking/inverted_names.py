"""Names that a text turns round as an index does: "Carcinoma, hepatocellular." in a heading."""

from __future__ import annotations

import re
from collections.abc import Iterator

# One or two words, a comma, one or two words, and nothing else between two stops: what stands in running text
# with a comma is an enumeration.
_INVERTED = re.compile(
    r"(?:[.;:(\[]\s|[(\[])([^\W\d_][\w\-]{2,}(?: [\w\-]{3,})?), "
    r"((?:type |stage |grade )?[\w\-]+(?: [\w\-]+)?)(?=\s*(?:[.;)\]]|$))"
)


def inverted(text: str) -> Iterator[tuple[int, int, str]]:
    """Start and end of each, and the words in the order of speech.

    >>> list(inverted("Carcinoma, hepatocellular. Retina, lens, brain."))
    [(0, 25, 'hepatocellular Carcinoma')]
    """
    before = ". "  # as if a sentence ended before it
    for match in _INVERTED.finditer(before + text):
        start, end = match.start(1) - len(before), match.end() - len(before)
        yield start, end, f"{match.group(2)} {match.group(1)}"
