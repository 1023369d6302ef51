"""upload: a finished export into a private, gated repository of a Hub, checked before it gets its tag."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from medconcept.errors import ExportError
from medconcept.exports.hub import OWN, HubRepository, lacking
from medconcept.exports.local_files import LocalFile, local_files

FILES, BYTES = 50, 20_000_000_000  # of a commit at most; the Hub advises fewer than 100 files
Log = Callable[[str], None]


@dataclass(frozen=True)
class UploadResult:
    """What a run did: the commit that has all files, its tag, files sent and in how many commits."""

    repository: str
    commit: str
    tag: str
    files: int
    sent: int
    commits: int

    def lines(self) -> list[str]:
        """The result as people read it."""
        sent = f"{self.sent:,} sent in {self.commits:,} commits" if self.sent else "all there already"
        return [
            f"{self.repository}: {self.files:,} files at {self.commit}, tag {self.tag}; {sent}",
            "  private and gated; whoever has no token was refused; every checksum is right",
        ]


def upload(folder: Path, repository: HubRepository, tag: str, log: Log) -> UploadResult:
    """Send what the repository lacks, compare every checksum, and tag the last commit.

    The repository is private before its first file, and stays so; without a refusal of whoever has no token
    nothing is sent. A run that failed is taken up by the same call. Raises ExportError.
    """
    files = local_files(folder)
    repository.make_private()
    there = repository.files(repository.head())
    known = {file.path for file in files}
    if foreign := sorted(set(there) - known - {OWN}):
        raise ExportError(
            f"{repository.name}: it has {foreign[0]}, which is not of this export ({len(foreign)} such "
            "files); name another repository"
        )
    repository.require_refusal(next(iter(there), OWN))
    todo = lacking(files, there)
    commits = 0
    for batch in batches(todo):
        commits += 1
        log(f"upload: {sum(file.size for file in batch):,} bytes in {len(batch)} files, {batch[0].path} …")
        repository.commit(folder, batch, f"Add {batch[0].path} and {len(batch) - 1} more files")
        if commits == 1:
            repository.require_refusal(batch[0].path)  # a file of ours, now that there is one
    head = repository.head()
    last = repository.files(head)
    if missing := lacking(files, last):
        raise ExportError(
            f"{repository.name}: at {head} {missing[0].path} is not as it was sent; upload again"
        )
    repository.require_refusal(files[-1].path)
    repository.tag(tag, head)
    return UploadResult(repository.name, head, tag, len(files), len(todo), commits)


def batches(files: Sequence[LocalFile]) -> Iterator[list[LocalFile]]:
    """The files in stretches of at most FILES and BYTES; a larger file stands alone."""
    batch: list[LocalFile] = []
    for file in files:
        if batch and (len(batch) >= FILES or sum(each.size for each in batch) + file.size > BYTES):
            yield batch
            batch = []
        batch.append(file)
    if batch:
        yield batch
