"""The loops that fetch files in a running node: one thread that looks what is wanted, two for each partner."""

import logging
import random
import threading
import time
from dataclasses import dataclass, field
from typing import Final

from django.db import DatabaseError, close_old_connections

from jointlab.errors import Fault
from jointlab.federation.blobs import wanting
from jointlab.federation.blobs.bringing import bring_all
from jointlab.federation.blobs.fetching import Round
from jointlab.federation.blobs.models import Fetch
from jointlab.federation.blobs.settings import policy
from jointlab.federation.models import Partner

TICK: Final = 1.0  # seconds from one look for new names of files to the next
SPAN: Final = 20_000  # names that are looked at in one transaction
ASK_AGAIN: Final = 3.0  # seconds from one question what a partner wants brought to the next
FIRST_RETRY, LAST_RETRY = 2.0, 600.0  # seconds after the link was given up
CALLED: Final = (Partner.Reach.BOTH, Partner.Reach.WE_DELIVER)

log = logging.getLogger("jointlab.federation.blobs")


@dataclass
class Fetcher:
    """All loops of one node."""

    stop: threading.Event
    _threads: dict[str, threading.Thread] = field(default_factory=dict)
    _main: threading.Thread | None = None
    _looked: int = 0  # number of the newest name that was looked at

    def start(self) -> None:
        """Begin."""
        self._main = threading.Thread(target=self._look, daemon=True, name="files")
        self._main.start()

    def join(self) -> None:
        """Wait for what is under way, after the stop."""
        for thread in [self._main, *self._threads.values()]:
            if thread is not None:
                thread.join(timeout=20)

    def _look(self) -> None:
        """What is wanted now, and from whom."""
        begun = False
        while not self.stop.is_set():
            close_old_connections()
            try:
                if not begun:
                    resume()
                    begun = True
                self._looked = look(self._looked)
                for prefix in Partner.objects.exclude(confirmed_at=None).values_list("prefix", flat=True):
                    for name, target in ((f"files-{prefix}", self._follow), (f"bring-{prefix}", self._bring)):
                        if name not in self._threads:
                            thread = threading.Thread(target=target, args=(prefix,), daemon=True, name=name)
                            self._threads[name] = thread
                            thread.start()
            except (Fault, DatabaseError, OSError) as fault:
                log.error("looking for files failed: %s", fault)
                self.stop.wait(5)
            self.stop.wait(TICK)
        close_old_connections()

    def _follow(self, prefix: str) -> None:
        """One partner, for as long as the node runs."""
        retry, due = FIRST_RETRY, 0.0
        while not self.stop.wait(TICK):
            close_old_connections()
            asked = Fetch.objects.filter(partner=prefix, asked=True, state=Fetch.State.WAITING, code="")
            if time.monotonic() < due and not asked.exists():
                continue
            try:
                partner = Partner.objects.filter(prefix=prefix).exclude(confirmed_at=None).first()
                if partner is None or partner.reach not in CALLED or not partner.address:
                    continue
                broken = Round(partner, stop=self.stop).run()
            except (Fault, DatabaseError, OSError) as fault:
                log.error("fetching files of %s failed: %s", prefix, fault)
                broken = None
                due = time.monotonic() + 30
                continue
            if broken is None:
                retry, due = FIRST_RETRY, 0.0
            else:
                log.warning("files of %s: %s", prefix, broken.code)
                due = time.monotonic() + retry * random.uniform(0.5, 1.5)  # noqa: S311 - spreads load, guards nothing
                retry = min(LAST_RETRY, retry * 2)
        close_old_connections()

    def _bring(self, prefix: str) -> None:
        """What a partner wants that we call, and that cannot call us."""
        retry, rest = FIRST_RETRY, ASK_AGAIN
        while not self.stop.wait(rest):
            close_old_connections()
            rest = ASK_AGAIN
            try:
                partner = Partner.objects.filter(prefix=prefix).exclude(confirmed_at=None).first()
                if partner is not None and partner.reach == Partner.Reach.WE_DELIVER and partner.address:
                    bring_all(partner, stop=self.stop)
                retry = FIRST_RETRY
            except (Fault, DatabaseError, OSError) as fault:
                log.warning("bringing files to %s failed: %s", prefix, fault)
                rest = retry * random.uniform(0.5, 1.5)  # noqa: S311 - spreads load, guards nothing
                retry = min(LAST_RETRY, retry * 2)
        close_old_connections()


def look(looked: int) -> int:
    """Rows for files that were named since; the number of the newest name."""
    newest = wanting.newest_name()
    while looked < newest:
        upto = min(newest, looked + SPAN)
        wanting.note_wanted(after=looked, upto=upto)
        looked = upto
    return looked


def resume() -> None:
    """After a crash: what was being fetched waits again; parts that nobody wants are removed. Checks the settings."""
    policy()
    wanting.tidy()
    Fetch.objects.filter(state=Fetch.State.FETCHING).update(state=Fetch.State.WAITING, rate=0)


def fetch_now(partner: Partner, *, connections: int = 0, most: float = 0) -> Round:
    """All that is due from a partner, now, in this process; `most` in seconds, 0 for as long as it takes.

    Raises what ended the round.
    """
    look(0)
    stop = threading.Event()
    if most:
        timer = threading.Timer(most, stop.set)
        timer.daemon = True
        timer.start()
    done = Round(partner, stop=stop, connections=connections)
    broken = done.run()
    if broken is not None:
        raise broken
    return done
