"""Learning surfaces from development gold, and cross-validation over its articles."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace

from medconcept.dictionary.linking_dictionary import LinkingDictionary
from medconcept.evaluation.documents import Annotation, Document
from medconcept.evaluation.evaluate import Format, Predictions, identifiers_of, predict
from medconcept.evaluation.gold import Gold
from medconcept.evaluation.identifiers import term_ids
from medconcept.linking.learned import MAX_WORDS, Learned, surface_key
from medconcept.linking.tokenised_text import TokenisedText
from medconcept.linking.types import Entity

FOLDS = 5


def learn(predictions: Predictions, terms: Mapping[str, str]) -> Learned:
    """Learn from documents and their untrained predictions which id annotators chose for each surface.

    `terms` are the dictionary's terms by resolved id: a learned surface names a term, since jobs leave out
    ids that the dictionary does not have.
    """
    seen: Counter[str] = Counter()
    annotated: dict[str, Counter[str]] = defaultdict(Counter)
    right: Counter[str] = Counter()
    predicted: Counter[str] = Counter()
    texts = [TokenisedText(document.text) for document in predictions.documents]
    for document, chosen, text in zip(predictions.documents, predictions.chosen, texts, strict=True):
        gold = set(document.annotations)
        for guess in chosen:
            predicted[guess.id] += 1
            right[guess.id] += guess in gold
        for annotation in (*document.annotations, *chosen):
            key = _key(text, annotation)
            if key is not None:
                annotated[key][annotation.id] += annotation in gold and annotation in document.annotations
    for text in texts:
        for first in range(len(text.words)):
            for last in range(first, min(first + MAX_WORDS, len(text.words))):
                key = surface_key(text.words[first : last + 1])
                if key in annotated:
                    seen[key] += 1
    surfaces = {}
    for key, ids in annotated.items():
        identifier, times = min(ids.items(), key=lambda pair: (-pair[1], pair[0]))
        surfaces[key] = (terms.get(identifier, identifier), times, max(seen[key], times, 1))
    return Learned(surfaces, {i: (right[i], predicted[i]) for i in predicted})


def _key(text: TokenisedText, annotation: Annotation) -> str | None:
    start, end = annotation.spans[0]
    if len(annotation.spans) > 1 or start not in text.first or end not in text.last:
        return None
    words = text.words[text.first[start] : text.last[end] + 1]
    return surface_key(words) if 0 < len(words) <= MAX_WORDS else None


def cross_validated(
    gold: Gold,
    dictionary: LinkingDictionary,
    form: Format,
    *,
    articles: str | None = None,
    folds: int = FOLDS,
    entities: Mapping[str, Sequence[Entity]] | None = None,
) -> Predictions:
    """Predict each document with what was learned from the articles of the other folds.

    `entities` are those of a recogniser that was trained on the same articles of the other folds.
    """
    untrained = predict(gold, dictionary, form, articles=articles)
    chosen, terms = list(untrained.chosen), terms_by_id(dictionary, form)
    for fold in folds_of(gold.documents, folds):
        inside = [n for n in range(len(gold.documents)) if n not in fold]
        learned = learn(_part(untrained, inside), terms)
        part = Gold(tuple(gold.documents[n] for n in fold))
        tuned = predict(part, dictionary, form, articles=articles, learned=learned, entities=entities)
        for place, guesses in zip(fold, tuned.chosen, strict=True):
            chosen[place] = guesses
    return replace(untrained, chosen=tuple(chosen))


def terms_by_id(dictionary: LinkingDictionary, form: Format) -> dict[str, str]:
    """The dictionary's preferred term for each resolved id of a format."""
    return identifiers_of(dictionary, form).terms(term_ids(dictionary))


def folds_of(documents: Sequence[Document], folds: int = FOLDS) -> list[list[int]]:
    """The numbers of the documents in each fold; all documents of an article are in one fold."""
    order = sorted({d.article for d in documents})
    fold = {article: n % folds for n, article in enumerate(order)}
    return [[n for n, d in enumerate(documents) if fold[d.article] == number] for number in range(folds)]


def unseen_only(predictions: Predictions, folds: int = FOLDS) -> Predictions:
    """Keep in each fold only ids that the other folds do not have, which could not be learned."""
    documents, chosen = list(predictions.documents), list(predictions.chosen)
    for fold in folds_of(documents, folds):
        others = (d for n, d in enumerate(predictions.documents) if n not in fold)
        seen = {a.id for d in others for a in d.annotations}
        for n in fold:
            kept = tuple(a for a in documents[n].annotations if a.id not in seen)
            documents[n] = replace(documents[n], annotations=kept)
            chosen[n] = tuple(a for a in chosen[n] if a.id not in seen)
    return Predictions(tuple(documents), tuple(chosen), predictions.possible)


def _part(predictions: Predictions, places: Sequence[int]) -> Predictions:
    return Predictions(
        tuple(predictions.documents[n] for n in places),
        tuple(predictions.chosen[n] for n in places),
        tuple(predictions.possible[n] for n in places),
    )
