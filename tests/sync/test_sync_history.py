"""Seven days at PMC with every kind of change: increments equal a rebuild, nothing is done twice."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from pmc_bucket import Article, PmcBucket
from sync_lakes import CONTENT, digests, keys, refused, settings, sync

pytestmark = [pytest.mark.slow, pytest.mark.long, pytest.mark.timeout(1500)]
ALL = (
    "sync_articles",
    "parse_articles",
    "build_dictionary",
    "annotate_captions",
    "resolve_images",
    "assemble_triplets",
)


def day1(bucket: PmcBucket) -> None:
    bucket.put(*[Article(n) for n in range(1, 21)])
    bucket.put(
        Article(30, licence="CC BY-NC"), Article(31, licence=None), Article(32, manuscript=True, media=False)
    )
    bucket.put(Article(33, 1), Article(33, 2, captions=("A later heart.",)))


def day2(bucket: PmcBucket) -> None:
    bucket.change(1, captions=("A heart.", "Another heart attack."))  # changed
    bucket.put(Article(40), Article(41))  # new
    bucket.put(Article(2, 2, captions=("The second version of a heart.",)))  # superseded


def day3(bucket: PmcBucket) -> None:
    bucket.withdraw(3)
    bucket.change(4, retracted=True)
    bucket.change(5, concern=True)
    bucket.change(6, licence="CC BY-NC")


def day4(bucket: PmcBucket) -> None:
    bucket.withdraw(40)
    bucket.put(Article(3))  # back again
    bucket.put(Article(1, 2, captions=(None,)))
    bucket.change(30, licence="CC BY")
    bucket.put(Article(50, concerns=11), Article(51, concerns=12))


def day5(bucket: PmcBucket) -> None:
    """A day without a change: the inventory is new, what it says is not."""


def day6(bucket: PmcBucket) -> None:
    bucket.change(4, retracted=False)
    bucket.put(Article(1, 3, captions=("The third heart attack.",), retracted=True, licence="CC BY-NC"))
    bucket.change(7, xml=False)
    bucket.change(8, captions=("Never to be read.",))
    (bucket.root / "PMC8.1/PMC8.1.xml").write_bytes(b"<article>not what the metadata says</article>")
    bucket.change(9, media=False)


def day7(bucket: PmcBucket) -> None:
    bucket.change(7, xml=True)
    bucket.put(Article(10, 2))
    bucket.withdraw(51)


EVENTS = {
    1: {"new": 24},
    2: {"changed": 1, "new": 2, "superseded": 1},
    3: {"withdrawn": 1, "retracted": 1, "changed": 2, "licence": 1},
    4: {"withdrawn": 1, "new": 3, "superseded": 1, "changed": 1, "licence": 1},
    5: {},
    6: {"retraction_lifted": 1, "superseded": 1, "retracted": 1, "licence": 1, "left_out": 1}
    | {"metadata": 1, "refused": 1},
    7: {"let_in": 1, "superseded": 1, "withdrawn": 1},
}
REST = ("parse_articles", "annotate_captions", "assemble_triplets")
DAYS = (day1, day2, day3, day4, day5, day6, day7)


def events(report) -> dict[str, int]:
    return {k.removeprefix("events."): n for k, n in report.counts.items() if k.startswith("events.") and n}


def test_increments_equal_a_rebuild(spark, bucket: PmcBucket, server, tmp_path: Path) -> None:
    config = settings(tmp_path / "work", server.url)
    at: dict[int, int] = {}
    for number, change in enumerate(DAYS, 1):
        change(bucket)
        bucket.publish(f"2026-11-{number:02}")
        lake, report = sync(spark, config)
        assert events(report) == EVENTS[number], number
        assert (report.status == "nothing new") == (number == 5)
        # Not after every day: what is behind takes in the changes of two days, or three, as well.
        if number in (1, 2, 4, 7):
            sync(spark, config, *(ALL[1:] if number == 1 else REST))
        at[number] = lake.head().seq

    assert at[5] == at[4], "a day without a change is no commit"
    assert refused(lake) == {"PMC8.1": "md5_mismatch"}
    assert {"PMC1.3", "PMC2.2", "PMC3.1", "PMC10.2", "PMC33.2"} <= keys(lake)
    assert not {"PMC1.1", "PMC1.2", "PMC8.1", "PMC40.1", "PMC33.1"} & keys(lake)

    # What was withdrawn or superseded is still there in older versions.
    then = lake.commit(at[2])
    assert {"PMC3.1", "PMC40.1"} <= {
        r.source_key.split("/")[0] for r in lake.read("raw_articles", then).select("source_key").collect()
    }
    old = {r.figure_key for r in lake.read("figures", then).select("figure_key").collect()}
    new = {r.figure_key for r in lake.read("figures").select("figure_key").collect()}
    assert "PMC40#f1" in old - new

    flags = {r.article_key: r for r in lake.read("articles").collect()}
    assert (flags["PMC1"].is_retracted, flags["PMC1"].article_version) == (True, 3)
    assert (flags["PMC4"].is_retracted, flags["PMC5"].has_concern) == (False, True)
    assert [flags[f"PMC{n}"].has_concern for n in (11, 12, 50)] == [True, False, False]
    assert (flags["PMC6"].licence_group, flags["PMC30"].licence_group) == ("noncommercial", "commercial")
    assert flags["PMC32"].is_manuscript is True
    images = {r.article_key: r.image_status for r in lake.read("triplets").collect()}
    assert images["PMC32"] == images["PMC9"] == "no_media"
    assert images["PMC10"] == "not_an_image"  # seven bytes of text

    rebuilt = replace(config, lake=str(tmp_path / "rebuilt"))
    again, _ = sync(spark, rebuilt, *ALL)
    assert digests(lake) == digests(again)

    # Exactly the articles that changed were touched: the others carry the run that wrote them first.
    first = {r.run_id for r in lake.read("articles").where("article_key = 'PMC20'").collect()}
    assert first == {r.run_id for r in lake.read("articles", lake.commit(at[1])).limit(1).collect()}
    versions = {name: lake.latest_version(name) for name in (*CONTENT, "runs", "quarantine", "commits")}
    _, report = sync(spark, config)
    assert report.status == "nothing new"
    assert versions == {name: lake.latest_version(name) for name in versions}
