"""Verified copies of partners' logs: followed to a signed checkpoint whole, or not at all."""

import datetime as dt
import gc
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.utils import IntegrityError

from jointlab.errors import Conflict
from jointlab.history.applying import apply_records
from jointlab.history.bulk import make_room, store_entries
from jointlab.history.durable import durable
from jointlab.history.logs import (
    empty_frontier,
    hold_house,
    keys_as_rows,
    keys_from_rows,
    log_name,
    log_named,
    log_origin,
)
from jointlab.history.models import Checkpoint, Log
from jointlab.history.models import Halt as HaltRow
from jointlab.history.outcome import Applied
from jointlab.history.signing import cosigner_of
from jointlab.ledger.checkpoints import Checkpoint as Statement
from jointlab.ledger.checkpoints import cosignatures
from jointlab.ledger.entries import Op
from jointlab.ledger.evidence import Exhibit
from jointlab.ledger.keys import KeyHistory, VerifyingKey
from jointlab.ledger.mirror import BYTES_LIMIT, ENTRIES_LIMIT, Accepted, Evidence, Halt, Line, Mirror, Reason
from jointlab.ledger.notes import Note

TRIES = 3  # refusals that a broken link could explain, one after the other, before the log is blamed
_MANY = 5_000  # entries of a step that belongs to a large log
_EVIDENCE_LINE = 1024 * 1024  # bytes of an entry and its body that are kept as evidence


@dataclass(frozen=True)
class Followed:
    """The copy followed; everything is stored."""

    log: str
    checkpoint: Statement  # what is held now, ready to be cosigned
    entries: int  # that are new
    applied: int  # records that became rows
    set_aside: int  # records that did not, see models.SetAside
    erased: tuple[str, ...]  # records erased or withheld
    keys: tuple[dict[str, Any], ...]  # bodies of entries that add or revoke keys: the caller checks the statements
    closed: bool
    gone: tuple[str, ...] = ()  # SHA-256 of files that are removed

    @property
    def moved(self) -> bool:
        """Whether there was anything new."""
        return self.entries > 0


@dataclass(frozen=True)
class Refused:
    """Nothing was taken over. A broken link may be the reason: ask again; after some refusals the mirror halts."""

    log: str
    reason: Reason
    sentence: str
    tries: int


@dataclass(frozen=True)
class Halted:
    """The mirror has stopped; its evidence waits for a person."""

    log: str
    reason: Reason
    sentence: str
    halt: int  # the row's number


@transaction.atomic
def create_mirror(
    partnership: str, *, member: str, node_origin: str, keys: KeyHistory, recovery: VerifyingKey | None = None
) -> Log:
    """An empty copy of what a partner shares with a partnership; that which is there already stays as it is.

    `keys` are the partner's node keys, `recovery` its offline key; both were compared by people at pairing.
    """
    hold_house()
    log, _ = Log.objects.get_or_create(
        name=log_name(partnership, member),
        defaults={
            "kind": Log.Kind.MIRROR, "partnership": partnership, "home": member, "frontier": empty_frontier(),
            "origin": log_origin(node_origin, partnership), "keys": keys_as_rows(keys),
            "recovery": recovery.vkey if recovery else "",
        },
    )  # fmt: skip
    return log


def mirror_of(log: Log) -> Mirror:
    """The pure mirror in this state. Raises BadInput ``mirror.state`` when the rows are damaged."""
    last = Checkpoint.objects.filter(log=log, size=log.size).first() if log.size else None
    note = last.note.encode() if last else None
    return Mirror(log.origin, log.home, keys_from_rows(log.keys), bytes(log.frontier), note)


def accept(
    log: str,
    note: bytes,
    pages: Iterable[Iterable[Line]],
    *,
    entries_limit: int = ENTRIES_LIMIT,
    bytes_limit: int = BYTES_LIMIT,
) -> Followed | Refused | Halted:
    """Follow a partner's log to the checkpoint in `note`; `pages` hold the entries from the copy's size up to it.

    Pages are read while no lock is held; what they raise leaves the copy as it was. Then one transaction stores the
    entries, the checkpoint and the rows. Cosign `Followed.checkpoint` after this returns, never before.
    Raises NotFound ``history.unknown-log``, Conflict ``history.halted``, ``history.moved`` (somebody else followed meanwhile).
    """
    row = log_named(log)
    _require_going(row)
    with no_collector():
        return _accepted(
            row, note, pages, entries_limit, bytes_limit
        )  # its many objects are gone before the search goes on


@transaction.atomic
def add_key(log: str, key: VerifyingKey, *, valid_from_size: int) -> None:
    """A key that its holder's statement adds to a copy. Raises BadInput ``keys.*``."""
    hold_house()
    row = log_named(log)
    row.keys = keys_as_rows(keys_from_rows(row.keys).add(key, valid_from_size=valid_from_size))
    row.save(update_fields=["keys"])


@transaction.atomic
def revoke_key(log: str, key: VerifyingKey, *, void_from_size: int) -> None:
    """A key that is void from a size on. Raises BadInput ``keys.unknown``."""
    hold_house()
    row = log_named(log)
    row.keys = keys_as_rows(keys_from_rows(row.keys).revoke(key, void_from_size=void_from_size))
    row.save(update_fields=["keys"])


