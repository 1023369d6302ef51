"""The whole linker on real captions in one process: all forms, abbreviations, negation, panels, ambiguity.

    python benchmarks/bench_linker.py --dictionary build/demo/dictionary --articles build/demo/articles

Names are those of the dictionary files and others derived from them (real_names.py); captions are those of
the articles, repeated to --megabytes. Sentences and panels are given, as annotate_captions gets them from
Spark NLP and the parser; in `linker_and_panels` the linker detects the panels itself, as for a text without
an article. Also measured: the look-up of forms alone, against the installed Aho-Corasick engines; seconds
until a new process has linked its first caption; and the index of similar names (look-ups per second, and its
recall of the best name against a comparison with every name).

The Aho-Corasick engines get case-folded names and text, and only their scan is timed: without other forms,
token boundaries, overlap resolution and ids. Writes build/bench/linker.json.
"""

from __future__ import annotations

import argparse
import hashlib
import importlib.metadata
import itertools
import json
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from lxml import etree
from real_names import FORMATS, SEED, best, dictionary_names
from results import show, write

from medconcept.dictionary.compile_terms import compile_files
from medconcept.dictionary.linking_dictionary import SIMILAR, LinkingDictionary, open_linking
from medconcept.jats.panels.caption_panels import find_panels
from medconcept.linking.linker import Linker
from medconcept.linking.negation import sentence_spans
from medconcept.linking.types import Caption
from medconcept.terminologies.readers import iter_terms
from medconcept.terminologies.term import Term

COMPARED = 100_000_000  # names that the oracle compares
WORKER = """
import json, sys, time
def private():
    # Private and written to: the pages of the mapped file are clean, and shared.
    with open("/proc/self/smaps_rollup") as file:
        return sum(int(line.split()[1]) for line in file if line.startswith("Private_Dirty")) / 1024
import numpy, pyarrow, pyarrow.compute  # every PySpark worker that handles Arrow batches has them
bare, at = private(), time.perf_counter()
from medconcept.dictionary.linking_dictionary import open_linking
from medconcept.linking.linker import Linker
linker = Linker(open_linking(sys.argv[1], sys.argv[2]))
linker.link("Heart attack and lung cancer.")
print(json.dumps({"seconds": time.perf_counter() - at, "megabytes": private() - bare}))
"""


def main(argv: list[str] | None = None) -> int:
    """Measure, print a table, write the JSON."""
    options = _arguments(argv)
    terms = made_terms(options.dictionary, options.names)
    start = time.perf_counter()
    names, similar = compile_files(terms, sorted({term.source for term in terms}))
    built = time.perf_counter() - start
    folded = sorted({n.casefold() for t in terms if not t.obsolete for n in (t.name, *t.synonyms)})
    del terms
    captions = caption_texts(options.articles, options.megabytes)
    size = sum(len(text.encode()) for text in captions) / 1e6
    sha256 = hashlib.sha256(names).hexdigest()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / sha256
        path.write_bytes(names)
        path.with_name(sha256 + SIMILAR).write_bytes(similar)
        figures = {
            "names": len(open_linking(str(path), sha256)), "captions_mb": round(size, 2),
            "build_s": round(built, 1), "file_mb": round(len(names) / 1e6, 1),
            "similar_mb": round(len(similar) / 1e6, 1),
            **measure(path, sha256, captions, size, options.repeat), **ready(path, sha256),
        }  # fmt: skip
    rivals = {} if options.ours_only else rival_speeds(folded, captions, size, options.repeat)
    figures |= rivals
    speeds = {name.removesuffix("_mb_s"): speed for name, speed in rivals.items() if name.endswith("_mb_s")}
    ratios = {f"forms/{name}": round(figures["forms_mb_s"] / speed, 2) for name, speed in speeds.items()}
    show(figures, ratios)
    write("linker", figures, ratios, ["numpy", "pyarrow", *speeds], options.output)
    return 0


def measure(path: Path, sha256: str, captions: list[str], size: float, repeat: int) -> dict[str, float]:
    """Return MB per second of the linker and its look-up of forms, and figures of the similar-names index."""
    dictionary = open_linking(str(path), sha256)
    linker = Linker(dictionary)
    prepared = [Caption(t, sentences=sentence_spans(t), panels=find_panels(t)) for t in captions]
    batches = [prepared[at : at + 256] for at in range(0, len(prepared), 256)]
    untold = [[replace(caption, panels=None) for caption in batch] for batch in batches]

    def link(batches: list[list[Caption]] = batches) -> int:
        return sum(len(linked.links) for batch in batches for linked in linker.link_batch(batch))

    start = time.perf_counter()
    links = link()
    cold = time.perf_counter() - start
    seconds = best(link, repeat)
    looking = best(lambda: link(untold), repeat)
    forms = best(lambda: [dictionary.find_forms([c.text for c in batch]) for batch in batches], repeat)
    return {
        "links": links, "linker_mb_s": round(size / seconds, 2), "linker_cold_mb_s": round(size / cold, 2),
        "linker_and_panels_mb_s": round(size / looking, 2),
        "forms_mb_s": round(size / forms, 1),
        **similarity(dictionary),
    }  # fmt: skip


