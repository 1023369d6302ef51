"""splits: which split each article, caption and image was assigned to, pinned for ever."""

from pyspark.sql.types import StringType

from medconcept.tables.column import column
from medconcept.tables.table import Table
from medconcept.triplets.options import SPLITS_OF_DATA

MEMBER_KINDS = ("article", "caption", "image")

SPLITS = Table(
    name="splits",
    comment="One row for each article, caption and image that was ever in a triplet; never changed",
    key=("member_key",),
    columns=(
        column(
            "member_key",
            StringType(),
            "article:<article_key>, caption:<hash of the normalised caption> or image:<sha256>",
            "article:PMC2790605",
        ),
        column("kind", StringType(), "What the member is", "article", values=MEMBER_KINDS),
        column("split", StringType(), "Its split", "train", values=SPLITS_OF_DATA),
        column(
            "group_key",
            StringType(),
            "Smallest article key of the group with which the member was assigned",
            "PMC2790605",
        ),
    ),
)
