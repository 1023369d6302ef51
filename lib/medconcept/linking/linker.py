"""The linker: captions to mentions with their concepts."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import partial
from itertools import chain

import numpy as np
from numpy.typing import NDArray

from medconcept.dictionary.linking_dictionary import ALLELES, INVERTED, JOINED, LEGEND, LinkingDictionary
from medconcept.dictionary.stop_concepts import FIGURE_WORDS, GENERAL, names_genotype
from medconcept.linking.candidates import SpanCandidates
from medconcept.linking.caption_batch import Captions, Numbers
from medconcept.linking.coordination import coordinated, is_joined
from medconcept.linking.entities import restricted
from medconcept.linking.fuzzy_lookup import FuzzyLookup
from medconcept.linking.interpretation import NONE
from medconcept.linking.inverted_names import inverted
from medconcept.linking.learned import Learned
from medconcept.linking.linked_mentions import LinkedMentions, described, links_of
from medconcept.linking.lookup import LookedUp, NameLookup, base
from medconcept.linking.mention_table import MentionColumns, MentionTable, SingleMention
from medconcept.linking.negation import hints_at_context
from medconcept.linking.overlaps import without_overlaps
from medconcept.linking.short_forms import ShortForms
from medconcept.linking.types import ArticleContext, Caption, LinkedCaption, LinkSettings
from medconcept.runtime.gc_pause import PausedGC

_NOTHING = ArticleContext()
_DEFAULT = LinkSettings()
_Change = Callable[[Captions, int, list[SpanCandidates]], list[SpanCandidates]]


class Linker:
    """Links captions by one dictionary; keeps what it worked out, so use one for many captions."""

    def __init__(
        self,
        dictionary: LinkingDictionary,
        settings: LinkSettings = _DEFAULT,
        *,
        general: frozenset[str] = GENERAL | FIGURE_WORDS,
        learned: Learned | None = None,
    ) -> None:
        """Take an open dictionary. `general` are the names that say too little, in lower case.

        `learned` is what `medconcept tune` has written; without it nothing comes from gold.
        """
        self._learned = learned
        self.dictionary, self.settings = dictionary, settings
        dictionary.words.mark(hints_at_context)
        self.readings = NameLookup(dictionary, settings, general)
        self._short_forms = ShortForms(dictionary, self.readings)
        self._nearest = FuzzyLookup(dictionary, settings, self.readings.spoken)

    def link(
        self,
        text: str,
        *,
        article: ArticleContext = _NOTHING,
        sentences: Sequence[tuple[int, int]] | None = None,
        language: str | None = "en",
    ) -> LinkedCaption:
        """The mentions of an NFC text. `sentences` are code points of it; without them a plain splitter's.

        A text in another language than the names is flagged and not linked; None is a language not told.
        """
        caption = Caption(text, article, sentences, language)
        return next(self.link_batch([caption]))

    def link_batch(self, captions: Sequence[Caption]) -> Iterator[LinkedCaption]:
        """The mentions of each of many captions, in order: one call of the kernel for all of them."""
        columns = Captions.of(captions)
        with PausedGC():
            links = list(links_of(self.find(columns), columns, self.readings))
        for caption, own in zip(captions, links, strict=True):
            yield LinkedCaption(tuple(own), () if self._speaks(caption.language) else ("language",))

    def find(self, captions: Captions) -> LinkedMentions:
        """The mentions of many captions as columns. What they mean, `readings` tell until the next call."""
        captions = self._spoken(captions)
        hints, rows = self._complete(captions)
        bare = list(self._bare(captions, rows))
        self._choose(captions, rows)
        found = self._without_overlaps(captions, rows.columns())
        if bare:
            at = {(int(found.text[row]), found.spans(row)) for row in range(len(found.text))}
            found = found.behind(extra for extra in bare if extra[:2] not in at)
        found = found.take(np.lexsort((found.second, found.end, found.start, found.text)))
        return described(captions, found, hints if self.settings.context else hints[:0], self.readings)

    def matches(self, captions: Captions) -> MentionColumns:
        """All mentions that `find` chooses from, before overlaps are resolved."""
        captions = self._spoken(captions)
        _, rows = self._complete(captions)
        self._choose(captions, rows)
        return rows.columns()

    def _without_overlaps(self, captions: Captions, mentions: MentionColumns) -> MentionColumns:
        pool, lengths = self.readings.pool, [len(text) for text in captions.texts]
        rows = without_overlaps(
            mentions, pool.scores[mentions.known], pool.sources[mentions.known], lengths,
            nested=self.settings.nested, by_source=self.settings.by_source,
        )  # fmt: skip
        return mentions.take(rows)

    def _speaks(self, language: str | None) -> bool:
        return language is None or base(language) in self.settings.languages

    def _spoken(self, captions: Captions) -> Captions:
        """The same with nothing in place of those in other languages."""
        speaks = [self._speaks(language) for language in captions.languages]
        if all(speaks):
            return captions
        texts = [text if own else "" for text, own in zip(captions.texts, speaks, strict=True)]
        entities = [each if own else () for each, own in zip(captions.entities, speaks, strict=True)]
        return replace(captions, texts=texts, entities=entities)

    def _mentions(self, rows: MentionTable, number: int) -> list[SpanCandidates]:
        return [
            SpanCandidates(spans, self.readings[known].candidates, self.readings[known].way)
            for spans, known in rows.of_text(number)
        ]

    def _complete(self, captions: Captions) -> tuple[Numbers, MentionTable]:
        """All mentions; and caption and begin of each word that hints at a flag of context."""
        self.readings.forget()
        named = self.readings.named(captions.texts, captions.languages)
        shapes = self.dictionary.shapes(captions.texts)
        extras = chain(self._coordinated(captions, named), self._inverted(captions, shapes))
        rows = MentionTable(named, len(captions.texts), extras)
        self._short_forms.settle(captions, rows, (shapes & LEGEND) > 0)
        texts = captions.texts
        for row in np.flatnonzero(named.signs & ALLELES).tolist():
            if names_genotype(texts[rows.text[row]], int(rows.end[row])):
                rows.kept[row] = False
        rows.keep(lambda extra: not names_genotype(texts[extra.text], extra.spans[-1][1]))
        for number, entities in enumerate(captions.entities):
            if entities:
                self._revise(captions, rows, number, self._restricted)
        return named.hints, rows

    def _choose(self, captions: Captions, rows: MentionTable) -> None:
        if self._learned is not None:
            for number in range(len(captions.texts)):
                self._revise(captions, rows, number, self._as_learned)
        if not self.settings.general:
            little = self.readings.pool.little
            rows.kept &= ~little[rows.known]
            rows.keep(lambda extra: not little[extra.known])

    def _revise(self, captions: Captions, rows: MentionTable, number: int, change: _Change) -> None:
        """Have what `change` makes of the mentions of a caption in their place."""
        old = list(rows.of_text(number))
        mentions = self._mentions(rows, number)
        known = {id(mention): reading for mention, (_, reading) in zip(mentions, old, strict=True)}
        new = []
        for mention in change(captions, number, mentions):
            reading = known.get(id(mention))
            if reading is None:
                surface = " ".join(captions.texts[number][a:b] for a, b in mention.spans)
                reading = self.readings.pool.add(surface, mention.candidates, mention.method)
            new.append((mention.spans, reading))
        rows.replace(number, new)

    def _restricted(
        self, captions: Captions, number: int, mentions: list[SpanCandidates]
    ) -> list[SpanCandidates]:
        text, language = captions.texts[number], captions.languages[number]
        near = partial(self._nearest.near, text, language=language)
        return restricted(mentions, captions.entities[number], near)

    def _as_learned(
        self, captions: Captions, number: int, mentions: list[SpanCandidates]
    ) -> list[SpanCandidates]:
        assert self._learned is not None
        return self._learned.apply(captions.texts[number], mentions)

    def _bare(self, captions: Captions, rows: MentionTable) -> Iterator[SingleMention]:
        """What was recognised where no name stands."""
        for number, entities in enumerate(captions.entities):
            named = {spans for spans, _ in rows.of_text(number)} if entities else ()
            for entity in entities:
                place = ((entity.start, entity.end),)
                if place not in named:
                    surface = captions.texts[number][entity.start : entity.end]
                    yield SingleMention(
                        number, place, self.readings.pool.recognised(surface, sorted(entity.kinds))
                    )

    def _coordinated(self, captions: Captions, named: LookedUp) -> Iterator[SingleMention]:
        """Names that share the head of one behind a conjunction: such a one stands there, or none does."""
        places: dict[int, list[tuple[int, int]]] = {}
        for row in np.flatnonzero(named.signs & JOINED).tolist():
            number, start = int(named.text[row]), int(named.start[row])
            if is_joined(captions.texts[number], start):
                places.setdefault(number, []).append((start, int(named.end[row])))
        found = list(coordinated(self.dictionary, captions.texts, places))
        self.readings.ask((words, captions.languages[number]) for number, _, words in found)
        for number, spans, words in found:
            known = self.readings.whole(words, captions.languages[number])
            if known != NONE:
                yield SingleMention(number, spans, known)

    def _inverted(self, captions: Captions, shapes: NDArray[np.uint8]) -> Iterator[SingleMention]:
        """Names that stand as an index has them; a noun behind an adjective would be a guess too many."""
        found = [
            (number, start, end, words)
            for number in np.flatnonzero(shapes & INVERTED).tolist()
            for text in (captions.texts[number],)
            for start, end, words in inverted(text)
        ]
        self.readings.ask((words, captions.languages[number]) for number, _, _, words in found)
        for number, start, end, words in found:
            language = captions.languages[number]
            surface = captions.texts[number][start:end]
            find = partial(self.readings.surely, words, language)
            known = self.readings.made("reordered", (words, language), surface, find)
            if known != NONE:
                yield SingleMention(number, ((start, end),), known)
