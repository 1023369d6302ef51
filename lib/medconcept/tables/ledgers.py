"""commits, runs, quarantine: append-only ledgers that every job adds to."""

from pyspark.sql.types import LongType, MapType, StringType, TimestampType

from medconcept.tables.column import column
from medconcept.tables.table import Table

COMMITS = Table(
    name="commits",
    comment="One row for each set of table versions that belong together; readers take the last",
    columns=(
        column("seq", LongType(), "Number of the commit: 1, 2, 3, …", "10"),
        column("run_id", StringType(), "Run that committed", "20261129T195248-7a7ff708"),
        column("job", StringType(), "Job of that run", "annotate_captions"),
        column("committed_at", TimestampType(), "Time of the commit, UTC", "2026-11-29T19:52:16.017Z"),
        column(
            "versions",
            MapType(StringType(), LongType()),
            "Delta version of each table of the lake",
            '{"figures": 2, "mentions": 2}',
        ),
        column(
            "input_versions",
            MapType(StringType(), LongType()),
            "Versions of the tables that the job read",
            '{"figures": 2, "articles": 2}',
        ),
        column(
            "settings_digest",
            StringType(),
            "Digest of the code version and settings of the job",
            "5b6bc5a7ce70ed41",
        ),
        column("code_version", StringType(), "Version of medconcept", "0.1.0"),
        column(
            "dictionary_sha256", StringType(), "Compiled dictionary in use after this commit", "fdf74f678b6d…"
        ),
    ),
)

RUNS = Table(
    name="runs",
    comment="One row for each event of each run of a job; a killed run has a start and no end",
    columns=(
        column("run_id", StringType(), "The run", "20261129T195228-c9ae8582"),
        column("job", StringType(), "The job", "annotate_captions"),
        column(
            "event",
            StringType(),
            "What happened; batch: a commit after which the run goes on",
            "end",
            values=("start", "batch", "end", "failed"),
        ),
        column("at", TimestampType(), "Time of the event, UTC", "2026-11-29T19:52:37.333Z"),
        column(
            "counts",
            MapType(StringType(), LongType()),
            "Rows, filters and reasons, by name; empty at the start",
            '{"captions.in": 603, "mentions.written": 9345}',
        ),
        column(
            "message",
            StringType(),
            "Why the run failed; null otherwise",
            "figures: the staged batch failed its suite: …",
        ),
        column("code_version", StringType(), "Version of medconcept", "0.1.0"),
        column(
            "settings_digest",
            StringType(),
            "Digest of the code version and settings of the job",
            "5b6bc5a7ce70ed41",
        ),
    ),
)

QUARANTINE = Table(
    name="quarantine",
    comment="One row for each event of each refused input: opened, and closed once it is fixed or gone",
    columns=(
        column("source", StringType(), "Source of the file", "pmc"),
        column("source_key", StringType(), "Path of the file at its source", "PMC13900.1/PMC13900.1.xml"),
        column(
            "source_sha256",
            StringType(),
            "SHA-256 of the file; null if it was over the size limit",
            "0033df07cb8b…",
        ),
        column(
            "parser_version",
            StringType(),
            "Version of the parser that refused the file, sync_articles if the sync did, or gate:<job>",
            "4",
        ),
        column("event", StringType(), "What happened to the refusal", "opened", values=("opened", "closed")),
        column(
            "reason",
            StringType(),
            "Reason; the parser's are in docs/jats.md, the sync's in docs/sync.md; of a gate: expectation",
            "truncated",
        ),
        column("place", StringType(), "Place in the file; null if unknown", "line 12, column 3"),
        column("detail", StringType(), "One short line", "input ends inside sec"),
        column("run_id", StringType(), "Run that wrote the event", "20261129T195216-46f0e883"),
        column("at", TimestampType(), "Time of the event, UTC", "2026-11-29T19:52:25.134Z"),
    ),
)
