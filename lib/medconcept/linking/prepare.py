"""The dictionary that a command links with: a file that the user names, or the configuration's sources."""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from medconcept.config import Config, DictionarySource
from medconcept.dictionary.kernel import cache_folder
from medconcept.dictionary.layout import MAGIC
from medconcept.dictionary.records import Term
from medconcept.dictionary.sources import iter_terms
from medconcept.errors import ConfigError, InputError
from medconcept.linking.compiled import LinkingDictionary, compile_linking, open_linking

VERSION = 7  # of the rules by which names become forms; a new one compiles anew
_FORMATS = {".tsv": "tsv", ".obo": "obo", ".json": "obograph-json"}


def prepared(config: Config, file: str | None = None, wanted: Sequence[str] = ()) -> LinkingDictionary:
    """The linking dictionary of a command, compiled where it is not yet.

    `file` is a compiled dictionary, or a TSV, OBO or OBO-graph file; without it the sources of the
    configuration, of `wanted` names alone where some are told, in that order. What was compiled is kept in
    the user's cache under the checksum of what it was made of. Raises ConfigError or InputError.
    """
    if file is not None:
        path = Path(file)
        try:
            with path.open("rb") as opened:
                compiled = opened.read(len(MAGIC)) == MAGIC
        except OSError as error:
            raise InputError(f"{file}: {error.strerror or 'cannot be read'}") from error
        if compiled:
            return open_linking(file)
        if path.suffix.lower() not in _FORMATS:
            raise InputError(f"{file}: neither a compiled dictionary nor one of {', '.join(_FORMATS)}")
        sources: list[DictionarySource] = [DictionarySource(path.stem, _FORMATS[path.suffix.lower()], file)]
    else:
        sources = [s for s in config.dictionary.sources if not wanted or s.name in wanted]
        if wanted:
            sources.sort(key=lambda s: list(wanted).index(s.name))
        if not sources:
            raise ConfigError("no dictionary: give --dictionary FILE, or --config with dictionary.sources")
    return _compiled(sources)


def _compiled(sources: Sequence[DictionarySource]) -> LinkingDictionary:
    data = [_read(source) for source in sources]
    digest = hashlib.sha256(f"{VERSION}".encode())
    for source, content in zip(sources, data, strict=True):
        digest.update(f"\n{source.name} {source.format} {hashlib.sha256(content).hexdigest()}".encode())
    path = cache_folder() / f"linking-{digest.hexdigest()[:24]}"
    if not path.is_file():
        names = ", ".join(source.name for source in sources)
        print(f"medconcept: compiling {names}; kept for the next time", file=sys.stderr)
        made = compile_linking(_terms(sources, data), [source.name for source in sources])
        scratch = path.with_suffix(".new")
        scratch.write_bytes(made)
        scratch.replace(path)
    return open_linking(str(path))


def _terms(sources: Sequence[DictionarySource], data: Sequence[bytes]) -> Iterator[Term]:
    for source, content in zip(sources, data, strict=True):
        yield from iter_terms(content, source.format, source.name)


def _read(source: DictionarySource) -> bytes:
    try:
        return Path(source.path).read_bytes()
    except OSError as error:
        raise InputError(
            f"dictionary source {source.name}: {source.path}: {error.strerror or 'cannot be read'}"
        ) from error
