"""The YAML at the head of a card: what `datasets` and the Hub read."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import yaml

from medconcept.exports.facts import DATA, METADATA, ExportFacts, rows_by_split, split_of
from medconcept.exports.features import IMAGE, yaml_features
from medconcept.exports.shards import SUFFIX, ShardEntry
from medconcept.modality import RADIOLOGY

_RADIOLOGY = "radiology"  # the configuration with all of its modalities
_LANGUAGE = re.compile(r"[a-z]{2,3}")
# Licences that the Hub has a name for.
_HUB_LICENCES = frozenset(
    (
        "cc0-1.0", "cc-by-2.0", "cc-by-2.5", "cc-by-3.0", "cc-by-4.0", "cc-by-sa-3.0", "cc-by-sa-4.0",
        "cc-by-nc-2.0", "cc-by-nc-3.0", "cc-by-nc-4.0", "cc-by-nd-4.0", "cc-by-nc-nd-3.0", "cc-by-nc-nd-4.0",
        "cc-by-nc-sa-2.0", "cc-by-nc-sa-3.0", "cc-by-nc-sa-4.0",
    )
)  # fmt: skip
_SIZES = ((10**3, "n<1K"), (10**4, "1K<n<10K"), (10**5, "10K<n<100K"), (10**6, "100K<n<1M"),
          (10**7, "1M<n<10M"), (10**8, "10M<n<100M"), (10**9, "100M<n<1B"))  # fmt: skip
GATE = (
    "By requesting access you acknowledge that this is a research resource derived from publicly available "
    "articles of PubMed Central and from metadata processing. You are responsible for complying with the "
    "terms of the upstream sources when you reconstruct, redistribute or use content derived from them. You "
    "agree not "
    "to use it to identify persons, and not to use it in place of clinical judgement or patient care."
)
_GATE_FIELDS = {
    "Affiliation": "text",
    "Intended use": "text",
    "I acknowledge the provenance of the data and will keep its credit lines": "checkbox",
    "I will not try to identify persons": "checkbox",
    "I will not use it for clinical decisions": "checkbox",
    "I will comply with the terms of the upstream sources": "checkbox",
}


def card_yaml(facts: ExportFacts) -> str:
    """The YAML block of the card, without its fences."""
    inside = facts.inside(facts.main)
    rows = sum(shard.rows for shard in facts.of(facts.main))
    spoken = {name.replace("_", "-").split("-")[0].lower() for name in inside.get("language", {})}
    languages = sorted(name for name in spoken if _LANGUAGE.fullmatch(name))
    content: dict[str, Any] = {
        "pretty_name": f"MedConcept {facts.release.name}",
        **_licence(sorted(inside.get("licence", {}))),
        "language": languages or ["en"],
        "task_categories": ["image-to-text", "zero-shot-image-classification"],
        "tags": ["medical", "biology", "image-text-concept", "pubmed-central"],
        "size_categories": [next((name for most, name in _SIZES if rows < most), "n>1T")],
        "configs": [],
        "dataset_info": [],
        "extra_gated_prompt": GATE,
        "extra_gated_fields": _GATE_FIELDS,
    }
    for name, shards in configurations(facts).items():
        files = [{"split": split, "path": _patterns(facts, shards, split)} for split in rows_by_split(shards)]
        config: dict[str, Any] = {"config_name": name, "data_files": files}
        if name == next(iter(configurations(facts))):
            config["default"] = True
        content["configs"].append(config)
        content["dataset_info"].append(_info(facts, name, shards))
    text: str = yaml.safe_dump(content, sort_keys=False, allow_unicode=True, width=110)
    return text


def configurations(facts: ExportFacts) -> dict[str, list[ShardEntry]]:
    """The named configurations and their shards, the default one first.

    Of huggingface also one for each licence group and main modality, and `radiology` for all modalities of
    radiology together.
    """
    main = facts.of(facts.main)
    configs = {"default": main}
    if facts.options.format == "huggingface":
        parts = {shard.name: shard.name.split("/")[1:3] for shard in main}
        for group in sorted({group for group, _ in parts.values()}):
            configs[group] = [shard for shard in main if parts[shard.name][0] == group]
        modalities = {modality for _, modality in parts.values()}
        for modality in sorted(modalities - {_RADIOLOGY}):
            configs[modality] = [shard for shard in main if parts[shard.name][1] == modality]
        if modalities & RADIOLOGY:
            configs[_RADIOLOGY] = [shard for shard in main if parts[shard.name][1] in RADIOLOGY]
        configs[METADATA] = facts.of(METADATA)
    return configs


def _patterns(facts: ExportFacts, shards: Sequence[ShardEntry], split: str) -> str | list[str]:
    """Patterns of the files of one split, one for each folder."""
    suffix = SUFFIX[facts.options.format]
    folders = sorted({shard.name.rpartition("/")[0] for shard in shards if split_of(shard.name) == split})
    patterns = [f"{folder}/{split}-*{suffix}" for folder in folders]
    return patterns[0] if len(patterns) == 1 else patterns


def _info(facts: ExportFacts, name: str, shards: Sequence[ShardEntry]) -> dict[str, Any]:
    info: dict[str, Any] = {"config_name": name}
    if facts.options.format == "webdataset":
        info["features"] = _tar_features(facts, shards)
    sizes = {
        split: sum(shard.files[0].bytes for shard in shards if split_of(shard.name) == split)
        for split in rows_by_split(shards)
    }
    splits = [
        {"name": split, "num_bytes": sizes[split], "num_examples": rows}
        for split, rows in rows_by_split(shards).items()
    ]
    size = sum(sizes.values())
    return {**info, "splits": splits, "download_size": size, "dataset_size": size}


def _tar_features(facts: ExportFacts, shards: Sequence[ShardEntry]) -> list[dict[str, Any]]:
    """The fields of samples in tar files: `datasets` would take those of the first five for all."""
    schema = facts.schemas[DATA]
    record = _record_features(schema)
    extensions = sorted({name for shard in shards for name in shard.inside.get("extension", {})})
    fields: list[dict[str, Any]] = [{"name": name, "dtype": "image"} for name in extensions]
    fields.append({"name": "txt", "dtype": "string"})
    fields.append({"name": "json", "struct": record})
    return [*fields, {"name": "__key__", "dtype": "string"}, {"name": "__url__", "dtype": "string"}]


def _record_features(schema: Any) -> list[dict[str, Any]]:
    """The features of a record without its image."""
    return [each for each in yaml_features(schema) if each["name"] != IMAGE]


def _licence(codes: Sequence[str]) -> dict[str, Any]:
    """The licence as the Hub has it.

    >>> _licence(["CC-BY-4.0"]), _licence(["(none)", "CC-BY-4.0"])["license"]
    ({'license': 'cc-by-4.0'}, 'other')
    """
    names = [code.lower() for code in codes]
    if names and all(name in _HUB_LICENCES for name in names):
        return {"license": names[0] if len(names) == 1 else names}
    return {"license": "other", "license_name": "by-row", "license_link": "README.md#licences"}
