"""Sources of articles: PMC's bucket, its daily inventory, the download of objects. No pyspark."""
