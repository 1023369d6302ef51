"""resolve_images on a bucket: only what is requested is fetched, once, and faults are distinguished."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import pytest
from fault_proxy import Fault, FaultProxy, proxied
from image_examples import picture, saved
from pmc_bucket import Article, PmcBucket
from sync_lakes import BUCKET, settings, sync

from medconcept.config import Config
from medconcept.images.options import ImageFilter

JOBS = ("sync_articles", "parse_articles", "resolve_images")
PICTURES = [saved(picture(seed=n), "JPEG") for n in range(8)]


def of(*numbers: int) -> tuple[bytes, ...]:
    return tuple(PICTURES[n] for n in numbers)


def captions(count: int) -> tuple[str, ...]:
    return tuple(f"A heart {n}." for n in range(count))


def fetched(proxy: FaultProxy) -> dict[str, int]:
    """Requests for pictures since the last call, by their path in the bucket."""
    found = {path.removeprefix(f"/{BUCKET}/"): n for path, n in proxy.seen.items() if path.endswith(".jpg")}
    proxy.seen.clear()
    return found


def statuses(lake: Any) -> dict[str, str]:
    return {row.image_key: row.status for row in lake.read("images").collect()}


@dataclass
class Day:
    """A lake after its first sync from a bucket: what the later days need, and what the first one did."""

    made: PmcBucket
    proxy: FaultProxy
    client: Any
    config: Config
    lake: Any
    counts: dict[str, int]
    seen: dict[str, int]


@pytest.fixture(scope="module")
def first(spark: Any, moto: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Day]:
    """A bucket on a server in this process behind a proxy that counts requests, and its images resolved."""
    folder = tmp_path_factory.mktemp("bucket")
    made, client = PmcBucket(folder / "s3"), moto.client()
    client.create_bucket(Bucket=BUCKET)
    moto.open_to_all(BUCKET)
    made.put(
        Article(1, captions=captions(2), pictures=of(0, 1)),
        Article(2, captions=captions(1), pictures=of(2), licence="CC BY-NC"),
        Article(3, captions=captions(5), pictures=of(3, 4, 5, 6, 7)),
        Article(4, media=False),
        Article(5),
    )
    hostile = made.articles[5, 1].metadata(made.name)
    hostile["media_urls"] = [f"s3://{BUCKET}/PMC1.1/g1.jpg?md5=0"]  # another article's
    for name in ("metadata/PMC5.1.json", "PMC5.1/PMC5.1.json"):
        (made.root / name).write_text(json.dumps(hostile))
    made.publish("2026-11-01")
    made.upload(client)
    other = PICTURES[0]
    client.put_object(Bucket=BUCKET, Key="PMC3.1/g1.jpg", Body=other)  # not what the metadata state
    client.delete_object(Bucket=BUCKET, Key="PMC3.1/g2.jpg")
    with proxied(moto.url) as proxy:
        proxy.faults = [Fault("PMC3.1/g3.jpg", 503), Fault("PMC3.1/g4.jpg", 403)]
        config = settings(folder / "work", proxy.url)
        only = replace(config.images, only=ImageFilter(licences=("commercial",)))
        config = replace(config, images=only)
        lake, report = sync(spark, config, *JOBS)
        yield Day(made, proxy, client, config, lake, report.counts, fetched(proxy))


def test_only_what_is_requested_is_fetched(first: Day) -> None:
    lake, counts, seen = first.lake, first.counts, first.seen
    assert statuses(lake) == {
        "PMC1#f1/0": "resolved",
        "PMC1#f2/0": "resolved",
        "PMC2#f1/0": "not_requested",
        "PMC3#f1/0": "checksum_mismatch",
        "PMC3#f2/0": "not_found",
        "PMC3#f3/0": "server_error",
        "PMC3#f4/0": "forbidden",
        "PMC3#f5/0": "resolved",
        "PMC4#f1/0": "no_media",
        "PMC5#f1/0": "hostile_key",
    }
    assert counts["images.in"] == 10 == sum(n for name, n in counts.items() if name in {
        f"images.{status}" for status in statuses(lake).values()
    })  # fmt: skip
    assert counts["bytes.fetched"] == sum(map(len, of(0, 1, 7, 0)))
    assert set(seen) == {"PMC1.1/g1.jpg", "PMC1.1/g2.jpg", *(f"PMC3.1/g{n}.jpg" for n in range(1, 6))}
    once = {name for name, n in seen.items() if n == 1}
    assert once == set(seen) - {"PMC3.1/g3.jpg"}, "what was busy is asked for again, nothing else is"


@pytest.mark.long  # rebuilds, minutes each: make test-long
@pytest.mark.slow  # three days
def test_later_days_fetch_what_changed_and_nothing_twice(spark: Any, first: Day) -> None:
    made, proxy, client, config = first.made, first.proxy, first.client, first.config
    # What may pass is tried again, and nothing else.
    proxy.faults = []
    lake, _ = sync(spark, config, "resolve_images")
    assert fetched(proxy) == {"PMC3.1/g3.jpg": 1}
    assert statuses(lake)["PMC3#f3/0"] == "resolved"
    assert sync(spark, config, "resolve_images")[1].status == "nothing new"
    assert fetched(proxy) == {}

    # A picture that changed at the source, though the XML did not; and a filter that lets more pass.
    made.put(Article(1, captions=captions(2), pictures=of(0, 6), changed="2026-11-02T00:00:00.000Z"))
    made.publish("2026-11-02")
    made.upload(client)
    lake, _ = sync(spark, config, *JOBS)
    assert fetched(proxy) == {"PMC1.1/g2.jpg": 1}
    config = replace(config, images=replace(config.images, only=ImageFilter()))
    lake, _ = sync(spark, config, "resolve_images")
    assert fetched(proxy) == {"PMC2.1/g1.jpg": 1}
    assert statuses(lake)["PMC2#f1/0"] == "resolved"

    made.withdraw(3)
    for listed in client.list_objects_v2(Bucket=BUCKET)["Contents"]:
        if "PMC3.1" in listed["Key"]:
            client.delete_object(Bucket=BUCKET, Key=listed["Key"])
    made.publish("2026-11-03")
    made.upload(client)
    lake, _ = sync(spark, config, *JOBS)
    assert {key.split("#")[0] for key in statuses(lake)} == {"PMC1", "PMC2", "PMC4", "PMC5"}
    kept = {bytes(row.content) for row in lake.read("image_bytes").collect()}
    assert kept == set(of(0, 6, 2))
