"""XML: bytes to a checked lxml tree (encodings, entities, limits), and small queries on it."""
