"""A repository of a data set on a Hub, through huggingface_hub: every question again after a failure."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any, TypeVar

from medconcept.errors import ConfigError, ExportError
from medconcept.exports.local_files import LocalFile

T = TypeVar("T")
OWN = ".gitattributes"  # the Hub's own file in a new repository
WAITS = (1.0, 5.0, 30.0, 120.0)  # seconds before each further try
TIMEOUT = 120.0  # seconds without a byte
_PASSING = (408, 409, 412, 425, 429, 500, 502, 503, 504)
_REFUSED = (401, 403, 404)


class HubRepository:
    """The repository `name` of the Hub at `endpoint`. Every method raises ExportError in one line."""

    def __init__(
        self, name: str, endpoint: str | None, token: str | None, *, timeout: float = TIMEOUT
    ) -> None:
        """Raises ConfigError without the library or a token."""
        try:
            import huggingface_hub
            from huggingface_hub.utils._http import default_client_factory
        except ImportError as error:
            raise ConfigError(
                "upload needs the package huggingface_hub 1 or newer: pip install medconcept[hub]"
            ) from error

        def client() -> Any:
            made = default_client_factory()
            made.timeout = timeout  # the library's own waits for ever
            return made

        huggingface_hub.set_client_factory(client)
        token = token or huggingface_hub.get_token()
        if not token:
            raise ConfigError("upload: no token; set HF_TOKEN, name --token-file, or run `hf auth login`")
        self.name = name
        self._hub = huggingface_hub
        self._api = huggingface_hub.HfApi(endpoint=endpoint, token=token)
        self._anonymous = huggingface_hub.HfApi(endpoint=endpoint, token=False)

    def make_private(self) -> None:
        """Create it if there is none, private, and turn gating on; one that is public is refused."""

        def make() -> None:
            try:
                self._info()
            except self._hub.errors.HfHubHTTPError as error:
                if error.response.status_code != 404:
                    raise
                self._api.create_repo(self.name, repo_type="dataset", private=True)
            if not self._info().private:
                raise ExportError(f"{self.name}: the repository is public; nothing is sent to it")
            self._api.update_repo_settings(self.name, repo_type="dataset", gated="manual")
            if not self._info().gated:
                raise ExportError(f"{self.name}: the Hub did not turn gating on")

        self._again("making the repository", make)

    def require_refusal(self, path: str) -> None:
        """Raise unless whoever has no token is refused: what the repository is, its list of files, a file."""
        ask = {
            "what it is": lambda: self._anonymous.repo_info(self.name, repo_type="dataset"),
            "its files": lambda: list(self._anonymous.list_repo_tree(self.name, repo_type="dataset")),
            path: lambda: self._anonymous_get(path),
        }
        for what, question in ask.items():

            def refused(question: Callable[[], object] = question) -> bool:
                try:
                    question()
                except Exception as error:
                    if _status(error) in _REFUSED:
                        return True
                    raise
                return False

            if not self._again("asking without a token", refused):
                raise ExportError(
                    f"{self.name}: {what} is given to whoever asks, without a token; nothing more is sent"
                )

    def files(self, revision: str) -> dict[str, tuple[int, str]]:
        """The files at a revision: size, and SHA-256 of those in LFS or the id of the Git blob of others."""

        def listed() -> dict[str, tuple[int, str]]:
            tree = self._api.list_repo_tree(self.name, repo_type="dataset", revision=revision, recursive=True)
            return {
                each.path: (each.size, each.lfs.sha256 if each.lfs else each.blob_id)
                for each in tree
                if isinstance(each, self._hub.hf_api.RepoFile)
            }

        return self._again("listing the files", listed)

    def head(self) -> str:
        """The last commit of the main branch."""
        return str(self._again("asking for the last commit", lambda: self._info().sha))

    def commit(self, folder: Path, files: Iterable[LocalFile], message: str) -> str:
        """Commit files; returns the commit at which all of them are there, with their checksums.

        After an answer that did not come, what is there is looked at before anything is sent again.
        """
        files = list(files)

        def send() -> str:
            head = str(self._info().sha)
            if not lacking(files, self.files(head)):
                return head
            additions = [
                self._hub.CommitOperationAdd(path_in_repo=file.path, path_or_fileobj=str(folder / file.path))
                for file in files
            ]
            done = self._api.create_commit(
                self.name, additions, commit_message=message, repo_type="dataset", parent_commit=head
            )
            return str(done.oid)

        oid = self._again("sending files", send)
        if missing := lacking(files, self.files(oid)):
            raise ExportError(f"{self.name}: commit {oid}: {missing[0].path} has not arrived as it was sent")
        return oid

    def tag(self, name: str, commit: str) -> None:
        """Give a commit a tag; one of that name on another commit is left alone."""

        def make() -> str:
            if (there := self._tags().get(name)) is None:
                self._api.create_tag(self.name, repo_type="dataset", tag=name, revision=commit)
                there = self._tags().get(name)
            return str(there)

        there = self._again("tagging", make)
        if there != commit:
            raise ExportError(
                f"{self.name}: the tag {name} is on another commit, {there}; name another one (--tag)"
            )

    def _tags(self) -> dict[str, str]:
        refs = self._api.list_repo_refs(self.name, repo_type="dataset")
        return {tag.name: tag.target_commit for tag in refs.tags}

    def _info(self) -> Any:
        return self._api.repo_info(self.name, repo_type="dataset")

    def _anonymous_get(self, path: str) -> None:
        url = self._hub.hf_hub_url(self.name, path, repo_type="dataset", endpoint=self._anonymous.endpoint)
        self._hub.get_session().get(url).raise_for_status()

    def _again(self, doing: str, ask: Callable[[], T]) -> T:
        """What `ask` returns; after a failure that may pass it is asked again, with longer waits."""
        for wait in (*WAITS, None):
            try:
                return ask()
            except ExportError:
                raise
            except Exception as error:  # of the library, of the client below it, of a broken answer
                status = _status(error)
                if status is not None and status not in _PASSING:
                    raise ExportError(f"{self.name}: {doing}: {_line(error)}") from error
                if wait is None:
                    raise ExportError(
                        f"{self.name}: {doing}: {_line(error)}; the same command goes on from here"
                    ) from error
            time.sleep(wait)
        raise AssertionError("the last try returns or raises")


def lacking(files: Iterable[LocalFile], there: Mapping[str, tuple[int, str]]) -> list[LocalFile]:
    """The files that are not there with their size and checksum."""
    return [
        file for file in files
        if there.get(file.path) not in ((file.size, file.sha256), (file.size, file.blob_id))
    ]  # fmt: skip


def _status(error: BaseException | None) -> int | None:
    """The HTTP status of an error or of what caused it."""
    while error is not None:
        status = getattr(getattr(error, "response", None), "status_code", None)
        if status is not None:
            return int(status)
        error = error.__cause__
    return None


def _line(error: BaseException) -> str:
    text = " ".join(str(error).split())
    return (text or type(error).__name__)[:300]
