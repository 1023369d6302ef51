"""The compiled dictionary of a lake, for commands that otherwise need none."""

from __future__ import annotations

from pathlib import Path

from medconcept.config import Config
from medconcept.dictionary.linking_dictionary import SIMILAR, LinkingDictionary, open_linking
from medconcept.errors import LakeError
from medconcept.library import linker_settings
from medconcept.reader.needs_spark import NeedsSpark
from medconcept.reader.storage import Storage
from medconcept.runtime.c_compiler import cache_folder

TABLES = ("concepts", "concept_names")  # accepted by `--dictionary` in place of a file


def dictionary_of_lake(config: Config) -> LinkingDictionary:
    """The dictionary of the lake's last commit, checked against its checksum.

    A file on a local disk is mapped in place; any other is copied into the user's cache once. Starts Spark
    only for a lake that nothing else reads. Raises LakeError where the lake has no dictionary.
    """
    try:
        return linker_settings.dictionary_of_lake(Storage(config.lake, config.spark.options)).dictionary
    except NeedsSpark:
        return _read_by_spark(config)


def _read_by_spark(config: Config) -> LinkingDictionary:
    from medconcept.runtime.stdout import StdoutToStderr

    with StdoutToStderr():
        from medconcept.lake.lake import Lake
        from medconcept.reader.layout import DICTIONARIES
        from medconcept.spark.session import get_session

        lake = Lake(get_session(config.spark), config.lake)
        sha256 = lake.head().dictionary_sha256 if lake.exists else None
        if sha256 is None:
            raise LakeError(f"{lake.root}: there is no dictionary yet; run build_dictionary first")
        uri = lake.files.uri(f"{DICTIONARIES}/{sha256}")
        path = Path(uri.removeprefix("file:"))  # Hadoop writes a local path with its characters as they are
        if not uri.startswith("file:"):
            path = cache_folder() / sha256
            for suffix in ("", SIMILAR):
                name = f"{DICTIONARIES}/{sha256}{suffix}"
                cached = path.with_name(path.name + suffix)
                if not cached.is_file() and lake.files.exists(name):
                    scratch = cached.with_name(cached.name + ".new")
                    scratch.write_bytes(lake.files.read(name))
                    scratch.replace(cached)
    return open_linking(str(path), sha256)
