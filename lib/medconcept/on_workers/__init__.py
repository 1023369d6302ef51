"""What Spark runs in its Python workers: batches of rows in, batches of rows out.

A worker needs the package's zip, lxml, numpy, zstandard, and what every PySpark worker has. It needs
no Delta, no Spark NLP and no Great Expectations: nothing here may import them, or a module that does.
"""
