"""Scores of recognition: exact spans, with and without their kinds."""

from __future__ import annotations

from collections.abc import Sequence

from medconcept.evaluation.documents import Place
from medconcept.evaluation.score import Counts


def recognition(gold: Sequence[Sequence[Place]], predictions: Sequence[Sequence[Place]]) -> dict[str, object]:
    """Figures over documents: of spans, of spans with kinds, and of each kind.

    >>> figures = recognition([[(0, 4, "a"), (5, 9, "b")]], [[(0, 4, "b")]])
    >>> figures["spans"]["recall"], figures["typed"]["recall"], figures["by_type"]["b"]["fp"]
    (0.5, 0.0, 1)
    """
    spans, typed = Counts(), Counts()
    by_type: dict[str, Counts] = {}
    for expected, predicted in zip(gold, predictions, strict=True):
        spans += _counted({p[:2] for p in expected}, {p[:2] for p in predicted})
        typed += _counted(set(expected), set(predicted))
        for kind in {p[2] for p in (*expected, *predicted)}:
            one = _counted({p for p in expected if p[2] == kind}, {p for p in predicted if p[2] == kind})
            by_type[kind] = by_type.get(kind, Counts()) + one
    figures = {kind: counts.figures() for kind, counts in sorted(by_type.items())}
    return {"spans": spans.figures(), "typed": typed.figures(), "by_type": figures}


def _counted(expected: set[object], predicted: set[object]) -> Counts:
    return Counts(len(expected & predicted), len(predicted - expected), len(expected - predicted))
