"""Files of partners that have come: rows of the store, and what only they could tell, added to what names them."""

import datetime as dt
from collections.abc import Mapping

from django.db import OperationalError, transaction

from jointlab.errors import BadInput, Fault
from jointlab.history.blobs import store
from jointlab.history.logs import hold_house
from jointlab.history.models import Blob, Entry, Log, NamedBlob, SetAside, reason_of
from jointlab.history.operations import know_blobs, now
from jointlab.history.registry import Recorded, from_plain, record_types
from jointlab.history.taking import AMISS
from jointlab.ledger.entries import Entry as Line
from jointlab.ledger.entries import Op, unseal


@transaction.atomic
def blobs_arrived(sizes: Mapping[str, int]) -> frozenset[str]:
    """Files that the store holds now, by SHA-256 with their bytes; those that stay.

    What no record of a partner names any more was erased while it came: it goes again.
    """
    hold_house()
    rows = NamedBlob.objects.filter(sha256__in=list(sizes), log__kind=Log.Kind.MIRROR).select_related("log")
    named = list(rows.order_by("id"))
    raw = {row.sha256 for row in named if not row.derived}
    derived = {row.sha256 for row in named} - raw
    know_blobs({name: sizes[name] for name in sorted(raw)})
    know_blobs({name: sizes[name] for name in sorted(derived)}, derived=True)
    for row in named:
        _tell(row)
    gone = sizes.keys() - raw - derived
    ours = set(Blob.objects.filter(sha256__in=gone).values_list("sha256", flat=True))
    for name in gone - ours:
        store().remove(name)
    return frozenset(sizes.keys() - (gone - ours))


def _tell(row: NamedBlob) -> None:
    """Say it to the record that names the file. A file that does not fit its record harms nothing but that record."""
    puts = Entry.objects.filter(log=row.log, record=row.record, op=Op.PUT.value).exclude(body=None)
    entry = puts.order_by("-position").first()
    known = None if entry is None else record_types().get(entry.type)
    if entry is None or entry.body is None or known is None:
        return
    line = Line.from_bytes(bytes(entry.entry))
    at = dt.datetime.fromisoformat(line.at)
    recorded = Recorded(line.id, line.type, line.rev, at, entry.position, line.home)
    try:
        with transaction.atomic():
            known.arrived(recorded, from_plain(entry.type, unseal(bytes(entry.body))), row.sha256)
    except OperationalError:
        raise
    except AMISS as amiss:
        code = amiss.code if isinstance(amiss, Fault) else "history.blob-not-applied"
        unfit = BadInput(
            code, "The file {sha256} came, but does not fit: {reason}", sha256=row.sha256, reason=str(amiss)
        )
        SetAside.objects.update_or_create(
            log=row.log, position=entry.position,
            defaults={
                "record": row.record, "type": entry.type, "why": SetAside.Why.FAULT, "at": now(), **reason_of(unfit),
            },
        )  # fmt: skip
