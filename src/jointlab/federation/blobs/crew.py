"""Several connections to one partner that fetch chunks of several files at once; threads without a database."""

import random
import threading
from collections.abc import Callable, Iterable
from typing import Final

from jointlab.errors import Fault
from jointlab.federation.blobs.transfer import Piece, Transfer
from jointlab.federation.client import Link

_MOST_CUTS: Final = 8  # one after the other without a byte between them, over all connections
_FIRST_WAIT, _LAST_WAIT = 0.1, 5.0  # seconds after a cut
_OF_THE_FILE: Final = (
    "fetch.",
    "chunks.",
    "partner.not-found",
    "partner.agreement-closed",
    "partner.request",
    "partner.behind",
)
_OF_THE_LINK: Final = ("link.cut", "link.answer", "link.other-file", "link.no-ranges", "link.size", "link.name", "partner.quota", "partner.recovering")  # fmt: skip


class Crew:
    """`with Crew(...) as crew`: add transfers, `wait`, take out what is over. Ends what is under way at the exit."""

    def __init__(self, make_link: Callable[[], Link], *, connections: int, stop: threading.Event) -> None:
        self._make_link, self._connections, self._stop = make_link, connections, stop
        self._transfers: list[Transfer] = []
        self._change = threading.Condition()
        self._threads: list[threading.Thread] = []
        self._cuts = 0
        self._ended = False
        self.broken: Fault | None = None  # why the link is given up for now
        self.received = 0  # bytes

    def __enter__(self) -> "Crew":
        for number in range(self._connections):
            self._threads.append(threading.Thread(target=self._work, daemon=True, name=f"fetch-{number}"))
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        with self._change:
            self._ended = True
            self._change.notify_all()
        for thread in self._threads:
            thread.join()

    def add(self, transfers: Iterable[Transfer], *, first: bool = False) -> None:
        """To be fetched in this order, after those that are there already, or before them."""
        with self._change:
            self._transfers = [*transfers, *self._transfers] if first else [*self._transfers, *transfers]
            self._change.notify_all()

    @property
    def transfers(self) -> list[Transfer]:
        """Those that are not taken out yet."""
        with self._change:
            return list(self._transfers)

    def wait(self, seconds: float) -> list[Transfer]:
        """Until a transfer is over, or so long; those that are over, and that no connection is at work on, are taken out."""
        with self._change:
            if not any(one.over and one.idle for one in self._transfers) and self.broken is None:
                self._change.wait(seconds)
            over = [one for one in self._transfers if one.over and one.idle]
            self._transfers = [one for one in self._transfers if one not in over]
            return over

    def _work(self) -> None:
        link = self._make_link()
        try:
            while (task := self._next()) is not None:
                self._do(link, *task)
        finally:
            link.close()

    def _next(self) -> tuple[Transfer, Piece] | None:
        """Something to do; None at the end."""
        with self._change:
            while not self._over():
                for transfer in self._transfers:
                    piece = transfer.take()
                    if piece is not None:
                        return transfer, piece
                self._change.wait(0.5)
        return None

    def _over(self) -> bool:
        return self._ended or self.broken is not None or self._stop.is_set()

    def _do(self, link: Link, transfer: Transfer, piece: Piece) -> None:
        before = piece.came
        try:
            transfer.step(link, piece, stop=lambda: self._over() or transfer.over)
        except Fault as fault:
            link.close()
            self._amiss(transfer, fault, came=piece.came > before)
        else:
            self._cuts = 0
        with self._change:
            self.received += piece.came - before
            self._change.notify_all()

    def _amiss(self, transfer: Transfer, fault: Fault, *, came: bool) -> None:
        """Of the file: it is given up for now. Of the link: again, after a while; when nothing comes at all, the round ends."""
        if fault.code.startswith(_OF_THE_FILE):
            transfer.failed = transfer.failed or fault
            return
        if fault.code not in _OF_THE_LINK:
            self.broken = fault
            return
        if came or fault.code == "link.no-ranges":
            self._cuts = 0
            return
        self._cuts += 1
        if self._cuts >= _MOST_CUTS * self._connections:
            self.broken = fault
            return
        wait = min(_LAST_WAIT, _FIRST_WAIT * 2 ** min(8, self._cuts // self._connections))
        self._stop.wait(wait * random.uniform(0.5, 1.5))  # noqa: S311 - spreads load, guards nothing
