"""A small Hub of one repository for tests: it keeps files and commits, and fails where it is asked to."""

from __future__ import annotations

import base64
import hashlib
import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import unquote, urlsplit

TOKEN = "secret"
LFS_FROM = 200  # bytes from which on a file goes to LFS


@dataclass
class Fault:
    """What goes wrong with the next `times` requests whose method and path hold these texts.

    `kind`: a status as text; `hang`; `half`, an answer that is cut; `lost`, done but without an answer;
    `forget`, an upload of LFS that is thrown away; `flip`, one that arrives with other bytes.
    """

    method: str
    path: str
    kind: str
    times: int = 1


@dataclass
class Hub:
    """The state of the server."""

    repo: str
    exists: bool = False
    private: bool = False
    gated: Any = False
    leaks: str = ""  # part of the path of what it gives to everybody
    ignores_gating: bool = False
    objects: dict[str, bytes] = field(default_factory=dict)
    commits: list[tuple[str, dict[str, tuple[str, bytes]]]] = field(default_factory=list)
    tags: dict[str, str] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)
    seen: list[tuple[str, str, bool]] = field(default_factory=list)  # method, path, with the token
    public_files: int = 0  # files that were there while the repository was public
    url: str = ""

    def files(self, revision: str) -> dict[str, tuple[str, bytes]]:
        """Files at a commit, a tag or main: kind and content."""
        oid = self.tags.get(revision, revision)
        return self.commits[-1][1] if oid == "main" else dict(self.commits)[oid]

    def add_commit(self, files: dict[str, tuple[str, bytes]]) -> str:
        """Put files on top of what there is."""
        whole = {**(self.commits[-1][1] if self.commits else {}), **files}
        oid = hashlib.sha1(
            f"{len(self.commits)}".encode() + b"".join(c for _, c in whole.values())
        ).hexdigest()
        self.commits.append((oid, whole))
        if not self.private:
            self.public_files += len(files)
        return oid


