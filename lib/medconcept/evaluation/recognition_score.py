"""How well places are recognised: exact spans, with and without their kinds. Imports no pyspark."""

from __future__ import annotations

from collections.abc import Sequence

from medconcept.evaluation.documents import Place
from medconcept.evaluation.score import Counts


def recognition(gold: Sequence[Sequence[Place]], found: Sequence[Sequence[Place]]) -> dict[str, object]:
    """Figures over documents: spans alone, spans with their kinds, and of each kind.

    >>> told = recognition([[(0, 4, "a"), (5, 9, "b")]], [[(0, 4, "b")]])
    >>> told["spans"]["recall"], told["typed"]["recall"], told["by_type"]["b"]["fp"]
    (0.5, 0.0, 1)
    """
    spans, typed = Counts(), Counts()
    by_type: dict[str, Counts] = {}
    for wanted, told in zip(gold, found, strict=True):
        spans += _counted({p[:2] for p in wanted}, {p[:2] for p in told})
        typed += _counted(set(wanted), set(told))
        for kind in {p[2] for p in (*wanted, *told)}:
            one = _counted({p for p in wanted if p[2] == kind}, {p for p in told if p[2] == kind})
            by_type[kind] = by_type.get(kind, Counts()) + one
    figures = {kind: counts.figures() for kind, counts in sorted(by_type.items())}
    return {"spans": spans.figures(), "typed": typed.figures(), "by_type": figures}


def _counted(wanted: set[object], told: set[object]) -> Counts:
    return Counts(len(wanted & told), len(told - wanted), len(wanted - told))
