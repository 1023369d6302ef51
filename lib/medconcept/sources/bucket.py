"""PMC's bucket, or any like it: its address, its settings, and a client for it. Imports no pyspark."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

from medconcept.errors import ConfigError
from medconcept.sources.options import BucketOptions

SCHEMES = ("s3", "https", "http")
_AWS_HOST = re.compile(r"^(?P<bucket>[a-z0-9.-]+?)\.s3[.-](?:[a-z0-9-]+\.)*amazonaws\.com$")


@dataclass(frozen=True)
class Bucket:
    """A bucket as every task opens it; `base` is its web address if it was given as one."""

    name: str
    options: BucketOptions
    base: str | None = None
    # Kept out of messages and logs.
    credentials: Mapping[str, str] = field(default_factory=dict, repr=False)


def is_bucket(address: str) -> bool:
    """True for the address of a bucket; `s3a://` and the like are folders of a Hadoop file system.

    >>> is_bucket("s3://pmc-oa-opendata"), is_bucket("s3a://mine/articles"), is_bucket("articles")
    (True, False, False)
    """
    return address.split("://", 1)[0].lower() in SCHEMES and "://" in address


def parse_bucket(address: str, options: BucketOptions, environ: Mapping[str, str] = os.environ) -> Bucket:
    """Parse the address of a bucket; raise ConfigError, with one line, if it is not one.

    A web address is that of the bucket itself: its host, or its host and name.

    >>> parse_bucket("s3://pmc-oa-opendata", BucketOptions(), {}).name
    'pmc-oa-opendata'
    >>> parse_bucket("http://127.0.0.1:7070/pmc/", BucketOptions(), {}).base
    'http://127.0.0.1:7070/pmc'
    >>> parse_bucket("https://pmc-oa-opendata.s3.amazonaws.com", BucketOptions(), {}).name
    'pmc-oa-opendata'
    """
    parts = urlsplit(address)
    path = parts.path.strip("/")
    if not parts.hostname or (parts.scheme == "s3" and path):
        raise ConfigError(f"{address}: not the address of a bucket, such as s3://pmc-oa-opendata")
    if parts.username or parts.password:
        raise ConfigError("sync.input: a bucket's address holds no password; use the AWS variables instead")
    keys = {} if options.anonymous else _credentials(environ)
    if parts.scheme == "s3":
        return Bucket(parts.hostname, options, credentials=keys)
    aws_host = _AWS_HOST.match(parts.hostname)
    name = path.rsplit("/", 1)[-1] or (aws_host["bucket"] if aws_host else parts.hostname)
    if not options.anonymous:
        raise ConfigError(f"{address}: signed requests need s3://BUCKET and sync.bucket.endpoint")
    return Bucket(name, options, base=f"{parts.scheme}://{parts.netloc}{'/' + path if path else ''}")


def open_store(bucket: Bucket) -> Any:
    """Return a client of the bucket that tries once; `ObjectDownloader` retries temporary errors."""
    from obstore.store import S3Store

    options = bucket.options
    address = bucket.base or options.endpoint
    connection: dict[str, Any] = {**({"endpoint": address} if address else {}), **bucket.credentials}
    return S3Store(
        bucket.name,
        region=options.region,
        skip_signature=options.anonymous,
        virtual_hosted_style_request=bucket.base is not None or address is None,
        **connection,
        client_options={
            "allow_http": (address or "").startswith("http://"),
            "user_agent": options.user_agent,
            "connect_timeout": timedelta(seconds=options.connect_seconds),
            "timeout": timedelta(seconds=options.request_seconds),
        },
        retry_config={"max_retries": 0, "retry_timeout": timedelta(seconds=options.request_seconds)},
    )


def _credentials(environ: Mapping[str, str]) -> dict[str, str]:
    """Return the driver's keys for the workers; without any, each machine finds its own as AWS clients do."""
    names = {
        "access_key_id": "AWS_ACCESS_KEY_ID",
        "secret_access_key": "AWS_SECRET_ACCESS_KEY",
        "session_token": "AWS_SESSION_TOKEN",
    }
    return {option: environ[variable] for option, variable in names.items() if environ.get(variable)}
