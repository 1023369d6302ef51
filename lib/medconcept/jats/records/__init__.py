"""What a parse returns: plain values that pickle."""
