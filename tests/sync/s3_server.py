"""A real S3 server over a folder: versitygw, found, or built with Go where there is Go."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
MODULE = "github.com/versity/versitygw/cmd/versitygw@latest"
KEY, SECRET = "medconcept-test", "medconcept-test-secret"


@dataclass(frozen=True)
class Server:
    """A server that runs: its address and the folder whose folders are buckets."""

    url: str
    folder: Path

    def client(self) -> Any:
        """A boto3 client with the owner's keys."""
        import boto3

        return boto3.client(
            "s3",
            endpoint_url=self.url,
            aws_access_key_id=KEY,
            aws_secret_access_key=SECRET,
            region_name="us-east-1",
        )

    def open_to_all(self, bucket: str) -> None:
        """Let anyone list and read a bucket."""
        allow = {
            "Effect": "Allow",
            "Principal": "*",
            "Action": ["s3:GetObject", "s3:ListBucket"],
            "Resource": [f"arn:aws:s3:::{bucket}", f"arn:aws:s3:::{bucket}/*"],
        }
        policy = {"Version": "2012-10-17", "Statement": [allow]}
        self.client().put_bucket_policy(Bucket=bucket, Policy=json.dumps(policy))


def find_versitygw() -> str | None:
    """The program: that of the environment, of build/bin, of the path; else built; None without Go."""
    built = ROOT / "build/bin/versitygw"
    for found in (os.environ.get("VERSITYGW"), str(built), shutil.which("versitygw")):
        if found and Path(found).is_file():
            return found
    if shutil.which("go") is None:
        return None
    built.parent.mkdir(parents=True, exist_ok=True)
    environ = {**os.environ, "GOBIN": str(built.parent)}
    done = subprocess.run(
        ["go", "install", MODULE], env=environ, capture_output=True, text=True, timeout=900, check=False
    )
    return str(built) if done.returncode == 0 else None


@contextmanager
def serve(program: str, folder: Path) -> Iterator[Server]:
    """Serve a folder until the block ends."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    folder.mkdir(parents=True, exist_ok=True)
    command = [program, "--quiet", "--keep-alive", "--port", f"127.0.0.1:{port}"]
    command += ["--access", KEY, "--secret", SECRET, "posix", str(folder)]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        for _ in range(200):
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.05)
        else:
            raise RuntimeError("versitygw did not start")
        yield Server(f"http://127.0.0.1:{port}", folder)
    finally:
        process.terminate()
        process.wait(timeout=20)
