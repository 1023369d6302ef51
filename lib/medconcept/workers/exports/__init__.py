"""What Spark's workers run for export_dataset: rows in, shards on disk out."""
