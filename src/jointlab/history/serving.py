"""What a partner may read: entries with their bodies, and signed checkpoints. Nothing is changed here."""

from collections.abc import Iterator

from django.db import connection

from jointlab.history.models import Checkpoint, Entry, Log, NamedBlob
from jointlab.ledger.mirror import Line

AT_ONCE = 1_000  # rows read in one go: no reader holds the database while a slow link takes them

_ROWS = """
SELECT e.position, e.entry, COALESCE(e.body, s.body)
FROM history_entry e LEFT JOIN history_entry s ON s.log_id = 'house' AND s.position = e.source
WHERE e.log_id = %s AND e.position >= %s AND e.position < %s ORDER BY e.position
"""


def entries(log: str, *, start: int, upto: int) -> Iterator[Line]:
    """The entries from `start` up to, not including, `upto`, as they travel; bodies that are gone are left out."""
    while start < upto:
        with connection.cursor() as cursor:
            cursor.execute(_ROWS, [log, start, min(start + AT_ONCE, upto)])
            rows = cursor.fetchall()
        if not rows:
            return
        for _, entry, body in rows:
            yield Line(bytes(entry), None if body is None else bytes(body))
        start = rows[-1][0] + 1


def checkpoint_at(log: str, *, size: int) -> bytes | None:
    """The signed note of exactly this size."""
    row = Checkpoint.objects.filter(log=log, size=size).first()
    return row.note.encode() if row else None


def newest_checkpoint(log: str) -> bytes | None:
    """The signed note of the greatest size; None before the first."""
    row = Checkpoint.objects.filter(log=log).order_by("-size").first()
    return row.note.encode() if row else None


def next_checkpoint(log: str, *, after: int, most: int) -> bytes | None:
    """The largest signed note beyond `after` entries that lies within `most` more, else the nearest one beyond."""
    beyond = Checkpoint.objects.filter(log=log, size__gt=after)
    row = beyond.filter(size__lte=after + most).order_by("-size").first() or beyond.order_by("size").first()
    return row.note.encode() if row else None


def checkpoints(log: str) -> list[int]:
    """The sizes at which the log is signed, smallest first."""
    return list(Checkpoint.objects.filter(log=log).order_by("size").values_list("size", flat=True))


def may_have(partnership: str, *, sha256: str) -> bool:
    """Whether a record that this node shares with the partnership names this file."""
    return NamedBlob.objects.filter(sha256=sha256, log__partnership=partnership, log__kind=Log.Kind.SHARED).exists()


def bodies_wanted(log: str) -> list[int]:
    """Positions of a mirror's records whose bodies did not come with them."""
    return list(
        Log.objects.get(name=log).set_aside.filter(why="body").order_by("position").values_list("position", flat=True)
    )


def leaves(log: str, *, start: int, upto: int) -> Iterator[bytes]:
    """The entries' bytes, for proofs."""
    rows = Entry.objects.filter(log=log, position__gte=start, position__lt=upto).order_by("position")
    for data in rows.values_list("entry", flat=True).iterator(chunk_size=AT_ONCE):
        yield bytes(data)
