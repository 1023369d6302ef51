"""What was predicted against what people annotated: counts, and the figures made of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from medconcept.evaluation.documents import Annotation, Document, source_of


@dataclass(frozen=True)
class Counts:
    """Matched, predicted in vain, and missed.

    >>> (Counts(1, 1, 0) + Counts(1, 0, 2)).figures()["f1"]
    0.5714
    """

    tp: int = 0
    fp: int = 0
    fn: int = 0

    def __add__(self, other: Counts) -> Counts:
        return Counts(self.tp + other.tp, self.fp + other.fp, self.fn + other.fn)

    def figures(self) -> dict[str, float]:
        """Precision, recall and F1 (0 where undefined), rounded to four places, and the counts."""
        precision, recall, f1 = prf(self.tp, self.fp, self.fn)
        return {
            "precision": round(precision, 4), "recall": round(recall, 4), "f1": round(f1, 4),
            "tp": self.tp, "fp": self.fp, "fn": self.fn,
        }  # fmt: skip


def prf(tp: float, fp: float, fn: float) -> tuple[float, float, float]:
    """Precision, recall, F1; 0 where undefined."""
    precision = tp / (tp + fp) if tp + fp else 0.0
    recall = tp / (tp + fn) if tp + fn else 0.0
    return precision, recall, 2 * tp / (2 * tp + fp + fn) if tp else 0.0


Measure = Callable[[Sequence[Annotation], Sequence[Annotation]], Counts]


def mentions(gold: Sequence[Annotation], predicted: Sequence[Annotation]) -> Counts:
    """Id and whole list of spans equal; one annotation, one match. A prediction made twice counts once."""
    wanted, found = Counter(gold), Counter(set(predicted))
    matched = sum((wanted & found).values())
    return Counts(matched, sum(found.values()) - matched, len(gold) - matched)


def concepts(gold: Sequence[Annotation], predicted: Sequence[Annotation]) -> Counts:
    """The sets of distinct ids."""
    return _sets({a.id for a in gold}, {a.id for a in predicted})


def split_concepts(gold: Sequence[Annotation], predicted: Sequence[Annotation]) -> Counts:
    """The same with every composite taken apart."""
    wanted, found = ({i for a in side for i in a.id.split("+")} for side in (gold, predicted))
    return _sets(wanted, found)


def contiguous(gold: Sequence[Annotation], predicted: Sequence[Annotation]) -> Counts:
    """Mentions, those of several spans left out on both sides."""
    return mentions(*([a for a in side if len(a.spans) == 1] for side in (gold, predicted)))


def overlapping(gold: Sequence[Annotation], predicted: Sequence[Annotation]) -> Counts:
    """Equal id and at least one shared character; one annotation, one match, as many as can be paired."""
    guesses = list(dict.fromkeys(predicted))
    taken: dict[int, int] = {}

    def pair(number: int, tried: set[int]) -> bool:
        for place, guess in enumerate(guesses):
            if place in tried or guess.id != gold[number].id or not _share(guess, gold[number]):
                continue
            tried.add(place)
            if place not in taken or pair(taken[place], tried):
                taken[place] = number
                return True
        return False

    matched = sum(pair(number, set()) for number in range(len(gold)))
    return Counts(matched, len(guesses) - matched, len(gold) - matched)


def per_article(
    documents: Iterable[Document], predicted: Iterable[Sequence[Annotation]], measure: Measure
) -> dict[str, Counts]:
    """The counts of each article, its documents added up: what a bootstrap draws from."""
    found: dict[str, Counts] = {}
    for document, guesses in zip(documents, predicted, strict=True):
        counts = measure(document.annotations, guesses)
        found[document.article] = found.get(document.article, Counts()) + counts
    return found


def of_source(measure: Measure, source: str) -> Measure:
    """The same measure over the annotations of one source."""

    def alone(gold: Sequence[Annotation], predicted: Sequence[Annotation]) -> Counts:
        return measure(*([a for a in side if source_of(a.id) == source] for side in (gold, predicted)))

    return alone


def unseen(measure: Measure, seen: frozenset[str]) -> Measure:
    """The same measure over the ids that are not among `seen`."""

    def alone(gold: Sequence[Annotation], predicted: Sequence[Annotation]) -> Counts:
        return measure(*([a for a in side if a.id not in seen] for side in (gold, predicted)))

    return alone


def total(parts: Iterable[Counts]) -> Counts:
    """All counts together."""
    return sum(parts, Counts())


def _sets(wanted: set[str], found: set[str]) -> Counts:
    return Counts(len(wanted & found), len(found - wanted), len(wanted - found))


def _share(one: Annotation, other: Annotation) -> bool:
    return any(a < d and c < b for a, b in one.spans for c, d in other.spans)
