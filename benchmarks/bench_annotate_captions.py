"""Linking in Spark against TextMatcher: the same names, captions, sentences and tokens for both.

    python benchmarks/bench_annotate_captions.py --articles build/demo/articles

The captions are those of the articles, repeated to --megabytes. Spark NLP splits them into sentences and
tokens: runs of letters and digits, and single other characters. TextMatcher gets the names in lower case with
a space between their tokens and is timed without its fit; our dictionary is compiled in advance, too. Each
job returns its mentions, without sentences and tokens. The time of a job that only splits, and returns the
numbers of sentences and tokens, is subtracted, in three ways (--ways):
- `session`: each job, including the one that only splits, is the first of a new Spark session, as with
  spark-submit. Shipping the dictionary to the workers is included; the fit is not. These sessions have the
  heap of our local session, 4 GB, and Java's default garbage collector, as on a cluster. With 8 GB (--memory)
  or our local session's collector (--java-options), TextMatcher takes a third to a half of the time; with
  little memory its time varies threefold between rounds. The result is the median of several rounds
  (--sessions); all are printed;
- `pipeline`: the same in one warm session, the best of several rounds;
- `kept`: the same from sentences and tokens stored as Parquet: reading and matching, minus reading.
bench_linking.py compares the quality of the mentions against gold. Writes build/bench/annotate_captions.json.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import re
import subprocess
import sys
import tempfile
import time
import unicodedata
from collections.abc import Callable
from functools import partial
from pathlib import Path
from statistics import median
from typing import Any

from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F
from real_names import dictionary_names
from results import show, write

from medconcept.config import SparkConfig
from medconcept.dictionary.compile_terms import compile_files
from medconcept.dictionary.linking_dictionary import SIMILAR
from medconcept.dictionary.name_rules import FOLDED
from medconcept.jats import parse_article
from medconcept.spark.session import get_session
from medconcept.spark.shared_files import SharedFile
from medconcept.spark_nlp.ner_pipeline import TOKEN_BOUNDARY
from medconcept.terminologies.term import Term
from medconcept.workers.annotate.link_captions import LINKED, LinkJob, link_batches

PLACES = tuple(f"{what}_{edge}" for what in ("sentence", "token") for edge in ("begin", "end"))
FIRST_JOBS = ("cutting", "textmatcher", "linker")
Run = Callable[[DataFrame], DataFrame]


def main(argv: list[str] | None = None) -> int:
    """Measure, print a table, write the JSON."""
    options = _arguments(argv)
    if options.first_job:
        print(json.dumps(first_job(options)))
        return 0
    names = folded_names(options.dictionary, options.names)
    captions = captions_of(options.articles)
    size = sum(len(text.encode()) for _, text, *_ in captions)
    times = max(1, round(options.megabytes * 1e6 / size))
    print(f"{len(names):,} names, {len(captions):,} captions {times} times", file=sys.stderr)
    spark = get_session(SparkConfig(driver_memory=options.memory))
    with tempfile.TemporaryDirectory(prefix="medconcept-bench-") as scratch:
        folder = options.keep or Path(scratch)
        folder.mkdir(parents=True, exist_ok=True)
        shared = compiled(names, folder)
        ours = sent(spark, shared.sha256, folder)
        written(spark, captions, times, Path(scratch))
        cutting = cut_captions(spark, Path(scratch))
        cutting.write.parquet(str(Path(scratch) / "cut"))
        annotated = spark.read.parquet(str(Path(scratch) / "cut"))
        figures = {"names": len(names), "text_mb": round(size * times / 1e6, 1)}
        flat = with_places(annotated)
        kept: dict[str, tuple[DataFrame, Run]] = {
            "linker": (flat, partial(linker, dictionary=ours)),
        }
        behind = behind_cutting(ours)
        if not options.ours_only:
            phrases_of(names, Path(scratch))
            start = time.perf_counter()
            model = text_matcher(annotated, Path(scratch))
            figures["textmatcher_fit_s"] = round(time.perf_counter() - start, 1)
            kept["textmatcher"] = (annotated, partial(hits_of, model))
            behind["textmatcher"] = partial(hits_of, model)
        if "kept" in options.ways:
            for name, (rows, run) in kept.items():
                figures |= timed(rows, rows, {name: run}, options.repeat, "kept")
        if "pipeline" in options.ways:
            for name, run in behind.items():
                figures |= timed(cutting, counted(cutting), {name: run}, options.repeat, "pipeline")
        spark.stop()
        if "session" in options.ways and not options.ours_only:
            figures |= in_sessions(options, shared, Path(scratch))
    # The difference of two long jobs may vanish in the noise; its upper bound is more informative then.
    ratios = {
        f"{way}_linker{most}/textmatcher": round(figures[f"{way}_textmatcher_s"] / seconds, 1)
        for way in options.ways
        for most in ("", "_most")
        if not options.ours_only and (seconds := figures.get(f"{way}_linker{most}_s", 0)) > 0
    }
    show(figures, ratios)
    write("annotate_captions", figures, ratios, ["pyspark", "spark-nlp"], options.output)
    return 0


def timed(
    rows: DataFrame, without: DataFrame, runs: dict[str, Run], repeat: int, way: str
) -> dict[str, float]:
    """Seconds `without` matching, of each run over the rows, and of the difference: the best of all turns.

    The first turn is not counted: it compiles the plan and opens the dictionary.
    """
    alone: list[float] = []
    taken: dict[str, list[float]] = {name: [] for name in runs}
    for turn in range(repeat + 1):
        first = _seconds(without)
        seconds = {name: _seconds(run(rows)) for name, run in runs.items()}
        if turn:
            alone.append(first)
            for name, spent in seconds.items():
                taken[name].append(spent)
    figures: dict[str, float] = {}
    for name, turns in taken.items():
        figures[f"{way}_{name}_without_s"] = round(min(alone), 2)
        figures[f"{way}_{name}_with_s"] = round(min(turns), 2)
        figures[f"{way}_{name}_s"] = round(min(turns) - min(alone), 2)
    return figures


def behind_cutting(dictionary: SharedFile) -> dict[str, Run]:
    """Link rows that Spark NLP has split, with our linker."""
    return {
        "linker": lambda rows: linker(with_places(rows), dictionary),
    }


def in_sessions(options: argparse.Namespace, shared: SharedFile, folder: Path) -> dict[str, float]:
    """Median seconds of each job as the first of a new session, and the same minus splitting alone."""
    taken: dict[str, list[float]] = {}
    for _ in range(options.sessions):
        for name in FIRST_JOBS:
            command = [sys.executable, __file__, "--first-job", name, "--scratch", str(folder)]
            command += ["--compiled", shared.sha256, str(shared.folder), "--memory", options.memory]
            command.append(f"--java-options={options.java_options}")
            done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
            taken.setdefault(name, []).append(float(done.stdout.splitlines()[-1]))
            print(f"{name} as the first job of a session: {taken[name][-1]:.1f} s", file=sys.stderr)
    middle = {name: median(each) for name, each in taken.items()}
    figures = {f"session_{name}_with_s": round(seconds, 2) for name, seconds in middle.items()}
    for name in ("textmatcher", "linker"):
        figures[f"session_{name}_s"] = round(middle[name] - middle["cutting"], 2)
        turns = [a - b for a, b in zip(taken[name], taken["cutting"], strict=True)]
        figures[f"session_{name}_most_s"] = round(max(turns), 2)
    return figures


def first_job(options: argparse.Namespace) -> float:
    """Seconds of one job in a new session; a fit before it is not counted."""
    spark = get_session(SparkConfig(driver_memory=options.memory, java_options=options.java_options))
    cutting = cut_captions(spark, options.scratch)
    if options.first_job == "cutting":
        return _seconds(counted(cutting))
    if options.first_job == "textmatcher":
        return _seconds(hits_of(text_matcher(cutting, options.scratch), cutting))
    sha256, folder = options.compiled
    ours = sent(spark, sha256, Path(folder))
    return _seconds(behind_cutting(ours)[options.first_job](cutting))


def sent(spark: SparkSession, sha256: str, folder: Path) -> SharedFile:
    """Ship the dictionary and its index of similar names to the workers by Spark."""
    for behind in ("", SIMILAR):
        spark.sparkContext.addFile(str(folder / f"{sha256}{behind}"))
    return SharedFile(sha256)


def linker(rows: DataFrame, dictionary: SharedFile) -> DataFrame:
    """All that annotate_captions does on its workers."""
    return rows.mapInArrow(partial(link_batches, job=LinkJob(dictionary)), LINKED)


def tokens_of(text: str) -> list[tuple[int, int]]:
    """Split into runs of letters, digits and marks, and single other characters; white space is dropped."""
    kinds = "".join("." if unicodedata.category(c)[0] not in "LNM" else "w" for c in text)
    return [m.span() for m in re.finditer(r"w+|\.", kinds) if not text[m.start()].isspace()]


def folded_names(folder: Path, wanted: int) -> dict[str, str]:
    """Map lower-case names to ids: case-insensitive names of the files, extended to `wanted` names."""
    return {key[1:]: target for key, target in dictionary_names(folder, wanted) if key.startswith(FOLDED)}


def captions_of(folders: list[Path]) -> list[tuple[str, str, list[Any], list[Any], str]]:
    """(key, caption, panels, abbreviations, language) of every figure with a caption."""
    captions = []
    for folder in folders:
        for path in sorted(folder.rglob("*.xml")):
            try:
                article = parse_article(path.read_bytes())
            except Exception as error:  # files that are not articles have no captions
                print(f"{path.name}: {error}", file=sys.stderr)
                continue
            pairs = list(dict.fromkeys((a.short, a.long) for a in article.abbreviations))
            for figure in article.figures:
                if figure.caption:
                    panels = [(list(p.labels), p.start, p.end) for p in figure.panels]
                    captions.append((figure.figure_key, figure.caption, panels, pairs, "en"))
    if not captions:
        raise SystemExit("no article (*.xml) with a caption")
    return captions


def compiled(names: dict[str, str], folder: Path) -> SharedFile:
    """Compile the names as a dictionary file; with --keep it is reused by the next run."""
    digest = hashlib.sha256("\n".join(f"{n}\t{t}" for n, t in sorted(names.items())).encode()).hexdigest()
    cached = folder / f"{digest[:16]}.name"
    if cached.is_file():
        return SharedFile(cached.read_text(), str(folder))
    by_id: dict[str, list[str]] = {}
    for name, target in names.items():
        by_id.setdefault(target, []).append(name)
    terms = (Term("BENCH", i, own[0], tuple(own[1:]), ("other",)) for i, own in by_id.items())
    data, index = compile_files(terms, ["BENCH"])
    sha256 = hashlib.sha256(data).hexdigest()
    (folder / sha256).write_bytes(data)
    (folder / f"{sha256}{SIMILAR}").write_bytes(index)
    cached.write_text(sha256)
    return SharedFile(sha256, str(folder))


def written(spark: SparkSession, captions: list[Any], times: int, folder: Path) -> None:
    """Write the captions, repeated, as Parquet."""
    schema = (
        "figure_key string, caption string, panels array<struct<labels:array<string>,start:int,end:int>>, "
        "abbreviations array<struct<short:string,long:string>>, language string"
    )
    rows = spark.createDataFrame(captions, schema).withColumn("article_key", F.col("figure_key"))
    copy = F.explode(F.sequence(F.lit(0), F.lit(times - 1)))
    rows = rows.withColumn("_n", copy).withColumn("figure_key", F.concat_ws("/", "figure_key", "_n"))
    rows.drop("_n").repartition(8, "figure_key").write.parquet(str(folder / "captions"))


def cut(rows: DataFrame) -> DataFrame:
    """Split captions into sentences and tokens with Spark NLP."""
    from pyspark.ml import Pipeline
    from sparknlp.annotator import SentenceDetector, Tokenizer
    from sparknlp.base import DocumentAssembler

    document = DocumentAssembler().setInputCol("caption").setOutputCol("document").setCleanupMode("disabled")
    steps = [
        document,
        SentenceDetector().setInputCols(["document"]).setOutputCol("sentence"),
        Tokenizer().setInputCols(["sentence"]).setOutputCol("token").setSplitPattern(TOKEN_BOUNDARY),
    ]
    annotated = Pipeline(stages=steps).fit(rows.limit(0)).transform(rows)
    return annotated.drop("document")


def cut_captions(spark: SparkSession, folder: Path) -> DataFrame:
    """Read the captions that `written` wrote to the folder, and split them."""
    return cut(spark.read.parquet(str(folder / "captions")))


def counted(annotated: DataFrame) -> DataFrame:
    """Count the sentences and tokens of each caption: all are computed, only the counts are returned."""
    return annotated.select("figure_key", F.size("sentence"), F.size("token"))


def hits_of(model: Any, annotated: DataFrame) -> DataFrame:
    """Return the hits of TextMatcher in each caption."""
    matched: DataFrame = model.transform(annotated)
    return matched.select("figure_key", "hit")


def with_places(annotated: DataFrame) -> DataFrame:
    """Return the columns that annotate_captions passes to its workers."""
    places = [F.col(name.replace("_", ".")).alias(name) for name in PLACES]
    kept = ("figure_key", "article_key", "caption", "language", "panels", "abbreviations")
    return annotated.select(*kept, *places)


def phrases_of(names: dict[str, str], folder: Path) -> None:
    """Write the names to the folder in TextMatcher's input format."""
    spaced = (" ".join(name[a:b] for a, b in tokens_of(name)) for name in names)
    (folder / "names.txt").write_text("\n".join(spaced) + "\n")


