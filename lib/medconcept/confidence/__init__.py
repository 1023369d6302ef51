"""How sure a mention is: the calibrated probability that it is right, and what moved it most. No Spark.

`feature` says what a feature is, `name_features` and `context_features` compute them, `model` has the
weights, `mention_confidence` applies them, `training` learns them. See docs/confidence.md.
"""
