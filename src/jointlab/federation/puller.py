"""The loops of a running node: one thread for each partner, so that a bad one blocks nobody; one that shares, signs, pokes."""

import logging
import random
import threading
import time
from dataclasses import dataclass, field
from typing import Final

from django.db import DatabaseError, close_old_connections
from django.db.models import F, Max
from django.utils import timezone

from jointlab.errors import Fault, Unavailable
from jointlab.federation import comparing, delivering, key_changes, taking_back
from jointlab.federation.clocks import note_skew
from jointlab.federation.models import Partner
from jointlab.federation.own import link_to, own_keyid
from jointlab.federation.pulling import FIRST_PAGE, Followed, HttpSource, follow_all
from jointlab.history.models import Entry, Log
from jointlab.history.sharing import sharing_round
from jointlab.history.signing import sign_log

TICK: Final = 0.25  # seconds from one look for pokes and new entries to the next
LOOK_AGAIN: Final = 5.0  # seconds after which rules are asked again, though nothing was written
REST: Final = 30.0  # seconds between two rounds when nothing is heard of the partner
REST_OUTBOUND: Final = 3.0  # the same of a node that nobody can poke
FIRST_RETRY, LAST_RETRY = 1.0, 600.0  # seconds
CALLED: Final = (Partner.Reach.BOTH, Partner.Reach.WE_DELIVER)

log = logging.getLogger("jointlab.federation")


@dataclass
class Retry:
    """How long to wait after the link was cut: doubled each time, never the same for two nodes."""

    delay: float = FIRST_RETRY

    def next(self) -> float:
        """Seconds to wait now."""
        wait = self.delay * random.uniform(0.5, 1.5)  # noqa: S311 - spreads load, guards nothing
        self.delay = min(LAST_RETRY, self.delay * 2)
        return min(LAST_RETRY, wait)

    def reset(self) -> None:
        """The link is whole, or somebody says so."""
        self.delay = FIRST_RETRY


@dataclass
class Puller:
    """All loops of one node."""

    stop: threading.Event
    _threads: dict[str, threading.Thread] = field(default_factory=dict)
    _wake: dict[str, threading.Event] = field(default_factory=dict)
    _main: threading.Thread | None = None
    _tried: set[str] = field(default_factory=set)  # partners that were asked how far they got, or could not be
    _newest: int | None = None  # number of the newest entry at the last round of sharing
    _look_again: float = 0.0

    def start(self) -> None:
        """Begin."""
        self._main = threading.Thread(target=self._share, daemon=True, name="sharing")
        self._main.start()

    def join(self) -> None:
        """Wait for what is under way, after the stop."""
        for thread in [*self._threads.values(), self._main]:
            if thread is not None:
                thread.join(timeout=20)  # a request that is under way ends by its own time-out

    def _share(self) -> None:
        """Share what is due, sign it, tell the partners."""
        told: dict[str, int] = {}
        while not self.stop.wait(TICK):
            close_old_connections()
            try:
                self._tell(told)
            except (Fault, DatabaseError, OSError) as fault:
                log.error("sharing failed: %s", fault)
                self.stop.wait(REST_OUTBOUND)
            except Exception:  # nobody would notice that the thread is gone
                log.exception("sharing failed")
                self.stop.wait(REST_OUTBOUND)
        close_old_connections()

    def _tell(self, told: dict[str, int]) -> None:
        partners = list(Partner.objects.exclude(confirmed_at=None))
        for partner in partners:
            if partner.prefix not in self._threads and partner.reach in CALLED:
                self._wake[partner.prefix] = threading.Event()
                thread = threading.Thread(target=self._follow, args=(partner.prefix,), daemon=True, name=partner.prefix)
                self._threads[partner.prefix] = thread
                thread.start()
        newest = Entry.objects.aggregate(newest=Max("pk"))["newest"]
        look = newest != self._newest or time.monotonic() > self._look_again
        waits = {partner.prefix for partner in partners if partner.reach in CALLED} - self._tried
        if look and not waits:
            self._newest, self._look_again = newest, time.monotonic() + LOOK_AGAIN
        for own in Log.objects.filter(kind=Log.Kind.SHARED).exclude(state=Log.State.RECOVERING):
            if waits.intersection(own.partnership.split("+")):
                continue  # first of all: does a reader hold more of it than is here?
            if look:
                sharing_round(own.partnership)
                own.refresh_from_db()
            if own.size > own.signed_size:
                sign_log(own.name)
                own.refresh_from_db()
            if told.get(own.name) != own.signed_size:
                told[own.name] = own.signed_size
                self._wake_readers(own)

    def _wake_readers(self, own: Log) -> None:
        """Their threads poke them."""
        for prefix in own.partnership.split("+"):
            if prefix in self._wake:
                self._wake[prefix].set()

    def _follow(self, prefix: str) -> None:
        """One partner, for as long as the node runs."""
        round_ = Round(prefix, self._wake[prefix], self.stop, self._tried)
        while not self.stop.is_set():
            close_old_connections()
            try:
                round_.wait_until_due()
                if not self.stop.is_set():
                    round_.run()
            except DatabaseError as fault:
                log.error("following %s failed: %s", prefix, fault)
                self.stop.wait(FIRST_RETRY)
            except Exception:
                log.exception("following %s failed", prefix)
                self.stop.wait(FIRST_RETRY)
        round_.close()
        close_old_connections()


