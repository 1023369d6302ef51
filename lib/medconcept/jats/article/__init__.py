"""Metadata of an article: `<front>`, `<back>`, and where in the article an element stands."""
