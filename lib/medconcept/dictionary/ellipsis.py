"""Short names that a terminology's own names imply: "expression" for "gene expression".

A deverbal noun may omit an argument that the context makes clear (Grimshaw, Argument Structure, 1990). The
terminology shows which: if most of its names that end in a word end in one whole name ("regulation of gene
expression" and most other names with "expression" end in "gene expression"), the word alone stands for that
name. Only the names of the dictionary are counted.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from medconcept.dictionary.words import plain_words

SHARE = 0.6  # of the terms whose names end in the short form, how many must end in the whole name
MIN_TERMS = 10  # fewer compounds are no evidence
MAX_WORDS = 3
# The kinds that our readers assign, and the UMLS semantic types of Gene Ontology terms.
PROCESSES = frozenset({
    "process", "Biologic Function", "Physiologic Function", "Organism Function", "Organ or Tissue Function",
    "Cell Function", "Molecular Function", "Genetic Function",
})  # fmt: skip
PARTS = frozenset({"cell component", "Cell Component"})
# Endings of deverbal nouns (Quirk and others, A Comprehensive Grammar of the English Language, I.38).
_DEVERBAL = re.compile(r"(?:[st]ion|ing|ment|[ae]nce|sis|al|age|th)$")
# Function words that relate the parts of a name.
_RELATION = frozenset({"of", "to", "in", "by", "from", "via", "and", "or", "with", "for", "on", "into"})


def may_imply(kinds: str) -> bool:
    """True if names of these semantic types (joined by "|") may imply short names."""
    return not (PROCESSES | PARTS).isdisjoint(kinds.split("|"))


def ellipses(rows: Iterable[tuple[str, str, str]]) -> dict[str, str]:
    """Map the plain words of names to the short forms that they imply.

    Rows are (exact name, id of its term, semantic types of the term joined by "|"), in any order. A process
    of two words, or a cell component of three, loses its first word.

    >>> some = ["gene expression", "cell wall", *(f"{kind} gene expression" for kind in "abcdefghi")]
    >>> ellipses((name, f"G:{n}", "process") for n, name in enumerate(some))
    {'gene expression': 'expression'}
    """
    whole: dict[str, tuple[str, int]] = {}
    ends: dict[str, set[str]] = {}
    for name, term, kinds in rows:
        if not may_imply(kinds):
            continue
        words = plain_words(name)
        size = 2 if PROCESSES.isdisjoint(kinds.split("|")) else 1
        plain = " ".join(words)
        whole[plain] = max(whole.get(plain, (plain, 0)), (plain, size))
        for last in range(1, min(len(words), MAX_WORDS) + 1):
            ends.setdefault(" ".join(words[-last:]), set()).add(term)
    best: dict[str, tuple[int, int, str]] = {}
    for plain, size in whole.values():
        words = plain.split()
        if len(words) != size + 1 or not _RELATION.isdisjoint(words):
            continue
        short = " ".join(words[-size:])
        if short in whole or not short.replace(" ", "").isalpha():
            continue
        if size == 1 and not _DEVERBAL.search(short):
            continue
        own, every = len(ends[plain]), len(ends[short])
        if own >= (MIN_TERMS if size == 1 else 1) and own >= SHARE * every:
            rank = (-own, len(words), plain)
            best[short] = min(best.get(short, rank), rank)
    return {plain: short for short, (_, _, plain) in sorted(best.items())}
