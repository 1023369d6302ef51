"""annotate_captions with a trained recogniser on a standalone cluster: the same rows as in local mode."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict, replace
from pathlib import Path

import pytest
from test_cluster import FOR_WORKERS, PACKAGE, ROOT, master, python_with, submit

sys.path.insert(0, str(ROOT / "tests/pipeline"))
sys.path.insert(0, str(ROOT / "tests/ner"))
from articles import config, jats, run, write
from ner_examples import documents

from medconcept.config import RecogniserConfig

__all__ = ["master"]
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not PACKAGE.is_file(), reason="make package has not been run"),
]
JOBS = ("sync_articles", "parse_articles", "build_dictionary", "annotate_captions")


def test_a_recogniser_finds_the_same_on_a_cluster(spark, master, tmp_path: Path) -> None:
    import yaml

    from medconcept.lake.lake import Lake
    from medconcept.spark_nlp.training import embeddings_for, has_tensorflow, train
    from medconcept.spark_nlp.training_options import NER_CRF, NER_DL, Options
    from medconcept.stages.publish_release import content_digest

    options = Options(NER_DL if has_tensorflow(spark) else NER_CRF, epochs=60, vector_least=1)
    vectors, _ = embeddings_for(spark, documents(), [], None, options)
    train(documents(), vectors, options, spark).write().save(str(tmp_path / "model"))
    write(
        tmp_path / "in",
        a_xml=jats("1", "\U0001d6fc. Patients with measles were seen. Heart.", "No gout in this group."),
        b_xml=jats("2", "Treatment of heart attack: results.", "The course of type 2 diabetes in mice."),
    )
    settings = config(tmp_path, recogniser=(RecogniserConfig(path=str(tmp_path / "model")),))
    local, _ = run(spark, settings, *JOBS)

    there = replace(settings, lake=str(tmp_path / "cluster-lake"))
    (tmp_path / "conf.yaml").write_text(yaml.safe_dump(json.loads(json.dumps(asdict(there)))))
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    pythons = python_with(tmp_path / "driver", None), python_with(tmp_path / "worker", FOR_WORKERS)
    for job in JOBS:
        submit(master, job, ["--config", str(tmp_path / "conf.yaml"), "--json"], elsewhere, pythons)
    found = Lake(spark, there.lake).read("mentions")
    assert content_digest(found) == content_digest(local.read("mentions"))
    assert found.where("method = 'recognised'").count() >= 2
