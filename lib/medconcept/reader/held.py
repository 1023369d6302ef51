"""Batches that a gate refused, as they lie under `_rejected` of a lake."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import datetime, timezone
from typing import Protocol

from medconcept.errors import LakeError

REJECTED, REASON = "_rejected", "reason.json"


class Files(Protocol):
    """Files of a lake, by Hadoop or without it."""

    def list(self, name: str) -> list[str]:
        """Names directly under a folder, sorted; empty if the folder does not exist."""

    def read(self, name: str) -> bytes:
        """The bytes of a small file. Raises LakeError."""


@dataclass(frozen=True)
class Held:
    """A batch that a gate refused: its run and job, the gate's message, and when, in UTC."""

    run_id: str
    job: str
    reason: str
    at: str = field(default_factory=lambda: f"{datetime.now(timezone.utc):%Y-%m-%dT%H:%M:%SZ}")


def held_batches(files: Files) -> list[Held]:
    """The batches under `_rejected`, oldest first; where the reason cannot be read, the run alone."""
    batches = []
    for run_id in files.list(REJECTED):
        try:
            batches.append(Held(**json.loads(files.read(f"{REJECTED}/{run_id}/{REASON}"))))
        except (LakeError, ValueError, TypeError):
            batches.append(Held(run_id, "", "", at=""))
    return batches
