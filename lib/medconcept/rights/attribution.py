"""The credit line of a figure, by what Creative Commons asks for: title, author, source, licence, changes."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from medconcept.rights.effective import Terms

_MAX_AUTHORS = 10
_CODE = re.compile(r"CC-(BY(?:-(?:NC|ND|SA))*)(?:-([0-9]\.[0-9]))?")
_PUBLIC = re.compile(r"(CC0|CC-PDM)(?:-([0-9]\.[0-9]))?")


@dataclass(frozen=True, slots=True)
class AttributionSource:
    """What the credit line is made of; None or empty where the article does not state it.

    `credit` is the figure's own attribution, such as that of the work it was reprinted from.
    """

    authors: tuple[str, ...] = ()
    title: str | None = None
    journal: str | None = None
    year: str | None = None
    doi: str | None = None
    pmcid: str | None = None
    figure_label: str | None = None
    credit: str | None = None


def attribution_line(source: AttributionSource, terms: Terms, changes: Sequence[str] = ()) -> str:
    """One line: figure, authors, title, source with its link, licence with its link, changes made.

    >>> from medconcept.rights.effective import LicenceStatement, effective_terms
    >>> alder = AttributionSource(("Ann Alder",), "On lamps", "J Ex", "2020", "10.1/x", None, "Figure 1")
    >>> attribution_line(alder, effective_terms(LicenceStatement(code="CC-BY-4.0")), ["scaled to 336 pixels"])
    'Figure 1 of: Ann Alder. On lamps. J Ex (2020). https://doi.org/10.1/x. CC BY 4.0, \
https://creativecommons.org/licenses/by/4.0/. Changes: scaled to 336 pixels.'
    """
    parts = [_sentence(part) for part in _source(source)]
    head = f"{_line(source.figure_label).rstrip('.: ')} of: " if source.figure_label else ""
    if source.credit:
        parts.append(_sentence(f"Figure credit: {_line(source.credit)}"))
    parts.append(_sentence(_licence(terms)))
    parts.append(
        _sentence("Changes: " + "; ".join(_line(change) for change in changes) if changes else "No changes")
    )
    return head + " ".join(parts)


def licence_name(code: str) -> str:
    """A licence as it is written in prose; the code itself if it is none of Creative Commons.

    >>> licence_name("CC-BY-NC-ND-4.0"), licence_name("CC0-1.0"), licence_name("CC-PDM-1.0")
    ('CC BY-NC-ND 4.0', 'CC0 1.0', 'Public Domain Mark 1.0')
    """
    if match := _CODE.fullmatch(code):
        return " ".join(filter(None, (f"CC {match.group(1)}", match.group(2))))
    if match := _PUBLIC.fullmatch(code):
        name = "CC0" if match.group(1) == "CC0" else "Public Domain Mark"
        return " ".join(filter(None, (name, match.group(2))))
    return code


def licence_link(code: str) -> str | None:
    """The address of a licence; None without a version, which no address can do without.

    >>> licence_link("CC-BY-SA-3.0"), licence_link("CC-BY")
    ('https://creativecommons.org/licenses/by-sa/3.0/', None)
    """
    if (match := _CODE.fullmatch(code)) and match.group(2):
        return f"https://creativecommons.org/licenses/{match.group(1).lower()}/{match.group(2)}/"
    if match := _PUBLIC.fullmatch(code):
        kind = "zero" if match.group(1) == "CC0" else "mark"
        return f"https://creativecommons.org/publicdomain/{kind}/{match.group(2) or '1.0'}/"
    return None


def _source(source: AttributionSource) -> list[str]:
    authors = [_line(author) for author in source.authors[:_MAX_AUTHORS]]
    if len(source.authors) > _MAX_AUTHORS:
        authors.append("et al.")
    parts = [", ".join(authors) or "Authors not stated", _line(source.title or "") or "Title not stated"]
    journal = _line(source.journal or "")
    if journal or source.year:
        parts.append(f"{journal} ({source.year})" if journal and source.year else journal or str(source.year))
    if source.doi:
        parts.append(f"https://doi.org/{source.doi}")
    elif source.pmcid:
        parts.append(f"https://www.ncbi.nlm.nih.gov/pmc/articles/{source.pmcid}/")
    return parts


def _licence(terms: Terms) -> str:
    if terms.licence_code is None:
        return f"Licence not known: {terms.licence_url}" if terms.licence_url else "Licence not known"
    link = licence_link(terms.licence_code) or terms.licence_url
    return ", ".join(filter(None, (licence_name(terms.licence_code), link)))


def _line(text: str) -> str:
    return " ".join(text.split())


def _sentence(text: str) -> str:
    return text if text.endswith((".", "?", "!")) else f"{text}."
