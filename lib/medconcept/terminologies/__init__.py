"""Terminologies: readers of UMLS, OBO, OBO graphs, MeSH and lists; the semantic network. No pyspark."""
