"""Licences named in words of several languages: what is not understood is never read as permissive."""

import pytest
from jats_examples import PMC1, parsed

from medconcept.jats import Article
from medconcept.jats.article.licence import code_from_text, code_from_url, licence_group, restrictions_of
from medconcept.rights import LicenceStatement, effective_terms


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
    ("text", "code"),
    [
        ("the Creative Commons Attribution License 4.0.", "CC-BY-4.0"),
        ("Creative Commons Attribution License, version 3.0, which permits", "CC-BY-3.0"),
        ("Creative Commons Attribution Foo 4.0 International", None),
        ("Creative Commons Attribution – Xyz 4.0", None),
        ("CC BY–NC–ND 4.0", "CC-BY-NC-ND-4.0"),
        ("CC BY - NC - ND 4.0", "CC-BY-NC-ND-4.0"),
        ("CC BY NC ND", "CC-BY-NC-ND"),
        ("CC BY/NC 4.0", "CC-BY-NC-4.0"),
        ("CC BY-XY 4.0", None),
        ("CC-BY4.0", "CC-BY-4.0"),
        ("CCBY 4.0", "CC-BY-4.0"),
        ("CC BY, version 4.0.", "CC-BY-4.0"),
        ("CC BY (4.0)", "CC-BY-4.0"),
        ("CC-NC-BY 3.0", "CC-BY-NC-3.0"),
        ("CC-SA", "CC-BY-SA"),
        ("Creative Commons BY-NC-ND 4.0", "CC-BY-NC-ND-4.0"),
        ("Creative Commons license BY-NC", "CC-BY-NC"),
        ("licensed under Creative Commons by the authors", None),
        ("CC BY-NC (https://creativecommons.org/licenses/by/4.0/)", "CC-BY-NC-4.0"),
        ("CC BY (https://creativecommons.org/licenses/by-nc/4.0/)", "CC-BY-NC-4.0"),
        ("CC BY 4.0 for the article; the data are CC0", "CC-BY-4.0"),
        ("the Creative Commons CC0 public domain dedication", "CC0-1.0"),
        ("CC0 1.0", "CC0-1.0"),
        ("CC Zero", "CC0-1.0"),
        ("Creative Commons AttributionNonCommercial 4.0", "CC-BY-NC-4.0"),
        ("Creative Commons Attribution-NoDerivatives 4.0", "CC-BY-ND-4.0"),
        ("Creative Commons Attribution with No Derivatives 4.0", "CC-BY-ND-4.0"),
        ("Creative Commons Attribution License. Commercial reuse: please contact the publisher", "CC-BY-NC"),
        ("Creative Commons Attribution License. For commercial re-use, see www.x.org", None),
        (
            "Creative Commons Attribution License, which permits use for any purpose, even commercially",
            "CC-BY",
        ),
        ("Creative Commons Attribution License permits commercial use without restrictions", "CC-BY"),
        (
            "Creative Commons Attribution License, which permits unrestricted use, including commercial",
            "CC-BY",
        ),
        ("Creative Commons Attribution licence. Not for commercial use", "CC-BY-NC"),
        ("Creative Commons Attribution, for non-commercial purposes", "CC-BY-NC"),
        (
            "Licence Creative Commons Attribution - Utilisation non commerciale - Pas d’œuvre dérivée 4.0",
            "CC-BY-NC-ND-4.0",
        ),
        ("Licence Creative Commons Paternité - Pas d'Utilisation Commerciale 2.0 France", "CC-BY-NC-2.0"),
        ("Creative Commons Attribution. L’utilisation commerciale est interdite.", "CC-BY-NC"),
        ("Licence Creative Commons Attribution 4.0 International, à usage privé", "CC-BY-4.0"),
        ("Creative Commons Attribution - Partage des Conditions Initiales à l'Identique 2.0", "CC-BY-SA-2.0"),
        ("Creative Commons Atribución/Reconocimiento-NoComercial-SinObraDerivada 4.0", "CC-BY-NC-ND-4.0"),
        ("Creative Commons Atribución No Comercial Sin Derivadas 4.0", "CC-BY-NC-ND-4.0"),
        ("Creative Commons Atribución 4.0. Se prohíbe el uso comercial", "CC-BY-NC-4.0"),
        ("Licencia Creative Commons Atribución 4.0 que permite el uso comercial", "CC-BY-4.0"),
        ("Creative Commons Atribución 4.0; uso comercial no permitido", "CC-BY-NC-4.0"),
        ("Creative Commons Atribución 4.0, sin ánimo de lucro", "CC-BY-NC-4.0"),
        ("Creative Commons Reconocimiento - Compartir bajo la misma licencia 3.0 España", "CC-BY-SA-3.0"),
        (
            "Creative Commons Atribuição-Uso Não-Comercial-Proibição de Realização de Obras Derivadas 2.5",
            "CC-BY-NC-ND-2.5",
        ),
        (
            "Creative Commons Atribuição-Uso não-comercial-Vedada a criação de obras derivadas 3.0",
            "CC-BY-NC-ND-3.0",
        ),
        ("Creative Commons Atribuição-Compartilhamento pela mesma Licença 3.0", "CC-BY-SA-3.0"),
        ("Licença Creative Commons do tipo atribuição BY", "CC-BY"),
        (
            "Creative Commons Namensnennung – Nicht-kommerziell – Keine Bearbeitung 4.0 International",
            "CC-BY-NC-ND-4.0",
        ),
        (
            "Creative Commons Namensnennung 4.0 International. Kommerzielle Nutzung nur mit Genehmigung",
            "CC-BY-NC-4.0",
        ),
        ("Creative Commons Namensnennung 4.0; auch für kommerzielle Zwecke", "CC-BY-4.0"),
        ("Creative Commons Namensnennung-Nichtkommerziell 4.0", "CC-BY-NC-4.0"),
        ("Creative Commons Attribuzione 4.0. È vietato l'uso commerciale", "CC-BY-NC-4.0"),
        ("Creative Commons Attribuzione - Condividi allo stesso modo 4.0 Internazionale", "CC-BY-SA-4.0"),
        ("Creative Commons Attribuzione 4.0, anche per fini commerciali", "CC-BY-4.0"),
        ("Creative Commons Naamsvermelding-NietCommercieel-GeenAfgeleideWerken 4.0", "CC-BY-NC-ND-4.0"),
        (
            "Uznanie autorstwa-Użycie niekomercyjne-Bez utworów zależnych 4.0 Creative Commons",
            "CC-BY-NC-ND-4.0",
        ),
        ("Creative Commons Uveďte původ-Neužívejte komerčně 4.0", "CC-BY-NC-4.0"),
        ("Creative Commons Atıf-GayriTicari-Türetilemez 4.0", "CC-BY-NC-ND-4.0"),
        ("Creative Commons Atribusi-NonKomersial 4.0 Internasional", "CC-BY-NC-4.0"),
        ("Creative Commons Imenovanje-Nekomercijalno-Bez prerada 4.0", "CC-BY-NC-ND-4.0"),
        ("Creative Commons Atribuire-Necomercial-FărăDerivate 4.0", "CC-BY-NC-ND-4.0"),
        ("Creative Commons Erkännande-IckeKommersiell 4.0", "CC-BY-NC-4.0"),
        ("Creative Commons Navngivelse-IkkeKommersiell-IngenBearbeidelse 4.0", "CC-BY-NC-ND-4.0"),
        ("Creative Commons Nimeä-EiKaupallinen-EiMuutoksia 4.0", "CC-BY-NC-ND-4.0"),
        ("Creative Commons Reconeixement-NoComercial-SenseObraDerivada 4.0", "CC-BY-NC-ND-4.0"),
        ("Creative Commons Αναφορά - Μη Εμπορική Χρήση 4.0", "CC-BY-NC-4.0"),
        ("本作品采用知识共享署名-非商业性使用-相同方式共享 4.0 国际许可协议", "CC-BY-NC-SA-4.0"),
        ("知识共享署名 4.0 国际许可协议", "CC-BY-4.0"),
        ("クリエイティブ・コモンズ 表示 - 非営利 - 改変禁止 4.0 国際", "CC-BY-NC-ND-4.0"),
        ("크리에이티브 커먼즈 저작자표시-비영리-변경금지 4.0", "CC-BY-NC-ND-4.0"),
        ("Creative Commons Attribution, provided the work is not altered or transformed", "CC-BY-ND"),
        (
            "The Creative Commons Attribution licence, which permits use in figure 3.2 of version 4.0",
            "CC-BY-4.0",
        ),
        ("Attribution 4.0 International (CC BY 4.0)", "CC-BY-4.0"),
        ("Creative Commons Attribution-ShareAlike 4.0", "CC-BY-SA-4.0"),
        (
            "open access under the Creative Commons Attribution 4.0, personal and educational use only",
            "CC-BY-NC-4.0",
        ),
        ("CC BY 4,0.", "CC-BY-4.0"),
        ("CC BY 2.1 JP", "CC-BY-2.1"),
        ("Creative Commons Attribution 9.9", "CC-BY"),
        ("Open Access: verbatim copying is permitted for any purpose", None),
        ("All rights reserved. Attribution required", None),
        (
            "an open-access article distributed under the terms of theCreative Commons Attribution License",
            "CC-BY",
        ),
        ("CC-BY-NC-SA IGO 3.0", "CC-BY-NC-SA-3.0"),
        ("Creative Commons Attribution IGO License", "CC-BY"),
        (
            "licence Creative Commons Attribution (CC BY-NC-ND 4.0), qui permet l’utilisation",
            "CC-BY-NC-ND-4.0",
        ),
    ],
)
def test_names_in_words_addresses_and_codes(text: str, code: str | None) -> None:
    assert code_from_text(text) == code


