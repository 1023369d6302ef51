"""Annotating captions without and with the shipped recogniser, or another one: core milliseconds of each.

    python benchmarks/bench_ner.py --articles build/demo/articles
    python benchmarks/bench_ner.py --recogniser build/models/captions

Captions are those of the articles, repeated to --captions, and the dictionary is that of the demo. One core
(local[1]) does everything: reading Parquet, Spark NLP, the transfer to Python, the linker; the result is
discarded. The shipped recogniser reads the sentences in doubt, any other whole captions. `share` is what it
reads of all characters.

Writes build/bench/ner.json.
"""

from __future__ import annotations

import argparse
import hashlib
import tempfile
import time
from functools import partial
from pathlib import Path
from typing import Any

from bench_annotate_captions import captions_of
from pyspark.sql import DataFrame
from pyspark.sql import functions as F
from results import show, write

from medconcept.config import RecogniserConfig, SparkConfig, load_config
from medconcept.library.compiled_sources import compiled_file
from medconcept.spark.hadoop_files import HadoopFiles
from medconcept.spark.session import get_session
from medconcept.spark.shared_files import SharedFile
from medconcept.spark_nlp.entity_recognition import with_entities, with_entities_in_doubt
from medconcept.spark_nlp.recognisers import load_recognisers
from medconcept.spark_nlp.shipped_recogniser import load_shipped
from medconcept.spark_nlp.tokenisation import sentences_and_tokens
from medconcept.stages.annotate.entities import sentences_in_doubt
from medconcept.workers.annotate.link_captions import LINKED, LinkJob, link_batches

SCHEMA = (
    "figure_key string, caption string, panels array<struct<labels:array<string>,start:int,end:int>>, "
    "abbreviations array<struct<short:string,long:string>>, language string"
)


def main(argv: list[str] | None = None) -> int:
    """Measure, print a table, write the JSON."""
    options = _arguments(argv)
    captions = captions_of(options.articles)
    spark = get_session(SparkConfig(master="local[1]", driver_memory="5g"))
    with tempfile.TemporaryDirectory(prefix="medconcept-bench-") as scratch:
        job = LinkJob(_dictionary(options.config, Path(scratch)))
        times = -(-options.captions // len(captions))
        rows = spark.createDataFrame(captions, SCHEMA).withColumn("article_key", F.col("figure_key"))
        rows = rows.withColumn("_n", F.explode(F.sequence(F.lit(1), F.lit(times))))
        rows = rows.withColumn("figure_key", F.concat_ws("/", "figure_key", "_n")).drop("_n")
        rows.limit(options.captions).repartition(4).write.parquet(f"{scratch}/captions")
        rows = spark.read.parquet(f"{scratch}/captions")
        cut = sentences_and_tokens(rows)
        steps = {"reading": rows, "split": cut, "without": linked(cut, job)}
        share = 1.0
        if options.recogniser is None:
            in_doubt = sentences_in_doubt(cut, job)
            recogniser = load_shipped(spark, HadoopFiles(spark, scratch))
            steps |= {"in doubt": in_doubt, "recognised": with_entities_in_doubt(in_doubt, recogniser)}
            steps["with"] = linked(steps["recognised"], job)
            read = F.sum(F.length(F.concat_ws("", "read_text"))) / F.sum(F.length("caption"))
            share = float(in_doubt.agg(read).collect()[0][0])
        else:
            others = load_recognisers(spark, [RecogniserConfig(path=str(options.recogniser))])
            steps["recognised"] = sentences_and_tokens(with_entities(rows, others))
            steps["with"] = linked(steps["recognised"], job)
        best = timed(steps, options.repeat)
    each = {f"ms_{name.replace(' ', '_')}": round(1000 * best[name] / options.captions, 3) for name in steps}
    ratios = {"with/without": round(best["with"] / best["without"], 2)}
    figures: dict[str, float] = {"captions": options.captions, "share": round(share, 3), **each}
    show(figures, ratios)
    write("ner", figures, ratios, ["pyspark", "spark-nlp"], options.output)
    return 0


def _dictionary(config: str, folder: Path) -> SharedFile:
    """The dictionary of a configuration in a folder, as workers take it."""
    data = compiled_file(load_config(config).dictionary.sources).read_bytes()
    sha256 = hashlib.sha256(data).hexdigest()
    (folder / sha256).write_bytes(data)
    return SharedFile(sha256, str(folder))


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
    parser.add_argument("--recogniser", type=Path, help="another one, which reads whole captions")
    parser.add_argument("--config", default="demo")
    parser.add_argument("--articles", type=Path, nargs="+", default=[Path("build/demo/articles")])
    parser.add_argument("--output", type=Path, default=Path("build/bench/ner.json"))
    parser.add_argument("--captions", type=int, default=2000)
    parser.add_argument("--repeat", type=int, default=2)
    return parser.parse_args(argv)


if __name__ == "__main__":
    raise SystemExit(main())
