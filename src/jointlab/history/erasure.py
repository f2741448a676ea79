"""Erasing a record, as the law may demand: bodies, salts, rows and files go; entries, which hold only hashes, stay."""

import json
import os
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection, transaction

from jointlab.errors import BadInput, Conflict, NotFound
from jointlab.history.blobs import store
from jointlab.history.logs import HOUSE
from jointlab.history.models import Blob, Entry, Log, Record
from jointlab.history.operations import append, now, require_own, time_text
from jointlab.history.registry import Recorded, RecordType, drafted, forgotten, from_plain, record_type, record_types
from jointlab.history.sharing import follow_erasure
from jointlab.ledger.entries import Entry as Line
from jointlab.ledger.entries import Op, seal, unseal


@dataclass(frozen=True)
class Erased:
    """What erasing a record took away."""

    record: str
    bodies: int
    blobs: tuple[str, ...]  # SHA-256 of the files that nothing else names
    taken: tuple[str, ...] = ()  # the records that were made of it and are erased with it


@transaction.atomic
def erase(*, id: str, by: str, why: str) -> Erased:
    """Erase a record with all its revisions, and what was made of it. `by` is a person's record, `why` a sentence
    without personal data.

    Raises NotFound ``history.record``, Conflict ``history.erased``, BadInput ``history.no-erase`` for a type that must
    stay whole, NotAllowed ``history.foreign`` for another node's. Who may erase is the caller's question.
    """
    Log.objects.select_for_update().get(name=HOUSE)
    taken = _with_what_was_made(id)
    parts = [_erase_one(id=one, by=by, why=why) for one in (*taken, id)]
    gone = forget_files({sha256 for part in parts for sha256 in part.blobs})
    for one in (*taken, id):
        follow_erasure(one)
    return Erased(id, sum(part.bodies for part in parts), gone, tuple(taken))


def forget_files(named: set[str]) -> tuple[str, ...]:
    """Of these files, and of columns that nothing needs, those that nothing names any more: removed with the commit.

    The caller holds the house log.
    """
    gone = _needless(named)
    Blob.objects.filter(sha256__in=gone).delete()
    forgotten(gone)
    notice = _promise(gone)
    transaction.on_commit(lambda: _keep_promise(notice))
    return tuple(gone)


def leave_no_bytes() -> None:
    """What this transaction erased leaves the write-ahead log too, with the commit, or as soon as nobody reads there."""
    notice = _promise([])
    transaction.on_commit(lambda: _keep_promise(notice))


def rehearse(*, id: str, by: str) -> Erased:
    """What `erase` would take away now: it is done and undone. Raises as `erase`."""
    with transaction.atomic():
        Log.objects.select_for_update().get(name=HOUSE)
        taken = _with_what_was_made(id)
        parts = [_erase_one(id=one, by=by, why="") for one in (*taken, id)]
        gone = _needless({sha256 for part in parts for sha256 in part.blobs})
        transaction.set_rollback(True)
    return Erased(id, sum(part.bodies for part in parts), tuple(gone), tuple(taken))


def finish_erasures() -> int:
    """Remove the files and bytes of erasures that were cut off after their transaction; how many files.

    Called when a node starts, and now and then.
    """
    return sum(_keep_promise(notice) for notice in sorted(_notices().glob("*.json")))


def _needless(named: set[str]) -> list[str]:
    """Of these files, and of all columns, those that nothing names any more."""
    # Columns of a reading that nobody recorded are named by no body: what no draft names any more goes too.
    named = named | (set(Blob.objects.filter(derived=True).values_list("sha256", flat=True)) - drafted())
    return sorted(named - _named_elsewhere(named))


def _with_what_was_made(id: str) -> list[str]:
    """The records made of this one that are not erased yet, each after those that were made of it."""
    record = Record.objects.filter(id=id).first()
    if record is None:
        return []
    made = [
        one for one in record_type(record.type).takes(id) if not Record.objects.filter(id=one, erased=True).exists()
    ]
    return [deep for one in made for deep in (*_with_what_was_made(one), one)]


