"""A link on loopback that is as bad as links are: delay, rate, cuts, flipped bits, each for every connection.

What passes is delayed, not held up: many bytes may be on their way. Another kind of fault than `fault_proxy`, which stops
at a byte.
"""

import asyncio
import contextlib
import http.client
import random
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass(frozen=True)
class Link:
    """How bad it is, towards the client; requests are only delayed."""

    delay: float = 0.0  # seconds, each way
    rate: float = 0.0  # bytes a second of one connection; 0: no limit
    cut_every: float = 0.0  # bytes, on average, after which a connection ends; 0: never
    flip_every: float = 0.0  # bytes, on average, from one flipped bit to the next; 0: never
    spoil: Callable[[bytes], bytes] | None = None  # changes what passes, piece by piece


class BadLink:
    """`with BadLink(port, Link(...)) as link:` gives `link.address`; `link.quality` may be changed meanwhile."""

    def __init__(self, target: int, quality: Link, *, seed: int = 1) -> None:
        self.target, self.quality = target, quality
        self.port = self.connections = self.cuts = self.flips = self.passed = 0
        self._dice = random.Random(seed)
        self._to_flip = self._next(quality.flip_every)  # bytes, over all connections
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._tasks: set[asyncio.Task[None]] = set()

    @property
    def address(self) -> str:
        """For the client."""
        return f"http://127.0.0.1:{self.port}"

    def __enter__(self) -> "BadLink":
        self._thread.start()
        start = asyncio.start_server(self._serve, "127.0.0.1", 0, limit=1 << 16)
        self._server = asyncio.run_coroutine_threadsafe(start, self._loop).result(10)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    def __exit__(self, *_: object) -> None:
        async def end() -> None:
            self._server.close()
            for task in list(self._tasks):
                task.cancel()
            await asyncio.gather(*self._tasks, return_exceptions=True)
            await self._server.wait_closed()
            await asyncio.sleep(0.1)  # sockets that were aborted are closed in the next turns of the loop

        asyncio.run_coroutine_threadsafe(end(), self._loop).result(10)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)
        self._loop.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        self.connections += 1
        there = None
        up: asyncio.Task[None] | None = None
        try:
            there, out = await asyncio.open_connection("127.0.0.1", self.target, limit=1 << 16)
            up = asyncio.create_task(self._pass(reader, out, self._plain))
            await self._pass(there, writer, self._spoiled())
        except (OSError, asyncio.IncompleteReadError, asyncio.CancelledError):
            pass
        finally:
            self._tasks.discard(task)
            if up is not None:
                up.cancel()
            if there is not None:
                out.transport.abort()
            writer.transport.abort()
            with contextlib.suppress(OSError, asyncio.CancelledError):
                await writer.wait_closed()

    async def _pass(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, change: Callable[[bytes], bytes | None]
    ) -> None:
        """Bytes are read as fast as the rate allows, and written when their delay is over."""
        on_the_way: asyncio.Queue[tuple[float, bytes | None]] = asyncio.Queue()

        async def write() -> None:
            while True:
                due, data = await on_the_way.get()
                await asyncio.sleep(max(0.0, due - time.monotonic()))
                if data is None:
                    return
                writer.write(data)
                await writer.drain()

        writing = asyncio.create_task(write())
        free = time.monotonic()
        try:
            while data := await reader.read(16384):
                rate = self.quality.rate if change != self._plain else 0
                if rate:
                    free = max(free, time.monotonic() - 0.05) + len(data) / rate
                    await asyncio.sleep(max(0.0, free - time.monotonic()))
                changed = change(data)
                if changed is None:
                    break
                on_the_way.put_nowait((time.monotonic() + self.quality.delay, changed))
            on_the_way.put_nowait((time.monotonic() + self.quality.delay, None))
            await writing
        finally:
            writing.cancel()

    def _plain(self, data: bytes) -> bytes:
        return data

    def _spoiled(self) -> Callable[[bytes], bytes | None]:
        """What becomes of the bytes of one connection."""
        left = self._next(self.quality.cut_every)

        def change(data: bytes) -> bytes | None:
            nonlocal left
            if self.quality.spoil is not None:
                data = self.quality.spoil(data)
            while self._to_flip < len(data):
                at = int(self._to_flip)
                data = data[:at] + bytes([data[at] ^ 1 << self._dice.randrange(8)]) + data[at + 1 :]
                self.flips += 1
                self._to_flip += max(1.0, self._next(self.quality.flip_every))
            self._to_flip -= len(data)
            left -= len(data)
            if left < 0:
                self.cuts += 1
                return None
            self.passed += len(data)
            return data

        return change

    def _next(self, every: float) -> float:
        return self._dice.expovariate(1 / every) if every else float("inf")


class NoRanges:
    """A server in front of a node that asks for whole files, whatever its client wants; `with NoRanges(port) as proxy:`."""

    def __init__(self, target: int) -> None:
        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                there = http.client.HTTPConnection("127.0.0.1", target, timeout=30)
                headers = {
                    name: value for name, value in self.headers.items() if name.lower() not in ("range", "if-range")
                }
                there.request("GET", self.path, headers=headers)
                answer = there.getresponse()
                body = answer.read()
                self.send_response(answer.status)
                for name, value in answer.getheaders():
                    if name.lower() not in ("date", "server", "transfer-encoding", "accept-ranges"):
                        self.send_header(name, value)
                self.end_headers()
                there.close()
                with contextlib.suppress(ConnectionError):  # the client has seen enough
                    self.wfile.write(body)

            def log_message(self, format: str, *args: object) -> None:
                return

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.address = f"http://127.0.0.1:{self._server.server_address[1]}"
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)

    def __enter__(self) -> "NoRanges":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._thread.join(10)
        self._server.server_close()
