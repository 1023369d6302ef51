"""Where a lake lies, and its small files: on a local disk, or in a bucket of S3 by obstore."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from datetime import timedelta
from functools import cached_property
from pathlib import Path
from typing import Any
from urllib.parse import quote

from medconcept.errors import LakeError
from medconcept.reader.needs_spark import NeedsSpark

_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*):(.*)", re.DOTALL)
# Settings of Hadoop's S3A and what the same is called by the object stores of Delta and obstore.
_S3A = {
    "fs.s3a.endpoint": "aws_endpoint",
    "fs.s3a.endpoint.region": "aws_region",
    "fs.s3a.access.key": "aws_access_key_id",
    "fs.s3a.secret.key": "aws_secret_access_key",
    "fs.s3a.session.token": "aws_session_token",
}
_PATH_STYLE = "fs.s3a.path.style.access"
_ANONYMOUS = "AnonymousAWSCredentialsProvider"


class Storage:
    """The files of a lake, read-only. `root` is the lake's URI as Hadoop writes it."""

    def __init__(self, lake: str, spark_options: Mapping[str, str] | None = None) -> None:
        """Take a path or URI, and settings of Spark, of which those of S3A count here, too.

        Raises NeedsSpark for file systems other than local disks and S3, and where Hadoop has a configuration
        that Spark alone reads.
        """
        options = dict(spark_options or {})
        scheme, rest = _split(lake)
        if scheme != "file" and _is_set_by_hadoop(options):
            raise NeedsSpark("Hadoop's configuration says where paths lie and how S3 is reached")
        self.options: dict[str, str] = {}
        self._folder: Path | None = None
        if scheme in (None, "file"):
            path = re.sub(r"^/{2,}", "/", rest) if scheme else rest
            self._folder = Path(os.path.abspath(path))
            if "%" in str(self._folder):
                raise NeedsSpark("a path with %, which Delta's library takes for an escape")
            self.root = f"file:{self._folder}"
        elif scheme in ("s3", "s3a"):
            self.options = s3_options(options)
            self.root = lake.rstrip("/")
        else:
            raise NeedsSpark(f"{scheme}: is a file system that only Spark reads here")

    def table_uri(self, table: str) -> str:
        """The URI of a table as Delta's reader takes it."""
        if self._folder is not None:
            return f"file://{quote(str(self._folder / table))}"
        return f"s3:{self.root.partition(':')[2]}/{table}"

    def local_path(self, name: str) -> Path | None:
        """Where a file is on a local disk; None if the lake is elsewhere."""
        return None if self._folder is None else self._folder / name

    def exists(self, name: str) -> bool:
        """True if there is such a file. Raises NeedsSpark where a bucket does not answer."""
        if self._folder is not None:
            return (self._folder / name).is_file()
        try:
            self._store.head(name)
        except FileNotFoundError:
            return False
        except Exception as error:
            raise NeedsSpark(f"{self.root} cannot be read: {_reason(error)}") from error
        return True

    def read(self, name: str) -> bytes:
        """The bytes of a small file. Raises LakeError."""
        try:
            if self._folder is not None:
                return (self._folder / name).read_bytes()
            return bytes(self._store.get(name).bytes())
        except Exception as error:
            raise self._unreadable(name, error) from error

    def list(self, name: str) -> list[str]:
        """Names directly under a folder, sorted; empty if the folder does not exist. Raises LakeError."""
        try:
            if self._folder is not None:
                folder = self._folder / name
                return sorted(os.listdir(folder)) if folder.is_dir() else []
            listed = self._store.list_with_delimiter(f"{name}/")
            paths = [*listed["common_prefixes"], *(each["path"] for each in listed["objects"])]
        except Exception as error:
            raise self._unreadable(name, error) from error
        return sorted(path.rstrip("/").rpartition("/")[2] for path in paths)

    def _unreadable(self, name: str, error: Exception) -> LakeError:
        return LakeError(f"{self.root}/{name}: {_reason(error)}")

    @cached_property
    def _store(self) -> Any:
        from obstore.store import S3Store

        bucket, _, prefix = self.root.partition("://")[2].partition("/")
        # By default it tries again for minutes, where Spark may know better how to reach the bucket.
        retries: Any = {"max_retries": 2, "retry_timeout": timedelta(seconds=10)}
        options: Any = self.options
        return S3Store(bucket, prefix=prefix or None, config=options, retry_config=retries)


def s3_options(spark_options: Mapping[str, str]) -> dict[str, str]:
    """Options of an object store from settings of Spark; the AWS_ variables of the environment count, too.

    >>> s3_options({"spark.hadoop.fs.s3a.endpoint": "http://localhost:9000", "spark.ui.enabled": "false"})
    {'aws_endpoint': 'http://localhost:9000', 'aws_allow_http': 'true'}
    """
    hadoop = {
        name.removeprefix("spark.hadoop."): value
        for name, value in spark_options.items()
        if name.startswith("spark.hadoop.")
    }
    options = {ours: hadoop[theirs] for theirs, ours in _S3A.items() if hadoop.get(theirs)}
    endpoint = options.get("aws_endpoint")
    if endpoint is not None and "://" not in endpoint:
        options["aws_endpoint"] = endpoint = f"https://{endpoint}"
    if (endpoint or os.environ.get("AWS_ENDPOINT_URL", "")).startswith("http:"):
        options["aws_allow_http"] = "true"
    if hadoop.get(_PATH_STYLE) == "false":
        options["aws_virtual_hosted_style_request"] = "true"
    if _ANONYMOUS in hadoop.get("fs.s3a.aws.credentials.provider", ""):
        options["aws_skip_signature"] = "true"
    return options


def _split(lake: str) -> tuple[str | None, str]:
    match = _SCHEME.fullmatch(lake)
    return (match[1].lower(), match[2]) if match else (None, lake)


def _reason(error: Exception) -> str:
    first, *_ = (str(error).strip() or type(error).__name__).splitlines()
    return str(getattr(error, "strerror", None) or first)[:300]


def _is_set_by_hadoop(options: Mapping[str, str]) -> bool:
    """Whether Hadoop may have another default file system, and settings of S3 of its own."""
    return "spark.hadoop.fs.defaultFS" in options or any(
        name in os.environ for name in ("HADOOP_CONF_DIR", "PYSPARK_GATEWAY_PORT")
    )
