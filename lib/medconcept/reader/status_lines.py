"""What `status` answers, as lines of text."""

from __future__ import annotations

from typing import Any

from medconcept.reader.held import REJECTED


def status_lines(result: dict[str, Any]) -> list[str]:
    """The result of `status` as lines of text.

    >>> status_lines({"commit": 3, "sources": {}, "refused": {}, "last_sync": None})
    ['The lake stands at commit 3', 'No article is in it yet']
    """
    out = [f"The lake stands at commit {result['commit']}"]
    for name, source in result["sources"].items():
        out.append(
            f"{name}: {source['articles']:,} articles, {source['bytes'] / 1e6:,.1f} MB of XML"
            + (f", {source['left_out']:,} left out" if source["left_out"] else "")
        )
    if not result["sources"]:
        out.append("No article is in it yet")
    if last := result["last_sync"]:
        out.append(f"Last sync: {last['at']}, run {last['run_id']}")
    for held in result.get("held", ()):
        out.append(
            f"Held by its gate: a batch of {held['job'] or 'a job'}, run {held['run_id']}, {held['at']}: "
            f"{held['reason']}"
        )
    if result.get("held"):
        out.append(
            f"Held batches lie under {REJECTED}. Mend the input or the suite and run the job again, which "
            "makes a new batch; `medconcept clear` deletes the held ones"
        )
    for gate, count in result.get("taken_out", {}).items():
        out.append(f"Taken out by a gate and in quarantine, {gate}: {count:,}")
    for reason, count in result["refused"].items():
        out.append(f"Refused by the sync, {reason}: {count:,}")
    if inventory := result.get("inventory"):
        classes = ", ".join(f"{name} {n:,}" for name, n in inventory["articles"].items()) or "no article"
        out.append(f"Inventory of {inventory['day']}: {inventory['versions']:,} versions; {classes}")
    for flaw, count in (result.get("inventory") or {}).get("flaws", {}).items():
        out.append(f"The inventory is incomplete, {flaw}: {count:,}")
    if folder := result.get("folder"):
        out.append(f"The folder holds {folder['files']:,} article files")
        out += [f"Not read, {reason}: {count:,}" for reason, count in folder["left_out"].items()]
    backlog = (result.get("inventory") or result.get("folder") or {}).get("backlog")
    if backlog is not None:
        out.append(f"Backlog: {backlog:,}")
    return out
