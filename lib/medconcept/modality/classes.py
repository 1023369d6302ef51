"""The modalities that a figure may have, each with its definition."""

from __future__ import annotations

from collections.abc import Mapping

MODALITY_VERSION = "4"
"""Version of the definitions, the techniques and the rules together.

A subset is defined by a modality and this version. Any change to `techniques.tsv`, `contexts.tsv`,
`rules.yaml` or the code that weighs them that can change a result raises it; a test pins the digests.
"""

MODALITIES: Mapping[str, str] = {
    "x_ray": "radiograph, fluoroscopic image or contrast radiograph of an organ other than a vessel",
    "ct": "computed tomography, cone-beam and micro-CT and reconstructions of it included",
    "mri": "magnetic resonance image: structural, diffusion, functional maps, angiography, cholangiography",
    "ultrasound": "ultrasound image: B-mode, Doppler, echocardiography, endosonography, intravascular",
    "pet_spect": "nuclear image: PET, SPECT, planar scintigraphy",
    "angiography": "image of vessels by contrast medium or flow: catheter, CT and MR angiography, venography",
    "mammography": "mammogram or breast tomosynthesis",
    "radiology": "radiological image whose kind the words do not state",
    "endoscopy": "view through an endoscope, laparoscope or arthroscope",
    "ophthalmology": "image of the eye: fundus, slit lamp, OCT, fluorescein angiography, corneal topography",
    "dermatology": "dermoscopic image, or a photograph of a skin lesion, rash, hair or nails",
    "clinical_photograph": "photograph of a patient, a part of the body, an operation or a resected specimen",
    "histopathology": "tissue sections or clinical smears with a histological stain or chromogen",
    "light_microscopy": "other microscopy by white light: bright field, phase contrast, whole mounts",
    "fluorescence_microscopy": "fluorescence microscopy, confocal and multiphoton included",
    "electron_microscopy": "electron micrograph, scanning or transmission, or tomogram",
    "gel_blot": "gel, blot or plate of bands or spots: Western blot, agarose gel, gel shift, thin layer",
    "ecg_eeg": "trace of a body's electrical activity: ECG, EEG, EMG, evoked potentials, polysomnography",
    "chart": "plot of data on axes or a matrix of values: lines, bars, points, spectra, cytometry, heat map",
    "diagram": "drawing: scheme, flow chart, model, gene structure, tree, network, map, molecular structure",
    "table_or_text": "table, sequence or alignment, questionnaire, form, screenshot",
}  # fmt: skip
UNKNOWN = "unknown"
"""The answer where no evidence reaches the threshold."""

RADIOLOGY = frozenset(
    ("x_ray", "ct", "mri", "ultrasound", "pet_spect", "angiography", "mammography", "radiology")
)
