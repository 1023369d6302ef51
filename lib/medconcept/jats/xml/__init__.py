"""Bytes to a tree: encodings, entities, limits, and small questions asked of a tree."""
