"""Queries of Spark SQL for DataFusion: those, and only those, that mean the same there.

The two differ without an error in much: 5/2, 1/0, the place of nulls in an order, the index of a list's first
item, quotes, concat of a null, log. So a query is parsed as Spark's, its names and types are resolved, and
each part is written again in a form that means in DataFusion what it means in Spark. What is not in the list
of such parts is left to Spark.
"""
