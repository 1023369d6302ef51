"""Learning surfaces from development gold, and cross-validation over its articles."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import replace

from medconcept.evaluation.gold import Gold
from medconcept.evaluation.records import Annotation
from medconcept.evaluation.run import Format, Predictions, predict
from medconcept.linking.compiled import LinkingDictionary
from medconcept.linking.cut import Cut
from medconcept.linking.learned import LONGEST, Learned, surface_key

FOLDS = 5


def learn(predictions: Predictions) -> Learned:
    """Count, over documents with what was predicted for them untrained, what people said of each surface."""
    seen: Counter[str] = Counter()
    meant: dict[str, Counter[str]] = defaultdict(Counter)
    right: Counter[str] = Counter()
    told: Counter[str] = Counter()
    cuts = [Cut(document.text) for document in predictions.documents]
    for document, chosen, cut in zip(predictions.documents, predictions.chosen, cuts, strict=True):
        gold = set(document.annotations)
        for guess in chosen:
            told[guess.id] += 1
            right[guess.id] += guess in gold
        for annotation in (*document.annotations, *chosen):
            key = _key(cut, annotation)
            if key is not None:
                meant[key][annotation.id] += annotation in gold and annotation in document.annotations
    for cut in cuts:
        for first in range(len(cut.words)):
            for last in range(first, min(first + LONGEST, len(cut.words))):
                key = surface_key(cut.words[first : last + 1])
                if key in meant:
                    seen[key] += 1
    surfaces = {}
    for key, ids in meant.items():
        identifier, times = min(ids.items(), key=lambda pair: (-pair[1], pair[0]))
        surfaces[key] = (identifier, times, max(seen[key], times, 1))
    return Learned(surfaces, {i: (right[i], told[i]) for i in told})


def _key(cut: Cut, annotation: Annotation) -> str | None:
    start, end = annotation.spans[0]
    if len(annotation.spans) > 1 or start not in cut.first or end not in cut.last:
        return None
    words = cut.words[cut.first[start] : cut.last[end] + 1]
    return surface_key(words) if 0 < len(words) <= LONGEST else None


def cross_validated(
    gold: Gold,
    dictionary: LinkingDictionary,
    form: Format,
    *,
    articles: str | None = None,
    folds: int = FOLDS,
) -> Predictions:
    """Predictions for every document with what was learned from the other folds' articles alone."""
    untrained = predict(gold, dictionary, form, articles=articles)
    order = sorted({d.article for d in gold.documents})
    fold = {article: n % folds for n, article in enumerate(order)}
    chosen = list(untrained.chosen)
    for number in range(folds):
        inside = [n for n, d in enumerate(gold.documents) if fold[d.article] != number]
        held = [n for n, d in enumerate(gold.documents) if fold[d.article] == number]
        learned = learn(_part(untrained, inside))
        part = Gold(tuple(gold.documents[n] for n in held))
        tuned = predict(part, dictionary, form, articles=articles, learned=learned)
        for place, guesses in zip(held, tuned.chosen, strict=True):
            chosen[place] = guesses
    return replace(untrained, chosen=tuple(chosen))


def _part(predictions: Predictions, places: Sequence[int]) -> Predictions:
    return Predictions(
        tuple(predictions.documents[n] for n in places),
        tuple(predictions.chosen[n] for n in places),
        tuple(predictions.possible[n] for n in places),
    )
