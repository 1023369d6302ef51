"""The linker: captions to mentions with their concepts."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence, Set
from dataclasses import replace
from functools import lru_cache
from typing import NamedTuple

import numpy as np

from medconcept.jats.panels import find_panels
from medconcept.linking.abbreviations import known_pairs, occurrences
from medconcept.linking.candidates import Candidate, judge
from medconcept.linking.compiled import LinkingDictionary
from medconcept.linking.context import context_flags, sentence_spans
from medconcept.linking.coordination import joints
from medconcept.linking.cut import Cut, words_around
from medconcept.linking.entities import fits, restricted, without_concept
from medconcept.linking.general import FIGURE_WORDS, GENERAL, is_general, names_genotype
from medconcept.linking.inverted import inverted
from medconcept.linking.learned import Learned
from medconcept.linking.overlaps import Mention, longest_first
from medconcept.linking.records import (
    RECOGNISED,
    Alternative,
    ArticleContext,
    Caption,
    Entity,
    Link,
    LinkedCaption,
    LinkSettings,
)
from medconcept.linking.variants import Variant
from medconcept.linking.words import plain

_NOTHING = ArticleContext()
_DEFAULT = LinkSettings()
CACHE = 1 << 16
# What stands before the last name of a list, see coordination.JOINING.
_JOINED = re.compile(r"(?:\b(?:and|or|to)|[&/])[\s/\-\u2010-\u2015\u2212\u00ad]*$", re.IGNORECASE)
_NEAR = 12
HEADS = ("disease", "syndrome", "cell")


_Described = tuple[
    str | None, str | None, str | None, str | None, float | None, str, tuple[str, ...],
    tuple[Alternative, ...],
]  # fmt: skip


class _Known(NamedTuple):
    """What was worked out once for the candidates of a piece of text."""

    candidates: tuple[Candidate, ...]
    surface: str
    evident: frozenset[str]  # the concepts that it is evidence for
    doubtful: bool  # whether it needs evidence
    little: bool  # whether it says too little
    described: _Described


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
        self.dictionary, self.settings, self._general = dictionary, settings, general
        self._judged: dict[str | None, dict[tuple[int, str, int], tuple[Candidate, ...]]] = {}
        self._known: dict[int, _Known] = {}  # what was judged, by the identity of its candidates
        self._whole: dict[tuple[str, str | None], tuple[Candidate, ...]] = {}
        self._nearest: dict[tuple[str, str | None, frozenset[str]], tuple[Candidate, ...]] = {}

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
        wanted = [c for c in captions if self._speaks(c.language)]
        named = self._named([c.text for c in wanted], [c.language for c in wanted])
        for caption in captions:
            if not self._speaks(caption.language):
                yield LinkedCaption(flags=("language",))
                continue
            found = self._complete(caption, next(named))
            bare = list(without_concept(caption.entities, found))
            found = self._chosen(caption.text, found)
            kept = longest_first(found, nested=self.settings.nested, by_source=self.settings.by_source)
            if bare:
                places = {m.spans for m in kept}
                kept = sorted([*kept, *(m for m in bare if m.spans not in places)], key=lambda m: m.spans)
            yield LinkedCaption(tuple(self._links(caption, kept)))

    def _speaks(self, language: str | None) -> bool:
        return language is None or _base(language) in self.settings.languages

    def considered(
        self, text: str, article: ArticleContext = _NOTHING, entities: Sequence[Entity] = ()
    ) -> list[Mention]:
        """All mentions that may be kept: without those that say too little, if the settings want it so."""
        return self._chosen(text, self.mentions(text, article, entities))

    def _chosen(self, text: str, found: list[Mention]) -> list[Mention]:
        if self._learned is not None:
            found = self._learned.apply(self, text, found)
        if self.settings.general:
            return found
        return [m for m in found if not self._says_little(text, m)]

    def mentions(
        self, text: str, article: ArticleContext = _NOTHING, entities: Sequence[Entity] = ()
    ) -> list[Mention]:
        """All mentions before overlaps are resolved."""
        (found,) = self._named([text], [None])
        return self._complete(Caption(text, article, language=None, entities=entities), found)

    def _complete(self, caption: Caption, found: list[Mention]) -> list[Mention]:
        text, language = caption.text, caption.language
        found += self._coordinated(text, found, language)
        found += self._inverted(text, language)
        found = self._abbreviated(caption, found)
        found = [m for m in found if not names_genotype(text, m.spans[-1][1])]
        if caption.entities:
            found = restricted(found, caption.entities, lambda entity: self._near(text, entity, language))
        return found

    def _named(self, texts: Sequence[str], languages: Sequence[str | None]) -> Iterator[list[Mention]]:
        """For each text the places where forms of names stand, every length at each word."""
        hits = self.dictionary.find_forms(texts)
        edges = np.searchsorted(hits["text"], np.arange(len(texts) + 1)).tolist()
        columns = [hits[name].tolist() for name in ("start", "end", "sense", "derived")]
        judge = self._judge
        for number, (text, language) in enumerate(zip(texts, languages, strict=True)):
            found: dict[tuple[int, int], Mention] = {}
            at = slice(edges[number], edges[number + 1])
            judged = self._judged.setdefault(language, {})
            # Those as nouns stand behind the others, and count where the words as they stand mean nothing.
            for start, end, sense, derived in zip(*(column[at] for column in columns), strict=True):
                place = (start, end)
                if place in found:
                    continue
                surface = text[start:end]
                candidates = judged.get((sense, surface, derived))
                if candidates is None:
                    candidates = judge(sense, surface, derived, language)
                if candidates:
                    found[place] = Mention((place,), candidates)
            yield list(found.values())

    def _judge(self, sense: int, surface: str, derived: int, language: str | None) -> tuple[Candidate, ...]:
        names = self.dictionary.names_of(sense)
        spoken = self._spoken(language)
        names = tuple(pair for pair in names if pair[0].language in spoken)
        found = judge(surface, names, bool(derived), self.settings)
        if len(self._known) >= CACHE:
            self._judged.clear()
            self._known.clear()
        self._judged.setdefault(language, {})[sense, surface, derived] = found
        if found:
            doubtful = any(not self._is_evident(c, frozenset()) for c in found)
            little = is_general(found[0].name.name, surface, self._general)
            self._known[id(found)] = _Known(
                found, surface, _evidence(found), doubtful, little, _described(found)
            )
        return found

    def whole(self, text: str, language: str | None = None) -> tuple[Candidate, ...]:
        """The names that a whole text may mean, best first: what a long form stands for."""
        found = self._whole.get((text, language))
        if found is None:
            (named,) = self._named([text], [language])
            found = ()
            if named:
                cut = Cut(text)
                full = (m for m in named if m.spans[0] == (cut.starts[0], cut.ends[-1]))
                found = next((m.candidates for m in full), ())
            if len(self._whole) >= CACHE:
                self._whole.clear()
            self._whole[text, language] = found
        return found

    def _coordinated(self, text: str, found: list[Mention], language: str | None) -> list[Mention]:
        """Names that share the head of one behind a conjunction: such a one stands there, or none does."""
        places = [
            (start, end)
            for m in found
            for start, end in (m.spans[0],)
            if not ((words := text[start:end]).isascii() and words.isalnum())  # one word
            and _JOINED.search(text, max(0, start - _NEAR), start)
        ]
        if not places:
            return []
        # A slash parts words as a space does; here it joins them: "right/left ventricle".
        cut, out = Cut(text.replace("/", "&")), []
        names = sorted({span for span in map(cut.words_of, places) if span[1] > span[0]})
        for joint in joints(cut.words, names):
            own = (cut.starts[joint.first], cut.ends[joint.last])
            head = (cut.starts[joint.head], cut.ends[joint.end])
            candidates = self.whole(f"{text[own[0] : own[1]]} {text[head[0] : head[1]]}", language)
            if candidates:
                out.append(Mention((own, head), candidates))
        return out

    def _inverted(self, text: str, language: str | None) -> Iterator[Mention]:
        """Names that stand as an index has them; a noun behind an adjective would be a guess too many."""
        for start, end, words in inverted(text) if ", " in text else ():
            candidates = tuple(c for c in self.whole(words, language) if c.method != "derived")
            if candidates:
                yield Mention(((start, end),), candidates, "reordered")

    def _abbreviated(self, caption: Caption, found: list[Mention]) -> list[Mention]:
        """Put what the article says of its short forms in place of what the dictionary does."""
        text, language = caption.text, caption.language
        told_of = known_pairs(text, caption.article.abbreviations)
        known = {short: longs for short, longs in told_of.items() if short in text}
        about = [self._known.get(id(m.candidates)) for m in found]
        if not known and all(told is not None and not told.doubtful for told in about):
            return found
        explained: dict[tuple[int, int], tuple[Candidate, ...]] = {}
        wider: dict[tuple[int, int], tuple[Candidate, ...]] = {}
        for short, longs in known.items():
            for place in occurrences(text, short):
                senses = next((s for long in longs if (s := self._meant(long, language))), ())
                explained[place] = tuple(c for c in senses if not c.is_acronym)
                wider.update(self._expanded(text, place, longs, language))
        evident: set[str] = set()
        for mention, told in zip(found, about, strict=True):
            evident |= told.evident if told else _evidence(mention.candidates)
        # Pairs that stand elsewhere in the article too: their concepts are what it is about.
        evident |= {
            c.name.concept_id
            for longs in told_of.values()
            for long in longs
            for c in self.whole(long, language)
        }
        recognised = {(e.start, e.end): e for e in caption.entities}
        kept = []
        for mention, told in zip(found, about, strict=True):
            if mention.spans[0] in explained and len(mention.spans) == 1:
                continue
            if told and not told.doubtful:
                kept.append(mention)
                continue
            entity = recognised.get(mention.spans[0]) if len(mention.spans) == 1 else None
            sure = tuple(
                c
                for c in mention.candidates
                # That it was recognised as of such a kind is evidence as well.
                if self._is_evident(c, evident) or (entity is not None and entity.kinds and fits(c, entity))
            )
            if sure:
                same = len(sure) == len(mention.candidates)
                kept.append(mention if same else mention._replace(candidates=sure))
        for said in (explained, wider):
            kept += [Mention((place,), senses, "abbreviation") for place, senses in said.items() if senses]
        return kept

    def _near(self, text: str, entity: Entity, language: str | None) -> tuple[Candidate, ...]:
        """The terms of the names most similar to an entity that fit its type, best first."""
        surface = text[entity.start : entity.end]
        key = (surface, language, entity.kinds)
        found = self._nearest.get(key)
        if found is None:
            found = tuple(c for c in self._similar(surface, language) if fits(c, entity))
            if len(self._nearest) >= CACHE:
                self._nearest.clear()
            self._nearest[key] = found
        return found

    def _similar(self, text: str, language: str | None) -> list[Candidate]:
        """The terms of the names most similar to a text, best first, judged as all others are."""
        spoken = self._spoken(language)
        out: dict[str, Candidate] = {}
        for name, similarity in self.dictionary.similar_names(text, self.settings.threshold):
            if name.language in spoken and name.source_id not in out:
                judged = judge(name.name, ((name, Variant.NORMAL),), False, self.settings)
                for candidate in judged:
                    score = candidate.score - 1 + similarity
                    out[name.source_id] = replace(
                        candidate, method="similar", similarity=round(similarity, 4), score=score
                    )
        return sorted(out.values(), key=lambda c: (-c.score, c.name.source_id))

    def _spoken(self, language: str | None) -> frozenset[str]:
        return self.settings.languages if language is None else frozenset({_base(language)})

    def _meant(self, long: str, language: str | None) -> tuple[Candidate, ...]:
        """What a long form stands for; "von Hippel-Lindau (VHL) disease" leaves its head out."""
        found = self.whole(long, language)
        for head in HEADS:
            found = found or tuple(c for c in self.whole(f"{long} {head}", language) if c.method != "derived")
        return found

    def _expanded(
        self, text: str, place: tuple[int, int], longs: tuple[str, ...], language: str | None
    ) -> Iterator[tuple[tuple[int, int], tuple[Candidate, ...]]]:
        """A short form as part of a longer name: "ES cells" where ES is said to be "embryonic stem"."""
        around = words_around(text, place)
        if around is None:
            return
        before, own, behind = around
        for left, right in ((0, 1), (0, 2), (1, 0), (1, 1)):
            words = [*before[:left], *own, *behind[:right]]
            if len(words) < left + len(own) + right or not all(plain(text[a:b]).isalnum() for a, b in words):
                continue
            wide = (words[0][0], words[-1][1])
            for long in longs:
                full = text[wide[0] : place[0]] + long + text[place[1] : wide[1]]
                if senses := tuple(c for c in self.whole(full, language) if c.method != "derived"):
                    yield wide, senses
                    break

    def _is_evident(self, candidate: Candidate, evident: Set[str]) -> bool:
        """An acronym counts where its concept is named in full as well, or where it is long."""
        if not candidate.is_acronym or len(candidate.name.name) > self.settings.acronym_length:
            return True
        return candidate.name.concept_id in evident

    def _says_little(self, text: str, mention: Mention) -> bool:
        words = " ".join(text[a:b] for a, b in mention.spans)
        return is_general(mention.candidates[0].name.name, words, self._general)

    def _links(self, caption: Caption, mentions: Sequence[Mention]) -> Iterator[Link]:
        if not mentions:
            return
        text = caption.text
        cut = sentence_spans(text) if caption.sentences is None else list(caption.sentences)
        places = [m.spans[0] for m in mentions]
        flags = context_flags(text, cut, places) if self.settings.context else [()] * len(places)
        panels = find_panels(text) if caption.panels is None else caption.panels
        panel_starts, sentence_starts = [p.start for p in panels], [a for a, _ in cut]
        entities = {(e.start, e.end): e for e in caption.entities}
        for (spans, candidates, method), context in zip(mentions, flags, strict=True):
            start, end = spans[0]
            words = text[start:end] if len(spans) == 1 else " ".join([text[a:b] for a, b in spans])
            entity = entities.get(spans[0]) if len(spans) == 1 else None
            told = self._known.get(id(candidates)) if candidates else None
            if method == RECOGNISED:
                little = is_general(words, words, self._general)
                kinds = tuple(sorted(entity.kinds)) if entity is not None else ()
                described: _Described = (None, None, None, None, None, RECOGNISED, kinds or ("other",), ())
            elif told is not None and told.surface == words:
                little, described = told.little, told.described
            else:
                little = is_general(candidates[0].name.name, words, self._general)
                described = _described(candidates)
            concept, name, source, source_id, similarity, own, types, alternatives = described
            panel, sentence = bisect_right(panel_starts, start) - 1, bisect_right(sentence_starts, start) - 1
            yield Link(
                spans, words, concept, name, source, source_id, similarity, method or own, types,
                alternatives,
                tuple(sorted((*context, "general"))) if little else context,
                panels[panel].labels if panel >= 0 and start < panels[panel].end else (),
                sentence if sentence >= 0 and start < cut[sentence][1] else 0,
                entity.label if entity is not None else None,
            )  # fmt: skip


def _evidence(candidates: Sequence[Candidate]) -> frozenset[str]:
    """The concepts that are named in full."""
    return frozenset(c.name.concept_id for c in candidates if not c.is_acronym)


def _described(candidates: Sequence[Candidate]) -> _Described:
    """What a link says of the best candidate, and the other concepts that may be meant."""
    best, *others = candidates
    name = best.name
    found: dict[str, Alternative] = {}
    for candidate in others:
        other = candidate.name
        if other.concept_id != name.concept_id:
            told = Alternative(other.concept_id, other.name, other.source_id, candidate.similarity)
            found.setdefault(other.concept_id, told)
    return (
        name.concept_id, name.name, name.source, name.source_id, best.similarity, best.method,
        name.semantic_types, tuple(found.values()),
    )  # fmt: skip


@lru_cache(maxsize=256)
def _base(language: str) -> str:
    """A language without its country.

    >>> _base("en-GB")
    'en'
    """
    return language.split("-")[0].lower()
