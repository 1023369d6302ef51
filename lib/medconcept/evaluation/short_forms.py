"""Short forms with their long forms compared with those that people found in abstracts.

Gold is in the form of MED1250 (Sohn and others, BMC Bioinformatics 2008, 9:402): blocks between empty lines,
each an id, a title, an abstract, and lines of two spaces and `short form|long form`; `//` begins a comment.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from medconcept.errors import InputError
from medconcept.evaluation.bootstrap import SAMPLES, SEED, f1_interval
from medconcept.evaluation.gold import read_gold_text
from medconcept.evaluation.score import Counts, total
from medconcept.jats.article.short_form_pairs import abbreviation_pairs


@dataclass(frozen=True)
class ExplainedText:
    """A text with the pairs of short and long form that it explains."""

    key: str
    text: str
    pairs: tuple[tuple[str, str], ...]


def read_explained_texts(path: str) -> tuple[ExplainedText, ...]:
    """Read a gold file. Raises InputError with one line that names the file and the reason.

    A block without an id, the torn end of an abstract, belongs to the one before.
    """
    texts: list[ExplainedText] = []
    for number, lines in _blocks(read_gold_text(path)):
        is_new = " " not in lines[0].strip()
        words = "\n".join(line.strip() for line in lines[is_new:] if not line.startswith("  "))
        pairs = []
        for line in lines[is_new:]:
            if line.startswith("  "):
                short, _, long = (part.strip() for part in line.partition("|"))
                if not short or not long:
                    raise InputError(f"{path}: not short-forms: {line.strip()[:60]!r} is no pair")
                pairs.append((short, long))
        if is_new:
            texts.append(ExplainedText(lines[0].strip(), words, tuple(pairs)))
        elif texts:
            last = texts[-1]
            texts[-1] = ExplainedText(last.key, f"{last.text}\n{words}", (*last.pairs, *pairs))
        else:
            raise InputError(f"{path}: line {number}: not short-forms: {lines[0].strip()[:60]!r} is no id")
    if not any(text.pairs for text in texts):
        raise InputError(f"{path}: it has no pair in the format short-forms")
    return tuple(texts)


def _blocks(text: str) -> Iterator[tuple[int, list[str]]]:
    """Yield the lines between empty lines without comments, with the number of the first."""
    block: list[str] = []
    for number, line in enumerate([*text.split("\n"), ""], 1):
        if not line.strip():
            if block:
                yield number - len(block), block
            block = []
        elif not line.startswith("//"):
            block.append(line.rstrip("\r"))


def short_form_report(
    gold: Sequence[ExplainedText], *, samples: int = SAMPLES, seed: int = SEED
) -> dict[str, Any]:
    """Pairs as a set for each text, compared without spaces and case.

    >>> text = "Cystic fibrosis (CF) by magnetic resonance imaging (MRI)."
    >>> gold = [ExplainedText("1", text, (("CF", "cystic fibrosis"), ("E", "exon")))]
    >>> short_form_report(gold)["short_forms"]["f1"]
    0.5
    """
    counts = {f"{number} {row.key}": _compared(row) for number, row in enumerate(gold)}
    low, high = f1_interval(counts, samples=samples, seed=seed)
    return {
        "texts": len(gold),
        "short_forms": {**total(counts.values()).figures(), "f1_interval": [low, high]},
        "bootstrap": {"samples": samples, "seed": seed},
    }


def _compared(row: ExplainedText) -> Counts:
    wanted = _forms(row.pairs)
    found = _forms((short, long) for short, long, _ in abbreviation_pairs(row.text))
    return Counts(len(wanted & found), len(found - wanted), len(wanted - found))


def _forms(pairs: Iterable[tuple[str, str]]) -> set[tuple[str, ...]]:
    return {tuple("".join(form.split()).casefold() for form in pair) for pair in pairs}
