"""The tables again from the logs: emptied, then every record applied in its order, all in one transaction."""

import datetime as dt
import json
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from django.core.exceptions import ObjectDoesNotExist
from django.db import connection, models, transaction
from django.db.utils import IntegrityError

from jointlab.errors import Conflict, Fault
from jointlab.history.logs import HOUSE, hold_house
from jointlab.history.models import Entry, Log, Record
from jointlab.history.progress import Progress, silent
from jointlab.history.registry import projected_tables
from jointlab.history.replay import Replay
from jointlab.ledger.entries import Entry as Line

EVERY = 200  # records from one word of progress to the next


@dataclass(frozen=True)
class TableDigest:
    """What a table holds: how many rows, and a hash that does not depend on their order or automatic numbers."""

    rows: int
    digest: str  # hexadecimal


@dataclass(frozen=True)
class Rebuilt:
    """What a rebuild did."""

    records: int  # records applied, all revisions counted
    changed: tuple[str, ...]  # tables that are not what they were before


def rebuild(*, progress: Progress = silent) -> Rebuilt:
    """Empty the projected tables and apply every record again; all or nothing.

    Raises Conflict ``history.rebuild`` when a record cannot be applied: the tables are then as they were.
    """
    with transaction.atomic():
        hold_house()
        before = projection_digest()
        applied = _refill(progress)
        after = projection_digest()
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    return Rebuilt(applied, differing(before, after))


def tables_that_differ(*, progress: Progress = silent) -> tuple[str, ...]:
    """The tables that a rebuild would change. Nothing is changed: the rebuild is tried and taken back."""
    with transaction.atomic():
        hold_house()
        before = projection_digest()
        _refill(progress)
        after = projection_digest()
        transaction.set_rollback(True)
    return differing(before, after)


def projection_digest() -> dict[str, TableDigest]:
    """Each projected table by its name, as a hash over its rows without their automatic numbers."""
    return {table._meta.db_table: _digest(table) for table in _tables()}


def differing(before: Mapping[str, TableDigest], after: Mapping[str, TableDigest]) -> tuple[str, ...]:
    """The names of the tables that are not the same."""
    return tuple(sorted(name for name in {*before, *after} if before.get(name) != after.get(name)))


def _tables() -> tuple[type[models.Model], ...]:
    return (*projected_tables(), Record)


def _refill(progress: Progress) -> int:
    # Without Django's cascades: accounts, tokens and drafts point to rows that come back before the constraints,
    # which are deferred to the end of the transaction, are looked at.
    for table in _tables():
        with connection.cursor() as cursor:
            cursor.execute(f"DELETE FROM {connection.ops.quote_name(table._meta.db_table)}")  # noqa: S608
    replay = Replay()
    entries = Entry.objects.exclude(log__kind=Log.Kind.SHARED).order_by("pk")  # the order in which they were learnt
    total = entries.count()
    # Closed at once when a record cannot be applied: PostgreSQL's cursor must not outlive the transaction.
    with closing(entries.values_list("log", "position", "entry", "body").iterator(chunk_size=500)) as rows:  # type: ignore[type-var]  # it is a generator
        for done, (log, position, data, body) in enumerate(rows):
            if done % EVERY == 0:
                progress("rows", done=done, total=total)
            try:
                replay.take(log, position, Line.from_bytes(bytes(data)), None if body is None else bytes(body))
            except Fault as fault:
                raise _cannot(log, position, fault.message) from fault
            except (IntegrityError, ObjectDoesNotExist) as fault:
                raise _cannot(log, position, str(fault)) from fault
    Record.objects.bulk_create(replay.records.values(), batch_size=500)
    try:
        connection.check_constraints()
    except IntegrityError as fault:
        raise _cannot(HOUSE, total, str(fault)) from fault
    progress("rows", done=total, total=total)
    return total


def _cannot(log: str, position: int, reason: str) -> Conflict:
    return Conflict(
        "history.rebuild",
        "The record at {position} of the log {log} cannot be applied: {reason}. The tables are as they were.",
        position=position, log=log, reason=reason,
    )  # fmt: skip


def _digest(table: type[models.Model]) -> TableDigest:
    """The sum of the rows' hashes, so that the order does not matter."""
    names = [field.attname for field in table._meta.concrete_fields if not isinstance(field, models.AutoField)]
    rows = total = 0
    for row in table._default_manager.values_list(*names).iterator(chunk_size=2000):
        text = json.dumps(row, sort_keys=True, ensure_ascii=False, default=_plain)
        total += int.from_bytes(sha256(text.encode()).digest(), "big")
        rows += 1
    return TableDigest(rows, f"{total % 2**256:064x}")


def _plain(value: Any) -> str:
    if isinstance(value, dt.datetime):
        return value.astimezone(dt.UTC).isoformat()
    if isinstance(value, bytes | memoryview):
        return bytes(value).hex()
    return str(value)
