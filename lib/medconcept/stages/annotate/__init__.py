"""annotate_captions: captions to `mentions`."""
