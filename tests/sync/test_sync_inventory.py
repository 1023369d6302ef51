"""Parts and manifests of an inventory, good and bad; metadata that is broken or contradicts. No Spark."""

from __future__ import annotations

import gzip
import hashlib
import json
from base64 import b64encode
from dataclasses import dataclass

import pytest
from pmc_bucket import Article

from medconcept.errors import ConfigError, InputError
from medconcept.sources.inventory_manifest import read_manifest
from medconcept.sources.object_download import DownloadedObject, DownloadRefused
from medconcept.sources.options import BucketOptions, Selection
from medconcept.sources.pmc import check_article, read_metadata
from medconcept.workers.sync.inventory_parts import read_part

COLUMNS = ("Bucket", "Key", "LastModifiedDate", "ETag")


@dataclass
class Held:
    """A transfer that has one object."""

    data: bytes

    async def get(self, key: str, max_bytes: int) -> DownloadedObject:
        return DownloadedObject(self.data, None, None)


def rows(data: bytes, md5: str | None = None, columns=COLUMNS) -> tuple[list[dict], dict[str, int]]:
    """The keys of a part, and its counts of refused rows by reason."""
    found = [r for b in read_part(Held(data), "part", md5, columns) for r in b.to_pylist()]  # type: ignore[arg-type] — has what is used of one
    return [r for r in found if r["pmc"] is not None], {r["reason"]: r["count"] for r in found if r["reason"]}


def line(key: str, etag: str = "e", time: str = "2026-11-24T01:02:03.000Z") -> str:
    return f'"b","{key}","{time}","{etag}"\n'


def test_keys_of_both_layouts_and_what_is_none() -> None:
    text = (
        line("metadata/PMC12.1.json") + line("PMC13.2/PMC13.2.json", '""abc""') + line("PMC13.2/PMC13.2.xml")
    )
    found, counts = rows(gzip.compress(text.encode()))
    assert [(r["pmc"], r["version"], r["etag"]) for r in found] == [(12, 1, "e"), (13, 2, "abc")]
    assert f"{found[0]['modified']:%Y-%m-%dT%H:%M:%S%z}" == "2026-11-24T01:02:03+0000"
    assert counts == {"keys_refused": 1}


@pytest.mark.parametrize(
    "key",
    ["../PMC1.1.json", "/metadata/PMC1.1.json", "metadata/PMC1.1.json\t", "metadata/PMC1.json", "", "PMC"],
)
def test_hostile_keys_are_counted(key: str) -> None:
    found, counts = rows(gzip.compress((line(key) + line("metadata/PMC2.1.json")).encode()))
    assert ([r["pmc"] for r in found], counts) == ([2], {"keys_refused": 1})


def test_rows_with_other_columns_are_counted_one_by_one() -> None:
    text = '"b","metadata/PMC1.1.json"\n' + line("metadata/PMC2.1.json") + '"b","k","t","e","more"\n'
    found, counts = rows(gzip.compress(text.encode()))
    assert ([r["pmc"] for r in found], counts) == ([2], {"rows_malformed": 2})


def test_columns_are_read_by_their_names() -> None:
    text = '"17","e1","metadata/PMC1.1.json"\n'
    found, counts = rows(gzip.compress(text.encode()), columns=("Size", "ETag", "Key"))
    assert [(r["pmc"], r["etag"], r["modified"]) for r in found] == [(1, "e1", None)]
    assert counts == {}


def test_bytes_that_are_no_text_do_not_stop_a_part() -> None:
    data = line("metadata/PMC1.1.json").encode() + b'"b","\xff\xfe","\xff","\xff"\n'
    found, counts = rows(gzip.compress(data))
    assert ([r["pmc"] for r in found], counts) == ([1], {"keys_refused": 1})


def test_an_empty_part_has_no_rows() -> None:
    assert rows(gzip.compress(b"")) == ([], {})


def test_checksums_in_both_spellings() -> None:
    data = gzip.compress(line("metadata/PMC1.1.json").encode())
    digest = hashlib.md5(data)
    assert (
        len(rows(data, digest.hexdigest())[0]) == len(rows(data, b64encode(digest.digest()).decode())[0]) == 1
    )
    with pytest.raises(DownloadRefused, match="md5_mismatch"):
        rows(data, "0" * 32)


@pytest.mark.parametrize("cut", [1, 8, 20])
def test_a_part_that_breaks_off_gives_nothing(cut: int) -> None:
    with pytest.raises(DownloadRefused, match="truncated"):
        rows(gzip.compress(line("metadata/PMC1.1.json").encode())[:-cut])


def test_a_part_that_is_no_gzip() -> None:
    with pytest.raises(DownloadRefused, match="broken"):
        rows(b"PK\x03\x04 not gzip")


