"""Batches that a gate refused: the newest few lie under `_rejected`, each with the reason."""

from __future__ import annotations

import json
from dataclasses import asdict

from medconcept.reader.held import REASON, REJECTED, Held
from medconcept.spark.hadoop_files import HadoopFiles

KEPT = 10  # batches: each may be as large as the corpus


def hold(files: HadoopFiles, staged: str, held: Held) -> str:
    """Move a staged batch out of the way, with the reason; only the newest KEPT stay. Returns its folder."""
    where = f"{REJECTED}/{held.run_id}"
    if files.exists(where):  # with rows that were taken out of earlier batches of the run
        where += "/batch"
    files.rename(staged, where)
    keep_rows(files, held)
    return where


def keep_rows(files: HadoopFiles, held: Held) -> None:
    """Write the reason next to rows that lie under `_rejected` by now; only the newest KEPT runs stay."""
    files.write(f"{REJECTED}/{held.run_id}/{REASON}", json.dumps(asdict(held)).encode())
    for run_id in files.list(REJECTED)[:-KEPT]:
        files.delete(f"{REJECTED}/{run_id}")


def clear_held(files: HadoopFiles) -> list[str]:
    """Delete the batches under `_rejected`; returns their runs."""
    runs = files.list(REJECTED)
    files.delete(REJECTED)
    return runs
