"""croissant.json: the metadata of Croissant 1.1 with the fields of responsible AI."""

from __future__ import annotations

from typing import Any

import pyarrow as pa

from medconcept.exports.card_text import CITATION, LIMITS
from medconcept.exports.facts import DATA, METADATA, ExportFacts
from medconcept.exports.features import IMAGE_TYPE
from medconcept.exports.inside import NONE, most_frequent
from medconcept.exports.shards import SUFFIX

_FORMATS = {
    ".parquet": "application/x-parquet",
    ".tar": "application/x-tar",
    ".jsonl": "application/jsonlines",
}
_TYPES = {
    pa.string(): "sc:Text",
    pa.int32(): "sc:Integer",
    pa.int64(): "sc:Integer",
    pa.float64(): "sc:Float",
    pa.bool_(): "sc:Boolean",
    IMAGE_TYPE: "sc:ImageObject",
}
_CONTEXT: dict[str, Any] = {
    "@language": "en", "@vocab": "https://schema.org/", "citeAs": "cr:citeAs", "column": "cr:column",
    "conformsTo": "dct:conformsTo", "cr": "http://mlcommons.org/croissant/", "rai": "http://mlcommons.org/croissant/RAI/",
    "data": {"@id": "cr:data", "@type": "@json"}, "dataType": {"@id": "cr:dataType", "@type": "@vocab"},
    "dct": "http://purl.org/dc/terms/", "examples": {"@id": "cr:examples", "@type": "@json"},
    "extract": "cr:extract", "field": "cr:field", "fileProperty": "cr:fileProperty",
    "fileObject": "cr:fileObject",
    "fileSet": "cr:fileSet", "format": "cr:format", "includes": "cr:includes", "isArray": "cr:isArray",
    "arrayShape": "cr:arrayShape", "isLiveDataset": "cr:isLiveDataset", "jsonPath": "cr:jsonPath",
    "key": "cr:key",
    "md5": "cr:md5", "parentField": "cr:parentField", "path": "cr:path", "recordSet": "cr:recordSet",
    "references": "cr:references", "regex": "cr:regex", "repeated": "cr:repeated", "replace": "cr:replace",
    "sc": "https://schema.org/", "separator": "cr:separator", "source": "cr:source",
    "subField": "cr:subField",
    "transform": "cr:transform", "equivalentProperty": "cr:equivalentProperty",
    "samplingRate": "cr:samplingRate",
}  # fmt: skip


def croissant(facts: ExportFacts) -> dict[str, Any]:
    """The content of croissant.json.

    Each shard is a FileObject with its checksum; of Parquet files the columns without nested fields are the
    fields of a RecordSet.
    """
    inside = facts.inside(facts.main)
    codes = [code for code in inside.get("licence", {}) if code != NONE]
    content: dict[str, Any] = {
        "@context": _CONTEXT,
        "@type": "sc:Dataset",
        "conformsTo": ["http://mlcommons.org/croissant/1.1", "http://mlcommons.org/croissant/RAI/1.0"],
        "name": f"medconcept-{facts.release.name}",
        "description": "Images of biomedical articles with captions and concepts: release "
        f"{facts.release.name}, "
        f"{inside['totals']['rows']:,} rows. Each row has its own licence and credit line.",
        "license": [_licence_url(code) for code in codes] or ["https://schema.org/copyrightNotice"],
        "url": facts.options.url or f"urn:sha256:{facts.digest}",
        "creator": {"@type": "sc:Organization", "name": "The medconcept authors"},
        "datePublished": facts.release.published,
        "version": facts.release.name,
        "keywords": ["medicine", "figures", "captions", "concepts"],
        "inLanguage": sorted(name for name in inside.get("language", {}) if name != NONE) or ["en"],
        "isLiveDataset": False,
        "citeAs": CITATION,
        **_responsible(inside),
        "distribution": _distribution(facts),
    }
    if SUFFIX[facts.options.format] == ".parquet":
        content["recordSet"] = [
            _records(facts, folder) for folder in (DATA, METADATA) if folder in facts.schemas
        ]
    return content


