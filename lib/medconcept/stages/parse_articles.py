"""parse_articles: parse the JATS files of `raw_articles` into `articles`, `figures` and `quarantine`."""

from __future__ import annotations

from functools import partial

from pyspark.sql import Column, DataFrame, Window
from pyspark.sql import functions as F

from medconcept.jats import PARSER_VERSION
from medconcept.lake.quarantine import GATE, open_quarantine, refused_by_gate
from medconcept.runtime.native_modules import library_file
from medconcept.spark.arrow_batches import small_batches
from medconcept.spark.progress import Count, Counter
from medconcept.stages.context import Context
from medconcept.stages.source_metadata import (
    articles_of_works,
    event_counts,
    notice_relations,
    with_notices,
    with_source_metadata,
    works_in_notices,
)
from medconcept.stages.stage import SideResult, Stage, StageOutput
from medconcept.stages.sync.article_events import REFUSED_BY, with_run
from medconcept.workers.parse.parse_files import BATCH_ROWS, FIGURE, FILE, PARSED, parse_batches

FILE_KEY = ["source", "source_key"]
_WORK_COLUMNS = ("article_key", "doi", "related_articles")
_ARTICLE_COLUMNS = (*FILE_KEY, "source_sha256", "article_key", "doi", "pmcid", "pmid", "is_current")
_FIGURE_KEYS = ("figure_key", "parent_key", "translation_of")


def build(context: Context) -> StageOutput:
    """Parse the changed rows of `raw_articles`, and the other versions of the same works."""
    if native := library_file("medconcept.jats"):
        context.ship_files(native.as_uri())  # a cluster's workers have only the package's zip
    articles = context.read("articles")
    raw = context.read("raw_articles").where(F.col("left_out").isNull())
    changes = context.since()
    files = None if changes is None else changes.scopes("raw_articles")
    if changes is None or files is None:
        todo, current, replaced = raw, articles, articles
    else:  # small changes: planning takes the time, so rows used repeatedly are computed once
        # The bytes of files that have not changed are not read.
        todo = changes.written(raw)
        if (again := _taken_out(context)) is not None:
            of_before = raw.where(~F.col("run_id").isin(list(changes.runs)))
            todo = todo.unionByName(of_before.join(again, FILE_KEY, "left_semi"))
            files = files.unionByName(again).distinct()
        files = context.cache("files", files)
        current = context.cache("current", articles.select(*_ARTICLE_COLUMNS, notice_relations()))
        replaced = current.join(files, FILE_KEY, "left_semi")
    fresh, spark = todo.where(F.col("duplicate_of").isNull()), context.lake.spark
    with (
        small_batches(spark, BATCH_ROWS),
        context.progress.counting(spark, Count("files", fresh.count)) as counter,
    ):
        parsed = context.checkpoint("parsed", parse(fresh, counter))
    good = parsed.where(F.col("reason").isNull())
    touched = good.select(*_WORK_COLUMNS).unionByName(replaced.select(*_WORK_COLUMNS))
    touched = touched if files is None else context.cache("touched", touched)
    affected = context.articles_of("affected", _affected(touched, current))
    scope = context.rows_of("articles", affected, cache_columns=articles.columns)
    figures = context.current_rows("figures", affected)
    metadata = raw  # the rows with the source's metadata of all parsed files
    if files is not None and changes is not None:
        rest = current.join(affected.keys, "article_key", "left_semi").join(files, FILE_KEY, "left_anti")
        if rest.isEmpty():
            metadata = todo
        else:
            with small_batches(raw.sparkSession, BATCH_ROWS):
                good = context.checkpoint("works", good.unionByName(_siblings(good, rest, raw)))
    versions = order_versions(with_source_metadata(good, metadata))
    if files is not None:
        versions = context.checkpoint("versions", versions)
    elsewhere = current.join(affected.keys, "article_key", "left_anti")
    # What a superseded version said of another work holds no more.
    said = [each.where("is_current").select(*_WORK_COLUMNS) for each in (versions, elsewhere)]
    noted = with_notices(versions, works_in_notices(said[0].unionByName(said[1])))
    return StageOutput(
        tables={
            "articles": (noted, scope),
            "figures": (figure_rows(versions), figures),
        },
        ledgers={"quarantine": _quarantine_events(context, parsed, todo, raw)},
        side_result=lambda: SideResult({**_counts(parsed, raw), **event_counts(noted, scope)}),
        articles=None if files is None else affected,
        gate_against=("articles",),
    )


