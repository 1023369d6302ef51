"""What a terminology file says of one term."""

from __future__ import annotations

from dataclasses import dataclass

from medconcept.errors import InputError

SCOPES = ("exact", "narrow", "broad", "related")


@dataclass(frozen=True)
class Term:
    """A term of a source, with its own cross-references; `cuis`, `xrefs` and `alt_ids` are sorted.

    `scopes`, `term_types` and `languages` each have one item for each of `synonyms`, or are empty where the
    source does not tell them: then a synonym is exact, without a type, in the term's own `language`
    (ISO 639-1). `semantic_groups` are those of the UMLS, where the source itself tells them.
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
    """A terminology file is not what it claims to be; one line that names the source."""

    def __init__(self, source: str, detail: str) -> None:
        """Keep both parts so that the error crosses processes."""
        super().__init__(source, detail)

    def __str__(self) -> str:
        return f"dictionary source {self.args[0]}: {self.args[1]}"
