"""What measures of the image say for or against a modality that the words suggest."""

from __future__ import annotations

from dataclasses import dataclass

_DRAWN = frozenset(("chart", "diagram", "table_or_text"))
_PLOTTED = frozenset(("chart", "table_or_text"))  # diagrams often have a ground of their own colour
_GREY = frozenset(("x_ray", "ct", "mri", "mammography", "radiology", "electron_microscopy", "gel_blot"))
_MOSTLY_WHITE = 0.6
_HARDLY_WHITE = 0.02
_COLOURFUL = 60.0  # Hasler and Süsstrunk's measure: "quite colourful" begins near 45


@dataclass(frozen=True, slots=True)
class ImageMeasures:
    """Measures of one image, None where not taken.

    `near_white` is the share of near-white pixels (0 to 1), `colourfulness` that of Hasler and Süsstrunk,
    `entropy` of the grey levels in bits, `width` and `height` in pixels.
    """

    near_white: float | None = None
    colourfulness: float | None = None
    entropy: float | None = None
    width: int | None = None
    height: int | None = None


def support(modality: str, measures: ImageMeasures) -> float:
    """The factor by which the image changes the confidence of a modality: 1 where it says nothing.

    Measures only ever lower or raise what words have suggested; no modality is given by them alone.

    >>> support("chart", ImageMeasures(near_white=0.8)), support("ct", ImageMeasures(near_white=0.8))
    (1.1, 0.7)
    """
    white, colour = measures.near_white, measures.colourfulness
    factor = 1.0
    if white is not None:
        if modality in _DRAWN:
            factor *= 1.1 if white >= _MOSTLY_WHITE else 1.0
            factor *= 0.6 if white <= _HARDLY_WHITE and modality in _PLOTTED else 1.0
        elif modality != "gel_blot" and modality != "ecg_eeg" and white >= _MOSTLY_WHITE:
            factor *= 0.7
    if colour is not None and colour >= _COLOURFUL and modality in _GREY:
        factor *= 0.6
    return round(factor, 3)