def text_matcher(annotated: DataFrame, folder: Path) -> Any:
    """TextMatcher fitted to the names in the folder."""
    from sparknlp.annotator import TextMatcher
    from sparknlp.common import ReadAs

    phrases = folder / "names.txt"
    matcher = TextMatcher().setInputCols(["sentence", "token"]).setOutputCol("hit").setCaseSensitive(False)
    return matcher.setEntities(str(phrases), ReadAs.TEXT).fit(annotated.limit(0))


def _seconds(rows: DataFrame) -> float:
    start = time.perf_counter()
    rows.write.format("noop").mode("overwrite").save()
    return time.perf_counter() - start


def _arguments(argv: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--dictionary", type=Path, default=Path("build/demo/dictionary"))
    parser.add_argument("--articles", type=Path, nargs="+", default=[Path("build/demo/articles")])
    parser.add_argument("--output", type=Path, default=Path("build/bench/annotate_captions.json"))
    parser.add_argument("--keep", type=Path, help="folder that keeps the compiled dictionary")
    parser.add_argument("--names", type=int, default=1_000_000)
    parser.add_argument("--megabytes", type=float, default=20)
    parser.add_argument("--repeat", type=int, default=3)
    ways = ("session", "pipeline", "kept")
    parser.add_argument("--ways", nargs="+", choices=ways, default=ways)
    parser.add_argument(
        "--memory", default=SparkConfig().driver_memory, help="of the driver; TextMatcher needs gigabytes"
    )
    parser.add_argument("--java-options", default="-XX:+UseG1GC", help="of sessions of their own")
    parser.add_argument("--sessions", type=int, default=1, help="turns of sessions of their own")
    # for the child processes that this script starts
    parser.add_argument("--first-job", choices=FIRST_JOBS, help=argparse.SUPPRESS)
    parser.add_argument("--scratch", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--compiled", nargs=2, help=argparse.SUPPRESS)
    parser.add_argument("--ours-only", action="store_true", help="leave TextMatcher out")
    return parser.parse_args(argv)


if __name__ == "__main__":
    raise SystemExit(main())