def parse(files: DataFrame, counter: Counter | None = None) -> DataFrame:
    """Parse files: returns rows of PARSED, one for each article, and one with the reason for each refusal.

    `files` have FILE, size and content, and may have a sidecar.

    Compute it within `small_batches`. `counter` counts `files`.
    """
    columns = files.select(*FILE, "size", "content", *(n for n in ("sidecar",) if n in files.columns))
    return columns.mapInArrow(partial(parse_batches, counter=counter), PARSED)


def order_versions(parsed: DataFrame) -> DataFrame:
    """Number the versions of each work and mark the current one; one row for each parsed article.

    Order: version stated in the file, latest date in it, checksum. A file without a PMC id belongs to the
    work for which another file states the same DOI and a PMC id; its own key becomes an alias.
    """
    same_doi = Window.partitionBy("doi")
    pmcid = F.when(F.col("doi").isNotNull(), F.min("pmcid").over(same_doi))
    own = F.col("article_key")
    work = F.coalesce(F.col("pmcid"), pmcid, own)
    keyed = parsed.withColumns({"_own": own, "article_key": work})
    order = [
        F.coalesce("pmc_version", F.lit(0)),
        F.coalesce("latest_date", F.lit("")),
        F.col("source_sha256"),
    ]
    per_work = Window.partitionBy("article_key")
    stated = F.size(F.collect_set("pmc_version").over(per_work)) == F.count(F.lit(1)).over(per_work)
    counted = F.row_number().over(per_work.orderBy(*order))
    latest = F.row_number().over(per_work.orderBy(*[c.desc() for c in order])) == 1
    others = F.array_sort(F.array_except(F.collect_set("_own").over(per_work), F.array("article_key")))
    return keyed.withColumns(
        {
            "article_version": F.when(stated, F.col("pmc_version")).otherwise(counted).cast("int"),
            "is_current": latest,
            "aliases": others,
            "figure_count": F.size("figures"),
            "abbreviations": F.transform(
                "abbreviations", lambda a: a.withField("figure_key", _under_work(a["figure_key"]))
            ),
            "image_tables": F.transform(
                "image_tables", lambda t: t.withField("figure_key", _under_work(t["figure_key"]))
            ),
        }
    )


def figure_rows(versions: DataFrame) -> DataFrame:
    """Return one row for each figure of each current version."""
    each = versions.where("is_current").select(
        F.col("article_key"),
        F.col("_own"),
        "article_version",
        "source_sha256",
        F.explode("figures").alias("f"),
    )
    columns = [
        _under_work(F.col(f"f.{f.name}")).alias(f.name) if f.name in _FIGURE_KEYS else F.col(f"f.{f.name}")
        for f in FIGURE
    ]
    return each.select("article_key", "article_version", *columns, "source_sha256")


def _under_work(figure_key: Column) -> Column:
    """Return a figure's key with the work's article key in place of the key that its file has."""
    return F.concat("article_key", figure_key.substr(F.length("_own") + 1, F.length(figure_key)))


def _siblings(good: DataFrame, rest: DataFrame, raw: DataFrame) -> DataFrame:
    """Parse the articles of affected works whose files have not changed; returns rows like `parse`."""
    of_files = rest.join(good.select("source_sha256"), "source_sha256", "left_anti")
    files = raw.where(F.col("duplicate_of").isNull()).join(of_files, "source_sha256", "left_semi")
    # A file may contain articles of other works too, which are not affected.
    own_key = F.coalesce("pmcid", F.concat(F.lit("doi:"), "doi"))
    wanted = of_files.select("source_sha256", own_key.alias("article_key")).distinct()
    others = parse(files).join(F.broadcast(wanted), ["source_sha256", "article_key"], "left_semi")
    return others.select(*good.columns)


