"""The modality of a figure from its caption, panels, citing paragraphs, concepts and image."""

import hashlib
import json
from importlib.resources import files
from pathlib import Path

import pytest

from medconcept.jats.panels.caption_panels import find_panels
from medconcept.modality import (
    MODALITIES,
    MODALITY_VERSION,
    UNKNOWN,
    CitingText,
    FigureModality,
    ImageMeasures,
    figure_modalities,
)
from medconcept.modality.figure_modality import THRESHOLD
from medconcept.modality.rules import word_rules

DOCS = Path(__file__).resolve().parents[2] / "docs" / "modality.md"
# If the test of these fails, results can change under an old name: raise MODALITY_VERSION.
DIGESTS = {
    "1": "ba9ceb5f0b452d3a6a2f403359f384ddefb564339a6118dea9e5e3f886ce06d1",
    "2": "ce08741e3fb27f3e16c5458b14bc2c820608c629f9fca6abd1b411d473a56879",
    "3": "d82009109b908c4c8194a6f9d16019382fdf30983f53200e4e3a14f095b9358d",
    "4": "56b7e04201b5b362bb1b1e87726d7a2f09f8379e4b851cb166f7d7ab8a4cd6e7",
}


def names(caption: str) -> list[str]:
    return [item.modality for item in figure_modalities(caption)]


def test_the_definition_of_a_version_never_changes() -> None:
    # Agents, the last column, name techniques for a modality as they did before they were marked.
    lines = (files("medconcept.techniques") / "techniques.tsv").read_text("utf-8").splitlines()
    listed = "".join("\t".join(line.split("\t")[:-1]) + "\n" for line in lines).encode()
    contexts = (files("medconcept.techniques") / "contexts.tsv").read_bytes()
    data = listed + contexts + (files("medconcept.modality") / "rules.yaml").read_bytes()
    assert hashlib.sha256(data).hexdigest() == DIGESTS[MODALITY_VERSION]


@pytest.mark.parametrize(
    ("caption", "expected"),
    [
        ("Lateral radiograph of the left knee.", ["x_ray"]),
        ("Chest X-ray on admission.", ["x_ray"]),
        ("Axial contrast-enhanced CT scan showing the mass.", ["ct"]),
        ("Sagittal T2-weighted MR image of the spine.", ["mri"]),
        ("Transverse sonogram of the thyroid.", ["ultrasound"]),
        ("Apical four-chamber view showing the thrombus.", ["ultrasound"]),
        ("FDG-PET scan showing increased uptake.", ["pet_spect"]),
        ("Coronary angiogram after stent placement.", ["angiography"]),
        ("Mammogram showing a spiculated mass.", ["mammography"]),
        ("Coronal view showing a cystic lesion (arrow) of the patient.", ["radiology"]),
        ("Colonoscopic view of the ascending colon.", ["endoscopy"]),
        ("Fundus photograph of the right eye.", ["ophthalmology"]),
        ("Erythematous plaques on the forearm.", ["dermatology"]),
        ("Clinical photograph of the patient's hand.", ["clinical_photograph"]),
        ("Adenocarcinoma infiltrating the stroma (H&E, ×200).", ["histopathology"]),
        ("Phase contrast image of the cultured cells.", ["light_microscopy"]),
        ("Confocal image of neurons; nuclei in blue (DAPI).", ["fluorescence_microscopy"]),
        ("Transmission electron micrograph of the virions.", ["electron_microscopy"]),
        ("Western blot of lysates; actin is the loading control.", ["gel_blot"]),
        ("ECG showing ST elevation in V2–V4.", ["ecg_eeg"]),
        ("Kaplan–Meier curves by treatment arm.", ["chart"]),
        ("Schematic of the signalling pathway.", ["diagram"]),
        ("Alignment of the amino acid sequences of five orthologs.", ["table_or_text"]),
        ("Our study team.", [UNKNOWN]),
        ("", [UNKNOWN]),
    ],
)
def test_each_modality(caption: str, expected: list[str]) -> None:
    assert names(caption) == expected


def test_every_modality_is_tested_above() -> None:
    marks = test_each_modality.pytestmark[0].args[1]  # type: ignore[attr-defined]  # set by the decorator
    assert {name for _, expected in marks for name in expected} == {*MODALITIES, UNKNOWN}


@pytest.mark.parametrize(
    ("caption", "absent"),
    [
        ("MRI volumes correlated with age (r = 0.4, P < 0.05).", "mri"),  # measured with it, not shown
        ("Flow chart: 300 patients underwent CT scan.", "ct"),
        ("The CT scan is not shown.", "ct"),
        ("No CT scan was done.", "ct"),
        ("Phylogenetic tree; black circles mark new isolates (1,000 replicates).", "chart"),
        ("Dorsal and lateral view of the beetle.", "x_ray"),
        ("Axial CT scan; the dashed line marks the tumour.", "chart"),
        ("Immunohistochemistry: DAPI (blue), desmin (red), confocal images.", "histopathology"),
        ("Negative staining in the tumour glands (H&E).", "electron_microscopy"),
        ("Photomicrograph of the tumour (H&E, ×400).", "light_microscopy"),
    ],
)
def test_a_word_that_does_not_mean_the_picture(caption: str, absent: str) -> None:
    assert absent not in names(caption)


