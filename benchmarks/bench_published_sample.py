"""The published sample of MedConcept-23M, concept by concept: how many of them our linker finds as well.

    python benchmarks/bench_published_sample.py --sample ../shared/data/medconcept_sample

The sample has 70 captions with 280 concepts, each a CUI of the UMLS with a span. Spans index a caption that
BERT's tokenizer has taken apart and joined again; they are put back to the caption as it is, and one that
does not cover the words of its own tokens stops the run. Only concepts whose CUI the dictionary has can be
found. The sample is a program's work, not gold: what is found beyond it is counted, not judged. Writes
build/bench/published-sample.json.
"""

from __future__ import annotations

import argparse
import json
import sys
import unicodedata
from collections import Counter
from pathlib import Path
from typing import Any

from results import show, write

import medconcept
from medconcept.config import load_config

FILE = "pretraining_meta_file_sample.jsonl"
_JOINED = (".", "?", "!", ",")  # before these the decoder of BERT's tokens leaves no space


def main(argv: list[str] | None = None) -> int:
    """Link the captions, print the counts, write the JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sample", type=Path, default=Path("../shared/data/medconcept_sample"))
    parser.add_argument("--config", default="conceptclip", help="YAML file, or conceptclip, demo, local")
    options = parser.parse_args(argv)
    path = options.sample / FILE
    if not path.is_file():
        print(f"{path}: no such file; name the folder of the sample (--sample)", file=sys.stderr)
        return 3
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    linker = medconcept.load_linker(load_config(options.config))
    held = _ids(linker, {each["umls_cui"] for row in rows for each in row["umls_meta_info"]})
    linked = linker([row["caption"] for row in rows])
    counts: Counter[str] = Counter()
    missed: Counter[str] = Counter()
    for row, ours in zip(rows, linked, strict=True):
        spans = original_spans(row)
        found = [(link.concept_id, link.spans[0][0], link.spans[-1][1]) for link in ours.links]
        counts["our_mentions"] += len(found)
        for each, (start, end) in zip(row["umls_meta_info"], spans, strict=True):
            counts["concepts"] += 1
            if each["umls_cui"] not in held:
                continue
            counts["held"] += 1
            own = [link for link in found if link[0] == each["umls_cui"]]
            touching = [link for link in found if link[1] < end and link[2] > start]
            if (each["umls_cui"], start, end) in found:
                counts["same_span"] += 1
            elif any(link in own for link in touching):
                counts["overlapping_span"] += 1
            elif own:
                counts["elsewhere_in_the_caption"] += 1
            elif touching:
                counts["another_concept_there"] += 1
                missed[f"{row['caption'][start:end]} ({each['umls_cui']})"] += 1
            else:
                counts["nothing_there"] += 1
                missed[f"{row['caption'][start:end]} ({each['umls_cui']})"] += 1
    agreed = counts["same_span"] + counts["overlapping_span"]
    ratios = {
        "held_of_all": round(counts["held"] / counts["concepts"], 3),
        "agreement_same_span": round(counts["same_span"] / max(1, counts["held"]), 3),
        "agreement": round(agreed / max(1, counts["held"]), 3),
    }
    show(counts, ratios)
    write("published-sample", counts, ratios, [], missed=dict(sorted(missed.items())))
    return 0


def _ids(linker: Any, wanted: set[str]) -> set[str]:
    """Those of the concept ids that the dictionary has."""
    import numpy as np

    dictionary = linker.linker.dictionary
    every = set(dictionary.concepts_of(np.arange(len(dictionary), dtype=np.uint32)).to_pylist())
    return wanted & every


def original_spans(row: dict[str, Any]) -> list[tuple[int, int]]:
    """The spans of a row of the sample in code points of its caption. Raises ValueError where one is none."""
    decoded, places = decode(row["caption"])
    spans = []
    for each in row["umls_meta_info"]:
        start, end = each["start_char"], each["end_char"]
        words = "".join(token.removeprefix("##") for token in each["tokens"])
        if decoded[start:end].replace(" ", "") != words:
            raise ValueError(f"{row['graphic_ref']}: {decoded[start:end]!r} is not {words!r}")
        spans.append((places[start], places[end - 1] + 1))
    return spans


def decode(caption: str) -> tuple[str, list[int]]:
    """A caption as BERT's uncased tokens give it back, and for each character its place in the caption.

    >>> decode("A (naïve)\\ncell.")[0]
    'a ( naive ) cell.'
    """
    characters: list[tuple[str, int]] = []
    for place, each in enumerate(caption):
        for c in unicodedata.normalize("NFD", each.lower()):
            if not c.isspace() and unicodedata.category(c) in ("Mn", "Cc", "Cf"):
                continue
            if unicodedata.category(c).startswith("P") or c in "$+<=>^`|~":
                characters += [(" ", place), (c, place), (" ", place)]
            else:
                characters.append((" " if c.isspace() else c, place))
    out: list[tuple[str, int]] = []
    for c, place in characters:
        if c == " " and (not out or out[-1][0] == " "):
            continue
        if c in _JOINED and out and out[-1][0] == " ":
            out.pop()
        out.append((c, place))
    return "".join(c for c, _ in out).rstrip(), [place for _, place in out]


if __name__ == "__main__":
    sys.exit(main())
