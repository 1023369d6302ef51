"""How much a caption is about each concept that it names: by a score, or by an entailment model."""
