"""Articles in a line or two: what a test is about, and the least that JATS asks for round it."""

from medconcept.jats import Article, Figure, parse_article

PMC1 = '<article-id pub-id-type="pmc">PMC1</article-id>'
NAMESPACES = 'xmlns:xlink="http://www.w3.org/1999/xlink" xmlns:mml="http://www.w3.org/1998/Math/MathML"'


def article_xml(body: str = "", meta: str = PMC1, attributes: str = "", after_body: str = "") -> str:
    front = f"<front><article-meta>{meta}</article-meta></front>"
    return f"<article {NAMESPACES} {attributes}>{front}<body>{body}</body>{after_body}</article>"


def parsed(body: str = "", meta: str = PMC1, attributes: str = "", after_body: str = "") -> Article:
    return parse_article(article_xml(body, meta, attributes, after_body).encode())


def one_figure(inside: str, attributes: str = "") -> Figure:
    (figure,) = parsed(f"<fig>{inside}</fig>", attributes=attributes).figures
    return figure


def caption_of(inside: str) -> str | None:
    return one_figure(f"<caption>{inside}</caption>").caption
