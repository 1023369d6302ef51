"""Write prefixes.tsv, the spellings of prefixes, from the Bioregistry's data.

    pip download --no-deps bioregistry==0.15.6 && unzip bioregistry-*.whl
    python -m medconcept.terminologies.make_prefixes bioregistry/data/bioregistry.json > prefixes.tsv

The package itself is no dependency: of its 7 MB a few lines a prefix are needed.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from medconcept.terminologies.prefixes import HEADER, prefix_key, without_scheme

# Where the Bioregistry has no spelling, or another than the files that medconcept reads.
PREFERRED = {
    "mesh": "MESH", "omim": "OMIM", "omim.ps": "OMIMPS", "umls": "UMLS", "orphanet.ordo": "Orphanet",
    "snomedct": "SNOMEDCT", "ncit": "NCIT", "meddra": "MEDDRA", "pubmed": "PMID", "cellosaurus": "CVCL",
    "wikipedia.en": "Wikipedia", "go.ref": "GO_REF",
}  # fmt: skip
# Resources that the Bioregistry keeps apart although their ids are the same.
MERGED = {"orpha": "orphanet.ordo"}
# Further spellings, and addresses that the Bioregistry has as those of other providers.
SPELLINGS = {
    "orphanet.ordo": ("ORDO", "ORPHA", "Orphanet", "OrphaCode", "ORPHANET_ORDO"),
    "omim": ("MIM",), "umls": ("UMLS_CUI", "UMLS CUI"), "ncit": ("NCI",), "mesh": ("MSH",),
    "meddra": ("MDR",),
}  # fmt: skip
ADDRESSES = {
    "umls": (
        "linkedlifedata.com/resource/umls/id/", "uts.nlm.nih.gov/uts/umls/concept/",
        "purl.bioontology.org/ontology/UMLS/",
    ),
    "orphanet.ordo": (
        "www.orpha.net/ORDO/Orphanet_", "www.orpha.net/ORDO/Orphanet:",
        "www.orpha.net/consor/cgi-bin/OC_Exp.php?lng=EN&Expert=", "www.orpha.net/en/disease/detail/",
    ),
    "mesh": ("id.nlm.nih.gov/mesh/", "www.ncbi.nlm.nih.gov/mesh/", "purl.bioontology.org/ontology/MESH/"),
    "omim": ("omim.org/entry/", "www.omim.org/entry/", "purl.bioontology.org/ontology/OMIM/"),
    "snomedct": ("snomed.info/id/", "snomed.info/sct/", "purl.bioontology.org/ontology/SNOMEDCT/"),
    "ncit": ("ncicb.nci.nih.gov/xml/owl/EVS/Thesaurus.owl#",),
    "efo": ("www.ebi.ac.uk/efo/EFO_",),
}  # fmt: skip


def rows(registry: Mapping[str, Mapping[str, Any]]) -> Iterator[tuple[str, list[str], list[str]]]:
    """Yield for each resource the preferred spelling, other spellings, and the addresses before an id."""
    registry = {name: resource for name, resource in registry.items() if name not in MERGED}
    seen_keys = {prefix_key(_preferred(name, resource)) for name, resource in registry.items()}
    seen_addresses: set[str] = set()
    for name, resource in sorted(registry.items()):
        preferred = _preferred(name, resource)
        spellings: dict[str, None] = {}
        for spelling in (name, *SPELLINGS.get(name, ()), *(resource.get("synonyms") or ())):
            key = prefix_key(spelling)
            # A spelling that two resources have says nothing.
            if key and key not in seen_keys:
                seen_keys.add(key)
                spellings[key] = None
        addresses: dict[str, None] = {}
        stated = (resource.get("uri_format"), resource.get("rdf_uri_format"))
        formats = [each.removesuffix("$1") for each in stated if each and each.endswith("$1")]
        for address in (*map(without_scheme, formats), *ADDRESSES.get(name, ())):
            # Those of OBO PURLs follow a rule.
            if "$1" not in address and "/obo/" not in address and address not in seen_addresses:
                seen_addresses.add(address)
                addresses[address] = None
        yield preferred, list(spellings), list(addresses)


def _preferred(name: str, resource: Mapping[str, Any]) -> str:
    stated = (resource.get("obofoundry") or {}).get("preferred_prefix") or resource.get("preferred_prefix")
    alike = (s for s in resource.get("synonyms") or () if prefix_key(s) == prefix_key(name) and "." not in s)
    return PREFERRED.get(name) or str(stated or ("." in name and next(alike, None)) or name.upper())


if __name__ == "__main__":
    print(HEADER)
    for preferred, spellings, addresses in rows(json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))):
        print(preferred, "|".join(spellings), " ".join(addresses), sep="\t")
