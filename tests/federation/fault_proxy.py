"""A proxy on loopback that spoils the link: latency, rate, cuts, half-open connections, flipped bits, doubled requests."""

import asyncio
import contextlib
import threading
from dataclasses import dataclass


@dataclass
class Faults:
    """What happens to what passes; all of it may be changed while the proxy runs."""

    latency: float = 0.0  # seconds, each way
    rate: float = 0.0  # bytes per second towards the client; 0: no limit
    cut_after: int = -1  # bytes towards the client of one connection, then it ends; -1: never
    half_open: bool = False  # connections are taken, and nothing ever comes
    flip: int = -1  # number of the byte towards the client whose lowest bit is flipped
    double: bool = False  # everything that the client sends goes to the server twice, over two connections


class FaultProxy:
    """`with FaultProxy(port) as proxy:` gives `proxy.address`; counts what passes."""

    def __init__(self, target: int) -> None:
        self.target, self.faults = target, Faults()
        self.port = self.connections = self.towards_client = 0
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._tasks: set[asyncio.Task[None]] = set()

    @property
    def address(self) -> str:
        """For the puller."""
        return f"http://127.0.0.1:{self.port}"

    def __enter__(self) -> "FaultProxy":
        self._thread.start()
        self._server = asyncio.run_coroutine_threadsafe(
            asyncio.start_server(self._serve, "127.0.0.1", 0), self._loop
        ).result(10)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    def __exit__(self, *_: object) -> None:
        async def end() -> None:
            self._server.close()
            for task in list(self._tasks):
                task.cancel()
            await asyncio.gather(*self._tasks, return_exceptions=True)

        asyncio.run_coroutine_threadsafe(end(), self._loop).result(10)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)
        self._loop.close()

    def cut_all(self) -> None:
        """Every connection that is open ends now."""

        async def end() -> None:
            for task in list(self._tasks):
                task.cancel()

        asyncio.run_coroutine_threadsafe(end(), self._loop).result(10)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        self.connections += 1
        try:
            with contextlib.suppress(OSError, asyncio.IncompleteReadError):
                await self._pass(reader, writer)
        except asyncio.CancelledError:
            pass
        finally:
            self._tasks.discard(task)
            writer.transport.abort()

    async def _pass(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self.faults.half_open:
            await asyncio.sleep(3600)
        there, to_server = await asyncio.open_connection("127.0.0.1", self.target)
        second = await asyncio.open_connection("127.0.0.1", self.target) if self.faults.double else None
        try:
            up = asyncio.ensure_future(self._up(reader, [to_server, *([second[1]] if second else [])]))
            await self._down(there, writer)
            up.cancel()
        finally:
            for one in (to_server, *([second[1]] if second else [])):
                one.transport.abort()

    async def _up(self, reader: asyncio.StreamReader, servers: list[asyncio.StreamWriter]) -> None:
        while data := await reader.read(65536):
            await asyncio.sleep(self.faults.latency)
            for server in servers:
                server.write(data)
                await server.drain()

    async def _down(self, there: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        passed = 0
        while data := await there.read(65536 if not self.faults.rate else max(1, int(self.faults.rate / 20))):
            await asyncio.sleep(self.faults.latency)
            left = self.faults.cut_after - passed if self.faults.cut_after >= 0 else len(data)
            data = self._spoiled(data[: max(0, left)], passed)
            writer.write(data)
            await writer.drain()
            passed += len(data)
            self.towards_client += len(data)
            if 0 <= self.faults.cut_after <= passed:
                return
            if self.faults.rate:
                await asyncio.sleep(len(data) / self.faults.rate)

    def _spoiled(self, data: bytes, passed: int) -> bytes:
        at = self.faults.flip - passed
        if not 0 <= at < len(data):
            return data
        return data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :]
