"""What is done again and again while the node runs: checkpoints are signed, alarms looked at, backups made, texts sent to be printed."""

import datetime as dt
import logging
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event, Thread

from django.conf import settings
from django.db import DatabaseError, close_old_connections

from jointlab.agreements.operations.papers import keep_papers
from jointlab.errors import Fault
from jointlab.history.blobs import store
from jointlab.history.erasure import finish_erasures
from jointlab.history.signing import keep_signed, unsigned
from jointlab.mobility.operations.places import keep_counts
from jointlab.node.backup_commands import KEY_FILE, read_key
from jointlab.node.backups.making import last_backup, make_backup
from jointlab.node.backups.vault import Vault
from jointlab.node.health import watch

SIGN_EVERY = 3.0  # seconds
SIGN_MANY = 1_000  # entries that do not wait so long
ALARMS_EVERY = 60.0  # seconds
ERASING_EVERY = 60.0  # seconds, for erased bytes that somebody's reading kept in the write-ahead log
PAPERS_EVERY = 5.0  # seconds, for texts that came on the table and steps of partners: each look is a few small queries
COUNTS_EVERY = 60.0  # seconds, for places that a crash left uncounted: else they are counted at once
BACKUP_LOOK = 300.0  # seconds from one look at the schedule to the next
TICK = 0.5  # seconds

log = logging.getLogger("jointlab.keeper")


@dataclass
class Chore:
    """One thing to do every so many seconds."""

    name: str
    every: float  # seconds
    do: Callable[[], object]
    early: Callable[[], bool] = lambda: False  # whether it cannot wait
    due: float = field(default_factory=time.monotonic)

    def do_if_due(self) -> None:
        """What goes wrong is logged, whatever it is, and the chore tried again when it is next due: the others must go on."""
        if time.monotonic() < self.due and not self.early():
            return
        try:
            self.do()
        except (Fault, DatabaseError, OSError) as fault:
            log.error("%s failed: %s", self.name, fault)
        except Exception:
            log.exception("%s failed", self.name)
        self.due = time.monotonic() + self.every


class Keeper:
    """Two threads: signing must not wait for a backup."""

    def __init__(self, stop: Event) -> None:
        self._stop = stop
        quick = [Chore("signing", SIGN_EVERY, keep_signed, early=lambda: unsigned() >= SIGN_MANY)]
        slow = [
            Chore("sweeping", 3600.0, lambda: store().sweep()),
            Chore("erasing", ERASING_EVERY, finish_erasures),
            Chore("papers", PAPERS_EVERY, keep_papers),
            Chore("places", COUNTS_EVERY, keep_counts),
            Chore("alarms", ALARMS_EVERY, watch),
            Chore("backup", BACKUP_LOOK, back_up_if_due),
        ]
        self._threads = [Thread(target=self._keep, args=(chores,), daemon=True) for chores in (quick, slow)]

    def start(self) -> None:
        """Begin."""
        for thread in self._threads:
            thread.start()

    def join(self) -> None:
        """Wait for what is under way, after the stop."""
        for thread in self._threads:
            thread.join()

    def _keep(self, chores: list[Chore]) -> None:
        while not self._stop.wait(TICK):
            close_old_connections()
            for chore in chores:
                chore.do_if_due()
        close_old_connections()


def back_up_if_due() -> bool:
    """The backup of the schedule in jointlab.toml; whether one was due."""
    plan = settings.NODE.backup
    if not plan.get("folder"):
        return False
    last = last_backup()
    if last and dt.datetime.now(dt.UTC) - last < dt.timedelta(hours=float(plan.get("every_hours", 24))):
        return False
    named = str(plan.get("key", ""))
    key = read_key(Path(named)) if named else settings.NODE.secret(KEY_FILE, lambda: secrets.token_urlsafe(32))
    vault = Vault.open_or_make(Path(str(plan["folder"])).resolve(), key)
    make_backup(vault, keep_days=int(plan.get("keep_days", 0)))
    return True
