"""Features of an interpretation: what a text and the name that it was linked to tell, in any caption."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from medconcept.confidence.english_words import level
from medconcept.confidence.feature import Feature, one_of, places
from medconcept.confidence.word_senses import OF_KIND, VERB, senses
from medconcept.dictionary.stop_concepts import FIGURE_WORDS, GENERAL, is_general
from medconcept.linking import types
from medconcept.linking.interpretation import Interpretation
from medconcept.techniques.technique_list import is_trusted

# Mentions by other methods have no features.
METHODS = tuple(method for method in types.METHODS if method not in (types.TUNED, types.RECOGNISED))
# The first that a term has is its kind.
KINDS = (
    "gene", "cell line", "cell component", "cell", "anatomy", "disease", "phenotype", "organism", "protein",
    "chemical", "procedure", "measurement", "developmental stage", "function", "process", "other",
)  # fmt: skip
SOURCES = (
    "MESH", "EFO", "GO", "UBERON", "CHEBI", "HP", "CL", "MONDO", "DOID", "HGNC", "TECH",
    "MGI", "FPLX", "CVCL", "NCBITAXON",
)  # fmt: skip
OTHER_SOURCE = "of another kind"
EVERYDAY = 4.0  # level of a word that is also an everyday one
_WORD, _DIGIT, _GREEK = re.compile(r"[^\W_]+"), re.compile(r"\d"), re.compile(r"[\u0370-\u03ff]")
_GENERAL = GENERAL | FIGURE_WORDS
_ENDINGS = ("s", "es", "ed", "ing", "d", "ly", "al", "ic", "ar")

_ORDINARY, _SHORT, _CASE, _SENSES = (
    "everyday word",
    "short name",
    "upper and lower case",
    "senses of the word",
)
_LENGTH, _CHANGE, _TERM, _OTHERS = "length", "difference from the name", "its term", "other meanings"
FEATURES: tuple[Feature, ...] = (
    *one_of("method", METHODS),
    *one_of("kind", KINDS),
    *one_of("source", (*SOURCES, OTHER_SOURCE)),
    Feature("listed", _ORDINARY), Feature("level", _ORDINARY), Feature("above 4", _ORDINARY),
    Feature("above 5", _ORDINARY), Feature("name more common", _ORDINARY), Feature("rarest word", _ORDINARY),
    Feature("listed in capitals", _ORDINARY),
    *(Feature(f"everyday kind={kind}", _ORDINARY) for kind in KINDS),
    *(Feature(f"everyday source={source}", _ORDINARY) for source in SOURCES),
    *(Feature(f"everyday method={method}", _ORDINARY) for method in METHODS),
    Feature("in WordNet", _SENSES), Feature("log senses", _SENSES), Feature("senses as verb", _SENSES),
    Feature("first sense fits", _SENSES), Feature("only sense fits", _SENSES),
    Feature("senses that fit", _SENSES), Feature("no sense fits", _SENSES),
    Feature("letters 1", _SHORT), Feature("letters 2", _SHORT), Feature("letters 3", _SHORT),
    Feature("letters 4", _SHORT),
    *(Feature(f"short source={source}", _SHORT) for source in SOURCES),
    *(Feature(f"short method={method}", _SHORT) for method in METHODS),
    Feature("has digit", _SHORT), Feature("has Greek", _SHORT),
    Feature("capitals", _CASE), Feature("capital first", _CASE), Feature("mixed", _CASE),
    Feature("capitals for small", _CASE), Feature("small for capitals", _CASE),
    Feature("same letters", _CASE),
    Feature("words 2", _LENGTH), Feature("words 3", _LENGTH), Feature("words 4", _LENGTH),
    Feature("log length", _LENGTH),
    Feature("not similar", _CHANGE), Feature("no common start", _CHANGE), Feature("odd ending", _CHANGE),
    Feature("ending ed", _CHANGE), Feature("ending ing", _CHANGE), Feature("ending s", _CHANGE),
    Feature("share of name", _CHANGE), Feature("words lost", _CHANGE),
    Feature("preferred name", _TERM), Feature("acronym", _TERM), Feature("known name", _TERM),
    Feature("log names", _TERM), Feature("several kinds", _TERM), Feature("signs in name", _TERM),
    Feature("log others", _OTHERS), Feature("other as good", _OTHERS), Feature("other kind", _OTHERS),
    Feature("same kind agrees", _OTHERS),
    Feature("general", "general name"),
)  # fmt: skip
_AT = places(FEATURES)


class NameFeatures(NamedTuple):
    """The columns of FEATURES for some interpretations, and what context features are crossed with."""

    values: NDArray[np.float64]
    kinds: NDArray[np.int64]  # numbers in KINDS
    traits: NDArray[np.int64]  # bits: EVERYDAY_WORD, …


EVERYDAY_WORD, SHORT, CAPITALISED, ONE_WORD, LONG_FORM, ACRONYM = 1, 2, 4, 8, 16, 32


@lru_cache(maxsize=1 << 10)
def kind_of(kinds: frozenset[str]) -> str:
    """The kind of a term of several kinds.

    >>> kind_of(frozenset({"process", "procedure"})), kind_of(frozenset({"unheard of"}))
    ('procedure', 'other')
    """
    return next((kind for kind in KINDS if kind in kinds), "other")


def name_features(interpretations: Sequence[Interpretation]) -> NameFeatures:
    """The features of interpretations that have a concept."""
    values = np.zeros((len(interpretations), len(FEATURES)))
    kinds, traits = np.zeros(len(interpretations), np.int64), np.zeros(len(interpretations), np.int64)
    for row, interpretation in enumerate(interpretations):
        kind, bits = _fill(values[row], interpretation)
        kinds[row], traits[row] = KINDS.index(kind), bits
    return NameFeatures(values, kinds, traits)


def _fill(row: NDArray[np.float64], interpretation: Interpretation) -> tuple[str, int]:
    """Fill a row; returns the kind and the traits."""
    best = interpretation.candidates[0]
    text, name = interpretation.text, best.name
    kind, method = kind_of(name.kinds), interpretation.method
    source = name.source if name.source in SOURCES else OTHER_SOURCE
    words = _WORD.findall(text)
    on = {f"method={method}", f"kind={kind}", f"source={source}"}
    # What else the words may mean was weighed when the name was listed.
    if best.is_known or is_trusted(name.source_id, name.name):
        row[[_AT[column] for column in on if column in _AT]] = 1
        row[_AT["known name"]] = 3  # one weight in place of many, all of which are kept small in training
        return kind, ONE_WORD * (len(words) <= 1)
    common = level(text)
    is_short = len(text) <= 4
    if common:
        row[_AT["level"]], row[_AT["above 4"]] = common - 3, max(0.0, common - 4)
        row[_AT["above 5"]] = max(0.0, common - 5)
        on.add("listed")
        if text.isupper():
            on.add("listed in capitals")
        if common >= EVERYDAY:
            on |= {f"everyday kind={kind}", f"everyday source={source}", f"everyday method={method}"}
    if len(words) <= 1:
        row[_AT["name more common"]] = max(0.0, level(name.name) - max(common, 3))
    else:
        row[_AT["rarest word"]] = min(map(level, words))
    if domains := senses(text):
        on |= _senses(row, domains, OF_KIND.get(kind, ""))
    if is_short:
        on |= {f"letters {len(text)}", f"short source={source}", f"short method={method}"}
    if _DIGIT.search(text):
        on.add("has digit")
    if not text.isascii() and _GREEK.search(text):
        on.add("has Greek")
    on |= _case(text, name.name)
    if len(words) > 1:
        on.add(f"words {min(len(words), 4)}")
    row[_AT["log length"]] = math.log(1 + len(text)) - 2
    on |= _change(row, text, name.name, method)
    row[_AT["not similar"]] = 10 * (1 - best.similarity)
    if name.preferred:
        on.add("preferred name")
    if best.is_acronym:
        on.add("acronym")
    row[_AT["log names"]] = math.log(max(name.among, 1))
    if len(name.semantic_types) > 1:
        on.add("several kinds")
    if not name.name.replace(" ", "").replace("-", "").isalnum():
        on.add("signs in name")
    if others := interpretation.candidates[1:]:
        row[_AT["log others"]] = math.log(1 + len(others))
        if any(other.similarity >= best.similarity for other in others):
            on.add("other as good")
        if any(kind_of(other.name.kinds) != kind for other in others):
            on.add("other kind")
        if any(kind_of(o.name.kinds) == kind and o.name.source != name.source for o in others):
            on.add("same kind agrees")
    if is_general(name.name, text, _GENERAL):
        on.add("general")
    row[[_AT[column] for column in on if column in _AT]] = 1
    bits = EVERYDAY_WORD * (common >= EVERYDAY) | SHORT * is_short | ONE_WORD * (len(words) <= 1)
    bits |= CAPITALISED * (text[:1].isupper() and text[1:].islower())
    bits |= ACRONYM * best.is_acronym
    bits |= LONG_FORM * (not best.is_acronym and method != "abbreviation" and len(text) > 5)
    return kind, bits


def _case(text: str, name: str) -> set[str]:
    letters = text if text.isalpha() else "".join(filter(str.isalpha, text))
    on = set()
    if len(letters) > 1 and letters.isupper():
        on.add("capitals")
        if not name.isupper():
            on.add("capitals for small")
    elif letters[:1].isupper() and letters[1:].islower():
        on.add("capital first")
    elif not letters.islower():
        on.add("mixed")
    if letters.islower() and name[1:] != name[1:].lower():
        on.add("small for capitals")
    if text == name:
        on.add("same letters")
    return on


def _senses(row: NDArray[np.float64], domains: str, fitting: str) -> set[str]:
    """Fill in how the senses of an English word agree with the kind of its term."""
    fits = sum(domain in fitting for domain in domains)
    row[_AT["log senses"]] = math.log(len(domains))
    row[_AT["senses that fit"]] = fits / len(domains)
    row[_AT["senses as verb"]] = domains.count(VERB) / len(domains)
    on = {"in WordNet"}
    if domains[0] in fitting:
        on |= {"first sense fits", *(["only sense fits"] if len(domains) == 1 else [])}
    if not fits:
        on.add("no sense fits")
    return on


def _change(row: NDArray[np.float64], text: str, name: str, method: str) -> set[str]:
    """Fill in how the text differs from the name that it was linked to."""
    on: set[str] = set()
    if method in ("abbreviation", "synonym"):
        return on
    a, b = text.lower(), name.lower()
    if method in ("inflected", "derived") and " " not in text:
        pairs = enumerate(zip(a, b, strict=False))
        common = next((n for n, (x, y) in pairs if x != y), min(len(a), len(b)))
        row[_AT["no common start"]] = 1 - common / max(len(a), len(b))
        rest, of_name = a[common:], b[common:]
        if of_name or rest not in _ENDINGS:
            on.add("odd ending")
        on |= {f"ending {ending}" for ending in ("ed", "ing", "s") if a.endswith(ending)}
    elif method in ("elliptic", "shorter"):
        row[_AT["share of name"]] = len(a) / max(len(a), len(b))
        row[_AT["words lost"]] = max(0, b.count(" ") - a.count(" "))
    return on