def _affected(touched: DataFrame, articles: DataFrame) -> DataFrame:
    """Return the keys of the works of new and replaced articles, of works with the same DOI, and of those
    that notices among them name: now, or so far."""
    keys = _with_same_doi(touched.select("article_key", "doi"), articles)
    so_far = articles.where("is_current").join(keys, "article_key", "left_semi")
    columns = ("article_key", "related_articles")
    notices = works_in_notices(touched.select(*columns).unionByName(so_far.select(*columns)))
    if notices.isEmpty():
        return keys
    named = articles_of_works(articles, notices).select("article_key").distinct()
    of_works = articles.join(named, "article_key", "left_semi").select("article_key", "doi")
    return keys.unionByName(_with_same_doi(of_works, articles)).distinct()


def _with_same_doi(works: DataFrame, articles: DataFrame) -> DataFrame:
    """Return the distinct article_key of works and of articles that have the DOI of one of them."""
    dois = works.where(F.col("doi").isNotNull()).select("doi").distinct()
    by_doi = articles.join(dois, "doi", "left_semi")
    return works.select("article_key").unionByName(by_doi.select("article_key")).distinct()


def _taken_out(context: Context) -> DataFrame | None:
    """The files whose articles the gate took out: each run tries them again. None if there are none."""
    if context.config.gate.on_failure == "stop" or not context.has_rows("quarantine"):
        return None
    own = F.col("parser_version") == refused_by_gate(context.job)
    files = open_quarantine(context.lake.read("quarantine").where(own)).select(*FILE_KEY).distinct()
    return None if files.isEmpty() else files


def _quarantine_events(context: Context, parsed: DataFrame, todo: DataFrame, raw: DataFrame) -> DataFrame:
    opened = parsed.where(F.col("reason").isNotNull()).select(
        *FILE,
        F.lit(PARSER_VERSION).alias("parser_version"),
        F.lit("opened").alias("event"),
        "reason",
        "place",
        "detail",
    )
    opened = with_run(context, opened)
    of_parser = (F.col("parser_version") != REFUSED_BY) & ~F.startswith("parser_version", F.lit(GATE))
    was_open = open_quarantine(context.lake.read("quarantine").where(of_parser))
    was_open = context.cache("open", was_open)
    if was_open.isEmpty():
        return opened
    same = ["source", "source_key", "reason"]
    is_same = [F.col(f"a.{c}") == F.col(f"b.{c}") for c in same] + [
        F.col("a.source_sha256").eqNullSafe(F.col("b.source_sha256")),
        F.col("a.parser_version") == F.col("b.parser_version"),
    ]
    new = opened.alias("a").join(was_open.alias("b"), is_same, "left_anti")
    # Closed: open entries of files that were parsed again with another result, or that are gone.
    parsed_again = todo.select("source", "source_key").distinct().withColumn("_seen", F.lit(True))
    here = raw.select("source", "source_key").distinct().withColumn("_here", F.lit(True))
    settled = (
        was_open.join(parsed_again, ["source", "source_key"], "left")
        .join(here, ["source", "source_key"], "left")
        .where(F.col("_seen").isNotNull() | F.col("_here").isNull())
        .drop("_seen", "_here")
    )
    closed = (
        settled.alias("a").join(opened.alias("b"), is_same, "left_anti").withColumn("event", F.lit("closed"))
    )
    return new.unionByName(with_run(context, closed).select(*new.columns))


def _counts(parsed: DataFrame, raw: DataFrame) -> dict[str, int]:
    counts = {"files.duplicates": raw.where(F.col("duplicate_of").isNotNull()).count()}
    files = F.countDistinct("source", "source_key").alias("files")
    for row in parsed.groupBy("reason").agg(F.count(F.lit(1)).alias("rows"), files).collect():
        if row["reason"]:
            counts[f"refused.{row['reason']}"] = row["rows"]
        else:  # a wrapper such as pmc-articleset is one file of several articles
            counts["files.parsed"], counts["articles.parsed"] = row["files"], row["rows"]
    return counts


STAGE = Stage(
    name="parse_articles",
    version=2,
    inputs=("raw_articles",),
    settings=lambda context: (PARSER_VERSION,),
    build=build,
    by_article=("articles", "figures"),
)
