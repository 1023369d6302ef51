"""The opt-out list in sync_articles: by PMCID and DOI, from a folder, an archive and a bucket, and back."""

from __future__ import annotations

import io
import tarfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from articles import config, jats, run
from fault_proxy import proxied
from pmc_bucket import Article, PmcBucket
from sync_lakes import BUCKET, settings, sync

from medconcept.config import Config

LAND = ("sync_articles", "parse_articles")
BOTH = "<pmc-articleset>" + "".join(jats(n, "a heart") for n in ("6", "7")) + "</pmc-articleset>"


def listing(config: Config, folder: Path, *entries: str) -> Config:
    """The configuration with an opt-out list of these entries."""
    (folder / "out.txt").write_text("# asked\n" + "".join(f"{entry}\n" for entry in entries))
    return replace(config, opt_out=str(folder / "out.txt"))


def articles(lake: Any) -> set[str]:
    return {row.article_key for row in lake.read("articles").select("article_key").collect()}


def out(lake: Any) -> dict[str, Any]:
    """The files that opted out, none of which has bytes."""
    rows = lake.read("raw_articles").where("left_out = 'opted_out'").collect()
    assert all((r.content, r.source_sha256, r.duplicate_of) == (None, None, None) for r in rows)
    return {row.source_key: row for row in rows}


def test_files_of_a_folder_leave_and_do_not_come_in(spark: Any, released: Any, tmp_path: Path) -> None:
    copied = released.copy_of(
        released.first,
        tmp_path,
        g_xml=jats(None, "a heart", doi="10.1234/g"),
        h_xml=BOTH,
        i_xml=jats("1", "A <italic>heart</italic> attack &lt;script&gt;", "ALL"),  # the bytes of a.xml
    )
    here = listing(copied, tmp_path, "PMC1", "pmc4.2", "https://doi.org/10.1234/G", "PMC6", "PMC99")
    lake, (synced, _) = run(spark, here, *LAND)
    # PMC1 was in the lake; PMC4 and the DOI are new; a file of two articles stays for the one not named.
    assert set(out(lake)) == {"a.xml", "d.xml", "g.xml", "i.xml"}
    assert synced.counts["left_out.opted_out"] == 4
    assert articles(lake) == {"PMC2", "PMC3", "PMC5", "PMC6", "PMC7"}
    assert not lake.read("figures").where("article_key = 'PMC1'").count()
    assert out(lake)["d.xml"].metadata.pmcid == "PMC4"
    assert run(spark, here, "sync_articles")[1][0].status == "nothing new"
    # Whoever is on the list no more comes back.
    lake, (synced, _) = run(spark, listing(copied, tmp_path, "10.1234/g"), *LAND)
    assert set(out(lake)) == {"g.xml"}
    assert articles(lake) == {f"PMC{n}" for n in range(1, 8)}


@pytest.mark.slow  # three syncs
def test_members_of_an_archive_leave_and_come_back(spark: Any, tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    with tarfile.open(tmp_path / "in/a.tar.gz", "w:gz") as archive:
        for n in ("1", "2"):
            data = jats(n, "a heart").encode()
            info = tarfile.TarInfo(f"{n}.xml")
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    here = config(tmp_path)
    here = replace(here, sync=replace(here.sync, input=str(tmp_path / "in/*.tar.gz")))
    lake, _ = run(spark, here, *LAND)
    assert articles(lake) == {"PMC1", "PMC2"}
    named = listing(here, tmp_path, "PMC1")
    lake, _ = run(spark, named, *LAND)
    assert (set(out(lake)), articles(lake)) == ({"a.tar.gz!/1.xml"}, {"PMC2"})
    assert run(spark, named, "sync_articles")[1][0].status == "nothing new"
    lake, _ = run(spark, here, *LAND)
    assert (out(lake), articles(lake)) == ({}, {"PMC1", "PMC2"})
    # An archive that is new to a lake is read with the list.
    fresh = replace(named, lake=str(tmp_path / "fresh"))
    lake, _ = run(spark, fresh, *LAND)
    assert (set(out(lake)), articles(lake)) == ({"a.tar.gz!/1.xml"}, {"PMC2"})


def test_an_article_of_a_bucket_is_not_downloaded(spark: Any, moto: Any, tmp_path: Path) -> None:
    made, client = PmcBucket(tmp_path / "s3"), moto.client()
    client.create_bucket(Bucket=BUCKET)
    moto.open_to_all(BUCKET)
    made.put(Article(1), Article(2), Article(3))
    made.publish("2026-11-01")
    made.upload(client)
    with proxied(moto.url) as proxy:
        here = settings(tmp_path / "work", proxy.url)

        def synced(*entries: str) -> tuple[Any, set[str], dict[str, int]]:
            proxy.seen.clear()
            lake, report = sync(spark, listing(here, tmp_path, *entries))
            return lake, {path.split("/")[-1] for path in proxy.seen if path.endswith(".xml")}, report.counts

        lake, seen, counts = synced("PMC2")
        assert seen == {"PMC1.1.xml", "PMC3.1.xml"}
        assert (counts["left_out.opted_out"], counts["events.left_out"]) == (1, 1)
        (row,) = out(lake).values()
        assert (row.metadata.pmcid, row.metadata.doi, row.metadata.title) == ("PMC2", "10.1234/2", None)
        # By DOI, of an article that is in the lake; its bytes go, and the one before comes in.
        lake, seen, counts = synced("10.1234/3")
        assert (seen, set(out(lake))) == ({"PMC2.1.xml"}, {"PMC3.1/PMC3.1.xml"})
        assert (counts["events.left_out"], counts["events.let_in"]) == (1, 1)
        assert sync(spark, listing(here, tmp_path, "10.1234/3"))[1].status == "nothing new"
