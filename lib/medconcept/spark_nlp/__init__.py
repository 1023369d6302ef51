"""Spark NLP: sentences, tokens, and recognisers of entities, trained and run."""
