"""The Spark session: the platform's where there is one, else one made here (the only getOrCreate)."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

from py4j.java_gateway import java_import
from pyspark.sql import SparkSession

from medconcept.config import SparkConfig
from medconcept.errors import ConfigError
from medconcept.provision.errors import ProvisionError
from medconcept.provision.jars import JAR_COORDINATES, JAR_EXCLUDES
from medconcept.provision.java import find_java

DELTA_EXTENSION = "io.delta.sql.DeltaSparkSessionExtension"
# What may have been set in a session after it was made, by us or by its user, and changes what is written.
CARRIED = (
    "spark.sql.session.timeZone",
    "spark.sql.parquet.compression.codec",
    "spark.sql.parquet.columnarReaderBatchSize",
    "spark.sql.shuffle.partitions",
    "spark.sql.ansi.enabled",
)
DELTA_CATALOG = "org.apache.spark.sql.delta.catalog.DeltaCatalog"


def get_session(config: SparkConfig, app_name: str = "medconcept") -> SparkSession:
    """Return the active session, or start one with Delta and Spark NLP on its class path.

    Raises ConfigError where the session that the platform made lacks Delta or Spark NLP.
    """
    active = SparkSession.getActiveSession()
    if active is None:
        active = _builder(config, app_name).getOrCreate()
    active.conf.set("spark.sql.session.timeZone", "UTC")
    # XML, captions and names: zstd takes a fifth of the bytes, Spark's own choice (snappy) a third.
    active.conf.set("spark.sql.parquet.compression.codec", "zstd")
    # A row may be a whole article: 4,096 of them at once, Spark's own choice, are half a gigabyte a task.
    active.conf.set("spark.sql.parquet.columnarReaderBatchSize", "256")
    _require(active, "org.apache.spark.sql.delta.DeltaLog", "Delta Lake (io.delta:delta-spark_2.12)")
    _require(
        active, "com.johnsnowlabs.nlp.DocumentAssembler", "Spark NLP (com.johnsnowlabs.nlp:spark-nlp_2.12)"
    )
    # Otherwise each use of pyspark.sql.functions has the JVM search every JAR for the name in eight packages.
    java_import(active._jvm, "org.apache.spark.sql.functions")
    return active


def new_session(spark: SparkSession) -> SparkSession:
    """A session of the same application with views and settings of its own; CARRIED are as they are here."""
    beside = spark.newSession()
    for name in CARRIED:
        if (value := spark.conf.get(name, None)) is not None:
            beside.conf.set(name, value)
    return beside


def _builder(config: SparkConfig, app_name: str) -> SparkSession.Builder:
    builder = SparkSession.builder.appName(app_name)
    for name, value in config.options.items():
        builder = builder.config(name, value)
    builder = (
        builder.config("spark.sql.extensions", DELTA_EXTENSION)
        .config("spark.sql.catalog.spark_catalog", DELTA_CATALOG)
        .config("spark.sql.session.timeZone", "UTC")
        .config("spark.ui.showConsoleProgress", "false")
        # A run has some hundred plans; of the code compiled for them Spark keeps that of 100 by default.
        .config("spark.sql.codegen.cache.maxEntries", "4000")
        # A run has several jobs at once; one that all wait for must not stand behind a larger one.
        .config("spark.scheduler.mode", "FAIR")
        # Kryo is what Spark NLP's annotators are tested with; its buffer must hold one annotator.
        .config("spark.serializer", "org.apache.spark.serializer.KryoSerializer")
        .config("spark.kryoserializer.buffer.max", "512m")
    )
    if "PYSPARK_GATEWAY_PORT" in os.environ:  # spark-submit has set master, memory and JARs already
        return builder
    builder = (
        builder.master(config.master)
        .config("spark.driver.memory", config.driver_memory)
        .config("spark.sql.shuffle.partitions", str(config.shuffle_partitions))
        .config("spark.ui.enabled", "false")
        .config("spark.driver.extraJavaOptions", config.java_options)
        # Delta reads its log in 50 tasks by default; on one machine they cost more than the log.
        .config("spark.databricks.delta.snapshotPartitions", "1")
        .config("spark.sql.sources.parallelPartitionDiscovery.parallelism", str(config.shuffle_partitions))
    )
    # Workers run this interpreter; a cluster's own choice, made in the environment, comes first.
    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
    _use_java()
    if config.master.startswith("local"):
        builder = builder.config("spark.driver.host", "127.0.0.1").config(
            "spark.driver.bindAddress", "127.0.0.1"
        )
    jars = _jar_files(config)
    if jars:
        return builder.config("spark.jars", ",".join(jars))
    return builder.config("spark.jars.packages", ",".join(JAR_COORDINATES)).config(
        "spark.jars.excludes", ",".join(JAR_EXCLUDES)
    )


def _use_java() -> None:
    try:
        os.environ["JAVA_HOME"] = str(find_java(os.environ))
    except ProvisionError as error:
        raise ConfigError(str(error)) from error


def _jar_files(config: SparkConfig) -> list[str]:
    folder = Path(config.jars or os.environ.get("MEDCONCEPT_JARS", "build/jars"))
    return sorted(str(jar.resolve()) for jar in folder.glob("*.jar")) if folder.is_dir() else []


def _require(spark: SparkSession, class_name: str, what: str) -> None:
    jvm: Any = getattr(spark, "_jvm", None)
    if jvm is None:
        raise ConfigError(
            "this Spark session is a Spark Connect client; medconcept needs the driver's own session "
            "(on Databricks: access mode Dedicated)"
        )
    try:
        # The context class loader also sees JARs that came by --jars or spark.jars.
        jvm.java.lang.Thread.currentThread().getContextClassLoader().loadClass(class_name)
    except Exception as error:
        raise ConfigError(f"this Spark session lacks {what}: add it to the cluster's libraries") from error
