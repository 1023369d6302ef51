"""Our parser, the XML library that it uses, and pubmed_parser: the same bytes in one process.

    python benchmarks/bench_jats.py build/demo/articles

Each processes all articles that lxml alone can read (files with named entities need a DTD): the bare
`lxml.etree.fromstring`; `parse_article` with everything that it extracts; and pubmed_parser called for the
same fields, with `parse_pubmed_xml`, `parse_pubmed_caption` and `parse_pubmed_paragraph`. pubmed_parser fails
on some files and is timed until it does. They take turns, so that a busy machine slows all alike, and each
reads all files before the next one starts, as in real use. Reported are the processor time of the best round,
and whether the parser was native code. Writes build/bench/jats.json.
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
    """Build only the tree."""
    return etree.fromstring(data)


def ours(data: bytes) -> object:
    """Return everything that our parser extracts, or the reason of a rejection."""
    try:
        return parse_article(data)
    except ArticleRejected as refusal:
        return refusal


def theirs(data: bytes) -> object:
    """Return the same fields by pubmed_parser: metadata, captions, paragraphs with their references."""
    import pubmed_parser  # a rival to measure against, not a dependency

    fields: list[object] = []
    for read in (
        pubmed_parser.parse_pubmed_xml,
        pubmed_parser.parse_pubmed_caption,
        pubmed_parser.parse_pubmed_paragraph,
    ):
        # It fails on figures without id or caption; its time until then counts.
        with contextlib.suppress(Exception), contextlib.redirect_stdout(io.StringIO()):
            fields.append(read(data))
    return fields


def readable(paths: Sequence[Path]) -> list[bytes]:
    """Return the bytes of the files that all three can read."""
    files: list[bytes] = []
    for path in paths:
        data = path.read_bytes()
        with contextlib.suppress(etree.XMLSyntaxError):
            etree.fromstring(data)
            files.append(data)
    return files


def best_seconds(ways: dict[str, Read], files: Sequence[bytes], rounds: int) -> dict[str, float]:
    """Return the processor seconds of each parser's best round over all files."""
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
