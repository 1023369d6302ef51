"""Places where a caption may print the label of a panel; `label_sequences` decides which of them count."""

from __future__ import annotations

import re
from collections.abc import Iterator
from operator import attrgetter
from typing import Literal, NamedTuple

from medconcept.jats.panels.panel_labels import (
    BARE_LABELS,
    DASH,
    LABELS,
    ROMAN_LABELS,
    Label,
    read_labels,
    read_romans,
)

LabelStyle = Literal["bracket", "bare", "panel", "roman", "word"]


class LabelCandidate(NamedTuple):
    """A possible label; `caption[start:end]` is the whole of it in print, brackets included.

    `opens`: it begins a sentence or clause. `set_off`: its print sets it apart (bold, or followed by a stop).
    `named`: it follows a word such as "group", so it may be a name.
    """

    style: LabelStyle
    upper: bool
    labels: tuple[Label, ...]
    start: int
    end: int
    opens: bool
    set_off: bool
    named: bool = False


_BRACKETED = re.compile(
    rf"[(\[]\s*({LABELS}|{ROMAN_LABELS})\s*(?:[.:]|[,;:]\s*(?!arrow|star\b|aster)[a-z]{{3,10}}(?:\s[A-Za-z]{{2,12}}){{0,2}})?\s*[)\]]"
    rf"|[(\[]\s*[Pp]anels?\s+({LABELS})\s*(?:[,;:][^()]{{3,40}})?[)\]]"
)
# The look-behind for the start of the word follows a literal letter, which is searched for fast.
_PANEL_WORD = re.compile(rf"[Pp](?<=\b.)anels?\s+\(?({LABELS})\)?(?![\w’'])")
_FIGURE_NUMBER = re.compile(
    rf"Fig(?<=\bFig)(?:ure|s)?\.?\s?[0-9]{{1,2}}\s?\(?({LABELS})\)?(?=[:.]\s|\s(?:shows|represents|depicts)\b)"
)
_BARE = re.compile(
    rf"({BARE_LABELS})\s?(\.?\)[.:,]?|[.:,;|]|{DASH}(?=\s))(?:(?=[\s\u2e80-\ud7ff])|(?<=[:)])(?=[A-Z][a-z])|(?<=\.)(?=[A-Z][a-z]{{2,}}\s(?!et\b)[a-z]{{2}}))|({BARE_LABELS})(?=\s[A-Z0-9(\[“×*])|([A-Z]\s?&\s?[A-Z])(?=\s)"
)
_SIDES = "upper|lower|left|right|middle|center|centre|top|bottom"
_POSITION_WORD = re.compile(
    r"\(?\b((?:(?i:Far|Upper|Lower|Top|Bottom|Left|Right|Middle|Center|Centre|Inset)s?[ -]?)"
    rf"(?:(?i:{_SIDES})\b)?(?:\s(?:and|&)\s(?i:{_SIDES})\b)?)"
    r"(?:\s?(?:two\s|three\s)?(?i:panels?|rows?|columns?|images?|graphs?|plots?|insets?))?"
    r"(?:\s*(\)|:|,)|(?=\s(?:The|A|An|This|These|Same|Shown)\s)|(?<=anel|nels)(?=\s(?:shows?|represents?|depicts?|displays?|illustrates?|is|are)\b))"
)
_STAIN = re.compile(r"\bH\s?&\s?E\b")
# "a, p < 0.05; b: vs control": letters that mark values in a plot.
_SIGNIFICANCE = re.compile(r"[,:]?\s*(?:[Pp]\s?[<>=≤]|(?:vs|versus|compared|significantly)\b)")
_INITIAL = re.compile(r"(?!A\s)[A-Z](?:\.(?!\s[a-z]{3})|\s(?![a-z&/])|$)")
_CAPITAL_OR_DIGIT_WITHIN = re.compile(r"[a-z]+[A-Z0-9]")
FIRST_UNSPACED = "\u2e80"
"""The first character of the scripts that are written without spaces, Chinese and Japanese."""
_STOPS = ".;:!?)]"
_START, _END = attrgetter("start"), attrgetter("end")
_WORD_BEFORE = re.compile(r"[a-z]{4}$")
SENTENCE = re.compile(r"\s[A-Z]")
"""The beginning of a sentence after a label."""
# "Lejeunea Herzog c. Lobule. d. Plant.": a small letter with a stop, after a word without one.
_AFTER_UNSTOPPED_WORD = re.compile(r" (?<=[A-Za-z]{4} )([b-z])\.(?= [A-ZÀ-Ýα-ω])")
# "for a) one way, b) another and c) a third": a closing bracket without an opening one, within a sentence.
_HALF_BRACKET = re.compile(rf"(?<=[a-z,;] )({BARE_LABELS})\)(?=\s)")
_POSITION_STEMS = ("left", "right", "upper", "lower", "top", "bottom", "middle", "cent", "far", "inset")
# Starts of a sentence or clause with one letter, or with one and a roman numeral, a digit or a prime.
_CLAUSE_STARTS = re.compile(r"[.;:!?)\]'”\",]\s?(?=[A-Za-z](?:[^A-Za-z]|[ivx]{1,4}[^A-Za-z]))")
# "… in mice.A. Weight", "(×400).a) Liver": no space before the label, but a word or number before the stop.
_GLUED = re.compile(
    r"(?:[a-z\d)\]%\u2e80-\uffee]|(?<=\w)[A-Z]|[”’\"'*+×])(?:[.;:!?)\]]|(?<=[\u2e80-\ud7ff]),)(?=[A-Za-z](?:[).:,]|\s[A-Z0-9(×*]|\s?[-–,]\s?[A-Z]|\s?(?:and|&)\s))"
)
_AFTER_AND = re.compile(r"and\s(?=[A-Za-z][.:)])")
_AFTER_LETTER_AND = re.compile(r"\b[A-Za-z]\sand\s$")
# A letter after these is always a name: vitamin (B), hepatitis (A), type (C).
AFTER_NAME_WORD = re.compile(
    r"\b(?:vitamins?|hepatitis|influenza|(?<!wild )(?<!wild-)types?|class(?:es)?|grades?|lanes?|eqs?\.?"
    r"|equations?|figs?\.?|figures?|tables?|complex|haplogroups?|and\s+vitamin)\s*$",
    re.IGNORECASE,
)
# After these it usually is one, but "the protein (A), the gene (B) and both (C)" are panels.
AFTER_OFTEN_NAME_WORD = re.compile(
    r"\b(?:(?<!control )groups?|stages?|factors?|proteins?|chains?|subunits?|domains?|alleles?|arms?|cohorts?"
    r"|phases?|steps?|sites?|points?|antigens?|strains?|clusters?|genotypes?)\s*$",
    re.IGNORECASE,
)
_REFERENCE_WORDS = re.compile(
    r"\b(?:in|see|from|of|as|to|than|for|with|by|like|both|panels?|boxed?)\s*$", re.IGNORECASE
)
# The last words of these patterns, as a prefilter.
_LAST_WORDS_TEXT = """
vitamin vitamins hepatitis influenza type types class classes grade grades lane lanes eq eqs
equation equations fig figs figure figures table tables complex haplogroup haplogroups
group groups stage stages factor factors protein proteins chain chains subunit subunits domain domains allele
alleles arm arms cohort cohorts phase phases step steps site sites point points antigen antigens
strain strains cluster clusters genotype genotypes
in see from of as to than for with by like both panel panels box boxed
"""
_LAST_WORDS = frozenset(_LAST_WORDS_TEXT.split())


