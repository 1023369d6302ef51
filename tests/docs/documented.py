"""The commands in fenced blocks of README.md, CONTRIBUTING.md and docs/, as a reader would type them."""

from __future__ import annotations

import re
import shlex
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PAGES = (ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md")))
_BLOCK = re.compile(r"^```(\w*)[^\n]*\n(.*?)^```", re.MULTILINE | re.DOTALL)
_SHELL = ("", "bash", "console", "sh", "shell")
_COMMENT = re.compile(r"(?:^|\s)# .*$", re.MULTILINE)


@dataclass(frozen=True)
class Command:
    """One command of a page, its comment removed and its lines joined."""

    page: str
    text: str

    @property
    def words(self) -> list[str]:
        """Its words as a shell takes them, without the variables set in front."""
        words = shlex.split(self.text)
        while words and re.match(r"[A-Z_]+=", words[0]):
            del words[0]
        return words

    @property
    def program(self) -> str:
        """The name of the program, without its folder."""
        return Path(self.words[0]).name

    @property
    def arguments(self) -> list[str]:
        """What the program is given."""
        return self.words[1:]

    def __str__(self) -> str:
        """For the names of tests."""
        return f"{self.page}: {self.text}"


def blocks(page: Path, *languages: str) -> list[str]:
    """The fenced blocks of a page that are in one of the languages."""
    found = _BLOCK.findall(page.read_text(encoding="utf-8"))
    return [text for language, text in found if language in languages]


def commands() -> list[Command]:
    """Every command of every page, in order."""
    return [
        Command(page.name, line.strip())
        for page in PAGES
        for block in blocks(page, *_SHELL)
        for line in _COMMENT.sub("", block).replace("\\\n", " ").splitlines()
        if line.strip()
    ]


# Why a command of medconcept is not run by a test as it stands: a pattern, and what it needs.
NOT_RUN = {
    r"\b(DIR|FILE|FOLDER|BUCKET|HOST|REPOSITORY)\b|…": "a place or options of the reader's own",
    r"s3://pmc-oa-opendata": "PMC's bucket",
    r"\b(MED1250\.txt|negex\.tsv|gold\.txt|my-ids\.txt)\b": "a file that is not included",
}


def reasons(command: Command) -> list[str]:
    """Why a command of medconcept is not run; empty if it is."""
    return [reason for pattern, reason in NOT_RUN.items() if re.search(pattern, command.text)]


def run_on(lake: str) -> list[Command]:
    """The commands of medconcept that a test runs as they stand with a lake in that folder."""
    return [
        command
        for command in commands()
        if command.program == "medconcept" and not reasons(command) and needs(command) == lake
    ]


def needs(command: Command) -> str:
    """The lake that a command of medconcept is run with: that of the demo for those without a lake."""
    words = command.arguments
    return words[words.index("--lake") + 1] if "--lake" in words else DEMO


DEMO, OWN = "build/demo/lake", "build/lake"
