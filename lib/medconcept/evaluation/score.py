"""Predictions compared with human annotations: counts, and the figures computed from them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from medconcept.evaluation.documents import Annotation, Document, source_of


@dataclass(frozen=True)
class Counts:
    """True positives, false positives and false negatives.

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
    """Match annotations with equal id and equal spans, one to one; repeated predictions count once."""
    expected, counted = Counter(gold), Counter(set(predicted))
    matched = sum((expected & counted).values())
    return Counts(matched, sum(counted.values()) - matched, len(gold) - matched)


def concepts(gold: Sequence[Annotation], predicted: Sequence[Annotation]) -> Counts:
    """Match distinct ids."""
    return _sets({a.id for a in gold}, {a.id for a in predicted})


def split_concepts(gold: Sequence[Annotation], predicted: Sequence[Annotation]) -> Counts:
    """Match distinct ids, with composites split into their parts."""
    expected, counted = ({i for a in side for i in a.id.split("+")} for side in (gold, predicted))
    return _sets(expected, counted)


def contiguous(gold: Sequence[Annotation], predicted: Sequence[Annotation]) -> Counts:
    """Match mentions that have one span; others are left out on both sides."""
    return mentions(*([a for a in side if len(a.spans) == 1] for side in (gold, predicted)))


def overlapping(gold: Sequence[Annotation], predicted: Sequence[Annotation]) -> Counts:
    """Match annotations with equal id and a shared character, one to one, as many as possible."""
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
    """The counts of each article, summed over its documents: the units of the bootstrap."""
    counted: dict[str, Counts] = {}
    for document, guesses in zip(documents, predicted, strict=True):
        counts = measure(document.annotations, guesses)
        counted[document.article] = counted.get(document.article, Counts()) + counts
    return counted


def of_source(measure: Measure, source: str) -> Measure:
    """The measure restricted to annotations of one source."""

    def restricted(gold: Sequence[Annotation], predicted: Sequence[Annotation]) -> Counts:
        return measure(*([a for a in side if source_of(a.id) == source] for side in (gold, predicted)))

    return restricted


def unseen(measure: Measure, seen: frozenset[str]) -> Measure:
    """The measure restricted to ids that are not in `seen`."""

    def restricted(gold: Sequence[Annotation], predicted: Sequence[Annotation]) -> Counts:
        return measure(*([a for a in side if a.id not in seen] for side in (gold, predicted)))

    return restricted


def total(parts: Iterable[Counts]) -> Counts:
    """The sum of counts."""
    return sum(parts, Counts())


def _sets(expected: set[str], counted: set[str]) -> Counts:
    return Counts(len(expected & counted), len(counted - expected), len(expected - counted))


def _share(one: Annotation, other: Annotation) -> bool:
    return any(a < d and c < b for a, b in one.spans for c, d in other.spans)