def blob_id(data: bytes) -> str:
    return hashlib.sha1(b"blob %d\0" % len(data) + data).hexdigest()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    hub: Hub

    def log_message(self, *_: Any) -> None:
        """Nothing on standard error."""

    def _serve(self) -> None:
        self.body = self.rfile.read(int(self.headers.get("Content-Length") or 0)) if (
            "chunked" not in self.headers.get("Transfer-Encoding", "")
        ) else self._chunks()  # fmt: skip
        path = unquote(urlsplit(self.path).path)
        self.known = self.headers.get("Authorization") == f"Bearer {TOKEN}"
        self.hub.seen.append((self.command, path, self.known))
        self.fault = next(
            (f for f in self.hub.faults if f.times and f.method == self.command and f.path in path), None
        )
        kind = ""
        if self.fault is not None:
            self.fault.times -= 1
            kind = self.fault.kind
        if kind == "hang":
            time.sleep(1.5)
            self.close_connection = True
            return
        if kind.isdigit():
            return self._answer({"error": f"as asked: {kind}"}, int(kind))
        is_free = self.hub.leaks and self.hub.leaks in path
        if not (self.known or is_free or path.startswith("/lfs/")):
            return self._answer({"error": "Repository not found"}, 401)
        status, content = self._route(path, kind)
        if kind == "lost":
            self.close_connection = True
            return
        self._answer(content, status, cut=kind == "half")

    do_GET = do_POST = do_PUT = do_HEAD = _serve

    def _chunks(self) -> bytes:
        data = b""
        while size := int(self.rfile.readline(), 16):
            data += self.rfile.read(size)
            self.rfile.readline()
        self.rfile.readline()
        return data

    def _answer(self, content: Any, status: int = 200, *, cut: bool = False) -> None:
        data = content if isinstance(content, bytes) else json.dumps(content).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(data[: len(data) // 2] if cut else data)
        self.close_connection = self.close_connection or cut

    def _route(self, path: str, kind: str) -> tuple[int, Any]:
        hub = self.hub
        api = f"/api/datasets/{hub.repo}"
        if path == "/api/repos/create":
            if hub.exists:
                return 409, {"error": "You already created this dataset repo"}
            given = json.loads(self.body)
            hub.exists, hub.private = True, bool(given.get("private") or given.get("visibility") == "private")
            hub.add_commit({".gitattributes": ("regular", b"* text")})
            return 200, {"url": f"{hub.url}/datasets/{hub.repo}"}
        if path == "/api/validate-yaml":
            return 200, {}
        if not hub.exists:
            return 404, {"error": "Repository not found"}
        if path == f"{api}/settings":
            hub.gated = False if hub.ignores_gating else json.loads(self.body).get("gated", hub.gated)
            return 200, {}
        if path == api or path.startswith(f"{api}/revision/"):
            return 200, {
                "id": hub.repo,
                "sha": hub.commits[-1][0],
                "private": hub.private,
                "gated": hub.gated,
            }
        if path.startswith(f"{api}/tree/"):
            return 200, [self._entry(*item) for item in sorted(hub.files(path.split("/")[-1]).items())]
        if path.startswith(f"{api}/preupload/"):
            files = [
                {"path": f["path"], "shouldIgnore": False,
                 "uploadMode": "lfs" if f["size"] >= LFS_FROM else "regular"}
                for f in json.loads(self.body)["files"]
            ]  # fmt: skip
            return 200, {"files": files}
        if path.endswith("/info/lfs/objects/batch"):
            return 200, {
                "transfer": "basic",
                "objects": [self._lfs(o) for o in json.loads(self.body)["objects"]],
            }
        if path.startswith("/lfs/"):
            data = b"x" + self.body[1:] if kind == "flip" else self.body
            if kind != "forget":
                hub.objects[path.removeprefix("/lfs/")] = data
            return 200, {}
        if path.startswith(f"{api}/commit/"):
            return self._commit()
        if path == f"{api}/refs":
            tags = [{"name": n, "ref": f"refs/tags/{n}", "targetCommit": c} for n, c in hub.tags.items()]
            main = {"name": "main", "ref": "refs/heads/main", "targetCommit": hub.commits[-1][0]}
            return 200, {"branches": [main], "converts": [], "tags": tags}
        if path.startswith(f"{api}/tag/"):
            hub.tags[json.loads(self.body)["tag"]] = path.split("/")[-1]
            return 200, {}
        if "/resolve/" in path:
            revision, _, name = path.partition("/resolve/")[2].partition("/")
            found = hub.files(revision).get(name)
            return (200, found[1]) if found else (404, {"error": "Entry not found"})
        return 404, {"error": "no such address"}

    def _entry(self, path: str, file: tuple[str, bytes]) -> dict[str, Any]:
        kind, data = file
        entry = {"type": "file", "path": path, "size": len(data), "oid": blob_id(data)}
        if kind == "lfs":
            entry["lfs"] = {"oid": hashlib.sha256(data).hexdigest(), "size": len(data), "pointerSize": 130}
        return entry

    def _lfs(self, wanted: dict[str, Any]) -> dict[str, Any]:
        if wanted["oid"] in self.hub.objects:
            return {"oid": wanted["oid"], "size": wanted["size"]}
        upload = {"href": f"{self.hub.url}/lfs/{wanted['oid']}"}
        return {"oid": wanted["oid"], "size": wanted["size"], "actions": {"upload": upload}}

    def _commit(self) -> tuple[int, Any]:
        lines = [json.loads(line) for line in self.body.splitlines()]
        parent = lines[0]["value"].get("parentCommit")
        if parent and parent != self.hub.commits[-1][0]:
            return 412, {"error": "a commit has happened since"}
        files: dict[str, tuple[str, bytes]] = {}
        for line in lines[1:]:
            value = line["value"]
            if line["key"] == "file":
                files[value["path"]] = ("regular", base64.b64decode(value["content"]))
            elif value["oid"] not in self.hub.objects:
                return 500, {"error": "the object is not there"}
            else:
                files[value["path"]] = ("lfs", self.hub.objects[value["oid"]])
        oid = self.hub.add_commit(files)
        url = f"{self.hub.url}/datasets/{self.hub.repo}/commit/{oid}"
        return 200, {"success": True, "commitOid": oid, "commitUrl": url}


@contextmanager
def stand_in_hub(repo: str) -> Iterator[Hub]:
    """A server on this machine while the block lasts."""
    hub = Hub(repo)
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Handler", (_Handler,), {"hub": hub}))
    server.daemon_threads = True
    hub.url = f"http://127.0.0.1:{server.server_port}"
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    try:
        yield hub
    finally:
        server.shutdown()
        server.server_close()
