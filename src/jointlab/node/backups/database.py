"""The database as bytes at one moment, and back: a copy of SQLite's file; PostgreSQL's tables by COPY.

The copy of PostgreSQL is a sequence of frames (length, bytes): for each table a line of JSON with
its name and columns, then the rows in the text form of COPY, then an empty frame.
"""

import json
import sqlite3
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.db import connection, transaction

from jointlab.errors import Conflict
from jointlab.history.blobs import pieces
from jointlab.ledger.tree import Frontier

Ask = Callable[[str], list[tuple[Any, ...]]]


@dataclass(frozen=True)
class Contents:
    """What the copy holds, as it stood at its moment."""

    engine: str  # sqlite or postgresql
    log_size: int
    log_root: str  # hexadecimal
    migrations: tuple[tuple[str, str], ...]  # app and name of each that was applied
    blobs: tuple[tuple[str, int], ...]  # SHA-256 and size


def sqlite_copy(target: Path) -> Contents:
    """A consistent copy of the file, made while others write."""
    source = sqlite3.connect(f"file:{connection.settings_dict['NAME']}?mode=ro", uri=True)
    copy = sqlite3.connect(target)
    try:
        source.backup(copy)  # in one step: others may write meanwhile, and the copy is of one moment
        copy.execute("PRAGMA journal_mode=DELETE")
        return _contents("sqlite", lambda query: copy.execute(query).fetchall())
    finally:
        copy.close()
        source.close()


def file_chunks(path: Path) -> Iterator[bytes]:
    """A file in pieces."""
    with path.open("rb") as file:
        yield from pieces(file)


class PostgresCopy:
    """A copy of PostgreSQL inside one transaction that sees one moment."""

    def __init__(self) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        self.contents = _contents("postgresql", _ask)

    def frames(self) -> Iterator[bytes]:
        """The tables."""
        with connection.cursor() as cursor:
            for table in _tables():
                described = connection.introspection.get_table_description(cursor, table)
                columns = [column.name for column in described]
                yield _frame(json.dumps({"table": table, "columns": columns}).encode())
                with cursor.copy(f"COPY {_quoted(table)} ({', '.join(map(_quoted, columns))}) TO STDOUT") as copy:
                    for data in copy:
                        if data:
                            yield _frame(bytes(data))
                yield _frame(b"")


def postgres_load(chunks: Iterable[bytes], migrations: Iterable[tuple[str, str]]) -> None:
    """Fill an empty database. Raises Conflict ``backup.database-in-use`` when it holds a node."""
    from django.core.management.color import no_style

    from jointlab.node.tables import bring_up

    latest = dict(sorted(migrations))
    for app, name in latest.items():
        bring_up(app, name)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM history_log")
        if cursor.fetchone()[0]:
            raise Conflict("backup.database-in-use", "The database holds a node already; name an empty one.")
        cursor.execute(f"TRUNCATE {', '.join(map(_quoted, _tables()))}")
        frames = _unframed(chunks)
        for header in frames:
            said = json.loads(header)
            columns = ", ".join(map(_quoted, said["columns"]))
            with cursor.copy(f"COPY {_quoted(said['table'])} ({columns}) FROM STDIN") as copy:
                while data := next(frames):
                    copy.write(data)
        from django.apps import apps

        for statement in connection.ops.sequence_reset_sql(no_style(), apps.get_models(include_auto_created=True)):
            cursor.execute(statement)


def _contents(engine: str, ask: Ask) -> Contents:
    log = ask("SELECT size, frontier FROM history_log WHERE name = 'house'")
    if not log:
        raise Conflict("history.no-log", "This node has no house log yet; there is nothing to back up.")
    return Contents(
        engine,
        log[0][0],
        Frontier.from_bytes(bytes(log[0][1])).root().hex(),
        tuple((app, name) for app, name in ask("SELECT app, name FROM django_migrations ORDER BY id")),
        tuple((sha256, size) for sha256, size in ask("SELECT sha256, size FROM history_blob ORDER BY sha256")),
    )


def _ask(query: str) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(query)
        rows: list[tuple[Any, ...]] = cursor.fetchall()
        return rows


def _tables() -> list[str]:
    return sorted({*connection.introspection.django_table_names(only_existing=True), "django_migrations"})


def _quoted(name: str) -> str:
    return connection.ops.quote_name(name)


def _frame(data: bytes) -> bytes:
    return len(data).to_bytes(4, "big") + data


def _unframed(chunks: Iterable[bytes]) -> Iterator[bytes]:
    held = bytearray()
    for chunk in chunks:
        held += chunk
        at = 0
        while len(held) - at >= 4 and len(held) - at >= 4 + int.from_bytes(held[at : at + 4], "big"):
            size = int.from_bytes(held[at : at + 4], "big")
            yield bytes(held[at + 4 : at + 4 + size])
            at += 4 + size
        del held[:at]
