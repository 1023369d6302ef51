"""Forms of names, the compiled dictionary file, and its look-up. Imports no pyspark."""
