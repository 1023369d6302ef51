"""What workers do for train_ner: text for embeddings."""
