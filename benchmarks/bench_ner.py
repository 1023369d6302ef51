"""Annotating captions with recognised entities and with the dictionary alone: captions per second and core.

    python benchmarks/bench_ner.py --recogniser build/models/captions --articles build/demo/articles

Captions are those of the articles, repeated to --captions; dictionary files are those of the demo. One core
(local[1]) does everything: reading Parquet, Spark NLP, the transfer to Python, the linker; the result is
discarded. Each step of a recogniser is timed by running the pipeline up to it and subtracting the steps
before. Without the folder of a recogniser (`make model` trains one) the exit code is 2.

Writes build/bench/ner.json.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from functools import partial
from pathlib import Path
from typing import Any

from bench_annotate_captions import captions_of, compiled, folded_names
from pyspark.ml import PipelineModel
from pyspark.sql import DataFrame
from pyspark.sql import functions as F
from results import show, write

from medconcept.config import RecogniserConfig, SparkConfig
from medconcept.dictionary.linking_dictionary import SIMILAR
from medconcept.spark.session import get_session
from medconcept.spark.shared_files import SharedFile
from medconcept.spark_nlp.entity_recognition import with_entities
from medconcept.spark_nlp.recognisers import load_recognisers
from medconcept.spark_nlp.tokenisation import sentences_and_tokens
from medconcept.workers.annotate.link_captions import LINKED, LinkJob, link_batches

SCHEMA = (
    "figure_key string, caption string, panels array<struct<labels:array<string>,start:int,end:int>>, "
    "abbreviations array<struct<short:string,long:string>>, language string"
)


def main(argv: list[str] | None = None) -> int:
    """Measure, print a table, write the JSON."""
    options = _arguments(argv)
    if not options.recogniser.is_dir():
        print(f"no recogniser in {options.recogniser}: make model makes one", file=sys.stderr)
        return 2
    captions = captions_of(options.articles)
    names = folded_names(options.dictionary, options.names)
    spark = get_session(SparkConfig(master="local[1]", driver_memory="5g"))
    with tempfile.TemporaryDirectory(prefix="medconcept-bench-") as scratch:
        shared = compiled(names, Path(scratch))
        for behind in ("", SIMILAR):
            spark.sparkContext.addFile(str(Path(scratch) / f"{shared.sha256}{behind}"))
        job = LinkJob(SharedFile(shared.sha256))
        times = -(-options.captions // len(captions))
        rows = spark.createDataFrame(captions, SCHEMA).withColumn("article_key", F.col("figure_key"))
        rows = rows.withColumn("_n", F.explode(F.sequence(F.lit(1), F.lit(times))))
        rows = rows.withColumn("figure_key", F.concat_ws("/", "figure_key", "_n")).drop("_n")
        rows.limit(options.captions).repartition(4).write.parquet(f"{scratch}/captions")
        rows = spark.read.parquet(f"{scratch}/captions")
        (recogniser,) = load_recognisers(spark, [RecogniserConfig(path=str(options.recogniser))])
        steps = {"reading": rows}
        text = rows.withColumn(recogniser.text, F.col("caption"))
        for number in range(1, len(recogniser.model.stages) + 1):
            stages = recogniser.model.stages[:number]
            kept = stages[-1].getOutputCol()
            steps[type(stages[-1]).__name__] = PipelineModel(list(stages)).transform(text).select(kept)
        cut = sentences_and_tokens(rows)
        both = sentences_and_tokens(with_entities(rows, [recogniser]))
        steps |= {"dictionary: cut": cut, "dictionary": linked(cut, job), "recogniser: cut": both,
                  "recogniser": linked(both, job)}  # fmt: skip
        best = timed(steps, options.repeat)
    count = options.captions
    figures: dict[str, float] = {"captions": count}
    figures |= {
        "dictionary_captions_s_core": round(count / best["dictionary"], 1),
        "recogniser_captions_s_core": round(count / best["recogniser"], 1),
    }
    before = best["reading"]
    for number, stage in enumerate(recogniser.model.stages):
        name = type(stage).__name__
        figures[f"share_{number}_{name}"] = round(max(0.0, best[name] - before) / best["recogniser"], 3)
        before = best[name]
    figures["share_linker"] = round((best["recogniser"] - best["recogniser: cut"]) / best["recogniser"], 3)
    figures["share_sentences_tokens"] = round(
        (best["dictionary: cut"] - best["reading"]) / best["recogniser"], 3
    )
    ratios = {"recogniser/dictionary": round(best["recogniser"] / best["dictionary"], 2)}
    show(figures, ratios)
    write("ner", figures, ratios, ["pyspark", "spark-nlp"], options.output)
    return 0


def linked(rows: DataFrame, job: LinkJob) -> DataFrame:
    """Link the captions as annotate_captions does on its workers."""
    return rows.mapInArrow(partial(link_batches, job=job), LINKED)


def timed(steps: dict[str, DataFrame], repeat: int) -> dict[str, float]:
    """Return the seconds of each step, the best of several rounds after one warm-up round."""
    seconds_of: dict[str, list[float]] = {name: [] for name in steps}
    for turn in range(repeat + 1):
        for name, rows in steps.items():
            start = time.perf_counter()
            rows.write.format("noop").mode("overwrite").save()
            if turn:
                seconds_of[name].append(time.perf_counter() - start)
    return {name: min(seconds) for name, seconds in seconds_of.items()}


def _arguments(argv: list[str] | None) -> Any:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--recogniser", type=Path, default=Path("build/models/captions"))
    parser.add_argument("--dictionary", type=Path, default=Path("build/demo/dictionary"))
    parser.add_argument("--articles", type=Path, nargs="+", default=[Path("build/demo/articles")])
    parser.add_argument("--output", type=Path, default=Path("build/bench/ner.json"))
    parser.add_argument("--names", type=int, default=600_000)
    parser.add_argument("--captions", type=int, default=600)
    parser.add_argument("--repeat", type=int, default=2)
    return parser.parse_args(argv)


if __name__ == "__main__":
    raise SystemExit(main())
