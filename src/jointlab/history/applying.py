"""A partner's verified records become rows. What cannot is set aside with its reason, and the log goes on."""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from django.core.exceptions import ObjectDoesNotExist
from django.db import DatabaseError, OperationalError, connection, transaction

from jointlab.errors import BadInput, Conflict, Fault
from jointlab.history.bulk import Stand, store_standings
from jointlab.history.erasure import forget_files, leave_no_bytes
from jointlab.history.models import Entry, Log, NamedBlob, Record, SetAside
from jointlab.history.registry import Recorded, RecordType, from_plain, record_types
from jointlab.history.shared_entries import named_blobs
from jointlab.ledger.entries import Entry as Line
from jointlab.ledger.entries import Op, unseal
from jointlab.ledger.mirror import Line as Travelling
from jointlab.ledger.mirror import Record as Verified

_BATCH = 5_000  # identifiers in one statement
# What a hostile or mistaken body may raise on its way into the rows; a disk that is full is nobody's body.
_AMISS = (Fault, DatabaseError, ObjectDoesNotExist, ValueError, TypeError, KeyError, ArithmeticError)

Why = SetAside.Why
Draft = tuple[Recorded, Any]


@dataclass
class Applied:
    """What became of records."""

    applied: int = 0
    set_aside: int = 0
    erased: list[str] = field(default_factory=list)
    gone: Sequence[str] = ()  # SHA-256 of files that were removed


def apply_records(log: Log, records: Sequence[Verified], *, careful: bool = False) -> Applied:
    """Verified entries of one log, in order, already stored. The caller holds the house log.

    With `careful` every step is checked for references to what is not there, for which the database else waits until
    the end of the transaction.
    """
    work = _Work(log, careful)
    work.read(records)
    for one in records:
        work.take(one)
    work.flush()
    work.retry()
    return work.finish()


def apply_again(*, whys: Iterable[str] = (Why.TYPE, Why.FAULT, Why.NEEDS)) -> int:
    """Try what was set aside once more, from the stored bytes: after an upgrade. How many became rows."""
    applied = 0
    for log in Log.objects.filter(kind=Log.Kind.MIRROR).order_by("name"):
        with transaction.atomic():
            Log.objects.select_for_update().get(name="house")
            waiting = SetAside.objects.filter(log=log, why__in=list(whys)).order_by("position")
            work = _Work(log, careful=True)
            work.again(list(waiting.values_list("position", flat=True)))
            applied += work.finish().applied
    return applied


@transaction.atomic
def supply_body(log: str, *, position: int, body: bytes) -> bool:
    """A body that did not come with its entry, asked for again; whether its record has become rows.

    Raises Conflict ``history.body`` when it is not the body of that entry.
    """
    Log.objects.select_for_update().get(name="house")
    row = Entry.objects.get(log=log, position=position)
    if not Line.from_bytes(bytes(row.entry)).is_of(body):
        raise Conflict("history.body", "These bytes are not the body of entry {position}.", position=position)
    if not SetAside.objects.filter(log=log, position=position, why=Why.BODY).exists():
        return False  # it was erased or withheld meanwhile
    Entry.objects.filter(pk=row.pk).update(body=body)
    work = _Work(row.log, careful=True)
    work.again([position])
    return work.finish().applied > 0


