"""upload, to a stand-in Hub: private and gated before the first file, checked before the tag, taken up."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("huggingface_hub", minversion="1.0")

from stand_in_hub import TOKEN, Fault, Hub, blob_id, stand_in_hub

from medconcept.cli import main
from medconcept.errors import ConfigError, ExportError
from medconcept.exports import hub as hub_module
from medconcept.exports import upload as upload_module
from medconcept.exports.hub import HubRepository
from medconcept.exports.local_files import local_files
from medconcept.exports.upload import UploadResult, upload

REPO = "someone/medconcept"


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch) -> Iterator[Hub]:
    import huggingface_hub
    from huggingface_hub.utils import _http

    monkeypatch.setattr(huggingface_hub.constants, "HF_HUB_DISABLE_XET", True)
    monkeypatch.setattr(huggingface_hub.constants, "HF_HUB_OFFLINE", False)
    monkeypatch.setattr(_http.time, "sleep", lambda seconds: None)  # the library's own waits
    monkeypatch.setattr(hub_module, "WAITS", (0.0, 0.0))
    monkeypatch.setattr(upload_module, "FILES", 3)
    with stand_in_hub(REPO) as server:
        yield server


@pytest.fixture
def export(tmp_path: Path) -> Path:
    """A finished export: small files and some that go to LFS."""
    folder = tmp_path / "out"
    content = {f"data/train-{n:05d}.parquet": bytes([n]) * (150 + 100 * n) for n in range(3)}
    content["ASSETS.json"] = b"{}\n"
    for path, data in content.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(data)
    (folder / "README.md").write_text("---\nlicense: cc-by-4.0\n---\n# card\n")
    data = {path: content[path] for path in content if path.startswith("data/")}
    sums = {path: hashlib.sha256(each).hexdigest() for path, each in data.items()}
    listed = [{"path": path, "bytes": len(each), "sha256": sums[path]} for path, each in data.items()]
    (folder / "manifest.json").write_text(json.dumps({"files": listed, "release": {"name": "r1"}}))
    return folder


def send(hub: Hub, folder: Path, tag: str = "r1") -> UploadResult:
    return upload(folder, HubRepository(REPO, hub.url, TOKEN, timeout=0.4), tag, lambda line: None)


def check(hub: Hub, folder: Path, result: UploadResult) -> None:
    """What the tag names is what is in the folder; nothing was ever public."""
    there = hub.files("r1")
    assert {path: data for path, (_, data) in there.items() if path != ".gitattributes"} == {
        path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()
    }
    assert {kind for kind, _ in there.values()} == {"lfs", "regular"}
    assert hub.tags == {"r1": result.commit} and result.commit == hub.commits[-1][0]
    assert hub.private and hub.gated == "manual" and hub.public_files == 0


def test_an_export_is_private_gated_checked_and_tagged(hub: Hub, export: Path) -> None:
    result = send(hub, export)
    check(hub, export, result)
    assert (result.files, result.sent, result.commits) == (6, 6, 2)
    # Card and manifest come last; whoever has no token was refused before the first file, and asked for one.
    new = [sorted(set(after) - set(before)) for (_, before), (_, after) in
           zip(hub.commits, hub.commits[1:], strict=False)]  # fmt: skip
    assert new[-1] == ["README.md", "data/train-00002.parquet", "manifest.json"]
    first = next(n for n, (method, path, _) in enumerate(hub.seen) if "/commit/" in path)
    settings = next(n for n, (_, path, _) in enumerate(hub.seen) if path.endswith("/settings"))
    anonymous = [path for _, path, known in hub.seen[:first] if not known and "/lfs/" not in path]
    assert settings < first and len(anonymous) >= 3
    assert any(
        "/resolve/" in path and path.endswith("manifest.json") for _, path, known in hub.seen if not known
    )
    again = send(hub, export)
    assert again.sent == again.commits == 0 and again.commit == result.commit


@pytest.mark.parametrize(
    "faults",
    [
        [
            Fault("POST", "/repos/create", "lost"),
            Fault("PUT", "/settings", "half"),
            Fault("GET", "/tree/", "half", 2),
            Fault("POST", "/preupload/", "500", 2),
        ],
        [
            Fault("POST", "/repos/create", "503"),
            Fault("GET", "/tree/", "hang"),
            Fault("POST", "/objects/batch", "half"),
            Fault("PUT", "/lfs/", "lost"),
            Fault("POST", "/tag/", "lost"),
        ],
        [Fault("PUT", "/lfs/", "503", 2), Fault("POST", "/commit/", "lost"), Fault("GET", "/refs", "502")],
        [Fault("PUT", "/lfs/", "forget"), Fault("POST", "/commit/", "412")],
        [Fault("POST", "/commit/", "half")],
        [Fault("POST", "/commit/", "hang")],
    ],
    ids=["making", "asking", "lost", "forgotten", "half", "hang"],
)
def test_failures_that_pass(hub: Hub, export: Path, faults: list[Fault]) -> None:
    hub.faults += faults
    check(hub, export, send(hub, export))
    assert {fault.times for fault in faults} == {0}
    # What was there after an answer that did not come was not committed again.
    assert len(hub.commits) == 3


@pytest.mark.parametrize(
    ("fault", "line"),
    [
        (Fault("POST", "/commit/", "503", 99), "sending files: .*; the same command goes on from here"),
        (Fault("POST", "/commit/", "403", 99), "sending files: .*403"),
        (Fault("PUT", "/settings", "403", 99), "making the repository: .*403"),
        (Fault("PUT", "/lfs/", "hang", 99), "sending files: .*; the same command goes on from here"),
    ],
    ids=["unavailable", "forbidden", "no-gating", "hangs"],
)
def test_failures_that_stay_are_one_line_and_are_taken_up(
    hub: Hub, export: Path, fault: Fault, line: str
) -> None:
    hub.faults.append(fault)
    with pytest.raises(ExportError, match=f"^{REPO}: {line}") as raised:
        send(hub, export)
    assert "\n" not in str(raised.value) and TOKEN not in str(raised.value) and hub.tags == {}
    fault.times = 0
    check(hub, export, send(hub, export))


def test_a_run_that_was_stopped_half_way_sends_the_rest_alone(hub: Hub, export: Path) -> None:
    hub.faults.append(Fault("POST", "/commit/", "403", 0))
    real = hub.add_commit

    def once(files: dict[str, Any]) -> str:
        if any(path.startswith("data/") for path in files):
            hub.faults[0].times = 99
        return real(files)

    hub.add_commit = once  # type: ignore[method-assign] — the next commit is refused
    with pytest.raises(ExportError):
        send(hub, export)
    assert hub.tags == {}
    hub.faults.clear()
    hub.add_commit = real  # type: ignore[method-assign] — as before
    result = send(hub, export)
    assert result.sent == 3
    check(hub, export, result)


def test_what_arrives_otherwise_gets_no_tag(hub: Hub, export: Path) -> None:
    hub.faults.append(Fault("PUT", "/lfs/", "flip", 1))
    with pytest.raises(ExportError, match="has not arrived as it was sent"):
        send(hub, export)
    assert hub.tags == {}


@pytest.mark.parametrize("leak", ["/api/datasets", "/tree/", "/resolve/"])
def test_nothing_is_sent_to_what_anyone_can_read(hub: Hub, export: Path, leak: str) -> None:
    hub.leaks = leak
    with pytest.raises(ExportError, match="is given to whoever asks, without a token; nothing more is sent"):
        send(hub, export)
    assert len(hub.commits) == 1 and hub.tags == {}


def test_a_public_or_foreign_repository_is_refused(hub: Hub, export: Path) -> None:
    hub.exists, hub.private = True, False
    hub.add_commit({".gitattributes": ("regular", b"")})
    with pytest.raises(ExportError, match="the repository is public; nothing is sent to it"):
        send(hub, export)
    hub.private = True
    hub.ignores_gating = True
    with pytest.raises(ExportError, match="did not turn gating on"):
        send(hub, export)
    hub.ignores_gating = False
    hub.add_commit({"theirs.txt": ("regular", b"x")})
    with pytest.raises(ExportError, match=r"it has theirs.txt, which is not of this export"):
        send(hub, export)
    assert len(hub.commits) == 2


def test_a_tag_is_never_moved(hub: Hub, export: Path) -> None:
    send(hub, export)
    (export / "ASSETS.json").write_text('{"a": 1}')
    old = dict(hub.tags)
    with pytest.raises(ExportError, match=r"the tag r1 is on another commit, [0-9a-f]{40}; name another one"):
        send(hub, export)
    assert hub.tags == old
    assert send(hub, export, tag="r1.1").commit == hub.tags["r1.1"] != old["r1"]


def test_checksums_are_those_of_git(export: Path) -> None:
    files = {file.path: file for file in local_files(export)}
    assert list(files)[-2:] == ["README.md", "manifest.json"]
    for path, file in files.items():
        data = (export / path).read_bytes()
        assert (file.size, file.blob_id, file.sha256) == (
            len(data), blob_id(data), hashlib.sha256(data).hexdigest()
        )  # fmt: skip


def test_the_command(
    hub: Hub,
    export: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv("HF_TOKEN", raising=False)
    (tmp_path / "token").write_text(f"{TOKEN}\n")
    command = ["upload", str(export), "--repo", REPO, "--endpoint", hub.url]
    assert main([*command, "--token-file", str(tmp_path / "token"), "--json"]) == 0
    out = json.loads(capsys.readouterr().out)
    assert (out["tag"], out["files"]) == ("r1", 6) and TOKEN not in json.dumps(out)
    (tmp_path / "empty").write_text("")
    (export / "data/train-00000.parquet").write_bytes(b"other")
    for arguments, code, line in (
        (
            ["--token-file", str(tmp_path / "token")],
            9,
            "data/train-00000.parquet is not the file that was exported",
        ),
        (["--token-file", str(tmp_path / "none")], 2, "No such file"),
        (["--token-file", str(tmp_path / "empty")], 2, "it is empty"),
    ):
        assert main([*command, *arguments]) == code
        (error,) = [e for e in capsys.readouterr().err.splitlines() if e.startswith("medconcept: ")]
        assert line in error and TOKEN not in error
    assert main(["upload", str(tmp_path), "--repo", REPO]) == 9
    with pytest.raises(ConfigError, match="no token"):
        monkeypatch.setattr("huggingface_hub.get_token", lambda: None)
        HubRepository(REPO, hub.url, None)