@pytest.mark.parametrize(
    ("url", "code"),
    [
        ("https://creativecommons.org/licenses/by%2Dnc/4.0/", "CC-BY-NC-4.0"),
        ("https://creativecommons.org/licenses/by‑nc/4.0/", "CC-BY-NC-4.0"),
        ("https://spdx.org/licenses/CC-BY-NC-4.0.html", "CC-BY-NC-4.0"),
        ("https://creativecommons.org/licenses/by/4.0/legalcode.fr", "CC-BY-4.0"),
        # An element that is not understood: no licence rather than a freer one.
        ("https://creativecommons.org/licenses/by_nc/4.0/", None),
        ("https://creativecommons.org/licenses/bync/4.0/", None),
        ("https://creativecommons.org/licenses/by-xy/4.0/", None),
        ("https://creativecommons.org/licenses/nc-sa/1.0/", None),
    ],
)
def test_addresses_that_are_written_in_another_way(url: str, code: str | None) -> None:
    assert code_from_url(url) == code


def licensed(*licences: str, statement: str = "") -> Article:
    return parsed(meta=f"{PMC1}<permissions>{statement}{''.join(licences)}</permissions>")


def at(address: str, attributes: str = "", words: str = "") -> str:
    return f'<license xlink:href="https://creativecommons.org/{address}/" {attributes}>{words}</license>'


