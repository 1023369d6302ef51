"""Short forms that the articles of a gold file explain, as the job has them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from medconcept.evaluation.documents import Document
from medconcept.evaluation.gold import Gold
from medconcept.jats.article.short_form_pairs import abbreviation_pairs
from medconcept.jats.errors import ArticleRejected
from medconcept.jats.parse import parse_article
from medconcept.linking.types import ArticleContext

_TAG = re.compile(r"<[^>]*>")


def find_article_folder(gold: str) -> str | None:
    """The folder `jats` next to a gold file or one level above it, None if there is none."""
    folder = Path(gold).resolve().parent
    return next((str(f / "jats") for f in (folder, folder.parent) if (f / "jats").is_dir()), None)


def count_article_files(gold: Gold, folder: str | None) -> int:
    """Count the JATS files named by the gold that are in a folder or below it."""
    if folder is None:
        return 0
    return len({d.file for d in gold.documents} & {path.name for path in Path(folder).rglob("*")})


def article_contexts(documents: Sequence[Document], folder: str | None) -> dict[str, ArticleContext]:
    """The short forms of each article, as the job has them: those of its file, else those of its documents.

    Keys of legends apply only to their own caption; the linker reads them itself.
    """
    explained: dict[str, dict[tuple[str, str], None]] = {}
    files: dict[str, str] = {}
    for document in documents:
        own = explained.setdefault(document.article, {})
        own.update(dict.fromkeys((short, long) for short, long, _ in abbreviation_pairs(document.text)))
        if document.file:
            files[document.article] = document.file
    if folder is not None:
        wanted = set(files.values())
        paths = {path.name: path for path in sorted(Path(folder).rglob("*")) if path.name in wanted}
        for article, file in files.items():
            if file in paths and (of_file := _article_pairs(paths[file])) is not None:
                explained[article] = dict.fromkeys(of_file)
    return {article: ArticleContext(tuple(own)) for article, own in explained.items()}


def _article_pairs(path: Path) -> tuple[tuple[str, str], ...] | None:
    """Short and long forms that an article explains; None where its file cannot be read."""
    try:
        data = path.read_bytes()
    except OSError:
        return None
    try:
        return tuple((a.short, a.long) for a in parse_article(data).abbreviations)
    except ArticleRejected:
        # The lake refuses an article without an identifier, but its text explains short forms as well.
        return tuple(
            (short, long)
            for short, long, _ in abbreviation_pairs(_TAG.sub(" ", data.decode("utf-8", "replace")))
        )
