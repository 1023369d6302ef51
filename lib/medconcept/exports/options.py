"""What an export is asked for: the release, the format, which rows, and how they are written."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from hashlib import sha256
from typing import Any, Literal, get_args

from medconcept.errors import ConfigError
from medconcept.exports.token_spans import TokenizerFile
from medconcept.rights import terms_of_code
from medconcept.triplets.options import SPLITS_OF_DATA

ExportFormat = Literal["huggingface", "webdataset", "conceptclip", "metadata", "retrieval"]
ImageKind = Literal["original", "derived"]
FORMATS: tuple[str, ...] = get_args(ExportFormat)
IMAGE_KINDS: tuple[str, ...] = get_args(ImageKind)
BALANCED = ("modality", "year", "journal")
"""What pairs for retrieval may be balanced over, and are by default, the most important first."""
PAIRS = 9000
"""Pairs for retrieval by default: about as many as PMC-9K has."""
LICENCE_GROUPS = ("commercial", "noncommercial", "other")

# Hugging Face's own bound of a Parquet file; what it advises for tar files.
SHARD_BYTES: Mapping[str, int] = {
    "huggingface": 500_000_000,
    "webdataset": 1_000_000_000,
    "conceptclip": 1_000_000_000,
    "metadata": 500_000_000,
    "retrieval": 500_000_000,
}
TRAIN, _, TEST = SPLITS_OF_DATA
EXPORT_VERSION = 2
"""Version of what is written for the same release and options: raised when the bytes of a file change."""


@dataclass(frozen=True)
class ExportOptions:
    """The options that decide the bytes of an export, besides the release.

    `where` is an SQL condition over triplets. `licences` are groups of LICENCE_GROUPS or codes such as
    CC-BY-4.0, or CC-BY for all its versions; `splits` the splits to write; both empty for all. `images` are
    the files as published, or the training copies. `seed` decides the order of rows; `url` is the home
    page that the documents name. Of the format `retrieval` alone: `pairs` is the number of pairs at most (0:
    PAIRS), `balance` what they are balanced over, of BALANCED. Of conceptclip alone: the `tokenizer` in whose
    tokens spans are given too.

    >>> ExportOptions("r1", "huggingface", licences=("CC-BY", "nothing"))
    Traceback (most recent call last):
    medconcept.errors.ConfigError: --only-licence nothing: not one of commercial, noncommercial, other, \
nor a code such as CC-BY-4.0 or CC-BY
    """

    release: str
    format: str
    where: str | None = None
    licences: tuple[str, ...] = ()
    splits: tuple[str, ...] = ()
    images: str = "original"
    seed: int = 0
    shard_bytes: int = 0
    url: str | None = None
    pairs: int = 0
    balance: tuple[str, ...] = BALANCED
    tokenizer: TokenizerFile | None = None

    def __post_init__(self) -> None:
        """Refuse what no export could be made with. Raises ConfigError."""
        _require("--format", self.format, FORMATS)
        _require("--images", self.images, IMAGE_KINDS)
        for split in self.splits:
            _require("--split", split, SPLITS_OF_DATA)
        for licence in self.licences:
            if licence not in LICENCE_GROUPS and terms_of_code(licence) is None:
                groups = ", ".join(LICENCE_GROUPS)
                raise ConfigError(
                    f"--only-licence {licence}: not one of {groups}, nor a code such as CC-BY-4.0 or CC-BY"
                )
        if self.where is not None and not self.where.strip():
            raise ConfigError("--where: it is empty")
        if self.shard_bytes < 0:
            raise ConfigError(f"--shard-bytes {self.shard_bytes}: it must be 1 or more")
        for name in self.balance:
            _require("--balance", name, BALANCED)
        if len(set(self.balance)) < len(self.balance):
            raise ConfigError(f"--balance {','.join(self.balance)}: a name is there twice")
        if self.pairs < 0:
            raise ConfigError(f"--pairs {self.pairs}: it must be 1 or more")
        if self.format == "retrieval" and TRAIN in self.splits:
            raise ConfigError(f"--split {TRAIN}: pairs for retrieval are held out of training")
        if self.tokenizer is not None and self.format != "conceptclip":
            raise ConfigError("--tokenizer belongs to --format conceptclip")
        if self.format != "retrieval" and (self.pairs or self.balance != BALANCED):
            raise ConfigError("--pairs and --balance belong to --format retrieval")

    @property
    def has_images(self) -> bool:
        """True if the rows of the export have their images."""
        return self.format != "metadata"

    @property
    def wanted_splits(self) -> tuple[str, ...]:
        """The splits to write, empty for all: of pairs for retrieval `test`, if none is named."""
        return self.splits or ((TEST,) if self.format == "retrieval" else ())

    @property
    def most_pairs(self) -> int:
        """Pairs for retrieval at most."""
        return self.pairs or PAIRS

    @property
    def largest_shard(self) -> int:
        """Bytes that a shard may have."""
        return self.shard_bytes or SHARD_BYTES[self.format]

    def as_json(self) -> dict[str, Any]:
        """The options as the manifest has them: of the tokenizer its name and checksum."""
        content = {**asdict(self), "shard_bytes": self.largest_shard}
        if self.tokenizer is not None:
            del content["tokenizer"]["definition"]
        return content

    def digest(self, *versions: object) -> str:
        """A digest of these options and of what else decides the bytes: JSON values.

        >>> a, b = ExportOptions("r1", "metadata"), ExportOptions("r1", "metadata", seed=1)
        >>> a.digest() == ExportOptions("r1", "metadata").digest(), a.digest() == b.digest()
        (True, False)
        """
        content = {**self.as_json(), "versions": [EXPORT_VERSION, *versions]}
        return sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()


def _require(option: str, value: str, known: tuple[str, ...]) -> None:
    if value not in known:
        raise ConfigError(f"{option} {value}: not one of {', '.join(known)}")
