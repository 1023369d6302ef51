"""The name of a sample in files: unique, without a dot, and short enough for any file system."""

from __future__ import annotations

import re
from hashlib import sha256

_NOT_PLAIN = re.compile(r"[^A-Za-z0-9]+")
_READABLE, _DIGITS = 60, 20


def sample_key(triplet_key: str) -> str:
    """A readable part of the triplet key, and the beginning of its SHA-256, by which it is unique.

    WebDataset ends the key of a sample at the first dot of a member's name: a dot would merge samples.

    >>> sample_key("PMC1.2#F1.a/0")
    'PMC1-2-F1-a-0-c2b2df377ebbce9ba510'
    >>> sample_key("PMC1-2#F1.a/0") == sample_key("PMC1.2#F1.a/0")
    False
    """
    plain = _NOT_PLAIN.sub("-", triplet_key).strip("-")
    readable = plain if len(plain) <= _READABLE else plain[-_READABLE:].lstrip("-")
    return f"{readable}-{sha256(triplet_key.encode()).hexdigest()[:_DIGITS]}".lstrip("-")


def shard_name(folder: str, split: str, number: int, count: int, suffix: str) -> str:
    """The path of a shard below the folder of the export, as Hugging Face names shards.

    >>> shard_name("data", "train", 3, 12, ".tar")
    'data/train-00003-of-00012.tar'
    """
    return f"{folder}/{split}-{number:05d}-of-{count:05d}{suffix}"
