"""The forms under which a name is looked up, made when the dictionary is compiled."""

from __future__ import annotations

import re
from collections.abc import Iterator
from enum import IntEnum

from medconcept.linking.general import NO_ADJECTIVE
from medconcept.linking.inflection import singulars
from medconcept.linking.normal import Normaliser
from medconcept.linking.words import plain_words

MOST_WORDS = 24


class Variant(IntEnum):
    """How a looked-up form came from a name; the smaller the nearer."""

    NORMAL = 0  # case, hyphens, diacritics, Greek, spelling, number
    ORDER = 1  # "carcinoma, hepatocellular", "carcinoma of lung"
    SHORTER = 2  # without a tag of its kind behind it, or a head that says nothing
    NOUN = 3  # adjectives and verbs as the noun behind them
    PART = 4  # without the "of …" behind two words or more: counts only where one term alone has it
    SYNONYM = 5  # with another head that says the same of a disease
    ELLIPTIC = 6  # without the argument that the dictionary's own names imply, see ellipsis.py


_NO_NOUN = (Variant.PART, Variant.SYNONYM)
# A tag of kind in brackets, as SNOMED CT and MONDO put behind a name: no part of it.
_QUALIFIER = re.compile(
    r"^(.{3,}?) [(\[](?:disease|disorder|finding|morphologic abnormality|body structure|cell structure|cell"
    r"|substance|organism|procedure|qualifier value|observable entity|phenotype|organ)[)\]]$"
)
# Heads that say only what kind of thing a name is: "photoreceptor cell" is a photoreceptor, "apoptotic
# process" is apoptosis. A process of anatomy is a projection.
_KIND = re.compile(r"^(.*(?:or|er|yte|blast|phage|clast)) cell$")
_KIND_PROCESS = re.compile(r"^(.{4,}) process$")
# IUPAC writes charges and mass numbers in brackets where a text raises them: "Ca(2+)", "(32)P" (Nomenclature
# of Inorganic Chemistry, 2005, IR-2.2).
_CHARGE = re.compile(r"(?<=[A-Za-z])\((\d*[+\-])\)")
_MASS = re.compile(r"^\((\d+)\)(?=[A-Z])")
# "Immunodeficiency syndrome" is immunodeficiency: before the head there is a word for a disease, by the
# endings that medical Latin and Greek have for it (Dorland's Illustrated Medical Dictionary).
_KIND_DISEASE = re.compile(
    r"^(.{3,}(?:deficiency|itis|osis|[aei]mia|pathy|plasia|trophy|algia|uria))"
    r" (?:syndrome|disease|disorder)s?$",
    re.IGNORECASE,
)
_CHEMICAL, _PROCESS, _DISEASE = "chemical", "process", "disease"
# Heads of disease names that terminologies use for each other: the synonyms of MONDO:0000001 (disease), of
# MESH D009369 (Neoplasms) and of MESH D000013 (Congenital Abnormalities).
_SAME_HEAD = (
    ("disease", "disorder", "condition"),
    ("neoplasm", "tumor", "neoplasia"),
    ("abnormality", "anomaly", "malformation", "defect"),
)
_PART_OF = re.compile(r"^([^,()]+ [^,()]+?) (?:of|in) (?:the )?[^,()]+$")
_INVERTED = re.compile(r"^([^,()]+), ([^,()]+)(?:, ([^,()]+))?$")
_NO_MODIFIER = re.compile(r"^\d|\b(?:and|or|with|without|due|nos|unspecified|other)\b", re.IGNORECASE)
_JOINS = re.compile(r"\b(?:of|in|and|or)\b")
_OF = re.compile(r"^([^,()]+?) (?:of|in) (?:the )?([^,()]+)$")


