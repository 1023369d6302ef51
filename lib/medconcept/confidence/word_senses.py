"""What English words mean besides: `word_senses.tsv` of this package, by the domains of WordNet's senses.

Single words of WordNet 3.1 (Princeton University, WordNet Licence), grouped by the domains of their senses,
as `benchmarks/word_senses.py` writes them: nouns first, in the order of WordNet, which is that of use; then
verbs and others. "Hippocampus" is a part of the body, then an animal; "hair" is six things.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib.resources import files

DOMAINS = {
    "noun.act": "a", "noun.animal": "n", "noun.attribute": "t", "noun.body": "b", "noun.event": "e",
    "noun.feeling": "f", "noun.group": "g", "noun.phenomenon": "h", "noun.plant": "p", "noun.process": "r",
    "noun.quantity": "q", "noun.state": "s", "noun.substance": "u", "noun.time": "m",
}  # fmt: skip
OTHER_NOUN, VERB, OTHER = "o", "v", "x"
# The domains in which a term of a kind is.
OF_KIND = {
    "anatomy": "bp", "cell": "b", "cell component": "b", "disease": "s", "phenotype": "stf",
    "organism": "npg", "chemical": "u", "protein": "ub", "procedure": "a", "measurement": "tq",
    "developmental stage": "smn", "function": "ra", "process": "rahes",
}  # fmt: skip
_PLURALS = (("ies", "y"), ("ves", "f"), ("es", ""), ("s", ""))


def senses(word: str) -> str:
    """The domains of a word's senses, a letter each; those of its singular where it has none, else "".

    >>> senses("hippocampus"), senses("Muscles"), senses("IL-6")
    ('bn', 'bbottv', '')
    """
    own, known = word.lower(), _senses()
    if found := known.get(own):
        return found
    stems = (own.removesuffix(end) + new for end, new in _PLURALS if own.endswith(end))
    return next((known[stem] for stem in stems if stem in known), "")


@cache  # read once in each process: 78,000 words
def _senses() -> Mapping[str, str]:
    lines = files(__package__).joinpath("word_senses.tsv").read_text(encoding="utf-8").splitlines()[1:]
    pairs = (line.split("\t") for line in lines)
    return {word: domains for domains, words in pairs for word in words.split(" ")}
