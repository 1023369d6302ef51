"""Why nothing of a UMLS release is chosen: what it has, what is asked for, and what to write instead."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from medconcept.terminologies.semantic_network import GROUP_OF
from medconcept.terminologies.umls_options import RECOMMENDED_SOURCES, UmlsOptions

_SHOWN = 12  # values of a kind; a whole release has some 180 vocabularies


class NameGroup(NamedTuple):
    """Names of a release that have these values in common, and their number."""

    language: str
    source: str
    suppress: str
    term_type: str
    level: int
    names: int


# Each option of which a name may fall foul, in the order in which names are judged, and its column.
_CONDITIONS: tuple[tuple[str, str, Callable[[NameGroup, UmlsOptions], bool]], ...] = (
    ("languages", "language", lambda g, o: g.language in o.languages),
    (
        "sources",
        "source",
        lambda g, o: (
            "*" in o.sources or g.source in o.sources or (o.takes_translations and g.language != "ENG")
        ),
    ),
    ("suppress", "suppress", lambda g, o: g.suppress in o.suppress),
    (
        "term_types",
        "term_type",
        lambda g, o: g.term_type in o.term_types if o.term_types else g.term_type not in o.without_term_types,
    ),
    ("restriction_levels", "level", lambda g, o: g.level in o.restriction_levels),
)


def nothing_chosen(groups: Sequence[NameGroup], types: Mapping[str, int], options: UmlsOptions) -> str:
    """One line about a release of which `options` choose no name.

    `groups` are all names of the release; `types` the number of names by semantic type (TUI) among those that
    meet all other conditions.

    >>> print(nothing_chosen([NameGroup("ENG", "XYZ", "N", "PT", 0, 7)], {}, UmlsOptions(sources=("MSH",))))
    none of its 7 names is chosen. It has the vocabularies XYZ (7), the languages ENG (7), the term types \
PT (7). Asked for are the vocabularies MSH, the languages ENG, all term types but those of catalogues. To \
take its names, write in this source's settings: umls: {sources: [XYZ]}
    """
    total = sum(group.names for group in groups)
    if not total:
        return "no line of MRCONSO.RRF holds a name"
    has = (
        f"It has the vocabularies {_counted(groups, 'source')}, "
        f"the languages {_counted(groups, 'language')}, the term types {_counted(groups, 'term_type')}."
    )
    return f"none of its {total:,} names is chosen. {has} {_asked(options)} {_remedy(groups, types, options)}"


def _asked(options: UmlsOptions) -> str:
    sources = f"vocabularies {', '.join(options.sources)}"
    if options.sources == RECOMMENDED_SOURCES:
        sources = f"{len(options.sources)} recommended {sources}"
    types = "all term types but those of catalogues"
    if options.term_types:
        types = f"the term types {', '.join(options.term_types)}"
    return f"Asked for are the {sources}, the languages {', '.join(options.languages)}, {types}."


def _remedy(groups: Sequence[NameGroup], types: Mapping[str, int], options: UmlsOptions) -> str:
    """What to write so that names are chosen: values of the release for each option that leaves none."""
    left, changes = list(groups), []
    for option, column, meets in _CONDITIONS:
        passed = [group for group in left if meets(group, options)]
        if not passed:
            values = [value for value, _ in _most(left, column)]
            changes.append(f"{option}: [{', '.join(map(str, values))}]")
        left = passed or left
    if changes:
        return f"To take its names, write in this source's settings: umls: {{{', '.join(changes)}}}"
    kinds = Counter[str]()
    for tui, count in types.items():
        kinds[GROUP_OF.get(tui, tui)] += count
    if not kinds:
        return "Its concepts have no semantic type: MRSTY.RRF does not name them."
    found = ", ".join(f"{kind} ({count:,})" for kind, count in kinds.most_common())
    known = [kind for kind in kinds if kind in GROUP_OF.values()]
    own = [tui for tui in types if tui not in GROUP_OF]
    parts = [f"semantic_groups: [{', '.join(known)}]"] * bool(known)
    parts += [f"semantic_types: [{', '.join(own)}]"] * bool(own)
    asked = ", ".join((*options.semantic_groups, *options.semantic_types)) or "none"
    return (
        f"The names that meet these have the semantic groups {found}; asked for are {asked}. To take them, "
        f"write in this source's settings: umls: {{{', '.join(parts)}}}"
    )


def _most(groups: Sequence[NameGroup], column: str) -> list[tuple[object, int]]:
    counts = Counter[object]()
    for group in groups:
        counts[getattr(group, column)] += group.names
    return sorted(counts.items(), key=lambda item: (-item[1], str(item[0])))


def _counted(groups: Sequence[NameGroup], column: str) -> str:
    most = _most(groups, column)
    shown = [f"{value} ({count:,})" for value, count in most[:_SHOWN]]
    return ", ".join(shown) + (f" and {len(most) - _SHOWN} more" if len(most) > _SHOWN else "")
