"""Objects over the network, against a server of PyPI behind a proxy that misbehaves."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from fault_proxy import Fault, FaultProxy, proxied
from pmc_bucket import Article, PmcBucket
from sync_lakes import BUCKET

from medconcept.errors import ConfigError, InputError
from medconcept.rights import parse_opt_out
from medconcept.sources.bucket import parse_bucket
from medconcept.sources.inventory_manifest import newest_manifest
from medconcept.sources.object_download import DownloadRefused, ObjectDownloader
from medconcept.sources.options import BucketOptions
from medconcept.workers.sync.fetch_articles import SelectionRules, fetch_batches

MANY = 40


@pytest.fixture(scope="module")
def proxy(moto, tmp_path_factory) -> Iterator[FaultProxy]:
    """The proxy before a bucket with MANY articles, CC BY, one with another licence, one without XML."""
    folder = tmp_path_factory.mktemp("bucket")
    made = PmcBucket(folder)
    made.put(*[Article(n) for n in range(1, MANY + 1)])
    made.put(Article(101, licence="CC BY-NC"), Article(102, xml=False), Article(103, manuscript=True))
    made.publish("2026-11-01")
    made.publish("2026-11-02")
    moto.client().create_bucket(Bucket=BUCKET)
    moto.open_to_all(BUCKET)
    made.upload(moto.client())
    with proxied(moto.url) as running:
        yield running


@pytest.fixture(autouse=True)
def quiet(proxy: FaultProxy) -> None:
    """No faults, nothing seen."""
    proxy.faults, proxy.delay, proxy.most_at_once = [], 0.0, 0
    proxy.seen.clear()
    proxy.agents.clear()


def options(proxy: FaultProxy, **more: object) -> BucketOptions:
    values = {"endpoint": proxy.url, "attempts": 4, "backoff_seconds": 0.02, "request_seconds": 2.0, **more}
    return BucketOptions(**values)  # type: ignore[arg-type] — the dataclass's keywords


def get(proxy: FaultProxy, key: str, **more: object):
    transfer = ObjectDownloader(parse_bucket(f"s3://{BUCKET}", options(proxy, **more)))
    return asyncio.run(transfer.get(key, 10**6)), transfer


def fetch(proxy: FaultProxy, numbers, wanted: SelectionRules | None = None, share: int = 1, **more: object):
    """Fetch articles; the rows by number."""
    import pyarrow as pa

    bucket = parse_bucket(f"s3://{BUCKET}", options(proxy, **more))
    rows = [
        {"pmc": n, "version": 1, "key": f"metadata/PMC{n}.1.json", "state": f"e{n}", "known_md5": None}
        for n in numbers
    ]
    types = pa.schema(
        [
            ("pmc", "int64"),
            ("version", "int32"),
            ("key", "string"),
            ("state", "string"),
            ("known_md5", "string"),
        ]
    )
    every = wanted or SelectionRules(("commercial", "noncommercial", "other"), True, True, 10**6)
    batches = fetch_batches(
        [pa.RecordBatch.from_pylist(rows, types)], bucket=bucket, rules=every, share=share
    )
    return {row["pmc"]: row for batch in batches for row in batch.to_pylist()}


KEY = "PMC1.1/PMC1.1.xml"


@pytest.mark.parametrize("what", [500, 502, 503, 429, "cut"])
def test_what_passes_is_asked_for_again(proxy: FaultProxy, what) -> None:
    proxy.faults = [Fault(KEY, what, times=2)]
    got, transfer = get(proxy, KEY)
    assert got.data == Article(1).jats()
    assert transfer.retries >= 1


@pytest.mark.parametrize(("what", "reason"), [(404, "not_found"), (403, "forbidden"), (400, "refused")])
def test_what_is_final_is_asked_for_once(proxy: FaultProxy, what: int, reason: str) -> None:
    proxy.faults = [Fault(KEY, what)]
    with pytest.raises(DownloadRefused) as refusal:
        get(proxy, KEY)
    assert (refusal.value.reason, refusal.value.temporary) == (reason, False)
    assert sum(proxy.seen.values()) == 1


def test_a_server_that_never_recovers_is_a_temporary_reason(proxy: FaultProxy) -> None:
    proxy.faults = [Fault(KEY, 500)]
    with pytest.raises(DownloadRefused) as refusal:
        get(proxy, KEY)
    assert (refusal.value.reason, refusal.value.temporary) == ("server_error", True)
    assert sum(proxy.seen.values()) == 4


def test_a_server_that_hangs_is_left_in_time(proxy: FaultProxy) -> None:
    proxy.faults = [Fault(KEY, "hang")]
    begun = time.monotonic()
    with pytest.raises(DownloadRefused) as refusal:
        get(proxy, KEY, request_seconds=0.3, attempts=2)
    assert (refusal.value.reason, refusal.value.temporary) == ("timeout", True)
    assert time.monotonic() - begun < 5


def test_retry_after_is_heeded(proxy: FaultProxy) -> None:
    proxy.faults = [Fault(KEY, 503, times=2, headers=("Retry-After: 1",))]
    begun = time.monotonic()
    got, _ = get(proxy, KEY)
    assert got.data == Article(1).jats()
    assert time.monotonic() - begun >= 1.0


def test_backoff_grows_and_has_jitter(proxy: FaultProxy) -> None:
    proxy.faults = [Fault(KEY, 500)]
    bounds: list[float] = []

    def jitter(low: float, high: float) -> float:
        assert low == 0.0
        bounds.append(high)
        return 0.0

    transfer = ObjectDownloader(
        parse_bucket(f"s3://{BUCKET}", options(proxy, backoff_seconds=0.5)), jitter=jitter
    )
    with pytest.raises(DownloadRefused):
        asyncio.run(transfer.get(KEY, 10**6))
    assert bounds == [0.5, 1.0, 2.0]


def test_too_large_is_not_read(proxy: FaultProxy) -> None:
    transfer = ObjectDownloader(parse_bucket(f"s3://{BUCKET}", options(proxy)))
    with pytest.raises(DownloadRefused, match="too_large"):
        asyncio.run(transfer.get(KEY, 10))


def test_articles_with_their_metadata(proxy: FaultProxy) -> None:
    rows = fetch(
        proxy, [1, 101, 102, 103], SelectionRules(("commercial",), False, True, 10**6), user_agent="test/1"
    )
    assert rows[1]["content"] == Article(1).jats()
    assert (rows[1]["reason"], rows[1]["size"]) == (None, len(Article(1).jats()))
    assert rows[1]["metadata"]["licence_group"] == "commercial"
    assert [rows[n]["left_out"] for n in (1, 101, 102, 103)] == [None, "licence", "no_xml", "manuscript"]
    assert all(rows[n]["content"] is None for n in (101, 102, 103))
    assert proxy.agents == {"test/1"}


def test_articles_that_opted_out_keep_their_ids_alone(proxy: FaultProxy) -> None:
    everything = ("commercial", "noncommercial", "other")
    listed = parse_opt_out("PMC1\nhttps://doi.org/10.1234/2\nPMC4#f1\n", "list")
    rows = fetch(proxy, [1, 2, 3, 4], SelectionRules(everything, True, True, 10**6, listed))
    assert [rows[n]["left_out"] for n in (1, 2, 3, 4)] == ["opted_out", "opted_out", None, None]
    assert rows[1]["content"] is None and rows[3]["content"] == Article(3).jats()
    kept = {name for name, value in rows[1]["metadata"].items() if value is not None}
    assert kept.isdisjoint({"title", "citation", "media_urls"}) and {"pmcid", "doi", "version"} <= kept
    assert not [path for path in proxy.seen if path.endswith(("PMC1.1.xml", "PMC2.1.xml"))]


def test_wrong_bytes_never_come_through(proxy: FaultProxy) -> None:
    proxy.faults = [Fault("PMC1.1.xml", "garble"), Fault("PMC2.1.xml", "garble", times=1)]
    rows = fetch(proxy, [1, 2, 3])
    assert (rows[1]["reason"], rows[1]["content"]) == ("md5_mismatch", None)
    assert rows[2]["content"] == Article(2).jats()
    assert rows[3]["content"] == Article(3).jats()


def test_faults_cost_the_article_alone(proxy: FaultProxy) -> None:
    proxy.faults = [
        Fault("metadata/PMC1.1.json", 404),
        Fault("PMC2.1.xml", 404),
        Fault("metadata/PMC3.1.json", "garble"),
        Fault("PMC4.1.xml", 500),
    ]
    rows = fetch(proxy, range(1, 9))
    reasons = {n: (row["reason"], row["temporary"]) for n, row in rows.items() if row["reason"]}
    assert reasons == {
        1: ("metadata_not_found", False),
        2: ("xml_not_found", False),
        3: ("metadata_broken", False),
        4: ("server_error", True),
    }
    assert all(rows[n]["content"] == Article(n).jats() for n in range(5, 9))


def test_requests_in_flight_are_many_and_bounded(proxy: FaultProxy) -> None:
    proxy.delay = 0.05
    fetch(proxy, range(1, MANY + 1), share=2, in_flight=16)
    assert proxy.most_at_once == 8


def test_the_rate_is_kept(proxy: FaultProxy) -> None:
    begun = time.monotonic()
    fetch(proxy, range(1, 21), requests_per_second=40)
    # 40 requests; the first tenth of a second goes free.
    assert time.monotonic() - begun >= 0.7


def test_a_dead_server_is_given_up_before_every_object_was_tried_in_full(proxy: FaultProxy) -> None:
    proxy.faults = [Fault("", 500)]
    rows = fetch(proxy, range(1, MANY + 1), in_flight=1)
    assert {row["reason"] for row in rows.values()} == {"server_error"}
    assert sum(proxy.seen.values()) < 4 * MANY


@pytest.mark.parametrize("how", ["s3", "http"])
def test_the_newest_inventory_is_found(proxy: FaultProxy, how: str) -> None:
    address = f"s3://{BUCKET}" if how == "s3" else f"{proxy.url}/{BUCKET}"
    found = newest_manifest(parse_bucket(address, options(proxy)), address)
    assert found.day == "2026-11-02T01-00Z"
    assert len(found.parts) == 2


def test_no_inventory_is_one_line(proxy: FaultProxy) -> None:
    bucket = parse_bucket(f"s3://{BUCKET}", options(proxy, inventory="elsewhere"))
    with pytest.raises(InputError, match=r"s3://b/elsewhere: no inventory here"):
        newest_manifest(bucket, "s3://b")


@pytest.mark.parametrize("address", ["s3://", "s3://bucket/folder", "https://me:pw@host/bucket"])
def test_bad_addresses(address: str) -> None:
    with pytest.raises(ConfigError):
        parse_bucket(address, BucketOptions())


def test_signed_requests(moto, tmp_path: Path) -> None:
    keys = {"AWS_ACCESS_KEY_ID": "a-key", "AWS_SECRET_ACCESS_KEY": "a-secret"}
    with proxied(moto.url) as proxy:
        bucket = parse_bucket(f"s3://{BUCKET}", options(proxy, anonymous=False), keys)
        assert "a-secret" not in repr(bucket)
        proxy.faults = [Fault(KEY, 503, times=1, headers=("Retry-After: 1",))]
        assert asyncio.run(ObjectDownloader(bucket).get(KEY, 10**6)).data == Article(1).jats()
        assert proxy.signed
