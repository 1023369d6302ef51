"""An example DAG for Airflow: each job as a `spark-submit` of its own, in order; docs/cluster.md explains it.

Needs the provider apache-airflow-providers-apache-spark, a checkout in HOME after `make setup dist`, and a
connection `spark_default`. Copy it to Airflow's folder of DAGs, and set the three values below.
"""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import Any

from airflow import DAG
from airflow.exceptions import AirflowException, AirflowFailException
from airflow.providers.apache.spark.operators.spark_submit import SparkSubmitOperator

HOME = "/opt/medconcept"
LAKE = "s3a://BUCKET/medconcept/lake"
SOURCE = "s3a://BUCKET/medconcept/articles"

# In this order, one at a time: a lake has one writer.
JOBS = (
    "sync_articles",
    "parse_articles",
    "build_dictionary",
    "annotate_captions",
    "resolve_images",
    "assemble_triplets",
    "publish_release",
)
# Configuration, order, gate, suite, damaged lake: the next attempt would end in the same way.
NOT_TO_RETRY = {2, 4, 5, 6, 8}


class MedconceptJob(SparkSubmitOperator):
    """A job whose exit code decides whether Airflow tries again."""

    def execute(self, context: Any) -> None:
        """Run the job; fails for good with a code of NOT_TO_RETRY."""
        try:
            super().execute(context)
        except AirflowException as error:
            codes = {int(code) for code in re.findall(r"(?:Error|exit) code is: (\d+)", str(error))}
            if codes & NOT_TO_RETRY:
                raise AirflowFailException(str(error)) from error
            raise


with DAG(
    dag_id="medconcept",
    schedule="@daily",
    start_date=datetime(2026, 1, 1),
    catchup=False,  # a run takes in all that is new, whatever the day
    max_active_runs=1,  # a second run would end with exit code 7
    default_args={"retries": 3, "retry_delay": timedelta(minutes=2)},
) as dag:
    before = None
    for job in JOBS:
        task = MedconceptJob(
            task_id=job,
            name=f"medconcept-{job}",
            application=f"{HOME}/jobs/{job}.py",
            application_args=["--config", f"{HOME}/conf/cluster.yaml", "--lake", LAKE, "--input", SOURCE],
            properties_file=f"{HOME}/conf/spark/standalone.conf",
            # Airflow starts it in a folder of its own: absolute paths instead of those in the file.
            jars=f"{HOME}/build/jars/*.jar",
            py_files=f"{HOME}/dist/medconcept.zip",
            archives=f"{HOME}/dist/environment.tar.gz#environment",
            conf={
                "spark.pyspark.driver.python": f"{HOME}/.venv/bin/python",
                "spark.driver.extraJavaOptions": "-Dlog4j2.configurationFile="
                f"{HOME}/lib/medconcept/spark/conf/log4j2.properties",
            },
        )
        if before is not None:
            before >> task
        before = task
