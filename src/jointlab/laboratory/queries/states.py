"""Withdrawals and the like of measurements, as the logs hold them: they have no rows of their own."""

from collections.abc import Iterator

from django.db.models import Exists, OuterRef

from jointlab.history.logs import HOUSE
from jointlab.history.models import Entry
from jointlab.history.registry import from_plain
from jointlab.ledger.entries import unseal

_STATES = "measurement-state/1"


def states(log: str, *, there: bool) -> Iterator[tuple[str, str]]:
    """Those that the log shares, or does not; each with its measurement."""
    shared = Exists(Entry.objects.filter(log=log, record=OuterRef("record"), source__isnull=False))
    rows = Entry.objects.filter(shared if there else ~shared, log_id=HOUSE, type=_STATES).exclude(body=None)
    for record, body in rows.values_list("record", "body"):
        yield record, from_plain(_STATES, unseal(bytes(body or b""))).measurement
