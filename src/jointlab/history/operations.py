"""Appending to the house log. Every change of the world goes through `write`."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.db import transaction

from jointlab.errors import Conflict, NotAllowed
from jointlab.history.blobs import store
from jointlab.history.identifiers import home
from jointlab.history.logs import HOUSE, empty_frontier, hold_house
from jointlab.history.models import Blob, Entry, Log, Record
from jointlab.history.registry import Recorded, as_signed, record_type
from jointlab.ledger.entries import Entry as Line
from jointlab.ledger.entries import Op, seal
from jointlab.ledger.tree import Frontier, leaf_hash

_BATCH = 100  # rows of one statement


def create_house_log(*, origin: str) -> None:
    """The log of this node, empty; once, when the node is made."""
    Log.objects.get_or_create(
        name=HOUSE,
        defaults={
            "kind": Log.Kind.HOUSE,
            "origin": f"{origin}/log/{HOUSE}",
            "frontier": empty_frontier(),
            "home": home(),
        },
    )


@dataclass(frozen=True)
class Draft:
    """A revision to be written; `body` is an instance of the record type's dataclass."""

    id: str
    body: object
    expected_rev: int | None = None  # the record must still stand at this revision (0: it must not exist)


def write(*, type: str, id: str, body: object, expected_rev: int | None = None) -> Recorded:
    """Append one record to the house log and apply it, in the caller's transaction.

    `body` is an instance of the record type's dataclass. With `expected_rev` the record must still stand at that
    revision (0: it must not exist). Raises Conflict ``history.stale`` when somebody was faster, NotAllowed
    ``history.foreign`` for a record of another node, or one that would change such a record.
    """
    return write_many(type=type, drafts=[Draft(id, body, expected_rev)])[0]


def write_many(*, type: str, drafts: Sequence[Draft]) -> list[Recorded]:
    """As `write`, for many records of one type, each of them another one; all of them or none."""
    assert transaction.get_connection().in_atomic_block, "a record and its rows are written in one transaction"
    assert len({draft.id for draft in drafts}) == len(drafts), "two revisions of one record need two calls"
    log = hold_house()
    known = record_type(type)
    standing = {record.id: record for record in Record.objects.filter(id__in=[draft.id for draft in drafts])}
    at = now()
    lines, written = [], []
    for place, draft in enumerate(drafts, start=log.size):
        before = standing.get(draft.id)
        require_own(draft.id, *known.changes(draft.body))
        _check(before, draft.expected_rev)
        plain, body = as_signed(draft.body)
        sealed = seal(plain)
        line = Line(
            at=time_text(at), body=sealed.hash, home=home(), id=draft.id, op=Op.PUT, prev=before.position if before else None,
            rev=before.rev + 1 if before else 1, size=sealed.size, type=type,
        )  # fmt: skip
        lines.append((line, sealed.data))
        recorded = Recorded(id=draft.id, type=type, rev=line.rev, at=at, position=place, home=line.home)
        written.append((recorded, body))
    append_many(log, lines)
    _stand([recorded for recorded, _ in written], standing)
    known.apply_all(written)
    return [recorded for recorded, _ in written]


def require_own(*ids: str) -> None:
    """Refuse to change what another node wrote. Raises NotAllowed ``history.foreign``."""
    for id in ids:
        owner = id.partition(":")[0]
        if owner != home():
            raise NotAllowed(
                "history.foreign",
                "This belongs to the node of {owner} and is changed there only. Add a measurement, a sample or a note of your own to it.",
                owner=owner.upper(), record=id,
            )  # fmt: skip


def _stand(written: Sequence[Recorded], standing: Mapping[str, Record]) -> None:
    """Where each record stands now."""
    fresh = []
    for one in written:
        values = {"type": one.type, "rev": one.rev, "position": one.position, "home": one.home, "erased": False}
        if one.id in standing:
            Record.objects.filter(id=one.id).update(**values)
        else:
            fresh.append(Record(id=one.id, **values))
    Record.objects.bulk_create(fresh, batch_size=_BATCH)


