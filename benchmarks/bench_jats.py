"""The parser beside the XML library under it and beside pubmed_parser, one process, the same bytes.

    python benchmarks/bench_jats.py build/demo/articles

Three ways over all articles that lxml reads by itself (a named entity needs the DTD there): the bare
`lxml.etree.fromstring`, `parse_article` with all that it extracts, and pubmed_parser called for the same
fields, which takes `parse_pubmed_xml`, `parse_pubmed_caption` and `parse_pubmed_paragraph`. pubmed_parser
fails on some files; it is timed until it does. The ways take turns, so that a busy machine hurts all alike,
and each reads all files before the next does, as it would in use. Told is the processor time of its best
round, and whether the parser was native code. Writes build/bench/jats.json.
"""

from __future__ import annotations

import argparse
import contextlib
import importlib.metadata
import io
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from lxml import etree
from results import write

from medconcept.jats import PARSER_VERSION, ArticleRejected, parse_article
from medconcept.runtime.native_modules import library

Read = Callable[[bytes], object]


def bare(data: bytes) -> object:
    """The tree alone."""
    return etree.fromstring(data)


def ours(data: bytes) -> object:
    """Everything that the parser extracts, or the reason why not."""
    try:
        return parse_article(data)
    except ArticleRejected as refusal:
        return refusal


def theirs(data: bytes) -> object:
    """What pubmed_parser has of the same: metadata, captions, paragraphs with their references."""
    import pubmed_parser  # a rival to measure against, not a dependency

    told: list[object] = []
    for read in (
        pubmed_parser.parse_pubmed_xml,
        pubmed_parser.parse_pubmed_caption,
        pubmed_parser.parse_pubmed_paragraph,
    ):
        # It fails on figures without id or caption; what it did until then is still timed.
        with contextlib.suppress(Exception), contextlib.redirect_stdout(io.StringIO()):
            told.append(read(data))
    return told


def readable(paths: Sequence[Path]) -> list[bytes]:
    """The files that all three can read."""
    found: list[bytes] = []
    for path in paths:
        data = path.read_bytes()
        with contextlib.suppress(etree.XMLSyntaxError):
            etree.fromstring(data)
            found.append(data)
    return found


def best_seconds(ways: dict[str, Read], files: Sequence[bytes], rounds: int) -> dict[str, float]:
    """The processor time of each way's best round over all files."""
    best = dict.fromkeys(ways, float("inf"))
    for _ in range(rounds):
        for name, read in ways.items():
            start = time.process_time()
            for data in files:
                read(data)
            best[name] = min(best[name], time.process_time() - start)
    return best


def main() -> None:
    """Measure, print a table, write the file."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folders", nargs="*", type=Path, default=[Path("build/demo/articles")])
    parser.add_argument("--rounds", type=int, default=10)
    parser.add_argument("--output", type=Path, default=Path("build/bench/jats.json"))
    options = parser.parse_args()
    paths = sorted(p for f in options.folders for p in f.rglob("*") if p.suffix in (".xml", ".nxml"))
    files = readable(paths)
    if not files:
        parser.error(f"no articles in {', '.join(map(str, options.folders))}")
    packages = [name for name in ("lxml", "pubmed_parser") if _has(name)]
    ways: dict[str, Read] = {"lxml.fromstring": bare, "parse_article": ours}
    if "pubmed_parser" in packages:
        ways["pubmed_parser"] = theirs
    megabytes = sum(map(len, files)) / 1e6
    speed = {name: megabytes / seconds for name, seconds in best_seconds(ways, files, options.rounds).items()}
    ratios = {
        f"parse_article/{name}": speed["parse_article"] / speed[name]
        for name in ways
        if name != "parse_article"
    }
    is_native = library("medconcept.jats") is not None
    print(f"{len(files)} articles, the parser as {'native code' if is_native else 'source'}")
    for name, figure in speed.items():
        print(f"{name:16} {figure:8.1f} MB/s")
    for name, ratio in ratios.items():
        print(f"{name:30} {ratio:6.2f}")
    figures = {"articles": len(files), "megabytes": round(megabytes, 2), "native": int(is_native)}
    figures |= {f"{name} MB/s": round(figure, 2) for name, figure in speed.items()}
    rounded = {name: round(ratio, 3) for name, ratio in ratios.items()}
    write("jats", figures, rounded, packages, options.output, jats_parser=PARSER_VERSION)


def _has(name: str) -> bool:
    try:
        importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return False
    return True


if __name__ == "__main__":
    main()
