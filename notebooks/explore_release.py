# Databricks notebook source
# MAGIC %md
# MAGIC # Explore a release
# MAGIC Charts of a release, its most frequent concepts, an earlier release, and what changed between them.
# MAGIC
# MAGIC On Databricks: install the wheel with its extra `notebook` on a cluster in access mode *Dedicated*
# MAGIC that has Spark NLP, and set the widgets. Elsewhere run it as a script; the environment variables
# MAGIC `MEDCONCEPT_LAKE`, `MEDCONCEPT_RELEASE` (default: the last) and `MEDCONCEPT_PICTURES` (the folder of
# MAGIC the charts, with one folder in it for each release) replace the widgets.

# COMMAND ----------

import base64
import os
from pathlib import Path

from pyspark.sql import functions as F

from medconcept.config import SparkConfig
from medconcept.lake import queries
from medconcept.lake.lake import Lake
from medconcept.report.charts import write_charts
from medconcept.report.release_counts import count_release
from medconcept.spark.session import get_session


def setting(name: str, default: str) -> str:
    """The value of a widget where the platform has widgets, else of an environment variable."""
    widgets = globals().get("dbutils")
    if widgets is None:
        return os.environ.get(f"MEDCONCEPT_{name.upper()}", default)
    widgets.widgets.text(name, default)
    return str(widgets.widgets.get(name))


def show(picture: Path) -> None:
    """Display a PNG file where the notebook can; print its name."""
    print(picture)
    if "displayHTML" in globals():
        data = base64.b64encode(picture.read_bytes()).decode()
        globals()["displayHTML"](f'<img style="max-width: 100%" src="data:image/png;base64,{data}">')


# Off a cluster the session lasts a minute: the second compiler of the JVM would not pay off.
spark = get_session(SparkConfig(java_options="-XX:+UseParallelGC -XX:TieredStopAtLevel=1"))
lake = Lake(spark, setting("lake", "build/demo/lake"))
queries.require_lake(lake)

# COMMAND ----------

# MAGIC %md
# MAGIC ## The releases of this lake

# COMMAND ----------

releases = lake.read("releases").orderBy("commit_seq").select("name", "commit_seq", "rows").collect()
for row in releases:
    print(f"{row['name']}: commit {row['commit_seq']}, {row['rows']['triplets']:,} triplets")
release = setting("release", "") or releases[-1]["name"]
at = queries.resolve_commit(lake, release=release)

# COMMAND ----------

# MAGIC %md
# MAGIC ## The release in charts
# MAGIC Articles by year, journal and licence; the concepts that captions are about, their long tail, and
# MAGIC which occur together; what was refused and skipped.

# COMMAND ----------

held = setting("licences_held", "").split(",")  # restricted vocabularies, such as SNOMEDCT_US
counts = count_release(lake, release, at, licences_held=held)
pictures = write_charts(counts, Path(setting("pictures", "build/pictures"), release))
for picture in pictures:
    show(picture)

# COMMAND ----------

# MAGIC %md
# MAGIC ## Any question in SQL, at that release

# COMMAND ----------

frequent = queries.run_sql(
    lake,
    """
    SELECT c.preferred_name, c.semantic_types[0] AS kind, count(DISTINCT m.figure_key) AS captions
    FROM mentions m JOIN concepts c USING (concept_id)
    WHERE NOT arrays_overlap(m.flags, array('general', 'peripheral'))
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
mismatches = mentions.join(figures.select("figure_key", "caption"), "figure_key").where(
    F.concat_ws(" ", pieces) != F.col("text")
)
mismatch_count = mismatches.count()
print(f"mentions whose text is not that of their spans: {mismatch_count}")

# COMMAND ----------

# MAGIC %md
# MAGIC ## Time travel: the first release, and what changed since

# COMMAND ----------

first = releases[0]["name"]
first_figures = queries.run_sql(
    lake, "SELECT count(*) AS figures FROM figures", queries.resolve_commit(lake, release=first)
)
figures_then = first_figures.collect()[0]["figures"]
print(f"{first}: {figures_then:,} figures; {release}: {figures.count():,}")
changes = queries.diff(lake, first, release)
for table, changed in changes.items():
    print(table, changed)
