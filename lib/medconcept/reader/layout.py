"""How a lake is laid out: its format, the names and keys of its tables, the row of a commit."""

from __future__ import annotations

from dataclasses import dataclass, field

FORMAT = "_medconcept/format.json"
LAST_COMMIT = "_medconcept/last_commit.json"  # the number of the last commit, written when it is named
DICTIONARIES = "_dictionaries"  # compiled dictionaries, named by their SHA-256
MODELS = "_models"  # the shipped recogniser, unpacked, in a folder named by the SHA-256 of its archive
# 2: all that the parser reads; 3: mentions by the linker, concept_statistics; 4: what PMC says;
# 5: centrality of concepts, what was recognised; 6: figures.citing_paragraphs, which was `mentions`;
# 7: images of triplets, and their modality, privacy, rights and splits; 8: raw_articles.sidecar;
# 9: restriction level and confidence of mentions and of concepts in triplets, and these concepts' groups
FORMAT_VERSION = 9
# Formats that lack columns, or have them under former names: `fitted` reads them, and the first run that
# writes migrates them (lake.migration).
OLDER_FORMATS = (4, 5, 6, 7, 8)

# The tables in the order in which they are listed, with their keys; a ledger has none. medconcept.tables says
# what their columns mean; a test compares the two.
KEYS: dict[str, tuple[str, ...]] = {
    "raw_articles": ("source", "source_key"),
    "articles": ("article_key", "article_version"),
    "figures": ("figure_key",),
    "images": ("image_key",),
    "image_bytes": ("kind", "sha256"),
    "image_groups": ("sha256",),
    "concepts": ("concept_id",),
    "concept_names": ("source", "source_id", "name", "concept_id"),
    "mentions": ("mention_key",),
    "concept_statistics": ("concept_id",),
    "splits": ("member_key",),
    "triplets": ("triplet_key",),
    "releases": ("name",),
    "quarantine": (),
    "runs": (),
    "commits": (),
}
DATA_TABLES = tuple(name for name, key in KEYS.items() if key)


@dataclass(frozen=True)
class Commit:
    """One row of `commits`; seq 0 stands for the lake before the first."""

    seq: int = 0
    versions: dict[str, int] = field(default_factory=dict)
    dictionary_sha256: str | None = None

    @property
    def base_versions(self) -> dict[str, int]:
        """The versions from which the next commit starts: before the first, those of empty tables."""
        return self.versions or {name: 0 for name in KEYS if name != "commits"}
