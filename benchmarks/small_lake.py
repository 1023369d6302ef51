"""The small lake that the benchmarks of kills and of damage copy: its states, and what tells two apart."""

from __future__ import annotations

import hashlib
import shutil
import sys
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
# The articles and the images are those of the tests.
sys.path[:0] = [str(ROOT / "tests/pipeline"), str(ROOT / "tests/images")]

Digest = tuple[int, str]
# Plans over five rows are run, not compiled. Delta has its own defaults, with checksum files and all.
QUICK = {
    "spark.sql.codegen.wholeStage": "false",
    "spark.sql.codegen.factoryMode": "NO_CODEGEN",
    "spark.sql.adaptive.enabled": "false",
    "spark.sql.ui.explainMode": "simple",
    "spark.ui.retainedJobs": "10",
    "spark.ui.retainedStages": "10",
    "spark.sql.ui.retainedExecutions": "1",
}
JAVA_OPTIONS = "-XX:+UseSerialGC -Xms2g -Xmn600m -XX:MetaspaceSize=256m"


def spark_config() -> Any:
    """The configuration of the session."""
    from medconcept.config import SparkConfig

    return SparkConfig(
        jars=str(ROOT / "build/jars"),
        shuffle_partitions=2,
        driver_memory="5g",
        java_options=JAVA_OPTIONS,
        options=QUICK,
    )


def session() -> Any:
    """A session for tiny inputs."""
    from medconcept.spark.session import get_session

    return get_session(spark_config())


@dataclass(frozen=True)
class SmallLake:
    """States of a lake under one folder, with their input and configuration; to be copied, not changed.

    `first` holds one run, `state(n)` what the first n stages of a second run made of it, after some of the
    input had changed; the last state is the lake of both runs.
    """

    folder: Path

    @property
    def stages(self) -> tuple[str, ...]:
        """The stages of a run, in their order."""
        from medconcept.pipeline.registry import IN_ORDER

        return IN_ORDER

    def state(self, stages_done: int) -> Path:
        """The lake after this many stages of the second run."""
        return self.folder / f"state{stages_done}"

    @property
    def final(self) -> Path:
        """The lake of both runs."""
        return self.state(len(self.stages))

    def settings(self, lake: Path) -> Any:
        """The configuration of the second run for a copy of a state."""
        from articles import config

        from medconcept.config import ReleaseConfig

        own = replace(
            config(self.folder), lake=str(lake), release=ReleaseConfig("again"), spark=spark_config()
        )
        return replace(own, sync=replace(own.sync, input=str(self.folder / "in")))


def build(spark: Any, folder: Path) -> SmallLake:
    """Build the states, about two minutes; does nothing where a former call of the same code has done so."""
    from articles import config, run, write
    from image_examples import picture, saved
    from released import AFTER, BEFORE

    small, done, code = SmallLake(folder), folder / "built", _digest_of_code()
    if done.exists() and done.read_text() == code:
        return small
    shutil.rmtree(folder, ignore_errors=True)
    for name, text in BEFORE.items():
        write(folder / "in" / name[0], **{name: text})
    (folder / "in/a/g1.png").write_bytes(saved(picture(seed=1), "PNG"))
    settings = config(folder)
    run(spark, settings)
    for name, text in AFTER.items():
        write(folder / "in" / name[0], **{name: text})
    (folder / "in/d/g1.png").parent.mkdir(exist_ok=True)
    (folder / "in/d/g1.png").write_bytes(saved(picture(seed=2), "PNG"))
    for number, name in enumerate(small.stages):
        shutil.copytree(settings.lake, small.state(number))
        run(spark, replace(small.settings(Path(settings.lake))), name)
    shutil.move(settings.lake, small.final)
    done.write_text(code)
    return small


def _digest_of_code() -> str:
    """Of all that decides what the jobs write."""
    package = ROOT / "lib/medconcept"
    files = sorted(p for p in package.rglob("*") if p.suffix in (".py", ".json", ".tsv", ".c"))
    return hashlib.sha256(b"".join(path.read_bytes() for path in files)).hexdigest()


def content(lake: Any, tables: Iterable[str]) -> dict[str, Digest]:
    """Rows and content digest of tables at the last commit, as a release records them."""
    from medconcept.stages.publish_release import content_digest

    return {name: content_digest(lake.read(name, lake.head())) for name in tables}


def whole_rows(lake: Any, table: str) -> Digest:
    """The number of a table's rows as readers see it, and a digest over all bytes of all its columns."""
    from pyspark.sql import functions as F

    rows = lake.read(table)
    text = F.to_json(F.struct(*rows.columns), {"ignoreNullFields": "false"})
    sums = F.sum(F.xxhash64(text).cast("decimal(38,0)"))
    row = rows.agg(F.count(F.lit(1)).alias("n"), sums.alias("sum")).collect()[0]
    return int(row["n"]), str(row["sum"])
