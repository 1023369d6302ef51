"""`upload`: a finished export into a private, gated repository of a Hub."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from medconcept.cli.output import print_text
from medconcept.errors import ConfigError, ExportError
from medconcept.exports.hub import HubRepository
from medconcept.exports.target import MANIFEST
from medconcept.exports.upload import upload


def run(arguments: argparse.Namespace) -> int:
    """Upload and print; returns the exit code. Raises ExportError or ConfigError."""
    folder = Path(arguments.folder)
    tag = arguments.tag or _release(folder)
    repository = HubRepository(arguments.repo, arguments.endpoint, _token(arguments.token_file))
    result = upload(folder, repository, tag, lambda line: print(line, file=sys.stderr))
    print_text(json.dumps(vars(result)) if arguments.json else "\n".join(result.lines()))
    return 0


def _release(folder: Path) -> str:
    """The release that was exported, whose name the tag is by default."""
    try:
        return str(json.loads((folder / MANIFEST).read_bytes())["release"]["name"])
    except OSError as error:
        raise ExportError(f"{folder}: {MANIFEST}: {error.strerror or error}") from error
    except (ValueError, KeyError, TypeError) as error:
        raise ExportError(f"{folder}: {MANIFEST} is not that of an export") from error


def _token(path: str | None) -> str | None:
    """The token in a file: on the command line every user of the machine could read it."""
    if path is None:
        return None
    try:
        token = Path(path).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"--token-file {path}: {getattr(error, 'strerror', None) or 'not text'}") from error
    if not token:
        raise ConfigError(f"--token-file {path}: it is empty")
    return token
