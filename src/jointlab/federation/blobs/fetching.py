"""Fetching what is due from one partner: rows, threads, parts, proof, publishing. Resumes where a killed process stopped."""

import datetime as dt
import logging
import random
import threading
import time
from collections.abc import Collection, Iterable
from typing import Final

from django.conf import settings
from django.utils import timezone

from jointlab.errors import Fault
from jointlab.federation.blobs import wanting
from jointlab.federation.blobs.crew import Crew
from jointlab.federation.blobs.models import Fetch
from jointlab.federation.blobs.parts import Part, part_path
from jointlab.federation.blobs.policy import Policy
from jointlab.federation.blobs.publishing import arrived, no_room
from jointlab.federation.blobs.settings import policy
from jointlab.federation.blobs.transfer import Transfer
from jointlab.federation.models import Partner
from jointlab.federation.own import link_to
from jointlab.history.blobs import store
from jointlab.history.models import Blob

AT_ONCE: Final = 64  # files that are begun
BYTES_AT_ONCE: Final = 64 * 1024 * 1024  # of them, beyond the first few
LOOK: Final = 0.25  # seconds from one look at what has come to the next
SAVE_EVERY: Final = 0.5  # seconds from one word about progress to the database to the next
FIRST_REST, LAST_REST = 30.0, 3600.0  # seconds before a file is tried again
REST_OF_DISK: Final = 60.0  # seconds, when the disk is full
_SMOOTH: Final = 5.0  # seconds over which the speed is told
State = Fetch.State

log = logging.getLogger("jointlab.federation.blobs")


