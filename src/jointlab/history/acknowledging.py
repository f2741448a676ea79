"""Answers to erasures: each node says in its own shared log what it has erased of a partner's. The caller holds the
house log.
"""

from functools import reduce
from operator import or_

from django.db.models import Q

from jointlab.history.identifiers import home
from jointlab.history.logs import mirrors
from jointlab.history.models import Entry, Log
from jointlab.history.operations import append_many, now, time_text
from jointlab.ledger.entries import Entry as Line
from jointlab.ledger.entries import Op, seal

TYPE = "erase-ack/1"


def ack_id(member: str, record: str) -> str:
    """The identifier of a member's acknowledgement that a record is erased there."""
    return f"{member}:ack-{record.replace(':', '-')}"


def acknowledge(log: Log) -> int:
    """Append an answer for every erasure in the partners' logs that has none yet; how many."""
    told = (Q(log=one, record__startswith=f"{one.home}:") for one in mirrors(log.partnership))  # each of its own only
    erased = Entry.objects.filter(reduce(or_, told, Q(pk=None)), op=Op.ERASE.value).order_by("pk")
    there = set(Entry.objects.filter(log=log, op=Op.ERASE_ACK.value).values_list("record", flat=True))
    due = dict.fromkeys(one for one in erased.values_list("record", flat=True) if ack_id(home(), one) not in there)
    lines: list[tuple[Line, bytes | None]] = []
    for record in due:
        body = seal({"record": record})
        line = Line(
            at=time_text(now()), body=body.hash, home=home(), id=ack_id(home(), record), op=Op.ERASE_ACK, prev=None, rev=1,
            size=body.size, type=TYPE,
        )  # fmt: skip
        lines.append((line, body.data))
    append_many(log, lines)
    return len(lines)


def acknowledged(record: str) -> dict[str, Entry]:
    """The partners' entries that say they have erased a record of ours, by the partner's prefix."""
    found = Entry.objects.filter(op=Op.ERASE_ACK.value, record__endswith=f":ack-{record.replace(':', '-')}")
    return {entry.record.partition(":")[0]: entry for entry in found.filter(log__kind=Log.Kind.MIRROR)}
