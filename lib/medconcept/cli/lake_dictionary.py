"""The compiled dictionary of a lake, for commands that otherwise need none."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import unquote, urlsplit

from medconcept.config import Config
from medconcept.dictionary.linking_dictionary import SIMILAR, LinkingDictionary, open_linking
from medconcept.errors import LakeError
from medconcept.runtime.c_compiler import cache_folder

TABLES = ("concepts", "concept_names")  # what `--dictionary` may name instead of a file


def dictionary_of_lake(config: Config) -> LinkingDictionary:
    """The dictionary of the lake's last commit, checked against its checksum.

    One on this machine's disk is mapped where it lies; one elsewhere is brought into the user's cache once.
    Starts Spark, which reads the lake. Raises LakeError where the lake has no dictionary.
    """
    from medconcept.runtime.stdout import StdoutToStderr

    with StdoutToStderr():
        from medconcept.lake.lake import Lake
        from medconcept.spark.session import get_session
        from medconcept.stages.dictionary.compile_dictionary import DICTIONARIES

        lake = Lake(get_session(config.spark), config.lake)
        sha256 = lake.head().dictionary_sha256 if lake.exists else None
        if sha256 is None:
            raise LakeError(f"{lake.root}: there is no dictionary yet; run build_dictionary first")
        place = urlsplit(lake.files.uri(f"{DICTIONARIES}/{sha256}"))
        path = Path(unquote(place.path))
        if place.scheme != "file":
            path = cache_folder() / sha256
            for behind in ("", SIMILAR):
                name = f"{DICTIONARIES}/{sha256}{behind}"
                kept = path.with_name(path.name + behind)
                if not kept.is_file() and lake.files.exists(name):
                    scratch = kept.with_name(kept.name + ".new")
                    scratch.write_bytes(lake.files.read(name))
                    scratch.replace(kept)
    return open_linking(str(path), sha256)
