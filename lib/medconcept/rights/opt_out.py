"""The opt-out list: works and images whose owners asked not to be part of the data.

One entry a line: a DOI (`10.1234/x`, `doi:…`, `https://doi.org/…`), a PMCID (`PMC123`), a figure key
(`PMC123#f1`, `doi:10.1234/x#f1`) or the SHA-256 of an image's bytes (64 hexadecimal digits, `sha256:` before
them or not). What follows a tab is a remark. Empty lines and lines that begin with `#` are skipped.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, field

from medconcept.errors import InputError

_DOI = re.compile(r"(?:https?://(?:dx\.|www\.)?doi\.org/|doi:\s*)?(10\.[0-9]{4,9}/[^\s#]+)", re.IGNORECASE)
_PMCID = re.compile(r"PMC0*([1-9][0-9]{0,11})(?:\.[0-9]{1,6})?", re.IGNORECASE)
_SHA256 = re.compile(r"(?:sha256:)?([0-9a-f]{64})", re.IGNORECASE)
_MAX_REPORTED = 5


class OptOutError(InputError):
    """An opt-out list has lines that are no entries; one line that names the first of them."""


@dataclass(frozen=True, slots=True)
class OptOutList:
    """The entries of a list, normalised: DOIs in lower case, PMCIDs without version, digests in lower case.

    `digest` identifies the entries, whatever their order and the remarks in the file.
    """

    dois: frozenset[str] = field(default_factory=frozenset)
    pmcids: frozenset[str] = field(default_factory=frozenset)
    figure_keys: frozenset[str] = field(default_factory=frozenset)
    image_sha256: frozenset[str] = field(default_factory=frozenset)

    def __len__(self) -> int:
        """The number of distinct entries."""
        return len(self.dois) + len(self.pmcids) + len(self.figure_keys) + len(self.image_sha256)

    @property
    def digest(self) -> str:
        """SHA-256 of the sorted entries, in hexadecimal."""
        groups = (self.dois, self.pmcids, self.figure_keys, self.image_sha256)
        return hashlib.sha256("\n\n".join("\n".join(sorted(group)) for group in groups).encode()).hexdigest()

    def match_article(self, *, doi: str | None = None, pmcid: str | None = None) -> str | None:
        """The entry that takes out a whole article; None if none does.

        >>> parse_opt_out("PMC7", "list").match_article(pmcid="PMC7.2")
        'PMC7'
        """
        if doi is not None and (match := _DOI.fullmatch(doi.strip())) and match.group(1).lower() in self.dois:
            return match.group(1).lower()
        if pmcid is not None and (match := _PMCID.fullmatch(pmcid.strip())):
            name = f"PMC{match.group(1)}"
            return name if name in self.pmcids else None
        return None

    def match_figure(
        self,
        figure_key: str,
        *,
        doi: str | None = None,
        pmcid: str | None = None,
        image_sha256: str | None = None,
    ) -> str | None:
        """The entry that takes out a figure: its article's, its own, or that of its image; None if none does.

        The article is also recognised by the part of the figure key before `#`.

        >>> parse_opt_out("doi:10.1234/X#f1", "list").match_figure("doi:10.1234/x#f1")
        'doi:10.1234/x#f1'
        """
        article, _, _ = figure_key.partition("#")
        entry = self.match_article(doi=doi, pmcid=pmcid) or self.match_article(doi=article, pmcid=article)
        if entry is not None:
            return entry
        key = _figure_key(figure_key)
        if key is not None and key in self.figure_keys:
            return key
        if image_sha256 is not None and image_sha256.lower() in self.image_sha256:
            return image_sha256.lower()
        return None


def parse_opt_out(text: str, name: str) -> OptOutList:
    """The entries of a list; `name` is what error messages call it.

    Raises OptOutError if any line is no entry: a list that is half understood would leave in what should go.

    >>> len(parse_opt_out("# asked on 1 May\\n10.1234/abc\\tletter of 1 May\\nPMC5\\n", "list"))
    2
    >>> parse_opt_out("PMC5\\nnonsense\\n", "list")
    Traceback (most recent call last):
    medconcept.rights.opt_out.OptOutError: list: not a DOI, PMCID, figure key or SHA-256: line 2 'nonsense'
    """
    found: dict[str, set[str]] = {"doi": set(), "pmcid": set(), "figure": set(), "sha256": set()}
    wrong: list[str] = []
    for number, line in enumerate(text.removeprefix("\ufeff").splitlines(), 1):
        entry = line.partition("\t")[0].strip()
        if not entry or entry.startswith("#"):
            continue
        kind, value = _entry(entry)
        if kind is None:
            wrong.append(f"line {number} {entry[:60]!r}")
        else:
            found[kind].add(value)
    if wrong:
        more = f" and {len(wrong) - _MAX_REPORTED} more" if len(wrong) > _MAX_REPORTED else ""
        lines = ", ".join(wrong[:_MAX_REPORTED])
        raise OptOutError(f"{name}: not a DOI, PMCID, figure key or SHA-256: {lines}{more}")
    return OptOutList(*(frozenset(found[kind]) for kind in ("doi", "pmcid", "figure", "sha256")))


def _entry(entry: str) -> tuple[str | None, str]:
    if match := _SHA256.fullmatch(entry):
        return "sha256", match.group(1).lower()
    if match := _PMCID.fullmatch(entry):
        return "pmcid", f"PMC{match.group(1)}"
    if match := _DOI.fullmatch(entry):
        return "doi", match.group(1).lower()
    key = _figure_key(entry)
    return ("figure", key) if key is not None else (None, "")


def _figure_key(key: str) -> str | None:
    """A figure key with its article part normalised; None if it is no figure key."""
    article, mark, figure = key.strip().partition("#")
    if not mark or not figure or re.search(r"\s", figure):
        return None
    if match := _PMCID.fullmatch(article):
        return f"PMC{match.group(1)}#{figure}"
    if match := _DOI.fullmatch(article):
        return f"doi:{match.group(1).lower()}#{figure}"
    return None
