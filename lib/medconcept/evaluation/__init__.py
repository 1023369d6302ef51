"""Scores of linking against human annotation, see docs/evaluation.md. Imports no pyspark."""
