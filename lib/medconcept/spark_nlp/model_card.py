"""The card of a trained recogniser: what it was made of and how good it is, as JSON and to read."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

CARD, READABLE, MODEL, LATEST = "card.json", "card.md", "model", "latest"


def as_json(card: Mapping[str, Any]) -> bytes:
    """The card as a file."""
    return (json.dumps(card, indent=1, ensure_ascii=False, sort_keys=True) + "\n").encode("utf-8")


def as_markdown(card: Mapping[str, Any]) -> bytes:
    """The same for people.

    >>> card = {"name": "n", "version": "v", "labels": ["Disease"], "seconds": 3, "seed": 1,
    ...     "data": [{"file": "gold.txt", "format": "pubtator", "documents": 2, "entities": {"Disease": 5},
    ...               "licence": "public domain", "sha256": "ab"}],
    ...     "text": {"paragraphs": 0}, "options": {"epochs": 1}, "versions": {"spark_nlp": "5.5.3"},
    ...     "held_out": {"documents": 1, "of": "a share", "by_type": {},
    ...                  "spans": {"precision": 1.0, "recall": 0.5, "f1": 0.6667}}}
    >>> print(as_markdown(card).decode().splitlines()[0])
    # n, version v
    """
    held = card["held_out"]
    lines = [
        f"# {card['name']}, version {card['version']}", "",
        f"Recognises {', '.join(card['labels'])}. Trained in {card['seconds']:.0f} s, seed {card['seed']}.",
        "", "## Data", "",
        "| file | format | documents | entities | licence | SHA-256 |", "|---|---|---|---|---|---|",
    ]  # fmt: skip
    for data in card["data"]:
        kinds = ", ".join(f"{kind} {count}" for kind, count in data["entities"].items())
        cells = (data["file"], data["format"], data["documents"], kinds, data["licence"], data["sha256"][:12])
        lines.append("| " + " | ".join(str(cell) for cell in cells) + " |")
    lines += ["", f"Embeddings: {_told(card['text'])}.", "", "## Figures", ""]
    lines.append(f"On {held['documents']} documents held out ({held['of']}), exact spans:")
    lines += ["", "| | precision | recall | F1 |", "|---|---|---|---|"]
    rows = [("all, type aside", held.get("spans")), *held.get("by_type", {}).items()]
    for name, told in rows:
        if told:
            lines.append(f"| {name} | {told['precision']:.3f} | {told['recall']:.3f} | {told['f1']:.3f} |")
    lines += ["", "## How", "", _told(card["options"]), "", "Versions: " + _told(card["versions"]), ""]
    return "\n".join(lines).encode("utf-8")


def _told(values: Mapping[str, Any]) -> str:
    return ", ".join(f"{name.replace('_', ' ')} {value}" for name, value in values.items())