def test_panels_of_a_compound_figure() -> None:
    caption = "Case 1. (A) Axial CT scan of the liver. (B) Biopsy stained with H&E. (C) Survival curves."
    found = {item.modality: item.panels for item in figure_modalities(caption, find_panels(caption))}
    assert found == {"ct": ("A",), "histopathology": ("B",), "chart": ("C",)}


def test_evidence_indexes_the_caption_and_names_its_source() -> None:
    caption = "Results. Axial CT scan of the chest."
    (item,) = figure_modalities(caption)
    assert item.method == "technique" and item.confidence >= THRESHOLD
    assert [caption[e.start : e.end] for e in item.evidence] == ["CT scan"] or item.evidence[
        0
    ].text in caption
    assert all(caption[e.start : e.end] == e.text for e in item.evidence)


def test_citing_paragraphs_speak_where_the_caption_is_silent() -> None:
    text = "An MRI scan showed a mass (Figure 1). A CT scan was normal."
    citing = [CitingText(text, ((text.index("Figure 1"), text.index("Figure 1") + 8),))]
    (item,) = figure_modalities("Before the operation.", citing=citing)
    assert (item.modality, item.method, item.evidence[0].paragraph) == ("mri", "citing_paragraph", 0)
    assert [m.modality for m in figure_modalities("Chest X-ray.", citing=citing)] == ["x_ray"]
    assert figure_modalities("Before.", citing=[CitingText(text)])[0].modality == UNKNOWN


def test_a_linked_concept_counts_as_evidence() -> None:
    concept = next(e.source for e in figure_modalities("Axial CT scan.")[0].evidence)
    caption = "The machine showed a lesion."
    assert names(caption) == [UNKNOWN]
    found = figure_modalities(caption, concepts=[(concept, 4, 11), (concept, 4, 11)])
    assert found[0].modality == UNKNOWN  # one source counts once and does not suffice alone
    better = figure_modalities(f"{caption} Hypodense area.", concepts=[(concept, 4, 11)])
    assert better[0].modality == "ct" and {e.method for e in better[0].evidence} == {"words", "concept"}


def test_an_image_that_contradicts_the_words_lowers_the_confidence() -> None:
    caption = "Levels of IL-6 in serum."
    plain = figure_modalities(caption)[0]
    dark = figure_modalities(caption, measures=ImageMeasures(near_white=0.0))[0]
    white = figure_modalities(caption, measures=ImageMeasures(near_white=0.9))[0]
    assert (plain.modality, dark.modality) == ("chart", UNKNOWN)
    assert white.confidence > plain.confidence


def test_what_is_named_but_not_pictured_is_no_radiology() -> None:
    assert names("Position of the ultrasonography probe in the inguinal area.") == [UNKNOWN]
    assert names("Inguinal area under the ultrasound probe, which shows a cyst.") == ["ultrasound"]
    assert "pet_spect" not in names("Sampling stations of the radionuclide network.")
    assert names("Radionuclide scan of both kidneys.") == ["pet_spect"]
    assert names("Head and body CT dosimetry phantom.") == [UNKNOWN]
    assert names("CT phantom image with four inserts.") == ["ct"]
    assert names("Magnetic resonance velocity measurements were used to compute flow.") == [UNKNOWN]


def test_a_colourful_picture_is_no_scan_in_grey_and_a_diagram_may_have_a_ground() -> None:
    colourful, dark = ImageMeasures(colourfulness=80.0), ImageMeasures(near_white=0.0)
    scan, scheme = "Axial CT scan of the chest.", "Schematic diagram of the pathway."
    assert figure_modalities(scan, measures=colourful)[0].modality == UNKNOWN
    assert figure_modalities(scan, measures=ImageMeasures(colourfulness=3.0))[0].modality == "ct"
    assert figure_modalities(scheme, measures=dark) == figure_modalities(scheme)


def test_measures_alone_give_no_modality() -> None:
    assert figure_modalities("Our team.", measures=ImageMeasures(near_white=0.9)) == (
        FigureModality(UNKNOWN, (), 0.0, "none", ()),
    )


def test_the_articles_abbreviations_reach_the_rules() -> None:
    caption = "OCT of the sample."
    assert names(caption) == [UNKNOWN]
    found = figure_modalities(caption, long_forms={"OCT": "optical coherence tomography"})
    assert [item.modality for item in found] == ["ophthalmology"]


def test_a_caption_of_a_megabyte_takes_bounded_time() -> None:
    caption = "Axial CT scan, mean ± SD, (red) stained cells and arrows. " * 20_000
    assert "ct" in names(caption)


def test_rules_are_well_formed_and_documented() -> None:
    rules = word_rules()
    assert len({rule.rule_id for rule in rules}) == len(rules)
    text = DOCS.read_text(encoding="utf-8")
    for rule in rules:
        assert rule.modality in MODALITIES and 0 < rule.weight < 1 and rule.meaning
        assert f"| `{rule.rule_id}` | {rule.modality} | {rule.weight} |" in text
    for modality, definition in MODALITIES.items():
        assert f"| `{modality}` | {definition} |" in text
    assert f"version `{MODALITY_VERSION}`" in text


def test_committed_labels_are_valid() -> None:
    lines = (Path(__file__).parent / "labels.jsonl").read_text(encoding="utf-8").splitlines()
    labels = [json.loads(line) for line in lines]
    assert len({(label["reading"], label["figure"]) for label in labels}) == len(labels)
    for label in labels:
        assert set(label) == {"reading", "figure", "shows", "may_show"}
        assert {*label["shows"], *label["may_show"]} <= set(MODALITIES)
