"""Article metadata from the source in addition to the XML, notices of concern, events since the last run."""

from __future__ import annotations

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

# From free to restricted: of two statements that differ, the stricter one applies.
GROUPS = ("commercial", "noncommercial", "other")
NOTICE = "object-of-concern"
CONCERN = r"(?i)^(?!object-of-)(?:.*[-_ ])?concern(?:[-_ ].*)?$"


def with_source_metadata(parsed: DataFrame, raw: DataFrame) -> DataFrame:
    """Add the source's metadata to parsed files; one row in, one row out.

    An article is retracted if the XML or the source says so. If the XML states a licence, the stricter of the
    two groups applies, otherwise the source's. Files of a folder have no such metadata and stay unchanged.
    """
    metadata = raw.where(F.col("metadata").isNotNull()).select(
        "source",
        "source_key",
        F.col("metadata.is_retracted").alias("_retracted"),
        F.col("metadata.licence_code").alias("_code"),
        F.col("metadata.licence_group").alias("_group"),
        F.col("metadata.is_manuscript").alias("_manuscript"),
        F.col("metadata.version").alias("_version"),
        F.transform("metadata.media_urls", _file_name).alias("_media"),
        F.lit(True).alias("_has_metadata"),
    )
    joined = parsed.join(metadata, ["source", "source_key"], "left")
    retracted = F.coalesce(F.col("_retracted"), F.lit(False))
    states_none = (
        F.col("licence_code").isNull() & F.col("licence_text").isNull() & F.col("licence_url").isNull()
    )
    group = (
        F.when(F.col("_has_metadata").isNull(), F.col("licence_group"))
        .when(states_none, F.col("_group"))
        .otherwise(F.element_at(_literals(), F.greatest(_rank("licence_group"), _rank("_group"))))
    )
    # Both state a licence, but not the same: readers should see this error of the source.
    differ = F.col("_code").isNotNull() & ~states_none & (F.col("licence_group") != F.col("_group"))
    warning = F.concat(F.lit("licence_contradicts: PMC says "), F.col("_code"))
    concerns = F.exists("related_articles", lambda r: F.coalesce(r["relation"].rlike(CONCERN), F.lit(False)))
    return joined.withColumns(
        {
            "is_retracted": F.col("is_retracted") | retracted,
            "retraction_evidence": F.coalesce(
                "retraction_evidence", F.when(retracted, F.lit("PMC metadata: is_retracted"))
            ),
            "licence_group": group,
            "pmc_licence_code": F.col("_code"),
            "is_manuscript": F.col("_manuscript"),
            "pmc_version": F.coalesce("_version", "pmc_version"),
            "media": F.col("_media"),
            "has_concern": F.coalesce(concerns, F.lit(False)),
            "warnings": F.when(
                differ, F.concat(F.coalesce("warnings", F.array()), F.array(warning))
            ).otherwise(F.col("warnings")),
        }
    ).drop("_retracted", "_code", "_group", "_manuscript", "_version", "_media", "_has_metadata")


def notice_relations() -> Column:
    """Return the `related_articles` that an article expresses concern about."""
    return F.filter("related_articles", lambda r: F.lower(r["relation"]) == NOTICE).alias("related_articles")


def works_in_notices(articles: DataFrame) -> DataFrame:
    """Return the works that notices among these articles express concern about: `work`, a DOI or a PMC id."""
    each = articles.select(notice_relations()).select(F.explode("related_articles").alias("r"))
    target = F.lower(F.trim("r.target"))
    doi = F.regexp_extract(target, r"(10\.[0-9]{4,}/.+)$", 1)
    pmcid = F.regexp_extract(target, r"^(?:pmc)?([0-9]+)$", 1)
    by_pmc = F.lower("r.link_type").isin("pmc", "pmcid") | target.startswith("pmc")
    work = F.when(doi != "", doi).when(by_pmc & (pmcid != ""), F.concat(F.lit("PMC"), pmcid))
    return each.select(work.alias("work")).where("work IS NOT NULL").distinct()


def articles_of_works(articles: DataFrame, works: DataFrame) -> DataFrame:
    """Return the distinct rows of articles that are among the works, by DOI or PMC id."""
    works = F.broadcast(works.withColumn("_named", F.lit(True)))
    by_doi = articles.join(works, F.col("doi") == F.col("work"), "left_semi")
    return by_doi.unionByName(articles.join(works, F.col("pmcid") == F.col("work"), "left_semi")).distinct()


def with_concerns(versions: DataFrame, works: DataFrame) -> DataFrame:
    """Set `has_concern` also if another article's notice names the work; one row in, one row out."""
    by_doi = works.select(F.col("work").alias("doi"), F.lit(True).alias("_by_doi"))
    by_id = works.select(F.col("work").alias("pmcid"), F.lit(True).alias("_by_id"))
    joined = versions.join(F.broadcast(by_doi), "doi", "left").join(F.broadcast(by_id), "pmcid", "left")
    named = F.col("_by_doi").isNotNull() | F.col("_by_id").isNotNull()
    return joined.withColumn("has_concern", F.col("has_concern") | named).drop("_by_doi", "_by_id")


def event_counts(versions: DataFrame, before: DataFrame) -> dict[str, int]:
    """Count the changes of works that existed before and still do, by their current versions.

    Kinds: concern, retracted, licence, superseded; each work counts once per kind.
    """
    columns = ("article_key", "article_version", "has_concern", "is_retracted", "licence_group")
    old = before.where("is_current").select(*columns).alias("o")
    new = versions.where("is_current").select(*columns).alias("n")
    both = new.join(old, F.col("n.article_key") == F.col("o.article_key"))
    kinds = {
        "events.concern": F.col("n.has_concern") & ~F.coalesce(F.col("o.has_concern"), F.lit(False)),
        "events.retracted": F.col("n.is_retracted") & ~F.coalesce(F.col("o.is_retracted"), F.lit(False)),
        "events.licence": F.col("n.licence_group") != F.col("o.licence_group"),
        "events.superseded": F.col("n.article_version") != F.col("o.article_version"),
    }
    row = both.agg(*[F.count_if(kind).alias(name) for name, kind in kinds.items()]).collect()[0].asDict()
    return {name: int(count) for name, count in row.items() if count}


def _file_name(url: Column) -> Column:
    return F.regexp_extract(url, r"([^/?]+)(?:\?.*)?$", 1)


def _literals() -> Column:
    return F.array(*[F.lit(group) for group in GROUPS])


def _rank(name: str) -> Column:
    rank = F.lit(len(GROUPS))
    for number, group in enumerate(GROUPS, 1):
        rank = F.when(F.col(name) == group, F.lit(number)).otherwise(rank)
    return rank
