"""Plain data, as YAML has it, to frozen dataclasses: types checked, unknown keys refused, paths resolved."""

from __future__ import annotations

import math
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, fields, is_dataclass
from types import UnionType
from typing import Any, Literal, get_args, get_origin, get_type_hints

from medconcept.errors import ConfigError

_URI = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")


def resolve_path(base: str, path: str) -> str:
    """A path of a configuration, absolute; URIs and absolute paths are returned unchanged.

    >>> resolve_path("/project/conf", "../build/lake"), resolve_path("s3a://bucket/conf", "learned.json")
    ('/project/build/lake', 's3a://bucket/conf/learned.json')
    >>> resolve_path("/project", "s3://pmc-oa-opendata"), resolve_path("/project", "/data/articles")
    ('s3://pmc-oa-opendata', '/data/articles')
    """
    if _URI.match(path) or os.path.isabs(path):
        return path
    if _URI.match(base):
        return f"{base.rstrip('/')}/{path}"
    return os.path.normpath(os.path.join(base, path))


@dataclass(frozen=True)
class Origin:
    """Where data comes from, for messages; with a `base`, paths are resolved against it."""

    name: str
    base: str | None = None

    def __str__(self) -> str:
        return self.name


def build_dataclass(cls: Any, data: object, where: Origin, prefix: str = "") -> Any:
    """Build a dataclass of settings; `prefix` stands before their names in messages. Raises ConfigError.

    Values of settings whose metadata say `path` are resolved against the base of `where`.

    >>> @dataclass(frozen=True)
    ... class Options:
    ...     share: float = 0.5
    >>> build_dataclass(Options, {"share": 1}, Origin("x.yaml"))
    Options(share=1.0)
    >>> build_dataclass(Options, {"shares": 1}, Origin("x.yaml"))
    Traceback (most recent call last):
    medconcept.errors.ConfigError: x.yaml: unknown key 'shares' (known: share)
    """
    if not isinstance(data, dict):
        raise ConfigError(f"{where}: {prefix.rstrip('.') or 'the file'} must be a mapping")
    hints = get_type_hints(cls)
    settings = {f.name: f for f in fields(cls)}
    for key in data:
        if key not in settings:
            raise ConfigError(f"{where}: unknown key '{prefix}{key}' (known: {', '.join(settings)})")
    values = {key: _value(hints[key], value, where, f"{prefix}{key}") for key, value in data.items()}
    for key, value in values.items():
        if where.base is not None and settings[key].metadata.get("path") and value is not None:
            values[key] = resolve_path(where.base, value)
    try:
        return cls(**values)
    except TypeError as error:
        raise ConfigError(f"{where}: {prefix.rstrip('.')}: {error}") from error


def _value(hint: Any, value: object, where: Origin, name: str) -> Any:
    if get_origin(hint) is UnionType and is_dataclass(get_args(hint)[0]):
        hint = type(None) if value is None or value == "none" else get_args(hint)[0]
        value = None if hint is type(None) else value
    if get_origin(hint) is Literal:
        if value not in get_args(hint):
            choices = ", ".join(map(str, get_args(hint)))
            raise ConfigError(f"{where}: '{name}' must be one of {choices}, not {value!r}")
        return value
    if is_dataclass(hint):
        return build_dataclass(hint, value, where, f"{name}.")
    if get_origin(hint) is tuple:
        if is_dataclass(get_args(hint)[0]) and (value is None or isinstance(value, str | dict)):
            value = _one_or_none(get_args(hint)[0], value, where, name)
        if not isinstance(value, list):
            raise ConfigError(f"{where}: '{name}' must be a list")
        item = get_args(hint)[0]
        return tuple(_value(item, part, where, f"{name}[{n}]") for n, part in enumerate(value))
    if get_origin(hint) is Mapping:
        return _settings(value, where, name)
    allowed = tuple(t for t in (get_args(hint) or (hint,)))
    if float in allowed and type(value) is int:
        value = float(value)
    if not isinstance(value, allowed) or (isinstance(value, bool) and bool not in allowed):
        names = " or ".join(getattr(t, "__name__", str(t)) for t in allowed)
        raise ConfigError(f"{where}: '{name}' must be {names}, not {value!r}")
    if isinstance(value, float) and not math.isfinite(value):
        raise ConfigError(f"{where}: '{name}' must be a number, not {value}")
    return value


def _one_or_none(item: Any, value: str | dict[str, Any] | None, where: Origin, name: str) -> list[object]:
    """A list of what may be given alone: settings, a word that `item.WORDS` has for some, or none."""
    words: Mapping[str, object] = getattr(item, "WORDS", {})
    if value is None or value == "none":
        return []
    if isinstance(value, str) and value not in words:
        raise ConfigError(f"{where}: '{name}' must be {', '.join(['none', *words])} or a list, not {value!r}")
    return [words[value] if isinstance(value, str) else value]


def _settings(value: object, where: Origin, name: str) -> dict[str, str]:
    """Names and plain values, as Spark takes them: `true`, not Python's `True`."""
    if not isinstance(value, dict) or not all(
        isinstance(v, str | bool | int | float) for v in value.values()
    ):
        raise ConfigError(f"{where}: '{name}' must be a mapping of names to plain values")
    return {str(k): str(v).lower() if isinstance(v, bool) else str(v) for k, v in value.items()}
