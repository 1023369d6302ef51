"""Names of media files: as buckets, folders, archives and hrefs spell them, brought to one form."""

from __future__ import annotations

import re
import unicodedata
from typing import NamedTuple
from urllib.parse import unquote

from medconcept.images.formats import EXTENSIONS, VECTOR, claimed_format

_URL = re.compile(r"[a-z][a-z0-9+.-]*://[^/?#]*|(?:file|info|doi):", re.IGNORECASE)
# Words for a small form of an image at the end of its name. The first say so whoever uses them: f1.thumb,
# f1-thumbnail, SciELO's f1.scielo-267x140. The others may as well be part of a figure's own name.
_MARKED = re.compile(r"[._-](?:thumb(?:nail)?s?|scielo-\d+x\d+)$", re.IGNORECASE)
_WORD = re.compile(r"[._-](?:thumb(?:nail)?s?|scielo-\d+x\d+|tn|small|preview|icon|s)$", re.IGNORECASE)


class MediaName(NamedTuple):
    """A name in parts: folders, base name, that without its image extension, the format the extension claims.

    `small_of` is the stem without a word for a thumbnail, None if it ends in none; `is_marked` where that
    word can mean nothing else.
    """

    folders: tuple[str, ...]
    base: str
    stem: str
    format: str | None
    small_of: str | None
    is_marked: bool

    @property
    def is_vector(self) -> bool:
        """Whether the extension claims a format without pixels."""
        return self.format in VECTOR


def parse_media_name(text: str, folder: tuple[str, ...] = ()) -> MediaName | None:
    """The parts of a path, a URL or an href, None where it names no file.

    Percent escapes are resolved, and so are `.` and `..`; a `..` above the root is dropped, so that no name
    leads outside. A relative path starts from `folder`. Of a URL, the authority (a bucket's name too), query
    and fragment are left out.

    >>> parse_media_name("s3://bucket/PMC1.1/F%201.JPG?md5=0a")[:4]
    (('PMC1.1',), 'F 1.JPG', 'F 1', 'jpeg')
    >>> parse_media_name("../img/f1-thumb.gif")[3:], parse_media_name("https://a.org/")
    (('gif', 'f1', True), None)
    """
    path = text.strip()
    folders = [] if path.startswith("/") else list(folder)
    if url := _URL.match(path):
        folders = []
        path = re.split(r"[?#]", path[url.end() :], maxsplit=1)[0]
    path = unicodedata.normalize("NFC", unquote(path)).replace("\\", "/")
    for part in path.split("/"):
        if part == "..":
            del folders[-1:]
        elif part not in ("", "."):
            folders.append(part)
    if not folders or not path or path.endswith(("/", "/..", "/.")) or "\0" in path:
        return None
    base = folders.pop()
    stem = _without_extension(base)
    word = _WORD.search(stem)
    small_of = stem[: word.start()] if word and word.start() else None
    return MediaName(
        tuple(folders), base, stem, claimed_format(base), small_of, bool(small_of and _MARKED.search(stem))
    )


def readings(href: str, folder: tuple[str, ...] = ()) -> list[MediaName]:
    """The names that an href may mean: as it stands, and without what looks like a query or fragment.

    >>> [name.base for name in readings("f1.jpg?v=2")]
    ['f1.jpg?v=2', 'f1.jpg']
    """
    texts = dict.fromkeys((href, re.split(r"[?#]", href, maxsplit=1)[0]))
    return list(dict.fromkeys(name for text in texts if (name := parse_media_name(text, folder)) is not None))


def _without_extension(base: str) -> str:
    name, _, extension = base.rpartition(".")
    return name if name and extension.lower() in EXTENSIONS else base
