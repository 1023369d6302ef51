"""Real articles from the data next to the repository and from the demo, and a way to parse all of them."""

from functools import cache
from pathlib import Path

from medconcept.jats import Article, ArticleRejected, Reason, parse_article, parse_articles

ROOT = Path(__file__).resolve().parents[2]
DATA = ROOT.parent / "shared" / "data"
DEMO = ROOT / "build" / "demo" / "articles"
FILES = sorted(
    p for place in (DATA / "jats", DEMO) for p in place.rglob("*") if p.suffix in (".xml", ".nxml")
)
NO_FILES = f"no articles in {DATA / 'jats'} or {DEMO}"


@cache
def named(path: Path) -> Article:
    """Parse the first article of a file; one without an identifier is parsed with the made-up PMC id 1.

    Several modules read the same files, so what was parsed is kept.
    """
    data = path.read_bytes()
    try:
        return parse_article(data)
    except ArticleRejected as rejected:
        if rejected.reason is not Reason.NO_IDENTIFIER or b"<article-meta>" not in data:
            raise
    return parse_article(
        data.replace(b"<article-meta>", b'<article-meta><article-id pub-id-type="pmc">1</article-id>', 1)
    )


@cache
def named_articles(path: Path) -> list[Article]:
    """Parse every article of a file, also of a wrapper of several; the first refusal is raised.

    As in `named`, an article without an identifier gets a made-up one where the file is that article alone.
    """
    parsed = list(parse_articles(path.read_bytes()))
    if len(parsed) == 1:
        return [parsed[0] if isinstance(parsed[0], Article) else named(path)]
    refused = [article for article in parsed if isinstance(article, ArticleRejected)]
    if refused:
        raise refused[0]
    return [article for article in parsed if isinstance(article, Article)]
