"""Annotation scored against human annotation, as docs/evaluation.md says. Imports no pyspark."""