class Round:
    """What is due from one partner, until nothing is, the link is given up, or `stop` is set."""

    def __init__(self, partner: Partner, *, stop: threading.Event, connections: int = 0) -> None:
        self.partner, self._stop = partner, stop
        self._policy: Policy = policy()
        self._connections = connections or self._policy.connections
        self._rows: dict[str, Fetch] = {}
        self._passed: set[str] = set()  # tried in this round
        self._saved = time.monotonic()
        self._room = self._policy.quota - wanting.taken_bytes(partner.prefix)
        self.files = 0  # that came
        self.bytes = 0  # of them
        self.received = 0  # bytes over the link

    def run(self) -> Fault | None:
        """Why the link was given up; None when everything that is due has been tried."""
        fresh = self._begin([])
        if not fresh:
            return None
        crew = Crew(link_to(self.partner).another, connections=self._connections, stop=self._stop)
        try:
            with crew:
                crew.add(fresh)
                while crew.broken is None and not self._stop.is_set():
                    self._settle(crew.wait(LOOK))
                    under_way = crew.transfers
                    self._save(under_way)
                    more = self._begin(under_way)
                    if not under_way and not more:
                        break
                    crew.add(more, first=any(self._rows[one.sha256].asked for one in more))
        finally:
            self._let_go(crew)
        self.received = crew.received
        return crew.broken

    # rows -------------------------------------------------------------------------------------------------------

    def _begin(self, under_way: Collection[Transfer]) -> list[Transfer]:
        """As many more transfers as the connections can be kept busy with; what a person asks for goes before all others."""
        waiting = sum(one.size or 0 for one in under_way)
        room = AT_ONCE - len(under_way)
        full = room < AT_ONCE // 2 or (waiting > BYTES_AT_ONCE and len(under_way) >= 2)
        if room <= 0:
            return []
        begun: list[Transfer] = []
        rows = wanting.due(
            self.partner.prefix, self._policy, now=timezone.now(), most=room, but=self._passed, only_asked=full
        )
        for row in rows:
            if not row.asked and waiting > BYTES_AT_ONCE and len(under_way) + len(begun) >= 2:
                break
            self._passed.add(row.sha256)
            transfer = self._transfer(row)
            if transfer is not None:
                begun.append(transfer)
                waiting += row.size or 0
        now = timezone.now()
        here = Fetch.objects.filter(sha256__in=[one.sha256 for one in begun], stopped=False).exclude(state=State.HERE)
        here.update(state=State.FETCHING, started_at=now, changed_at=now, code="", sentence="", next_at=None)
        return begun

    def _transfer(self, row: Fetch) -> Transfer | None:
        """A row becomes a transfer; None when it is here already, or something is in the way, which the row then says."""
        if Blob.objects.filter(sha256=row.sha256).exists():
            arrived({row.sha256: store().path(row.sha256).stat().st_size})
            return None
        part = None
        try:
            if (row.size or 0) > self._room:
                raise no_room(self.partner.prefix, row.size or 0, self._policy)
            part = Part(part_path(settings.NODE.incoming, row.sha256))
            transfer = Transfer(row.sha256, size=row.size, part=part, hashes=bytes(row.hashes), have=bytes(row.have))
        except Fault as fault:
            if part is not None:
                part.close()
            if fault.code != "fetch.busy":
                self._rest([row], fault)
            return None
        self._rows[row.sha256] = row
        self._room -= row.size or 0
        return transfer

    def _settle(self, over: Collection[Transfer]) -> None:
        """Those that are proved are published, those that failed rest."""
        ready = [one for one in over if one.ready]
        for one in ready[:]:
            if (self._rows[one.sha256].size is None) and (one.size or 0) > self._room:
                one.failed, one.ready = no_room(self.partner.prefix, one.size or 0, self._policy), False
                ready.remove(one)
        if ready:
            self._publish(ready)
        for one in over:
            if one.cancelled and not one.ready:
                self._save([one], now=True)
                self._passed.discard(one.sha256)  # somebody may ask for it again
            elif one.failed is not None:
                self._save([one], now=True)
                self._rest([self._rows[one.sha256]], one.failed)
            one.part.close()
            self._rows.pop(one.sha256, None)

    def _publish(self, ready: list[Transfer]) -> None:
        """Into the store, then into the rows; a kill between the two is mended by the next round."""
        sizes = {}
        for one in ready:
            try:
                sizes[one.sha256] = store().adopt(one.part.path, sha256=one.sha256).size
            except FileNotFoundError:  # erased at this moment
                continue
            except Fault as fault:
                self._rest([self._rows[one.sha256]], fault)
        arrived(sizes)
        for sha256 in sizes:
            part_path(settings.NODE.incoming, sha256).unlink(missing_ok=True)
        self.files += len(sizes)
        self.bytes += sum(sizes.values())

    def _rest(self, rows: Iterable[Fetch], fault: Fault) -> None:
        """Tried again after a while; the reason is told."""
        for row in rows:
            tries = row.tries + 1
            rest = min(LAST_REST, FIRST_REST * 2.0 ** min(tries - 1, 10)) * random.uniform(0.8, 1.2)  # noqa: S311
            if fault.code in ("fetch.disk-full", "blob.disk-full"):
                rest = REST_OF_DISK
            Fetch.objects.filter(sha256=row.sha256).exclude(state=State.HERE).update(
                state=State.RESTING, code=fault.code, sentence=fault.message, tries=tries,
                next_at=timezone.now() + dt.timedelta(seconds=rest),
            )  # fmt: skip
            log.warning("the file %s of %s: %s", row.sha256[:12], self.partner.prefix, fault.code)

    # progress ---------------------------------------------------------------------------------------------------

    def _save(self, transfers: Collection[Transfer], *, now: bool = False) -> None:
        """What has come, so that a killed process loses nothing that counts; rows that are gone end their transfer."""
        since = time.monotonic() - self._saved
        if since < SAVE_EVERY and not now:
            return
        if not now:
            self._saved = time.monotonic()
        wanted = Fetch.objects.filter(sha256__in=[one.sha256 for one in transfers], stopped=False)
        still = set(wanted.values_list("sha256", flat=True))
        for one in transfers:
            row = self._rows[one.sha256]
            one.cancelled = one.sha256 not in still  # a person stopped it, or it was erased
            have = bytes(one.have.bits)
            row.rate = 0.0 if one.cancelled else _speed(row.rate, one, since if not now else 0)
            if have == bytes(row.have) and row.rate == 0:
                continue
            changed = {"have": have, "rate": row.rate, "size": one.size}
            if one.chunks is not None and one.chunks.count > 1:
                changed["hashes"] = one.chunks.hashes
            if have != bytes(row.have):
                row.have, changed["changed_at"] = have, timezone.now()
            Fetch.objects.filter(sha256=one.sha256).update(**changed)

    def _let_go(self, crew: Crew) -> None:
        """At the end of the round: what is not complete waits for the next one."""
        rest = crew.transfers
        self._settle([one for one in rest if one.over])
        rest = [one for one in rest if not one.over]
        self._save(rest, now=True)
        for one in rest:
            one.part.close()
        waiting = Fetch.objects.filter(sha256__in=[one.sha256 for one in rest]).exclude(state=State.HERE)
        said = {"code": crew.broken.code, "sentence": crew.broken.message} if crew.broken is not None else {}
        waiting.update(state=State.WAITING, rate=0, **said)


def _speed(before: float, transfer: Transfer, seconds: float) -> float:
    """Bytes a second, lately."""
    if seconds <= 0:
        return before
    came, transfer.told = transfer.received - transfer.told, transfer.received
    weight = min(1.0, seconds / _SMOOTH) if before else 1.0
    speed = before + weight * (came / seconds - before)
    return speed if speed > 1 else 0.0
