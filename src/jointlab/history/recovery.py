"""After a restore: what partners hold of our own shared logs is read back before anything is appended to them.

What was signed since the backup is known to partners and lost here. Whoever appended now would sign a second log of one
size, which is what a partner must take for deceit. So the shared logs stand still, partners are asked for their copies,
and what they give back, proved by our own signature, comes into the house log and the rows again.
"""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Any

from django.core.exceptions import ObjectDoesNotExist
from django.db import DatabaseError, connection, transaction

from jointlab.errors import BadInput, Conflict, Fault
from jointlab.history.blobs import store
from jointlab.history.erasure import forget_files, leave_no_bytes
from jointlab.history.logs import HOUSE, hold_house, log_named
from jointlab.history.models import Blob, Checkpoint, Entry, Log, NamedBlob, Record
from jointlab.history.operations import append, append_many, know_blob, stand
from jointlab.history.registry import Recorded, from_plain, record_types
from jointlab.history.shared_entries import named_blobs, put
from jointlab.history.signing import log_keys
from jointlab.ledger.checkpoints import Checkpoint as Statement
from jointlab.ledger.checkpoints import open_checkpoint
from jointlab.ledger.entries import Entry as Line
from jointlab.ledger.entries import Op, seal, unseal
from jointlab.ledger.mirror import Line as Travelling
from jointlab.ledger.notes import Note
from jointlab.ledger.tree import Frontier, leaf_hash


@dataclass
class Recovered:
    """What a partner gave back."""

    log: str
    entries: int = 0  # of the shared log
    records: int = 0  # revisions that are in the house log again
    kept_apart: list[str] = field(default_factory=list)  # records whose lost revision could not become rows
    files: tuple[str, ...] = ()  # SHA-256 of files that the records name and that are not here: ask for them


def mark_restored() -> int:
    """A backup was restored: no shared log is appended to before partners were asked. How many logs wait.

    A database from before there were shared logs has none.
    """
    with connection.cursor() as cursor:
        columns = {column.name for column in connection.introspection.get_table_description(cursor, "history_log")}
    return must_recover(Log.objects.filter(kind=Log.Kind.SHARED)) if "kind" in columns else 0


def must_recover(logs: "Iterable[Log]") -> int:
    """The same of some logs: a partner holds more of them than this node does."""
    names = [log.name for log in logs]
    return Log.objects.filter(name__in=names, state=Log.State.OPEN).update(state=Log.State.RECOVERING)


def recover(log: str, note: bytes, pages: Iterable[Iterable[Travelling]]) -> Recovered:
    """Read back what a partner holds of our own log: `note` is our signed checkpoint, `pages` the entries from what is
    signed here on. What was appended here and never signed comes after them again.

    Partners' own logs should have been followed first, for our records may rest on theirs. Raises BadInput for a note that
    we did not sign or entries that do not lead to it, Conflict ``history.forked`` when the log has gone another way here.
    """
    row = log_named(log)
    said = open_checkpoint(Note.from_bytes(note), log_keys(row), origin=row.origin).checkpoint
    if said.size <= row.signed_size:
        _compare(row, said)
        return Recovered(log)
    frontier, lines = _signed_frontier(row), []
    for line in (line for page in pages for line in page):
        if frontier.size == said.size:
            break
        entry = Line.from_bytes(line.entry)
        if line.body is not None and not entry.is_of(line.body):
            raise BadInput("history.recover-body", "Entry {position} came with another body.", position=frontier.size)
        frontier.push(leaf_hash(line.entry))
        lines.append((entry, line))
    if (frontier.size, frontier.root()) != (said.size, said.root):
        raise _forked(row, said.size)
    return _take_back(row, said, note, frontier, lines)


@transaction.atomic
def resume(log: str) -> None:
    """All partners were asked: the log may be appended to again."""
    hold_house()
    Log.objects.filter(name=log, state=Log.State.RECOVERING).update(state=Log.State.OPEN)


