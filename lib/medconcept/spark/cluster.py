"""Checks of a cluster before any data is read: the version of Spark, and what the workers' Python has."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from py4j.protocol import Py4JJavaError
from pyspark.sql import SparkSession

from medconcept.errors import ConfigError

SPARK, SCALA = "3.5", "2.12"
"""The newest versions that Spark NLP's JAR is built for."""

# What code on workers imports, by the name under which it is installed.
PACKAGES = {
    "medconcept": "medconcept",
    "lxml": "lxml",
    "numpy": "numpy",
    "obstore": "obstore",
    "pandas": "pandas",
    "pillow": "PIL",
    "pyarrow": "pyarrow",
    "pyyaml": "yaml",
    "scipy": "scipy",
    "simplejpeg": "simplejpeg",
    "zstandard": "zstandard",
}
REMEDY = (
    "submit with --archives dist/environment.tar.gz#environment --py-files dist/medconcept.zip, as README.md "
    'shows under "On a cluster" (`make dist` makes both)'
)
# Of a failed job: host, and the first line of what went wrong there.
_LOST = re.compile(r"Lost task \S+ in stage \S+ \(TID \d+\) \((\S+) executor [^)]*\): ([^\n]*)")
_OTHER_PYTHON = re.compile(r"PYTHON_VERSION_MISMATCH\][^(]*\((\d+), (\d+)\)")
_HOSTS = 3  # named in a message; the others are counted

Examined = tuple[str, tuple[str, ...]]
"""The host of a worker and the packages that its Python lacks."""


def require_version(spark: str, scala: str | None = None) -> None:
    """Raise ConfigError unless these are versions of Spark and of its Scala that the JARs are built for.

    >>> require_version("3.5.9", "2.12.18")
    >>> require_version("4.0.1")
    Traceback (most recent call last):
    medconcept.errors.ConfigError: this is Spark 4.0.1; medconcept needs Spark 3.5 with Scala 2.12
    """
    if not spark.startswith(f"{SPARK}."):
        raise ConfigError(f"this is Spark {spark}; medconcept needs Spark {SPARK} with Scala {SCALA}")
    if scala is not None and not scala.startswith(f"{SCALA}."):
        raise ConfigError(
            f"this is Spark {spark} with Scala {scala}; medconcept needs Spark {SPARK} with Scala {SCALA}"
        )


def require_workers(spark: SparkSession, packages: Mapping[str, str] = PACKAGES) -> None:
    """Raise ConfigError where a worker's Python lacks a package, is of another version or does not start.

    One short Spark job, with tasks for every core that has registered so far; none in local mode, where the
    workers run the driver's own Python.
    """
    context = spark.sparkContext
    if re.match(r"local(\[|$)", str(context.master)):
        return
    tasks = 2 * context.defaultParallelism
    try:
        examined = (
            context.parallelize(range(tasks), tasks).mapPartitions(examination(packages)).distinct().collect()
        )
    except Py4JJavaError as error:
        raise ConfigError(failed_start(str(error))) from error
    if message := lacking(examined):
        raise ConfigError(message)


def examination(packages: Mapping[str, str]) -> Callable[[Iterable[Any]], Iterator[Examined]]:
    """A function for workers that states their host and which of the packages are not there.

    >>> next(examination({"json-package": "json", "no-such-package": "no_such_package"})([]))[1]
    ('no-such-package',)
    """

    # A function in a function travels whole; others by name, of a module that a worker may not have.
    def examine(rows: Iterable[Any]) -> Iterator[Examined]:
        from importlib.util import find_spec
        from socket import gethostname

        yield gethostname(), tuple(name for name, module in packages.items() if find_spec(module) is None)

    return examine


def lacking(examined: Iterable[Examined]) -> str | None:
    """One line about the packages that workers lack, None if they lack none.

    >>> lacking([("n1", ()), ("n2", ("lxml",)), ("n3", ("lxml",))])  # doctest: +ELLIPSIS
    'Python on the workers of this cluster lacks lxml (on n2, n3): submit with ...'
    >>> lacking([("n1", ())])
    """
    hosts: dict[tuple[str, ...], set[str]] = {}
    for host, missing in examined:
        if missing:
            hosts.setdefault(missing, set()).add(host)
    if not hosts:
        return None
    parts = [f"{', '.join(missing)} (on {_named(sorted(where))})" for missing, where in hosts.items()]
    return f"Python on the workers of this cluster lacks {'; '.join(parts)}: {REMEDY}"


def _named(hosts: list[str]) -> str:
    more = f" and {len(hosts) - _HOSTS} more" if len(hosts) > _HOSTS else ""
    return ", ".join(hosts[:_HOSTS]) + more


def failed_start(error: str) -> str:
    """One line about an error of Spark that says that the workers' Python did not start or is another one.

    >>> lost = "Lost task 0.3 in stage 0.0 (TID 3) (n1 executor 0): java.io.IOException: Cannot run program x"
    >>> failed_start(lost).split(";")[0]
    'Python on the workers of this cluster does not start (on n1): java.io.IOException: Cannot run program x'
    """
    lost = _LOST.search(error)
    host, reason = (lost[1], lost[2]) if lost else ("an unnamed host", " ".join(error.split())[:200])
    if other := _OTHER_PYTHON.search(error):
        ours = f"{sys.version_info.major}.{sys.version_info.minor}"
        return (
            f"the workers of this cluster run Python {other[1]}.{other[2]} (on {host}), the driver {ours}; "
            f"they must be of one minor version: {REMEDY}"
        )
    return f"Python on the workers of this cluster does not start (on {host}): {reason}; {REMEDY}"