def find_candidates(
    caption: str, bold: tuple[tuple[int, int], ...], breaks: frozenset[int]
) -> list[LabelCandidate]:
    """Return every candidate in order; `bold` are spans set in bold, `breaks` starts of blocks.

    >>> [c.labels[0].printed for c in find_candidates("(A) One. (B) Two, as vitamin (C).", (), frozenset())]
    ['A', 'B']
    """
    candidates = [*_bracketed(caption, breaks), *_bare(caption, breaks), *_bold(caption, bold, breaks)]
    if "anel" in caption:
        candidates += _after_panel_word(caption, breaks)
    candidates += _after_unstopped_title(caption, candidates)
    if "Fig" in caption:
        candidates += _after_figure_number(caption, breaks)
    if caption.count(")") > caption.count("("):
        candidates += _half_bracketed(caption)
    if len(candidates) > 1:
        candidates.sort(key=_END, reverse=True)  # by start; of equal starts the longest first
        candidates.sort(key=_START)
    return candidates


def _bracketed(caption: str, breaks: frozenset[int]) -> Iterator[LabelCandidate]:
    for match in _BRACKETED.finditer(caption):
        start, end = match.span()
        before_it = caption[start - 1] if start else " "
        is_attached = not (before_it.isspace() or before_it in ".,;:!?)–—-/" or before_it >= FIRST_UNSPACED)
        # cell(s), f(a); but "…between the markers(A) Lung."
        if is_attached and not (
            _WORD_BEFORE.search(caption, max(0, start - 5), start) and SENTENCE.match(caption, end)
        ):
            continue
        opens = begins_clause(caption, start, breaks) or after_opening_in(caption, start, breaks)
        before = "" if opens else caption[max(0, start - 24) : start]
        if not _ends_in_listed_word(before):
            before = ""
        if before and "anel" not in match.group() and AFTER_NAME_WORD.search(before):
            continue
        ends = end == len(caption) or caption[end] in ".,;)"
        if before and ends and _REFERENCE_WORDS.search(before):
            continue  # "as in (A)."
        content = match.group(1) or match.group(2)
        if "&" in content and _STAIN.search(content):
            continue  # "(A, H&E)"
        upper = content[0].isupper()
        named = bool(before) and match.group(2) is None and AFTER_OFTEN_NAME_WORD.search(before) is not None
        if labels := read_labels(content, upper):
            yield LabelCandidate("bracket", upper, labels, start, end, opens, False, named)
        if content[0] in "ivx" and (labels := read_romans(content)):
            yield LabelCandidate("roman", False, labels, start, end, opens, False)


