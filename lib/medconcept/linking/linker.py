"""The linker: captions to mentions with their concepts."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import partial
from itertools import chain

import numpy as np
from numpy.typing import NDArray

from medconcept.dictionary.linking_dictionary import ALLELES, JOINED, LinkingDictionary
from medconcept.dictionary.stop_concepts import FIGURE_WORDS, GENERAL, names_genotype
from medconcept.linking.candidates import SpanCandidates, is_gene_symbol
from medconcept.linking.caption_batch import Captions, IntArray
from medconcept.linking.coordination import coordinated_names, follows_conjunction
from medconcept.linking.entities import apply_entity_types
from medconcept.linking.fuzzy_lookup import FuzzyLookup
from medconcept.linking.interpretation import NONE
from medconcept.linking.inverted_names import inverted
from medconcept.linking.learned import Learned
from medconcept.linking.linked_mentions import LinkedMentions, links_of, with_context
from medconcept.linking.lookup import NameHits, NameLookup, base_language
from medconcept.linking.mention_table import MentionColumns, MentionTable, SingleMention
from medconcept.linking.negation import hints_at_context
from medconcept.linking.overlaps import without_overlaps
from medconcept.linking.short_forms import ShortForms
from medconcept.linking.technique_context import judge_techniques
from medconcept.linking.types import ArticleContext, Caption, LinkedCaption, LinkSettings
from medconcept.linking.visible_captions import stored_spans, visible_captions
from medconcept.runtime.gc_pause import PausedGC

_NO_CONTEXT = ArticleContext()
_DEFAULT_SETTINGS = LinkSettings()
# Of mentions in order of caption: the probability that each is right, NaN for none, and what moved it most.
ConfidenceOf = Callable[
    [Captions, MentionColumns, NameLookup], tuple[NDArray[np.float64], Sequence[str | None]]
]
_Change = Callable[[Captions, int, list[SpanCandidates]], list[SpanCandidates]]


class Linker:
    """Links captions by one dictionary; it caches interpretations, so use one linker for many captions."""

    def __init__(
        self,
        dictionary: LinkingDictionary,
        settings: LinkSettings = _DEFAULT_SETTINGS,
        *,
        general: frozenset[str] = GENERAL | FIGURE_WORDS,
        learned: Learned | None = None,
        confidence: ConfidenceOf | None = None,
    ) -> None:
        """Take an open dictionary. `general` are the names of stop concepts in lower case.

        `learned` is the result of `medconcept tune`; without it nothing is learned from gold. `confidence` is
        what `medconcept.confidence` makes; without it no mention has one.
        """
        self._learned, self._confidence = learned, confidence
        self.dictionary, self.settings = dictionary, settings
        dictionary.words.mark(hints_at_context)
        self.lookup = NameLookup(dictionary, settings, general)
        self._short_forms = ShortForms(dictionary, self.lookup)
        self._fuzzy = FuzzyLookup(dictionary, settings, self.lookup.name_languages)

    def link(
        self,
        text: str,
        *,
        article: ArticleContext = _NO_CONTEXT,
        sentences: Sequence[tuple[int, int]] | None = None,
        language: str | None = "en",
    ) -> LinkedCaption:
        """Link an NFC text. `sentences` are spans in code points; by default a plain splitter makes them.

        A text in a language that the names are not in is flagged and not linked; None is an unknown language.
        """
        caption = Caption(text, article, sentences, language)
        return next(self.link_batch([caption]))

    def link_batch(self, captions: Sequence[Caption]) -> Iterator[LinkedCaption]:
        """Link many captions with one call of the kernel; yields one result each, in order."""
        columns = Captions.of(captions)
        with PausedGC():
            links = list(links_of(self.find(columns), columns, self.lookup))
        for caption, own in zip(captions, links, strict=True):
            yield LinkedCaption(tuple(own), () if self._is_supported(caption.language) else ("language",))

    def find(self, captions: Captions) -> LinkedMentions:
        """Find the mentions of many captions, as columns, in order of caption and position.

        `lookup` returns the interpretations by number, which are valid until the next call.
        """
        captions, changed = visible_captions(self._in_supported_languages(captions))
        hints, table = self._match(captions)
        unsupported = stored_spans(table.unsupported(), changed)
        unlinked = list(self._unlinked_entities(captions, table))
        self._select(captions, table)
        mentions = self._without_overlaps(captions, table.columns())
        if unlinked:
            at = {(int(mentions.text[row]), mentions.spans(row)) for row in range(len(mentions.text))}
            mentions = mentions.append(extra for extra in unlinked if extra[:2] not in at)
        mentions = mentions.take(np.lexsort((mentions.second, mentions.end, mentions.start, mentions.text)))
        linked = with_context(captions, mentions, hints if self.settings.context else hints[:0], self.lookup)
        if self._confidence is not None:
            probability, evidence = self._confidence(captions, mentions, self.lookup)
            linked = linked._replace(confidence=probability, confidence_evidence=evidence)
        return linked._replace(mentions=stored_spans(linked.mentions, changed), unsupported=unsupported)

    def matches(self, captions: Captions) -> MentionColumns:
        """All mentions that `find` selects from, before overlaps are resolved; numbers as there."""
        captions, changed = visible_captions(self._in_supported_languages(captions))
        _, table = self._match(captions)
        self._select(captions, table)
        return stored_spans(table.columns(), changed)

    def _without_overlaps(self, captions: Captions, mentions: MentionColumns) -> MentionColumns:
        cache, lengths = self.lookup.cache, [len(text) for text in captions.texts]
        rows = without_overlaps(
            mentions, cache.scores[mentions.interpretation], cache.sources[mentions.interpretation], lengths,
            nested=self.settings.nested, by_source=self.settings.by_source,
        )  # fmt: skip
        return mentions.take(rows)

    def _is_supported(self, language: str | None) -> bool:
        return language is None or base_language(language) in self.settings.languages

    def _in_supported_languages(self, captions: Captions) -> Captions:
        """The captions, with empty texts in place of those in other languages."""
        supported = [self._is_supported(language) for language in captions.languages]
        if all(supported):
            return captions
        texts = [text if own else "" for text, own in zip(captions.texts, supported, strict=True)]
        entities = [each if own else () for each, own in zip(captions.entities, supported, strict=True)]
        return replace(captions, texts=texts, entities=entities)

    def _mentions(self, table: MentionTable, text: int) -> list[SpanCandidates]:
        return [
            SpanCandidates(spans, self.lookup[number].candidates, self.lookup[number].place_method)
            for spans, number in table.of_text(text)
        ]

    def _match(self, captions: Captions) -> tuple[IntArray, MentionTable]:
        """Caption and start of each word that may belong to a trigger of negation; and all mentions."""
        self.lookup.trim()
        named = self.lookup.find_names(captions.texts, captions.languages)
        extras = chain(self._coordinated(captions, named), self._inverted(captions))
        table = MentionTable(named, len(captions.texts), extras)
        judge_techniques(captions.texts, table, self.lookup)
        self._short_forms.resolve(captions, table)
        texts = captions.texts
        for row in np.flatnonzero(named.signs & ALLELES).tolist():
            is_gene = self._is_gene(int(table.interpretation[row]))
            if not is_gene and names_genotype(texts[table.text[row]], int(table.end[row])):
                table.kept[row] = False
        table.filter_extras(
            lambda extra: (
                self._is_gene(extra.interpretation)
                or not names_genotype(texts[extra.text], extra.spans[-1][1])
            )
        )
        for number, entities in enumerate(captions.entities):
            if entities:
                self._rewrite(captions, table, number, self._by_entity_type)
        return named.hints, table

    def _is_gene(self, number: int) -> bool:
        """True if the best candidate is a gene, which the signs of a genotype do not deny."""
        return number != NONE and is_gene_symbol(self.lookup[number].candidates[0].name)

    def _select(self, captions: Captions, table: MentionTable) -> None:
        if self._learned is not None:
            for number in range(len(captions.texts)):
                self._rewrite(captions, table, number, self._by_learned)
        if not self.settings.general:
            is_stop = self.lookup.cache.is_stop_concept
            table.kept &= ~is_stop[table.interpretation]
            table.filter_extras(lambda extra: not is_stop[extra.interpretation])

    def _rewrite(self, captions: Captions, table: MentionTable, number: int, change: _Change) -> None:
        """Replace the mentions of a caption by the result of `change`."""
        old = list(table.of_text(number))
        mentions = self._mentions(table, number)
        numbers = {id(mention): number for mention, (_, number) in zip(mentions, old, strict=True)}
        new = []
        for mention in change(captions, number, mentions):
            interpretation = numbers.get(id(mention))
            if interpretation is None:
                surface = " ".join(captions.texts[number][a:b] for a, b in mention.spans)
                interpretation = self.lookup.cache.add(surface, mention.candidates, mention.method)
            new.append((mention.spans, interpretation))
        table.replace(number, new)

    def _by_entity_type(
        self, captions: Captions, number: int, mentions: list[SpanCandidates]
    ) -> list[SpanCandidates]:
        text, language = captions.texts[number], captions.languages[number]
        if captions.read is not None:  # the shipped recogniser weighs names, and makes none up
            return apply_entity_types(mentions, captions.entities[number], lambda entity: ())
        find_similar = partial(self._fuzzy.nearest, text, language=language)
        return apply_entity_types(mentions, captions.entities[number], find_similar)

    def _by_learned(
        self, captions: Captions, number: int, mentions: list[SpanCandidates]
    ) -> list[SpanCandidates]:
        assert self._learned is not None
        return self._learned.apply(captions.texts[number], mentions)

    def _unlinked_entities(self, captions: Captions, table: MentionTable) -> Iterator[SingleMention]:
        """Entities of recognisers at places where there is no other mention."""
        for number, entities in enumerate(captions.entities):
            named = {spans for spans, _ in table.of_text(number)} if entities else ()
            for entity in entities:
                place = ((entity.start, entity.end),)
                if place not in named:
                    surface = captions.texts[number][entity.start : entity.end]
                    yield SingleMention(
                        number, place, self.lookup.cache.add_recognised(surface, sorted(entity.kinds))
                    )

    def _coordinated(self, captions: Captions, named: NameHits) -> Iterator[SingleMention]:
        """Names that share the head of a name behind a conjunction."""
        places: dict[int, list[tuple[int, int]]] = {}
        for row in np.flatnonzero(named.signs & JOINED).tolist():
            number, start = int(named.text[row]), int(named.start[row])
            if follows_conjunction(captions.texts[number], start):
                places.setdefault(number, []).append((start, int(named.end[row])))
        possible = list(coordinated_names(self.dictionary, captions.texts, places))
        self.lookup.prefetch((words, captions.languages[number]) for number, _, words in possible)
        for number, spans, words in possible:
            interpretation = self.lookup.interpret(words, captions.languages[number])
            if interpretation != NONE:
                yield SingleMention(number, spans, interpretation)

    def _inverted(self, captions: Captions) -> Iterator[SingleMention]:
        """Names in the inverted order of an index; derived nouns are too uncertain there."""
        possible = [
            (number, start, end, words)
            for number, text in enumerate(captions.texts)
            for start, end, words in inverted(text)
        ]
        self.lookup.prefetch((words, captions.languages[number]) for number, _, _, words in possible)
        for number, start, end, words in possible:
            language = captions.languages[number]
            surface = captions.texts[number][start:end]
            find = partial(self.lookup.underived_candidates, words, language)
            interpretation = self.lookup.memoised("reordered", (words, language), surface, find)
            if interpretation != NONE:
                yield SingleMention(number, ((start, end),), interpretation)
