"""Words that negate or doubt what is next to them, what only looks like one, and what ends their reach.

Chapman and others, J Biomed Inform 2001, 34:301-310 (NegEx); Harkema and others, J Biomed Inform 2009,
42:839-851 (ConText); for captions also panels, genotypes and nitric oxide.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum, auto


class Reach(Enum):
    """What a trigger says something about."""

    CLAUSE = auto()  # what follows, to the end of its clause
    PHRASE = auto()  # what follows, to the end of its clause or to a verb: "without fever was admitted"
    BEFORE = auto()  # what precedes it in its clause
    LABEL = auto()  # what it is the value of: "Metastasis: none"
    WORD = auto()  # the name right before it: "tumor-free"


@dataclass(frozen=True)
class Trigger:
    """A kind of phrase; each phrase has a word that begins with one of the stems."""

    flag: str
    reach: Reach
    pattern: re.Pattern[str]
    stems: tuple[str, ...]


def _any(*phrases: str) -> re.Pattern[str]:
    return re.compile(r"\b(?:" + _spaced("|".join(phrases)) + r")\b", re.IGNORECASE)


def _spaced(pattern: str) -> str:
    """The pattern with any white space for a space, but in lookbehinds, whose width is fixed."""
    return re.sub(r"(\(\?<[!=][^)]*\))|( )", lambda space: space[1] or r"\s+", pattern)


_BE = r"(?:is|are|was|were|be|been|being)"
_SEEN = (
    r"(?:seen|found|detected|detectable|observed|present|visible|visuali[sz]ed|identified|noted|evident|"
    r"appreciated|demonstrated|apparent)"
)
_NOT = r"(?:not|(?:is|are|was|were|has|have|had|does|do|did|can|could|wo|would)n['’]t|can['’]t)"

PSEUDO = re.compile(_spaced(
    r"\b(?:no (?:(?:significant|further|major|clear|obvious) )?"
    r"(?:increase|change|difference|effect|influence|impact"
    r"|correlation|association|relation(?:ship)?|suspicious change)s?"
    r"|no (?:more|less|later|earlier|fewer) than|no (?:matter|doubt)|not? (?:less|more) than"
    r"|not only|not certain (?:if|whether)|not necessarily|not drain|not extend|not limited to|not to scale"
    r"|not (?:been )?shown|not (?:drawn|applicable|determined|significant(?:ly)?)"
    rf"|{_NOT} (?:significantly )?(?:affect|alter|change|differ|influence|impair|increase|decrease)\w*"
    r"|without (?:any )?(?:further )?difficulty"
    r"|gram[\s-]negative|(?:double|triple|dominant|false|true)[\s-]negative"
    r"|whether or not|or not|present or absent|positive (?:or|and|/) negative(?: for)?"
    r"|(?:presence|absence) (?:or|and) absence(?: of)?|absence (?:or|and) presence(?: of)?"
    r"|(?:once|until|when|after|if) [^.,;]{0,60}\bresolved"
    r"|No\.(?=\s?\d))\b"
    r"|\b(?:with\s*(?:and/or|or|and|/)\s*|\+/[-−]\s*)without\b|\bno\.\s?(?=\d)"),
    re.IGNORECASE,
)  # fmt: skip
TRIGGERS = (
    Trigger("negated", Reach.CLAUSE, _any(
        r"no evidence (?:of|for)", r"no signs? of", r"(?<!with )(?<!and )(?<!in )no", r"cannot see", _NOT,
        r"den(?:y|ies|ied|ying)", r"declin(?:es|ed)", r"never",
        r"fail(?:s|ed)? to (?:reveal|show|demonstrate)",
        r"neither", r"nor", r"absent", r"ruled out(?: for)?", r"rules out",
    ), ("no", "not", "isn", "aren", "wasn", "weren", "hasn", "haven", "hadn", "doesn", "don", "didn", "can",
        "couldn", "won", "wouldn", "cannot", "den", "declin", "never", "fail", "neither", "absen", "rule")),
    Trigger("negated", Reach.PHRASE, _any(
        r"(?<=with )no", r"(?<=and )no", r"(?<=in )no", r"without", r"w/o", r"absence of",
        r"lack of", r"lacks?", r"lacking", r"negative for", r"neg for", r"free (?:of|from)",
        r"devoid of", r"unremarkable for",
    ), ("no", "without", "o", "absen", "lack", "neg", "free", "devoid", "unremark")),
    Trigger("negated", Reach.BEFORE, _any(
        rf"(?<!not ){_BE} (?:(?:all|also|both|now|largely) )?(?:ruled out|excluded|absent)",
        rf"{_BE} (?:(?:all|also|both) )?negative(?! for)",
        r"(?:remain(?:s|ed)?|test(?:s|ed)?|return(?:s|ed)?|c[ao]me back) negative(?! for)",
        r"unlikely", rf"{_NOT} (?:been )?(?:clearly )?{_SEEN}",
        r"(?:(?:has|have|had|is|are|was|were|now|since|completely|spontaneously|quickly) )*resolved"
        r"(?! (?:by|on|in|with|using|at|into|to|from|via|through|under)\b)",
    ), ("ruled", "exclud", "absent", "negativ", "unlikely", "not", "isn", "aren", "wasn", "weren", "couldn",
        "can", "resolved")),
    Trigger("negated", Reach.LABEL, re.compile(
        r":\s*(?:none|negative|absent|nil|no|not (?:present|seen|found|detected|identified))\b"
        r"(?=\s*(?:[.,;)\n]|$))",
        re.IGNORECASE,
    ), ("none", "negativ", "absent", "nil", "no")),
    Trigger("negated", Reach.WORD, re.compile(
        r"(?<=[^\W\d_])[- ]free\b(?! (?:of|from|fluid|air|flap|edge|margin|wall|end|energy)\b)",
        re.IGNORECASE,
    ), ("free",)),
    Trigger("uncertain", Reach.CLAUSE, _any(
        r"possible", r"possibly", r"probable", r"probably", r"suspected", r"suspicious for",
        r"suspicion of", r"suggestive of",
        r"suggesting", r"suggests?", r"likely", r"presumed", r"presumably", r"questionable",
        r"may (?:be|represent|have)",
        r"might be", r"could be", r"consistent with", r"compatible with", r"concern for", r"rule out", r"r/o",
        r"differential diagnos[ie]s",
    ), ("possib", "probab", "suspect", "suspicio", "suggest", "likely", "presum",
        "question", "may", "might", "could", "consistent", "compatible",
        "concern", "rule", "r", "differential")),
    Trigger("uncertain", Reach.BEFORE, _any(
        rf"{_BE} (?:suspected|possible|probable|likely|presumed)",
        r"(?:cannot|could not|can not) be (?:excluded|ruled out)",
        r"suspected",
    ), ("suspected", "possible", "probable", "likely", "presumed", "exclud", "ruled")),
)  # fmt: skip
# What ends the reach of all: a conjunction, a new clause, a semicolon, the label of another panel.
END = re.compile(
    r"\b(?:but|however|although|nevertheless|except|apart from|aside from|other than|secondary to|because"
    r"|since|which|whereas|while|yet|though|still|due to|as (?:a )?(?:cause|source)|instead"
    r"|and (?:he|she|they|it|we|there|was|were|is|are|has|had|showed|shows))\b"
    r"|;|(?:^|(?<=\s))\((?:[A-Za-z]|[ivx]{2,4})(?:\s?[-–,&]\s?[A-Za-z])*\)",
    re.IGNORECASE,
)  # fmt: skip
ITEM = re.compile(r",|/|\b(?:and|or|nor)\b", re.IGNORECASE)  # what items of a list have between them
# A verb behind "mice without …": the mice do that.
VERB = _any(
    r"is", r"are", r"was", r"were", r"has", r"had", r"have", r"shows?", r"showed", r"showing", r"shown",
    r"develop(?:s|ed)?", r"display(?:s|ed)?", r"exhibit(?:s|ed)?", r"demonstrat(?:e|es|ed)",
    r"reveal(?:s|ed)?", r"remain(?:s|ed)?", r"undergo(?:es)?", r"underwent", r"die[sd]?",
    r"receiv(?:e|es|ed)", r"present(?:s|ed) with", r"suffer(?:s|ed)?", r"contain(?:s|ed)?",
    r"express(?:es|ed)", r"form(?:s|ed)", r"became", r"becomes?", r"lead(?:s|ing)? to", r"led to",
    r"caus(?:es|ed|ing)", r"result(?:s|ed|ing)? in", r"accumulat(?:e|es|ed)", r"produc(?:e|es|ed)",
    r"fail(?:s|ed)? to",
)  # fmt: skip
_GENE = r"(?:[a-z]{0,3}[A-Z][\w\-/]*|[a-z][\w\-]*\d[\w\-]*)"
# What "lacking" has behind it where it names a genotype: genes, which have a capital or a digit.
GENES = re.compile(
    r"\s+(?:(?:the|a|an|both|either|functional|endogenous|conditional|intact)\s+)*"
    rf"{_GENE}(?:(?:,|,? and|,? or|/|\s+genes?)?\s*{_GENE})*"
)
# "NO" at the beginning of a sentence that is not in capitals.
NO_OF = re.compile(
    r"NO (?:evidence|signs?|other|further|significant|such|abnormal|acute|focal|definite|obvious|visible"
    r"|detectable)\b"
)
