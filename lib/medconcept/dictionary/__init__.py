"""Terminologies, how their names are compared, and the compiled dictionary. Imports no pyspark."""
