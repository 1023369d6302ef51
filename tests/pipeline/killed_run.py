"""Run every stage on a lake and be killed at one moment: `python killed_run.py MOMENT CONFIG`."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable
from typing import Any

from medconcept.config import load_config
from medconcept.lake import transaction
from medconcept.lake.lake import Lake
from medconcept.pipeline.registry import IN_ORDER, stage
from medconcept.pipeline.runner import run_stage
from medconcept.spark.session import get_session

MOMENTS = ("after staging", "between two tables", "before the row in commits", "after the row in commits")


def die(*_: Any) -> None:
    """As the kernel does it: no handler, no clean-up."""
    os.kill(os.getpid(), signal.SIGKILL)


def then(first: Callable[..., Any], second: Callable[..., Any]) -> Callable[..., Any]:
    """A function that does one thing and then another."""

    def both(*arguments: Any) -> None:
        first(*arguments)
        second(*arguments)

    return both


def arm(moment: str) -> None:
    """Put the kill where it is wanted."""
    if moment == "after staging":
        transaction.begin = die
    elif moment == "between two tables":
        transaction.apply_batch = then(transaction.apply_batch, die)
    elif moment == "before the row in commits":
        transaction.name_commit = die
    elif moment == "after the row in commits":
        transaction.name_commit = then(transaction.name_commit, die)
    else:
        sys.exit(f"no such moment: {moment}")


if __name__ == "__main__":
    settings = load_config(sys.argv[2])
    lake = Lake(get_session(settings.spark), settings.lake)
    run_stage(stage("sync_articles"), lake, settings)
    arm(sys.argv[1])  # parse_articles writes two data tables and a ledger
    for name in IN_ORDER[1:]:
        run_stage(stage(name), lake, settings)
