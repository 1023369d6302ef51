"""The lossless variant: inline markup beside the plain text, and how offsets map."""

import re
from html import unescape
from unicodedata import normalize

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jats_examples import one_figure
from lxml import etree

from medconcept.jats.text.element_text import marked_text
from medconcept.jats.text.markup import clean

TAG = re.compile(r"</?(?:sup|sub|italic|bold)>")


def without_tags(markup: str) -> str:
    """What the markup's rule says the plain text is."""
    return unescape(TAG.sub("", markup))


@pytest.mark.parametrize(
    ("inside", "markup"),
    [
        ("H<sub>2</sub>O", "H<sub>2</sub>O"),
        ("<bold>a, <italic>E. coli</italic></bold>", "<bold>a, <italic>E. coli</italic></bold>"),
        ("p &lt; 0.05 &amp; q&gt;1", "p &lt; 0.05 &amp; q&gt;1"),
        ("a <italic> b </italic> c", "a <italic>b </italic>c"),
        (" <bold> a</bold>\n", "<bold>a</bold>"),
        ("a<bold> </bold>b<sup/>c", "a bc"),
        ("e<sup>\u0301</sup>x", "éx"),
        ("<underline>a</underline> <monospace>b</monospace>", "a b"),
        ("<inline-formula><mml:math xmlns:mml='m'><mml:msup><mml:mi>x</mml:mi><mml:mn>2</mml:mn></mml:msup>"
         "</mml:math></inline-formula>", "x<sup>2</sup>"),
        ("<inline-formula>10<sup>-3</sup></inline-formula>", "10<sup>-3</sup>"),
    ],
)  # fmt: skip
def test_markup_of_a_caption(inside: str, markup: str) -> None:
    figure = one_figure(f"<caption><p>{inside}</p></caption>")
    assert figure.caption_markup is not None
    assert figure.caption_markup == markup
    assert figure.caption == without_tags(figure.caption_markup)


texts = st.text(st.sampled_from("ab &<\n\u00a0e\u0301ก์가한가"), max_size=8)
trees = st.recursive(
    texts.map(lambda text: text.replace("&", "&amp;").replace("<", "&lt;")),
    lambda inner: st.lists(
        st.tuples(st.sampled_from(["sup", "sub", "italic", "bold", "xref"]), inner), max_size=4
    ).map(lambda parts: "".join(f"<{tag}>{inside}</{tag}>{inside}" for tag, inside in parts)),
    max_leaves=8,
)


@given(trees)
def test_the_plain_text_is_the_markup_without_tags(inside: str) -> None:
    element = etree.fromstring(f"<p>{inside}</p>")
    text = marked_text(element)
    assert text.plain == clean("".join(element.itertext())) == normalize("NFC", text.plain)
    assert without_tags(text.markup) == text.plain
    etree.fromstring(f"<p>{text.markup}</p>")  # each tag is closed where it should be
