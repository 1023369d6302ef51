# Databricks notebook source
# MAGIC %md
# MAGIC # Explore a release
# MAGIC Captions with their concepts, the most frequent concepts, any version as it was, and what changed.
# MAGIC
# MAGIC On Databricks: install the wheel on a cluster in access mode *Dedicated* that has Spark NLP, and set
# MAGIC the widgets. Elsewhere the variables `MEDCONCEPT_LAKE` and `MEDCONCEPT_RELEASE` say the same.

# COMMAND ----------

import os

from pyspark.sql import functions as F

from medconcept.config import Config, SparkConfig
from medconcept.lake import queries
from medconcept.lake.lake import Lake
from medconcept.report.write import gather, render
from medconcept.spark.session import get_session


def setting(name: str, default: str) -> str:
    """A widget where the platform has widgets, else an environment variable."""
    widgets = globals().get("dbutils")
    if widgets is None:
        return os.environ.get(f"MEDCONCEPT_{name.upper()}", default)
    widgets.widgets.text(name, default)
    return str(widgets.widgets.get(name))


def show(html: str) -> None:
    """Show HTML where the notebook can, else leave it in `pages` for whoever runs this file."""
    pages.append(html)
    if "displayHTML" in globals():
        globals()["displayHTML"](html)


pages: list[str] = []
lake = Lake(get_session(SparkConfig()), setting("lake", "build/demo/lake"))
release = setting("release", "")

# COMMAND ----------

# MAGIC %md
# MAGIC ## The releases of this lake

# COMMAND ----------

releases = lake.read("releases").orderBy("commit_seq").select("name", "commit_seq", "rows").collect()
for row in releases:
    print(f"{row['name']}: commit {row['commit_seq']}, {row['rows']['triplets']:,} triplets")
release = release or releases[-1]["name"]
at = queries.resolve_commit(lake, release=release)

# COMMAND ----------

# MAGIC %md
# MAGIC ## In pictures

# COMMAND ----------

show(render(gather(lake, Config(lake=lake.root), [])))

# COMMAND ----------

# MAGIC %md
# MAGIC ## Any question, at that release

# COMMAND ----------

frequent = queries.run_sql(
    lake,
    """
    SELECT c.preferred_name, c.semantic_types[0] AS kind, count(DISTINCT m.figure_key) AS captions
    FROM mentions m JOIN concepts c USING (concept_id)
    WHERE NOT array_contains(m.flags, 'general')
    GROUP BY ALL ORDER BY captions DESC, preferred_name LIMIT 10
    """,
    at,
)
frequent.show(truncate=False)

# COMMAND ----------

# MAGIC %md
# MAGIC ## Every span indexes its caption

# COMMAND ----------

mentions, figures = lake.read("mentions", at), lake.read("figures", at)
pieces = F.expr("transform(spans, s -> substring(caption, s.start + 1, s.end - s.start))")
wrong = mentions.join(figures.select("figure_key", "caption"), "figure_key").where(
    F.concat_ws(" ", pieces) != F.col("text")
)
spans_that_do_not_fit = wrong.count()
print(f"spans that do not index their caption: {spans_that_do_not_fit}")

# COMMAND ----------

# MAGIC %md
# MAGIC ## Time travel: the first release beside this one, and what changed between them

# COMMAND ----------

first = releases[0]["name"]
then = queries.run_sql(
    lake, "SELECT count(*) AS figures FROM figures", queries.resolve_commit(lake, release=first)
)
figures_then = then.collect()[0]["figures"]
print(f"{first}: {figures_then:,} figures; {release}: {figures.count():,}")
changes = queries.diff(lake, first, release)
for table, counts in changes.items():
    print(table, counts)
