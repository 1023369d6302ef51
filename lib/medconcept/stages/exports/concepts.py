"""How often the concepts of an export are named: the long tail, and those at its head."""

from __future__ import annotations

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from medconcept.exports.facts import ConceptFrequency

# Rows that name a concept, up to so many.
_BINS = (("1", 1), ("2–9", 9), ("10–99", 99), ("100–999", 999), ("1,000 and more", None))
_FREQUENT = 20


def concept_frequency(triplets: DataFrame, chosen: DataFrame) -> ConceptFrequency:
    """Concepts by the number of exported rows that name them; `chosen` has the triplet_key of these rows."""
    ids = triplets.join(chosen.select("triplet_key"), "triplet_key", "left_semi")
    named = ids.select("triplet_key", F.explode("concepts").alias("c"))
    rows = F.count_distinct("triplet_key").alias("rows")
    each = named.groupBy(F.col("c.concept_id").alias("id")).agg(rows, F.min("c.preferred_name").alias("name"))
    each = each.persist()
    bins = F.coalesce(
        *(F.when(F.col("rows") <= most, name) for name, most in _BINS if most), F.lit(_BINS[-1][0])
    )
    counts = {row["bin"]: row["count"] for row in each.groupBy(bins.alias("bin")).count().collect()}
    top = each.orderBy(F.desc("rows"), "id").limit(_FREQUENT).collect()
    each.unpersist()
    return ConceptFrequency(
        sum(counts.values()),
        {name: counts[name] for name, _ in _BINS if name in counts},
        [(row["id"], row["name"], row["rows"]) for row in top],
    )