def _responsible(inside: dict[str, dict[str, int]]) -> dict[str, Any]:
    top = ", ".join(f"{name} {count:,}" for name, count in most_frequent(inside.get("main_modality", {}), 5))
    return {
        "rai:dataCollection": "Figures, captions and images of open-access articles, read from their JATS "
        "files.",
        "rai:dataLimitations": " ".join(LIMITS.replace("\n-", "\n").lstrip("- ").split()),
        "rai:dataBiases": f"What is published, where and under which licence decides what is here. Rows by "
        f"modality: {top}.",
        "rai:personalSensitiveInformation": "Figures may show patients; privacy_flags marks captions that "
        "say so.",
        "rai:dataUseCases": "Vision-language pretraining, concept grounding, retrieval; not clinical "
        "decisions.",
        "rai:dataSocialImpact": "Models trained on published figures may fail on patients who are seldom "
        "published.",
        "rai:dataReleaseMaintenancePlan": "A release is never changed; works that opt out or are "
        "retracted are left out of, or marked in, later releases.",
    }


def _distribution(facts: ExportFacts) -> list[dict[str, Any]]:
    suffix = SUFFIX[facts.options.format]
    objects: list[dict[str, Any]] = []
    for folder in (DATA, METADATA):
        shards = facts.of(folder)
        objects += [
            {
                "@type": "cr:FileObject", "@id": file.path, "name": file.path, "contentUrl": file.path,
                "contentSize": f"{file.bytes} B", "encodingFormat": _FORMATS[suffix], "sha256": file.sha256,
            }
            for file in (shard.files[0] for shard in shards)
        ]  # fmt: skip
        if shards:
            objects.append(
                {
                    "@type": "cr:FileSet", "@id": _set(folder), "name": _set(folder),
                    "encodingFormat": _FORMATS[suffix], "includes": _pattern(shards[0].name) + suffix,
                    "containedIn": [{"@id": shard.files[0].path} for shard in shards],
                }
            )  # fmt: skip
    return objects


def _records(facts: ExportFacts, folder: str) -> dict[str, Any]:
    fields = []
    meanings = {field.path: field.meaning for field in facts.fields[folder]}
    for field in facts.schemas[folder]:
        is_list = pa.types.is_list(field.type)
        value = field.type.value_type if is_list else field.type
        if value not in _TYPES:
            continue
        content: dict[str, Any] = {
            "@type": "cr:Field", "@id": f"{folder}/{field.name}", "name": field.name,
            "description": meanings.get(field.name, field.name), "dataType": _TYPES[value],
            "source": {"fileSet": {"@id": _set(folder)}, "extract": {"column": field.name}},
        }  # fmt: skip
        if value == IMAGE_TYPE:
            content["source"]["transform"] = {"jsonPath": "bytes"}
        if is_list:
            content |= {"isArray": True, "arrayShape": "-1"}
        fields.append(content)
    return {"@type": "cr:RecordSet", "@id": folder, "name": folder, "field": fields}


def _set(folder: str) -> str:
    return f"{folder}-files"


def _pattern(shard: str) -> str:
    """The pattern of shards in folders as deep as one of them.

    >>> _pattern("data/commercial/ct/train-00000-of-00001"), _pattern("metadata/train-00000-of-00001")
    ('data/*/*/*', 'metadata/*')
    """
    return "/".join((shard.split("/")[0], *("*" for _ in shard.split("/")[1:])))


def _licence_url(code: str) -> str:
    """The address of a licence by its code; the code itself where it has none.

    >>> _licence_url("CC-BY-NC-4.0"), _licence_url("CC-BY")
    ('https://creativecommons.org/licenses/by-nc/4.0/', 'CC-BY')
    """
    name, _, version = code.rpartition("-")
    if not version[:1].isdigit():
        return code
    if name == "CC0":
        return f"https://creativecommons.org/publicdomain/zero/{version}/"
    if name == "CC-PDM":
        return f"https://creativecommons.org/publicdomain/mark/{version}/"
    return f"https://creativecommons.org/licenses/{name.removeprefix('CC-').lower()}/{version}/"
