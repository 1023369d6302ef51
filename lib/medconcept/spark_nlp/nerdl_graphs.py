"""NerDL's TensorFlow graphs with seeds, since Spark NLP itself seeds only the order of sentences.

The graphs in the JAR initialise weights and dropout from the clock, so two trainings with one seed would
give two models. NerDL gets copies with seeds instead, as its folder of graphs. No operation in them asks for
a GPU: without one, TensorFlow would log thousands of lines about it.
"""

from __future__ import annotations

import re
import tempfile
from functools import lru_cache
from pathlib import Path
from typing import Any, cast

from pyspark.sql import SparkSession

from medconcept.errors import ConfigError

_RANDOM_OPERATIONS = frozenset(
    {"RandomUniform", "TruncatedNormal", "RandomStandardNormal", "RandomUniformInt"}
)
_GRAPH_FILE = re.compile(r"ner-dl/(blstm_\d+_(\d+)_\d+_\d+\.pb)")
_OPTIMISER = re.compile(r"/Adam(?:_1)?/Assign$")
_APPROACH = "com.johnsnowlabs.nlp.annotators.ner.dl.NerDLApproach"


@lru_cache(maxsize=4)  # each fold of a cross-validation needs the same ones, and rewriting them takes seconds
def seeded_graphs(spark: SparkSession, dimension: int, seed: int) -> str:
    """Write the graphs for embeddings of a dimension to a folder; raise ConfigError if there are none."""
    jvm = cast(Any, spark._jvm)
    loader = jvm.java.lang.Thread.currentThread().getContextClassLoader()
    archive = loader.loadClass(_APPROACH).getProtectionDomain().getCodeSource().getLocation().toURI()
    entries = jvm.java.util.jar.JarFile(jvm.java.io.File(archive)).entries()
    names, dimensions = [], set()
    while entries.hasMoreElements():
        if match := _GRAPH_FILE.fullmatch(entries.nextElement().getName()):
            dimensions.add(int(match[2]))
            if int(match[2]) == dimension:
                names.append(match[1])
    if not names:
        available = ", ".join(map(str, sorted(dimensions)))
        raise ConfigError(
            f"train_ner: NerDL has no graph for embeddings of {dimension} numbers (there: {available})"
        )
    folder = Path(tempfile.mkdtemp(prefix="medconcept-graphs-"))
    for name in names:
        stream = loader.getResourceAsStream(f"ner-dl/{name}")
        graph = jvm.org.tensorflow.proto.framework.GraphDef.parseFrom(stream).toBuilder()
        _set_seeds(jvm, graph, seed)
        (folder / name).write_bytes(bytes(graph.build().toByteArray()))
        stream.close()
    return str(folder)


def _set_seeds(jvm: Any, graph: Any, seed: int) -> None:
    """Give each random operation the seed and a number of its own, and leave its device open."""
    value = jvm.org.tensorflow.proto.framework.AttrValue
    for number in range(graph.getNodeCount()):
        node = graph.getNodeBuilder(number)
        node.clearDevice()
        if node.getOp() in _RANDOM_OPERATIONS:
            node.putAttr("seed", value.newBuilder().setI(seed).build())
            node.putAttr("seed2", value.newBuilder().setI(number + 1).build())


def forget_optimiser(spark: SparkSession, model: Any) -> None:
    """Set what Adam remembers of each weight of a trained NerDLModel to zero.

    It is two thirds of a saved model, only training needs it, and zeros take no room in an archive.
    """
    tensorflow = model._java_obj.getModelIfNotSet().tensorflow()
    graph = cast(Any, spark._jvm).org.tensorflow.proto.framework.GraphDef.parseFrom(tensorflow.graph())
    runner = tensorflow.getTFSession(getattr(tensorflow, "getTFSession$default$1")()).runner()
    for number in range(graph.getNodeCount()):
        node = graph.getNode(number)
        is_slot = node.getOp() == "Assign" and _OPTIMISER.search(node.getName())
        if is_slot and node.getInput(1).endswith("/Initializer/zeros"):
            runner = runner.addTarget(node.getName())
    runner.run()
