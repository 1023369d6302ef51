"""releases: a name for one row of commits."""

from pyspark.sql.types import LongType, MapType, StringType

from medconcept.tables.column import column
from medconcept.tables.table import Table

RELEASES = Table(
    name="releases",
    comment="One row for each named release: one version of every table that belongs together",
    key=("name",),
    columns=(
        column("name", StringType(), "Name of the release, unique in the lake", "all-articles"),
        column("commit_seq", LongType(), "Row of commits that it names", "10"),
        column(
            "versions",
            MapType(StringType(), LongType()),
            "Delta version of each table",
            '{"figures": 2, "mentions": 2}',
        ),
        column(
            "rows",
            MapType(StringType(), LongType()),
            "Number of rows of each data table",
            '{"figures": 683, "mentions": 10767}',
        ),
        column(
            "digests",
            MapType(StringType(), StringType()),
            "Content digest of each data table",
            '{"figures": "f8160fd9d2db234c"}',
        ),
        column(
            "dictionary_sha256",
            StringType(),
            "Compiled dictionary that the mentions were linked with",
            "fdf74f678b6d…",
        ),
        column("code_version", StringType(), "Version of medconcept that published it", "0.1.0"),
        # At the end: that is where ADD COLUMNS puts it in a table of an older format.
        column(
            "withheld",
            MapType(StringType(), LongType()),
            "What each rule keeps in the lake, see docs/rights.md: <rule>.rows, <rule>.fields",
            '{"licence_unknown.rows": 3, "licence_unknown.fields": 11}',
        ),
    ),
)
