"""Records that a parse returns: plain values that pickle."""
