"""A link on loopback that is as bad as links are: delay, rate, cuts, flipped bits, each for every connection.

What passes is delayed, not held up: many bytes may be on their way. Another kind of fault than `fault_proxy`, which stops
at a byte.
"""

import asyncio
import random
import time
from collections.abc import Callable
from dataclasses import dataclass

from tests.federation.loopback import Loopback


@dataclass(frozen=True)
class Link:
    """How bad it is, towards the client; requests are only delayed. With `up` the other way round."""

    delay: float = 0.0  # seconds, each way
    rate: float = 0.0  # bytes a second of one connection; 0: no limit
    cut_every: float = 0.0  # bytes, on average, after which a connection ends; 0: never
    flip_every: float = 0.0  # bytes, on average, from one flipped bit to the next; 0: never
    up: bool = False
    spoil: Callable[[bytes], bytes] | None = None  # changes what passes, piece by piece


class BadLink(Loopback):
    """Faults by chance, as many as the link is bad; `quality` may be changed meanwhile."""

    def __init__(self, target: int, quality: Link, *, seed: int = 1) -> None:
        super().__init__(target)
        self.quality = quality
        self.cuts = self.flips = self.passed = 0
        self._dice = random.Random(seed)
        self._to_flip = self._next(quality.flip_every)  # bytes, over all connections

    async def _pass(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there, out = await asyncio.open_connection("127.0.0.1", self.target, limit=1 << 16)
        ways = (self._spoiled(), self._plain) if self.quality.up else (self._plain, self._spoiled())
        up = asyncio.create_task(self._one_way(reader, out, ways[0]))
        down = asyncio.create_task(self._one_way(there, writer, ways[1]))
        try:
            await asyncio.wait([up, down] if self.quality.up else [down], return_when=asyncio.FIRST_COMPLETED)
        finally:
            up.cancel()
            down.cancel()
            out.transport.abort()

    async def _one_way(
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
