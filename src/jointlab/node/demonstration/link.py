"""The link between the two nodes of a demonstration, which can be cut: both connect through this, never to each other.

A file in the folder above the nodes says that it is cut. Connections that are open then end, and no new one is taken.
"""

import asyncio
import contextlib
import threading
from pathlib import Path

CUT = "link-is-cut"  # the name of the file
_LOOK = 0.1  # seconds
_PIECE = 65536


class Link:
    """Relays on free ports of loopback: `with Link(file) as link: link.to(port)` gives the port that leads there."""

    def __init__(self, switch: Path) -> None:
        self._switch = switch
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._open: set[asyncio.Task[None]] = set()
        self._servers: list[asyncio.Server] = []

    def __enter__(self) -> "Link":
        self._thread.start()
        self._watching = asyncio.run_coroutine_threadsafe(self._watch(), self._loop)
        return self

    def __exit__(self, *_: object) -> None:
        asyncio.run_coroutine_threadsafe(self._end(), self._loop).result(10)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    async def _end(self) -> None:
        """Nothing listens, nothing is open any more."""
        for server in self._servers:
            server.close()
        self._watching.cancel()
        for task in self._open:
            task.cancel()
        await asyncio.gather(*self._open, return_exceptions=True)
        await asyncio.sleep(0)  # transports that were aborted close their sockets in the next turn

    def to(self, port: int) -> int:
        """The port that leads to `port` as long as the link is whole."""

        async def listen() -> int:
            server = await asyncio.start_server(lambda reader, writer: self._take(reader, writer, port), "127.0.0.1", 0)
            self._servers.append(server)
            found: int = server.sockets[0].getsockname()[1]
            return found

        return asyncio.run_coroutine_threadsafe(listen(), self._loop).result(10)

    async def _watch(self) -> None:
        """End what is open when the link is cut."""
        while True:
            if self._switch.exists():
                for task in self._open:
                    task.cancel()
            await asyncio.sleep(_LOOK)

    async def _take(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, port: int) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._open.add(task)
        try:
            if not self._switch.exists():
                there, back = await asyncio.open_connection("127.0.0.1", port)
                up = asyncio.ensure_future(_pass(reader, back))
                try:
                    await _pass(there, writer)
                finally:
                    up.cancel()
                    back.transport.abort()
        except (OSError, asyncio.CancelledError):
            pass
        finally:
            self._open.discard(task)
            writer.transport.abort()


async def _pass(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with contextlib.suppress(OSError):
        while data := await reader.read(_PIECE):
            writer.write(data)
            await writer.drain()
