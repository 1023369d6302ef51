"""Names in the inverted order of an index: "Carcinoma, hepatocellular." in a heading."""

from __future__ import annotations

import re
from collections.abc import Iterator

# One or two words, a comma, one or two words, alone between two stops: a comma in running text is mostly an
# enumeration.
_INVERTED = re.compile(
    r"(?:[.;:(\[]\s|[(\[])([^\W\d_][\w\-]{2,}(?: [\w\-]{3,})?), "
    r"((?:type |stage |grade )?[\w\-]+(?: [\w\-]+)?)(?=\s*(?:[.;)\]]|$))"
)


def inverted(text: str) -> Iterator[tuple[int, int, str]]:
    """Yield start and end of each inverted name, and its words in natural order.

    >>> list(inverted("Carcinoma, hepatocellular. Retina, lens, brain."))
    [(0, 25, 'hepatocellular Carcinoma')]
    """
    before = ". "  # as if a sentence ended before it
    for match in _INVERTED.finditer(before + text):
        start, end = match.start(1) - len(before), match.end() - len(before)
        yield start, end, f"{match.group(2)} {match.group(1)}"