def variants(
    name: str, normaliser: Normaliser, kinds: frozenset[str] = frozenset()
) -> Iterator[tuple[str, Variant]]:
    """The forms of a name as words joined by spaces, each once, under the nearest variant.

    `kinds` are the semantic types of its term: substances have no adjective, so none is made from one.

    >>> from medconcept.linking.normal import vocabulary
    >>> plain = Normaliser(vocabulary(["carcinoma", "nucleus"]))
    >>> [(form, variant.name) for form, variant in variants("Carcinomas, Nuclear", plain)]
    [('carcinoma , nuclear', 'NORMAL'), ('nuclear carcinoma', 'ORDER'), ('carcinoma , nucleus', 'NOUN'), \
('nucleus carcinoma', 'NOUN')]
    """
    forms = [(name, Variant.NORMAL), *((other, Variant.ORDER) for other in reordered(name))]
    forms += [(other, Variant.SHORTER) for other in shortened(name, kinds)]
    if _CHEMICAL in kinds and (raised := _MASS.sub(r"\1", _CHARGE.sub(r"\1", name))) != name:
        forms.append((raised, Variant.NORMAL))
    if _DISEASE in kinds:
        forms += [(other, Variant.SYNONYM) for other in with_other_head(name)]
    if part := _PART_OF.match(name):
        forms.append((part.group(1), Variant.PART))
    seen: dict[str, Variant] = {}
    worded = [([*map(normaliser.forms, plain_words(form))], variant) for form, variant in forms]
    for words, variant in worded:
        if len(words) <= MOST_WORDS:
            seen.setdefault(" ".join([singular for singular, _ in words]), variant)
    for words, variant in worded if NO_ADJECTIVE.isdisjoint(kinds) else ():
        # A name of one word is a noun; with "process" cut off its head is not.
        if (1 < len(words) <= MOST_WORDS or variant is Variant.SHORTER) and variant not in _NO_NOUN:
            seen.setdefault(" ".join([noun for _, noun in words]), Variant.NOUN)
    yield from seen.items()


def with_other_head(name: str) -> Iterator[str]:
    """The name of a disease, in its own word order or turned round, with other words for its head.

    >>> list(with_other_head("genetic disorder")), list(with_other_head("Ovarian Neoplasms"))
    (['genetic disease', 'genetic condition'], ['Ovarian tumor', 'Ovarian neoplasia'])
    """
    for form in (name, *reordered(name)):
        before, _, head = form.rpartition(" ")
        if not before or "," in form:
            continue
        singular = {head.lower(), *singulars(head.lower())}
        for heads in _SAME_HEAD:
            if not singular.isdisjoint(heads):
                yield from (f"{before} {other}" for other in heads if other not in singular)


def shortened(name: str, kinds: frozenset[str] = frozenset()) -> Iterator[str]:
    """The name without what only tells its kind.

    >>> list(shortened("neuron (cell)")), list(shortened("photoreceptor cell")), list(shortened("rod cell"))
    (['neuron'], ['photoreceptor'], [])
    """
    if qualified := _QUALIFIER.match(name):
        yield qualified.group(1)
    pattern = _KIND_PROCESS if _PROCESS in kinds else _KIND_DISEASE if _DISEASE in kinds else _KIND
    if kind := pattern.match(name):
        yield kind.group(1)


def reordered(name: str) -> Iterator[str]:
    """The same name in other word orders: an inverted one turned round, "X of Y" as "Y X".

    >>> list(reordered("Anemia, Sickle Cell")), list(reordered("carcinoma of the lung"))
    (['Sickle Cell Anemia'], ['lung carcinoma'])
    >>> list(reordered("1,2-dichloroethane"))
    []
    """
    inverted = _INVERTED.match(name)
    if inverted and not any(_NO_MODIFIER.search(part) for part in inverted.groups() if part):
        head, modifier, more = inverted.groups()
        yield f"{modifier} {head}" if more is None else f"{more} {modifier} {head}"
        if more is not None:
            yield f"{modifier} {more} {head}"
    of = _OF.match(name)
    if of and not _JOINS.search(of.group(2)):
        yield f"{of.group(2)} {of.group(1)}"


# What a name must have for a rule above to change it; names without are most of a dictionary.
MAY_VARY = (
    r", | of | in | cell$| process$|[)\]]$|\([0-9]*[+\-]\)|^\([0-9]"
    r"|(?i)(?:disease|disorder|condition|syndrome|neoplas|tumou?r|abnormalit|anomal|malformation|defect)"
)
