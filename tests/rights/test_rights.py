"""Effective terms of figures, what they withhold, and the credit line."""

import pytest

from medconcept.jats import parse_article
from medconcept.rights import (
    TERMS,
    WITHHOLDING_RULES,
    AttributionSource,
    FigureStatement,
    LicenceStatement,
    Terms,
    attribution_line,
    effective_terms,
    meets,
    terms_of_code,
    withheld,
)


def answers(terms: Terms) -> dict[str, str]:
    return {term: terms.answer(term) for term in TERMS}


CC_BY = (
    '<license xlink:href="https://creativecommons.org/licenses/by/4.0/">'
    "<license-p>CC BY</license-p></license>"
)


def figure_of(inside: str, caption: str = "A scan.") -> tuple[LicenceStatement, FigureStatement | None]:
    """The statements of an article under CC BY and of its one figure, with `inside` after its caption."""
    xml = (
        '<article xmlns:xlink="http://www.w3.org/1999/xlink"><front><article-meta>'
        '<article-id pub-id-type="pmc">1</article-id>'
        f"<permissions>{CC_BY}</permissions></article-meta></front><body>"
        f'<fig id="f1"><caption><p>{caption}</p></caption>{inside}</fig></body></article>'
    )
    article = parse_article(xml.encode())
    return (
        LicenceStatement(
            article.licence_code, article.licence_url, article.licence_text, article.copyright_statement
        ),
        FigureStatement.of(article.figures[0].rights),
    )


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("CC0-1.0", "yes yes no yes no"),
        ("CC-PDM-1.0", "yes yes no yes no"),
        ("CC-BY", "yes yes no yes yes"),
        ("CC-BY-SA-4.0", "yes yes yes yes yes"),
        ("CC-BY-ND-4.0", "yes no no yes yes"),
        ("CC-BY-NC-3.0", "no yes no yes yes"),
        ("CC-BY-NC-SA-4.0", "no yes yes yes yes"),
        ("CC-BY-NC-ND-4.0", "no no no yes yes"),
        (None, "unknown unknown unknown unknown unknown"),
        ("CC-BY-4.0-draft", "unknown unknown unknown unknown unknown"),
    ],
)
def test_terms_of_each_licence(code: str | None, expected: str) -> None:
    assert " ".join(answers(effective_terms(LicenceStatement(code=code))).values()) == expected
    assert (terms_of_code(code) is None) == ("unknown" in expected)


def test_words_take_away_what_the_code_permits_and_never_add() -> None:
    strict = effective_terms(
        LicenceStatement(code="CC-BY-4.0", text="Not for commercial use. No derivatives.")
    )
    assert (strict.commercial.answer, strict.derivatives.answer) == ("no", "no")
    assert strict.commercial.origin == "article_words" and "commercial" in str(strict.commercial.evidence)
    lenient = effective_terms(LicenceStatement(code="CC-BY-NC-ND-4.0", text="Free for any use."))
    assert (lenient.commercial.answer, lenient.derivatives.answer) == ("no", "no")
    wordy = effective_terms(LicenceStatement(text="Free for any use, commercial and non-commercial."))
    assert set(answers(wordy).values()) == {"unknown"}


@pytest.mark.parametrize(
    "statement",
    [
        LicenceStatement(text="All rights reserved."),
        LicenceStatement(text="This article may not be reproduced without permission."),
        LicenceStatement(url="https://publisher.example/tdm-license/1.0", text="Text and data mining only."),
        LicenceStatement(copyright_statement="© 2010 Example Ltd. Tous droits réservés."),
    ],
)
def test_copies_that_are_forbidden(statement: LicenceStatement) -> None:
    terms = effective_terms(statement)
    assert terms.redistribute.answer == "no"
    assert withheld(terms).rule == "redistribution_forbidden"  # type: ignore[union-attr] — None would fail, too


def test_all_rights_reserved_beside_a_licence_takes_nothing_away() -> None:
    terms = effective_terms(
        LicenceStatement(code="CC-BY-4.0", copyright_statement="© A. All rights reserved.")
    )
    assert terms.redistribute.answer == "yes"


def test_evidence_is_the_text_that_was_read() -> None:
    url = "https://creativecommons.org/licenses/by/4.0/"
    assert effective_terms(LicenceStatement("CC-BY-4.0", url)).commercial.evidence == url
    words = "Creative Commons Attribution 4.0"
    assert effective_terms(LicenceStatement("CC-BY-4.0", None, words)).commercial.evidence == words
    assert effective_terms(LicenceStatement()).commercial.evidence is None


def test_a_figure_without_rights_of_its_own_has_those_of_the_article() -> None:
    article, figure = figure_of("")
    assert figure is None
    terms = effective_terms(article, figure)
    assert (terms.licence_code, terms.has_own_rights) == ("CC-BY-4.0", False)


