"""Spark's log on a user's terminal: only errors, unless everything is requested."""

from __future__ import annotations

import atexit
import shutil
import tempfile
from contextlib import suppress
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any

from pyspark.sql import SparkSession

# Loggers whose warnings say nothing that a user can act on: no native Hadoop library on this machine, a plan
# too long to be logged whole, a pool that a cluster's own scheduler file lacks.
KNOWN_NOISE = (
    "org.apache.hadoop.util.NativeCodeLoader",
    "org.apache.spark.sql.catalyst.util.SparkStringUtils",
    "org.apache.spark.scheduler.FairSchedulableBuilder",
)


@cache
def conf_file(name: str) -> Path:
    """A file of `spark/conf` on this machine's disk, copied there first where the package is in a zip."""
    packaged = resources.files("medconcept.spark").joinpath("conf", name)
    if isinstance(packaged, Path):
        return packaged.resolve()
    folder = Path(tempfile.mkdtemp(prefix="medconcept-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    (folder / name).write_bytes(packaged.read_bytes())
    return folder / name


def log_option() -> str:
    """The option for Java that makes it log only errors, from its first line on."""
    return f"-Dlog4j2.configurationFile={conf_file('log4j2.properties').as_uri()}"


def hide_known_noise(spark: SparkSession) -> None:
    """Make the loggers of KNOWN_NOISE log only errors; no other logger of the session is changed."""
    jvm: Any = getattr(spark, "_jvm", None)
    with suppress(Exception):  # a platform may log by other means than log4j 2, which is no reason to fail
        log4j = jvm.org.apache.logging.log4j
        for name in KNOWN_NOISE:
            log4j.core.config.Configurator.setLevel(name, log4j.Level.ERROR)
