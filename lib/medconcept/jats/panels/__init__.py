"""Panels: the parts of a caption that describe parts of a figure. Text in, offsets out."""
