"""What a fresh machine needs before the first job: Java, the JARs of Spark's extensions, demo data.

Nothing here imports pyspark, so it also runs where Java is still missing.
"""

from medconcept.provision.demo_data import ensure_demo_data
from medconcept.provision.errors import ProvisionError
from medconcept.provision.jars import JAR_COORDINATES, JAR_EXCLUDES, SparkJars, ensure_jars, resolver_failure
from medconcept.provision.java import ensure_java, find_java

__all__ = [
    "JAR_COORDINATES",
    "JAR_EXCLUDES",
    "ProvisionError",
    "SparkJars",
    "ensure_demo_data",
    "ensure_jars",
    "ensure_java",
    "find_java",
    "resolver_failure",
]