def _compare(log: Log, said: Statement) -> None:
    """The partner holds no more than we do: then it must be the beginning of what we hold."""
    frontier = Frontier()
    rows = Entry.objects.filter(log=log, position__lt=said.size).order_by("position")
    for data in rows.values_list("entry", flat=True).iterator(chunk_size=2000):
        frontier.push(leaf_hash(bytes(data)))
    if (frontier.size, frontier.root()) != (said.size, said.root):
        raise _forked(log, said.size)


def _forked(log: Log, size: int) -> Conflict:
    return Conflict(
        "history.forked",
        "The partner holds another log of {size} entries than the one that is here: something was appended after a backup was restored. Keep both notes and agree on a new pairing.",
        size=size, log=log.name,
    )  # fmt: skip


@transaction.atomic
def _take_back(
    log: Log, said: Statement, note: bytes, frontier: Frontier, lines: list[tuple[Line, Travelling]]
) -> Recovered:
    hold_house()
    log = Log.objects.get(name=log.name)
    tail = _drop_unsigned(log)
    if log.size + len(lines) != said.size:
        raise Conflict("history.moved", "The log {log} has moved on meanwhile.", log=log.name)
    work = _Return(log)
    for entry, line in lines:
        work.take(entry, line.body)
    log.refresh_from_db()
    if log.size != said.size or bytes(log.frontier) != frontier.to_bytes():
        raise _forked(log, said.size)
    log.signed_size = said.size
    if any(entry.op is Op.CLOSE for entry, _ in lines):
        log.state = Log.State.CLOSED
    log.save(update_fields=["signed_size", "state"])
    Checkpoint.objects.create(
        log=log, size=said.size, note=note.decode(), frontier=frontier.to_bytes(), at=dt.datetime.now(dt.UTC)
    )
    done = work.finish()
    put(log, tail)
    return done


def _signed_frontier(log: Log) -> Frontier:
    last = Checkpoint.objects.filter(log=log, size=log.signed_size).first()
    return Frontier.from_bytes(bytes(last.frontier)) if last else Frontier()


def _drop_unsigned(log: Log) -> list[str]:
    """Entries that nobody can have seen make room for those that partners hold; the records, to be told again."""
    tail = Entry.objects.filter(log=log, position__gte=log.signed_size).order_by("position")
    records = list(dict.fromkeys(tail.values_list("record", flat=True)))
    tail.delete()
    log.size, log.frontier = log.signed_size, _signed_frontier(log).to_bytes()
    log.save(update_fields=["size", "frontier"])
    return [record for record in records if record.partition(":")[0] == log.home]


