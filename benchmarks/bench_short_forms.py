"""Short forms and their long forms, compared with Ab3P (PyPI `pyab3p`) on gold in the form of MED1250.

    python benchmarks/bench_short_forms.py GOLD

Writes build/bench/short_forms.json: precision, recall and F1 of both, and their time on the gold's texts; in
even and in odd texts alone too, since the rules were made on the even ones.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterable

from results import write

from medconcept.evaluation.score import Counts, total
from medconcept.evaluation.short_forms import read_explained_texts
from medconcept.jats.article.short_form_pairs import abbreviation_pairs

Find = Callable[[str], Iterable[tuple[str, str]]]


def ours(text: str) -> Iterable[tuple[str, str]]:
    """Pairs of the parser."""
    return [(short, long) for short, long, _ in abbreviation_pairs(text)]


def ab3p() -> Find:
    """Pairs of Ab3P."""
    import pyab3p

    finder = pyab3p.Ab3p()
    return lambda text: [(found.short_form, found.long_form) for found in finder.get_abbrs(text)]


def forms(pairs: Iterable[tuple[str, str]]) -> set[tuple[str, ...]]:
    """Pairs without spaces and case."""
    return {tuple("".join(form.split()).casefold() for form in pair) for pair in pairs}


def main(path: str) -> int:
    """Count, print, write the JSON."""
    gold = read_explained_texts(path)
    figures: dict[str, dict[str, object]] = {}
    missing, packages = {}, []
    for name, make in (("medconcept", lambda: ours), ("pyab3p", ab3p)):
        try:
            find = make()
        except ImportError as error:
            missing[name] = f"not installed ({error.name})"
            continue
        if name != "medconcept":
            packages.append(name)
        start = time.process_time()
        found = [forms(find(row.text)) for row in gold]
        seconds = time.process_time() - start
        counts = [
            Counts(len(wanted & each), len(each - wanted), len(wanted - each))
            for each, wanted in zip(found, (forms(row.pairs) for row in gold), strict=True)
        ]
        figures[name] = {
            **total(counts).figures(),
            "even_f1": total(counts[0::2]).figures()["f1"],
            "odd_f1": total(counts[1::2]).figures()["f1"],
            "milliseconds_a_text": round(1000 * seconds / len(gold), 4),
        }
        print(name, figures[name])
    for name, reason in missing.items():
        print(f"{name}: {reason}", file=sys.stderr)
    write("short_forms", figures, {}, packages, missing=missing)
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1]))
