"""A bucket laid out as PMC's, in a folder that an S3 server serves; it changes from day to day."""

from __future__ import annotations

import gzip
import hashlib
import json
import shutil
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from pathlib import Path

PREFIX = "inventory-reports/pmc-oa-opendata/metadata"
COLUMNS = "Bucket, Key, LastModifiedDate, ETag"
CC = "https://creativecommons.org/licenses"


@dataclass(frozen=True)
class Article:
    """One version of an article as PMC holds it."""

    pmc: int
    version: int = 1
    captions: tuple[str | None, ...] = ("A heart attack.",)
    licence: str | None = "CC BY"
    retracted: bool = False
    manuscript: bool = False
    ocr: bool = False
    concern: bool = False
    concerns: int | None = None  # a notice about that article
    media: bool = True
    pictures: tuple[bytes, ...] = ()  # the media in order; without them each is seven bytes of text
    xml: bool = True
    changed: str = "2026-11-01T00:00:00.000Z"

    @property
    def name(self) -> str:
        return f"PMC{self.pmc}.{self.version}"

    def picture(self, n: int) -> bytes:
        """The bytes of the n-th graphic, from 1."""
        return self.pictures[n - 1] if self.pictures else b"picture"

    def jats(self) -> bytes:
        """The XML; it states a licence of its own only where the JSON states a CC one."""
        figures = "".join(
            f'<fig id="f{n}"><label>Figure {n}</label>'
            + (f"<caption><p>{text}</p></caption>" if text is not None else "")
            + f'<graphic xlink:href="g{n}"/></fig>'
            for n, text in enumerate(self.captions, 1)
        )
        kind = (self.licence or "").lower().removeprefix("cc ").replace(" ", "-")
        licence = (
            f'<permissions><license xlink:href="{CC}/{kind}/4.0/"/></permissions>'
            if (self.licence or "").startswith("CC BY")
            else ""
        )
        concern = (
            '<related-article related-article-type="expression-of-concern" xlink:href="10.1234/eoc"/>'
            if self.concern
            else ""
        )
        if self.concerns:
            concern += (
                '<related-article related-article-type="object-of-concern" ext-link-type="doi" '
                f'xlink:href="10.1234/{self.concerns}"/>'
            )
        return (
            '<article xmlns:xlink="http://www.w3.org/1999/xlink"><front><article-meta>'
            f'<article-id pub-id-type="pmc">PMC{self.pmc}</article-id>'
            f'<article-id pub-id-type="doi">10.1234/{self.pmc}</article-id>'
            f"<title-group><article-title>Article {self.pmc}</article-title></title-group>"
            f"<pub-date><year>2020</year></pub-date>{licence}{concern}</article-meta></front>"
            f"<body>{figures}</body></article>"
        ).encode()

    def metadata(self, bucket: str) -> dict[str, object]:
        """The JSON, as an object."""
        base = f"s3://{bucket}/{self.name}/"

        def url(name: str, data: bytes) -> str:
            return f"{base}{name}?md5={hashlib.md5(data).hexdigest()}"

        return {
            "pmcid": f"PMC{self.pmc}",
            "version": self.version,
            "pmid": 30000000 + self.pmc,
            "doi": f"10.1234/{self.pmc}",
            "mid": None,
            "title": f"Article {self.pmc}",
            "citation": "J Test. 2020",
            "is_pmc_openaccess": not self.manuscript,
            "is_manuscript": self.manuscript,
            "is_historical_ocr": self.ocr,
            "is_retracted": self.retracted,
            "license_code": self.licence,
            "xml_url": url(f"{self.name}.xml", self.jats()) if self.xml else None,
            "pdf_url": None,
            "text_url": None,
            "media_urls": [url(f"g{n}.jpg", self.picture(n)) for n in range(1, 1 + len(self.captions))]
            if self.media
            else [],
        }


@dataclass
class PmcBucket:
    """The bucket's folder and what is in it. `publish` writes a day: the objects and the inventory."""

    folder: Path
    name: str = "pmc-oa-opendata"
    articles: dict[tuple[int, int], Article] = field(default_factory=dict)
    parts: int = 2

    @property
    def root(self) -> Path:
        return self.folder / self.name

    def put(self, *articles: Article) -> None:
        """Add or replace versions of articles; seen from outside with the next inventory."""
        for article in articles:
            self.articles[article.pmc, article.version] = article
            home = self.root / article.name
            home.mkdir(parents=True, exist_ok=True)
            (self.root / "metadata").mkdir(exist_ok=True)
            (home / f"{article.name}.xml").write_bytes(article.jats())
            text = json.dumps(article.metadata(self.name)).encode()
            (home / f"{article.name}.json").write_bytes(text)
            (self.root / f"metadata/{article.name}.json").write_bytes(text)
            if article.media:
                for n in range(1, 1 + len(article.captions)):
                    (home / f"g{n}.jpg").write_bytes(article.picture(n))

    def change(self, pmc: int, version: int = 1, **what: object) -> None:
        """Replace a version by one that differs in what is given."""
        self.put(replace(self.articles[pmc, version], **what))

    def withdraw(self, pmc: int) -> None:
        """Take all versions of an article out of the bucket."""
        for key in [k for k in self.articles if k[0] == pmc]:
            name = self.articles.pop(key).name
            shutil.rmtree(self.root / name)
            (self.root / f"metadata/{name}.json").unlink()

    def rows(self) -> list[list[str]]:
        """The rows of an inventory as the bucket stands."""
        out = []
        for article in self.articles.values():
            path = self.root / f"metadata/{article.name}.json"
            etag = hashlib.md5(path.read_bytes()).hexdigest()
            out.append([self.name, f"metadata/{article.name}.json", article.changed, etag])
        return out

    def publish(
        self,
        day: str,
        rows: Iterable[list[str]] | None = None,
        *,
        columns: str = COLUMNS,
        checked: bool = True,
    ) -> Path:
        """Write the inventory of a day (`2026-11-01`); returns the folder of its parts."""
        rows = self.rows() if rows is None else list(rows)
        data = self.root / PREFIX / "data"
        data.mkdir(parents=True, exist_ok=True)
        files = []
        for n in range(self.parts):
            text = "".join(",".join(f'"{cell}"' for cell in row) + "\n" for row in rows[n :: self.parts])
            packed = gzip.compress(text.encode(), mtime=0)
            key = f"{PREFIX}/data/{day}-{n}.csv.gz"
            (self.root / key).write_bytes(packed)
            part = {"key": key, "size": len(packed)}
            if checked:
                part["MD5checksum"] = hashlib.md5(packed).hexdigest()
            files.append(part)
        folder = self.root / PREFIX / f"{day}T01-00Z"
        folder.mkdir(parents=True, exist_ok=True)
        (self.root / PREFIX / "hive").mkdir(exist_ok=True)
        manifest = {
            "sourceBucket": self.name,
            "destinationBucket": f"arn:aws:s3:::{self.name}",
            "version": "2016-11-30",
            "creationTimestamp": "1780000000000",
            "fileFormat": "CSV",
            "fileSchema": columns,
            "files": files,
        }
        (folder / "manifest.json").write_text(json.dumps(manifest))
        return data

    def upload(self, client) -> None:
        """Put all objects to a server that does not serve the folder itself."""
        for path in sorted(p for p in self.root.rglob("*") if p.is_file()):
            client.put_object(
                Bucket=self.name, Key=path.relative_to(self.root).as_posix(), Body=path.read_bytes()
            )
