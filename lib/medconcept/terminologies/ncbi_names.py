"""NCBI Taxonomy to terms: `names.dmp` of its dump (NCBI, taxdump_readme.txt)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import groupby
from operator import itemgetter
from typing import IO

from medconcept.terminologies import term_fields
from medconcept.terminologies.left_out import LeftOut
from medconcept.terminologies.obo import Opener
from medconcept.terminologies.term import DictionarySourceError, Term

_SCIENTIFIC = "scientific name"
# The others are authorities, type material, misspellings, and names that cover several taxa.
_CLASSES = frozenset({
    _SCIENTIFIC, "synonym", "equivalent name", "genbank common name", "common name", "genbank acronym",
    "acronym",
})  # fmt: skip
# Taxa that nobody has named: "Bacillus sp. 2A", "uncultured bacterium", "Homo sapiens x Mus musculus".
_UNNAMED = re.compile(
    r"\b(?:sp|spp|cf|aff|nr|gen|subgen|n)\.|\b(?:uncultured|unidentified|unclassified|environmental|metagenome"
    r"|symbiont|endosymbiont|vector|synthetic|sample|isolate|clone)\b| x |['\"\[\]]"
)


def read_ncbi_names(open_: Opener, source: str, left_out: LeftOut) -> Iterator[Term]:
    """Yield a term for each taxon that has a scientific name of two words or more.

    Names of one word are left out: those of genera are ordinary words as well (Cancer, Iris, Data). Taxa that
    nobody has named are left out too. The lines of a taxon follow each other, as NCBI has them, so that one
    taxon at a time is in memory. Raises DictionarySourceError for a line that has no four columns.

    >>> import io
    >>> lines = b"7227\\t|\\tDrosophila melanogaster\\t|\\t\\t|\\tscientific name\\t|\\n"
    >>> [t.source_id for t in read_ncbi_names(lambda: io.BytesIO(lines), "NCBITAXON", LeftOut())]
    ['NCBITaxon:7227']
    """
    with open_() as file:
        for taxon, rows in groupby(_rows(file, source), key=itemgetter(0)):
            names = [(name, name_class) for _, name, name_class in rows if name_class in _CLASSES]
            scientific = next((name for name, name_class in names if name_class == _SCIENTIFIC), None)
            if scientific is None:
                left_out["no_name"] += 1
            elif " " not in scientific:
                left_out["one_word"] += 1
            elif _UNNAMED.search(scientific):
                left_out["unnamed_taxon"] += 1
            else:
                others = [name for name, _ in names if " " in name and not _UNNAMED.search(name)]
                yield Term(
                    source,
                    f"NCBITaxon:{taxon}",
                    scientific,
                    term_fields.clean_texts(name for name in others if name != scientific),
                    ("organism",),
                )


def _rows(file: IO[bytes], source: str) -> Iterator[tuple[str, str, str]]:
    """Id, name and class of each line."""
    for number, line in enumerate(file, 1):
        try:
            taxon, name, _, name_class = line.decode().rstrip("\n").removesuffix("\t|").split("\t|\t")
        except ValueError:  # also bytes that are not UTF-8
            raise DictionarySourceError(source, f"line {number}: not a line of names.dmp") from None
        if not taxon.isdecimal():
            raise DictionarySourceError(source, f"line {number}: {taxon[:20]!r} is not an id of a taxon")
        yield taxon, term_fields.clean_text(name), name_class