@transaction.atomic
def halt(log: str, found: Halt) -> Halted:
    """Stop a copy and keep the evidence; also for what is found outside of `accept` (members compare checkpoints)."""
    hold_house()
    row = Log.objects.select_for_update().get(name=log)
    at = dt.datetime.now(dt.UTC)
    shown = Exhibit.of(
        _shortened(found), origin=row.origin, home=row.home, keys=keys_from_rows(row.keys), at=at.isoformat()
    )
    kept = HaltRow.objects.create(
        log=row, at=at, reason=found.reason.value, sentence=found.fault.message, evidence=shown.to_bytes()
    )
    Log.objects.filter(name=log).update(state=Log.State.HALTED)
    return Halted(log, found.reason, kept.sentence, kept.pk)


@transaction.atomic
def settle(log: str, *, by: str, settlement: str) -> None:
    """A person has looked at the evidence: the copy follows again from where it stands. The evidence stays."""
    hold_house()
    now = dt.datetime.now(dt.UTC)
    HaltRow.objects.filter(log=log, settled_at=None).update(settled_at=now, settled_by=by, settlement=settlement)
    Log.objects.filter(name=log, state=Log.State.HALTED).update(state=Log.State.OPEN, refusals=0)


@contextmanager
def no_collector() -> Iterator[None]:
    """Without the search for cycles, which halves the speed over so many small objects, none of them in a cycle."""
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            gc.enable()


def _accepted(
    row: Log, note: bytes, pages: Iterable[Iterable[Line]], entries_limit: int, bytes_limit: int
) -> Followed | Refused | Halted:
    found = mirror_of(row).accept(note, pages, entries_limit=entries_limit, bytes_limit=bytes_limit)
    if isinstance(found, Halt):
        return _refuse(row.name, found)
    if len(found.records) >= _MANY:
        make_room()
    with durable():  # the partner gets a cosignature that says so
        try:
            return _store(row.name, row.size, found, careful=False)
        except IntegrityError:  # one record points to what is no such thing: found out record by record
            return _store(row.name, row.size, found, careful=True)


def _require_going(log: Log) -> None:
    if log.kind != Log.Kind.MIRROR:
        raise Conflict("history.not-a-mirror", "{log} is a log of this node.", log=log.name)
    if log.state == Log.State.HALTED:
        raise Conflict(
            "history.halted", "The copy of {log} has stopped; look at the evidence on the partner's page.", log=log.name
        )


def _refuse(log: str, found: Halt) -> Refused | Halted:
    """A link may look like this a few times; a note that nobody signed never is the log's fault."""
    if not found.reason.may_be_transport:
        return halt(log, found)
    if found.reason in (Reason.MALFORMED_NOTE, Reason.BAD_SIGNATURE):
        return Refused(log, found.reason, found.fault.message, 0)
    with transaction.atomic():
        hold_house()
        row = Log.objects.get(name=log)
        row.refusals += 1
        row.save(update_fields=["refusals"])
        if row.refusals < TRIES:
            return Refused(log, found.reason, found.fault.message, row.refusals)
        return halt(log, found)


@transaction.atomic
def _store(name: str, size: int, found: Accepted, *, careful: bool) -> Followed:
    hold_house()
    log = Log.objects.get(name=name)
    _require_going(log)
    if log.size != size:
        raise Conflict("history.moved", "The copy of {log} has moved on meanwhile.", log=name)
    records = found.records
    store_entries(log, records)
    applied = apply_records(log, records, careful=careful) if records else Applied()
    closed = any(one.entry.op is Op.CLOSE for one in records)
    statement = found.mirror.checkpoint
    log.size, log.frontier, log.signed_size, log.refusals = statement.size, found.mirror.frontier, statement.size, 0
    if closed:
        log.state = Log.State.CLOSED
    log.save(update_fields=["size", "frontier", "signed_size", "refusals", "state"])
    _keep_checkpoint(log, statement.size, found.mirror.note or b"", found.mirror.frontier)
    keys = tuple(
        dict(one.content or {}) for one in records if one.entry.op in (Op.KEY_ADD, Op.KEY_REVOKE) and one.content
    )
    return Followed(
        name, statement, len(records), applied.applied, applied.set_aside, tuple(applied.erased), keys, closed,
        tuple(applied.gone),
    )  # fmt: skip


def _keep_checkpoint(log: Log, size: int, note: bytes, frontier: bytes) -> None:
    """The newest note of a size, with the time of its signing: an old one that is shown again makes nothing fresh."""
    now = dt.datetime.now(dt.UTC)
    signed, before = _signed_at(log, note), Checkpoint.objects.filter(log=log, size=size).first()
    if before is None:
        Checkpoint.objects.create(log=log, size=size, note=note.decode(), frontier=frontier, at=min(signed or now, now))
    elif signed is not None and signed > before.at:
        Checkpoint.objects.filter(pk=before.pk).update(note=note.decode(), at=min(signed, now))


def _signed_at(log: Log, note: bytes) -> dt.datetime | None:
    """When the partner says that it signed, by its cosignature; None when nothing says it."""
    keys = [cosigner_of(key) for key in keys_from_rows(log.keys).keys]
    times = [stamp.time for stamp in cosignatures(Note.from_bytes(note), keys)]
    return dt.datetime.fromtimestamp(max(times), dt.UTC) if times else None


def _shortened(found: Halt) -> Halt:
    """A body that is too long to be kept is left out of the evidence; the entry stays."""
    line = found.evidence.line
    if line is None or len(line.entry) + len(line.body or b"") <= _EVIDENCE_LINE:
        return found
    evidence = found.evidence
    return Halt(
        found.reason, found.fault,
        Evidence(evidence.held, evidence.shown, evidence.position, Line(line.entry[:_EVIDENCE_LINE])),
    )  # fmt: skip
