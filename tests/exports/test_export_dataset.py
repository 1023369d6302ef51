"""The job export_dataset: all formats from a release, the same bytes however it is run, taken up after a "
"kill."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from export_lake import build
from export_rows import RELEASE, contents

from medconcept.exports.options import ExportOptions
from medconcept.lake.lake import Lake
from medconcept.pipeline.export_dataset import export_dataset


@pytest.fixture(scope="module")
def settings(spark: Any, tmp_path_factory: pytest.TempPathFactory) -> Any:
    return build(spark, tmp_path_factory.mktemp("exports"))


def export(spark: Any, settings: Any, out: Path, form: str, **options: Any) -> Any:
    lake = Lake(spark, settings.lake)
    lines: list[str] = []
    result = export_dataset(lake, settings, ExportOptions(RELEASE, form, **options), str(out), lines.append)
    return result


@pytest.mark.parametrize("form", ["huggingface", "webdataset", "conceptclip", "metadata"])
def test_first(spark: Any, settings: Any, form: str, tmp_path: Path) -> None:
    import time

    t = time.time()
    result = export(spark, settings, tmp_path / "out", form, shard_bytes=40_000)
    print(result, time.time() - t)
    for name in contents(tmp_path / "out"):
        print(name)
    print((tmp_path / "out/README.md").read_text()[:60000])
