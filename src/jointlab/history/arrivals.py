"""Files of partners' records, and of our own that a restore has lost: which are to be fetched, and their arrival."""

import datetime as dt
from dataclasses import dataclass

from django.db import transaction
from django.db.models import Exists, OuterRef

from jointlab.errors import Conflict
from jointlab.history.logs import hold_house
from jointlab.history.models import Blob, Entry, NamedBlob, SetAside
from jointlab.history.operations import know_blob
from jointlab.history.registry import Recorded, from_plain, record_types
from jointlab.ledger.entries import Entry as Line
from jointlab.ledger.entries import Op, unseal


@dataclass(frozen=True)
class Wanted:
    """One file that a record in a shared log or a copy names and that is not here."""

    sha256: str
    size: int | None  # bytes; None where the record does not say it
    derived: bool  # columns or plots, which can be made again from the raw file
    log: str  # in which a record names it
    record: str


def wanted_blobs(partnership: str = "") -> list[Wanted]:
    """Files that are still to be fetched, of one partnership or of all, small ones first; each once."""
    here = Blob.objects.filter(sha256=OuterRef("sha256"))
    rows = NamedBlob.objects.filter(~Exists(here)).order_by("size", "sha256", "pk")
    if partnership:
        rows = rows.filter(log__partnership=partnership)
    found: dict[str, Wanted] = {}
    for row in rows.iterator(chunk_size=2000):
        found.setdefault(row.sha256, Wanted(row.sha256, row.size, row.derived, row.log_id, row.record))
    return list(found.values())


@transaction.atomic
def blob_arrived(*, sha256: str, size: int) -> None:
    """A file is in the store, whole and checked: records that waited for it are completed.

    Raises Conflict ``history.blob-gone`` when no record names it any more: it was erased meanwhile, remove it again.
    """
    hold_house()
    names = list(NamedBlob.objects.filter(sha256=sha256).select_related("log"))
    if not names:
        raise Conflict("history.blob-gone", "No record names this file any more; it was erased.", sha256=sha256)
    know_blob(sha256=sha256, size=size, derived=all(name.derived for name in names))
    types = record_types()
    for name in names:
        aside = SetAside.objects.filter(log=name.log, record=name.record).values("position")
        puts = Entry.objects.filter(log=name.log, record=name.record, op=Op.PUT.value).exclude(body=None)
        row = puts.exclude(position__in=aside).order_by("-position").first()
        if row is None or row.type not in types:
            continue
        line = Line.from_bytes(bytes(row.entry))
        recorded = Recorded(line.id, line.type, line.rev, dt.datetime.fromisoformat(line.at), row.position, line.home)
        types[row.type].arrived(recorded, from_plain(row.type, unseal(bytes(row.body or b""))), sha256)
