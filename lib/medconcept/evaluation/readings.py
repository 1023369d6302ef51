"""What is read from a text without a dictionary, scored against gold: one function a format of gold."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from medconcept.evaluation.negated_concepts import negation_report, read_marked_sentences
from medconcept.evaluation.short_forms import read_explained_texts, short_form_report

REPORTS: dict[str, Callable[[str], dict[str, Any]]] = {
    "short-forms": lambda path: short_form_report(read_explained_texts(path)),
    "negation": lambda path: negation_report(read_marked_sentences(path)),
}


def reading_lines(out: Mapping[str, Any]) -> list[str]:
    """The report of such a format as lines of text."""
    lines = [f"{value} {name}" for name, value in out.items() if isinstance(value, int)]
    lines += ["", f"{'':14}{'precision':>10}{'recall':>10}{'F1':>10}   95% interval"]
    for name, figures in out.items():
        if isinstance(figures, dict) and "f1" in figures:
            low, high = figures["f1_interval"]
            cells = "".join(f"{figures[key]:10.4f}" for key in ("precision", "recall", "f1"))
            lines.append(f"{name:14}{cells}   {low:.4f} to {high:.4f}")
    drawn = out["bootstrap"]
    lines.append(f"bootstrap: {drawn['samples']} samples, seed {drawn['seed']}")
    lines.extend(
        f"left out of the gold: {reason}: {times}" for reason, times in out.get("left_out", {}).items()
    )
    return lines
