"""images, image_bytes, image_groups: the files of figures, their bytes, and which look the same."""

from pyspark.sql.types import (
    ArrayType,
    BinaryType,
    BooleanType,
    DoubleType,
    IntegerType,
    LongType,
    StringType,
)

from medconcept.images.formats import RASTER, UNDECODED, VECTOR
from medconcept.images.matching import HOW
from medconcept.images.statuses import Flag, Status
from medconcept.tables.column import column
from medconcept.tables.table import Table

FORMATS = (*sorted(RASTER), *sorted(VECTOR), *sorted(UNDECODED), "html")
LAID_OUT_FOR_LOOKUP = {
    # A page for each row, so that a reader of some images reads their pages and passes over all others by
    # the column index; and row groups bounded in bytes, of which a reader or writer holds one at a time.
    "parquet.page.row.count.limit": "1",
    # Otherwise the limit is not looked at before the hundredth row of a row group.
    "parquet.page.size.row.check.min": "1",
    "parquet.block.size": str(4 * 1024 * 1024),
    # After so many rows Parquet looks at the size of a row group; by default first after 100.
    "parquet.block.size.row.check.min": "1",
    "parquet.block.size.row.check.max": "8",
    "parquet.enable.dictionary": "false",
}

IMAGES = Table(
    name="images",
    comment="One row for each graphic of each figure of each current article: its file, or why there is none",
    key=("image_key",),
    scope=("article_key",),
    columns=(
        column(
            "image_key",
            StringType(),
            "<figure_key>/<0-based number of the graphic>, the triplet_key of triplets",
            "PMC3003633#F1/0",
        ),
        column("figure_key", StringType(), "The figure, see figures", "PMC3003633#F1"),
        column("article_key", StringType(), "The article, see articles", "PMC3003633"),
        column("href", StringType(), "The graphic as named in the article", "1471-2148-10-367-1"),
        column(
            "status",
            StringType(),
            "resolved, or why there is no image; see docs/images.md",
            "resolved",
            tuple(status.value for status in Status),
        ),
        column("detail", StringType(), "More about the status; null if there is none", "f1.jpg, f1.JPG"),
        column(
            "file",
            StringType(),
            "The file at the source: path, archive!/member, or key in the bucket; null if none was found",
            "PMC3003633/1471-2148-10-367-1.jpg",
        ),
        column(
            "file_etag",
            StringType(),
            "Size and modification time of the file or of its archive; null for a bucket",
            "128555-1795981776465000",
        ),
        column(
            "file_md5",
            StringType(),
            "MD5 that the bucket states, or that the member of an archive has",
            "9e107d9d372bb6826bd81d3542a419d6",
        ),
        column("how", StringType(), "How the file was matched, see docs/images.md", "stem", HOW),
        column("is_thumbnail", BooleanType(), "True if the file is only a thumbnail of the graphic", "false"),
        column(
            "examined_with",
            StringType(),
            "Digest of the settings under which the file was examined; null if it was not",
            "5d41402abc4b2a76",
        ),
        column("size", LongType(), "Size of the file in bytes", "128555"),
        column("sha256", StringType(), "SHA-256 of the file", "2c26b46b68ff…"),
        column(
            "pixel_sha256",
            StringType(),
            "SHA-256 of the pixels; null unless images.pixel_digest is set",
            "ab12…",
        ),
        column("phash", StringType(), "Perceptual hash, 256 bits in hexadecimal", "8f03…"),
        column("format", StringType(), "Format by the bytes of the file", "jpeg", FORMATS),
        column("mode", StringType(), "Pillow's name for the samples of the file", "RGB"),
        column("bit_depth", IntegerType(), "Bits a sample in the file", "8"),
        column("width", IntegerType(), "Width of the upright image in pixels", "600"),
        column("height", IntegerType(), "Height of the upright image in pixels", "400"),
        column("frames", IntegerType(), "Frames or pages", "1"),
        column("near_white", DoubleType(), "Share of pixels that are nearly white, 0 to 1", "0.41"),
        column("entropy", DoubleType(), "Entropy of the luminance, 0 to 8 bits", "5.2"),
        column("colourfulness", DoubleType(), "Hasler and Süsstrunk (2003); 0 for grey", "31.5"),
        column(
            "flags",
            ArrayType(StringType()),
            "Flags of the file, sorted; null if it was not examined",
            '["cmyk"]',
            tuple(flag.value for flag in Flag),
        ),
        column(
            "derived_sha256",
            StringType(),
            "SHA-256 of the training copy; null without images.derive, or where rights forbid one",
            "9f86d081884c…",
        ),
    ),
)

IMAGE_BYTES = Table(
    name="image_bytes",
    comment="One row for each distinct content: the file of an image, or a training copy made of one",
    key=("kind", "sha256"),
    scope=("kind", "sha256"),
    not_compared=("content",),
    sorted_by=("kind", "sha256"),
    properties=LAID_OUT_FOR_LOOKUP,
    columns=(
        column(
            "kind",
            StringType(),
            "original: a file as it is at the source; derived: a training copy",
            "original",
            ("original", "derived"),
        ),
        column("sha256", StringType(), "SHA-256 of the bytes, see images", "2c26b46b68ff…"),
        column("size", LongType(), "Number of bytes", "128555"),
        column("format", StringType(), "Format of the bytes", "jpeg", tuple(sorted(RASTER))),
        column("content", BinaryType(), "The bytes", "\\xff\\xd8\\xff…"),
    ),
)

IMAGE_GROUPS = Table(
    name="image_groups",
    comment="One row for each distinct file of an image when group_images, its only writer, last ran",
    key=("sha256",),
    columns=(
        column("sha256", StringType(), "SHA-256 of the file, see images", "2c26b46b68ff…"),
        column(
            "exact_group",
            StringType(),
            "Smallest sha256 of the files with the same pixels; the file's own if its pixels have no digest",
            "2c26b46b68ff…",
        ),
        column(
            "near_group",
            StringType(),
            "Smallest sha256 of the near duplicates; the exact group if there are none",
            "0a1f3b…",
        ),
        column(
            "takes_part",
            BooleanType(),
            "False for a low-information image, whose perceptual hash means nothing",
            "true",
        ),
        column(
            "distance", IntegerType(), "Differing bits from the group's representative; null if alone", "4"
        ),
        column("linked_within", IntegerType(), "Differing bits up to which images are linked", "12"),
        column("method", StringType(), "Hash by which near duplicates are found", "phash256"),
    ),
)
