"""Identifiers in one spelling: prefixes after the Bioregistry, addresses contracted to prefix and local id.

So that a term, references to it, codes of the UMLS and lists of one's own meet. The table prefixes.tsv has
the spellings of the Bioregistry 0.15.6 (CC0 1.0; Hoyt and others, Sci Data 2022, 9:714); make_prefixes.py
wrote it. The preferred spelling is that of the OBO Foundry where there is one: ids of OBO files stay as they
are.
"""

from __future__ import annotations

import re
from functools import lru_cache
from importlib.resources import files

HEADER = "# Bioregistry 0.15.6, https://bioregistry.io, CC0 1.0: spelling, other spellings, addresses of ids"
_IGNORED = str.maketrans("", "", " _-.")
_VERSION = re.compile(r"_\d{4}_\d{1,2}_\d{1,2}$")  # of SNOMEDCT_US_2023_03_01 and the like
# Prefix and local part of the last step of an OBO PURL: they are split at the last underscore (OBO Foundry,
# ID policy), since APOLLO_SV is a prefix. `#_` precedes a local part that is no number (GO.format.obo-1_4).
_SPLIT = re.compile(r"([A-Za-z][\w.\-]*)_([^_\s]+)")
_ADDRESS = re.compile(r"[A-Za-z][A-Za-z0-9+.\-]*://")
# Sites that name prefix and id in their addresses, whatever the prefix.
_RESOLVER = re.compile(
    r"(?:www\.)?(?:identifiers\.org|bioregistry\.io|n2t\.net|w3id\.org/biolink/vocab|purl\.bioontology\.org/ontology"
    r")/([A-Za-z][\w.\-]*)[/:](?:\1:)?([^/?#\s]+)",
    re.IGNORECASE,
)
_PURL = re.compile(r"[^\s#]*[/#]([^/#\s]+)")
_PURL_NAME = re.compile(r"[^\s]*/obo/([A-Za-z][\w.\-]*)#_([^/#\s]+)")


def prefix_key(prefix: str) -> str:
    """A prefix without what its spellings differ in: case, and signs between its parts.

    >>> prefix_key("UMLS_CUI"), prefix_key("ICD-10")
    ('umlscui', 'icd10')
    """
    return prefix.lower().translate(_IGNORED)


def without_scheme(address: str) -> str:
    """An address without "http://", and without "https://".

    >>> without_scheme("https://omim.org/entry/")
    'omim.org/entry/'
    """
    return _ADDRESS.sub("", address, count=1)


@lru_cache(maxsize=1)
def _tables() -> tuple[dict[str, str], dict[str, str]]:
    """The preferred spelling of each known one, by `prefix_key`; the prefix of addresses without scheme."""
    text = files("medconcept.terminologies").joinpath("prefixes.tsv").read_text(encoding="utf-8")
    lines = [line.split("\t") for line in text.splitlines() if not line.startswith("#")]
    spellings = {prefix_key(preferred): preferred for preferred, _, _ in lines}
    addresses = {}
    for preferred, others, places in lines:
        for other in others.split("|") if others else ():
            spellings.setdefault(other, preferred)
        for place in places.split():
            addresses[place] = preferred
    return spellings, addresses


@lru_cache(maxsize=1 << 14)
def one_prefix(prefix: str) -> str:
    """The one spelling of a prefix; a prefix that the table does not have stays as it is.

    >>> [one_prefix(p) for p in ("NCBITAXON", "MSH", "ORDO", "SNOMEDCT_US_2023_03_01", "Mine")]
    ['NCBITaxon', 'MESH', 'Orphanet', 'SNOMEDCT', 'Mine']
    """
    known = _tables()[0]
    stripped = prefix.strip()
    return known.get(prefix_key(stripped)) or known.get(prefix_key(_VERSION.sub("", stripped)), stripped)


def is_known(prefix: str) -> bool:
    """Whether the table has a prefix, in any spelling.

    >>> is_known("mondo"), is_known("part")
    (True, False)
    """
    return prefix_key(prefix) in _tables()[0]


def curie(prefix: str, local: str) -> str:
    """The identifier of a prefix and a local part, which may repeat the prefix.

    >>> curie("HGNC", "HGNC:5"), curie("MSH", "D004194"), curie("ORPHA", "ORPHA98")
    ('HGNC:5', 'MESH:D004194', 'Orphanet:98')
    """
    one = one_prefix(prefix)
    head, colon, rest = local.partition(":")
    if colon and rest and one_prefix(head) == one:
        local = rest
    elif one == "Orphanet" and local[:5].upper() == "ORPHA" and local[5:].isdigit():
        local = local[5:]
    elif one == "CVCL":
        local = local.removeprefix("CVCL_")
    return f"{one}:{local}"


def one_id(identifier: str) -> str:
    """An identifier in its one spelling: address, prefix and local part with a colon or an underscore.

    What is none of these is returned as it is.

    >>> one_id("http://purl.obolibrary.org/obo/APOLLO_SV_00000032"), one_id("ncbitaxon:9606")
    ('APOLLO_SV:00000032', 'NCBITaxon:9606')
    >>> one_id("https://identifiers.org/mesh/D004194"), one_id("http://www.orpha.net/ORDO/Orphanet_98")
    ('MESH:D004194', 'Orphanet:98')
    >>> one_id("http://purl.obolibrary.org/obo/uberon/core#proximally_connected_to")
    'http://purl.obolibrary.org/obo/uberon/core#proximally_connected_to'
    >>> one_id("EFO_0000408"), one_id("part_of"), one_id("http://example.org/a:1")
    ('EFO:0000408', 'part_of', 'http://example.org/a:1')
    """
    identifier = identifier.strip()
    prefix, colon, local = identifier.partition(":")
    if colon and local and ":" not in local and local[0] != "/":
        return curie(prefix, local) if prefix else identifier
    if identifier.startswith("<") and identifier.endswith(">"):
        identifier = identifier[1:-1]
    if _ADDRESS.match(identifier):
        return _contracted(identifier)
    if colon:
        return curie(prefix, local) if prefix and local else identifier
    split = _SPLIT.fullmatch(identifier)
    if split and is_known(split[1]) and any(map(str.isdigit, split[2])):
        return curie(split[1], split[2])
    return identifier


def _contracted(address: str) -> str:
    plain = without_scheme(address)
    if (resolved := _RESOLVER.fullmatch(plain)) and is_known(resolved[1]):
        return curie(resolved[1], resolved[2])
    if known := _prefix_before_id(plain):
        return curie(*known)
    if named := _PURL_NAME.fullmatch(plain):
        return curie(named[1], named[2])
    step = _PURL.fullmatch(plain)
    split = _SPLIT.fullmatch(step[1]) if step else None
    if split and _is_id(split[1], split[2], is_obo="/obo/" in plain):
        return curie(split[1], split[2])
    return address


def _is_id(prefix: str, local: str, *, is_obo: bool) -> bool:
    """Whether the last step of an address is an id: a page may be called Nucleotide_deletion."""
    has_digit = any(map(str.isdigit, local))
    if is_obo:
        return has_digit or is_known(prefix)
    return has_digit and (is_known(prefix) or prefix.isupper())


def _prefix_before_id(plain: str) -> tuple[str, str] | None:
    """The prefix of an address in the table, the longest that fits, and the id behind it."""
    places = _tables()[1]
    for cut in range(len(plain) - 1, 0, -1):
        if plain[cut - 1] in "/#=:_.":
            prefix = places.get(plain[:cut])
            if prefix is not None:
                return prefix, plain[cut:]
            if plain[cut - 1] == "/" and len(plain) - cut > 200:
                return None
    return None
