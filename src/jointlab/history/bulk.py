"""Many rows at once into the tables of the log and of where records stand: plain SQL, as no model instance is needed."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Any

from django.db import connection

from jointlab.history.models import Log
from jointlab.ledger.mirror import Record as Verified

_AT_ONCE = 10_000  # rows
_ENTRY = ("log_id", "position", "record", "type", "op", "entry", "body")
_PUT_ENTRY = f"INSERT INTO history_entry ({', '.join(_ENTRY)}) VALUES ({', '.join(['%s'] * len(_ENTRY))})"  # noqa: S608
_COPY_ENTRY = f"COPY history_entry ({', '.join(_ENTRY)}) FROM STDIN"
_PUT_RECORD = """
INSERT INTO history_record (id, type, rev, position, home, erased, withheld) VALUES (%s, %s, %s, %s, %s, %s, %s)
ON CONFLICT (id) DO UPDATE SET type = excluded.type, rev = excluded.rev, position = excluded.position,
home = excluded.home, erased = excluded.erased, withheld = excluded.withheld
"""

Stand = tuple[str, str, int, int, str, bool, bool]  # id, type, rev, position, home, erased, withheld


def store_entries(log: Log, records: Iterable[Verified]) -> None:
    """The entries of a copy, in order, with the bodies that came."""
    name = log.name
    rows = (
        (name, one.position, one.entry.id, one.entry.type, one.entry.op.value, one.line.entry, one.line.body)
        for one in records
    )
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            with cursor.copy(_COPY_ENTRY) as copy:
                for row in rows:
                    copy.write_row(row)
        else:
            for batch in _batches(rows):
                cursor.executemany(_PUT_ENTRY, batch)


def store_standings(rows: Sequence[Stand]) -> None:
    """Where records stand now; each record once."""
    with connection.cursor() as cursor:
        for batch in _batches(rows):
            cursor.executemany(_PUT_RECORD, batch)


def _batches(rows: Iterable[Any]) -> Iterator[list[Any]]:
    rest = iter(rows)
    while batch := list(islice(rest, _AT_ONCE)):
        yield batch