def _erase_one(*, id: str, by: str, why: str) -> Erased:
    """Bodies, and rows; the files that the bodies named are still there."""
    log = Log.objects.get(name=HOUSE)
    record = Record.objects.filter(id=id).first()
    if record is None:
        raise NotFound("history.record", "There is no record {id} of this node.", id=id)
    require_own(id)
    if record.erased:
        raise Conflict("history.erased", "{id} has been erased already.", id=id)
    known = record_type(record.type)
    if known.erase is None:
        raise BadInput("history.no-erase", "Records of type {type} cannot be erased.", type=known.name)
    mine = Entry.objects.filter(log=log, record=id)
    named = _named(known, mine.exclude(body=None).values_list("body", flat=True))
    kept = dict(known.keeps(id))
    recorded = _append(log, record, {"by": by, "why": why, "kept": kept})
    bodies = mine.filter(position__lt=recorded.position).exclude(body=None).update(body=None)
    known.erase(recorded, kept)
    return Erased(id, bodies, tuple(sorted(named)))


def _append(log: Log, record: Record, body: dict[str, Any]) -> Recorded:
    at = now()
    sealed = seal(body)
    line = Line(
        at=time_text(at), body=sealed.hash, home=record.home, id=record.id, op=Op.ERASE, prev=record.position,
        rev=record.rev + 1, size=sealed.size, type=record.type,
    )  # fmt: skip
    recorded = Recorded(record.id, record.type, line.rev, at, log.size, record.home)
    append(log, line, sealed.data)
    Record.objects.filter(id=record.id).update(rev=line.rev, position=recorded.position, erased=True)
    return recorded


def _named(known: RecordType, bodies: Iterable[bytes | memoryview | None]) -> set[str]:
    """The files that bodies of one type name."""
    found: set[str] = set()
    if known.names_blobs():
        for data in filter(None, bodies):
            body = from_plain(known.name, unseal(bytes(data)))
            found |= {*known.blobs(body), *known.derived(body)}
    return found


def _named_elsewhere(named: set[str]) -> set[str]:
    """Those of the files that bodies which stay name too. Called when the erased bodies are gone."""
    found: set[str] = set()
    if named:
        for known in record_types().values():
            left = Entry.objects.filter(type=known.name).exclude(body=None).values_list("body", "entry")
            if known.names_blobs():
                puts = (body for body, entry in left.iterator() if Line.from_bytes(bytes(entry)).op is Op.PUT)
                found |= _named(known, puts)
    return found & named


def _notices() -> Path:
    folder: Path = settings.NODE.incoming / "erasing"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder


def _promise(files: list[str]) -> Path:
    """A notice on the disk, before the rows are gone: whoever starts the node next finishes what a crash cut off."""
    notice = _notices() / f"{secrets.token_hex(8)}.json"
    with notice.open("x", encoding="ascii") as file:
        json.dump(files, file)
        file.flush()
        os.fsync(file.fileno())
    return notice


def _keep_promise(notice: Path) -> int:
    """Remove the files that no row knows: those that one knows belong to an erasure that was taken back.

    The notice stays while somebody reads the write-ahead log: erased bytes lie in it, and it is emptied later.
    """
    removed = 0
    try:
        files = json.loads(notice.read_text(encoding="ascii"))
    except (FileNotFoundError, ValueError):  # kept by another process; or cut off before its transaction could end
        files = []
    with transaction.atomic():
        Log.objects.select_for_update().get(name=HOUSE)  # nobody names a file meanwhile
        for sha256 in files:
            if not Blob.objects.filter(sha256=sha256).exists():
                removed += store().remove(sha256)
    if _log_emptied():
        notice.unlink(missing_ok=True)
    return removed


def _log_emptied() -> bool:
    """Whether the write-ahead log of SQLite is empty now; PostgreSQL's is the runbook's."""
    if connection.vendor != "sqlite":
        return True
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        busy = cursor.fetchone()[0]
    return not busy
