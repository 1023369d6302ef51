"""What can be said of an image: one code for each outcome and flag, one sentence for each code."""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from types import MappingProxyType


class Status(str, Enum):
    """`resolved`, or why a graphic has no usable image; table `images` stores the code as a string."""

    RESOLVED = "resolved"
    # Finding the file
    BAD_HREF = "bad_href"
    NO_MEDIA = "no_media"
    NO_MATCH = "no_match"
    AMBIGUOUS = "ambiguous"
    # The file as it arrived
    EMPTY = "empty"
    TOO_MANY_BYTES = "too_many_bytes"
    SIZE_MISMATCH = "size_mismatch"
    CHECKSUM_MISMATCH = "checksum_mismatch"
    # What the bytes are
    HTML_PAGE = "html_page"
    NOT_AN_IMAGE = "not_an_image"
    NOT_RASTER = "not_raster"
    UNSUPPORTED_FORMAT = "unsupported_format"
    WRONG_EXTENSION = "wrong_extension"
    # Decoding
    TOO_MANY_PIXELS = "too_many_pixels"
    TOO_MANY_FRAMES = "too_many_frames"
    TRUNCATED = "truncated"
    TRAILING_BYTES = "trailing_bytes"
    CORRUPT = "corrupt"
    DECODER_ERROR = "decoder_error"
    DECODER_MEMORY = "decoder_memory"
    DECODER_CRASHED = "decoder_crashed"
    DECODER_TIMEOUT = "decoder_timeout"
    # Getting the file
    OPTED_OUT = "opted_out"
    NOT_REQUESTED = "not_requested"
    NO_SOURCE = "no_source"
    NOT_FOUND = "not_found"
    FORBIDDEN = "forbidden"
    REFUSED = "refused"
    HOSTILE_KEY = "hostile_key"
    OUTSIDE_SOURCE = "outside_source"
    UNREADABLE = "unreadable"
    SERVER_ERROR = "server_error"
    TIMEOUT = "timeout"
    CONNECTION = "connection"

    def __str__(self) -> str:  # enum.StrEnum, which Python 3.10 lacks
        return self.value


class Flag(str, Enum):
    """A property of an image that later filters may use; it does not make the image unusable."""

    TOO_SMALL = "too_small"
    BLANK = "blank"
    LOW_INFORMATION = "low_information"
    EXTREME_RATIO = "extreme_ratio"
    ANIMATED = "animated"
    MULTIPAGE = "multipage"
    CMYK = "cmyk"
    SIXTEEN_BIT = "sixteen_bit"
    THUMBNAIL_ONLY = "thumbnail_only"
    NOT_RASTER = "not_raster"
    WRONG_EXTENSION = "wrong_extension"
    TRAILING_BYTES = "trailing_bytes"

    def __str__(self) -> str:
        return self.value


TEMPORARY = frozenset(
    (Status.NO_SOURCE, Status.UNREADABLE, Status.SERVER_ERROR, Status.TIMEOUT, Status.CONNECTION)
)
"""Statuses that a later run may change although nothing has changed at the source."""

STATUSES: Mapping[Status, str] = MappingProxyType(
    {
        Status.RESOLVED: "The file was found, its format is known from its bytes, and it decodes whole.",
        Status.BAD_HREF: "The graphic's href names no file.",
        Status.NO_MEDIA: "The article has no image files at its source.",
        Status.NO_MATCH: "The article has image files, but none that the graphic or its alternatives name.",
        Status.AMBIGUOUS: "Several files fit the href equally well.",
        Status.EMPTY: "The file has no bytes.",
        Status.TOO_MANY_BYTES: "The file is larger than the limit.",
        Status.SIZE_MISMATCH: "The file has more or fewer bytes than its source states.",
        Status.CHECKSUM_MISMATCH: "The bytes differ from the checksum that the source states.",
        Status.HTML_PAGE: "The file is an HTML page, as servers send in place of an image.",
        Status.NOT_AN_IMAGE: "The bytes are of no image format.",
        Status.NOT_RASTER: "The file is a vector graphic or document: SVG, PDF, EPS, EMF or WMF.",
        Status.UNSUPPORTED_FORMAT: "The file is an image of a format that is not decoded.",
        Status.WRONG_EXTENSION: "The extension states another format; a refusal only where configured.",
        Status.TOO_MANY_PIXELS: "The header declares more pixels than the limit; nothing was decoded.",
        Status.TOO_MANY_FRAMES: "The file has more frames, or more pixels in all frames, than the limits.",
        Status.TRUNCATED: "The file ends before its image does.",
        Status.TRAILING_BYTES: "Bytes follow the end of the image; a refusal only where configured.",
        Status.CORRUPT: "The image data contradict their own checksums or syntax.",
        Status.DECODER_ERROR: "The decoder failed in an unforeseen way.",
        Status.DECODER_MEMORY: "Decoding takes more memory than one image may have.",
        Status.DECODER_CRASHED: "The process that decoded the file died of it.",
        Status.DECODER_TIMEOUT: "Decoding took too long.",
        Status.OPTED_OUT: "The opt-out list names the article, the figure or the image.",
        Status.NOT_REQUESTED: "A file was found, but `images.only` leaves the figure out.",
        Status.NO_SOURCE: "The article's source is not the one configured as `sync.input`.",
        Status.NOT_FOUND: "The metadata name the file; the server has no such object.",
        Status.FORBIDDEN: "The server does not let the file be read.",
        Status.REFUSED: "The server answered with an error that asking again does not change.",
        Status.HOSTILE_KEY: "The file's address lies outside the article's folder in the bucket.",
        Status.OUTSIDE_SOURCE: "The file is a link that leads out of the source's folder.",
        Status.UNREADABLE: "The file was listed and could not be read.",
        Status.SERVER_ERROR: "The server was busy or failed at every attempt.",
        Status.TIMEOUT: "No whole answer came in time.",
        Status.CONNECTION: "The connection failed at every attempt.",
    }
)

FLAGS: Mapping[Flag, str] = MappingProxyType(
    {
        Flag.TOO_SMALL: "A side is shorter than `smallest_side`.",
        Flag.BLANK: "All of the image has nearly one luminance.",
        Flag.LOW_INFORMATION: "Too little structure for a perceptual hash to mean anything.",
        Flag.EXTREME_RATIO: "The longer side is more than `largest_ratio` times the shorter.",
        Flag.ANIMATED: "GIF, PNG or WebP with several frames; the first one is measured.",
        Flag.MULTIPAGE: "TIFF with several pages; the first one is measured.",
        Flag.CMYK: "Colours for print; measured after a plain conversion to RGB.",
        Flag.SIXTEEN_BIT: "More than 8 bits a sample; measured after a conversion to 8.",
        Flag.THUMBNAIL_ONLY: "Only a thumbnail of the graphic exists at the source.",
        Flag.NOT_RASTER: "A vector graphic or document; it has no pixels to measure.",
        Flag.WRONG_EXTENSION: "The file's extension states another format than its bytes.",
        Flag.TRAILING_BYTES: "Bytes follow the end of the image.",
    }
)


class Unusable(Exception):
    """Raised when a file cannot become an image; the status is one of `STATUSES`."""

    def __init__(self, status: Status, detail: str = "") -> None:
        one_line = " ".join(detail.split())[:300]
        super().__init__(status, one_line)
        self.status = status
        self.detail = one_line
