"""A batch of a partner's verified entries, one after the other: many records of one type become rows together."""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from itertools import islice
from typing import Any

from django.core.exceptions import ObjectDoesNotExist
from django.db import DatabaseError, OperationalError, connection, transaction

from jointlab.errors import BadInput, Fault
from jointlab.history.audience import Audience
from jointlab.history.bulk import Stand
from jointlab.history.models import Entry, Log, NamedBlob, Record, SetAside
from jointlab.history.outcome import Outcome
from jointlab.history.registry import Recorded, RecordType, from_plain, record_types
from jointlab.history.shared_entries import named_blobs
from jointlab.ledger.entries import Op
from jointlab.ledger.mirror import Record as Verified

BATCH = 5_000  # identifiers in one statement
_TOGETHER = 1_000  # bodies that are values at the same time
# What a hostile or mistaken body may raise on its way into the rows; a disk that is full is nobody's body.
AMISS = (
    Fault, DatabaseError, ObjectDoesNotExist, ValueError, TypeError, LookupError, AttributeError, ArithmeticError, RecursionError,
)  # fmt: skip


Why = SetAside.Why
Draft = tuple[Recorded, Any]


class Batch(Outcome):
    """One batch of one log on its way into the rows."""

    def __init__(self, log: Log, careful: bool) -> None:
        super().__init__(log)
        self.careful = careful
        self.audience = Audience(log)
        self.types = record_types()
        self.bodies: dict[int, Any] = {}  # by position, the dataclass
        self.last: dict[str, int] = {}  # by record, the last entry of the batch that makes earlier bodies needless
        self.run: list[tuple[Draft, Verified]] = []
        self.in_run: set[str] = set()

    # reading ----------------------------------------------------------------------------------------------------

    def take_all(self, records: Sequence[Verified]) -> None:
        """Entries in order: many are read together, few enough that their values do not fill the memory."""
        for one in records:
            if one.entry.op is not Op.PUT or one.line.body is not None:
                self.last[one.entry.id] = one.position
        for start in range(0, len(records), _TOGETHER):
            part = records[start : start + _TOGETHER]
            self._read(part)
            for one in part:
                self._take(one)
            self.flush()
            self.bodies.clear()

    def _read(self, records: Sequence[Verified]) -> None:
        """Bodies into dataclasses, and where everything stands that they touch; no statement for a single row."""
        wanted: set[str] = set()
        for one in records:
            entry = one.entry
            wanted.add(entry.id)
            if entry.op is Op.PUT and one.line.body is not None:
                wanted.update(self._read_body(one))
        wanted -= self.changed.keys()
        rest = iter(wanted)
        while ids := list(islice(rest, BATCH)):
            rows = Record.objects.filter(id__in=ids)
            for stand in rows.values_list("id", "type", "rev", "position", "home", "erased", "withheld"):
                self.stands[stand[0]] = stand

    def _read_body(self, one: Verified) -> Iterable[str]:
        known = self.types.get(one.entry.type)
        if known is None or one.fault is not None or (content := one.content) is None:
            return ()
        try:
            body = self.bodies[one.position] = from_plain(one.entry.type, content)
            return known.needs(body)
        except AMISS as amiss:  # pydantic's is a ValueError
            self.bodies.pop(one.position, None)
            self.set_aside(one, Why.FAULT, _fault(amiss))
            return ()

    # taking one entry after the other ---------------------------------------------------------------------------

    def _take(self, one: Verified) -> None:
        """One entry: a record that joins the run of its type, or something that ends the run."""
        op = one.entry.op
        if one.position in self.aside:
            return
        if one.fault is not None:
            self.set_aside(one, Why.FAULT, one.fault)
        elif op is Op.PUT:
            self._put(one)
        elif op in (Op.ERASE, Op.WITHHOLD):
            self.flush()
            self._end(one)

    def _put(self, one: Verified) -> None:
        entry, stands = one.entry, self.stands.get(one.entry.id)
        if one.line.body is None:
            gone = stands is not None and (stands[5] or stands[6])
            if not gone and self.last.get(entry.id, -1) < one.position:
                self.set_aside(
                    one, Why.BODY, BadInput("history.body-pending", "The body has not come with the record.")
                )
            return
        known = self.types.get(entry.type)
        if known is None:
            self.set_aside(one, Why.TYPE, _unknown(entry.type, self.types))
            return
        if entry.id in self.in_run:
            self.flush()
            stands = self.stands.get(entry.id)
        if stands is not None and stands[2] >= entry.rev and not (stands[5] or stands[6]):
            return  # it came by another partnership already
        amiss = self._amiss(one, known, stands)
        if amiss is not None:
            self.set_aside(one, Why.FAULT, amiss)
            return
        if self.run and self.run[0][0][0].type != entry.type:
            self.flush()
        waits = self._missing(one, known)
        if waits is not None and self.in_run:
            self.flush()
            waits = self._missing(one, known)
        if waits is not None:
            self.set_aside(one, Why.NEEDS, waits, str(waits.facts["need"]))
            return
        self.run.append(((_recorded(one), self.bodies[one.position]), one))
        self.in_run.add(entry.id)

    def _amiss(self, one: Verified, known: RecordType, stands: Stand | None) -> Fault | None:
        """What a partner's record may not do."""
        entry, body = one.entry, self.bodies.get(one.position)
        if body is None:
            return BadInput("history.body", "The body is not one of its type.")
        if stands is not None and stands[5]:
            return BadInput("history.erased", "The record was erased, and then written again.")
        if stands is not None and stands[1].partition("/")[0] != entry.type.partition("/")[0]:
            return BadInput("history.type-changed", "The record was of type {type} before.", type=stands[1])
        for changed in known.changes(body):
            if changed.partition(":")[0] != entry.home:
                return BadInput("history.foreign", "It would change {record}, which belongs to another node.", record=changed)  # fmt: skip
        return None

    def _missing(self, one: Verified, known: RecordType) -> Fault | None:
        """The first record that this one rests on and that is not here, as the fact `need`."""
        for need in known.needs(self.bodies[one.position]):
            if need not in self.stands:
                return BadInput("history.needs", "It rests on {need}, which has not come yet.", need=need)
            if not self.audience.knows(need):
                audience = self.log.partnership
                return BadInput("history.other-audience", "It rests on {need}, which {audience} does not share.", need=need, audience=audience)  # fmt: skip
        return None

    def flush(self) -> None:
        """The run becomes rows."""
        run, self.run = self.run, []
        self.in_run.clear()
        if run:
            self._apply(self.types[run[0][1].entry.type], run)

    def _apply(self, known: RecordType, run: list[tuple[Draft, Verified]]) -> None:
        """All at once; when that fails, halves, until it is known which one is amiss."""
        try:
            with transaction.atomic():
                known.apply_all([draft for draft, _ in run])
                if self.careful:
                    connection.check_constraints()
        except OperationalError:
            raise
        except AMISS as amiss:
            if len(run) == 1:
                self.set_aside(run[0][1], Why.FAULT, _fault(amiss))
                return
            middle = len(run) // 2
            self._apply(known, run[:middle])
            self._apply(known, run[middle:])
            return
        for _, one in run:
            self.stand(one, erased=False, withheld=False)
            if known.names_blobs() and one.line.body is not None:
                self.names += named_blobs(self.log, one.entry.id, one.entry.type, one.line.body)
        self.done.applied += len(run)

    def _end(self, one: Verified) -> None:
        """Erased, or withheld: bodies, names of files and rows go."""
        entry, erased = one.entry, one.entry.op is Op.ERASE
        puts = Entry.objects.filter(record=entry.id, op=Op.PUT.value).exclude(body=None)
        named = NamedBlob.objects.filter(record=entry.id, log__kind=Log.Kind.MIRROR)
        if not erased:
            puts, named = puts.filter(log=self.log, position__lt=one.position), named.filter(log=self.log)
        puts.update(body=None)
        self.save_names()
        self.unnamed |= set(named.values_list("sha256", flat=True))
        named.delete()
        SetAside.objects.filter(record=entry.id).filter(**({} if erased else {"log": self.log})).delete()
        self.aside = {place: row for place, row in self.aside.items() if row.record != entry.id}
        if not erased and Entry.objects.filter(record=entry.id, op=Op.PUT.value).exclude(body=None).exists():
            return  # another partnership still shares it
        known = self.types.get(entry.type)
        if known is not None and known.erase is not None:
            content = one.content or {}
            kept = content.get("kept", {})
            try:
                with transaction.atomic():
                    known.erase(_recorded(one), kept if isinstance(kept, Mapping) else {})
                    if self.careful:
                        connection.check_constraints()
            except OperationalError:
                raise
            except AMISS as amiss:
                self.set_aside(one, Why.FAULT, _fault(amiss))
        self.stand(one, erased=erased, withheld=not erased)
        self.done.erased.append(entry.id)


def _recorded(one: Verified) -> Recorded:
    entry = one.entry
    return Recorded(entry.id, entry.type, entry.rev, _moment(entry.at), one.position, entry.home)


@lru_cache(maxsize=64)  # a log tells the same second again and again
def _moment(at: str) -> dt.datetime:
    return dt.datetime.fromisoformat(at)


def _unknown(type: str, types: Mapping[str, RecordType]) -> Fault:
    name = type.partition("/")[0]
    if any(known.partition("/")[0] == name for known in types):
        return BadInput("history.newer-type", "Records of type {type} need a newer version of this program.", type=type)
    return BadInput("history.type", "This program knows no records of type {name}.", name=type)


def _fault(amiss: Exception) -> Fault:
    if isinstance(amiss, Fault):
        return amiss
    kind = type(amiss).__name__
    return BadInput("history.not-applied", "It cannot become rows: {kind}: {reason}", kind=kind, reason=str(amiss))
