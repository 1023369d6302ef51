"""The file of a graphic: its href and those of its alternatives against the media of its article.

How a file is matched, best first:
1. `path`: the same path, seen from the XML's folder or from the root of the listing
2. `name`: the same base name
3. `case`: the same base name in another case
4. `stem`: the same base name but for its image extension: href `f1` or `f1.tif`, file `f1.jpg`
5. `stem_case`: the same in another case
6. `thumbnail`: one of the two names is that of the other's thumbnail: href `f1`, file `f1-thumb.jpg`
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from medconcept.images.media_names import MediaName, parse_media_name, readings
from medconcept.images.statuses import Status

HOW = ("path", "name", "case", "stem", "stem_case", "thumbnail")
_PATH, _NAME, _CASE, _STEM, _STEM_CASE, _THUMBNAIL = range(len(HOW))
# Where several formats of one image exist: what a publisher shows its readers, before print masters (TIFF,
# often CMYK and many times the size), before formats of few colours.
_FORMAT_ORDER = ("png", "jpeg", "webp", "avif", "tiff", "jpeg2000", "bmp", "gif")


@dataclass(frozen=True)
class Match:
    """The file of a graphic, by its name in the listing, or the reason why there is none.

    `href` is the one of the graphic's hrefs that led to the file, `how` one of HOW. `others` are files that
    show the same graphic less well: thumbnails, other formats; where the match is ambiguous, all that fit.
    """

    status: Status
    file: str | None = None
    href: str | None = None
    how: str | None = None
    is_thumbnail: bool = False
    others: tuple[str, ...] = ()


@dataclass(frozen=True, order=True)
class _Fit:
    """How well a file fits a graphic: the least is the best, and equals are ambiguous."""

    is_thumbnail: bool
    is_vector: bool
    href_number: int
    how: int
    format_rank: int
    folders_apart: int


class Media:
    """The files at an article's source, looked up by the hrefs of its graphics.

    `names` are paths relative to the source's root, archive members or URLs, as listed; `folder` is that of
    the XML, relative to the same root.

    >>> media = Media(["PMC1/f1.jpg", "PMC1/f1.gif", "PMC1/f10.jpg"], folder="PMC1")
    >>> media.match(["f1"]).file, media.match(["f1"]).others, media.match(["f2"]).status.value
    ('PMC1/f1.jpg', ('PMC1/f1.gif',), 'no_match')
    """

    def __init__(self, names: Iterable[str], folder: str = "") -> None:
        self._folder = tuple(part for part in folder.split("/") if part not in ("", "."))
        self._files: dict[str, MediaName] = {}
        self._by_key: dict[str, list[str]] = {}
        for name in dict.fromkeys(names):
            if (file := parse_media_name(name)) is not None:
                self._files[name] = file
                keys = (file.base, file.stem, file.small_of or file.stem)
                for key in dict.fromkeys(key.casefold() for key in keys):
                    self._by_key.setdefault(key, []).append(name)
        self._has_images = any(file.format for file in self._files.values())

    def match(self, hrefs: Sequence[str], previews: Iterable[str] = ()) -> Match:
        """The best file for a graphic. `hrefs`: the chosen one first, then its alternatives in order.

        `previews` are those of the hrefs that the article marks as thumbnails.
        """
        # An href is a path from the XML's folder; some publishers write it from the root.
        wanted = [
            (number, name, from_root)
            for number, href in enumerate(hrefs)
            for from_root, folder in enumerate((self._folder, ()))
            for name in readings(href, folder)
        ]
        if not wanted:
            return Match(Status.BAD_HREF)
        small = {number for number, href in enumerate(hrefs) if href in frozenset(previews)}
        fits: dict[str, _Fit] = {}
        for number, name, from_root in wanted:
            for file, fit in self._fits(number, name, from_root, number in small):
                fits[file] = min(fit, fits.get(file, fit))
        if not fits:
            return Match(Status.NO_MATCH if self._has_images else Status.NO_MEDIA)
        ordered = sorted(fits, key=lambda file: (fits[file], file))
        best = fits[ordered[0]]
        href, how = hrefs[best.href_number], HOW[best.how]
        equals = tuple(file for file in ordered if fits[file] == best)
        if len(equals) > 1:
            return Match(Status.AMBIGUOUS, href=href, how=how, others=equals)
        return Match(Status.RESOLVED, ordered[0], href, how, best.is_thumbnail, tuple(ordered[1:]))

    def unreferenced(self, matches: Iterable[Match]) -> tuple[str, ...]:
        """Image files that no match names, as its file or among its others, in the listing's order."""
        referenced = {name for match in matches for name in (match.file, *match.others)}
        return tuple(name for name, file in self._files.items() if file.format and name not in referenced)

    def _fits(
        self, number: int, wanted: MediaName, from_root: int, is_preview: bool
    ) -> Iterator[tuple[str, _Fit]]:
        keys = {wanted.base, wanted.stem}
        if wanted.is_marked and wanted.small_of:
            keys.add(wanted.small_of)
        for name in {name for key in keys for name in self._by_key.get(key.casefold(), ())}:
            file = self._files[name]
            how = _how(wanted, file)
            if how is None:
                continue
            exact = how <= _CASE
            # Of two names for one graphic, the one with a word for thumbnails is the thumbnail. A preview's
            # href says nothing of a file of another extension.
            small = file.is_marked or (how == _THUMBNAIL and file.small_of is not None)
            rank = _FORMAT_ORDER.index(file.format) if file.format in _FORMAT_ORDER else len(_FORMAT_ORDER)
            yield (
                name,
                _Fit(
                    is_thumbnail=small or (is_preview and exact),
                    is_vector=file.is_vector,
                    href_number=number,
                    how=how,
                    format_rank=0 if exact else rank,
                    folders_apart=from_root if how == _PATH else _steps(wanted.folders, file.folders),
                ),
            )


def _how(wanted: MediaName, file: MediaName) -> int | None:
    """Place in HOW, None where the names differ, or they agree in the stem alone and the file is no image."""
    if file.base == wanted.base:
        return _PATH if file.folders == wanted.folders else _NAME
    if file.base.casefold() == wanted.base.casefold():
        return _CASE
    if file.format is None:
        return None
    if file.stem == wanted.stem:
        return _STEM
    href_stem, file_stem = wanted.stem.casefold(), file.stem.casefold()
    if href_stem == file_stem:
        return _STEM_CASE
    full_of_href = (wanted.small_of if wanted.is_marked else None) or wanted.stem
    full_of_file = file.small_of or file.stem
    return _THUMBNAIL if full_of_href.casefold() in (file_stem, full_of_file.casefold()) else None


def _steps(one: tuple[str, ...], other: tuple[str, ...]) -> int:
    """How many folders lie between two."""
    shared = 0
    for left, right in zip(one, other, strict=False):
        if left != right:
            break
        shared += 1
    return len(one) + len(other) - 2 * shared
