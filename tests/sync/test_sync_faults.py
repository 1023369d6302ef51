"""A source that misbehaves: right data or a counted reason, never a half row, never a row twice."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from fault_proxy import Fault, proxied
from pmc_bucket import PREFIX, Article, PmcBucket
from sync_lakes import digests, keys, refused, settings, sync

from medconcept.errors import InputError, LeaseHeld
from medconcept.stages.sync.bucket_sync import REREAD_RATIO

pytestmark = [pytest.mark.slow, pytest.mark.long]
RAW = ("raw_articles",)


def sound(lake, bucket: PmcBucket, names: set[str]) -> None:
    """Exactly these articles are in, each once, with the bytes that the bucket has."""
    rows = lake.read("raw_articles").where("left_out IS NULL").collect()
    assert sorted(r.source_key.split("/")[0] for r in rows) == sorted(names)
    for row in rows:
        assert bytes(row.content) == (bucket.root / row.source_key).read_bytes()


def test_faults_of_objects_and_their_end(spark, bucket: PmcBucket, server, tmp_path: Path) -> None:
    bucket.put(*[Article(n) for n in range(1, 16)])
    bucket.publish("2026-11-01")
    (bucket.root / "metadata/PMC7.1.json").write_text("{not json")
    (bucket.root / "metadata/PMC8.1.json").unlink()
    wrong = Article(9).metadata(bucket.name) | {"pmcid": "PMC10"}
    (bucket.root / "metadata/PMC9.1.json").write_text(json.dumps(wrong))
    hostile = Article(10).metadata(bucket.name) | {"xml_url": "s3://pmc-oa-opendata/../../etc/passwd?md5=0"}
    (bucket.root / "metadata/PMC10.1.json").write_text(json.dumps(hostile))
    other = Article(11).jats().replace(b"PMC11<", b"PMC12<")
    (bucket.root / "PMC11.1/PMC11.1.xml").write_bytes(other)
    (bucket.root / "metadata/PMC11.1.json").write_text(
        json.dumps(Article(11).metadata(bucket.name) | {"xml_url": "s3://b/PMC11.1/PMC11.1.xml"})
    )
    with proxied(server.url) as proxy:
        config = settings(tmp_path / "work", proxy.url)
        bad = replace(config.sync.bucket, request_seconds=1.0)
        config = replace(config, sync=replace(config.sync, bucket=bad))
        proxy.faults = [
            Fault("PMC1.1.xml", 503, times=2, headers=("Retry-After: 1",)),
            Fault("PMC2.1.xml", "cut", times=1),
            Fault("PMC3.1.xml", "garble"),
            Fault("PMC4.1.xml", 404),
            Fault("PMC5.1.xml", "hang"),
            Fault("PMC6.1.xml", "slow", seconds=0.5),
        ]
        lake, report = sync(spark, config)
        sound(lake, bucket, {f"PMC{n}.1" for n in (1, 2, 6, 12, 13, 14, 15)})
        assert refused(lake) == {
            "PMC3.1": "md5_mismatch",
            "PMC4.1": "xml_not_found",
            "PMC5.1": "timeout",
            "PMC7.1": "metadata_broken",
            "PMC8.1": "metadata_not_found",
            "PMC9.1": "metadata_contradicts",
            "PMC10.1": "hostile_key",
            "PMC11.1": "metadata_contradicts",
        }
        assert report.counts["refused.metadata_contradicts"] == 2
        assert report.counts["articles.new"] == report.counts["events.new"] + 8

        # Again, nothing better: nothing is written. Then the server is well, and all but the broken come.
        head = lake.head().seq
        assert sync(spark, config)[1].status == "nothing new"
        assert lake.head().seq == head
        proxy.faults = []
        lake, _ = sync(spark, config)
        sound(lake, bucket, {f"PMC{n}.1" for n in (1, 2, 3, 4, 5, 6, 12, 13, 14, 15)})
        assert set(refused(lake)) == {f"PMC{n}.1" for n in range(7, 12)}
        # The broken are withdrawn: their refusals are closed.
        for n in range(7, 12):
            (bucket.root / f"metadata/PMC{n}.1.json").write_text("{}")
            bucket.withdraw(n)
        bucket.publish("2026-11-02")
        lake, _ = sync(spark, config)
        assert refused(lake) == {}


def test_a_server_that_is_down_costs_nothing(spark, bucket: PmcBucket, server, tmp_path: Path) -> None:
    bucket.put(*[Article(n) for n in range(1, 71)])
    bucket.publish("2026-11-01")
    with proxied(server.url) as proxy:
        config = settings(tmp_path / "work", proxy.url)
        proxy.faults = [Fault("/PMC|/metadata/PMC", 503)]
        with pytest.raises(InputError, match=r"none of 70 objects could be had \(server_error: 70\)"):
            sync(spark, config)
        proxy.faults = [Fault("", 500)]
        with pytest.raises(InputError, match="the inventories cannot be listed: HTTP status 500"):
            sync(spark, config)
        proxy.faults = []
        lake, _ = sync(spark, config)
        sound(lake, bucket, {f"PMC{n}.1" for n in range(1, 71)})


def test_an_unreachable_update_leaves_what_was_there(
    spark, bucket: PmcBucket, server, tmp_path: Path
) -> None:
    bucket.put(Article(1), Article(2))
    bucket.publish("2026-11-01")
    with proxied(server.url) as proxy:
        config = settings(tmp_path / "work", proxy.url)
        lake, _ = sync(spark, config)
        bucket.change(1, captions=("New.",))
        bucket.put(Article(2, 2))
        bucket.publish("2026-11-02")
        proxy.faults = [Fault("PMC1.1.xml|PMC2.2.xml", 500)]
        lake, report = sync(spark, config)
        assert keys(lake) == {"PMC1.1", "PMC2.1"}
        assert report.counts["refused.server_error"] == 2
        proxy.faults = []
        lake, report = sync(spark, config)
        sound(lake, bucket, {"PMC1.1", "PMC2.2"})
        assert refused(lake) == {}
        assert (report.counts["events.changed"], report.counts["events.superseded"]) == (1, 1)


@pytest.mark.parametrize("flaw", ["missing", "truncated", "garbled", "more columns"])
def test_a_damaged_part_withdraws_nothing(
    spark, bucket: PmcBucket, server, tmp_path: Path, flaw: str
) -> None:
    config = settings(tmp_path / "work", server.url)
    bucket.put(*[Article(n) for n in range(1, 9)])
    bucket.publish("2026-11-01")
    sync(spark, config)
    bucket.withdraw(1)
    bucket.put(*[Article(n) for n in range(20, 24)])
    rows = bucket.rows()
    if flaw == "more columns":
        rows = [[*row, "what", "is this"] if n % 2 else row for n, row in enumerate(rows)]
    data = bucket.publish("2026-11-02", rows)
    part = data / "2026-11-02-1.csv.gz"
    if flaw == "missing":
        part.unlink()
    elif flaw == "truncated":
        part.write_bytes(part.read_bytes()[:-20])
    elif flaw == "garbled":
        part.write_bytes(b"\x1f\x8b" + bytes(50))
    lake, report = sync(spark, config)
    good = {row[1].split("/")[1].removesuffix(".json") for n, row in enumerate(rows) if n % 2 == 0}
    assert keys(lake) == {f"PMC{n}.1" for n in range(1, 9)} | good
    assert "events.withdrawn" not in report.counts
    assert any(k.startswith(("inventory.part_", "inventory.rows_malformed")) for k in report.counts)
    # The next inventory is complete: what it lacks leaves, what the lake lacks arrives.
    bucket.publish("2026-11-03")
    lake, report = sync(spark, config)
    assert report.counts["events.withdrawn"] == 1
    sound(lake, bucket, {a.name for a in bucket.articles.values()})


def test_hostile_keys_and_unknown_columns(spark, bucket: PmcBucket, server, tmp_path: Path) -> None:
    bucket.put(Article(1), Article(2))
    hostile = [
        "../../etc/passwd",
        "/etc/passwd",
        "metadata/../PMC1.1.json",
        "metadata/PMC1.1.json%00",
        "metadata/",
    ]
    hostile += ["metadata/PMC1.1.json\x07", "metadata/PMC99999999999999999999.1.json", "a" * 3000]
    rows = [["b", key, "2026-11-01T00:00:00.000Z", "e"] for key in hostile]
    good = bucket.rows()
    bucket.publish(
        "2026-11-01",
        [["x", *row[:2], "17", *row[2:]] for row in (*rows, *good)],
        columns="Unknown, Bucket, Key, Size, LastModifiedDate, ETag",
    )
    lake, report = sync(spark, settings(tmp_path / "work", server.url))
    sound(lake, bucket, {"PMC1.1", "PMC2.1"})
    assert report.counts["inventory.keys_refused"] == len(hostile)
    assert refused(lake) == {}


def test_inventories_that_cannot_be_used_end_with_one_line(
    spark, bucket: PmcBucket, server, tmp_path: Path
) -> None:
    config = settings(tmp_path / "work", server.url)
    with pytest.raises(InputError, match="no inventory here"):
        sync(spark, config)
    bucket.put(*[Article(n) for n in range(1, 4)])
    bucket.publish("2026-11-01", columns="Bucket, Size")
    with pytest.raises(InputError, match="the inventory has no Key"):
        sync(spark, config)
    bucket.publish("2026-11-02", rows=[])
    with pytest.raises(InputError, match="the inventory names no article"):
        sync(spark, config)
    manifest = bucket.root / PREFIX / "2026-11-02T01-00Z/manifest.json"
    manifest.write_text("{")
    with pytest.raises(InputError, match="not the manifest of an S3 inventory"):
        sync(spark, config)


def test_two_syncs_at_once(spark, bucket: PmcBucket, server, tmp_path: Path) -> None:
    from medconcept.lake.lease import lease
    from medconcept.spark.hadoop_files import HadoopFiles

    bucket.put(Article(1))
    bucket.publish("2026-11-01")
    config = settings(tmp_path / "work", server.url)
    with lease(HadoopFiles(spark, config.lake), "the-other"), pytest.raises(LeaseHeld, match="the-other"):
        sync(spark, config)
    assert keys(sync(spark, config)[0]) == {"PMC1.1"}


def test_duplicates_share_their_bytes_and_pass_them_on(
    spark, bucket: PmcBucket, server, tmp_path: Path
) -> None:
    # Two versions with the same XML, both wanted; then the holder goes.
    config = settings(tmp_path / "work", server.url, all_versions=True)
    bucket.put(Article(1, 1), Article(1, 2), Article(2))
    bucket.publish("2026-11-01")
    lake, _ = sync(spark, config)
    held = {r.source_key: r.duplicate_of for r in lake.read("raw_articles").collect()}
    first, second = "PMC1.1/PMC1.1.xml", "PMC1.2/PMC1.2.xml"
    assert held[first] is None and held[second] == f"pmc-oa-opendata/{first}"
    article = bucket.articles.pop((1, 1))
    bucket.publish("2026-11-02")
    bucket.articles[1, 1] = article
    lake, _ = sync(spark, config)
    (row,) = lake.read("raw_articles").where("metadata.pmcid = 'PMC1'").collect()
    assert (row.source_key, row.duplicate_of, bytes(row.content)) == (second, None, article.jats())


@pytest.mark.parametrize(("articles", "asked"), [(2, 0), (REREAD_RATIO + 1, 1)])
def test_metadata_alone_changes_and_bytes_stay(
    spark, bucket: PmcBucket, server, tmp_path: Path, articles: int, asked: int
) -> None:
    # Of many articles one: then its bytes are asked for again, rather than looked for among all of the lake.
    config = settings(tmp_path / "work", server.url)
    bucket.put(*[Article(n) for n in range(1, articles + 1)])
    bucket.publish("2026-11-01")
    before, _ = sync(spark, config)
    old = {r.source_key: bytes(r.content) for r in before.read("raw_articles").collect()}
    bucket.change(1, retracted=True)
    bucket.publish("2026-11-02")
    with proxied(server.url) as proxy:
        moved = replace(
            config, sync=replace(config.sync, bucket=replace(config.sync.bucket, endpoint=proxy.url))
        )
        lake, report = sync(spark, moved)
        assert len([path for path in proxy.seen if path.endswith(".xml")]) == asked
    assert report.counts["events.retracted"] == 1
    assert {r.source_key: bytes(r.content) for r in lake.read("raw_articles").collect()} == old


def test_selection(spark, bucket: PmcBucket, server, tmp_path: Path) -> None:
    bucket.put(*[Article(n) for n in range(1, 41)])
    bucket.put(Article(51, licence="CC BY-NC"), Article(52, licence=None), Article(53, manuscript=True))
    bucket.put(Article(54, ocr=True), Article(55, changed="2026-10-01T00:00:00.000Z"))
    bucket.publish("2026-11-01")
    (tmp_path / "ids").write_text("PMC3\n5\n\nPMC999\n")

    def chosen(name: str, **select: object) -> set[str]:
        return keys(sync(spark, settings(tmp_path / "work", server.url, name, **select))[0])

    assert chosen("ids", pmcids=str(tmp_path / "ids")) == {"PMC3.1", "PMC5.1"}
    strict = chosen("licence", licences=("commercial",), manuscripts=False, historical_ocr=False)
    assert strict == {f"PMC{n}.1" for n in (*range(1, 41), 55)}
    assert chosen("days", until="2026-10-31") == {"PMC55.1"}
    import hashlib

    def place(n: int) -> float:
        return int(hashlib.md5(f"PMC{n}".encode()).hexdigest()[:8], 16) / 2**32

    everything = (*range(1, 41), *range(51, 56))
    assert chosen("half", fraction=0.5) == {f"PMC{n}.1" for n in everything if place(n) < 0.5}
    limited = settings(tmp_path / "work", server.url, "limit", limit=7)
    lake, _ = sync(spark, limited)
    assert keys(lake) == {f"PMC{n}.1" for n in sorted(everything, key=place)[:7]}
    assert sync(spark, limited)[1].status == "nothing new"
    # A wider selection takes in what was left out, without asking for the rest again.
    wider = settings(tmp_path / "work", server.url, "licence", manuscripts=False, historical_ocr=False)
    lake, report = sync(spark, wider)
    assert keys(lake) == strict | {"PMC51.1", "PMC52.1"}
    assert report.counts["articles.update"] == 2


def test_batches_are_commits(spark, bucket: PmcBucket, server, tmp_path: Path) -> None:
    bucket.put(*[Article(n) for n in range(1, 31)])
    bucket.publish("2026-11-01")
    small = settings(tmp_path / "work", server.url, batch=10)
    lake, _ = sync(spark, small)
    assert lake.head().seq == 3
    assert [r.event for r in lake.read("runs").orderBy("at").collect()].count("batch") == 2
    whole, _ = sync(spark, settings(tmp_path / "work", server.url, "whole"))
    assert digests(lake, RAW) == digests(whole, RAW)


def test_status_and_the_command_line(spark, bucket: PmcBucket, server, tmp_path: Path, capsys) -> None:
    import yaml

    from medconcept.cli import main

    bucket.put(*[Article(n) for n in range(1, 5)], Article(9, licence="CC BY-NC"))
    bucket.publish("2026-11-01")
    (tmp_path / "conf.yaml").write_text(yaml.safe_dump({"lake": str(tmp_path / "lake")}))
    source = [
        "--config",
        str(tmp_path / "conf.yaml"),
        "--input",
        "s3://pmc-oa-opendata",
        "--endpoint",
        server.url,
    ]
    source += ["--licence", "commercial"]
    assert main(["sync_articles", *source, "--json"]) == 0
    (report,) = json.loads(capsys.readouterr().out)
    assert (report["counts"]["events.new"], report["counts"]["left_out.licence"]) == (4, 1)
    bucket.withdraw(1)
    bucket.change(2, retracted=True)
    bucket.put(Article(10), Article(11))
    bucket.publish("2026-11-02")
    before = {p: p.stat().st_mtime_ns for p in (tmp_path / "lake").rglob("*") if p.is_file()}
    assert main(["status", *source, "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["sources"]["pmc-oa-opendata"]["articles"] == 4
    assert found["inventory"]["articles"] == {"up to date": 3, "new": 2, "update": 1, "withdrawn": 1}
    assert (found["inventory"]["day"], found["inventory"]["backlog"]) == ("2026-11-02T01-00Z", 4)
    assert {p: p.stat().st_mtime_ns for p in (tmp_path / "lake").rglob("*") if p.is_file()} == before
    assert main(["status", *source]) == 0
    assert "Backlog: 4" in capsys.readouterr().out
