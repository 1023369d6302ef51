"""A tiny dictionary for tests of the linker."""

import json

from medconcept.dictionary.linking_dictionary import LinkingDictionary, compile_linking
from medconcept.linking.linker import Linker
from medconcept.linking.types import LinkSettings
from medconcept.terminologies.term import Term

TERMS = (
    Term("U", "U:heart", "heart", ("chambered heart",), ("anatomy",)),
    Term("U", "U:lv", "left ventricle", (), ("anatomy",)),
    Term("U", "U:rv", "right ventricle", (), ("anatomy",)),
    Term("U", "U:ventricle", "ventricle", (), ("anatomy",)),
    Term("U", "U:retina", "retina", (), ("anatomy",)),
    Term("U", "U:nucleus", "nucleus", (), ("anatomy",)),
    Term("U", "U:drg", "dorsal root ganglion", ("DRG",), ("anatomy",)),
    Term("U", "U:esc", "embryonic stem cell", (), ("cell",)),
    Term("U", "U:tissue", "tissue", (), ("anatomy",)),
    Term("U", "U:cat", "cat", (), ("organism",)),
    Term("G", "G:transfection", "transfection", (), ("process",)),
    Term("G", "G:apoptosis", "apoptotic process", (), ("process",)),
    Term("G", "G:regulation", "regulation of apoptosis", (), ("process",)),
    Term("G", "G:old", "obsolete thing", (), ("process",), obsolete=True, replaced_by="G:transfection"),
    Term("C", "C:glucose", "glucose", (), ("chemical",), alt_ids=("C:sugar",)),
    Term("C", "C:base", "base", (), ("chemical",)),
    Term("C", "C:tnf", "TNF-alpha", (), ("chemical",)),
    Term(
        "M",
        "M:hcc",
        "Carcinoma, Hepatocellular",
        (),
        ("disease",),
        cuis=("C2239176",),
        xrefs=("MESH:D006528",),
    ),
    Term("M", "M:lung", "carcinoma of the lung", (), ("disease",)),
    Term("M", "M:als", "amyotrophic lateral sclerosis", ("ALS",), ("disease",)),
    Term("M", "M:alz", "Alzheimer disease", (), ("disease",)),
    Term("M", "M:tumor", "tumor of oesophagus", (), ("disease",)),
    Term("M", "M:d2", "diabetes type 2", (), ("disease",)),
    Term("M", "M:all", "acute lymphoblastic leukaemia", ("ALL",), ("disease",)),
    Term("M", "M:cold", "common cold", ("cold",), ("disease",)),
    Term("U", "U:cold", "cold receptor", (), ("cell",)),
)


def dictionary(terms=TERMS):
    """A compiled dictionary of terms, sources in order of first use."""
    sources = list(dict.fromkeys(term.source for term in terms))
    return LinkingDictionary(compile_linking(terms, sources), "example")


def write_files(folder, names, rows):
    """Write a dictionary of a user's own, `mine.tsv`, and gold as CRAFT's captions have it, `gold.jsonl`."""
    (folder / "mine.tsv").write_text(names)
    (folder / "gold.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))


def linker(terms=TERMS, **settings):
    """A linker over them."""
    return Linker(dictionary(terms), LinkSettings(**settings))
