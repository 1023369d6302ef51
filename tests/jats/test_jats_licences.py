"""Licences named in words of several languages: what is not understood is never read as permissive."""

import pytest
from jats_examples import PMC1, parsed

from medconcept.jats.article.licence import code_from_text, licence_group, restrictions_of


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (
            "Licence Creative Commons Attribution - Pas d’Utilisation Commerciale - Pas de Modification 4.0.",
            "CC-BY-NC-ND-4.0",
        ),
        ("Licence Creative Commons Attribution – Partage dans les mêmes conditions 4.0.", "CC-BY-SA-4.0"),
        ("Licencia Creative Commons Atribución-NoComercial-SinDerivadas 4.0", "CC-BY-NC-ND-4.0"),
        ("Creative Commons Reconocimiento-NoComercial-CompartirIgual 4.0", "CC-BY-NC-SA-4.0"),
        ("Creative Commons Atribución, para usos sin fines de lucro", "CC-BY-NC"),
        ("Licença Creative Commons Atribuição-NãoComercial-SemDerivações 4.0", "CC-BY-NC-ND-4.0"),
        ("Creative Commons Attribution, sem restrições desde que sem fins comerciais", "CC-BY-NC"),
        ("Creative Commons Namensnennung - Nicht kommerziell - Keine Bearbeitungen 4.0", "CC-BY-NC-ND-4.0"),
        ("Creative Commons Namensnennung - Weitergabe unter gleichen Bedingungen 3.0", "CC-BY-SA-3.0"),
        ("Creative Commons Attribuzione - Non commerciale - Non opere derivate 4.0", "CC-BY-NC-ND-4.0"),
        ("本作品采用知识共享署名-非商业性使用-相同方式共享 4.0 国际许可协议", "CC-BY-NC-SA-4.0"),
        ("创作共用 署名 4.0", "CC-BY-4.0"),
        ("Creative Commons Naamsvermelding-NietCommercieel 4.0", "CC-BY-NC-4.0"),
        ("Creative Commons Attribution licence; commercial use requires permission", "CC-BY-NC"),
        ("Creative Commons Attribution licence; no commercial use", "CC-BY-NC"),
    ],
)
def test_restrictions_in_other_languages(text: str, code: str) -> None:
    assert code_from_text(text) == code


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("the Creative Commons Attribution License 4.0.", "CC-BY-4.0"),
        ("the Creative Commons Attribution License, version 3.0, which permits", "CC-BY-3.0"),
        ("Creative Commons Atribución 4,0.", "CC-BY-4.0"),
        ("Creative Commons Attribution; software 4.0.1", "CC-BY"),  # a version of something else
    ],
)
def test_version_at_the_end_of_a_sentence(text: str, code: str) -> None:
    assert code_from_text(text) == code


@pytest.mark.parametrize(
    "text", ["Creative Commons Attribution – Xyz 4.0", "Creative Commons Attribution - Foo - Share Alike 4.0"]
)
def test_an_element_that_is_not_understood_gives_no_licence(text: str) -> None:
    assert code_from_text(text) is None
    assert licence_group(code_from_text(text)) == "other"


@pytest.mark.parametrize(
    "text",
    [
        "Creative Commons Attribution License, which permits commercial use",
        "Creative Commons Attribution License - which permits unrestricted use",
        "Creative Commons Attribution 4.0 International License (CC BY) – see the website",
        "Creative Commons Attribution: non-commercial and commercial use permitted",
    ],
)
def test_words_that_restrict_nothing(text: str) -> None:
    assert (
        str(code_from_text(text)).startswith("CC-BY") and licence_group(code_from_text(text)) == "commercial"
    )
    assert restrictions_of(text) == frozenset()


def test_a_french_licence_of_an_article() -> None:
    words = "Creative Commons Attribution - Pas d'Utilisation Commerciale 4.0 International."
    article = parsed(
        meta=f"{PMC1}<permissions><license><license-p>{words}</license-p></license></permissions>"
    )
    assert (article.licence_code, article.licence_group) == ("CC-BY-NC-4.0", "noncommercial")


@pytest.mark.parametrize(
    ("caption", "reuse"),
    [
        ("Curves are reprinted in part from [7].", "reprinted"),
        ("Reprinted, with permission, from an older report.", "reprinted"),
        ("Adapted, in modified form, from [2].", "adapted"),
        ("Adapted in part from [2].", "adapted"),
        ("Cells reproduced in part.", None),
    ],
)
def test_reprinted_in_part_or_with_a_comma(caption: str, reuse: str | None) -> None:
    article = parsed(body=f'<fig id="f1"><caption><p>{caption}</p></caption></fig>')
    rights = article.figures[0].rights
    assert (rights.reuse if rights else None) == reuse
