"""What a partner is about to rely on is on the disk before it hears of it."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection


@contextmanager
def durable() -> Iterator[None]:
    """Transactions that end inside are on the disk, with all before them, also after a power cut.

    PostgreSQL does this always. SQLite, as this program sets it, may lose the last moments, which for most work is cheap
    and harmless: only a checkpoint that somebody has seen must never be lost. Inside a transaction nothing changes.
    """
    if connection.vendor != "sqlite" or connection.in_atomic_block:
        yield
        return
    _set("FULL")
    try:
        yield
    finally:
        _set("NORMAL")


def _set(mode: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"PRAGMA synchronous={mode}")
