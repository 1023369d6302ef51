"""What Spark runs in its Python workers for assemble_triplets: facts of a figure, connected groups."""
