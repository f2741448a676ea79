"""A partner's verified records become rows. What cannot is set aside with its reason, and the log goes on."""

from collections.abc import Iterable, Sequence
from itertools import islice

from django.db import transaction

from jointlab.errors import BadInput, Conflict
from jointlab.history.models import Entry, Log, Record, SetAside
from jointlab.history.outcome import Applied
from jointlab.history.taking import BATCH, Batch
from jointlab.ledger.entries import Entry as Line
from jointlab.ledger.entries import unseal
from jointlab.ledger.mirror import Line as Travelling
from jointlab.ledger.mirror import Record as Verified

Why = SetAside.Why


def apply_records(log: Log, records: Sequence[Verified], *, careful: bool = False) -> Applied:
    """Verified entries of one log, in order, already stored. The caller holds the house log.

    With `careful` every step is checked for references to what is not there, for which the database else waits until
    the end of the transaction.
    """
    batch = Batch(log, careful)
    batch.take_all(records)
    _retry(batch)
    return batch.finish()


def apply_again(*, whys: Iterable[str] = (Why.TYPE, Why.FAULT, Why.NEEDS)) -> int:
    """Try what was set aside once more, from the stored bytes: after an upgrade. How many became rows."""
    applied = 0
    for log in Log.objects.filter(kind=Log.Kind.MIRROR).order_by("name"):
        with transaction.atomic():
            Log.objects.select_for_update().get(name="house")
            waiting = SetAside.objects.filter(log=log, why__in=list(whys)).order_by("position")
            batch = Batch(log, careful=True)
            _again(batch, list(waiting.values_list("position", flat=True)))
            applied += batch.finish().applied
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
    batch = Batch(row.log, careful=True)
    _again(batch, [position])
    return batch.finish().applied > 0


def _retry(batch: Batch) -> None:
    """Records that waited for one which is here now."""
    while True:
        batch.save()
        waiting = SetAside.objects.filter(why=Why.NEEDS, needs__in=Record.objects.values("id"))
        due = list(waiting.order_by("position").values_list("log", "position"))
        own = [position for log, position in due if log == batch.log.name]
        for name in dict.fromkeys(log for log, _ in due if log != batch.log.name):
            other = Batch(Log.objects.get(name=name), batch.careful)
            _again(other, [position for log, position in due if log == name])
            batch.done.applied += other.finish().applied
        before = batch.done.applied
        _again(batch, own)
        if not own or batch.done.applied == before:
            return


def _again(batch: Batch, positions: Sequence[int]) -> None:
    """Entries that were set aside, from the stored bytes."""
    records = []
    rest = iter(positions)
    while places := list(islice(rest, BATCH)):
        rows = Entry.objects.filter(log=batch.log, position__in=places).order_by("position")
        records += [_verified(row) for row in rows]
        SetAside.objects.filter(log=batch.log, position__in=places).delete()
    batch.take_all(records)


def _verified(row: Entry) -> Verified:
    """A stored entry of a copy, as it was when it was verified."""
    body = None if row.body is None else bytes(row.body)
    line, entry = Travelling(bytes(row.entry), body), Line.from_bytes(bytes(row.entry))
    try:
        if entry.home != row.log.home:
            raise BadInput(
                "mirror.wrong-home", "{home} wrote a record of {other}.", home=row.log.home, other=entry.home
            )
        if body is not None:
            unseal(body)
    except BadInput as fault:
        return Verified(row.position, line, entry, fault)
    return Verified(row.position, line, entry)
