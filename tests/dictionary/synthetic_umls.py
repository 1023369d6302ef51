"""A made-up UMLS release in Rich Release Format, of any size, and what a loader should find in it.

    python tests/dictionary/synthetic_umls.py FOLDER --names 10000000

Columns as NLM documents them (UMLS Reference Manual, chapter 3). Words are made of syllables; no line is
taken from the Metathesaurus.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

TYPES = (
    ("T047", "Disease or Syndrome"),
    ("T023", "Body Part, Organ, or Organ Component"),
    ("T121", "Pharmacologic Substance"),
    ("T033", "Finding"),
)
IDEA = ("T078", "Idea or Concept")  # a group that the recommended set leaves out
SOURCES = (("MSH", "MH", "D"), ("SNOMEDCT_US", "PT", ""), ("NCI", "SY", "C"), ("CHV", "SY", ""))
LEVELS = {"MSH": 0, "SNOMEDCT_US": 9, "NCI": 0, "CHV": 0, "MSHSPA": 3, "XYZ": 1}
_STARTS = ("card", "hep", "neur", "oste", "derm", "gastr", "pulm")
_MIDDLES = ("ioly", "ato", "ova", "imi", "uro", "eno", "aci")
_ENDS = ("tic", "sis", "ma", "gen", "pathy", "lar", "ine")
WORDS = [a + b + c for a in _STARTS for b in _MIDDLES for c in _ENDS]


@dataclass(frozen=True)
class Expected:
    """What the recommended options take of a release."""

    names: int
    concepts: int
    retired: int


def concept_words(number: int) -> tuple[str, str, str]:
    """Three words that no other concept has in this order."""
    base = len(WORDS)
    return WORDS[number % base], WORDS[number // base % base], WORDS[number // base**2 % base]


def conso(number: int) -> Iterator[str]:
    """The lines of MRCONSO for one concept: four names that are chosen, and now and then one that is not."""
    cui, (a, b, c) = f"C{number + 1:07d}", concept_words(number)
    second = ("S", "PF", "Y")
    texts = (f"{a} {b} {c}", f"{c}, {a} {b}", f"{a} {b} {c} syndrome", f"acute {b} {c} of {a}")
    for place, ((sab, tty, letter), text) in enumerate(zip(SOURCES, texts, strict=True)):
        atom = number * 8 + place
        code = f"{letter}{number:07d}"
        preferred = ("P", "PF", "Y") if place == 0 else second
        yield _conso(cui, "ENG", preferred, atom, sab, tty, code, text, "N")
    if number % 50 == 0:
        yield _conso(
            cui, "SPA", ("P", "PF", "Y"), number * 8 + 4, "MSHSPA", "MH", f"D{number}", f"{a} {b} ñ", "N"
        )
    if number % 60 == 0:
        yield _conso(cui, "ENG", second, number * 8 + 5, "NCI", "OP", f"C{number}", f"old {a}", "O")
    if number % 70 == 0:
        yield _conso(
            cui, "ENG", ("S", "PF", "Y"), number * 8 + 6, "XYZ", "PT", f"{number}", f"x {a} {b}", "N"
        )
    if number % 80 == 0:
        yield _conso(cui, "ENG", second, number * 8 + 7, "SNOMEDCT_US", "FN", f"{number}", f"{a} (x)", "N")


def _conso(
    cui: str,
    lat: str,
    term: tuple[str, str, str],
    atom: int,
    sab: str,
    tty: str,
    code: str,
    text: str,
    suppress: str,
) -> str:
    ts, stt, preferred = term
    return (
        f"{cui}|{lat}|{ts}|L{atom:08d}|{stt}|S{atom:08d}|{preferred}|A{atom:08d}||||{sab}|{tty}|{code}|{text}|"
        f"{LEVELS[sab]}|{suppress}||\n"
    )


def is_idea(number: int) -> bool:
    """True for concepts whose only semantic type is left out."""
    return number % 40 == 0


def write_release(folder: Path, names: int) -> Expected:
    """Write the files of a release with at least that many chosen names into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    count = written = chosen = 0
    with (
        (folder / "MRCONSO.RRF").open("w", encoding="utf-8") as atoms,
        (folder / "MRSTY.RRF").open("w", encoding="utf-8") as types,
        (folder / "MRDEF.RRF").open("w", encoding="utf-8") as definitions,
    ):
        while written < names:
            cui = f"C{count + 1:07d}"
            atoms.writelines(conso(count))
            tui, sty = IDEA if is_idea(count) else TYPES[count % len(TYPES)]
            types.write(f"{cui}|{tui}|B2.2.1.2.1|{sty}|AT{count:08d}||\n")
            if count % 30 == 0:
                definitions.write(f"{cui}|A{count * 8:08d}|AT{count:08d}||MSH|Definition of {cui}.|N||\n")
            if not is_idea(count):
                written += len(SOURCES)
                chosen += 1
            count += 1
    ranks = [f"{700 - n:04d}|{sab}|{tty}|N|\n" for n, (sab, tty, _) in enumerate(SOURCES)]
    (folder / "MRRANK.RRF").write_text("".join(ranks))
    (folder / "MRSAB.RRF").write_text("".join(_sab(sab, level) for sab, level in LEVELS.items()))
    # C9000001 became the second concept; C9000002 is only broader than it; C9000003 was deleted.
    (folder / "MRCUI.RRF").write_text(
        "C9000001|2020AA|SY|||C0000002|Y|\nC9000002|2020AA|RB|||C0000002|Y|\nC9000003|2020AA|DEL|||||\n"
    )
    (folder / "DELETEDCUI.RRF").write_text("C9000003|a name that is no more|\n")
    return Expected(written, chosen, 3)


def _sab(sab: str, level: int) -> str:
    fields = [""] * 25
    fields[2], fields[3], fields[4], fields[6] = f"{sab}2025AA", sab, f"Vocabulary {sab}", "2025AA"
    fields[13], fields[19], fields[20], fields[21], fields[22] = str(level), "ENG", "UTF-8", "Y", "Y"
    return "|".join(fields) + "|\n"


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--names", type=int, default=1000)
    options = parser.parse_args()
    print(write_release(options.folder, options.names))