class _Work:
    """One batch of one log on its way into the rows."""

    def __init__(self, log: Log, careful: bool) -> None:
        self.log, self.careful, self.done = log, careful, Applied()
        self.types = record_types()
        self.stands: dict[str, Stand] = {}
        self.changed: dict[str, Stand] = {}
        self.aside: dict[int, SetAside] = {}
        self.names: list[NamedBlob] = []
        self.unnamed: set[str] = set()
        self.bodies: dict[int, Any] = {}  # by position, the dataclass
        self.last: dict[str, int] = {}  # by record, the last entry of the batch that makes earlier bodies needless
        self.run: list[tuple[Draft, Verified]] = []
        self.in_run: set[str] = set()

    # reading ----------------------------------------------------------------------------------------------------

    def read(self, records: Sequence[Verified]) -> None:
        """Bodies into dataclasses, and where everything stands that they touch; no statement for a single row."""
        wanted: set[str] = set()
        for one in records:
            entry = one.entry
            wanted.add(entry.id)
            if entry.op is not Op.PUT:
                self.last[entry.id] = one.position
            elif one.line.body is not None:
                self.last[entry.id] = one.position
                wanted.update(self._read_body(one))
        rest = iter(wanted)
        while ids := list(islice(rest, _BATCH)):
            rows = Record.objects.filter(id__in=ids)
            for stand in rows.values_list("id", "type", "rev", "position", "home", "erased", "withheld"):
                self.stands[stand[0]] = stand

    def _read_body(self, one: Verified) -> Iterable[str]:
        known = self.types.get(one.entry.type)
        if known is None or one.fault is not None or one.content is None:
            return ()
        try:
            body = self.bodies[one.position] = from_plain(one.entry.type, one.content)
            return known.needs(body)
        except _AMISS as amiss:  # pydantic's is a ValueError
            self.bodies.pop(one.position, None)
            self._set_aside(one, Why.FAULT, _code(amiss), _sentence(amiss))
            return ()

    # taking one entry after the other ---------------------------------------------------------------------------

    def take(self, one: Verified) -> None:
        """One entry: a record that joins the run of its type, or something that ends the run."""
        op = one.entry.op
        if one.position in self.aside:
            return
        if one.fault is not None:
            self._set_aside(one, Why.FAULT, one.fault.code, one.fault.message)
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
                self._set_aside(one, Why.BODY, "history.body-pending", "The body has not come with the record.")
            return
        known = self.types.get(entry.type)
        if known is None:
            self._set_aside(one, Why.TYPE, *_unknown(entry.type, self.types))
            return
        if entry.id in self.in_run:
            self.flush()
            stands = self.stands.get(entry.id)
        if stands is not None and stands[2] >= entry.rev and not (stands[5] or stands[6]):
            return  # it came by another partnership already
        amiss = self._amiss(one, known, stands)
        if amiss is not None:
            self._set_aside(one, *amiss)
            return
        if self.run and self.run[0][0][0].type != entry.type:
            self.flush()
            amiss = self._missing(one, known)
        else:
            amiss = self._missing(one, known)
            if amiss is not None and self.in_run:
                self.flush()
                amiss = self._missing(one, known)
        if amiss is not None:
            self._set_aside(one, Why.NEEDS, *amiss)
            return
        self.run.append(((_recorded(one), self.bodies[one.position]), one))
        self.in_run.add(entry.id)

    def _amiss(self, one: Verified, known: RecordType, stands: Stand | None) -> tuple[str, str, str] | None:
        """What a partner's record may not do."""
        entry, body = one.entry, self.bodies.get(one.position)
        if body is None:
            return Why.FAULT, "history.body", "The body is not one of its type."
        if stands is not None and stands[5]:
            return Why.FAULT, "history.erased", "The record was erased, and then written again."
        if stands is not None and stands[1].partition("/")[0] != entry.type.partition("/")[0]:
            return Why.FAULT, "history.type-changed", f"The record was of type {stands[1]} before."
        for changed in known.changes(body):
            if changed.partition(":")[0] != entry.home:
                return Why.FAULT, "history.foreign", f"It would change {changed}, which belongs to another node."
        return None

    def _missing(self, one: Verified, known: RecordType) -> tuple[str, str, str] | None:
        """The first record that this one rests on and that is not here."""
        for need in known.needs(self.bodies[one.position]):
            if need not in self.stands:
                return "history.needs", f"It rests on {need}, which has not come yet.", need
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
        except _AMISS as amiss:
            if len(run) == 1:
                self._set_aside(run[0][1], Why.FAULT, _code(amiss), _sentence(amiss))
                return
            middle = len(run) // 2
            self._apply(known, run[:middle])
            self._apply(known, run[middle:])
            return
        for _, one in run:
            self._stand(one, erased=False, withheld=False)
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
        self._save_names()
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
            except _AMISS as amiss:
                self._set_aside(one, Why.FAULT, _code(amiss), _sentence(amiss))
        self._stand(one, erased=erased, withheld=not erased)
        self.done.erased.append(entry.id)

    # what waited ------------------------------------------------------------------------------------------------

    def retry(self) -> None:
        """Records that waited for one which is here now."""
        while True:
            self._save()
            waiting = SetAside.objects.filter(why=Why.NEEDS, needs__in=Record.objects.values("id"))
            due = list(waiting.order_by("position").values_list("log", "position"))
            own = [position for log, position in due if log == self.log.name]
            for name in dict.fromkeys(log for log, _ in due if log != self.log.name):
                other = _Work(Log.objects.get(name=name), self.careful)
                other.again([position for log, position in due if log == name])
                self.done.applied += other.finish().applied
            before = self.done.applied
            self.again(own)
            if not own or self.done.applied == before:
                return

    def again(self, positions: Sequence[int]) -> None:
        """Entries that were set aside, from the stored bytes."""
        records = []
        rest = iter(positions)
        while places := list(islice(rest, _BATCH)):
            rows = Entry.objects.filter(log=self.log, position__in=places).order_by("position")
            records += [_verified(row) for row in rows]
            SetAside.objects.filter(log=self.log, position__in=places).delete()
        self.read(records)
        for one in records:
            self.take(one)
        self.flush()

    # storing ----------------------------------------------------------------------------------------------------

    def finish(self) -> Applied:
        """Everything that is not a row of a record type."""
        self._save()
        if self.unnamed:
            self.done.gone = forget_files(self.unnamed)
        if self.done.erased:
            transaction.on_commit(leave_no_bytes)
        return self.done

    def _save(self) -> None:
        store_standings(list(self.changed.values()))
        self.changed.clear()
        self._save_names()
        applied = [one for one in self.aside.values() if self._superseded(one)]
        left = [one for one in self.aside.values() if one not in applied]
        SetAside.objects.bulk_create(left, batch_size=500, ignore_conflicts=True)
        self.done.set_aside += len(left)
        self.aside.clear()

    def _save_names(self) -> None:
        NamedBlob.objects.bulk_create(self.names, ignore_conflicts=True, batch_size=500)
        self.names.clear()

    def _superseded(self, one: SetAside) -> bool:
        """A later revision of the record is among the rows."""
        stands = self.stands.get(one.record)
        return stands is not None and stands[3] > one.position and stands[4] == self.log.home

    def _stand(self, one: Verified, *, erased: bool, withheld: bool) -> None:
        entry = one.entry
        stands = (entry.id, entry.type, entry.rev, one.position, entry.home, erased, withheld)
        self.stands[entry.id] = self.changed[entry.id] = stands

    def _set_aside(self, one: Verified, why: str, code: str, sentence: str, needs: str = "") -> None:
        self.aside[one.position] = SetAside(
            log=self.log, position=one.position, record=one.entry.id, type=one.entry.type, why=why, code=code[:60],
            sentence=sentence[:2000], needs=needs[:80], at=dt.datetime.now(dt.UTC),
        )  # fmt: skip


