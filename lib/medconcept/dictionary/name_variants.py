"""Other ways to write a name, under which it is looked up too; made when the dictionary is compiled."""

from __future__ import annotations

import re
from collections.abc import Iterator
from enum import IntEnum
from functools import lru_cache
from itertools import chain

from medconcept.dictionary import gene_symbols
from medconcept.dictionary.inflection import singulars
from medconcept.dictionary.prefixed_words import MAY_HAVE_PREFIX, may_have_prefix, with_prefixes

FORMS_VERSION = 31  # of the rules for forms and of the file; another one has dictionaries compiled again


class Variant(IntEnum):
    """How a form was made from a name; smaller numbers are nearer to the name."""

    NORMAL = 0  # case, hyphens, diacritics, Greek, spelling, number
    ORDER = 1  # "carcinoma, hepatocellular", "carcinoma of lung"
    SHORTER = 2  # without a tag of its kind at the end, or without an uninformative head
    NOUN = 3  # adjectives and verbs as the noun that they are derived from
    SYNONYM = 4  # with a synonymous head or modifier of a disease
    ELLIPTIC = 5  # without the argument that the dictionary's names imply; see ellipsis.py


NO_NOUN = (Variant.SYNONYM,)
# A tag in brackets that SNOMED CT and MONDO append to a name: not part of it.
_QUALIFIER = re.compile(
    r"^(.{3,}?) [(\[](?:disease|disorder|finding|morphologic abnormality|body structure|cell structure|cell"
    r"|substance|organism|procedure|qualifier value|observable entity|phenotype|organ|[dD]rug)[)\]]$"
)
# Heads that only repeat the kind of a term: "photoreceptor cell" is a photoreceptor, "apoptotic process" is
# apoptosis. In anatomy, a process is a projection, so that the head counts.
_KIND = re.compile(r"^(.*(?:or|er|yte|blast|phage|clast)) cell$")
_KIND_PROCESS = re.compile(r"^(.{4,}) process$")
# IUPAC writes charges and mass numbers in brackets where texts use superscripts: "Ca(2+)", "(32)P"
# (Nomenclature of Inorganic Chemistry, 2005, IR-2.2).
_CHARGE = re.compile(r"(?<=[A-Za-z])\((\d*[+\-])\)")
_MASS = re.compile(r"^\((\d+)\)(?=[A-Z])")
# "Immunodeficiency syndrome" is immunodeficiency: the word before the head already names a disease, by an
# ending of medical Latin or Greek (Dorland's Illustrated Medical Dictionary) or as an English word for a
# neoplasm (MESH D009369).
_KIND_DISEASE = re.compile(
    r"^(.{3,}(?:deficiency|itis|osis|[aei]mia|pathy|plasia|trophy|algia|uria|oma|cancer|tumou?r|neoplasm))"
    r" (?:syndrome|disease|disorder)s?$",
    re.IGNORECASE,
)
# The endings of names that the three patterns match.
_KINDS = (
    " cell", " process", "syndrome", "syndromes", " disease", " diseases", " disorder", "disorders",
)  # fmt: skip
_CHEMICAL, _PROCESS, _DISEASE = "chemical", "process", "disease"
# Heads of disease names that terminologies use interchangeably: the synonyms of MONDO:0000001 (disease), of
# MESH D009369 (Neoplasms) and of MESH D000013 (Congenital Abnormalities).
_SAME_HEAD = (
    ("disease", "disorder", "condition"),
    ("neoplasm", "tumor", "neoplasia"),
    ("abnormality", "anomaly", "malformation", "defect"),
)
# "Breast and ovarian cancer syndrome" is one disease, and "breast and ovarian cancer" are two.
_JOINS_TWO = re.compile(r"\b(?:and|or)\b|/")
# Modifiers of a disease that runs in families: the synonyms of MONDO:0003847 (hereditary disease).
_SAME_MODIFIER = ("hereditary", "familial", "inherited")
# "Graves' disease" is written without the apostrophe too (AMA Manual of Style, eponyms).
_APOSTROPHE = re.compile(r"(?<=[a-z]s)['’](?!\w)")
_EPONYM = re.compile(r"\b([A-Z][a-z]{2,}s) (?=(?:disease|syndrome|tumou?r)\b)")
_INVERTED = re.compile(r"^([^,()]+), ([^,()]+)(?:, ([^,()]+))?$")
_NO_MODIFIER = re.compile(r"^\d|\b(?:and|or|with|without|due|nos|unspecified|other)\b", re.IGNORECASE)
_JOINS = re.compile(r"\b(?:of|in|and|or)\b")
_OF = re.compile(r"^([^,()]+?) (?:of|in) (?:the )?([^,()]+)$")


def with_variants(name: str, kinds: frozenset[str] = frozenset()) -> Iterator[tuple[str, Variant]]:
    """The name and its variants, the nearest first, possibly with repetitions.

    `kinds` are the semantic types of its term.

    >>> [(form, variant.name) for form, variant in with_variants("Carcinomas, Nuclear")]
    [('Carcinomas, Nuclear', 'NORMAL'), ('Nuclear Carcinomas', 'ORDER')]
    >>> [form for form, _ in with_variants("non-small cell")]
    ['non-small cell', 'nonsmall cell']
    """
    has_prefix = may_have_prefix(name)  # no other order of its words adds one
    for form, variant in _variants(name, kinds):
        yield form, variant
        for other in with_prefixes(form) if has_prefix else ():
            yield other, variant


