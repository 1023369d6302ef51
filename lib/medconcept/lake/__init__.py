"""A lake: Delta tables under one root, with commits, releases and queries. No other code writes tables."""
