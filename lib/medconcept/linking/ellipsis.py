"""Short names that a terminology's own names imply: who says "expression" of genes leaves the gene out.

A noun made from a verb may do without its argument where context tells it (Grimshaw, Argument Structure, 1990).
Which argument that is, the terminology tells: where most of its names that end in a word end in one whole
name ("regulation of gene expression" and all other names with "expression" end in "gene expression"), the
word alone stands for that name. Nothing but the dictionary is counted.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from medconcept.linking.words import plain_words

SHARE = 0.5  # of the terms whose names end in the short form, how many must end in the whole name
LEAST = 3  # terms, so that one compound alone shows nothing
MOST_WORDS = 3
_PROCESS = "process"
_PART = "cell component"
IMPLYING = (_PROCESS, _PART)  # semantic types whose names are counted
# Endings of nouns made from verbs (Quirk and others, A Comprehensive Grammar of the English Language, I.38).
_DEVERBAL = re.compile(r"(?:[st]ion|ing|ment|[ae]nce|sis|al|age|th)$")
# Words that tell how a name goes on, not what it is about.
_RELATION = frozenset({"of", "to", "in", "by", "from", "via", "and", "or", "with", "for", "on", "into"})


def ellipses(
    names: Sequence[str], terms: Sequence[str], kinds: Sequence[str], scopes: Sequence[str]
) -> Iterator[tuple[int, str]]:
    """The number of a name and the plain words that stand for it, for each short form that there is.

    The four have one item for each name: itself, the id of its term, the term's semantic types joined by
    "|", its scope. Processes lose all before their last word, parts of cells all but two words.

    >>> some = ["gene expression", "regulation of gene expression", "control of gene expression", "cell wall"]
    >>> list(ellipses(some, ["G:1", "G:2", "G:3", "G:4"], ["process"] * 4, ["exact"] * 4))
    [(0, 'expression')]
    """
    worded = {
        n: plain_words(name)
        for n, (name, kind, scope) in enumerate(zip(names, kinds, scopes, strict=True))
        if scope == "exact" and not {_PROCESS, _PART}.isdisjoint(kind.split("|"))
    }
    ends: dict[str, set[str]] = {}
    for n, words in worded.items():
        for size in range(1, min(len(words), MOST_WORDS) + 1):
            ends.setdefault(" ".join(words[-size:]), set()).add(terms[n])
    whole = {" ".join(words) for words in worded.values()}
    best: dict[str, tuple[int, int, int]] = {}
    for n, words in worded.items():
        size = 1 if _PROCESS in kinds[n].split("|") else 2
        if not size < len(words) <= MOST_WORDS or not _RELATION.isdisjoint(words):
            continue
        short = " ".join(words[-size:])
        if short in whole or not short.replace(" ", "").isalpha():
            continue
        if size == 1 and not _DEVERBAL.search(short):
            continue
        own, all_terms = len(ends[" ".join(words)]), len(ends[short])
        if own >= (LEAST if size == 1 else 1) and own >= SHARE * all_terms:
            best[short] = min(best.get(short, (0, 0, n)), (-own, len(words), n))
    for short, (_, _, n) in sorted(best.items()):
        yield n, short
