"""What captions and their articles say of their short forms, in place of what the dictionary does."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, partial
from itertools import chain

import numpy as np

from medconcept.dictionary.linking_dictionary import LinkingDictionary
from medconcept.linking.abbreviations import by_short_form, occurrences, own_pairs
from medconcept.linking.candidates import Candidate
from medconcept.linking.caption_batch import Captions, Pairs
from medconcept.linking.entities import fits
from medconcept.linking.interpretation import NONE
from medconcept.linking.lookup import NameLookup
from medconcept.linking.mention_table import MentionTable, SingleMention
from medconcept.linking.short_form_context import Longs, ShortFormContext, Span, around, neighbours
from medconcept.linking.types import Entity
from medconcept.linking.word_offsets import WordPlaces

HEADS = ("disease", "syndrome", "cell")
ARTICLES = 256  # kept; captions of one article come behind each other
METHOD = "abbreviation"


@dataclass(frozen=True)
class _Article:
    """Long forms of each short form, and the concepts that the long forms of each name."""

    longs: Mapping[str, Longs]
    evident: Mapping[str, frozenset[str]]
    all_evident: frozenset[str]


class ShortForms:
    """Explains short forms; keeps what articles say of theirs."""

    def __init__(self, dictionary: LinkingDictionary, readings: NameLookup) -> None:
        """Take a dictionary and what its names say."""
        self._dictionary, self._readings = dictionary, readings
        self._articles: dict[tuple[Pairs, str | None], _Article] = {}

    def settle(self, captions: Captions, rows: MentionTable) -> None:
        """Put what is said of short forms in place of what names do, and drop acronyms without evidence."""
        articles = self._told(captions)
        own = [own_pairs(text) if text else {} for text in captions.texts]
        known = [self._known(*told) for told in zip(captions.texts, own, articles, strict=True)]
        places = self._places(captions, known)
        languages = captions.languages
        self._readings.ask(
            (asked, language)
            for pairs, each, language in zip(own, places, languages, strict=True)
            for asked in chain(_asked(pairs), _new(each))
        )
        said = {number: self._said(each) for number, each in enumerate(places) if each}
        explained = [(number, *span) for number, (short, _) in said.items() for span in short]
        named = rows.known.copy()

        @cache
        def evident(number: int) -> _Evident:
            own_rows = named[rows.edges[number] : rows.edges[number + 1]].tolist()
            found = [*own_rows, *(extra.known for extra in rows.extras(number))]
            return _Evident(self._readings, languages[number], own[number], articles[number], found)

        at = {n: {(e.start, e.end): e for e in each} for n, each in enumerate(captions.entities) if each}
        self._settle_rows(rows, explained, evident, at)
        for number in sorted(rows.with_extras() | said.keys()):
            self._settle_extras(number, rows, said.get(number, ({}, {})), evident, at.get(number, {}))

    def _told(self, captions: Captions) -> list[_Article]:
        wanted = list(zip(captions.abbreviations, captions.languages, strict=True))
        new = {key: by_short_form(key[0]) for key in dict.fromkeys(wanted) if key not in self._articles}
        self._readings.ask((asked, language) for (_, language), told in new.items() for asked in _asked(told))
        if len(self._articles) + len(new) > ARTICLES:
            self._articles = {key: self._articles[key] for key in wanted if key in self._articles}
        for key, told in new.items():
            evident = {short: concepts_of(self._readings, longs, key[1]) for short, longs in told.items()}
            self._articles[key] = _Article(told, evident, frozenset().union(*evident.values()))
        return [self._articles[key] for key in wanted]

    @staticmethod
    def _known(text: str, own: Mapping[str, Longs], article: _Article) -> list[tuple[str, Longs]]:
        """The short forms that stand in a text: what it says itself goes before what its article does."""
        told = [(s, longs) for s, longs in article.longs.items() if s in text and s not in own]
        return [*own.items(), *told]

    def _places(
        self, captions: Captions, known: Sequence[Sequence[tuple[str, Longs]]]
    ) -> list[list[tuple[int, ShortFormContext]]]:
        """For each text its short forms with what is around them, and where that begins."""
        texts, kept = captions.texts, self._readings.pool.around
        found = [
            [(span, longs) for short, longs in each for span in occurrences(text, short)]
            for text, each in zip(texts, known, strict=True)
        ]
        having = [number for number, each in enumerate(found) if each]
        words = WordPlaces(self._dictionary, [texts[number] for number in having])
        places: list[list[tuple[int, ShortFormContext]]] = [[] for _ in texts]
        for n, number in enumerate(having):
            text, language = texts[number], captions.languages[number]
            for span, longs in found[number]:
                piece = neighbours(words, n, *span)
                begin, end, _ = piece
                key = (text[begin:end], span[0] - begin, span[1] - begin, longs, language)
                if (one := kept.get(key)) is None:
                    one = kept[key] = around(words, text, n, piece, span, longs, language)
                places[number].append((begin, one))
        return places

    def _said(
        self, places: Sequence[tuple[int, ShortFormContext]]
    ) -> tuple[dict[Span, int], dict[Span, int]]:
        """What short forms stand for, and the longer names that they are part of: "ES cells"."""
        explained: dict[Span, int] = {}
        wider: dict[Span, int] = {}
        for begin, one in places:
            if one.explained is None:
                self._explain(one)
            assert one.explained is not None
            explained[begin + one.span[0], begin + one.span[1]] = one.explained
            for (start, end), known in one.said:
                wider[begin + start, begin + end] = known
        return explained, wider

    def _explain(self, one: ShortFormContext) -> None:
        longs, language, made = one.longs, one.language, self._readings.made
        short = one.text[slice(*one.span)]
        one.explained = made(METHOD, (longs, language), short, partial(self._spelt, longs, language))
        said = []
        for wide, fulls in one.wider:
            for full in fulls:
                if self._readings.whole(full, language) == NONE:
                    continue
                find = partial(self._readings.surely, full, language)
                known = made(METHOD, (full, language), one.text[slice(*wide)], find)
                if known != NONE:
                    said.append((wide, known))
                    break
        one.said, one.wider = tuple(said), ()

    def _spelt(self, longs: Longs, language: str | None) -> tuple[Candidate, ...]:
        """What is meant by the first of the long forms that means something, without acronyms."""
        senses = next((s for long in longs if (s := self._meant(long, language))), ())
        return tuple(c for c in senses if not c.is_acronym)

    def _meant(self, long: str, language: str | None) -> tuple[Candidate, ...]:
        """What a long form stands for; "von Hippel-Lindau (VHL) disease" leaves its head out."""
        found = self._readings.candidates(long, language)
        for head in HEADS:
            found = found or self._readings.surely(f"{long} {head}", language)
        return found

    def _settle_rows(
        self,
        rows: MentionTable,
        explained: Sequence[tuple[int, int, int]],
        evident: Callable[[int], _Evident],
        recognised: Mapping[int, Mapping[Span, Entity]],
    ) -> None:
        """What names gave: not where a short form is explained, and of what is in doubt what is sure."""
        rows.kept[rows.numbers_of(explained)] = False
        unsure = np.flatnonzero(rows.kept & self._readings.pool.doubtful[rows.known])
        columns = (rows.text, rows.start, rows.end, rows.known)
        for row, number, start, end, reading in zip(
            unsure.tolist(), *(column[unsure].tolist() for column in columns), strict=True
        ):
            entity = recognised[number].get((start, end)) if number in recognised else None
            sure = self._sure(reading, evident(number), entity)
            rows.kept[row], rows.known[row] = sure != NONE, sure

    def _settle_extras(
        self,
        number: int,
        rows: MentionTable,
        said: tuple[Mapping[Span, int], Mapping[Span, int]],
        evident: Callable[[int], _Evident],
        recognised: Mapping[Span, Entity],
    ) -> None:
        """The same of the extra mentions of a caption, and what was said of its short forms behind them."""
        explained, _ = said
        kept = []
        for extra in rows.extras(number):
            alone = len(extra.spans) == 1
            if alone and extra.spans[0] in explained:
                continue
            reading = extra.known
            if self._readings.pool.doubtful[reading]:
                entity = recognised.get(extra.spans[0]) if alone else None
                reading = self._sure(reading, evident(number), entity)
            if reading != NONE:
                kept.append(extra._replace(known=reading))
        for each in said:
            kept += [
                SingleMention(number, (span,), reading) for span, reading in each.items() if reading != NONE
            ]
        rows.put(number, kept)

    def _sure(self, reading: int, evident: _Evident, entity: Entity | None) -> int:
        """The same of the candidates that need no evidence or have some; NONE where none has."""
        known = self._readings[reading]
        sure = tuple(
            c
            for c, wanted in zip(known.candidates, known.wanted, strict=True)
            if wanted is None
            or wanted in evident
            # That it was recognised as of such a kind is evidence as well.
            or (entity is not None and entity.kinds and fits(c, entity))
        )
        if len(sure) == len(known.candidates):
            return reading
        key = (reading, tuple(c.name.number for c in sure))
        return self._readings.made(known.way, key, known.text, lambda: sure)


class _Evident:
    """The concepts that a caption is about: what it names in full, and what the pairs of its article do."""

    def __init__(
        self,
        readings: NameLookup,
        language: str | None,
        own: Mapping[str, Longs],
        article: _Article,
        found: Sequence[int],
    ) -> None:
        self._readings, self._language, self._own, self._article = readings, language, own, article
        self._concepts: set[str] | None = None
        self._found = found  # what it names

    def __contains__(self, concept: str) -> bool:
        if self._concepts is None:  # most captions have no acronym that needs it
            own, article = self._own, self._article
            self._concepts = set().union(*(self._readings[number].evident for number in self._found))
            for longs in own.values():
                self._concepts |= concepts_of(self._readings, longs, self._language)
            if article.longs.keys().isdisjoint(own):
                self._concepts |= article.all_evident
            else:
                for short, concepts in article.evident.items():
                    if short not in own:
                        self._concepts |= concepts
        return concept in self._concepts


def concepts_of(readings: NameLookup, longs: Longs, language: str | None) -> frozenset[str]:
    """The concepts that long forms may name."""
    return frozenset(c.name.concept_id for long in longs for c in readings.candidates(long, language))


def _asked(told: Mapping[str, Longs]) -> Iterator[str]:
    for longs in told.values():
        for long in longs:
            yield long
            for head in HEADS:
                yield f"{long} {head}"


def _new(places: Sequence[tuple[int, ShortFormContext]]) -> Iterator[str]:
    return (full for _, one in places if one.explained is None for _, fulls in one.wider for full in fulls)
