"""How the links are: for the command line, the partner page and the alarms. Nothing is changed here."""

import datetime as dt
from typing import Any

from django.utils import timezone

from jointlab.federation.models import Partner, Receipt
from jointlab.federation.pulling import mirrors_of, shared_with
from jointlab.history.models import Log

UNCALLED = (Partner.Reach.THEY_DELIVER, Partner.Reach.CARRIED)  # no round of this node notes how such a link is
FREEZE = dt.timedelta(hours=48)  # without a fresh proof this long, the partner may be showing an old log for ever


def overview() -> dict[str, Any]:
    """Every partner with its logs; sizes in entries, times in UTC, `behind` in entries that the other side lacks."""
    return {"partners": [partner_state(partner) for partner in Partner.objects.order_by("prefix")]}


def partner_state(partner: Partner) -> dict[str, Any]:
    """One partner."""
    receipts = {receipt.log: receipt for receipt in Receipt.objects.filter(partner=partner.prefix)}
    logs = [_theirs(log) for log in mirrors_of(partner)]
    logs += [_ours(log, receipts.get(log.name)) for log in shared_with(partner)]
    return {
        "prefix": partner.prefix, "origin": partner.origin, "address": partner.address, "reach": partner.reach,
        "paired": partner.paired, "confirmed": partner.confirmed_at is not None, "state": state_of(partner), "code": partner.code_of_state, "sentence": partner.sentence,
        "seen_at": partner.seen_at, "proof_at": partner.proof_at, "frozen": is_frozen(partner), "skew": partner.skew,
        "received": partner.received, "sent": partner.sent, "logs": logs,
    }  # fmt: skip


def state_of(partner: Partner) -> str:
    """Of a partner that is only heard of by deliveries or disks, what its logs say; else what the link says."""
    if any(log.state == Log.State.HALTED for log in mirrors_of(partner)):
        return str(Partner.State.HALTED)
    if partner.confirmed_at is None:
        return str(Partner.State.WAITING)
    if partner.reach in UNCALLED:
        return str(Partner.State.IN_STEP if partner.paired and not any(_lacking(partner)) else Partner.State.BEHIND)
    if partner.state == Partner.State.IN_STEP and any(_lacking(partner)):
        return str(Partner.State.BEHIND)
    return str(partner.state)


def is_frozen(partner: Partner) -> bool:
    """Whether the last fresh proof is older than 48 hours. What travels on a disk is as fresh as the last journey."""
    if partner.reach == Partner.Reach.CARRIED:
        return False
    since = partner.proof_at or partner.confirmed_at
    return since is not None and timezone.now() - since > FREEZE


def _lacking(partner: Partner) -> list[int]:
    """How many entries of each of our logs the partner has not cosigned yet, where there are any."""
    held = dict(Receipt.objects.filter(partner=partner.prefix).values_list("log", "size"))
    return [short for log in shared_with(partner) if (short := log.signed_size - held.get(log.name, 0)) > 0]


def _theirs(log: Log) -> dict[str, Any]:
    halts = [
        {"at": halt.at, "reason": halt.reason, "sentence": halt.sentence} for halt in log.halts.filter(settled_at=None)
    ]
    said = halts[0]["sentence"] if halts else f"{log.set_aside.count()} set aside" if log.set_aside.exists() else ""
    return {"log": log.name, "home": log.home, "size": log.size, "state": log.state, "halts": halts, "said": said}


def _ours(log: Log, receipt: Receipt | None) -> dict[str, Any]:
    held = receipt.size if receipt else 0
    return {
        "log": log.name, "home": log.home, "size": log.size, "signed": log.signed_size, "state": log.state, "held": held,
        "held_at": receipt.at if receipt else None, "said": f"the partner holds {held}",
    }  # fmt: skip
