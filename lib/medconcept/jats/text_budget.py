"""A limit on the text that the records of one article may hold."""

from __future__ import annotations

from medconcept.jats.errors import ArticleRejected, Reason


class TextBudget:
    """Characters that the records of one article may still hold.

    A small hostile file can make large records, because each figure repeats the caption of its group, the
    titles of its sections and the paragraphs that cite it.

    >>> TextBudget(10).spend(11)
    Traceback (most recent call last):
    medconcept.jats.errors.ArticleRejected: too_large: the records would hold more than 10 characters
    """

    def __init__(self, characters: int) -> None:
        self._total = self._remaining = characters

    def spend(self, characters: int) -> None:
        """Subtract a number of characters; raise `ArticleRejected` (too_large) if fewer are left."""
        self._remaining -= characters
        if self._remaining < 0:
            detail = f"the records would hold more than {self._total} characters"
            raise ArticleRejected(Reason.TOO_LARGE, None, detail)
