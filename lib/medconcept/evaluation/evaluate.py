"""Link a gold file and score the result: the report of `medconcept evaluate`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from medconcept.dictionary.linking_dictionary import LinkingDictionary
from medconcept.errors import InputError
from medconcept.evaluation import score
from medconcept.evaluation.article_context import article_contexts
from medconcept.evaluation.bootstrap import SAMPLES, SEED, f1_interval
from medconcept.evaluation.documents import Annotation, Document, Spans
from medconcept.evaluation.gold import Gold
from medconcept.evaluation.identifiers import Identifiers, term_ids
from medconcept.linking.candidates import Candidate
from medconcept.linking.caption_batch import Captions
from medconcept.linking.learned import Learned
from medconcept.linking.linker import Linker
from medconcept.linking.mention_table import MentionColumns
from medconcept.linking.types import TUNED, Caption, Entity, LinkSettings

BATCH = 256  # documents linked at once


@dataclass(frozen=True)
class Format:
    """The sources that are linked and scored for the gold of one format.

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
    """Documents as scored, the annotations chosen for each, and those of all candidates (for the ceiling)."""

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
    mesh_or_omim_only: bool = True,
    entities: Mapping[str, Sequence[Entity]] | None = None,
) -> Predictions:
    """Link every document with `Linker.find`, as annotate_captions does.

    `articles` is a folder with the JATS files that the gold names, in it or below; None if there is none.
    `mesh_or_omim_only` leaves out terms without a MeSH or OMIM id where those are scored.
    `entities` are those of a recogniser by the key of the document.
    """
    joins = "OMIM" in form.scored
    ids = identifiers_of(dictionary, form)
    settings = settings or LinkSettings(
        general=False,
        mesh_or_omim_only=joins and mesh_or_omim_only,
        sources=frozenset(form.read),
        semantic_types=frozenset(form.semantic_types) or None,
        by_source=form.by_source,
    )
    linker = Linker(dictionary, settings, learned=learned)
    contexts = article_contexts(gold.documents, articles)
    documents = tuple(ids.document(d, frozenset(form.scored)) for d in gold.documents)
    terms = term_ids(dictionary) if learned is not None else frozenset()
    chosen: list[tuple[Annotation, ...]] = []
    possible: list[tuple[Annotation, ...]] = []
    for first in range(0, len(documents), BATCH):
        batch = documents[first : first + BATCH]
        captions = Captions.of(
            [
                Caption(d.text, contexts[d.article], language=None, entities=(entities or {}).get(d.key, ()))
                for d in batch
            ]
        )
        for kept in _by_text(linker.find(captions).mentions, linker, len(batch)):
            # annotate_captions leaves out entities without a concept, and learned terms that are not in the
            # dictionary, in the same way.
            best = ((spans, candidates[0]) for spans, candidates in kept if candidates)
            chosen.append(
                tuple(
                    Annotation(ids.resolve(c.name.source_id), spans)
                    for spans, c in best
                    if c.method != TUNED or c.name.source_id in terms
                )
            )
        for matches in _by_text(linker.matches(captions), linker, len(batch)):
            each = (Annotation(ids.resolve(c.name.source_id), spans) for spans, cs in matches for c in cs)
            possible.append(tuple(dict.fromkeys(each)))
    return Predictions(documents, tuple(chosen), tuple(possible))


def _by_text(
    mentions: MentionColumns, linker: Linker, texts: int
) -> list[list[tuple[Spans, tuple[Candidate, ...]]]]:
    """Spans and candidates of the mentions of each text of a batch."""
    out: list[list[tuple[Spans, tuple[Candidate, ...]]]] = [[] for _ in range(texts)]
    each = zip(mentions.text.tolist(), mentions.interpretation.tolist(), strict=True)
    for row, (text, number) in enumerate(each):
        out[text].append((mentions.spans(row), linker.lookup[number].candidates))
    return out


def identifiers_of(dictionary: LinkingDictionary, form: Format) -> Identifiers:
    """The comparison of ids for a format: by MeSH and OMIM ids where these are scored."""
    return Identifiers(dictionary.retired(), dictionary.joined() if "OMIM" in form.scored else None)


def report(
    predictions: Predictions,
    form: Format,
    *,
    seen: frozenset[str] | None = None,
    samples: int = SAMPLES,
    seed: int = SEED,
) -> dict[str, Any]:
    """All figures by the names that scripts rely on, see docs/evaluation.md."""

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


def adapted_to(form: Format, gold: Gold) -> Format:
    """The format with the semantic types of this gold: chemicals as well if it annotates some."""
    types = {kind for document in gold.documents for kind in document.types}
    if form.semantic_types and "Chemical" in types:
        return replace(form, semantic_types=(*form.semantic_types, "chemical", "protein"))
    return form


def scored_sources(form: Format, requested: str | None, dictionary: LinkingDictionary) -> Format:
    """The format with the requested sources. Raises InputError on an unknown one."""
    if not requested:
        return form
    names = tuple(part.strip().upper() for part in requested.split(",") if part.strip())
    available = set(dictionary.sources) | set(form.scored)
    for name in names:
        if name not in available:
            raise InputError(
                f"--sources {name}: not in the dictionary (there: {', '.join(sorted(available))})"
            )
    read = form.read if "OMIM" in form.scored else tuple(n for n in names if n in dictionary.sources)
    return replace(form, read=read, scored=names)


def ids_of(documents: Sequence[Document], ids: Identifiers) -> frozenset[str]:
    """The resolved ids of gold documents."""
    return frozenset(ids.resolve(a.id) for d in documents for a in d.annotations)
