"""Wordings with which captions credit another's picture, and reports that only look like them."""

import pytest
from jats_examples import one_figure

from medconcept.jats.records.figure import Rights


def rights(caption: str) -> Rights | None:
    return one_figure(f"<caption><p>{caption}</p></caption>").rights


@pytest.mark.parametrize(
    "caption",
    [
        "Curves are reprinted in part from [7].",
        "Reprinted, with permission, from an older report.",
        "Reprinted (with permission) from Smith.",
        "Reprinted by permission from Example Publishers: Lamps",
        "Reprinted by courtesy of Springer.",
        "Reprinted and translated from [4].",
        "Reproduced, in part and with minor changes, from ref. 7.",
        "Reproduced under the terms of the CC BY licence.",
        "Reused from Smith et al. 2010.",
        "Used with permission from Elsevier.",
        "Used under a licence of the museum.",
        "Image taken from Smith et al. (2010).",
        "Figure taken from [12].",
        "Image from Smith et al.",
        "From Smith (2010).",
        "From [12], with permission.",
        "This image was previously published in [3].",
        "Extracted from Mendes (2024, p. 10).",
        "Reproduzido com permissão de Silva.",
        "Extraído de Silva et al., 2010.",
        "Tomado de García (2010).",
        "Reproducido con permiso de García.",
        "Reproduit avec la permission de Dupont.",
        "Figure tirée de Dupont et al. (2001).",
        "Abgedruckt mit freundlicher Genehmigung des Verlags.",
        "Entnommen aus Müller (2010).",
        "Riprodotto con il permesso di Rossi.",
        "Tratto da Rossi (2010).",
        "Overgenomen met toestemming van Jansen.",
    ],
)
def test_reprinted(caption: str) -> None:
    stated = rights(caption)
    assert stated is not None and stated.reuse == "reprinted"


@pytest.mark.parametrize(
    "caption",
    [
        "Adapted from [2].",
        "Adapted slightly from Smith.",
        "Adapted (with permission) from Smith.",
        "Adapted with minor modifications from [3].",
        "Redrawn and modified after Ostrom (1963).",
        "Modified with permission from Smith.",
        "Low, medium and high risk (after Hobday et al. 2011).",
        "After Smith (2010).",
        "Modified version of a figure from [5].",
        "Adaptation of a figure by Smith.",
        "Redrawn based on [5].",
        "Adaptado de Silva (2010).",
        "Modificado de García.",
        "Modifié d’après Dupont.",
        "Verändert nach Müller (2010).",
        "Adattato da Rossi.",
        "Aangepast naar Jansen.",
    ],
)
def test_adapted(caption: str) -> None:
    stated = rights(caption)
    assert stated is not None and stated.reuse == "adapted"


@pytest.mark.parametrize(
    ("caption", "by_permission"),
    [
        ("Photo courtesy: J. Smith", True),
        ("With the author’s permission.", True),
        ("Com autorização da editora.", True),
        ("Mit freundlicher Genehmigung von Müller.", True),
        ("Per gentile concessione di Rossi.", True),
        ("Kindly provided by J. Smith.", True),
        ("Photo: J. Smith, CC BY-SA 3.0, via Wikimedia Commons.", False),
        ("© Springer", False),
        ("Copyright Ann Alder.", False),
        ("Copyright: Ann Alder", False),
        ("(c) 2012 Lamp Society", False),
        ("Illustration by Ann Alder, © MOSS 2001.", False),
    ],
)
def test_permission_and_copyright(caption: str, by_permission: bool) -> None:
    stated = rights(caption)
    assert stated is not None and stated.by_permission is by_permission


@pytest.mark.parametrize(
    "caption",
    [
        "Cells reproduced in part.",
        "An injection of 5 cc by needle; creative use of space.",
        "Results were reproduced from three independent experiments.",
        "Sections taken from mice.",
        "Samples taken from mice [12].",
        "Images taken from the left.",
        "From left to right: a, b. From January 2010 on.",
        "(From top) tracks. From WT mice. From day 3 (2 animals).",
        "Strains published in [3], structures based on those of dog (from Smith et al. 2002).",
        "DNA extraída de células de pacientes.",
        "Muestras tomadas de pacientes.",
        "Values obtained from WT mice [12].",
        "Results use data from [5].",
        "Modified with a phosphate.",
        "A modified reporter gene.",
        "Mice were adapted to light, others dark-adapted from birth.",
        "After Crx knock-down.",
        "Reproduction from seeds.",
        "The permissive state, (c) control cells, a courteous reply.",
    ],
)
def test_reports_that_credit_nobody(caption: str) -> None:
    assert rights(caption) is None
