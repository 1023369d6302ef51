"""The model card of a trained recogniser: data, options and scores, as JSON and as Markdown."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

CARD, READABLE, MODEL, LATEST = "card.json", "card.md", "model", "latest"


def as_json(card: Mapping[str, Any]) -> bytes:
    """Return the card as JSON, encoded in UTF-8."""
    return (json.dumps(card, indent=1, ensure_ascii=False, sort_keys=True) + "\n").encode("utf-8")


def as_markdown(card: Mapping[str, Any]) -> bytes:
    """Return the card as Markdown, encoded in UTF-8.

    >>> card = {"name": "n", "version": "v", "labels": ["Disease"], "seconds": 3, "seed": 1,
    ...     "data": [{"file": "gold.txt", "format": "pubtator", "documents": 2, "entities": {"Disease": 5},
    ...               "licence": "public domain", "sha256": "ab"}],
    ...     "text": {"paragraphs": 0}, "options": {"epochs": 1}, "versions": {"spark_nlp": "5.5.3"},
    ...     "held_out": {"documents": 1, "of": "a share", "by_type": {},
    ...                  "spans": {"precision": 1.0, "recall": 0.5, "f1": 0.6667}}}
    >>> print(as_markdown(card).decode().splitlines()[0])
    # n, version v
    >>> card["data"][0]["labelled_by_dictionary"] = {"Cell_line": 28}
    >>> "- gold.txt: Cell line 28" in as_markdown(card).decode()
    True
    """
    held_out = card["held_out"]
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
    by_dictionary = [(data["file"], data.get("labelled_by_dictionary")) for data in card["data"]]
    if any(labelled for _, labelled in by_dictionary):
        lines += ["", "Of these the dictionary labelled, where the corpus has no such entities:", ""]
        lines += [f"- {file}: {_listed(labelled)}" for file, labelled in by_dictionary if labelled]
    lines += ["", f"Embeddings: {_listed(card['text'])}.", "", "## Figures", ""]
    lines.append(f"On {held_out['documents']} documents held out ({held_out['of']}), exact spans:")
    lines += ["", "| | precision | recall | F1 |", "|---|---|---|---|"]
    rows = [("all, type aside", held_out.get("spans")), *held_out.get("by_type", {}).items()]
    for name, scores in rows:
        if scores:
            lines.append(
                f"| {name} | {scores['precision']:.3f} | {scores['recall']:.3f} | {scores['f1']:.3f} |"
            )
    lines += ["", "## How", "", _listed(card["options"]), "", "Versions: " + _listed(card["versions"]), ""]
    return "\n".join(lines).encode("utf-8")


def _listed(values: Mapping[str, Any]) -> str:
    return ", ".join(f"{name.replace('_', ' ')} {value}" for name, value in values.items())
