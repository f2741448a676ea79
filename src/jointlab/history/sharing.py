"""What this node shares: entries of its house log, repeated in one log for each partnership. Bodies stay in the house log.

Who may share what is for rooms above (`registry.register_sharing`); `federation` calls `sharing_round` again and again.
Later revisions of what is shared follow in that round and not in `write`: a revision may rest on records that must be
shared before it, a hold may stop it, and nobody who types should wait for either.
"""

import datetime as dt
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from hashlib import sha256

from django.conf import settings
from django.db import transaction
from django.db.models import Max, Q

from jointlab.errors import Conflict
from jointlab.history.acknowledging import acknowledge
from jointlab.history.identifiers import home
from jointlab.history.logs import HOUSE, empty_frontier, hold_house, log_origin, own_name
from jointlab.history.models import Entry, Log
from jointlab.history.registry import sharing_of, telling_types
from jointlab.history.shared_entries import Standing, in_log, put, take_back, with_needs
from jointlab.ledger.entries import Op

LOOK_AGAIN = dt.timedelta(minutes=10)  # a rule may say more because time has passed


@dataclass(frozen=True)
class Shared:
    """What came into a shared log."""

    log: str
    entries: int  # appended
    size: int  # of the log now
    left_out: Mapping[str, str] = field(default_factory=dict)  # record ids, each with the code of the reason


@transaction.atomic
def open_shared_log(partnership: str) -> Log:
    """The log in which this node shares with a partnership; made when there is none yet."""
    hold_house()
    log, _ = Log.objects.get_or_create(
        name=own_name(partnership),
        defaults={
            "kind": Log.Kind.SHARED, "partnership": partnership, "home": home(), "frontier": empty_frontier(),
            "origin": log_origin(settings.NODE.origin, partnership),
        },
    )  # fmt: skip
    return log


@transaction.atomic
def share(partnership: str, records: Iterable[str]) -> Shared:
    """Share records of this node, and before them what they need; what is shared already only follows.

    What rests on a record that the partnership does not hold (another member's of another partnership) is left out, with
    the reason. Raises Conflict ``history.recovering`` and ``history.closed``.
    """
    hold_house()
    return _share(_open_log(partnership), set(records))


@transaction.atomic
def withhold(partnership: str, records: Iterable[str], ground: str) -> Shared:
    """End the sharing of records: bodies go at the partners, their rows become stubs. `ground` is a sentence.

    What is not shared, or of a type that must stay whole (a project), is passed over. Raises as `share`.
    """
    hold_house()
    log = _open_log(partnership)
    taken = take_back(log, dict.fromkeys(records, ground))
    return Shared(log.name, taken, log.size)


@transaction.atomic
def sharing_round(partnership: str) -> Shared:
    """What the rules say, later revisions of what is shared, and acknowledgements of partners' erasures.

    Cheap when nothing has happened since the last round. A log that is recovering or closed is left as it is.
    """
    hold_house()
    log = Log.objects.get(name=own_name(partnership))
    now = dt.datetime.now(dt.UTC)
    rested = log.looked_at is not None and now - log.looked_at < LOOK_AGAIN
    if log.state != Log.State.OPEN or (rested and not _anything_new(log)):
        return Shared(log.name, 0, log.size)
    before, ruled = log.size, sharing_of(partnership)
    take_back(log, ruled.ended)
    done = _share(log, set(ruled.due), ruled.held)
    held = sha256("\n".join(sorted(ruled.held)).encode()).hexdigest() if ruled.held else ""
    _share(log, _changed(log, everything=held != log.held) - ruled.held - ruled.ended.keys(), ruled.held)
    acknowledge(log)
    log.looked = Entry.objects.aggregate(newest=Max("pk"))["newest"] or 0
    log.looked_at, log.held = now, held
    log.save(update_fields=["looked", "looked_at", "held"])
    return Shared(log.name, log.size - before, log.size, done.left_out)


def follow_erasure(record: str) -> None:
    """The house log has just erased a record: so say all shared logs that hold it. The caller holds the house log."""
    told = Entry.objects.filter(log__kind=Log.Kind.SHARED, record=record).values("log").distinct()
    for log in Log.objects.filter(name__in=told).exclude(state=Log.State.RECOVERING):
        put(log, [record])


def is_shared(partnership: str, record: str) -> bool:
    """Whether the partnership may hold the record now: it was put and not withheld, nor erased."""
    return in_log(own_name(partnership), [record]).get(record, Standing()).is_put


def _anything_new(log: Log) -> bool:
    """Whether something happened since the last round that a rule may care for; a partner's samples by thousands do not."""
    fresh = Entry.objects.filter(pk__gt=log.looked).exclude(log__kind=Log.Kind.SHARED)
    told = Q(log__kind=Log.Kind.HOUSE) | ~Q(op=Op.PUT.value) | Q(type__in=telling_types())
    return fresh.filter(told).exists()


def _open_log(partnership: str) -> Log:
    log = Log.objects.get(name=own_name(partnership))
    if log.state == Log.State.RECOVERING:
        raise Conflict(
            "history.recovering",
            "A backup was restored here, and the partners of {partnership} have not been asked yet how far they got. Run: jointlab recover",
            partnership=partnership,
        )  # fmt: skip
    if log.state == Log.State.CLOSED:
        raise Conflict("history.closed", "The sharing of {partnership} has ended.", partnership=partnership)
    return log


def _share(log: Log, records: Collection[str], held: Collection[str] = ()) -> Shared:
    wanted, left_out = with_needs(log, records, held)
    added = put(log, wanted)
    return Shared(log.name, added, log.size, left_out)


def _changed(log: Log, *, everything: bool) -> set[str]:
    """Records that this log shares and that have entries in the house log since the last round; none that was withheld."""
    fresh = Entry.objects.filter(log_id=HOUSE)
    if not everything:
        fresh = fresh.filter(pk__gt=log.looked)
    there = Entry.objects.filter(log=log, record__in=fresh.values("record")).values_list("record", flat=True)
    return {record for record, stands in in_log(log.name, there.distinct()).items() if stands.is_put}
