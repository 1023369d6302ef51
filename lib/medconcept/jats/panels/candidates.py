"""Where a caption may print the label of a panel; `panels` decides which of them are."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import chain
from operator import attrgetter
from typing import Literal, NamedTuple

from medconcept.jats.panels.labels import (
    BARE_LABELS,
    DASH,
    LABELS,
    ROMAN_LABELS,
    Label,
    read_labels,
    read_romans,
)

Family = Literal["bracket", "bare", "panel", "roman", "word"]


class PanelCandidate(NamedTuple):
    """A possible label: `caption[start:end]` is all that is printed of it, brackets included.

    `opens` is True where a sentence or clause begins with it; `sure` where the print sets it off (bold);
    `named` where it stands behind a word such as "group" and may be a name.
    """

    family: Family
    upper: bool
    labels: tuple[Label, ...]
    start: int
    end: int
    opens: bool
    sure: bool
    named: bool = False


_BRACKETED = re.compile(
    rf"[(\[（]\s*({LABELS}|{ROMAN_LABELS})\s*(?:[,;:]\s*(?!arrow|star\b|aster)[a-z]{{3,10}}(?:\s[A-Za-z]{{2,12}}){{0,2}}\s*)?[)\]）]"
    rf"|[(\[（]\s*[Pp]anels?\s+({LABELS})\s*(?:[,;:][^()]{{3,40}})?[)\]）]"
)
# The look back for the start of the word comes behind a letter that can be searched for fast.
_PANEL = re.compile(rf"[Pp](?<=\b.)anels?\s+\(?({LABELS})\)?(?![\w’'])")
_NUMBERED = re.compile(rf"Fig(?<=\bFig)(?:ure|s)?\.?\s?[0-9]{{1,2}}\s?\(?({LABELS})\)?(?=[:.]\s)")
_BARE = re.compile(
    rf"({BARE_LABELS})\s?([).:,;]|{DASH}(?=\s))(?=\s)|({BARE_LABELS})(?=\s[A-Z0-9(\[“])|([A-Z]\s?&\s?[A-Z])(?=\s)"
)
_SIDE = "upper|lower|left|right|middle|center|centre|top|bottom"
_WORD = re.compile(
    r"\(?\b((?:(?i:Far|Upper|Lower|Top|Bottom|Left|Right|Middle|Center|Centre|Inset)s?[ -]?)"
    rf"(?:(?i:{_SIDE})\b)?(?:\s(?:and|&)\s(?i:{_SIDE})\b)?)"
    r"(?:\s?(?:two\s|three\s)?(?i:panels?|rows?|columns?|images?|graphs?|plots?|insets?))?"
    r"(?:\s*(\)|:|,)|(?=\s(?:The|A|An|This|These|Same|Shown)\s)|(?<=anel|nels)(?=\s(?:shows?|represents?|depicts?|displays?|illustrates?|is|are)\b))"
)
_START, _END = attrgetter("start"), attrgetter("end")
_GLUED = re.compile(r"[a-z]{4}$")
SENTENCE = re.compile(r"\s[A-Z]")
"""What a sentence begins with behind a label."""
# "Lejeunea Herzog c. Lobule. d. Plant.": behind a word without a stop, a small letter with one.
_UNSTOPPED = re.compile(r" (?<=[A-Za-z]{4} )([b-z])\.(?= [A-ZÀ-Ýα-ω])")
# "for a) one way, b) another and c) a third": half a bracket, not at the start of a sentence.
_HALF = re.compile(rf"(?<=[a-z,;] )({BARE_LABELS})\)(?=\s)")
_WORDS = ("left", "right", "upper", "lower", "top", "bottom", "middle", "cent", "far", "inset")
# Where a sentence or clause begins with one letter, or one with a roman numeral, a digit or a prime.
_STARTS = re.compile(r"[.;:!?)\]'”\",]\s(?=[A-Za-z](?:[^A-Za-z]|[ivx]{1,4}[^A-Za-z]))")
_AND = re.compile(r"and\s(?=[A-Za-z][.:)])")
# A letter behind these is a name, whatever stands round it: vitamin (B), hepatitis (A), group (C).
_NAMED = re.compile(
    r"\b(?:vitamins?|hepatitis|influenza|(?<!wild )(?<!wild-)types?|class(?:es)?|grades?|lanes?|eqs?\.?"
    r"|equations?|figs?\.?|figures?|tables?|complex|haplogroups?|and\s+vitamin)\s*$",
    re.IGNORECASE,
)
# Behind these it is one as a rule, but "the protein (A), the gene (B) and both (C)" are panels.
_OFTEN_NAMED = re.compile(
    r"\b(?:(?<!control )groups?|stages?|factors?|proteins?|chains?|subunits?|domains?|alleles?|arms?|cohorts?"
    r"|phases?|steps?|sites?|points?|antigens?|strains?|clusters?|genotypes?)\s*$",
    re.IGNORECASE,
)
_REFERRING = re.compile(
    r"\b(?:in|see|from|of|as|to|than|for|with|by|like|both|panels?|boxed?)\s*$", re.IGNORECASE
)
# The last words of these patterns: what ends otherwise need not be searched.
_TELLING_WORDS = """
vitamin vitamins hepatitis influenza type types class classes grade grades lane lanes eq eqs
equation equations fig figs figure figures table tables complex haplogroup haplogroups
group groups stage stages factor factors protein proteins chain chains subunit subunits domain domains allele
alleles arm arms cohort cohorts phase phases step steps site sites point points antigen antigens
strain strains cluster clusters genotype genotypes
in see from of as to than for with by like both panel panels box boxed
"""
_TELLING = frozenset(_TELLING_WORDS.split())


def candidates(
    caption: str, bold: tuple[tuple[int, int], ...], breaks: frozenset[int]
) -> list[PanelCandidate]:
    """Every place where a label may stand, in order; `bold` are spans set in bold, `breaks` block starts.

    >>> [c.labels[0].printed for c in candidates("(A) One. (B) Two, as vitamin (C).", (), frozenset())]
    ['A', 'B']
    """
    found = [*_bracketed(caption, breaks), *_bare(caption, breaks), *_bold(caption, bold, breaks)]
    if "anel" in caption:
        found += _panels(caption, breaks)
    found += _unstopped(caption, found)
    if "Fig" in caption:
        found += _numbered(caption, breaks)
    if caption.count(")") > caption.count("("):
        found += _half(caption)
    if len(found) > 1:
        found.sort(key=_END, reverse=True)  # by the start, of one start the longest first
        found.sort(key=_START)
    return found


def _bracketed(caption: str, breaks: frozenset[int]) -> Iterator[PanelCandidate]:
    for match in _BRACKETED.finditer(caption):
        start, end = match.span()
        glued = start and not caption[start - 1].isspace() and caption[start - 1] not in ".,;:)–—-/"
        # cell(s), f(a); but "…between the markers(A) Lung."
        if glued and not (_GLUED.search(caption, max(0, start - 5), start) and SENTENCE.match(caption, end)):
            continue
        opens = _opens(caption, start, breaks)
        before = "" if opens else caption[max(0, start - 24) : start]
        if not _may_be_named(before):
            before = ""
        if before and "anel" not in match.group() and _NAMED.search(before):
            continue
        ends = end == len(caption) or caption[end] in ".,;)"
        if before and ends and _REFERRING.search(before):
            continue  # "as in (A)."
        inside = match.group(1) or match.group(2)
        upper = inside[0].isupper()
        named = bool(before) and match.group(2) is None and _OFTEN_NAMED.search(before) is not None
        if labels := read_labels(inside, upper):
            yield PanelCandidate("bracket", upper, labels, start, end, opens, False, named)
        if inside[0] in "ivx" and (labels := read_romans(inside)):
            yield PanelCandidate("roman", False, labels, start, end, opens, False)


def _may_be_named(before: str) -> bool:
    """False if the last word is none of those that the patterns for names and references end with."""
    word = before.rstrip().rpartition(" ")[2]
    return bool(word) and (word.lower() in _TELLING or not word.isalnum())


def _panels(caption: str, breaks: frozenset[int]) -> Iterator[PanelCandidate]:
    for match in _PANEL.finditer(caption):
        for upper in (True, False):
            labels = read_labels(match.group(1), upper)
            start = match.start()
            # "Panel A: … and Panel B: …"; "In panel A, …".
            told = caption[match.end() : match.end() + 1] == ":"
            inside = caption[max(0, start - 3) : start] == "In " and _opens(caption, start - 3, breaks)
            if labels:
                opens = told or inside or _opens(caption, start, breaks)
                yield PanelCandidate("panel", upper, labels, start, match.end(), opens, False)


def _numbered(caption: str, breaks: frozenset[int]) -> Iterator[PanelCandidate]:
    """Labels with the number of the figure before them: "Fig. 6A: … Fig. 6B: …"."""
    for match in _NUMBERED.finditer(caption):
        for upper in (True, False):
            labels = read_labels(match.group(1), upper)
            if labels and _opens(caption, match.start(), breaks):
                yield PanelCandidate("panel", upper, labels, match.start(), match.end(), True, False)


def _bare(caption: str, breaks: frozenset[int]) -> Iterator[PanelCandidate]:
    found = chain(_STARTS.finditer(caption), _AND.finditer(caption))
    for start in sorted({0, *[match.end() for match in found], *breaks}):
        if (second := caption[start + 1 : start + 2]).isalpha() and second not in "ivx":
            continue  # a word
        match = _BARE.match(caption, start)
        if match is None:
            continue
        inside = match.group(1) or match.group(3) or match.group(4)
        end = match.start() + len(inside)
        alone = len(inside) == 1
        if alone and match.group(2) in (".", DASH) and not _text_follows(caption, match.end()):
            continue  # A. thaliana, A. B. Smith
        opens = start == 0 or start in breaks or caption[start - 2] not in ",d"
        if not opens and match.group(2) not in (":", ".", ")"):
            continue  # in the middle of a sentence a comma is only a comma
        if match.group(2) == ")":
            if caption.rfind("(", 0, start) > caption.rfind(")", 0, start):
                continue  # "(arrows, a, b)" refers to a mark, it begins nothing
            end = match.end(2)
        for upper in (True, False):
            if labels := read_labels(inside, upper):
                yield PanelCandidate("bare", upper, labels, start, end, opens, match.group(2) is not None)


def _unstopped(caption: str, found: list[PanelCandidate]) -> Iterator[PanelCandidate]:
    """Labels that follow a title without a stop, where others of their kind begin sentences."""
    told = {label.printed for c in found if c.family == "bare" and c.sure and c.opens for label in c.labels}
    if not told:
        return
    for match in _UNSTOPPED.finditer(caption):
        labels = read_labels(match.group(1), False)
        if labels and match.group(1) not in told:
            yield PanelCandidate("bare", False, labels, match.start(1), match.end(1), False, True)


def _half(caption: str) -> Iterator[PanelCandidate]:
    for match in _HALF.finditer(caption):
        start = match.start()
        if caption.rfind("(", 0, start) > caption.rfind(")", 0, start) or _opens(caption, start, frozenset()):
            continue
        for upper in (True, False):
            if labels := read_labels(match.group(1), upper):
                yield PanelCandidate("bare", upper, labels, start, match.end(), False, False)


def _bold(
    caption: str, bold: tuple[tuple[int, int], ...], breaks: frozenset[int]
) -> Iterator[PanelCandidate]:
    for start, end in bold:
        if end - start > 24:
            continue  # a heading set in bold
        words = caption[start:end]
        bare = words.strip(" .,:;()")
        if not bare or (start and caption[start - 1] in "(["):
            continue
        begin = start + words.index(bare)
        for upper in (True, False):
            if labels := read_labels(bare, upper):
                yield PanelCandidate(
                    "bare", upper, labels, begin, begin + len(bare), _opens(caption, start, breaks), True
                )


def words(caption: str) -> list[tuple[str, int, int]]:
    """Places such as "Left:" and "(Upper right)" at the start of a sentence or clause, with their words.

    >>> words("Lung. Left: one. Right: two.")
    [('Left', 6, 11), ('Right', 17, 23)]
    """
    small = caption.lower()
    there = [word for word in _WORDS if word in small]
    if len(there) < 2 and "(inset)" not in small:
        return []  # one alone cuts nothing
    if len(small) != len(caption):  # some capitals, such as İ, are two characters in lower case
        small = re.sub("[A-Z]", lambda letter: letter.group().lower(), caption)
    starts: set[int] = set()
    for stem in there:
        at = small.find(stem)
        while at >= 0:
            starts.add(at - 1 if at and caption[at - 1] == "(" else at)
            at = small.find(stem, at + 1)
    told: list[tuple[str, int, int]] = []
    for start in sorted(starts):
        bracket = caption[start] == "("
        opens = _opens(caption, start, frozenset()) or _behind_the(caption, start)
        if not (opens or bracket) or (told and start < told[-1][2]):
            continue
        match = _WORD.match(caption, start)
        if match is None or (match.group(2) == ")" and not bracket):
            continue
        # "Title without a stop (Top) Lung."
        if opens or SENTENCE.match(caption, match.end()):
            told.append((match.group(1).strip().capitalize(), start, match.end()))
    return told


def _behind_the(caption: str, at: int) -> bool:
    """True if a sentence begins with "The" and this word: "The top panel shows"."""
    return at >= 4 and caption.startswith("The ", at - 4) and _opens(caption, at - 4, frozenset())


def _opens(caption: str, at: int, breaks: frozenset[int]) -> bool:
    before = caption[:at].rstrip() if at < 2 else caption[max(0, at - 3) : at].rstrip()
    if before and before[-1] in '”’"':
        before = before[:-1]
    return at == 0 or at in breaks or (bool(before) and before[-1] in ".;:!?)]）")


def _text_follows(caption: str, at: int) -> bool:
    rest = caption[at : at + 40].lstrip()
    return bool(rest) and not rest[0].islower() and not re.match(r"[A-Z]\.?(?:\s|$)", rest)
