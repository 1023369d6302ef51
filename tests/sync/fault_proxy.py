"""An HTTP proxy before an S3 server that answers late, wrongly, half, or not at all, as requested."""

from __future__ import annotations

import asyncio
import re
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from urllib.parse import urlsplit


@dataclass
class Fault:
    """What happens to the next `times` requests whose path matches: a status, or cut, garble, hang, slow."""

    path: str
    what: str | int
    times: int = 1 << 30
    headers: tuple[str, ...] = ()
    seconds: float = 0.0


@dataclass
class FaultProxy:
    """The proxy: its address, its faults, and what it has seen."""

    upstream: str
    delay: float = 0.0
    faults: list[Fault] = field(default_factory=list)
    seen: Counter[str] = field(default_factory=Counter)
    signed: bool = False
    agents: set[str] = field(default_factory=set)
    most_at_once: int = 0
    port: int = 0
    _now: int = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def pick(self, path: str) -> Fault | None:
        for fault in self.faults:
            if fault.times > 0 and re.search(fault.path, path):
                fault.times -= 1
                return fault
        return None

    async def serve_one(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        parts = urlsplit(self.upstream)
        up: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None
        try:
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                method, path, _ = head.split(b"\r\n", 1)[0].decode().split(" ")
                self.seen[path.split("?")[0]] += 1
                if agent := re.search(rb"(?im)^user-agent: ([^\r]*)", head):
                    self.agents.add(agent[1].decode())
                self.signed = self.signed or b"AWS4-HMAC" in head
                self._now += 1
                self.most_at_once = max(self.most_at_once, self._now)
                counted = True
                try:
                    if self.delay:
                        await asyncio.sleep(self.delay)
                    fault = self.pick(path)
                    if fault and fault.what == "slow":
                        await asyncio.sleep(fault.seconds)
                    if fault and fault.what == "hang":
                        while fault in self.faults:
                            await asyncio.sleep(0.05)
                        return
                    if fault and isinstance(fault.what, int):
                        lines = [f"HTTP/1.1 {fault.what} Fault", "Content-Length: 0", *fault.headers]
                        writer.write("\r\n".join([*lines, "", ""]).encode())
                        await writer.drain()
                        continue
                    if up is None:
                        up = await asyncio.open_connection(parts.hostname, parts.port)
                    # Signatures cover the host that the client meant, so it is passed on as it is.
                    up[1].write(head)
                    answer = await up[0].readuntil(b"\r\n\r\n")
                    length = re.search(rb"(?im)^content-length: (\d+)", answer)
                    body = b""
                    if length and method != "HEAD":
                        body = await up[0].readexactly(int(length[1]))
                    elif re.search(rb"(?im)^transfer-encoding: chunked", answer):
                        while not body.endswith(b"0\r\n\r\n"):
                            body += await up[0].read(65536)
                    if fault and fault.what == "cut":
                        writer.write(answer + body[: len(body) // 2])
                        await writer.drain()
                        return
                    if fault and fault.what == "garble" and body:
                        body = bytes([body[0] ^ 1]) + body[1:]
                    # Before the client can know: its next request must not meet this one here.
                    self._now, counted = self._now - 1, False
                    writer.write(answer + body)
                    await writer.drain()
                finally:
                    self._now -= counted
        except (asyncio.IncompleteReadError, asyncio.CancelledError, ConnectionError):
            pass
        finally:
            writer.close()
            if up is not None:
                up[1].close()


@contextmanager
def proxied(upstream: str, delay: float = 0.0) -> Iterator[FaultProxy]:
    """A proxy in a thread of its own until the block ends."""
    proxy = FaultProxy(upstream, delay)
    loop = asyncio.new_event_loop()
    up = threading.Event()

    async def start() -> None:
        server = await asyncio.start_server(proxy.serve_one, "127.0.0.1", 0, limit=1 << 20, backlog=512)
        proxy.port = server.sockets[0].getsockname()[1]
        up.set()

    def run() -> None:
        asyncio.set_event_loop(loop)
        loop.run_until_complete(start())
        loop.run_forever()
        left = asyncio.all_tasks(loop)
        for task in left:
            task.cancel()
        loop.run_until_complete(asyncio.gather(*left, return_exceptions=True))
        loop.close()

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    up.wait(10)
    try:
        yield proxy
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join(timeout=10)
