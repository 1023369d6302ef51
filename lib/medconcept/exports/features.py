"""Arrow schemas as Hugging Face's features: in the metadata of a Parquet file, and in the YAML of a card.

Lists are written as `[feature]`, which versions of `datasets` from 2 to 5 read alike: newer names of the
types are unknown to older versions.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

import pyarrow as pa

IMAGE = "image"
IMAGE_TYPE = pa.struct([("bytes", pa.binary()), ("path", pa.string())])
_NAMES = {
    pa.string(): "string",
    pa.int32(): "int32",
    pa.int64(): "int64",
    pa.float64(): "float64",
    pa.bool_(): "bool",
}


def feature_of(data_type: pa.DataType) -> Any:
    """The feature of an Arrow type, as JSON; IMAGE_TYPE is an `Image`. Raises TypeError for other types.

    >>> feature_of(pa.list_(pa.struct([("start", pa.int32())])))
    [{'start': {'dtype': 'int32', '_type': 'Value'}}]
    >>> feature_of(IMAGE_TYPE)
    {'_type': 'Image'}
    """
    if data_type == IMAGE_TYPE:
        return {"_type": "Image"}
    if pa.types.is_list(data_type):
        return [feature_of(data_type.value_type)]
    if pa.types.is_struct(data_type):
        return {field.name: feature_of(field.type) for field in data_type}
    if data_type not in _NAMES:
        raise TypeError(f"no feature for Arrow's type {data_type}")
    return {"dtype": _NAMES[data_type], "_type": "Value"}


def with_features(schema: pa.Schema) -> pa.Schema:
    """The schema with the key `huggingface` in its metadata, by which `datasets` knows images and lists."""
    features = {field.name: feature_of(field.type) for field in schema}
    info = {"info": {"features": features}}
    return schema.with_metadata({"huggingface": json.dumps(info, ensure_ascii=False)})


def yaml_features(schema: pa.Schema) -> list[dict[str, Any]]:
    """The features as `dataset_info.features` of a card has them.

    >>> yaml_features(pa.schema([("image", IMAGE_TYPE), ("ids", pa.list_(pa.string()))]))
    [{'name': 'image', 'dtype': 'image'}, {'name': 'ids', 'list': 'string'}]
    """
    return [{"name": field.name, **_yaml_of(field.type)} for field in schema]


def _yaml_of(data_type: pa.DataType) -> dict[str, Any]:
    if data_type == IMAGE_TYPE:
        return {"dtype": "image"}
    if pa.types.is_list(data_type):
        inner = _yaml_of(data_type.value_type)
        return {"list": next(iter(inner.values())) if list(inner) in (["dtype"], ["struct"]) else inner}
    if pa.types.is_struct(data_type):
        return {"struct": [{"name": field.name, **_yaml_of(field.type)} for field in data_type]}
    return {"dtype": _NAMES[data_type]}


def plain_schema(schema: pa.Schema, *, first: Iterable[pa.Field] = ()) -> pa.Schema:
    """The schema without Spark's metadata and names of list items, after some fields of its own.

    >>> plain_schema(pa.schema([("a", pa.list_(pa.field("element", pa.int32(), False)))])).field("a").type
    ListType(list<item: int32>)
    """
    return pa.schema([*first, *(pa.field(field.name, _plain(field.type)) for field in schema)])


def _plain(data_type: pa.DataType) -> pa.DataType:
    if pa.types.is_list(data_type):
        return pa.list_(pa.field("item", _plain(data_type.value_type)))
    if pa.types.is_struct(data_type):
        return pa.struct([pa.field(field.name, _plain(field.type)) for field in data_type])
    return data_type
