"""From captions to concepts: forms of names, abbreviations, ambiguity, negation. Imports no pyspark."""
