"""One term of a terminology file."""

from __future__ import annotations

from dataclasses import dataclass

from medconcept.errors import InputError

SCOPES = ("exact", "narrow", "broad", "related")


@dataclass(frozen=True)
class Term:
    """A term of a source with its names and cross-references; `cuis`, `xrefs` and `alt_ids` are sorted.

    `scopes`, `term_types` and `languages` have one item per synonym, or are empty if the source does not
    state them: then a synonym has scope exact, no type, and the term's `language` (ISO 639-1).
    `semantic_groups` are those of the UMLS, if the source states them.
    """

    source: str
    source_id: str
    name: str
    synonyms: tuple[str, ...] = ()
    semantic_types: tuple[str, ...] = ("other",)
    cuis: tuple[str, ...] = ()
    xrefs: tuple[str, ...] = ()
    definition: str | None = None
    obsolete: bool = False
    replaced_by: str | None = None
    scopes: tuple[str, ...] = ()
    alt_ids: tuple[str, ...] = ()
    language: str = "en"
    languages: tuple[str, ...] = ()
    term_type: str | None = None
    term_types: tuple[str, ...] = ()
    semantic_groups: tuple[str, ...] = ()


class DictionarySourceError(InputError):
    """A terminology file is not in the format it is configured as; the message names the source."""

    def __init__(self, source: str, detail: str) -> None:
        """Keep both parts as `args`, so that the error can be pickled."""
        super().__init__(source, detail)

    def __str__(self) -> str:
        return f"dictionary source {self.args[0]}: {self.args[1]}"
