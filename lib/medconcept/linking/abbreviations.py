"""Short forms that a caption or its article explains; an explanation is valid there only."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from operator import itemgetter

from medconcept.dictionary.name_rules import FUNCTION_WORDS
from medconcept.jats.article.short_form_pairs import abbreviation_pairs

# The limit of long forms per short form: each of them is looked up at each occurrence.
MAX_LONG_FORMS = 8
# "SF, long form" or "SF: long form" or "SF = long form", up to the next semicolon or full stop.
_KEY = re.compile(
    r"(?:[.;:(,]\s|\()([^\W\d_][\w\-]{1,7})\s?[,:=]\s"
    r"([^\W\d_][\w'’ \-–/]{2,60}?)(?=\s*(?:[;.,)]|$))"
)


# "A. lucorum", and a name that may be its long form.
_SHORT_GENUS = re.compile(r"(?<![\w.])([A-Z])\.[ \u00a0]?([a-z][a-z-]{2,})\b")
_SPECIES = re.compile(r"(?<!\w)([A-Z][a-z-]{2,}) ([a-z][a-z-]{2,})\b")


def own_pairs(text: str) -> dict[str, tuple[str, ...]]:
    """Map short forms to the long forms in a caption's own text, keys of legends included.

    >>> own_pairs("Cystic fibrosis (CF). OB: olfactory bulb; SC, spinal cord.")
    {'CF': ('Cystic fibrosis',), 'OB': ('olfactory bulb',), 'SC': ('spinal cord',)}
    """
    return by_short_form((short, long) for short, long, _ in explanations(text))


def explanations(text: str) -> list[tuple[str, str, int]]:
    """Short form, long form, and from where in the text it stands for that; a key holds for all of it.

    >>> explanations("MS: mass spectrometry; multiple sclerosis (MS).")
    [('MS', 'multiple sclerosis', 43), ('MS', 'mass spectrometry', 0)]
    """
    for_all_of_it = (*legend_pairs(text), *genus_pairs(text))
    return [*abbreviation_pairs(text), *((short, long, 0) for short, long in for_all_of_it)]


class Meanings:
    """What the short forms of a text stand for at a place of it: as the last explanation up to there says.

    >>> text = "Mass spectrometry (MS) and multiple sclerosis (MS)."
    >>> meanings = Meanings(explanations(text))
    >>> meanings.at("MS", 5), meanings.at("MS", 47), meanings.at("CT", 5)
    ('Mass spectrometry', 'multiple sclerosis', None)
    """

    def __init__(self, explained: Iterable[tuple[str, str, int]]) -> None:
        """Take explanations, as `explanations` gives them."""
        self._of: dict[str, tuple[list[int], list[str]]] = {}
        for short, long, start in sorted(explained, key=itemgetter(2)):
            starts, longs = self._of.setdefault(short, ([], []))
            starts.append(start)
            longs.append(long)

    def at(self, short: str, place: int) -> str | None:
        """The long form of a short form that begins at a place; before all explanations that of the first."""
        if short not in self._of:
            return None
        starts, longs = self._of[short]
        return longs[max(0, bisect_right(starts, place) - 1)]


def by_short_form(explained: Iterable[tuple[str, str]]) -> dict[str, tuple[str, ...]]:
    """Map each short form to its distinct long forms, at most the first MAX_LONG_FORMS.

    >>> by_short_form([("CF", "cystic fibrosis"), ("CF", "carbon fibre"), ("CF", "cystic fibrosis")])
    {'CF': ('cystic fibrosis', 'carbon fibre')}
    """
    result: dict[str, dict[str, None]] = {}
    for short, long in explained:
        longs = result.setdefault(short, {})
        if len(longs) < MAX_LONG_FORMS:
            longs[long] = None
    return {short: tuple(longs) for short, longs in result.items()}


def legend_pairs(text: str) -> Iterator[tuple[str, str]]:
    """Yield short and long forms of a legend's key, such as "DRG, dorsal root ganglion; SC: spinal cord".

    A short form must be spelt by its long form: letter by letter, the first of each at the start of a word;
    one without a capital by the first letters of all words, and not alone.

    >>> list(legend_pairs("Brain. Cb, cerebellum; OB: olfactory bulb; x, time."))
    [('Cb', 'cerebellum'), ('OB', 'olfactory bulb')]
    >>> list(legend_pairs("Mice, mutant; is, shown here."))
    []
    """
    result = []
    for match in _KEY.finditer(f". {text}"):  # as if a sentence ended before it
        short, long = match.group(1), " ".join(match.group(2).split())
        if short.lower() not in FUNCTION_WORDS and len(long) > len(short) and _spells(short, long):
            result.append((short, long))
    if len(result) > 1 or any(any(c.isupper() for c in short) for short, _ in result):
        yield from result


def genus_pairs(text: str) -> Iterator[tuple[str, str]]:
    """Yield species with an abbreviated genus, and the same species as the text has it in full.

    >>> list(genus_pairs("Apolygus lucorum and Lygus hesperus. In A. lucorum, as in B. tabaci,"))
    [('A. lucorum', 'Apolygus lucorum')]
    """
    abbreviated = {match[0]: (match[1], match[2]) for match in _SHORT_GENUS.finditer(text)}
    if not abbreviated:
        return
    species = {(match[1][0], match[2]): match[0] for match in reversed(list(_SPECIES.finditer(text)))}
    for short, key in abbreviated.items():
        if key in species:
            yield short, species[key]


def _spells(short: str, long: str) -> bool:
    words = re.split(r"[\s\-–/]+", long.lower())
    if not any(c.isupper() for c in short):
        return short == "".join(word[:1] for word in words)
    rest = iter(long.lower())
    return short[0].lower() == long[0].lower() and all(c in rest for c in short.lower() if c.isalnum())


def occurrences(text: str, short: str) -> list[tuple[int, int]]:
    """Spans where a short form is a whole word, in its own case, with or without a plural s.

    One of one letter only between spaces or before a comma, since it may be the label of a panel.

    >>> occurrences("DRGs and DRG, not DRGX", "DRG")
    [(0, 4), (9, 12)]
    >>> occurrences("(E) Levels of E, and E-cadherin", "E")
    [(14, 15)]
    """
    if len(short) == 1 and short.isalpha():
        return [match.span() for match in re.finditer(rf"(?<=\s){re.escape(short)}(?=[\s,;]|\.?$)", text)]
    result, size = [], len(short)
    at = text.find(short)
    while at >= 0:
        # The search continues after an occurrence, else at the next character.
        next_at = at + 1
        if not (at and text[at - 1].isalnum()):
            for end in (at + size + (text[at + size : at + size + 1] == "s"), at + size):
                if not text[end : end + 1].isalnum():
                    result.append((at, end))
                    next_at = end
                    break
        at = text.find(short, next_at)
    return result
