"""Exactness: the linker's look-up of forms against the rules in plain Python, on random and hostile texts.

    python benchmarks/bench_exactness.py            # all rounds, about ten minutes on one core
    python benchmarks/bench_exactness.py --rounds 0-4

Each round has its own seed for its names and 100,000 texts: a third of random characters of all of Unicode, a
third of sequences that have broken matchers (marks, letters whose case folding is longer, white space of
every kind, astral and right-to-left letters), a third of names truncated, extended and concatenated. The
reference is tests/linking/naive_forms.py. A difference is printed; the exit code is then 1. Writes
build/bench/exactness.json.
"""

from __future__ import annotations

import argparse
import random
import sys
import time
import unicodedata
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "tests" / "linking"))
from naive_forms import NaiveForms
from results import write

from medconcept.dictionary.linking_dictionary import LinkingDictionary, compile_linking
from medconcept.dictionary.name_rules import is_matchable
from medconcept.terminologies.term import Term

TEXTS, NAMES, BATCH = 100_000, 400, 256
KINDS = ("disease",)
PIECES = (
    "heart", "Heart", "HEART", "attack", "ALL", "all", "T4", "t4", "p53", "ß", "SS", "ss", "ﬁ", "fi",
    "İ", "i̇", "ı", "é", "e\u0301", "\u0301", "\u0345", "ς", "σ", "Σ", "Ω", "\u2126", "α", "β", "𝛼", "𐐀", "𐐨",
    "💉", "א", "ש", "ع", "العين", "\u200b", "\u200f", "\u00ad", "\ufeff", "\u0000", " ", "  ", "\t", "\n",
    "\u00a0", "\u2003", "\u3000", "-", "\u2010", "\u2013", "/", ",", ".", "(", ")", "'", "\u2019", "_", "1",
    "2", "²", "½", "x", "X", "a", "A",
)  # fmt: skip


def main(argv: list[str] | None = None) -> int:
    """Compare, print, write the JSON."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rounds", default="0-9", metavar="A-B")
    parser.add_argument("--texts", type=int, default=TEXTS, help="of each round")
    parser.add_argument("--output", type=Path, default=Path("build/bench/exactness.json"))
    options = parser.parse_args(argv)
    first, _, last = options.rounds.partition("-")
    figures = {"texts": 0, "names": 0, "places": 0, "differences": 0}
    start = time.perf_counter()
    for seed in range(int(first), int(last or first) + 1):
        names, texts = draw(seed, options.texts)
        compare(names, texts, figures)
        print(f"seed {seed}: {figures} in {time.perf_counter() - start:.0f} s", flush=True)
    write("exactness", figures, {}, [], options.output, unicode=unicodedata.unidata_version)
    return 1 if figures["differences"] else 0


def draw(seed: int, count: int) -> tuple[list[str], list[str]]:
    """Return the names and NFC texts of a seed."""
    rng = random.Random(seed)
    names = ["".join(rng.choices(PIECES, k=rng.randint(1, 6))) for _ in range(NAMES)]
    names += [
        "".join(_character(rng.randrange(3), rng) for _ in range(rng.randint(1, 5))) for _ in range(NAMES)
    ]
    normal = (
        " ".join(unicodedata.normalize("NFC", name).split()) for name in (*names, *map(str.upper, names))
    )
    names = sorted({name for name in normal if is_matchable(name)})
    makers = (_random, _pieces, _names)
    texts = [unicodedata.normalize("NFC", makers[n % 3](rng, names)) for n in range(count)]
    return names, texts


def compare(names: list[str], texts: list[str], figures: dict[str, int]) -> None:
    """Look up the forms of all texts in both ways and total the differences."""
    terms = (Term("A", f"A:{n}", name, (), KINDS) for n, name in enumerate(names))
    dictionary = LinkingDictionary(compile_linking(terms, ["A"]), "names")
    reference = NaiveForms(names, KINDS)
    for at in range(0, len(texts), BATCH):
        batch = texts[at : at + BATCH]
        places: list[set[tuple[int, int]]] = [set() for _ in batch]
        for _, text, start, end, *_ in dictionary.find_forms(batch)[0].tolist():
            places[text].add((start, end))
        for text, here in zip(batch, places, strict=True):
            if here != (expected := reference.places(text)):
                figures["differences"] += 1
                print(f"{text!r}: {sorted(here)} is not {sorted(expected)}", file=sys.stderr)
            figures["places"] += len(here)
    figures["texts"] += len(texts)
    figures["names"] += len(names)


def _character(kind: int, rng: random.Random) -> str:
    low, high = ((0x20, 0x7F), (0xA0, 0x3000), (0x3000, 0x1FBFF))[kind]
    code = rng.randrange(low, high)
    return chr(code) if not 0xD800 <= code < 0xE000 else " "


def _random(rng: random.Random, said: list[str]) -> str:
    return "".join(_character(rng.randrange(3), rng) for _ in range(rng.randint(0, 30)))


def _pieces(rng: random.Random, said: list[str]) -> str:
    return "".join(rng.choices(PIECES, k=rng.randint(0, 14)))


def _names(rng: random.Random, said: list[str]) -> str:
    out = []
    for _ in range(rng.randint(1, 4)):
        name = rng.choice(said)
        cut = rng.randint(0, len(name))
        out.append(
            rng.choice((name, name.upper(), name.swapcase(), name[:cut], name[cut:], name + "s", name * 2))
        )
        out.append(rng.choice((" ", "  ", "\n", "", "-", "\u0301", "x", ", ")))
    return "".join(out)


if __name__ == "__main__":
    raise SystemExit(main())