class _Return:
    """Entries of our own, one after the other, back into both logs and the rows."""

    def __init__(self, log: Log) -> None:
        self.log, self.done, self.types = log, Recovered(log.name), record_types()
        self.unnamed: set[str] = set()
        self.erased = False  # something was erased again: its bytes must leave the disk
        self.repeat: dict[str, int] = {}  # records that were changed here meanwhile, with the lost revision

    def take(self, entry: Line, body: bytes | None) -> None:
        """One entry of the shared log."""
        source: int | None = None
        own: bytes | None = None
        if entry.op is Op.PUT:
            source = self._put(entry, body)
            own = body if source is None or entry.id in self.repeat else None
        elif entry.op is Op.ERASE:
            source = self._erase(entry, body)
            own = body if source is None else None
        else:
            own = body
        if entry.op in (Op.WITHHOLD, Op.ERASE):
            Entry.objects.filter(log=self.log, record=entry.id).update(source=None, body=None)
            NamedBlob.objects.filter(log=self.log, record=entry.id).delete()
        append_many(self.log, [(entry, own)], sources=[source])
        self.done.entries += 1

    def _put(self, entry: Line, body: bytes | None) -> int | None:
        """The place in the house log; None when it has none there."""
        there = Entry.objects.filter(log_id=HOUSE, record=entry.id).order_by("position")
        for position, data in there.values_list("position", "entry"):
            if Line.from_bytes(bytes(data)).body == entry.body:
                return int(position)
        if body is None:
            return None
        stands = Record.objects.filter(id=entry.id).first()
        if stands is not None and stands.rev >= entry.rev:
            self.repeat[entry.id] = (
                entry.rev
            )  # changed here since the restore: what is here now wins, as the later word
            return stands.position
        NamedBlob.objects.bulk_create(named_blobs(self.log, entry.id, entry.type, body), ignore_conflicts=True)
        return self._into_house(entry, body, stands)

    def _into_house(self, entry: Line, body: bytes, stands: Record | None) -> int | None:
        house, known = hold_house(), self.types.get(entry.type)
        place = house.size
        recorded = Recorded(entry.id, entry.type, entry.rev, dt.datetime.fromisoformat(entry.at), place, entry.home)
        try:
            with transaction.atomic():
                content = from_plain(entry.type, unseal(body))
                if known is None or not _all_here(known.needs(content)):
                    raise BadInput("history.needs", "It rests on something that is not here.")
                append(house, replace(entry, prev=stands.position if stands else None), body)
                known.apply(recorded, content)
                stand(recorded)
        except (Fault, DatabaseError, ObjectDoesNotExist, ValueError):
            self.done.kept_apart.append(entry.id)
            return None
        self.done.records += 1
        return place

    def _erase(self, entry: Line, body: bytes | None) -> int | None:
        """What was erased since the backup is erased again."""
        stands, known = Record.objects.filter(id=entry.id).first(), self.types.get(entry.type)
        if stands is None or known is None or known.erase is None or body is None:
            return None
        if stands.erased:
            return stands.position
        house = hold_house()
        place = house.size
        mine = Entry.objects.filter(log_id=HOUSE, record=entry.id, op=Op.PUT.value)
        for data in mine.exclude(body=None).values_list("body", flat=True):
            content: Any = from_plain(stands.type, unseal(bytes(data or b"")))
            self.unnamed |= {*known.blobs(content), *known.derived(content)}
        mine.update(body=None)
        self.erased = True
        rev = max(entry.rev, stands.rev + 1)
        append(house, replace(entry, prev=stands.position, rev=rev), body)
        recorded = Recorded(entry.id, entry.type, rev, dt.datetime.fromisoformat(entry.at), place, entry.home)
        known.erase(recorded, unseal(body).get("kept", {}))  # type: ignore[arg-type]
        stand(recorded, erased=True)
        self.done.records += 1
        return place

    def finish(self) -> Recovered:
        """Records that both the lost time and this time changed get a revision beyond both; files that are missing."""
        for record, lost in self.repeat.items():
            self._say_again(record, lost)
        if self.unnamed:
            forget_files(self.unnamed)
        elif self.erased:
            leave_no_bytes()
        names = {name.sha256: name for name in NamedBlob.objects.filter(log=self.log)}
        self.done.files = tuple(sorted(sha256 for sha256 in names if not store().has(sha256)))
        Blob.objects.filter(sha256__in=self.done.files).delete()  # known again when they have come
        for sha256 in names.keys() - set(self.done.files):
            size = store().path(sha256).stat().st_size
            know_blob(sha256=sha256, size=size, derived=names[sha256].derived)
        return self.done

    def _say_again(self, record: str, lost: int) -> None:
        stands = Record.objects.get(id=record)
        row = Entry.objects.get(log_id=HOUSE, position=stands.position)
        if stands.erased or row.body is None:
            return
        house = hold_house()
        sealed, line = seal(unseal(bytes(row.body))), Line.from_bytes(bytes(row.entry))
        rev = max(lost, stands.rev) + 1
        place = house.size
        append(house, replace(line, body=sealed.hash, size=sealed.size, prev=stands.position, rev=rev), sealed.data)
        recorded = Recorded(record, line.type, rev, dt.datetime.fromisoformat(line.at), place, line.home)
        known = self.types[line.type]
        known.apply(recorded, from_plain(line.type, unseal(sealed.data)))
        stand(recorded)


def _all_here(ids: Iterable[str]) -> bool:
    wanted = set(ids)
    return Record.objects.filter(id__in=wanted).count() == len(wanted)
