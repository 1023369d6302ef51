"""What Spark runs in its Python workers, by job: Arrow batches in, Arrow batches out. No Delta, no stage."""
