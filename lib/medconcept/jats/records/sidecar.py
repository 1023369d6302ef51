"""What a sidecar states of its article."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

KEYS = ("pmcid", "pmid", "doi", "title", "journal", "published", "language", "licence", "stated_by")


@dataclass(frozen=True, slots=True)
class Sidecar:
    """The statements of a sidecar by key, one of KEYS, and what in it could not be used, as warnings."""

    values: Mapping[str, str] = field(default_factory=dict)
    problems: tuple[str, ...] = ()
