"""What became of a batch of a partner's entries: where records stand now, what was set aside, the files that are named."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field

from jointlab.errors import Fault
from jointlab.history.bulk import Stand, store_standings
from jointlab.history.erasure import forget_files, leave_no_bytes
from jointlab.history.models import Log, NamedBlob, SetAside, reason_of
from jointlab.ledger.mirror import Record as Verified


@dataclass
class Applied:
    """What became of records."""

    applied: int = 0
    set_aside: int = 0
    erased: list[str] = field(default_factory=list)
    gone: Sequence[str] = ()  # SHA-256 of files that were removed


class Outcome:
    """All of it that is not a row of a record type; kept until it is stored with many others."""

    def __init__(self, log: Log) -> None:
        self.log, self.done = log, Applied()
        self.stands: dict[str, Stand] = {}
        self.changed: dict[str, Stand] = {}
        self.aside: dict[int, SetAside] = {}
        self.names: list[NamedBlob] = []
        self.unnamed: set[str] = set()

    def finish(self) -> Applied:
        """Everything that is not a row of a record type."""
        self.save()
        if self.unnamed:
            self.done.gone = forget_files(self.unnamed)
        elif self.done.erased:
            leave_no_bytes()
        return self.done

    def save(self) -> None:
        """Into the tables, many rows at once."""
        store_standings(list(self.changed.values()))
        self.changed.clear()
        self.save_names()
        left = [one for one in self.aside.values() if not self._superseded(one)]
        SetAside.objects.bulk_create(left, batch_size=500, ignore_conflicts=True)
        self.done.set_aside += len(left)
        self.aside.clear()

    def save_names(self) -> None:
        """The files that records name."""
        NamedBlob.objects.bulk_create(self.names, ignore_conflicts=True, batch_size=500)
        self.names.clear()

    def _superseded(self, one: SetAside) -> bool:
        """A later revision of the record is among the rows."""
        stands = self.stands.get(one.record)
        return stands is not None and stands[3] > one.position and stands[4] == self.log.home

    def stand(self, one: Verified, *, erased: bool, withheld: bool) -> None:
        """The record stands as this entry says."""
        entry = one.entry
        stands = (entry.id, entry.type, entry.rev, one.position, entry.home, erased, withheld)
        self.stands[entry.id] = self.changed[entry.id] = stands

    def set_aside(self, one: Verified, why: str, fault: Fault, needs: str = "") -> None:
        """The entry is kept, and is not among the rows."""
        self.aside[one.position] = SetAside(
            log=self.log, position=one.position, record=one.entry.id, type=one.entry.type, why=why,
            needs=needs[:80], at=dt.datetime.now(dt.UTC), **reason_of(fault),
        )  # fmt: skip
