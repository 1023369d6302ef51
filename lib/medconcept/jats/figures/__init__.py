"""Figures: labels, captions, graphics, rights, and the paragraphs that cite them."""
