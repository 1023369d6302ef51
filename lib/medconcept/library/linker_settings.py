"""What annotate_captions links with, without Spark: the dictionary of a lake, and the linker's settings."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa

from medconcept.confidence.mention_confidence import MentionConfidence
from medconcept.confidence.model import shipped_model
from medconcept.config import AnnotateConfig, Config
from medconcept.dictionary.linking_dictionary import SIMILAR, LinkingDictionary, open_linking
from medconcept.errors import ConfigError, InputError, LakeError
from medconcept.library.compiled_sources import prepared
from medconcept.linking.learned import Learned, read_learned
from medconcept.linking.linker import ConfidenceOf, Linker
from medconcept.linking.types import LinkSettings
from medconcept.reader.committed import CommittedLake
from medconcept.reader.layout import DICTIONARIES, FORMAT
from medconcept.reader.needs_spark import NeedsSpark
from medconcept.reader.storage import Storage
from medconcept.runtime.c_compiler import cache_folder
from medconcept.stages.annotate.linker_settings import general_names, settings_with


@dataclass(frozen=True)
class LinkerSources:
    """A dictionary, and the lake that it comes from, if it does."""

    dictionary: LinkingDictionary
    lake: CommittedLake | None = None


def linker_sources(config: Config, *, lake_required: bool) -> LinkerSources:
    """The dictionary of the lake's last commit, else that of the sources unless a lake is required.

    Raises LakeError or ConfigError in one line.
    """
    try:
        storage = Storage(config.lake, config.spark.options)
        if not lake_required and not storage.exists(FORMAT) and config.dictionary.sources:
            return LinkerSources(prepared(config))
        return dictionary_of_lake(storage)
    except NeedsSpark as why:
        raise LakeError(f"{config.lake}: the linker cannot be loaded without Spark: {why}") from why


def dictionary_of_lake(storage: Storage) -> LinkerSources:
    """The dictionary of a lake's last commit, checked against its checksum.

    A file on a local disk is mapped in place, any other copied into the user's cache once. Raises LakeError,
    or NeedsSpark.
    """
    lake = CommittedLake(storage)
    sha256 = lake.head().dictionary_sha256
    if sha256 is None:
        raise LakeError(f"{lake.root}: there is no dictionary yet; run build_dictionary first")
    return LinkerSources(open_linking(str(local_copy(storage, sha256)), sha256), lake)


def local_copy(storage: Storage, sha256: str) -> Path:
    """The path of a compiled dictionary of a lake on a local disk, with its index of similar names."""
    name = f"{DICTIONARIES}/{sha256}"
    local = storage.local_path(name)
    if local is not None:
        if not local.is_file():
            raise LakeError(f"{storage.root}: the compiled dictionary {sha256[:12]} is not there")
        return local
    path = cache_folder() / sha256
    for suffix in (SIMILAR, ""):  # the index first: a dictionary that is there is complete
        cached = path.with_name(path.name + suffix)
        if not cached.is_file() and (not suffix or storage.exists(name + suffix)):
            scratch = cached.with_name(cached.name + ".new")
            scratch.write_bytes(storage.read(name + suffix))
            scratch.replace(cached)
    return path


def make_linker(config: Config, sources: LinkerSources, *, confidence: ConfidenceOf | None = None) -> Linker:
    """A linker with the settings that annotate_captions has. Raises ConfigError, InputError or LakeError.

    `confidence` is by default that of the model of this package.
    """
    annotate = config.annotate
    if any(not each.is_shipped for each in annotate.recogniser):
        raise ConfigError("annotate.recogniser: entities are recognised by annotate_captions alone, in Spark")
    return Linker(
        sources.dictionary,
        link_settings(annotate, sources.lake),
        general=general_names(annotate),
        learned=_learned(annotate),
        confidence=confidence or MentionConfidence(shipped_model()),
    )


def link_settings(annotate: AnnotateConfig, lake: CommittedLake | None) -> LinkSettings:
    """The linker's settings from the configuration; the groups of types are those of the lake."""
    return settings_with(annotate, lambda groups: _types_in(groups, lake))


def _types_in(groups: tuple[str, ...], lake: CommittedLake | None) -> set[str]:
    """The semantic types that always occur in these groups."""
    if lake is None:
        raise ConfigError(
            "annotate.semantic_groups: the groups of concepts are those of a lake, and there is none"
        )
    always: dict[str, bool] = {}
    wanted = set(groups)
    rows = _rows(lake, "concepts", "semantic_types, semantic_groups")
    for types, of_concept in zip(
        rows["semantic_types"].to_pylist(), rows["semantic_groups"].to_pylist(), strict=True
    ):
        is_inside = bool(wanted & set(of_concept or ()))
        for each in types or ():
            always[each] = always.get(each, True) and is_inside
    return {each for each, is_inside in always.items() if is_inside}


def frequent_concepts(annotate: AnnotateConfig, lake: CommittedLake | None) -> frozenset[str]:
    """The concepts that so many captions name that their mentions are flagged as frequent.

    By concept_statistics, else by the flags that annotate_captions set from the captions of the lake.
    """
    if lake is None:
        return frozenset()
    rows = _rows(lake, "concept_statistics", "concept_id, captions, captions_in_all")
    if not len(rows):
        flagged = "SELECT DISTINCT concept_id FROM mentions WHERE array_has(flags, 'frequent')"
        return frozenset(_query(lake, "mentions", flagged)["concept_id"].to_pylist())
    columns = (rows[name].to_pylist() for name in ("concept_id", "captions", "captions_in_all"))
    return frozenset(
        concept
        for concept, captions, in_all in zip(*columns, strict=True)
        if captions >= annotate.frequent_share * in_all
    )


def terms_of(lake: CommittedLake | None) -> dict[str, tuple[str, str, int | None]]:
    """For each term of the dictionary, by its id at its source: the preferred concept, its source and level.

    The level is the restriction level of the source.
    """
    if lake is None:
        return {}
    key = "source_id, concept_id, source, restriction_level"
    query = f"SELECT {key}, min(source_rank) AS source_rank FROM concept_names GROUP BY {key}"
    best: dict[str, tuple[int, str, str, int | None]] = {}
    for row in _query(lake, "concept_names", query).to_pylist():
        term = (row["source_rank"], row["concept_id"], row["source"], row["restriction_level"])
        best[row["source_id"]] = min(best.get(row["source_id"], term), term)
    return {source_id: term[1:] for source_id, term in best.items()}


def _rows(lake: CommittedLake, table: str, columns: str) -> pa.Table:
    return _query(lake, table, f"SELECT {columns} FROM {table}")


def _query(lake: CommittedLake, table: str, sql: str) -> pa.Table:
    try:
        return lake.query(sql, {table: lake.open(table, lake.head())})
    except NeedsSpark as why:
        raise LakeError(f"{lake.root}: {table} cannot be read without Spark: {why}") from why


def _learned(annotate: AnnotateConfig) -> Learned | None:
    if annotate.learned is None:
        return None
    if not Path(annotate.learned).is_file():
        raise InputError(f"annotate.learned: {annotate.learned}: no such file")
    return read_learned(annotate.learned)
