"""Many rows at once into the tables of the log and of where records stand: plain SQL, as no model instance is needed."""

from collections.abc import Iterable, Sequence
from functools import lru_cache
from itertools import chain, islice
from typing import Any

from django.db import connection

from jointlab.history.models import Log
from jointlab.ledger.mirror import Record as Verified

_ENTRY = ("log_id", "position", "record", "type", "op", "entry", "body")
_STAND = ("id", "type", "rev", "position", "home", "erased", "withheld")
_COPY_ENTRY = f"COPY history_entry ({', '.join(_ENTRY)}) FROM STDIN"
_PUT_ENTRY = f"INSERT INTO history_entry ({', '.join(_ENTRY)}) VALUES "  # noqa: S608
_PUT_RECORD = f"INSERT INTO history_record ({', '.join(_STAND)}) VALUES "  # noqa: S608
_OR_CHANGE = (
    " ON CONFLICT (id) DO UPDATE SET type = excluded.type, rev = excluded.rev, position = excluded.position, "
    "home = excluded.home, erased = excluded.erased, withheld = excluded.withheld"
)
# Rows in one statement: one call for many, few enough that what SQLite makes of it stays in the processor's caches.
_AT_ONCE = 500

Stand = tuple[str, str, int, int, str, bool, bool]  # id, type, rev, position, home, erased, withheld


def make_room() -> None:
    """For a connection of a process that follows a large log: identifiers are random, so each batch touches index pages all
    over the file. Mapped into memory they would count as memory of this process, to a gigabyte; so they are read into a
    cache of 96 MB instead, which spares reading most of them again.
    """
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA mmap_size=0")
            cursor.execute("PRAGMA cache_size=-96000")


def store_entries(log: Log, records: Iterable[Verified]) -> None:
    """The entries of a copy, in order, with the bodies that came."""
    name = log.name
    rows = (
        (name, one.position, one.entry.id, one.entry.type, one.entry.op.value, one.line.entry, one.line.body)
        for one in records
    )
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor, cursor.copy(_COPY_ENTRY) as copy:
            for row in rows:
                copy.write_row(row)
    else:
        _insert(_PUT_ENTRY, rows, len(_ENTRY))


def store_standings(rows: Sequence[Stand]) -> None:
    """Where records stand now; each record once."""
    _insert(_PUT_RECORD, rows, len(_STAND), _OR_CHANGE)


def _insert(head: str, rows: Iterable[Sequence[Any]], width: int, tail: str = "") -> None:
    rest = iter(rows)
    with connection.cursor() as cursor:
        while batch := list(islice(rest, _AT_ONCE)):
            cursor.execute(_statement(head, len(batch), width, tail), list(chain.from_iterable(batch)))


@lru_cache(maxsize=8)
def _statement(head: str, rows: int, width: int, tail: str) -> str:
    """An insertion of so many rows."""
    row = f"({', '.join(['%s'] * width)})"
    return head + ", ".join([row] * rows) + tail
