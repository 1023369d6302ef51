"""What a figure shows: its modality, from its caption, its citing paragraphs and measures of its image.

>>> from medconcept.modality import figure_modalities
>>> [(m.modality, m.method) for m in figure_modalities("Axial CT scan of the chest showing a nodule.")]
[('ct', 'technique')]
>>> [m.modality for m in figure_modalities("Our study team.")]
['unknown']
"""

from medconcept.modality.classes import MODALITIES, MODALITY_VERSION, RADIOLOGY, UNKNOWN
from medconcept.modality.evidence import CitingText, Evidence
from medconcept.modality.figure_modality import FigureModality, figure_modalities
from medconcept.modality.image_measures import ImageMeasures
from medconcept.modality.privacy import PRIVACY_FLAGS, PrivacyFlag, privacy_flags

__all__ = [
    "MODALITIES", "MODALITY_VERSION", "PRIVACY_FLAGS", "RADIOLOGY", "UNKNOWN", "CitingText", "Evidence",
    "FigureModality", "ImageMeasures", "PrivacyFlag", "figure_modalities", "privacy_flags",
]  # fmt: skip
