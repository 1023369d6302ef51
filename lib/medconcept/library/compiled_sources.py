"""The dictionary that texts are linked with without a lake: files, or the sources of the configuration."""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from medconcept.config import Config, DictionarySource
from medconcept.dictionary.compile_terms import compile_files
from medconcept.dictionary.file_layout import ANY_VERSION, MAGIC
from medconcept.dictionary.linking_dictionary import SIMILAR, LinkingDictionary, open_linking
from medconcept.dictionary.name_variants import FORMS_VERSION
from medconcept.errors import ConfigError, InputError
from medconcept.runtime.c_compiler import cache_folder
from medconcept.techniques import dictionary_list
from medconcept.terminologies.formats import TECHNIQUES, UMLS
from medconcept.terminologies.left_out import LeftOut, left_out_lines
from medconcept.terminologies.readers import iter_terms
from medconcept.terminologies.term import Term

_FORMATS = {".tsv": "tsv", ".obo": "obo", ".json": "obograph-json"}


def prepared(
    config: Config, files: str | None = None, only: Sequence[str] = (), *, similar: bool = False
) -> LinkingDictionary:
    """Return the linking dictionary of a command, compiled if it is not in the user's cache yet.

    `files` is a compiled dictionary, or TSV, OBO and OBO-graph files and names of configured sources,
    separated by commas, in order of preference; each file may be gzipped or alone in a zip. Without `files`
    the configured sources are used: all, or those of `only` in that order. The cache is keyed by
    the checksum of the sources' content. `similar` adds an index of similar names, for entities. Raises
    ConfigError or InputError.
    """
    configured = {source.name: source for source in config.dictionary.sources}
    if files is None:
        sources = [source for source in configured.values() if not only or source.name in only]
        if only:
            sources.sort(key=lambda s: list(only).index(s.name))
        if not sources:
            raise ConfigError("no dictionary: state --dictionary FILE, or a --config with dictionary.sources")
        return open_linking(str(compiled_file(sources, similar=similar)))
    parts = [files] if Path(files).is_file() else [part.strip() for part in files.split(",") if part.strip()]
    sources = []
    for part in parts:
        if part in configured and not Path(part).is_file():
            sources.append(configured[part])
            continue
        if _is_compiled(part):
            if len(parts) > 1:
                raise InputError(f"{part}: a compiled dictionary cannot be combined with other files")
            return open_linking(part)
        sources.append(_source_of_file(part))
    names = [source.name for source in sources]
    if twice := next((name for name in names if names.count(name) > 1), None):
        raise InputError(f"--dictionary: two sources are called {twice}")
    return open_linking(str(compiled_file(sources, similar=similar)))


def _is_compiled(file: str) -> bool:
    if (release := Path(file)).is_dir() and any(release.rglob("MRCONSO.RRF*")):
        _content(DictionarySource(release.name, UMLS, file))
    try:
        with Path(file).open("rb") as opened:
            return opened.read(len(ANY_VERSION)) == ANY_VERSION
    except OSError as error:
        raise InputError(f"{file}: {error.strerror or 'cannot be read'}") from error


def _source_of_file(file: str) -> DictionarySource:
    """A source from a file name: named up to the first full stop, its format by the extension."""
    name, *endings = Path(file).name.split(".")
    extensions = [f".{ending.lower()}" for ending in endings if ending.lower() not in ("gz", "zip")]
    if not extensions or extensions[-1] not in _FORMATS:
        raise InputError(f"{file}: neither a compiled dictionary nor one of {', '.join(_FORMATS)}")
    return DictionarySource(name, _FORMATS[extensions[-1]], file)


def compiled_file(sources: Sequence[DictionarySource], *, similar: bool = False) -> Path:
    """The compiled dictionary of sources in the user's cache, compiled if it is not there yet."""
    contents = [_content(source) for source in sources]
    digest = hashlib.sha256(MAGIC + f"{FORMS_VERSION}".encode())
    for source, content in zip(sources, contents, strict=True):
        level = f" {source.restriction_level}" if source.restriction_level else ""
        digest.update(f"\n{source.name} {source.format} {_checksum(source, content)}{level}".encode())
    cached = cache_folder() / f"linking-{digest.hexdigest()[:24]}{'-and' if similar else ''}"
    if not cached.is_file():
        names = ", ".join(source.name for source in sources)
        print(f"medconcept: compiling {names}, once: the result is cached", file=sys.stderr)
        order = [source.name for source in sources]
        levels = {source.name: source.restriction_level for source in sources}
        main, index = compile_files(_terms(sources, contents), order, similar=similar, levels=levels)
        # The index first: a dictionary that is there is complete.
        for suffix, compiled in ((SIMILAR, index), ("", main)):
            if compiled:
                scratch = cached.with_suffix(".new")
                scratch.write_bytes(compiled)
                scratch.replace(f"{cached}{suffix}")
    return cached


def _terms(sources: Sequence[DictionarySource], contents: Sequence[bytes | Path]) -> Iterator[Term]:
    for source, content in zip(sources, contents, strict=True):
        left_out = LeftOut()
        yield from iter_terms(content, source.format, source.name, left_out)
        for line in left_out_lines(source.name, left_out):
            print(f"medconcept: {line}", file=sys.stderr)


def _content(source: DictionarySource) -> bytes | Path:
    """The file of a source, or the list that medconcept has.

    Raises InputError for a UMLS release: only Spark reads those.
    """
    if source.format == UMLS:
        raise InputError(
            f"dictionary source {source.name}: a UMLS release is compiled once, by "
            "'medconcept build_dictionary' with this configuration; then state --dictionary concept_names"
        )
    return dictionary_list() if source.format == TECHNIQUES else Path(source.path)


def _checksum(source: DictionarySource, content: bytes | Path) -> str:
    if isinstance(content, bytes):
        return hashlib.sha256(content).hexdigest()
    try:
        digest = hashlib.sha256()
        with content.open("rb") as file:
            while block := file.read(1 << 20):
                digest.update(block)
        return digest.hexdigest()
    except OSError as error:
        raise InputError(
            f"dictionary source {source.name}: {source.path}: {error.strerror or 'cannot be read'}"
        ) from error
