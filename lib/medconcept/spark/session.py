"""The Spark session: the platform's where there is one, else one started here (the only getOrCreate)."""

from __future__ import annotations

import os
import signal
import sys
import threading
from typing import Any

import pyspark
from py4j.java_gateway import java_import
from py4j.protocol import Py4JJavaError
from pyspark import SparkConf, SparkContext
from pyspark.errors import PySparkRuntimeError
from pyspark.sql import SparkSession

from medconcept.config import SparkConfig
from medconcept.errors import ConfigError, first_line
from medconcept.provision.jars import find_jars
from medconcept.provision.java import find_java
from medconcept.spark.cluster import SCALA, SPARK, require_version, require_workers
from medconcept.spark.noise import conf_file, hide_known_noise, log_option

SNAPSHOT_PARTITIONS = "spark.databricks.delta.snapshotPartitions"
DELTA_EXTENSION = "io.delta.sql.DeltaSparkSessionExtension"
# Settings that may be changed in a running session, by us or by its user, and that matter to what is written.
CARRIED = (
    "spark.sql.session.timeZone",
    "spark.sql.parquet.compression.codec",
    "spark.sql.parquet.columnarReaderBatchSize",
    "spark.sql.shuffle.partitions",
    "spark.sql.ansi.enabled",
    "parquet.page.verify-checksum.enabled",
    SNAPSHOT_PARTITIONS,
)
DELTA_CATALOG = "org.apache.spark.sql.delta.catalog.DeltaCatalog"
SIDE_RESULTS_POOL = "side_results"  # as conf/fairscheduler.xml calls it


def get_session(config: SparkConfig, app_name: str = "medconcept") -> SparkSession:
    """Return the active session, or start one with Delta and Spark NLP on its class path.

    Unless `config.verbose`, Spark's warnings do not reach the terminal. Raises ConfigError where Java or the
    JARs are missing, where Java does not start, where Spark is of another version, where the platform's
    session lacks Delta or Spark NLP, and where a cluster's workers lack what they need.
    """
    active = SparkSession.getActiveSession()
    if active is None and SparkContext._active_spark_context is not None:
        active = SparkSession.builder.getOrCreate()  # a platform's, which this thread has not used yet
    if active is not None:
        require_version(active.version)
    else:
        active = _started(config, app_name)
    if not config.verbose:
        hide_known_noise(active)
    active.conf.set("spark.sql.session.timeZone", "UTC")
    # XML, captions and names: zstd takes a fifth of the bytes, Spark's own choice (snappy) a third.
    active.conf.set("spark.sql.parquet.compression.codec", "zstd")
    # A row may be a whole article: 4,096 of them at once, Spark's own choice, are half a gigabyte a task.
    active.conf.set("spark.sql.parquet.columnarReaderBatchSize", "256")
    # Pages have checksums, which readers ignore by default: a changed byte would be another value.
    active.conf.set("parquet.page.verify-checksum.enabled", "true")
    # Delta's public class: Databricks has its own code behind it, under other names.
    _require(active, "io.delta.tables.DeltaTable", "Delta Lake (io.delta:delta-spark_2.12)")
    _require(
        active, "com.johnsnowlabs.nlp.DocumentAssembler", "Spark NLP (com.johnsnowlabs.nlp:spark-nlp_2.12)"
    )
    if active.conf.get(SNAPSHOT_PARTITIONS, None) is None:
        # Delta reads its log in 50 tasks by default; with few cores they cost more than the log.
        active.conf.set(SNAPSHOT_PARTITIONS, str(min(50, active.sparkContext.defaultParallelism)))
    # Otherwise each use of pyspark.sql.functions has the JVM search every JAR for the name in eight packages.
    for name in ("sql.functions", "sql.SparkSession", "sql.SparkSession$", "api.python.PythonUtils"):
        java_import(active._jvm, f"org.apache.spark.{name}")
    require_workers(active)
    return active


def new_session(spark: SparkSession) -> SparkSession:
    """Return a session of the same application with its own views and settings; CARRIED are copied to it."""
    other = spark.newSession()
    for name in CARRIED:
        if (value := spark.conf.get(name, None)) is not None:
            other.conf.set(name, value)
    return other


def _started(config: SparkConfig, app_name: str) -> SparkSession:
    on_interrupt = signal.getsignal(signal.SIGINT)
    require_version(pyspark.__version__)
    try:
        session = _builder(config, app_name).getOrCreate()
        if on_interrupt is not signal.default_int_handler and _is_main_thread():
            # Spark has put its own handler in place, which calls Java in the middle of another call.
            signal.signal(signal.SIGINT, on_interrupt)
        return session
    except PySparkRuntimeError as error:
        if error.getErrorClass() != "JAVA_GATEWAY_EXITED":
            raise
        raise ConfigError(
            "Spark's Java process ended as it started; check spark.driver_memory, spark.java_options and "
            "spark.options of the configuration (--verbose shows what Spark logs)"
        ) from error
    except Py4JJavaError as error:
        master = SparkConf().get("spark.master", config.master) or ""
        if not master.startswith("spark://"):
            raise
        # One of another version does not answer either; Spark then fails in one of several ways.
        raise ConfigError(
            f"Spark did not start on {master}: is it up, and of Spark {SPARK} with Scala {SCALA}? "
            f"({first_line(str(error.java_exception))[:200]})"
        ) from error


def _is_main_thread() -> bool:
    return threading.current_thread() is threading.main_thread()


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
        # A run has several jobs at once; one that all wait for must not queue behind a larger one.
        .config("spark.scheduler.mode", "FAIR")
        .config("spark.scheduler.allocation.file", conf_file("fairscheduler.xml").as_uri())
        # Kryo is what Spark NLP's annotators are tested with; its buffer must hold one annotator.
        .config("spark.serializer", "org.apache.spark.serializer.KryoSerializer")
        .config("spark.kryoserializer.buffer.max", "512m")
    )
    if "PYSPARK_GATEWAY_PORT" in os.environ:  # spark-submit has set master, memory and JARs already
        # Before a session exists: it would load JARs of another Scala.
        SparkContext._ensure_initialized()
        jvm: Any = SparkContext._jvm
        require_version(pyspark.__version__, jvm.scala.util.Properties.versionNumberString())
        return builder
    builder = (
        builder.master(config.master)
        .config("spark.driver.memory", config.driver_memory)
        .config("spark.sql.shuffle.partitions", str(config.shuffle_partitions))
        .config("spark.ui.enabled", "false")
        .config("spark.driver.extraJavaOptions", _java_options(config))
        .config(SNAPSHOT_PARTITIONS, "1")  # on one machine, more tasks cost more than the log
        .config("spark.sql.sources.parallelPartitionDiscovery.parallelism", str(config.shuffle_partitions))
    )
    # Workers run this interpreter; a cluster's own choice, set in the environment, comes first.
    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
    os.environ["JAVA_HOME"] = str(find_java(os.environ))
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")  # TensorFlow tells each process how it was built
    if config.master.startswith("local"):
        os.environ.setdefault("SPARK_LOCAL_IP", "127.0.0.1")  # else Spark looks the host's name up, and warns
        builder = builder.config("spark.driver.host", "127.0.0.1").config(
            "spark.driver.bindAddress", "127.0.0.1"
        )
    if "spark.jars.packages" in config.options:  # the user chose Spark's resolver
        return builder
    return builder.config("spark.jars", ",".join(map(str, find_jars(config.jars))))


def _java_options(config: SparkConfig) -> str:
    own = config.java_options
    return own if config.verbose or "log4j2.configurationFile" in own else f"{own} {log_option()}".strip()


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