def test_parts_of_several_gzip_members() -> None:
    one, two = line("metadata/PMC1.1.json").encode(), line("metadata/PMC2.1.json").encode()
    found, counts = rows(gzip.compress(one) + gzip.compress(two))
    assert ([r["pmc"] for r in found], counts) == ([1, 2], {})


def manifest(**changes: object) -> bytes:
    good = {"fileFormat": "CSV", "fileSchema": ", ".join(COLUMNS), "files": [{"key": "a.csv.gz"}]}
    return json.dumps({**good, **changes}).encode()


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"{", "not the manifest of an S3 inventory"),
        (b"[]", "not the manifest of an S3 inventory"),
        (manifest(files=[{}]), "not the manifest of an S3 inventory"),
        (manifest(fileFormat="ORC"), "the inventory is ORC, only CSV can be read"),
        (manifest(fileSchema="Bucket, Size"), "the inventory has no Key with ETag or LastModifiedDate"),
        (manifest(fileSchema="Bucket, Key"), "the inventory has no Key with ETag or LastModifiedDate"),
        (manifest(files=[]), "the inventory has no parts"),
        (manifest(files=[{"key": "../x"}]), "names a part outside the bucket"),
        (manifest(files=[{"key": "/x"}]), "names a part outside the bucket"),
    ],
)
def test_manifests_that_are_none(data: bytes, says: str) -> None:
    with pytest.raises(InputError, match=f"s3://b/k: {says}"):
        read_manifest(data, "k", "s3://b")


def metadata_json(**changes: object) -> bytes:
    return json.dumps({**Article(7).metadata("b"), **changes}).encode()


def test_metadata_as_pmc_writes_it() -> None:
    found = read_metadata(metadata_json(license_code="CC BY-NC-ND", is_retracted=True), 7, 1)
    assert (found.pmcid, found.version, found.xml_key) == ("PMC7", 1, "PMC7.1/PMC7.1.xml")
    assert found.xml_md5 == hashlib.md5(Article(7).jats()).hexdigest()
    assert (found.licence_group, found.is_retracted) == ("noncommercial", True)
    by_http = read_metadata(metadata_json(xml_url="https://host/bucket/PMC7.1/PMC7.1.xml"), 7, 1)
    assert (by_http.xml_key, by_http.xml_md5) == ("PMC7.1/PMC7.1.xml", None)
    assert read_metadata(metadata_json(xml_url=None), 7, 1).xml_key is None


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "metadata_broken"),
        (b"[1]", "metadata_broken"),
        (b"\xff", "metadata_broken"),
        (b"[" * 100_000, "metadata_broken"),
        (metadata_json(is_retracted="no"), "metadata_broken"),
        (metadata_json(license_code=1), "metadata_broken"),
        (metadata_json(media_urls="x"), "metadata_broken"),
        (metadata_json(pmcid="PMC8"), "metadata_contradicts"),
        (metadata_json(pmcid=None), "metadata_contradicts"),
        (metadata_json(version=2), "metadata_contradicts"),
        (metadata_json(xml_url="s3://b/PMC8.1/PMC8.1.xml"), "hostile_key"),
        (metadata_json(xml_url="s3://b/PMC7.1/../secret"), "hostile_key"),
        (metadata_json(xml_url="s3://b/PMC7.1/%2e%2e/x"), "hostile_key"),
        (metadata_json(xml_url="file:///etc/passwd"), "hostile_key"),
        (metadata_json(xml_url="s3://b/PMC7.1/a\x00b"), "hostile_key"),
    ],
)
def test_metadata_that_cannot_be_right(data: bytes, reason: str) -> None:
    with pytest.raises(DownloadRefused) as refusal:
        read_metadata(data, 7, 1)
    assert (refusal.value.reason, refusal.value.temporary) == (reason, False)


def test_the_xml_of_another_article() -> None:
    metadata = read_metadata(metadata_json(), 7, 1)
    check_article(Article(7).jats(), metadata)
    check_article(b"<article>no ids</article>", metadata)
    check_article(Article(7).jats().replace(b">PMC7<", b">7<"), metadata)
    with pytest.raises(DownloadRefused, match="the XML of PMC7 says PMC8"):
        check_article(Article(8).jats(), metadata)


@pytest.mark.parametrize(
    "wrong",
    [
        {"fraction": 0.0},
        {"fraction": 1.5},
        {"limit": 0},
        {"since": "yesterday"},
        {"until": "2026-13-01"},
        {"licences": ("CC",)},
    ],
)
def test_selections_that_mean_nothing(wrong: dict) -> None:
    with pytest.raises(ConfigError):
        Selection(**wrong)


@pytest.mark.parametrize("wrong", [{"in_flight": 0}, {"attempts": 0}, {"requests_per_second": -1}])
def test_options_that_download_nothing(wrong: dict) -> None:
    with pytest.raises(ConfigError):
        BucketOptions(**wrong)
