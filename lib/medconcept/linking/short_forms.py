"""Short forms that a caption or its article explains, which take precedence over names of the dictionary."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, partial
from itertools import chain

import numpy as np

from medconcept.dictionary.gene_symbols import is_numbered
from medconcept.dictionary.linking_dictionary import LinkingDictionary
from medconcept.dictionary.name_table import Name
from medconcept.jats.text.visible_text import visible_form
from medconcept.linking.abbreviations import Meanings, by_short_form, explanations, occurrences
from medconcept.linking.candidates import Candidate, is_cell_line, is_gene_symbol
from medconcept.linking.caption_batch import AbbreviationPairs, Captions
from medconcept.linking.entities import fits
from medconcept.linking.gene_context import is_cell_line_context, is_gene_context, names_product
from medconcept.linking.interpretation import NONE
from medconcept.linking.lookup import NameLookup
from medconcept.linking.mention_table import MentionTable, SingleMention
from medconcept.linking.short_form_context import Longs, ShortFormContext, Span, context_of, neighbours
from medconcept.linking.types import Entity
from medconcept.linking.word_offsets import WordOffsets
from medconcept.techniques.technique_list import abbreviation

HEADS = ("disease", "syndrome", "cell")
ARTICLES = 256  # cached; captions of one article follow each other
METHOD = "abbreviation"
_UNIQUE = 4  # letters; shorter acronyms stand for too much


@dataclass(frozen=True)
class _Article:
    """Long forms of each short form, and the concepts that the long forms of each name."""

    longs: Mapping[str, Longs]
    evident: Mapping[str, frozenset[str]]
    all_evident: frozenset[str]


class ShortForms:
    """Resolves short forms; caches those of recent articles."""

    def __init__(self, dictionary: LinkingDictionary, lookup: NameLookup) -> None:
        """Take a dictionary and the look-up of its names."""
        self._dictionary, self._lookup = dictionary, lookup
        self._articles: dict[tuple[AbbreviationPairs, str | None], _Article] = {}

    def resolve(self, captions: Captions, rows: MentionTable) -> None:
        """Replace names at places of explained short forms, and drop acronyms without evidence."""
        articles = self._articles_of(captions)
        explained_in = [explanations(text) if text else [] for text in captions.texts]
        own = [by_short_form((short, long) for short, long, _ in each) for each in explained_in]
        short_forms = [
            self._short_forms_in(*each) for each in zip(captions.texts, own, articles, strict=True)
        ]
        places = self._contexts(captions, short_forms, explained_in)
        languages = captions.languages
        self._lookup.prefetch(
            (text, language)
            for pairs, each, language in zip(own, places, languages, strict=True)
            for text in chain(_texts_to_look_up(pairs), _unresolved(each))
        )
        interpreted = {number: self._interpret(each) for number, each in enumerate(places) if each}
        explained = [(number, *span) for number, (short, _) in interpreted.items() for span in short]
        named = rows.interpretation.copy()

        @cache
        def evident(number: int) -> _Evidence:
            own_rows = named[rows.edges[number] : rows.edges[number + 1]].tolist()
            mentions = [*own_rows, *(extra.interpretation for extra in rows.extras(number))]
            return _Evidence(self._lookup, languages[number], own[number], articles[number], mentions)

        at = {n: {(e.start, e.end): e for e in each} for n, each in enumerate(captions.entities) if each}
        self._resolve_names(captions.texts, rows, explained, evident, at)
        for number in sorted(rows.with_extras() | interpreted.keys()):
            meanings, entities = interpreted.get(number, ({}, {})), at.get(number, {})
            self._resolve_extras(captions.texts[number], number, rows, meanings, evident, entities)

    def _articles_of(self, captions: Captions) -> list[_Article]:
        wanted = list(zip(captions.abbreviations, captions.languages, strict=True))
        new = {
            key: by_short_form(map(_visible, key[0]))
            for key in dict.fromkeys(wanted)
            if key not in self._articles
        }
        self._lookup.prefetch(
            (text, language) for (_, language), longs in new.items() for text in _texts_to_look_up(longs)
        )
        if len(self._articles) + len(new) > ARTICLES:
            self._articles = {key: self._articles[key] for key in wanted if key in self._articles}
        for key, long_forms in new.items():
            evident = {short: concepts_of(self._lookup, longs, key[1]) for short, longs in long_forms.items()}
            self._articles[key] = _Article(long_forms, evident, frozenset().union(*evident.values()))
        return [self._articles[key] for key in wanted]

    @staticmethod
    def _short_forms_in(text: str, own: Mapping[str, Longs], article: _Article) -> list[tuple[str, Longs]]:
        """The short forms in a text; its own explanations take precedence over those of its article."""
        of_article = [(s, longs) for s, longs in article.longs.items() if s in text and s not in own]
        return [*own.items(), *of_article]

    def _contexts(
        self,
        captions: Captions,
        short_forms: Sequence[Sequence[tuple[str, Longs]]],
        explained: Sequence[Sequence[tuple[str, str, int]]],
    ) -> list[list[tuple[int, ShortFormContext]]]:
        """For each text the contexts of its short forms, each with its start in the text."""
        texts, kept = captions.texts, self._lookup.cache.short_form_contexts
        occurring = [_places(*each) for each in zip(texts, short_forms, explained, strict=True)]
        having = [number for number, each in enumerate(occurring) if each]
        words = WordOffsets(self._dictionary, [texts[number] for number in having])
        places: list[list[tuple[int, ShortFormContext]]] = [[] for _ in texts]
        for n, number in enumerate(having):
            text, language = texts[number], captions.languages[number]
            for span, longs in occurring[number]:
                piece = neighbours(words, n, *span)
                begin, end, _ = piece
                key = (text[begin:end], span[0] - begin, span[1] - begin, longs, language)
                if (one := kept.get(key)) is None:
                    one = kept[key] = context_of(words, text, n, piece, span, longs, language)
                places[number].append((begin, one))
        return places

    def _interpret(
        self, places: Sequence[tuple[int, ShortFormContext]]
    ) -> tuple[dict[Span, int], dict[Span, int]]:
        """Interpretations of short forms, and of longer names that they are part of ("ES cells"), by span."""
        explained: dict[Span, int] = {}
        wider: dict[Span, int] = {}
        for begin, one in places:
            if one.interpretation is None:
                self._explain(one)
            assert one.interpretation is not None
            explained[begin + one.span[0], begin + one.span[1]] = one.interpretation
            for (start, end), interpretation in one.wider_names:
                wider[begin + start, begin + end] = interpretation
        return explained, wider

    def _explain(self, one: ShortFormContext) -> None:
        longs, language, memoised = one.longs, one.language, self._lookup.memoised
        short, find = one.text[slice(*one.span)], partial(self._candidates_of, longs, language)
        one.interpretation = memoised(METHOD, (longs, language), short, find)
        if one.interpretation == NONE:
            is_near = is_gene_context(one.text, *one.span)
            find = partial(self._by_itself, short, longs, language, is_near)
            one.interpretation = memoised("", (longs, language, is_near), short, find)
        names: list[tuple[Span, int]] = []
        for wide, fulls in one.wider:
            for full in fulls:
                if self._lookup.interpret(full, language) == NONE:
                    continue
                find = partial(self._lookup.underived_candidates, full, language)
                number = memoised(METHOD, (full, language), one.text[slice(*wide)], find)
                if number != NONE:
                    names.append((wide, number))
                    break
        one.wider_names, one.wider = tuple(names), ()

    def _candidates_of(self, longs: Longs, language: str | None) -> tuple[Candidate, ...]:
        """The candidates of the first long form that has some, without acronyms."""
        senses = next((s for long in longs if (s := self._long_form_candidates(long, language))), ())
        return tuple(c for c in senses if not c.is_acronym)

    def _by_itself(
        self, short: str, longs: Longs, language: str | None, is_near: bool
    ) -> tuple[Candidate, ...]:
        """What a short form names where its long form names nothing, as "Enzyme-linked immunoassay".

        The gene whose symbol it is, if the long form or the words next to it (`is_near`) speak of a gene; an
        acronym that stands for one thing only.
        """
        is_product = any(names_product(long) for long in longs)
        return tuple(
            c
            for c in self._lookup.candidates(short, language)
            if _is_unique_acronym(c)
            or (
                is_gene_symbol(c.name)
                and (is_numbered(short) or (c.name.preferred and (is_near or is_product)))
            )
        )

    def _long_form_candidates(self, long: str, language: str | None) -> tuple[Candidate, ...]:
        """The candidates of a long form, which may lack its head: "von Hippel-Lindau (VHL) disease"."""
        candidates = self._lookup.candidates(long, language)
        for head in HEADS:
            candidates = candidates or self._lookup.underived_candidates(f"{long} {head}", language)
        return candidates

    def _resolve_names(
        self,
        texts: Sequence[str],
        rows: MentionTable,
        explained: Sequence[tuple[int, int, int]],
        evident: Callable[[int], _Evidence],
        recognised: Mapping[int, Mapping[Span, Entity]],
    ) -> None:
        """Drop names at places of explained short forms, and candidates that lack evidence."""
        rows.kept[rows.rows_at(explained)] = False
        in_doubt = np.flatnonzero(rows.kept & self._lookup.cache.needs_evidence[rows.interpretation])
        unsupported = []
        columns = (rows.text, rows.start, rows.end, rows.interpretation)
        for row, text, start, end, number in zip(
            in_doubt.tolist(), *(column[in_doubt].tolist() for column in columns), strict=True
        ):
            entity = recognised[text].get((start, end)) if text in recognised else None
            near = partial(_is_near, texts[text], start, end)
            supported = self._with_evidence(number, evident(text), entity, near)
            if supported == NONE:
                unsupported.append(row)
            else:
                rows.interpretation[row] = supported
        rows.drop_unsupported(np.array(unsupported, np.int64))

    def _resolve_extras(
        self,
        whole: str,
        text: int,
        rows: MentionTable,
        interpreted: tuple[Mapping[Span, int], Mapping[Span, int]],
        evident: Callable[[int], _Evidence],
        recognised: Mapping[Span, Entity],
    ) -> None:
        """The same for the extra mentions of a caption, then add its explained short forms."""
        explained, _ = interpreted
        kept = []
        for extra in rows.extras(text):
            is_single = len(extra.spans) == 1
            if is_single and extra.spans[0] in explained:
                continue
            number = extra.interpretation
            if self._lookup.cache.needs_evidence[number]:
                entity = recognised.get(extra.spans[0]) if is_single else None
                near = partial(_is_near, whole, extra.spans[0][0], extra.spans[-1][1])
                number = self._with_evidence(number, evident(text), entity, near)
            if number != NONE:
                kept.append(extra._replace(interpretation=number))
        for by_span in interpreted:
            kept += [
                SingleMention(text, (span,), number) for span, number in by_span.items() if number != NONE
            ]
        rows.set_extras(text, kept)

    def _with_evidence(
        self, number: int, evident: _Evidence, entity: Entity | None, is_near: Callable[[Name], bool]
    ) -> int:
        """The interpretation without the candidates that lack evidence; NONE where all do."""
        interpretation = self._lookup[number]
        supported = tuple(
            c
            for c, wanted in zip(interpretation.candidates, interpretation.evidence_needed, strict=True)
            if wanted is None
            or wanted in evident
            or is_near(c.name)
            # A recogniser's type that fits is evidence as well.
            or (entity is not None and entity.kinds and fits(c, entity))
        )
        if len(supported) == len(interpretation.candidates):
            return number
        key = (number, tuple(c.name.number for c in supported))
        return self._lookup.memoised(interpretation.place_method, key, interpretation.text, lambda: supported)


class _Evidence:
    """The concepts named in full by a caption, or by the long forms of its article."""

    def __init__(
        self,
        lookup: NameLookup,
        language: str | None,
        own: Mapping[str, Longs],
        article: _Article,
        mentions: Sequence[int],
    ) -> None:
        self._lookup, self._language, self._own, self._article = lookup, language, own, article
        self._concepts: set[str] | None = None
        self._mentions = mentions  # numbers of their interpretations

    def __contains__(self, concept: str) -> bool:
        if self._concepts is None:  # lazily: most captions have no acronym that needs it
            own, article = self._own, self._article
            self._concepts = set().union(*(self._lookup[number].evidence_for for number in self._mentions))
            for longs in own.values():
                self._concepts |= concepts_of(self._lookup, longs, self._language)
            if article.longs.keys().isdisjoint(own):
                self._concepts |= article.all_evident
            else:
                for short, concepts in article.evident.items():
                    if short not in own:
                        self._concepts |= concepts
        return concept in self._concepts


def concepts_of(lookup: NameLookup, longs: Longs, language: str | None) -> frozenset[str]:
    """The concepts of all candidates of long forms."""
    return frozenset(c.name.concept_id for long in longs for c in lookup.candidates(long, language))


def _is_unique_acronym(candidate: Candidate) -> bool:
    """True for an acronym of four letters or more that seldom stands for anything else: ELISA, DAPI."""
    if len(candidate.name.name) < _UNIQUE:
        return False
    technique = abbreviation(candidate.name.source_id, candidate.name.name)
    return candidate.is_known or (technique is not None and not technique.context)


def _is_near(text: str, start: int, end: int, name: Name) -> bool:
    """True if words next to a place, or next to the same words elsewhere, show that a name is meant."""
    if is_gene_symbol(name):
        return is_gene_context(text, start, end)
    return is_cell_line(name) and is_cell_line_context(text, start, end)


def _visible(pair: tuple[str, str]) -> tuple[str, str]:
    return visible_form(pair[0]), visible_form(pair[1])


def _places(
    text: str, short_forms: Sequence[tuple[str, Longs]], explained: Sequence[tuple[str, str, int]]
) -> list[tuple[Span, Longs]]:
    """Where short forms stand in a text, and their long forms there: one where it explains them twice."""
    meanings = Meanings(explained) if len({short for short, *_ in explained}) < len(explained) else None
    out: list[tuple[Span, Longs]] = []
    for short, longs in short_forms:
        for span in occurrences(text, short):
            own = meanings.at(short, span[0]) if meanings and len(longs) > 1 else None
            out.append((span, (own,) if own else longs))
    return out


def _texts_to_look_up(long_forms: Mapping[str, Longs]) -> Iterator[str]:
    for longs in long_forms.values():
        for long in longs:
            yield long
            for head in HEADS:
                yield f"{long} {head}"


def _unresolved(places: Sequence[tuple[int, ShortFormContext]]) -> Iterator[str]:
    return (
        full for _, one in places if one.interpretation is None for _, fulls in one.wider for full in fulls
    )
