"""parse(render(record)) = record: articles made at random, written as JATS, read back whole."""

from __future__ import annotations

from dataclasses import fields, replace
from datetime import date
from html import escape

from hypothesis import given, settings
from hypothesis import strategies as st

from medconcept.jats import Article, CitingParagraph, Figure, Graphic, parse_article
from medconcept.jats.records.article_parts import (  # fmt: skip
    Affiliation,
    ArticleDate,
    Author,
    Count,
    Journal,
    KeywordGroup,
    Named,
    Subject,
)
from medconcept.jats.records.figure import Citation, Section

WORDS = (
    "lung",
    "naïve",
    "β-cell",
    "x<y",
    "R&D",
    "water",
    "µm",
    "ﬁbre",
    "日本",
    "per cent",
    '"quoted"',
    "ice",
)
TAGS = (None, None, None, "italic", "bold", "sup", "sub")
marked = st.lists(st.tuples(st.sampled_from(WORDS), st.sampled_from(TAGS)), min_size=1, max_size=6)
plain = st.lists(st.sampled_from(WORDS), min_size=1, max_size=4).map(" ".join)
maybe = st.none() | plain
Runs = list[tuple[str, str | None]]


def text_of(runs: Runs | None) -> str | None:
    return " ".join(word for word, _ in runs) if runs else None


def markup_of(runs: Runs | None, quote: bool = False) -> str | None:
    """The markup that the record has, which is JATS as well."""
    if not runs:
        return None
    pieces = (
        escape(word, quote=quote) if tag is None else f"<{tag}>{escape(word, quote=quote)}</{tag}>"
        for word, tag in runs
    )
    return " ".join(pieces)


@st.composite
def figures(draw: st.DrawFn, ordinal: int, section: Section) -> tuple[Figure, str]:
    """A figure and its XML; citing paragraphs are added by whoever writes the paragraphs."""
    title, text = draw(st.none() | marked), draw(st.none() | marked)
    label = draw(st.none() | st.integers(1, 99).map(lambda n: f"Figure {n}"))
    links = draw(st.lists(st.sampled_from(("a.tif", "b.jpg")), max_size=2, unique=True))
    whole: Runs = (title or []) + (text or [])
    figure = Figure(
        ordinal=ordinal, figure_key=f"PMC7#f{ordinal}", fig_id=f"f{ordinal}", label=label, kind="fig",
        group_id=None, group_label=None, group_caption=None, position="body",
        section=(section.title,) if section.title else (), language="en",
        caption_title=text_of(title), caption_text=text_of(text), caption=text_of(whole),
        graphics=tuple(Graphic(link, "image/x") for link in links), fig_type=None, parent_key=None,
        sub_article=None, section_path=(section,), section_types=(section.kind,) if section.kind else (),
        caption_markup=markup_of(whole), translated_captions=(), translation_of=None, alt_text=draw(maybe),
        long_desc=None, object_ids=(), doi=None, rights=None, citing_paragraphs=(), panels=(),
    )  # fmt: skip
    parts = [
        f"<label>{label}</label>" if label else "",
        "<caption>" if whole else "",
        f"<title>{markup_of(title)}</title>" if title else "",
        f"\n <p>{markup_of(text)}</p>" if text else "",
        "</caption>" if whole else "",
        f"<alt-text>{escape(figure.alt_text)}</alt-text>" if figure.alt_text else "",
        *(f'<graphic x:href="{link}" mimetype="image" mime-subtype="x"/>' for link in links),
    ]
    return figure, f'<fig id="f{ordinal}">{"".join(parts)}</fig>'


@st.composite
def sections(draw: st.DrawFn, first: int) -> tuple[list[Figure], str]:
    """A section with figures and with paragraphs that cite them."""
    section = Section(
        draw(st.sampled_from((None, "s1"))), draw(maybe), draw(st.sampled_from((None, "results")))
    )
    made = [draw(figures(first + n, section)) for n in range(draw(st.integers(0, 3)))]
    written, xml = [figure for figure, _ in made], [body for _, body in made]
    for _ in range(draw(st.integers(0, 2)) if written else 0):
        text, source, cites = "", "", {}
        for place in draw(st.lists(st.integers(0, len(written) - 1), min_size=1, max_size=3)):
            lead, words = draw(plain), draw(plain)
            text += f"{lead} "
            cites.setdefault(place, []).append(Citation(len(text), len(text) + len(words), "xref"))
            text += f"{words} "
            source += f'{escape(lead)} <xref ref-type="fig" rid="f{first + place}">{escape(words)}</xref>\n '
        paragraph = CitingParagraph(
            text.rstrip(), "body", written[0].section, written[0].section_types, "en", ()
        )
        for place, where in cites.items():
            cited = (*written[place].citing_paragraphs, replace(paragraph, citations=tuple(where)))
            written[place] = replace(written[place], citing_paragraphs=cited)
        xml.append(f"<p>{source}</p>")
    attributes = "".join(f' {n}="{v}"' for n, v in (("id", section.id), ("sec-type", section.kind)) if v)
    title = f"<title>{escape(section.title)}</title>" if section.title else ""
    return written, f"<sec{attributes}>{title}{''.join(xml)}</sec>"


