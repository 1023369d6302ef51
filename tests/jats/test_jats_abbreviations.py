"""The lists of abbreviations that articles bring, in each of the shapes that JATS has for them."""

import pytest
from jats_examples import PMC1, parsed

CT = ("CT", "computed tomography")


def listed(meta: str = "", back: str = "") -> list[tuple[str, str]]:
    article = parsed(meta=PMC1 + meta, after_body=f"<back>{back}</back>" if back else "")
    assert all(pair.source == "list" for pair in article.abbreviations)
    return [(pair.short, pair.long) for pair in article.abbreviations]


@pytest.mark.parametrize(
    "back",
    [
        "<glossary><title>Abbreviations</title><def-list><def-item><term>CT:</term>"
        "<def><p>computed tomography.</p></def></def-item></def-list></glossary>",
        "<sec><title>List of abbreviations</title><p>CT = computed tomography;</p></sec>",
        "<sec><title>Lista de abreviaturas</title><p>CT: computed tomography</p></sec>",
        '<fn-group><fn fn-type="abbr"><p><bold>Abbreviations:</bold> CT, computed tomography.</p></fn>'
        "</fn-group>",
        "<glossary><title>Abbreviations</title><array><tbody><tr><td>CT</td><td>computed tomography</td></tr>"
        "</tbody></array></glossary>",
    ],
)  # fmt: skip
def test_shapes_of_a_list_behind_the_body(back: str) -> None:
    assert listed(back=back) == [CT]


def test_abbreviations_among_the_keywords() -> None:
    pair = (
        "<compound-kwd><compound-kwd-part>CT</compound-kwd-part><compound-kwd-part>computed tomography"
        "</compound-kwd-part></compound-kwd>"
    )
    group = '<kwd-group kwd-group-type="{}"><title>Abbreviations</title>{}</kwd-group>'
    assert listed(meta=group.format("abbreviations", pair)) == [CT]
    assert listed(meta=group.format("author", pair)) == []


@pytest.mark.parametrize(
    "back",
    [
        "<sec><title>Discussion of abbreviations</title><p>CT = computed tomography;</p></sec>",
        "<fn-group><fn><p>CT, computed tomography.</p></fn></fn-group>",
        "<glossary><title>Abbreviations</title><array><tbody><tr><td>CT</td><td>a</td><td>b</td></tr></tbody>"
        "</array></glossary>",
    ],
)
def test_what_is_no_list(back: str) -> None:
    assert listed(back=back) == []
