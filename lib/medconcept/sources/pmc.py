"""Layout of PMC's bucket: keys, the metadata of an article version, and checks of both.

Layout as of August 2026: `metadata/PMC<id>.<version>.json` and `PMC<id>.<version>/PMC<id>.<version>.xml`
in one folder with the media; every URL in the JSON carries the MD5 of its object.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from urllib.parse import parse_qs, unquote, urlsplit

from medconcept.sources.object_download import DownloadRefused

# The JSON has two keys: in the article's folder, and in the folder that the inventory lists.
METADATA_KEY = (
    r"^(?:metadata/|PMC[0-9]{1,12}\.[0-9]{1,5}/)PMC(?P<pmc>[0-9]{1,12})\.(?P<version>[0-9]{1,5})\.json$"
)
# PMC asks users of its open-access subset to name the source and to imply no endorsement.
ACKNOWLEDGEMENT = (
    "Articles from the PubMed Central Open Access Subset, courtesy of the U.S. National Library of Medicine "
    "(NLM), which does not endorse this product; the data may not be the most current that NLM has. "
    "Each article is under the licence that it states."
)
_ARTICLE_META = re.compile(rb"<article-meta\b.*?</article-meta>", re.S)
_XML_PMCID = re.compile(
    rb"<article-id\b[^>]*\bpub-id-type=[\"'](?:pmc|pmcid)[\"'][^>]*>\s*(?:PMC)?([0-9]+)\s*<", re.I
)
_FLAGS = ("is_pmc_openaccess", "is_manuscript", "is_historical_ocr", "is_retracted")
_TEXTS = ("doi", "mid", "title", "citation", "license_code", "xml_url", "pdf_url", "text_url")


@dataclass(frozen=True)
class Metadata:
    """The metadata of an article version, from its JSON."""

    pmcid: str
    version: int
    pmid: str | None
    doi: str | None
    mid: str | None
    title: str | None
    citation: str | None
    is_pmc_openaccess: bool | None
    is_manuscript: bool | None
    is_historical_ocr: bool | None
    is_retracted: bool | None
    licence_code: str | None
    licence_group: str
    xml_key: str | None
    xml_md5: str | None
    pdf_url: str | None
    text_url: str | None
    media_urls: tuple[str, ...]


def article_key(pmc: int, version: int) -> str:
    """Return the key of a version's XML.

    >>> article_key(13900, 1)
    'PMC13900.1/PMC13900.1.xml'
    """
    return f"PMC{pmc}.{version}/PMC{pmc}.{version}.xml"


def licence_group(code: str | None) -> str:
    """Return PMC's group of a licence code: commercial, noncommercial or other.

    >>> [licence_group(c) for c in ("CC BY", "CC0", "CC BY-NC-SA", "TDM", None)]
    ['commercial', 'commercial', 'noncommercial', 'other', 'other']
    """
    plain = re.sub(r"[\s_-]+", "-", (code or "").strip().upper())
    if not plain.startswith(("CC0", "CC-0", "CC-BY")):
        return "other"
    return "noncommercial" if "-NC" in plain else "commercial"


def read_metadata(data: bytes, pmc: int, version: int) -> Metadata:
    """Parse the metadata of one article version.

    Raises DownloadRefused (metadata_broken, metadata_contradicts, hostile_key) if it is malformed or belongs
    to another article.
    """
    try:
        document = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise DownloadRefused("metadata_broken", "not JSON") from error
    if not isinstance(document, dict):
        raise DownloadRefused("metadata_broken", "no JSON object")
    for name in _FLAGS:
        if not isinstance(document.get(name), bool | None):
            raise DownloadRefused("metadata_broken", f"{name} is neither true nor false")
    for name in _TEXTS:
        if not isinstance(document.get(name), str | None):
            raise DownloadRefused("metadata_broken", f"{name} is no text")
    stated = str(document.get("pmcid") or "").strip().upper().removeprefix("PMC")
    if stated != str(pmc):
        raise DownloadRefused(
            "metadata_contradicts", f"the metadata of PMC{pmc} says pmcid {stated[:20] or 'nothing'}"
        )
    if "version" in document and str(document["version"]) != str(version):
        raise DownloadRefused(
            "metadata_contradicts", f"PMC{pmc}.{version} says version {str(document['version'])[:20]}"
        )
    media = document.get("media_urls") or []
    if not isinstance(media, list) or not all(isinstance(url, str) for url in media):
        raise DownloadRefused("metadata_broken", "media_urls is no list of addresses")
    folder = f"PMC{pmc}.{version}/"
    xml_key, md5 = _object_of(document["xml_url"], folder) if document.get("xml_url") else (None, None)
    pmid = document.get("pmid")
    return Metadata(
        pmcid=f"PMC{pmc}",
        version=version,
        pmid=str(pmid) if pmid not in (None, "") else None,
        doi=document.get("doi"),
        mid=document.get("mid"),
        title=document.get("title"),
        citation=document.get("citation"),
        is_pmc_openaccess=document.get("is_pmc_openaccess"),
        is_manuscript=document.get("is_manuscript"),
        is_historical_ocr=document.get("is_historical_ocr"),
        is_retracted=document.get("is_retracted"),
        licence_code=document.get("license_code"),
        licence_group=licence_group(document.get("license_code")),
        xml_key=xml_key,
        xml_md5=md5,
        pdf_url=document.get("pdf_url"),
        text_url=document.get("text_url"),
        media_urls=tuple(media),
    )


def check_article(data: bytes, metadata: Metadata) -> None:
    """Raise DownloadRefused (metadata_contradicts) if the XML is that of another article than its metadata.

    Only the ids in the article's own metadata are compared, as bytes: the parser checks whether the XML is
    well-formed.
    """
    meta = _ARTICLE_META.search(data)
    stated = {int(digits) for digits in _XML_PMCID.findall(meta.group())} if meta else set()
    if stated and int(metadata.pmcid[3:]) not in stated:
        raise DownloadRefused("metadata_contradicts", f"the XML of {metadata.pmcid} says PMC{min(stated)}")


def media_object(url: str, folder: str) -> tuple[str, str | None]:
    """Key and MD5 of a media address of an article. Raises DownloadRefused where it lies outside the folder.

    >>> media_object("s3://b/PMC1.1/f%201.jpg?md5=0123456789ABCDEF0123456789abcdef", "PMC1.1/")
    ('PMC1.1/f 1.jpg', '0123456789abcdef0123456789abcdef')
    >>> media_object("s3://b/PMC2.1/f1.jpg", "PMC1.1/")
    Traceback (most recent call last):
    medconcept.sources.object_download.DownloadRefused: hostile_key: not in the article's folder
    """
    parts = urlsplit(url)
    key = unquote(parts.path).lstrip("/")
    at = key.find(folder)
    key = key[at:] if at > 0 and parts.scheme in ("http", "https") else key
    name = key.removeprefix(folder)
    steps = name.replace("\\", "/").split("/")
    if not folder or not key.startswith(folder) or not name.isprintable() or {"", ".", ".."} & set(steps):
        raise DownloadRefused("hostile_key", "not in the article's folder")
    md5 = (parse_qs(parts.query).get("md5") or [""])[0]
    return key, md5.lower() if re.fullmatch(r"[0-9a-fA-F]{32}", md5) else None


def _object_of(url: str, folder: str) -> tuple[str, str | None]:
    """Return key and MD5 of a URL; raise DownloadRefused if the key is outside the article's own folder."""
    parts = urlsplit(url)
    key = unquote(parts.path).lstrip("/")
    at = key.find(folder)
    # In a web address the bucket's name may precede the key.
    key = key[at:] if at > 0 and parts.scheme in ("http", "https") else key
    name = key.removeprefix(folder)
    if not key.startswith(folder) or "/" in name or not re.fullmatch(r"[A-Za-z0-9._-]+", name):
        raise DownloadRefused("hostile_key", "the address of the XML lies outside the article's folder")
    md5 = (parse_qs(parts.query).get("md5") or [""])[0]
    return key, md5.lower() if re.fullmatch(r"[0-9a-fA-F]{32}", md5) else None
