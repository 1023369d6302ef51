"""Settings of triplets: which figures are left out, and the shares of the splits."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import get_args

from medconcept.errors import ConfigError
from medconcept.images.statuses import Flag
from medconcept.sources.options import PATH

SPLITS_OF_DATA = ("train", "validation", "test")
NOTICES = ("retracted", "retraction_notice", "concern")


@dataclass(frozen=True)
class TripletFilters:
    """Which figures become triplets; the defaults leave out figures without a concept, and no others.

    An empty tuple or mapping, and None, restrict nothing. `licence` maps a term to the answer that it must
    have exactly (`{commercial: yes}`). A language also stands for its variants (`en` for `en-GB`); figures
    whose language is not stated stay. `caption_min` and `caption_max` are characters. `modality` keeps
    figures with at least one of these, with a confidence of `modality_confidence` or more; `privacy` names
    signs that leave a figure out. `centrality_min` is what at least one of the figure's concepts must have.
    `image_min` are the pixels of an image's shorter side, `image_flags` leave an image out, `image_only`
    leaves out graphics without a resolved image. The order in which they apply is that of docs/triplets.md.

    >>> TripletFilters(licence={"comercial": "yes"})
    Traceback (most recent call last):
    medconcept.errors.ConfigError: triplets.filters.licence: no term 'comercial' (known: commercial, \
derivatives, share_alike, redistribute, attribution)
    """

    notices: tuple[str, ...] = ()
    article_types: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    caption_min: int = 0
    caption_max: int | None = None
    require_concept: bool = True
    centrality_min: float = 0.0
    licence: Mapping[str, str] = field(default_factory=dict)
    modality: tuple[str, ...] = ()
    modality_confidence: float = 0.0
    privacy: tuple[str, ...] = ()
    image_only: bool = False
    image_min: int = 0
    image_flags: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """Refuse unknown names, and values that leave out everything."""
        refuse_unknown("triplets.filters.notices", "notice", self.notices, NOTICES)
        flags = [flag.value for flag in Flag]
        refuse_unknown("triplets.filters.image_flags", "flag", self.image_flags, flags)
        if self.licence or self.modality or self.privacy:
            self._refuse_unknown_facts()
        for number in ("caption_min", "image_min"):
            if getattr(self, number) < 0:
                raise ConfigError(f"triplets.filters.{number} must be 0 or more, not {getattr(self, number)}")
        for share in ("centrality_min", "modality_confidence"):
            if not 0 <= getattr(self, share) <= 1:
                raise ConfigError(f"triplets.filters.{share} must be from 0 to 1, not {getattr(self, share)}")
        if self.caption_max is not None and self.caption_max < max(1, self.caption_min):
            span = f"{self.caption_min} to {self.caption_max}"
            raise ConfigError(f"triplets.filters.caption_max: no caption has {span} characters")

    def _refuse_unknown_facts(self) -> None:
        # Imported for those who need them: they bring the parser, and every command reads a configuration.
        from medconcept.modality import MODALITIES, PRIVACY_FLAGS, UNKNOWN
        from medconcept.rights.terms import TERMS, Answer

        refuse_unknown("triplets.filters.licence", "term", self.licence, TERMS)
        refuse_unknown("triplets.filters.licence", "answer", self.terms.values(), get_args(Answer))
        refuse_unknown("triplets.filters.modality", "modality", self.modality, (*MODALITIES, UNKNOWN))
        refuse_unknown("triplets.filters.privacy", "flag", self.privacy, PRIVACY_FLAGS)

    @property
    def terms(self) -> dict[str, str]:
        """The required answers; YAML reads a bare `yes` and `no` as truth values."""
        plain = {"true": "yes", "false": "no"}
        return {term: plain.get(answer, answer) for term, answer in self.licence.items()}

    @property
    def needs_images(self) -> bool:
        """True if a filter looks at images."""
        return self.image_only or self.image_min > 0 or bool(self.image_flags)


@dataclass(frozen=True)
class SplitConfig:
    """Shares of the splits (train gets the rest), and the seed of their hash.

    Both apply to groups that have no split yet. A group of more than `largest` articles is train.

    >>> SplitConfig(test=0.6, validation=0.5)
    Traceback (most recent call last):
    medconcept.errors.ConfigError: triplets.splits: validation 0.5 and test 0.6 leave nothing for train
    """

    validation: float = 0.01
    test: float = 0.01
    seed: int = 0
    largest: int = 100

    def __post_init__(self) -> None:
        """Refuse shares that are none."""
        if min(self.validation, self.test) < 0 or self.validation + self.test >= 1:
            raise ConfigError(
                f"triplets.splits: validation {self.validation} and test {self.test} leave nothing for train"
                if min(self.validation, self.test) >= 0
                else "triplets.splits: a share must be 0 or more"
            )
        if self.largest < 1:
            raise ConfigError(f"triplets.splits.largest must be 1 or more, not {self.largest}")


@dataclass(frozen=True)
class SplitSource:
    """A release of another lake: what stands in a split there stands in the same one here.

    >>> SplitSource("../lake", "")
    Traceback (most recent call last):
    medconcept.errors.ConfigError: triplets.splits_from: lake and release must both be named
    """

    lake: str = field(metadata=PATH)
    release: str

    def __post_init__(self) -> None:
        """Refuse empty names."""
        if not self.lake or not self.release:
            raise ConfigError("triplets.splits_from: lake and release must both be named")


def refuse_unknown(setting: str, what: str, given: Collection[str], known: Collection[str]) -> None:
    """Raise ConfigError for the first given name, in alphabetical order, that is not known."""
    unknown = sorted(set(given) - set(known))
    if unknown:
        raise ConfigError(f"{setting}: no {what} {unknown[0]!r} (known: {', '.join(known)})")
