"""Facts of figures a second on one core: modality, privacy flags, rights, credit line; Arrow in, Arrow out.

    python benchmarks/bench_triplets.py FOLDER [FOLDER ...] [--figures 5000]

Reads the JATS files of the folders, repeats their figures up to that number, and writes
build/bench/triplets.json: captions a second, of modality alone too, and the largest memory of the process.
"""

from __future__ import annotations

import argparse
import resource
import time
from collections.abc import Iterable, Iterator
from itertools import cycle, islice
from pathlib import Path
from typing import Any

import pyarrow as pa
from results import show, write

from medconcept.jats import Article, ArticleRejected, Figure, parse_articles
from medconcept.modality import CitingText, figure_modalities
from medconcept.workers.triplets.figure_facts import assess_batches

BATCH = 2_000


def figures_of(folders: Iterable[Path]) -> Iterator[tuple[Article, Figure]]:
    """Every figure with a caption, with its article."""
    for folder in folders:
        for path in sorted(folder.rglob("*")):
            if path.suffix in (".xml", ".nxml"):
                for item in parse_articles(path.read_bytes()):
                    if not isinstance(item, ArticleRejected):
                        yield from ((item, figure) for figure in item.figures if figure.caption)


def statement(article: Article, figure: Figure) -> dict[str, Any]:
    """The row that assemble_triplets sends to its worker."""
    return {
        "figure_key": figure.figure_key,
        "article_key": figure.figure_key.partition("#")[0],
        "graphics": len(figure.graphics),
        "reason": None,
        **{name: getattr(article, name) for name in ("title", "published", "doi", "pmcid")},
        "journal": article.journal,
        "caption": figure.caption,
        "label": figure.label,
        "panels": [
            {name: getattr(p, name) for name in ("labels", "start", "end", "label_start", "label_end")}
            for p in figure.panels
        ],
        "citing_paragraphs": [
            {"text": p.text, "citations": [{"start": c.start, "end": c.end} for c in p.citations]}
            for p in figure.citing_paragraphs
        ],
        "techniques": [],
        "abbreviations": [{"short": a.short, "long": a.long} for a in article.abbreviations],
        "rights": None
        if figure.rights is None
        else {
            **{
                name: getattr(figure.rights, name)
                for name in figure.rights.__dataclass_fields__
                if name != "evidence"
            },
            "evidence": [{"origin": e.origin, "text": e.text} for e in figure.rights.evidence],
        },
        "authors": [a.name for a in article.authors],
        "licence": {
            "code": article.licence_code,
            "url": article.licence_url,
            "text": article.licence_text,
            "copyright_statement": article.copyright_statement,
            "stated_by_source": None,
        },
        "measures": None,
    }


def main() -> None:
    """Measure and write the result."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("folders", nargs="+", type=Path)
    parser.add_argument("--figures", type=int, default=5_000)
    options = parser.parse_args()
    found = list(figures_of(options.folders))
    rows = [statement(*pair) for pair in islice(cycle(found), options.figures)]
    table = pa.Table.from_pylist(rows)
    list(assess_batches(table.slice(0, 100).to_batches()))  # compiles the rules
    begun = time.perf_counter()
    for _ in assess_batches(table.to_batches(max_chunksize=BATCH)):
        pass
    seconds = time.perf_counter() - begun
    begun = time.perf_counter()
    for article, figure in islice(cycle(found), options.figures):
        citing = [
            CitingText(p.text, tuple((c.start, c.end) for c in p.citations if c.start is not None and c.end))
            for p in figure.citing_paragraphs
        ]
        forms = {a.short: a.long for a in article.abbreviations}
        figure_modalities(figure.caption or "", figure.panels, citing, long_forms=forms)
    alone = time.perf_counter() - begun
    figures = {
        "distinct_figures": len(found),
        "figures": len(rows),
        "captions_per_second": round(len(rows) / seconds),
        "modality_alone_per_second": round(len(rows) / alone),
        "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
    }
    show(figures)
    write("triplets", figures, {"worker_to_modality_alone": round(alone / seconds, 2)}, ["pyarrow"])


if __name__ == "__main__":
    main()