@st.composite
def articles(draw: st.DrawFn) -> tuple[Article, bytes]:
    """An article and its JATS."""
    written: list[Figure] = []
    body = ""
    for _ in range(draw(st.integers(0, 3))):
        more, xml = draw(sections(len(written)))
        written += more
        body += xml
    title, abstract = draw(st.none() | marked), draw(st.none() | marked)
    journal, keywords = draw(plain), tuple(draw(st.lists(plain, max_size=3)))
    day = draw(st.dates(date(1900, 1, 1), date(2030, 1, 1)))
    given, surname, place = draw(plain), draw(plain), draw(plain)
    code = draw(st.sampled_from(("by", "by-nc", "by-nd")))
    url = f"https://creativecommons.org/licenses/{code}/4.0/"
    published = day.isoformat()
    article = Article(
        pmcid="PMC7", pmc_version=None, pmid=None, doi="10.1000/x", publisher_id=None, article_key="PMC7",
        title=text_of(title), journal=journal, article_type="research-article", language="en",
        published=published, published_from="epub", latest_date=published, licence_url=url, licence_text=None,
        licence_code=f"CC-{code.upper()}-4.0",
        licence_group="noncommercial" if "nc" in code else "commercial",
        copyright_statement=None, is_retraction_notice=False, dtd_version="1.2", warnings=(),
        figures=tuple(written), manuscript_id=None, title_markup=markup_of(title), subtitle=None,
        translated_titles=(), abstract=text_of(abstract), abstract_markup=markup_of(abstract),
        other_abstracts=(),
        journal_meta=Journal(journal, (), (), (Named("epub", "1234-5678"),), None, None),
        volume="3", issue=None, first_page=None, last_page=None, page_range=None, elocation_id="e7",
        dates=(
            ArticleDate(
                "pub-date", "epub", None, str(day.year), str(day.month), str(day.day), None, published
            ),
        ),
        subjects=(Subject("heading", "en", ("Biology",)),),
        keywords=(KeywordGroup("author", "en", None, keywords),) if keywords else (),
        authors=(Author(f"{given} {surname}", surname, given, False, "author", None, ("a",), False),),
        affiliations=(Affiliation("a", place),), awards=(), funding_statement=None, related_articles=(),
        is_retracted=False, retraction_evidence=None, abbreviations=(),
        counts=(
            Count("fig", None, len(written)),
            *(Count(name, None, 0) for name in ("table", "equation", "ref")),
        ),
        dialect="JATS", tag_set=None, wrapper=None, image_tables=(),
    )  # fmt: skip
    contributors = (
        f"<contrib-group><contrib contrib-type='author'><name><surname>{escape(surname)}</surname>"
        f"<given-names>"
        f"{escape(given)}</given-names></name><xref ref-type='aff' rid='a'/></contrib></contrib-group>"
        f"<aff id='a'><label>1</label>{escape(place)}</aff>"
    )
    meta = (
        "<article-id pub-id-type='pmc'>7</article-id><article-id pub-id-type='doi'>10.1000/X</article-id>"
        "<article-categories><subj-group subj-group-type='heading'><subject>Biology</subject></subj-group>"
        f"</article-categories><title-group><article-title>{markup_of(title) or ''}</article-title>"
        f"</title-group>"
        f"{contributors}<pub-date pub-type='epub'><day>{day.day}</day><month>{day.month}</month>"
        f"<year>{day.year}</year>"
        "</pub-date><volume>3</volume><elocation-id>e7</elocation-id>"
        f"<permissions><license x:href='{url}'/></permissions>"
        f"<abstract><p>{markup_of(abstract) or ''}</p></abstract><kwd-group kwd-group-type='author'>"
        f"{''.join(f'<kwd>{escape(k)}</kwd>' for k in keywords)}</kwd-group>"
    )
    xml = (
        "<article xmlns:x='http://www.w3.org/1999/xlink' article-type='research-article' xml:lang='en' "
        f"dtd-version='1.2'>\n<front><journal-meta><journal-title>{escape(journal)}</journal-title>"
        f"<issn pub-type='epub'>1234-5678</issn></journal-meta><article-meta>{meta}</article-meta></front>"
        f"<body>{body}</body></article>"
    )
    return article, xml.encode()


@settings(max_examples=120, deadline=None)
@given(articles())
def test_an_article_written_is_the_article_read(made: tuple[Article, bytes]) -> None:
    article, xml = made
    parsed = parse_article(xml)
    differing = [f.name for f in fields(Article) if getattr(parsed, f.name) != getattr(article, f.name)]
    assert (differing, parsed) == ([], article)
