"""commits, runs, quarantine: append-only ledgers that every job adds to."""

from pyspark.sql.types import LongType, MapType, StringType, TimestampType

from medconcept.tables.table import Table, column

COMMITS = Table(
    name="commits",
    comment="One row for each set of table versions that belong together; readers take the last",
    columns=(
        column("seq", LongType(), "1, 2, 3, …"),
        column("run_id", StringType(), "Run that made it"),
        column("job", StringType(), "Job that made it"),
        column("committed_at", TimestampType(), "UTC"),
        column("versions", MapType(StringType(), LongType()), "Delta version of each table of the lake"),
        column(
            "input_versions", MapType(StringType(), LongType()), "Versions of the tables that the job read"
        ),
        column("settings_digest", StringType(), "Digest of the code version and settings of the job"),
        column("code_version", StringType(), "Version of medconcept"),
        column("dictionary_sha256", StringType(), "Compiled dictionary in force after this commit"),
    ),
)

RUNS = Table(
    name="runs",
    comment="One row for each event of each run of a job; a killed run has a start and no end",
    columns=(
        column("run_id", StringType(), "The run"),
        column("job", StringType(), "The job"),
        column("event", StringType(), "start, batch (a commit after which the run goes on), end or failed"),
        column("at", TimestampType(), "UTC"),
        column("counts", MapType(StringType(), LongType()), "Rows, filters and reasons, by name"),
        column("message", StringType(), "Why it failed"),
        column("code_version", StringType(), "Version of medconcept"),
        column("settings_digest", StringType(), "Digest of the settings"),
    ),
)

QUARANTINE = Table(
    name="quarantine",
    comment="One row for each event of each refused input: opened, and closed once it is fixed or gone",
    columns=(
        column("source", StringType(), "Source of the file"),
        column("source_key", StringType(), "Path of the file at its source"),
        column("source_sha256", StringType(), "SHA-256 of the file; null where it was over the size limit"),
        column("parser_version", StringType(), "Version of the parser that refused it, or sync_articles"),
        column("event", StringType(), "opened or closed"),
        column("reason", StringType(), "Reason code"),
        column("place", StringType(), "Where in the file"),
        column("detail", StringType(), "One short line"),
        column("run_id", StringType(), "Run that wrote the event"),
        column("at", TimestampType(), "UTC"),
    ),
)
