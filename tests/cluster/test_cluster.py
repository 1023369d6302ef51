"""The same jobs on a standalone cluster whose Pythons do not have this checkout on their path."""

from __future__ import annotations

import json
import os
import site
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import asdict, replace
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "build/medconcept.zip"
# All that a worker's Python has, as the README lists it; pyspark itself comes with Spark.
FOR_WORKERS = ("lxml", "pyarrow", "numpy", "pandas", "dateutil", "six", "zstandard", "yaml", "_yaml", "scipy")
FOR_WORKERS += ("PIL", "pillow", "simplejpeg")

WHERE = """
import json
from pathlib import Path
from pyspark.sql import SparkSession
from medconcept.runtime.native_modules import library_file

def where(rows):
    from medconcept.jats.panels import panel_labels
    yield Path(panel_labels.__file__).suffix

context = SparkSession.builder.config("spark.python.worker.reuse", "false").getOrCreate().sparkContext
found = {"before": context.parallelize(range(2), 2).mapPartitions(where).distinct().collect()}
context.addFile(str(library_file("medconcept.jats")))
found["after"] = context.parallelize(range(2), 2).mapPartitions(where).distinct().collect()
print(json.dumps(found))
"""

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not PACKAGE.is_file(), reason="make package has not been run"),
]


def python_with(home: Path, wanted: tuple[str, ...] | None) -> str:
    """A Python of its own with links to installed packages: those wanted, or all but medconcept's source."""
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(home)], check=True)
    target = next(home.glob("lib/python*/site-packages"))
    for folder in map(Path, site.getsitepackages()):
        for entry in folder.iterdir() if folder.is_dir() else ():  # Debian's Python names some it has not
            if entry.suffix == ".pth" or ("medconcept" in entry.name and entry.suffix != ".so"):
                continue
            if wanted is None or entry.name.split(".")[0].split("-")[0] in wanted:
                (target / entry.name).symlink_to(entry)
    return str(home / "bin/python")


@pytest.fixture(scope="module")
def master(tmp_path_factory) -> Iterator[str]:
    from medconcept.provision.cluster import cluster_down, cluster_up

    target = tmp_path_factory.mktemp("cluster")
    yield cluster_up(target)
    cluster_down(target)


def submit(master: str, job: str, arguments: list[str], folder: Path, pythons: tuple[str, str]) -> str:
    """Run one job as a stranger would, from a folder that has nothing to do with the checkout."""
    import pyspark

    from medconcept.provision.java import find_java

    home = Path(pyspark.__file__).parent
    jars = ",".join(str(path) for path in sorted((ROOT / "build/jars").glob("*.jar")))
    command = [str(home / "bin/spark-submit"), "--master", master, "--jars", jars, "--py-files", str(PACKAGE)]
    command += ["--conf", "spark.databricks.delta.snapshotPartitions=2", "--driver-memory", "2g"]
    environ = {
        "PATH": os.environ["PATH"],
        "HOME": str(folder),
        "JAVA_HOME": str(find_java()),
        "SPARK_LOCAL_IP": "127.0.0.1",
        "PYSPARK_DRIVER_PYTHON": pythons[0],
        "PYSPARK_PYTHON": pythons[1],
        "GX_ANALYTICS_ENABLED": "false",
    }
    done = subprocess.run(
        [*command, str(ROOT / "jobs" / f"{job}.py"), *arguments],
        cwd=folder,
        env=environ,
        capture_output=True,
        text=True,
        timeout=900,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    return done.stdout


def test_workers_that_have_the_zip_alone_are_brought_native_code(master, tmp_path: Path) -> None:
    from medconcept.runtime.native_modules import checksum, library_file

    if library_file("medconcept.jats") is None:
        pytest.skip(f"the parser is not compiled ({checksum('medconcept.jats')}): `make setup` does it")
    (tmp_path / "where.py").write_text(WHERE)
    pythons = python_with(tmp_path / "driver", None), python_with(tmp_path / "worker", FOR_WORKERS)
    found = submit(master, str(tmp_path / "where"), [], tmp_path, pythons)
    assert json.loads(found) == {"before": [".py"], "after": [".so"]}


# Every job as a `spark-submit` of its own takes most of a minute each; the jobs differ in their name alone.
@pytest.mark.parametrize("in_one", [True, pytest.param(False, marks=pytest.mark.long)])
def test_the_whole_pipeline_by_spark_submit_equals_the_local_run(
    spark, master, tmp_path: Path, *, in_one: bool
) -> None:
    """With a trained recogniser: what the driver loads of it, the cluster's workers must get."""
    import yaml
    from articles import config, jats, run, write
    from ner_examples import documents

    from medconcept.config import RecogniserConfig
    from medconcept.lake.lake import Lake
    from medconcept.pipeline.registry import IN_ORDER
    from medconcept.spark_nlp.training import embeddings_for, has_tensorflow, train
    from medconcept.spark_nlp.training_options import NER_CRF, NER_DL, TrainingOptions
    from medconcept.stages.publish_release import content_digest

    options = TrainingOptions(NER_DL if has_tensorflow(spark) else NER_CRF, epochs=60, vector_least=1)
    vectors, _ = embeddings_for(spark, documents(), [], None, options)
    train(documents(), vectors, options, spark).write().save(str(tmp_path / "model"))
    write(
        tmp_path / "in",
        a_xml=jats("1", "A heart attack. \U0001d6fc Heart is here.", None),
        b_xml=jats("2", "ALL of the heart", "myocardial infarction"),
        c_xml=jats("3", "\U0001d6fc. Patients with measles were seen. Heart.", "No gout in this group."),
        d_xml=jats("4", "Treatment of heart attack: results.", "The course of type 2 diabetes in mice."),
        bad_xml="this is not XML",
    )
    settings = config(tmp_path, recogniser=(RecogniserConfig(path=str(tmp_path / "model")),))
    (tmp_path / "conf.yaml").write_text(yaml.safe_dump(json.loads(json.dumps(asdict(settings)))))
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    pythons = python_with(tmp_path / "driver", None), python_with(tmp_path / "worker", FOR_WORKERS)
    arguments = ["--config", str(tmp_path / "conf.yaml"), "--lake", str(tmp_path / "cluster-lake"), "--json"]
    for names in [IN_ORDER] if in_one else [(name,) for name in IN_ORDER]:
        script = "run" if in_one else names[0]
        report = json.loads(submit(master, script, arguments, elsewhere, pythons))
        assert [(r["job"], r["status"]) for r in report] == [(name, "done") for name in names]

    local, _ = run(spark, replace(settings, lake=str(tmp_path / "local-lake")))
    there = Lake(spark, str(tmp_path / "cluster-lake"))
    for table in ("raw_articles", "articles", "figures", "concepts", "concept_names", "mentions", "triplets"):
        ours, theirs = content_digest(local.read(table)), content_digest(there.read(table))
        assert ours == theirs and ours[0] > 0, table
    assert there.read("mentions").where("method = 'recognised'").count() >= 2
