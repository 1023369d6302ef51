"""Images of figures: finding the file, verifying its bytes, measuring, scaling, near duplicates."""