def similarity(dictionary: LinkingDictionary, threshold: float = 0.8) -> dict[str, float]:
    """Measure look-ups per second of names with one or two letters changed, and the recall of the best name.

    The oracle compares with every name of the index, for fewer queries the more names there are: 100 queries
    for a million names.
    """
    draw = random.Random(SEED)
    index, texts = dictionary.similar, dictionary.names.texts
    assert index is not None  # compile_files always writes one
    norms: Any = index._index["norms"]
    known = np.flatnonzero(norms > 0)
    queries: list[str] = []
    while len(queries) < 2000:
        name = texts[int(draw.choice(known))]
        if len(name) >= 10:
            letters = list(name)
            for _ in range(draw.randint(1, 2)):
                letters[draw.randrange(len(letters))] = draw.choice("abcdefghijklmnopqrstuvwxyz")
            queries.append("".join(letters))
    start = time.perf_counter()
    neighbours = [index.nearest(query, threshold) for query in queries]
    seconds = time.perf_counter() - start
    right = asked = 0
    for query, near in itertools.islice(
        zip(queries, neighbours, strict=True), max(10, COMPARED // len(dictionary))
    ):
        best = index.compare_all(query)
        if best >= threshold:
            asked += 1
            right += bool(near) and abs(near[0][1] - best) < 1e-4
    return {
        "similar_lookups_s": round(len(queries) / seconds),
        "similar_best_found": round(right / max(1, asked), 4),
        "similar_above_threshold": asked,
    }


def rival_speeds(names: list[str], captions: list[str], size: float, repeat: int) -> dict[str, float]:
    """Return MB per second and build seconds of each installed Aho-Corasick engine."""
    figures = {}
    texts = [text.casefold() for text in captions]
    for name, engine in RIVALS.items():
        try:
            importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            print(f"{name}: not installed, skipped", file=sys.stderr)
            continue
        start = time.perf_counter()
        scan = engine(names)
        figures[f"{name}_build_s"] = round(time.perf_counter() - start, 2)
        figures[f"{name}_mb_s"] = round(size / best(partial(scan, texts), repeat), 2)
        del scan
    return figures


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


def ready(path: Path, sha256: str) -> dict[str, float]:
    """Measure a new process from the import of Arrow to its first linked caption: seconds, private memory."""
    runs = []
    for _ in range(3):
        done = subprocess.run(
            [sys.executable, "-c", WORKER, str(path), sha256], capture_output=True, check=True, text=True
        )
        runs.append(json.loads(done.stdout))
    return {
        "ready_s": round(min(run["seconds"] for run in runs), 3),
        "ready_private_mb": round(max(run["megabytes"] for run in runs), 1),
    }


def made_terms(folder: Path, wanted: int) -> list[Term]:
    """Return the terms of the dictionary files, and generated ones until there are `wanted` names."""
    terms: list[Term] = []
    for file, (format, source) in FORMATS.items():
        if (folder / file).exists():
            terms += iter_terms((folder / file).read_bytes(), format, source)
    count = sum(1 + len(t.synonyms) for t in terms if not t.obsolete)
    if count < wanted:
        made = [p for p in dictionary_names(folder, wanted) if p[1].startswith("MADE:")]
        terms += [Term("MADE", identifier, key[1:]) for key, identifier in made]
    return terms


def caption_texts(folder: Path, megabytes: float) -> list[str]:
    """Captions of the JATS articles, repeated to a size."""
    texts = []
    for path in sorted(folder.rglob("*.xml")):
        root = etree.parse(str(path), etree.XMLParser(recover=True, resolve_entities=False)).getroot()
        for element in root.iter("caption"):
            if text := " ".join("".join(map(str, element.itertext())).split()):
                texts.append(text)
    if not texts:
        raise SystemExit(f"{folder}: no caption in any article (*.xml)")
    size = sum(len(text.encode()) for text in texts)
    return texts * max(1, round(megabytes * 1e6 / size))


def _arguments(argv: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--dictionary", type=Path, default=Path("build/demo/dictionary"))
    parser.add_argument("--articles", type=Path, default=Path("build/demo/articles"))
    parser.add_argument("--output", type=Path, default=Path("build/bench/linker.json"))
    parser.add_argument("--names", type=int, default=1_000_000)
    parser.add_argument("--megabytes", type=float, default=2)
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("--ours-only", action="store_true", help="leave the Aho-Corasick engines out")
    return parser.parse_args(argv)


if __name__ == "__main__":
    raise SystemExit(main())
