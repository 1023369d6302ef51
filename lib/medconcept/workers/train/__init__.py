"""Work of Spark workers for train_ner: text for embeddings."""