class Round:
    """What is done for one partner, again and again, over one connection."""

    def __init__(self, prefix: str, wake: threading.Event, stop: threading.Event, tried: set[str]) -> None:
        self.prefix, self._wake, self._stop, self._tried = prefix, wake, stop, tried
        self._look = True  # whether the partner is asked how far it got in our logs
        self._retry = Retry()
        self._due = 0.0
        self._seen_poke = None if (found := self._partner()) is None else found.poked_at
        self._source: HttpSource | None = None
        self._same: tuple[str, bool, str] = ("", False, "")  # what the connection was made for
        self._poke = True  # at the start too: the partner may have waited for us

    def wait_until_due(self) -> None:
        """Until it is time, the partner pokes, or our own log has grown."""
        while not self._stop.is_set() and time.monotonic() < self._due:
            if self._wake.wait(TICK):
                self._wake.clear()
                self._poke = True
                return
            poked = Partner.objects.filter(prefix=self.prefix).values_list("poked_at", flat=True).first()
            if poked != self._seen_poke:
                self._seen_poke = poked
                self._look = True
                self._retry.reset()
                return

    def run(self) -> None:
        """Poke, pull, deliver; the state of the link is what came of it."""
        partner = self._partner()
        if partner is None or partner.reach not in CALLED or partner.confirmed_at is None:
            self._due = time.monotonic() + REST
            return
        try:
            source = self._connected(partner)
            if self._poke and partner.reach == Partner.Reach.BOTH:
                source.link.post("/fed/v1/poke")
            self._poke = False
            followed = follow_all(partner, source)
            comparing.ask(partner, source.link)
            if self._look:
                taking_back.look(partner, source.link)
                self._look = False
            if partner.reach == Partner.Reach.WE_DELIVER:
                delivering.deliver_all(partner, source.link)
        except Fault as fault:
            self._failed(partner, fault)
            return
        finally:
            self._tried.add(self.prefix)
        note_skew(partner, source.link.ahead)
        self._retry.reset()
        rest = REST_OUTBOUND if partner.reach == Partner.Reach.WE_DELIVER else REST
        self._due = time.monotonic() + rest * random.uniform(0.8, 1.2)  # noqa: S311
        halted = Partner.State.HALTED if followed.halted else Partner.State.IN_STEP
        self._note(partner, state=halted, code="", sentence="")

    def close(self) -> None:
        """The connection ends."""
        if self._source is not None:
            self._source.close()

    def _connected(self, partner: Partner) -> HttpSource:
        """The source, kept from round to round while address and key are the same."""
        keyid = own_keyid()
        same = (partner.address, partner.private_allowed, keyid)
        if self._source is None or self._same != same:
            self.close()
            link = link_to(partner)
            self._source = HttpSource(link, records=partner.page_records or FIRST_PAGE)
            self._same = same
        self._source.received = 0
        return self._source

    def _failed(self, partner: Partner, fault: Fault) -> None:
        """Cut off, with the reason; a key that is not known yet may have been announced."""
        if self._source is not None:
            note_skew(partner, self._source.link.ahead)
        if fault.code in key_changes.MAY_BE_A_NEW_KEY and self._source is not None:
            try:
                if key_changes.ask(partner, self._source.link):
                    self._due = 0.0
                    return
            except Fault as second:
                fault = second
        if fault.code == "link.cut" and self._source is not None and self._source.received:
            self._retry.reset()  # a page has come since the last cut: a bad link, and no dead one
        self._poke = True
        self._due = time.monotonic() + self._retry.next()
        log.warning("partner %s: %s", self.prefix, fault.code)
        self._note(partner, state=Partner.State.CUT_OFF, code=fault.code, sentence=fault.message)

    def _note(self, partner: Partner, *, state: str, code: str, sentence: str) -> None:
        """For the partner page; nothing is written while nothing changes but the clock, more than every few seconds."""
        source = self._source
        received = source.received if source else 0
        changes: dict[str, object] = {}
        if (partner.state, partner.code_of_state, partner.sentence) != (state, code, sentence):
            changes |= {"state": state, "code_of_state": code, "sentence": sentence}
        if source is not None and source.records != partner.page_records:
            changes["page_records"] = source.records
        if received:
            changes["received"] = F("received") + received  # counted by `pull_now` too
            source.received = 0  # type: ignore[union-attr]
        now = timezone.now()
        if state != Partner.State.CUT_OFF and (changes or partner.seen_at is None or (now - partner.seen_at).total_seconds() > REST / 2):  # fmt: skip
            changes["seen_at"] = now
        if changes:
            Partner.objects.filter(prefix=partner.prefix).update(**changes)

    def _partner(self) -> Partner | None:
        return Partner.objects.filter(prefix=self.prefix).first()


def pull_now(partner: Partner) -> Followed:
    """One round, now, in this process; also delivers, from a node that cannot be reached. Raises what the link raises."""
    if not partner.address:
        raise Unavailable("link.no-address", "No address of {prefix} is known here; its pages come by delivery or by disk.", prefix=partner.prefix)  # fmt: skip
    link = link_to(partner)
    source = HttpSource(link, records=partner.page_records)
    try:
        try:
            followed = follow_all(partner, source)
        except Fault as fault:
            if fault.code not in key_changes.MAY_BE_A_NEW_KEY or not key_changes.ask(partner, link):
                raise
            followed = follow_all(partner, source)
        comparing.ask(partner, link)
        taking_back.look(partner, link)
        if partner.reach == Partner.Reach.WE_DELIVER:
            delivering.deliver_all(partner, link)
    finally:
        source.close()
        note_skew(partner, link.ahead)
    state = Partner.State.HALTED if followed.halted else Partner.State.IN_STEP
    Partner.objects.filter(prefix=partner.prefix).update(
        state=state, code_of_state="", sentence="", seen_at=timezone.now(), received=F("received") + source.received
    )
    return followed