def test_the_strictest_of_several_addresses_holds() -> None:
    both = licensed(at("publicdomain/zero/1.0"), at("licenses/by/4.0"), at("licenses/by-nc/4.0"))
    assert (both.licence_code, both.licence_group) == ("CC-BY-NC-4.0", "noncommercial")
    assert both.licence_url == "https://creativecommons.org/licenses/by-nc/4.0/"
    assert both.warnings == ("several_licences: CC0-1.0, CC-BY-4.0, CC-BY-NC-4.0",)


def test_words_and_copyright_statement_count_together() -> None:
    words = "<license><license-p>Creative Commons Attribution 4.0</license-p></license>"
    assert licensed(words).licence_code == "CC-BY-4.0"
    strict = "<copyright-statement>© A. Usage non commercial uniquement.</copyright-statement>"
    assert licensed(words, statement=strict).licence_code == "CC-BY-NC-4.0"
    typed = words.replace("<license>", '<license license-type="CC BY-NC-ND">')
    assert licensed(typed).licence_code == "CC-BY-NC-ND"
    assert (
        licensed(words.replace("<license>", '<license license-type="open-access">')).licence_code
        == "CC-BY-4.0"
    )


def test_a_licence_for_text_mining_grants_nothing_else() -> None:
    mining = licensed(at("licenses/by/4.0", 'specific-use="textmining"'))
    assert (mining.licence_code, mining.licence_group) == (None, "other")
    reading = licensed(at("licenses/by/4.0", 'specific-use="textmining"'), at("licenses/by-nc/4.0"))
    assert reading.licence_code == "CC-BY-NC-4.0"


@pytest.mark.parametrize(
    ("words", "commercial", "derivatives"),
    [
        ("L’utilisation commerciale est interdite.", "no", "yes"),
        ("Kommerzielle Nutzung nur mit Genehmigung.", "no", "yes"),
        ("For personal and educational use only.", "no", "yes"),
        ("The work may not be altered or transformed.", "yes", "no"),
        ("Sin modificaciones.", "yes", "no"),
        ("Indicate if changes were made.", "yes", "yes"),
        ("Même à des fins commerciales, sans restriction.", "yes", "yes"),
        ("May contain pictures owned by commercial organizations that may not be used.", "yes", "yes"),
    ],
)
def test_words_beside_an_address_take_away(words: str, commercial: str, derivatives: str) -> None:
    terms = effective_terms(LicenceStatement(code="CC-BY-4.0", text=words))
    assert (terms.commercial.answer, terms.derivatives.answer) == (commercial, derivatives)


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