def _ends_in_listed_word(before: str) -> bool:
    """False if the last word cannot end a match of the patterns for names and references."""
    word = before.rstrip().rpartition(" ")[2]
    return bool(word) and (word.lower() in _LAST_WORDS or not word.isalnum())


def _after_panel_word(caption: str, breaks: frozenset[int]) -> Iterator[LabelCandidate]:
    for match in _PANEL_WORD.finditer(caption):
        for upper in (True, False):
            labels = read_labels(match.group(1), upper)
            start = match.start()
            # "Panel A: … and Panel B: …"; "In panel A, …".
            has_colon = caption[match.end() : match.end() + 1] == ":"
            after_in = after_opening_in(caption, start, breaks)
            if labels:
                opens = has_colon or after_in or begins_clause(caption, start, breaks)
                yield LabelCandidate("panel", upper, labels, start, match.end(), opens, False)


def _after_figure_number(caption: str, breaks: frozenset[int]) -> Iterator[LabelCandidate]:
    """Yield labels with the number of the figure before them: "Fig. 6A: … Fig. 6B: …"."""
    for match in _FIGURE_NUMBER.finditer(caption):
        for upper in (True, False):
            labels = read_labels(match.group(1), upper)
            if labels and begins_clause(caption, match.start(), breaks):
                yield LabelCandidate("panel", upper, labels, match.start(), match.end(), True, False)


def _bare(caption: str, breaks: frozenset[int]) -> Iterator[LabelCandidate]:
    starts = {0, *breaks, *[match.end() for match in _AFTER_AND.finditer(caption)]}
    for clause in _CLAUSE_STARTS.finditer(caption):
        start = clause.end()
        if start - clause.start() == 2 or _is_glued(caption, start):
            starts.add(start)
    for start in sorted(starts):
        if (second := caption[start + 1 : start + 2]).isalpha() and second not in "ivx":
            continue  # a word
        match = _BARE.match(caption, start)
        if match is None:
            continue
        content = match.group(1) or match.group(3) or match.group(4)
        end = match.start() + len(content)
        if _SIGNIFICANCE.match(caption, end):
            continue
        single = len(content) == 1
        if single and match.group(2) in (".", DASH) and not _text_follows(caption, match.end()):
            continue  # A. thaliana, A. B. Smith
        opens = (
            start == 0 or start in breaks or caption[start - 1] in _STOPS or caption[start - 2] not in ",d"
        )
        if caption.startswith("and ", start - 4) and _AFTER_LETTER_AND.search(caption, start - 7, start):
            continue  # "primers a and b. A gel"
        if not opens and match.group(2) in (None, ",", ";", "-", "–", "—"):
            continue  # within a sentence a comma marks no label
        if match.group(2) and ")" in match.group(2):
            if caption.rfind("(", 0, start) > caption.rfind(")", 0, start):
                continue  # "(arrows, a, b)" refers to marks in the figure
            end = caption.index(")", end) + 1
        for upper in (True, False):
            if labels := read_labels(content, upper):
                yield LabelCandidate("bare", upper, labels, start, end, opens, match.group(2) is not None)


def _is_glued(caption: str, start: int) -> bool:
    """True if a label begins right behind a stop, as in "mice.A. Weight"; not for "e.g.", "U.S.A."."""
    if _GLUED.match(caption, start - 2) is None:
        return False
    is_initial = caption[start - 2].isalpha() and not caption[start - 3 : start - 2].isalnum()
    return not is_initial or caption[start + 1] == ")"


