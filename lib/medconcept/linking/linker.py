"""The linker: captions to mentions with their concepts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import cached_property

import numpy as np

from medconcept.jats.panels import find_panels
from medconcept.linking.abbreviations import known_pairs, occurrences
from medconcept.linking.candidates import Candidate, judge
from medconcept.linking.compiled import LinkingDictionary
from medconcept.linking.context import context_flags, sentence_spans
from medconcept.linking.coordination import joints
from medconcept.linking.general import FIGURE_WORDS, GENERAL, is_general
from medconcept.linking.learned import Learned
from medconcept.linking.overlaps import Mention, longest_first
from medconcept.linking.records import (
    Alternative,
    ArticleContext,
    Caption,
    Link,
    LinkedCaption,
    LinkSettings,
)
from medconcept.linking.words import TOKEN, numerals, plain

_NOTHING = ArticleContext()
_DEFAULT = LinkSettings()
CACHE = 1 << 16
_JOINS = frozenset({"and", "or", "&", "to"})
HEADS = ("disease", "syndrome", "cell")


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
        self._judged: dict[tuple[int, str, int], tuple[Candidate, ...]] = {}
        self._whole: dict[str, tuple[Candidate, ...]] = {}

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
        cuts = [Cut(caption.text) for caption in wanted]
        named = self._named([caption.text for caption in wanted])
        mine = iter(zip(wanted, cuts, named, strict=True))
        for caption in captions:
            if not self._speaks(caption.language):
                yield LinkedCaption(flags=("language",))
                continue
            _, cut, found = next(mine)
            found = self._chosen(caption.text, self._complete(cut, caption.article, found))
            kept = longest_first(found, nested=self.settings.nested, by_source=self.settings.by_source)
            yield LinkedCaption(tuple(self._links(caption, kept)))

    def _speaks(self, language: str | None) -> bool:
        return language is None or language.split("-")[0].lower() in self.settings.languages

    def considered(self, text: str, article: ArticleContext = _NOTHING) -> list[Mention]:
        """All mentions that may be kept: without those that say too little, if the settings want it so."""
        return self._chosen(text, self.mentions(text, article))

    def _chosen(self, text: str, found: list[Mention]) -> list[Mention]:
        if self._learned is not None:
            found = self._learned.apply(self, text, found)
        if self.settings.general:
            return found
        return [m for m in found if not self._says_little(text, m)]

    def mentions(self, text: str, article: ArticleContext = _NOTHING) -> list[Mention]:
        """All mentions before overlaps are resolved."""
        cut = Cut(text)
        (found,) = self._named([text])
        return self._complete(cut, article, found)

    def _complete(self, cut: Cut, article: ArticleContext, found: list[Mention]) -> list[Mention]:
        found += self._coordinated(cut, found)
        return self._abbreviated(cut, article, found)

    def _named(self, texts: Sequence[str]) -> Iterator[list[Mention]]:
        """For each text the places where forms of names stand, every length at each word."""
        hits = self.dictionary.find_forms(texts)
        edges = np.searchsorted(hits["text"], np.arange(len(texts) + 1)).tolist()
        columns = [hits[name].tolist() for name in ("start", "end", "sense", "derived")]
        judged, judge = self._judged, self._judge
        for number, text in enumerate(texts):
            found: dict[tuple[int, int], Mention] = {}
            at = slice(edges[number], edges[number + 1])
            # Those as nouns stand behind the others, and count where the words as they stand mean nothing.
            for start, end, sense, derived in zip(*(column[at] for column in columns), strict=True):
                place = (start, end)
                if place in found:
                    continue
                surface = text[start:end]
                candidates = judged.get((sense, surface, derived))
                if candidates is None:
                    candidates = judge(sense, surface, derived)
                if candidates:
                    found[place] = Mention((place,), candidates)
            yield list(found.values())

    def _judge(self, sense: int, surface: str, derived: int) -> tuple[Candidate, ...]:
        found = judge(surface, self.dictionary.names_of(sense), bool(derived), self.settings)
        if len(self._judged) >= CACHE:
            self._judged.clear()
        self._judged[sense, surface, derived] = found
        return found

    def whole(self, text: str) -> tuple[Candidate, ...]:
        """The names that a whole text may mean, best first: what a long form stands for."""
        found = self._whole.get(text)
        if found is None:
            cut = Cut(text)
            (named,) = self._named([text])
            full = [m for m in named if cut.starts and m.spans[0] == (cut.starts[0], cut.ends[-1])]
            found = full[0].candidates if full else ()
            if len(self._whole) >= CACHE:
                self._whole.clear()
            self._whole[text] = found
        return found

    def _coordinated(self, cut: Cut, found: list[Mention]) -> Iterator[Mention]:
        if not cut.joins:
            return
        names = sorted({span for m in found for span in [cut.words_of(m.spans[0])] if span[1] > span[0]})
        for joint in joints(cut.words, names):
            own = (cut.starts[joint.first], cut.ends[joint.last])
            head = (cut.starts[joint.head], cut.ends[joint.end])
            candidates = self.whole(f"{cut.text[own[0] : own[1]]} {cut.text[head[0] : head[1]]}")
            if candidates:
                yield Mention((own, head), candidates)

    def _abbreviated(self, cut: Cut, article: ArticleContext, found: list[Mention]) -> list[Mention]:
        """Put what the article says of its short forms in place of what the dictionary does."""
        text = cut.text
        known = known_pairs(text, article.abbreviations)
        explained: dict[tuple[int, int], tuple[Candidate, ...]] = {}
        wider: dict[tuple[int, int], tuple[Candidate, ...]] = {}
        for short, longs in known.items():
            for place in occurrences(text, short):
                senses = next((s for s in map(self._meant, longs) if s), ())
                explained[place] = tuple(c for c in senses if not c.is_acronym)
                wider.update(self._expanded(cut, place, longs))
        evident = {c.name.concept_id for m in found for c in m.candidates if not c.is_acronym}
        evident |= {c.name.concept_id for longs in known.values() for long in longs for c in self.whole(long)}
        kept = []
        for mention in found:
            if mention.spans[0] in explained and len(mention.spans) == 1:
                continue
            sure = tuple(c for c in mention.candidates if self._is_evident(c, evident))
            if sure:
                kept.append(
                    mention if len(sure) == len(mention.candidates) else replace(mention, candidates=sure)
                )
        for told in (explained, wider):
            kept += [Mention((place,), senses, "abbreviation") for place, senses in told.items() if senses]
        return kept

    def _meant(self, long: str) -> tuple[Candidate, ...]:
        """What a long form stands for; "von Hippel-Lindau (VHL) disease" leaves its head out."""
        found = self.whole(long)
        for head in HEADS:
            found = found or tuple(c for c in self.whole(f"{long} {head}") if c.method != "derived")
        return found

    def _expanded(
        self, cut: Cut, place: tuple[int, int], longs: tuple[str, ...]
    ) -> Iterator[tuple[tuple[int, int], tuple[Candidate, ...]]]:
        """A short form as part of a longer name: "ES cells" where ES is said to be "embryonic stem"."""
        if place[0] not in cut.first or place[1] not in cut.last:
            return
        first, last = cut.first[place[0]], cut.last[place[1]]
        for before, behind in ((0, 1), (0, 2), (1, 0), (1, 1)):
            begin, end = first - before, last + behind
            if begin < 0 or end >= len(cut.words) or not all(w.isalnum() for w in cut.words[begin : end + 1]):
                continue
            wide = (cut.starts[begin], cut.ends[end])
            for long in longs:
                full = cut.text[wide[0] : place[0]] + long + cut.text[place[1] : wide[1]]
                if senses := tuple(c for c in self.whole(full) if c.method != "derived"):
                    yield wide, senses
                    break

    def _is_evident(self, candidate: Candidate, evident: set[str]) -> bool:
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
        for mention, context in zip(mentions, flags, strict=True):
            best, *others = mention.candidates
            name = best.name
            start = mention.spans[0][0]
            words = " ".join(text[a:b] for a, b in mention.spans)
            general = ("general",) if self._says_little(text, mention) else ()
            yield Link(
                mention.spans, words, name.concept_id, name.name, name.source, name.source_id,
                best.similarity,
                mention.method or best.method, name.semantic_types, _alternatives(name.concept_id, others),
                tuple(sorted((*context, *general))),
                next((p.labels for p in panels if p.start <= start < p.end), ()),
                next((n for n, (a, b) in enumerate(cut) if a <= start < b), 0),
            )  # fmt: skip


def _alternatives(chosen: str, others: Sequence[Candidate]) -> tuple[Alternative, ...]:
    found: dict[str, Alternative] = {}
    for candidate in others:
        name = candidate.name
        if name.concept_id != chosen:
            told = Alternative(name.concept_id, name.name, name.source_id, candidate.similarity)
            found.setdefault(name.concept_id, told)
    return tuple(found.values())


class Cut:
    """A text cut into plain words, with where each stands."""

    def __init__(self, text: str) -> None:
        """Cut an NFC text."""
        self.text = text
        spans = [match.span() for match in TOKEN.finditer(text)]
        self.starts = [start for start, _ in spans]
        self.ends = [end for _, end in spans]
        self.words = numerals([plain(text[start:end]) for start, end in spans])
        self.joins = not _JOINS.isdisjoint(self.words)

    @cached_property
    def first(self) -> dict[int, int]:
        """The word that begins at a code point."""
        return {start: n for n, start in enumerate(self.starts)}

    @cached_property
    def last(self) -> dict[int, int]:
        """The word that ends at a code point."""
        return {end: n for n, end in enumerate(self.ends)}

    def place(self, first: int, last: int) -> tuple[int, int] | None:
        """Code points from one word to another; None where that would cut a word such as "TNFα"."""
        start, end = self.starts[first], self.ends[last]
        if first and self.ends[first - 1] == start and self._letters(start - 1, start):
            return None
        if last + 1 < len(self.starts) and self.starts[last + 1] == end and self._letters(end - 1, end):
            return None
        if self.text.endswith(("'s", "’s"), start, end) and end - start > 2:
            end -= 2  # the possessive ending is no part of the name
        return start, end

    def words_of(self, place: tuple[int, int]) -> tuple[int, int]:
        """First and last word of a place."""
        first = self.first[place[0]]
        last = self.last.get(place[1])
        return first, last if last is not None else self.last.get(place[1] + 2, first)

    def _letters(self, before: int, behind: int) -> bool:
        return self.text[before].isalnum() and self.text[behind].isalnum()
