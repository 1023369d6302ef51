"""The columns of the rows of an export."""

from __future__ import annotations

from collections.abc import Mapping

import pyarrow as pa
from pyspark.sql import DataFrame
from pyspark.sql import functions as F
from pyspark.sql.pandas.types import to_arrow_schema

from medconcept.exports.features import IMAGE, IMAGE_TYPE, plain_schema
from medconcept.stages.exports.selection import main_modality, rights_group
from medconcept.stages.triplets.passed_on import with_words_where
from medconcept.tables import TABLES

WORDS = ("caption", "caption_markup", "citing_paragraphs")  # columns of nothing but words
ADDED: Mapping[str, str] = {
    "rights_group": "commercial, noncommercial or other, by the effective terms of the figure",
    "main_modality": "The surest modality; unknown if no evidence reaches the threshold",
    "caption_sha256": "SHA-256 of the caption in UTF-8",
}
SAMPLE_KEY = "sample_key"
_CHANGED = "Changes: scaled for training, colours converted, metadata removed."


def public_rows(triplets: DataFrame, *, images: str, with_words: bool) -> DataFrame:
    """Triplets with the columns of an export but for the sample's key and image; one row in, one row out.

    These are the content columns of the table and ADDED. Without words, WORDS are left out, and the words
    in nested columns are null. The credit line of training copies says what was changed.
    """
    rows = triplets.withColumns(
        {
            "rights_group": rights_group(),
            "main_modality": main_modality(),
            "caption_sha256": F.sha2(F.encode("caption", "UTF-8"), 256),
        }
    )
    if images == "derived":
        rows = rows.withColumn("attribution", F.regexp_replace("attribution", r"No changes\.$", _CHANGED))
    columns = [column.name for column in TABLES["triplets"].columns]
    if not with_words:
        rows = with_words_where(rows, F.lit(False))
        columns = [name for name in columns if name not in WORDS]
    first = [name for name in ("triplet_key", "caption", "concepts") if name in columns]
    return rows.select(*first, *(name for name in columns if name not in first), *ADDED)


def schema_of(rows: DataFrame, *, has_image: bool) -> pa.Schema:
    """The schema of the files: the sample's key and image first, then the columns of the rows."""
    first = [pa.field(SAMPLE_KEY, pa.string()), *([pa.field(IMAGE, IMAGE_TYPE)] if has_image else [])]
    return plain_schema(to_arrow_schema(rows.schema), first=first)
