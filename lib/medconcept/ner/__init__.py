"""Spark NLP's entity recognition: training, loading, running, and what an entity's type may be linked to."""
