"""Names that captions use for terms whose files come without them: `common_names.tsv` of this package.

Formulae, trade names and short forms of chemicals, fluorescent proteins, cells in culture, adjectives of
organs: facts, of which the choice is our own. Each line has the id of a term at its source, names, and names
that are known: few texts explain them, and they seldom stand for anything else ("mRNA", "DMSO", "p53"),
whatever other sources have under them. Names are separated by `|`.
"""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from importlib.resources import files

from medconcept.terminologies.term import Term

OWN = "medconcept"  # the term type of such a name: it is not of the file


def with_common_names(term: Term) -> Term:
    """The term with the names of the list that it lacks, as exact synonyms with the term type OWN.

    >>> term = with_common_names(Term("CHEBI", "CHEBI:16240", "hydrogen peroxide", ("HOOH",)))
    >>> term.synonyms, term.term_types
    (('HOOH', 'H2O2'), ('', 'medconcept'))
    >>> with_common_names(Term("MINE", "MINE:1", "H2O2")).synonyms
    ()
    """
    common = _names().get(term.source_id)
    if common is None or term.obsolete:  # nearly all terms: nothing else is computed for them
        return term
    own = {term.name, *term.synonyms}
    in_lower_case = {name.lower() for name in own}
    known = _known().get(term.source_id, ())  # which count as they are written
    more = [
        name for name in common if name not in own and (name in known or name.lower() not in in_lower_case)
    ]
    if not more:
        return term
    count = len(term.synonyms)
    return replace(
        term,
        synonyms=(*term.synonyms, *more),
        scopes=(*(term.scopes or ("exact",) * count), *("exact",) * len(more)),
        term_types=(*(term.term_types or ("",) * count), *(OWN,) * len(more)),
        languages=(*(term.languages or (term.language,) * count), *("en",) * len(more)),
    )


def is_known_name(source_id: str, name: str) -> bool:
    """True for a name that the list has as known, which needs no evidence to be believed.

    >>> is_known_name("MESH:D012333", "mRNA"), is_known_name("MESH:D012333", "RNA")
    (True, False)
    """
    return name in _known().get(source_id, ())


@cache
def _rows() -> tuple[tuple[str, tuple[str, ...], tuple[str, ...]], ...]:
    text = files("medconcept.terminologies").joinpath("common_names.tsv").read_text(encoding="utf-8")
    rows = (line.split("\t") for line in text.splitlines()[1:])
    return tuple((source_id, _parts(names), _parts(known)) for source_id, names, known in rows)


def _parts(cell: str) -> tuple[str, ...]:
    return tuple(part for part in cell.split("|") if part)


@cache
def _names() -> dict[str, tuple[str, ...]]:
    return {source_id: names + known for source_id, names, known in _rows()}


@cache
def _known() -> dict[str, tuple[str, ...]]:
    return {source_id: known for source_id, _, known in _rows() if known}
