"""Thumbnails of figures for the report, or why there is none: status, rights, privacy, no bytes."""

from __future__ import annotations

import base64
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from medconcept.images.isolation import deriver
from medconcept.images.settings import Derivation
from medconcept.images.statuses import STATUSES, Status
from medconcept.lake.image_bytes import read_image_bytes
from medconcept.lake.lake import Commit, Lake
from medconcept.rights import WITHHOLDING_RULES

SIZE = 440
# The privacy flags that say what the image shows; the others are of the caption's words.
OF_A_PERSON = frozenset(("patient_photograph", "face", "eyes_masked"))
HOW = Derivation(size=SIZE, format="jpeg", quality=82)
_MAX_BYTES = 32 * 1024**2  # of an image; the report's are read on the driver
_UNCHANGED, _CHANGED = "No changes.", f"Changes: scaled to {SIZE} pixels at most."


@dataclass(frozen=True, slots=True)
class Thumbnail:
    """A scaled copy as a `data:` address with its credit line; or `note`, why there is none."""

    uri: str | None = None
    credit: str | None = None
    note: str | None = None


def thumbnails(lake: Lake, at: Commit, rows: Sequence[Any]) -> list[Thumbnail]:
    """One Thumbnail for each of a handful of triplets, in order; each is made in a child process."""
    wanted = {row["image_sha256"] for row in rows if why_not_shown(row) is None}
    found: dict[str, bytes] = {}
    if wanted:
        stored = read_image_bytes(lake, sorted(wanted), at=at).where(f"size <= {_MAX_BYTES}")
        found = {row["sha256"]: bytes(row["content"]) for row in stored.select("sha256", "content").collect()}
    with deriver(HOW) as copy:
        return [thumbnail(row, found.get(row["image_sha256"]), copy) for row in rows]


def why_not_shown(row: Any) -> str | None:
    """Why no scaled copy of a triplet's image may or can be shown, in one sentence; None if one may be.

    >>> why_not_shown({"image_status": "no_media"})
    'No image: the article has no image files at its source.'
    """
    status = row["image_status"]
    if status != Status.RESOLVED.value:
        known = status in {each.value for each in Status}
        meaning = STATUSES[Status(status)] if known else "resolve_images has not run on the article."
        return f"No image: {meaning[0].lower()}{meaning[1:]}"
    rights = row["rights"]
    if rights is None:
        return "The image is not shown: its rights are not known."
    if rule := rights["withheld"]:
        return f"The image is not shown, by the rule {rule}: {WITHHOLDING_RULES[rule]}."
    if flags := sorted({sign["flag"] for sign in row["privacy_flags"] or ()} & OF_A_PERSON):
        return f"The image is not shown: by its caption it may show a person ({', '.join(flags)})."
    return None


def thumbnail(row: Any, data: bytes | None, copy: Callable[[bytes], bytes | None]) -> Thumbnail:
    """The thumbnail of a triplet, of whose image the lake holds these bytes, None if it holds none.

    >>> row = {"image_status": "resolved", "rights": {"withheld": None}, "privacy_flags": [],
    ...        "attribution": "A. T. CC BY 4.0. No changes."}
    >>> thumbnail(row, b"image", lambda data: b"copy")
    Thumbnail(uri='data:image/jpeg;base64,Y29weQ==', credit='A. T. CC BY 4.0. Changes: scaled to 440 pixels \
at most.', note=None)
    """
    if note := why_not_shown(row):
        return Thumbnail(note=note)
    if data is None:
        return Thumbnail(
            note="The image is not shown: the lake does not hold its bytes, or too many of them."
        )
    scaled = copy(data)
    if scaled is None:
        return Thumbnail(note="The image is not shown: no copy of it could be made.")
    credit = row["attribution"] or ""
    if credit.endswith(_UNCHANGED):
        credit = credit.removesuffix(_UNCHANGED) + _CHANGED
    return Thumbnail(f"data:image/jpeg;base64,{base64.b64encode(scaled).decode()}", credit or None)
