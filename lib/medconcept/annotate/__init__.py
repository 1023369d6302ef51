"""Spark NLP sentences and tokens, and the dictionary applied to them."""
