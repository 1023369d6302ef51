"""Article metadata from the source in addition to the XML, notices about other works, events since a run."""

from __future__ import annotations

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

# From free to restricted: of two statements that differ, the stricter one applies.
GROUPS = ("commercial", "noncommercial", "other")
# The relation of a notice to the work that it is about, by what it says of it. Of retractions, JATS and the
# publishers have several names; `retracted-by` and `retraction-forward` lead the other way.
RETRACTION, OF_CONCERN = "retraction", "concern"
NOTICES = {
    OF_CONCERN: r"(?i)^object-of-concern$",
    RETRACTION: r"(?i)^(?:partial(?:ly)?[-_ ])?(?:retracted|withdrawn|removed)[-_ ]"
    r"(?:article|paper|publication)$"
    r"|^(?:is[-_ ])?(?:partial[-_ ])?(?:retraction|withdrawal|removal)[-_ ]of$|^object-of-retraction$",
}
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
    """Return the `related_articles` that an article retracts or expresses concern about."""
    of_notice = F.filter("related_articles", lambda r: _notice(r["relation"]).isNotNull())
    return of_notice.alias("related_articles")


def works_in_notices(articles: DataFrame) -> DataFrame:
    """Return the works that notices among these articles are about: kind, work, notice (its article_key).

    A work is a DOI in lower case, `PMC<digits>` or `pmid:<digits>`. A notice that gives no address of the
    work may have its DOI in the text of the citation.
    """
    each = articles.select(F.col("article_key").alias("notice"), F.explode(notice_relations()).alias("r"))
    target = F.regexp_replace(F.lower(F.trim("r.target")), "%2f", "/")
    link = F.coalesce(F.lower("r.link_type"), F.lit(""))

    def found(text: Column, pattern: str) -> Column:
        return F.nullif(F.regexp_extract(text, pattern, 1), F.lit(""))

    number = found(target, r"^([0-9]+)$")
    pmcid = F.coalesce(found(target, r"(?:^|/)pmc([0-9]+)/?$"), F.when(link.isin("pmc", "pmcid"), number))
    pmid = F.coalesce(
        found(target, r"(?:pubmed|pmid)[^?]*?[/:]([0-9]+)/?$"), F.when(link.isin("pmid", "pubmed"), number)
    )
    in_text = found(F.lower("r.text"), r"(10\.[0-9]{4,9}/[^\s\"<>]+)")
    cited = F.when(F.coalesce(target, F.lit("")) == "", in_text)
    doi = F.regexp_replace(F.coalesce(found(target, r"(10\.[0-9]{4,}/.+)$"), cited), r"[\s.,;]+$", "")
    work = F.coalesce(doi, F.concat(F.lit("PMC"), pmcid), F.concat(F.lit("pmid:"), pmid))
    named = each.select(_notice(F.col("r.relation")).alias("kind"), work.alias("work"), "notice")
    return named.where("work IS NOT NULL").distinct()


def articles_of_works(articles: DataFrame, works: DataFrame) -> DataFrame:
    """Return article_key, kind and notice for articles that are among the works, by DOI, PMC id or PubMed id.

    A notice is not about itself.
    """
    ids = F.array("doi", "pmcid", F.concat(F.lit("pmid:"), "pmid"))
    each = articles.select("article_key", F.explode(F.array_distinct(ids)).alias("work"))
    named = each.join(F.broadcast(works), "work").where("article_key <> notice")
    return named.select("article_key", "kind", "notice").distinct()


def with_notices(versions: DataFrame, works: DataFrame) -> DataFrame:
    """Set `has_concern`, or `is_retracted` with its evidence, also if another article's notice names the
    work; one row in, one row out.

    All versions of a work are marked. Of several notices the one with the first key is the evidence.
    """
    kind = F.col("kind")
    named = (
        articles_of_works(versions, works)
        .groupBy("article_key")
        .agg(
            F.max(kind == OF_CONCERN).alias("_concern"),
            F.min(F.when(kind == RETRACTION, F.col("notice"))).alias("_notice"),
        )
    )
    return (
        versions.join(F.broadcast(named), "article_key", "left")
        .withColumns(
            {
                "has_concern": F.col("has_concern") | F.coalesce("_concern", F.lit(False)),
                "is_retracted": F.col("is_retracted") | F.col("_notice").isNotNull(),
                "retraction_evidence": F.coalesce(
                    "retraction_evidence", F.concat(F.lit("retraction notice: "), "_notice")
                ),
            }
        )
        .drop("_concern", "_notice")
    )


def _notice(relation: Column) -> Column:
    """What an article with this relation to another says of it, one of NOTICES; null for any other."""
    kind = F.lit(None).cast("string")
    for name, pattern in NOTICES.items():
        kind = F.when(relation.rlike(pattern), F.lit(name)).otherwise(kind)
    return kind


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
