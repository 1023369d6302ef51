"""The text of captions: nothing invented, nothing twice, nothing lost."""

from unicodedata import is_normalized

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jats_examples import article_xml, caption_of, one_figure

from medconcept.jats import parse_article
from medconcept.jats.text.element_text import clean

TEX = r"<tex-math>\documentclass{minimal} \begin{document}$$\alpha$$\end{document}</tex-math>"
MATH = "<mml:math>\n <mml:mi>α</mml:mi>\n <mml:mo>=</mml:mo> <mml:mn>1</mml:mn></mml:math>"


@pytest.mark.parametrize(
    ("inside", "text"),
    [
        ("<p>H<sub>2</sub>O</p>", "H2O"),
        ("<p>see<xref>1</xref>,<xref>2</xref></p>", "see1,2"),
        ("<p>a\n\t b\u00a0\u2009c</p>", "a b c"),
        ("<p>cafe\u0301</p>", "café"),
        ("<p>one</p><p>two</p>", "one two"),
        ("<p>a<break/>b</p>", "a b"),
        (
            "<p>a<def-list><def-item><term>b</term><def><p>c</p></def></def-item></def-list>d</p>",
            "a b c d",
        ),
        ("<p>a<disp-quote><p>b</p></disp-quote>c</p>", "a b c"),
        ("<p><table><tr><td>1</td><td>2</td></tr><tr><td>3</td></tr></table></p>", "1 2 3"),
        ("<p>a<!-- no -->b<?no no?>c<![CDATA[<d>]]></p>", "abc<d>"),
        ("<p>a<inline-graphic xlink:href='x'><alt-text>no</alt-text></inline-graphic>b</p>", "ab"),
        ("<p>a<long-desc>no</long-desc><object-id>no</object-id>b</p>", "ab"),
        ("<p>&alpha;&nbsp;&gt; &Agr;&agr;&fflig;</p>", "α > Αα\ufb00"),
        ("bare text", "bare text"),
        # formulae, each once
        (f"<p>x<inline-formula>{MATH}</inline-formula>y</p>", "xα=1y"),
        (f"<p>x<inline-formula>{TEX}</inline-formula>y</p>", r"x\alphay"),
        (f"<p>x<inline-formula>{TEX}{MATH}</inline-formula>y</p>", "xα=1y"),
        (f"<p><inline-formula><alternatives>{TEX}{MATH}</alternatives></inline-formula></p>", "α=1"),
        (
            f"<p><inline-formula><alternatives>{TEX}{MATH}<textual-form>α</textual-form></alternatives>"
            "</inline-formula></p>",
            "α",
        ),
        (f"<p><inline-formula>α = 1{MATH}</inline-formula></p>", "α = 1"),
        (f"<p>x<disp-formula><label>(1)</label>{MATH}{TEX}</disp-formula>y</p>", "x (1) α=1 y"),
        ("<p>x<inline-formula><inline-graphic xlink:href='q'/></inline-formula>y</p>", "xy"),
        (
            "<p><mml:math><mml:semantics><mml:mi>x</mml:mi><mml:annotation>TeX</mml:annotation>"
            "</mml:semantics></mml:math></p>",
            "x",
        ),
    ],
)
def test_caption_text(inside: str, text: str) -> None:
    assert caption_of(inside) == text


def test_rights_and_descriptions_beside_the_caption_are_no_part_of_it() -> None:
    beside = (
        "<alt-text>no</alt-text><attrib>no</attrib><permissions><license><p>no</p></license></permissions>"
    )
    assert one_figure(f"<caption><p>yes<attrib>no</attrib></p></caption>{beside}").caption == "yes"


def test_an_empty_caption_is_none() -> None:
    assert caption_of("<title> </title><p><inline-graphic/></p>") is None


def test_entities_resolve_in_attributes_but_not_in_cdata() -> None:
    # lxml lets an undefined entity vanish from an attribute when entities are not resolved.
    doctype = '<!DOCTYPE article PUBLIC "-//NLM//DTD JATS v1.2//EN" "JATS.dtd">'
    body = '<fig id="a&ndash;b"><caption><p><![CDATA[&alpha;]]>&alpha;</p></caption></fig>'
    article = parse_article((doctype + article_xml(body)).encode())
    (figure,) = article.figures
    assert (figure.fig_id, figure.caption, article.dtd_version) == ("a–b", "&alpha;α", "1.2")


@given(st.text())
def test_clean_text_stays_clean(text: str) -> None:
    once = clean(text)
    assert clean(once) == once and is_normalized("NFC", once)