def _recorded(one: Verified) -> Recorded:
    entry = one.entry
    return Recorded(entry.id, entry.type, entry.rev, dt.datetime.fromisoformat(entry.at), one.position, entry.home)


def _verified(row: Entry) -> Verified:
    """A stored entry of a copy, as it was when it was verified."""
    body = None if row.body is None else bytes(row.body)
    line, entry = Travelling(bytes(row.entry), body), Line.from_bytes(bytes(row.entry))
    try:
        if entry.home != row.log.home:
            raise BadInput(
                "mirror.wrong-home", "{home} wrote a record of {other}.", home=row.log.home, other=entry.home
            )
        return Verified(row.position, line, entry, None if body is None else unseal(body))
    except BadInput as fault:
        return Verified(row.position, line, entry, None, fault)


def _unknown(type: str, types: Mapping[str, RecordType]) -> tuple[str, str]:
    name = type.partition("/")[0]
    if any(known.partition("/")[0] == name for known in types):
        return "history.newer-type", f"Records of type {type} need a newer version of this program."
    return "history.type", f"This program knows no records of type {type}."


def _code(amiss: Exception) -> str:
    return amiss.code if isinstance(amiss, Fault) else "history.not-applied"


def _sentence(amiss: Exception) -> str:
    return amiss.message if isinstance(amiss, Fault) else f"It cannot become rows: {type(amiss).__name__}: {amiss}"
