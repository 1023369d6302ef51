"""The linker over a gold file, scored: what `medconcept evaluate` prints."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from medconcept.dictionary.linking_dictionary import LinkingDictionary
from medconcept.errors import InputError
from medconcept.evaluation import score
from medconcept.evaluation.bootstrap import SAMPLES, SEED, f1_interval
from medconcept.evaluation.documents import Annotation, Document
from medconcept.evaluation.gold import Gold
from medconcept.evaluation.identifiers import Identifiers
from medconcept.jats.article.abbreviations import abbreviation_pairs
from medconcept.jats.errors import ArticleRejected
from medconcept.jats.parse import parse_article
from medconcept.linking.abbreviations import own_pairs
from medconcept.linking.learned import Learned
from medconcept.linking.linker import Linker
from medconcept.linking.overlaps import longest_first
from medconcept.linking.types import ArticleContext, Entity, LinkSettings

_TAG = re.compile(r"<[^>]*>")


@dataclass(frozen=True)
class Format:
    """What is linked and what is scored for the gold of one format.

    `read` are the dictionary sources in order of preference, `scored` the ontologies of gold ids. CRAFT was
    annotated with one ontology at a time (Bada and others, BMC Bioinformatics 2012, 13:161), so names of one
    lie inside names of another: `by_source`.
    """

    read: tuple[str, ...]
    scored: tuple[str, ...]
    semantic_types: tuple[str, ...] = ()
    by_source: bool = False


FORMATS = {
    "craft-captions": Format(("CL", "UBERON", "MONDO", "GO", "CHEBI"), ("CL", "UBERON", "MONDO", "GO",
    "CHEBI"), by_source=True),
    "pubtator": Format(("MESH", "MONDO", "DOID"), ("MESH", "OMIM"), ("disease", "phenotype")),
}  # fmt: skip


@dataclass(frozen=True)
class Predictions:
    """The documents as scored, what was predicted for each, and every candidate before a choice was made."""

    documents: tuple[Document, ...]
    chosen: tuple[tuple[Annotation, ...], ...]
    possible: tuple[tuple[Annotation, ...], ...]


def predict(
    gold: Gold,
    dictionary: LinkingDictionary,
    form: Format,
    *,
    articles: str | None = None,
    settings: LinkSettings | None = None,
    learned: Learned | None = None,
    joined_only: bool = True,
    entities: Mapping[str, Sequence[Entity]] | None = None,
) -> Predictions:
    """Link every document. The captions of one article explain each other's short forms.

    `articles` is a folder that holds the JATS files which the gold names, in it or below; None where they
    are not at hand. `joined_only` leaves out terms without a MeSH or OMIM id where those are scored.
    `entities` are what a recogniser found in each document, by its key.
    """
    joins = "OMIM" in form.scored
    ids = Identifiers(dictionary.retired(), dictionary.joined() if joins else None)
    settings = settings or LinkSettings(
        general=False,
        joined_only=joins and joined_only,
        sources=frozenset(form.read),
        semantic_types=frozenset(form.semantic_types) or None,
        by_source=form.by_source,
    )
    linker = Linker(dictionary, settings, learned=learned)
    contexts = _contexts(gold.documents, articles)
    documents = tuple(ids.document(d, frozenset(form.scored)) for d in gold.documents)
    chosen, possible = [], []
    for document in documents:
        told = (entities or {}).get(document.key, ())
        found = linker.considered(document.text, contexts[document.article], told)
        kept = longest_first(found, nested=settings.nested, by_source=settings.by_source)
        chosen.append(tuple(Annotation(ids.one(m.candidates[0].name.source_id), m.spans) for m in kept))
        possible.append(
            tuple({Annotation(ids.one(c.name.source_id), m.spans): 0 for m in found for c in m.candidates})
        )
    return Predictions(documents, tuple(chosen), tuple(possible))


def report(
    predictions: Predictions,
    form: Format,
    *,
    seen: frozenset[str] | None = None,
    samples: int = SAMPLES,
    seed: int = SEED,
) -> dict[str, Any]:
    """All figures, by the names that scripts rely on; see docs/evaluation.md."""

    def counted(measure: score.Measure, guesses: Sequence[Sequence[Annotation]]) -> dict[str, Any]:
        parts = score.per_article(predictions.documents, guesses, measure)
        low, high = f1_interval(parts, samples=samples, seed=seed)
        return {**score.total(parts.values()).figures(), "f1_interval": [low, high]}

    chosen = predictions.chosen
    out: dict[str, Any] = {
        "mention": counted(score.mentions, chosen),
        "concept": counted(score.concepts, chosen),
        "mention_contiguous": counted(score.contiguous, chosen),
        "mention_overlapping": counted(score.overlapping, chosen),
        "concept_split": counted(score.split_concepts, chosen),
        "by_source": {s: counted(score.of_source(score.mentions, s), chosen) for s in form.scored},
        "ceiling": {
            "mention_recall": counted(score.mentions, predictions.possible)["recall"],
            "concept_recall": counted(score.concepts, predictions.possible)["recall"],
        },
        "documents": len(predictions.documents),
        "articles": len({d.article for d in predictions.documents}),
        "bootstrap": {"samples": samples, "seed": seed},
    }
    if seen is not None:
        out["mention_unseen"] = counted(score.unseen(score.mentions, seen), chosen)
    return out


def fitting(form: Format, gold: Gold) -> Format:
    """The format with the kinds of thing that this gold annotates: chemicals too where it has some."""
    types = {kind for document in gold.documents for kind in document.types}
    if form.semantic_types and "Chemical" in types:
        return replace(form, semantic_types=(*form.semantic_types, "chemical"))
    return form


def articles_near(gold: str) -> str | None:
    """The folder `jats` beside a gold file or one level above it, where there is one."""
    folder = Path(gold).resolve().parent
    return next((str(f / "jats") for f in (folder, folder.parent) if (f / "jats").is_dir()), None)


def articles_found(gold: Gold, folder: str | None) -> int:
    """How many of the JATS files that the gold names are in the folder or below."""
    if folder is None:
        return 0
    return len({d.file for d in gold.documents} & {path.name for path in Path(folder).rglob("*")})


def scored_sources(form: Format, wanted: str | None, dictionary: LinkingDictionary) -> Format:
    """The format with the sources that the caller asked for. Raises InputError on one that is nowhere."""
    if not wanted:
        return form
    names = tuple(part.strip().upper() for part in wanted.split(",") if part.strip())
    known = set(dictionary.sources) | set(form.scored)
    for name in names:
        if name not in known:
            raise InputError(f"--sources {name}: not in the dictionary (there: {', '.join(sorted(known))})")
    read = form.read if "OMIM" in form.scored else tuple(n for n in names if n in dictionary.sources)
    return replace(form, read=read, scored=names)


def _contexts(documents: Sequence[Document], folder: str | None) -> dict[str, ArticleContext]:
    pairs: dict[str, dict[tuple[str, str], None]] = {}
    files: dict[str, str] = {}
    for document in documents:
        told = pairs.setdefault(document.article, {})
        told.update({(s, long): None for s, longs in own_pairs(document.text).items() for long in longs})
        if document.file:
            files[document.article] = document.file
    if folder is not None:
        wanted = set(files.values())
        there = {path.name: path for path in sorted(Path(folder).rglob("*")) if path.name in wanted}
        for article, file in files.items():
            if file in there:
                pairs[article].update(dict.fromkeys(_article_pairs(there[file])))
    return {article: ArticleContext(tuple(told)) for article, told in pairs.items()}


def _article_pairs(path: Path) -> tuple[tuple[str, str], ...]:
    """The short forms that an article explains; none where the article is not there or cannot be read."""
    try:
        data = path.read_bytes()
    except OSError:
        return ()
    try:
        return tuple((a.short, a.long) for a in parse_article(data).abbreviations)
    except ArticleRejected:
        # Without an identifier there is no article for the lake, but its text explains as well.
        return tuple(
            (short, long)
            for short, long, _ in abbreviation_pairs(_TAG.sub(" ", data.decode("utf-8", "replace")))
        )


def ids_of(documents: Sequence[Document], ids: Identifiers) -> frozenset[str]:
    """The ids that gold documents have, resolved."""
    return frozenset(ids.one(a.id) for d in documents for a in d.annotations)


__all__ = [
    "FORMATS", "Format", "Predictions", "articles_found", "articles_near", "fitting", "ids_of", "predict",
    "report", "scored_sources",
]  # fmt: skip