def test_a_figures_own_licence_replaces_the_articles() -> None:
    own = '<permissions><license xlink:href="https://creativecommons.org/licenses/by-nc-nd/4.0/"/></permissions>'
    terms = effective_terms(*figure_of(own))
    assert (terms.licence_code, terms.has_own_rights) == ("CC-BY-NC-ND-4.0", True)
    assert (terms.commercial.answer, terms.commercial.origin) == ("no", "figure_licence")


@pytest.mark.parametrize(
    "caption",
    [
        "A scan. Reprinted from [7].",
        "A scan. Reprinted in part from [7].",
        "A scan. Reprinted, with permission, from an older report.",
        "A scan. Courtesy of Dr Alder.",
        "A scan © 2009 Lamp Society.",
    ],
)
def test_anothers_work_leaves_every_term_unknown(caption: str) -> None:
    terms = effective_terms(*figure_of("", caption=caption))
    assert set(answers(terms).values()) == {"unknown"} and terms.has_own_rights
    assert withheld(terms).rule == "licence_unknown"  # type: ignore[union-attr] — None would fail, too


def test_a_licence_named_for_a_reprinted_figure_holds() -> None:
    caption = "Reprinted from [7] under a CC BY-NC 4.0 licence."
    terms = effective_terms(*figure_of("", caption=caption))
    assert (terms.licence_code, terms.commercial.answer) == ("CC-BY-NC-4.0", "no")


@pytest.mark.parametrize(
    ("caption", "code"),
    [
        ("Photo: J. Smith, CC BY-NC 3.0, via Wikimedia Commons.", "CC-BY-NC-3.0"),
        ("Photo: J. Smith, Creative Commons Attribution – Xyz 4.0.", "CC-BY-4.0"),
        ("Photo: J. Smith.", "CC-BY-4.0"),
    ],
)
def test_a_licence_in_a_caption_is_that_of_the_figure(caption: str, code: str) -> None:
    assert effective_terms(*figure_of("", caption=caption)).licence_code == code


def test_a_plain_attribution_keeps_the_articles_licence() -> None:
    terms = effective_terms(*figure_of("<attrib>Drawing by Ann Alder</attrib>"))
    assert terms.licence_code == "CC-BY-4.0"


@pytest.mark.parametrize(
    ("code", "rule", "parts"),
    [
        ("CC-BY-4.0", None, ()),
        ("CC-BY-NC-ND-4.0", "no_derivatives", ("derived_image",)),
        (None, "licence_unknown", ("text", "image", "derived_image")),
    ],
)
def test_what_is_withheld(code: str | None, rule: str | None, parts: tuple[str, ...]) -> None:
    found = withheld(effective_terms(LicenceStatement(code=code)))
    assert (found.rule if found else None, found.parts if found else ()) == (rule, parts)
    assert rule is None or rule in WITHHOLDING_RULES


def test_required_terms() -> None:
    terms = effective_terms(LicenceStatement(code="CC-BY-SA-4.0"))
    assert meets(terms, {"commercial": "yes", "share_alike": "yes"}) and meets(terms, {})
    assert not meets(terms, {"share_alike": "no"})
    with pytest.raises(KeyError):
        meets(terms, {"price": "yes"})


def test_attribution_line_names_what_creative_commons_asks_for() -> None:
    source = AttributionSource(
        ("Ann Alder", "Ben Birch"),
        "On lamps?",
        "J Ex",
        "2020",
        "10.1/x",
        "PMC1",
        "Fig. 2.",
        "from\n Smith 1999",
    )
    line = attribution_line(
        source, effective_terms(LicenceStatement(code="CC-BY-NC-3.0")), ["cropped", "scaled"]
    )
    assert line == (
        "Fig. 2 of: Ann Alder, Ben Birch. On lamps? J Ex (2020). https://doi.org/10.1/x. "
        "Figure credit: from Smith 1999. "
        "CC BY-NC 3.0, https://creativecommons.org/licenses/by-nc/3.0/. Changes: cropped; scaled."
    )


def test_attribution_line_of_an_article_that_states_little() -> None:
    url = "https://publisher.example/terms"
    line = attribution_line(AttributionSource(pmcid="PMC7"), effective_terms(LicenceStatement(url=url)))
    assert line == (
        "Authors not stated. Title not stated. https://www.ncbi.nlm.nih.gov/pmc/articles/PMC7/. "
        "Licence not known: https://publisher.example/terms. No changes."
    )


def test_many_authors_are_cut() -> None:
    source = AttributionSource(tuple(f"A{number}" for number in range(30)))
    assert "A9, et al." in attribution_line(source, effective_terms(LicenceStatement()))
