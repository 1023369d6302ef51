"""releases: a name for one row of commits."""

from pyspark.sql.types import LongType, MapType, StringType

from medconcept.tables.table import Table, column

RELEASES = Table(
    name="releases",
    comment="One row for each named release: one version of every table that belongs together",
    key=("name",),
    columns=(
        column("name", StringType(), "Name of the release, unique in the lake"),
        column("commit_seq", LongType(), "The row of commits that it names"),
        column("versions", MapType(StringType(), LongType()), "Delta version of each table"),
        column("rows", MapType(StringType(), LongType()), "Rows of each data table"),
        column("digests", MapType(StringType(), StringType()), "Content digest of each data table"),
        column("dictionary_sha256", StringType(), "Compiled dictionary that the mentions were made with"),
        column("code_version", StringType(), "Version of medconcept that published it"),
    ),
)