def stand(recorded: Recorded, *, erased: bool = False) -> None:
    """Where one record stands now; `write` and an erasure do this themselves."""
    values = {
        "type": recorded.type, "rev": recorded.rev, "position": recorded.position, "home": recorded.home, "erased": erased,
    }  # fmt: skip
    Record.objects.update_or_create(id=recorded.id, defaults=values)


def now() -> dt.datetime:
    """The time to the second, as entries hold it: UTC."""
    return dt.datetime.now(dt.UTC).replace(microsecond=0)


def time_text(at: dt.datetime) -> str:
    """As entries write it: 2026-11-22T10:00:00Z."""
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")


def append(log: Log, line: Line, body: bytes | None) -> None:
    """One entry more: its bytes, its leaf in the frontier, its place. The caller holds the house log's row."""
    append_many(log, [(line, body)])


def append_many(
    log: Log, lines: "Sequence[tuple[Line, bytes | None]]", *, sources: Sequence[int | None] | None = None
) -> None:
    """Entries with their bodies, in order, of a log that this node writes. The caller holds the house log's row.

    `sources`, in a shared log: the place in the house log of each body that is not given.
    """
    frontier = Frontier.from_bytes(bytes(log.frontier))
    entries = []
    for (line, body), source in zip(lines, sources or [None] * len(lines), strict=True):
        data = line.to_bytes()
        entries.append(
            Entry(
                log=log, position=frontier.size, record=line.id, type=line.type, op=line.op.value, entry=data, body=body,
                source=source,
            )
        )  # fmt: skip
        frontier.push(leaf_hash(data))
    Entry.objects.bulk_create(entries, batch_size=_BATCH)
    log.size = frontier.size
    log.frontier = frontier.to_bytes()
    log.save(update_fields=["size", "frontier"])


@transaction.atomic(savepoint=False)
def note_blob(*, sha256: str, size: int, derived: bool = False) -> None:
    """That the store holds this file and something is about to name it. A file that is raw once stays raw.

    Holds the log's lock until the transaction ends, as an erasure does: the file cannot go in between.
    Raises Conflict ``history.blob-gone`` when an erasure took it after it was stored.
    """
    note_blobs({sha256: size}, derived=derived)


@transaction.atomic(savepoint=False)
def note_blobs(sizes: Mapping[str, int], *, derived: bool = False) -> None:
    """As `note_blob`, for many: sizes in bytes by SHA-256."""
    hold_house()
    kept = store()
    for sha256 in sizes:
        if not kept.has(sha256):
            raise Conflict(
                "history.blob-gone", "The file was erased at this very moment. If it may be kept, send it again.",
                sha256=sha256,
            )  # fmt: skip
    know_blobs(sizes, derived=derived)


def know_blob(*, sha256: str, size: int, derived: bool = False) -> None:
    """The row of a file that a record names, whether it is there or not: for `apply`, which also runs in a rebuild."""
    know_blobs({sha256: size}, derived=derived)


def know_blobs(sizes: Mapping[str, int], *, derived: bool = False) -> None:
    """As `know_blob`, for many: sizes in bytes by SHA-256."""
    Blob.objects.bulk_create(
        [Blob(sha256=sha256, size=size, derived=derived) for sha256, size in sizes.items()],
        ignore_conflicts=True, batch_size=_BATCH,
    )  # fmt: skip
    if not derived:
        Blob.objects.filter(sha256__in=list(sizes), derived=True).update(derived=False)


def _check(before: Record | None, expected: int | None) -> None:
    """Refuse a change that rests on an old view, or of what has been erased."""
    if before is not None and before.erased:
        raise Conflict("history.erased", "{id} has been erased; it cannot be changed any more.", id=before.id)
    stands = before.rev if before else 0
    if expected is not None and stands != expected:
        raise Conflict(
            "history.stale",
            "This was changed by somebody else meanwhile: you saw version {seen}, it now is version {stands}. Look at what changed, then try again.",
            seen=expected, stands=stands, record=before.id if before else "",
        )  # fmt: skip
