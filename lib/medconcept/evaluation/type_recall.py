"""How much of what annotators marked is linked, by kind of entity: exact place, fitting kind, the very id.

Gold such as BioRED marks no general words, so precision is not taken from it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from medconcept.dictionary.linking_dictionary import LinkingDictionary
from medconcept.evaluation.bootstrap import SAMPLES, SEED, recall_interval
from medconcept.evaluation.identifiers import Identifiers
from medconcept.evaluation.score import Counts, total
from medconcept.evaluation.typed_mentions import TYPES, TypedGold, TypedMention, TypedText
from medconcept.jats.article.short_form_pairs import abbreviation_pairs
from medconcept.linking.linker import Linker
from medconcept.linking.types import ArticleContext, Caption, Link
from medconcept.terminologies.semantic_network import with_kinds

BATCH = 256  # texts linked at once
SPAN, KIND, ID, AMONG = "exact_span", "fitting_kind", "exact_id", "id_among_alternatives"
MEASURES = (SPAN, KIND, ID, AMONG)
# The kinds of concept that fit an entity; our sources call a peptide that is a drug a protein.
FITTING: Mapping[str, frozenset[str]] = {
    "gene": frozenset({"gene", "protein"}),
    "disease": frozenset({"disease", "phenotype"}),
    "chemical": frozenset({"chemical", "protein"}),
    "organism": frozenset({"organism"}),
    "cell line": frozenset({"cell line", "cell"}),
}


class KnownIds:
    """The ids that a link is compared by: those of its term, and those that other databases give the same."""

    def __init__(self, dictionary: LinkingDictionary) -> None:
        """Take an open dictionary."""
        self._other = dictionary.joined()
        self._same = Identifiers(dictionary.retired(), self._other)
        self._known = frozenset(i for term in dictionary.term_ids() for i in self.of_term(term))

    def of_term(self, source_id: str) -> frozenset[str]:
        """The ids of a term as they are compared."""
        ids = (source_id, *self._other.get(source_id, ()))
        return frozenset(self._same.resolve(one) for one in ids)

    def of_gold(self, ids: frozenset[str]) -> frozenset[str]:
        """The ids of a gold mention as they are compared."""
        return frozenset(self._same.resolve(one) for one in ids)

    def has(self, ids: frozenset[str]) -> bool:
        """True if a term of the dictionary has one of these resolved ids."""
        return not self._known.isdisjoint(ids)


def type_recall(
    gold: TypedGold, linker: Linker, *, samples: int = SAMPLES, seed: int = SEED
) -> dict[str, Any]:
    """The recall of each measure by kind of entity.

    `exact_span`: a mention has the same span. `fitting_kind`: and its concept is of a fitting kind.
    `exact_id`: and its term has one of the annotated ids, or the dictionary joins the two.
    `id_among_alternatives`: or one of its alternatives has. `can_be_named`: the share of the gold of
    which the dictionary has an id, the bound of the last two.
    """
    ids = KnownIds(linker.dictionary)
    counts: dict[tuple[str, str], dict[str, Counts]] = {}
    for text, links in _linked(gold.texts, linker):
        at = {link.spans[0]: link for link in links if len(link.spans) == 1}
        for mention in text.mentions:
            link = at.get((mention.start, mention.end))
            measured = {**judged(mention, link, ids), "can_be_named": ids.has(ids.of_gold(mention.ids))}
            for name, is_right in measured.items():
                articles = counts.setdefault((mention.type, name), {})
                one = Counts(int(is_right), 0, int(not is_right))
                articles[text.key] = articles.get(text.key, Counts()) + one
    out: dict[str, Any] = {"documents": len(gold.texts), "by_type": {}}
    for kind in TYPES:
        if (kind, SPAN) not in counts:
            continue
        row: dict[str, Any] = {}
        out["by_type"][kind] = row
        for name in (*MEASURES, "can_be_named"):
            summed = total(counts[kind, name].values())
            low, high = recall_interval(counts[kind, name], samples=samples, seed=seed)
            recall = round(summed.tp / (summed.tp + summed.fn), 4)
            row[name] = {"recall": recall, "right": summed.tp, "interval": [low, high]}
            row["mentions"] = summed.tp + summed.fn
    return {**out, "bootstrap": {"samples": samples, "seed": seed}, "left_out": gold.left_out}


def judged(mention: TypedMention, link: Link | None, ids: KnownIds) -> dict[str, bool]:
    """Each of MEASURES for a gold mention and the link that has its span, if any."""
    if link is None or link.source_id is None:
        return dict.fromkeys(MEASURES, False)
    wanted = ids.of_gold(mention.ids)
    is_right = not wanted.isdisjoint(ids.of_term(link.source_id))
    others = (ids.of_term(other.source_id) for other in link.alternatives)
    return {
        SPAN: True,
        KIND: not FITTING[mention.type].isdisjoint(with_kinds(link.semantic_types)),
        ID: is_right,
        AMONG: is_right or any(not wanted.isdisjoint(other) for other in others),
    }


def _linked(texts: Sequence[TypedText], linker: Linker) -> Iterator[tuple[TypedText, Sequence[Link]]]:
    for first in range(0, len(texts), BATCH):
        batch = texts[first : first + BATCH]
        linked = linker.link_batch([Caption(t.text, _context(t.text), language=None) for t in batch])
        for text, result in zip(batch, linked, strict=True):
            yield text, result.links


def _context(text: str) -> ArticleContext:
    pairs = dict.fromkeys((short, long) for short, long, _ in abbreviation_pairs(text))
    return ArticleContext(tuple(pairs))


def type_recall_lines(out: Mapping[str, Any]) -> list[str]:
    """The report as lines of text."""
    columns = (*MEASURES, "can_be_named")
    lines = [f"{out['documents']} documents, recall by kind of entity", ""]
    lines.append(f"{'':10}{'mentions':>9}" + "".join(f"{name.replace('_', ' '):>23}" for name in columns))
    for kind, row in out["by_type"].items():
        cells = ""
        for name in columns:
            low, high = row[name]["interval"]
            cells += f"{row[name]['recall']:9.4f} ({low:.3f}-{high:.3f})"
        lines.append(f"{kind:10}{row['mentions']:9}{cells}")
    drawn = out["bootstrap"]
    lines += ["", f"bootstrap over documents: {drawn['samples']} samples, seed {drawn['seed']}"]
    lines.extend(f"left out of the gold: {reason}: {times}" for reason, times in out["left_out"].items())
    return lines