def _after_unstopped_title(caption: str, candidates: list[LabelCandidate]) -> Iterator[LabelCandidate]:
    """Yield labels after a title without a stop, if other labels of their kind begin sentences."""
    sentence_labels = {
        label.printed for c in candidates if c.style == "bare" and c.set_off and c.opens for label in c.labels
    }
    if not sentence_labels:
        return
    for match in _AFTER_UNSTOPPED_WORD.finditer(caption):
        labels = read_labels(match.group(1), False)
        if labels and match.group(1) not in sentence_labels:
            yield LabelCandidate("bare", False, labels, match.start(1), match.end(1), False, True)


def _half_bracketed(caption: str) -> Iterator[LabelCandidate]:
    for match in _HALF_BRACKET.finditer(caption):
        start = match.start()
        if caption.rfind("(", 0, start) > caption.rfind(")", 0, start) or begins_clause(
            caption, start, frozenset()
        ):
            continue
        for upper in (True, False):
            if labels := read_labels(match.group(1), upper):
                yield LabelCandidate("bare", upper, labels, start, match.end(), False, True)


def _bold(
    caption: str, bold: tuple[tuple[int, int], ...], breaks: frozenset[int]
) -> Iterator[LabelCandidate]:
    for start, end in bold:
        if end - start > 24:
            continue  # a heading in bold
        text = caption[start:end]
        label = text.strip(" .,:;()")
        if not label or (start and caption[start - 1] in "(["):
            continue
        begin = start + text.index(label)
        for upper in (True, False):
            if labels := read_labels(label, upper):
                yield LabelCandidate(
                    "bare",
                    upper,
                    labels,
                    begin,
                    begin + len(label),
                    begins_clause(caption, start, breaks),
                    True,
                )


def position_words(caption: str) -> list[tuple[str, int, int]]:
    """Return position words such as "Left:" and "(Upper right)" that begin a clause: word, start and end.

    >>> position_words("Lung. Left: one. Right: two.")
    [('Left', 6, 11), ('Right', 17, 23)]
    """
    lowered = caption.lower()
    stems = [word for word in _POSITION_STEMS if word in lowered]
    if len(stems) < 2 and "(inset)" not in lowered:
        return []  # one alone divides nothing
    if len(lowered) != len(caption):  # some capitals, such as İ, are two characters in lower case
        lowered = re.sub("[A-Z]", lambda letter: letter.group().lower(), caption)
    starts: set[int] = set()
    for stem in stems:
        at = lowered.find(stem)
        while at >= 0:
            starts.add(at - 1 if at and caption[at - 1] == "(" else at)
            at = lowered.find(stem, at + 1)
    places: list[tuple[str, int, int]] = []
    for start in sorted(starts):
        bracket = caption[start] == "("
        opens = begins_clause(caption, start, frozenset()) or _follows_the(caption, start)
        if not (opens or bracket) or (places and start < places[-1][2]):
            continue
        match = _POSITION_WORD.match(caption, start)
        if match is None or (match.group(2) == ")" and not bracket):
            continue
        # "Title without a stop (Top) Lung."
        if opens or SENTENCE.match(caption, match.end()):
            places.append((match.group(1).strip().capitalize(), start, match.end()))
    return places


def _follows_the(caption: str, at: int) -> bool:
    """True if a sentence begins with "The" and this word: "The top panel shows"."""
    return at >= 4 and caption.startswith("The ", at - 4) and begins_clause(caption, at - 4, frozenset())


def begins_clause(caption: str, at: int, breaks: frozenset[int]) -> bool:
    before = caption[:at].rstrip() if at < 2 else caption[max(0, at - 3) : at].rstrip()
    if before and before[-1] in '”’"':
        before = before[:-1]
    return at == 0 or at in breaks or (bool(before) and before[-1] in ".;:!?)]")


def after_opening_in(caption: str, at: int, breaks: frozenset[int]) -> bool:
    """True after an "In" that begins a sentence: "In (A), the jaws are closed."."""
    return at > 2 and caption.startswith("In ", at - 3) and begins_clause(caption, at - 3, breaks)


def _text_follows(caption: str, at: int) -> bool:
    """False if a stop is that of a name, A. thaliana, A. B. Smith; true before "A. H & E stain", "B. p53"."""
    rest = caption[at : at + 40].lstrip()
    if not rest or _INITIAL.match(rest):
        return False
    return not rest[0].islower() or _CAPITAL_OR_DIGIT_WITHIN.match(rest) is not None
