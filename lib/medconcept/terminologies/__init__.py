"""Readers of terminologies (UMLS, OBO, OBO graphs, MeSH, lists) and the UMLS Semantic Network. No pyspark."""
