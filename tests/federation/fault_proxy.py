"""A proxy on loopback that spoils the link: latency, rate, cuts, half-open connections, flipped bits, doubled requests."""

import asyncio
from dataclasses import dataclass

from tests.federation.loopback import Loopback


@dataclass
class Faults:
    """What happens to what passes; all of it may be changed while the proxy runs."""

    latency: float = 0.0  # seconds, each way
    rate: float = 0.0  # bytes per second towards the client; 0: no limit
    cut_after: int = -1  # bytes towards the client of one connection, then it ends; -1: never
    half_open: bool = False  # connections are taken, and nothing ever comes
    flip: int = -1  # number of the byte towards the client whose lowest bit is flipped
    double: bool = False  # everything that the client sends goes to the server twice, over two connections


class FaultProxy(Loopback):
    """Faults at a byte or a moment that the test names; counts what passes."""

    def __init__(self, target: int) -> None:
        super().__init__(target)
        self.faults = Faults()
        self.towards_client = 0

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
