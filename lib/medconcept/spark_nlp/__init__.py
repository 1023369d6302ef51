"""Spark NLP: sentences, tokens, and recognisers of entities, how to train them and how to run them."""
