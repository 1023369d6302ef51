"""Set-up of a fresh machine before the first job: Java, the JARs of Spark's extensions, demo data.

Nothing here imports pyspark, so it also runs where Java is still missing.
"""

from medconcept.provision.demo_data import ensure_demo_data
from medconcept.provision.demo_pictures import ensure_demo_pictures
from medconcept.provision.errors import ProvisionError
from medconcept.provision.jars import JAR_COORDINATES, JAR_EXCLUDES, ensure_jars, find_jars
from medconcept.provision.java import ensure_java, find_java

__all__ = [
    "JAR_COORDINATES",
    "JAR_EXCLUDES",
    "ProvisionError",
    "ensure_demo_data",
    "ensure_demo_pictures",
    "ensure_jars",
    "ensure_java",
    "find_jars",
    "find_java",
]