def _variants(name: str, kinds: frozenset[str]) -> Iterator[tuple[str, Variant]]:
    yield name, Variant.NORMAL
    for other in with_apostrophe(name):
        yield other, Variant.NORMAL
    orders = [*reordered(name)]
    for other in orders:
        yield other, Variant.ORDER
    for other in shortened(name, kinds):
        yield other, Variant.SHORTER
    if _CHEMICAL in kinds and (raised := _MASS.sub(r"\1", _CHARGE.sub(r"\1", name))) != name:
        yield raised, Variant.NORMAL
    if not gene_symbols.KINDS.isdisjoint(kinds):
        for other in chain(gene_symbols.hyphenated(name), gene_symbols.with_latin_letters(name)):
            yield other, Variant.NORMAL
    if _DISEASE in kinds:
        for form in (name, *orders):
            for other in chain(with_other_head(form), with_other_modifier(form)):
                yield other, Variant.SYNONYM


def with_apostrophe(name: str) -> Iterator[str]:
    """The name of an eponym in -s with an apostrophe, or without it.

    >>> list(with_apostrophe("Wells' syndrome")), list(with_apostrophe("Graves disease"))
    (['Wells syndrome'], ["Graves' disease"])
    """
    for pattern, better in ((_APOSTROPHE, ""), (_EPONYM, r"\1' ")):
        other = pattern.sub(better, name)
        if other != name:
            yield other


def with_other_head(name: str) -> Iterator[str]:
    """The name of a disease with each synonym of its head.

    >>> list(with_other_head("genetic disorder")), list(with_other_head("Ovarian Neoplasms"))
    (['genetic disease', 'genetic condition'], ['Ovarian tumor', 'Ovarian neoplasia'])
    """
    before, _, head = name.rpartition(" ")
    if not before or "," in name:
        return
    for other in _other_heads(head.lower()):
        yield f"{before} {other}"


def with_other_modifier(name: str) -> Iterator[str]:
    """The name of a hereditary disease with each synonym of its modifier.

    >>> list(with_other_modifier("Familial ataxia")), list(with_other_modifier("ataxia, familial"))
    (['hereditary ataxia', 'inherited ataxia'], [])
    """
    modifier, _, rest = name.partition(" ")
    if rest and "," not in name and modifier.lower() in _SAME_MODIFIER:
        for other in _SAME_MODIFIER:
            if other != modifier.lower():
                yield f"{other} {rest}"


@lru_cache(maxsize=1 << 12)
def _other_heads(head: str) -> tuple[str, ...]:
    singular = {head, *singulars(head)}
    alike = (heads for heads in _SAME_HEAD if not singular.isdisjoint(heads))
    return tuple(other for heads in alike for other in heads if other not in singular)


def shortened(name: str, kinds: frozenset[str] = frozenset()) -> Iterator[str]:
    """The name without a tag or head that only repeats the kind of its term.

    >>> list(shortened("neuron (cell)")), list(shortened("photoreceptor cell")), list(shortened("rod cell"))
    (['neuron'], ['photoreceptor'], [])
    """
    if name.endswith((")", "]")) and (qualified := _QUALIFIER.match(name)):
        yield qualified.group(1)
    pattern = _KIND_PROCESS if _PROCESS in kinds else _KIND_DISEASE if _DISEASE in kinds else _KIND
    if name[-9:].lower().endswith(_KINDS) and (kind := pattern.match(name)) and not _JOINS_TWO.search(name):
        yield kind.group(1)


def reordered(name: str) -> Iterator[str]:
    """The name in other word orders: an inverted name in natural order, "X of Y" as "Y X".

    >>> list(reordered("Anemia, Sickle Cell")), list(reordered("carcinoma of the lung"))
    (['Sickle Cell Anemia'], ['lung carcinoma'])
    >>> list(reordered("1,2-dichloroethane"))
    []
    """
    inverted = _INVERTED.match(name) if ", " in name else None
    if inverted and not any(_NO_MODIFIER.search(part) for part in inverted.groups() if part):
        head, modifier, more = inverted.groups()
        yield f"{modifier} {head}" if more is None else f"{more} {modifier} {head}"
        if more is not None:
            yield f"{modifier} {more} {head}"
    of = _OF.match(name) if " of " in name or " in " in name else None
    if of and not _JOINS.search(of.group(2)):
        yield f"{of.group(2)} {of.group(1)}"


# A name that does not match has no variant; most names of a dictionary do not.
MAY_VARY = (
    gene_symbols.MAY_BE_SYMBOL + r"|, | of | in |s['’]| cell$| process$|[)\]]$|\([0-9]*[+\-]\)|^\([0-9]"
    r"|(?i)(?:disease|disorder|condition|syndrome|neoplas|tumou?r|abnormalit|anomal|malformation|defect|"
    + "|".join(_SAME_MODIFIER)
    + ")|"
    + MAY_HAVE_PREFIX
)
