"""transfer-step/1 becomes rows: the step, and the transfer replayed from all its steps.

A step written by either home applies alike; which of two racing ones stands, the process decides. A step that its home
may never take is no row: of a partner's it is set aside with the reason.
"""

import json
from collections.abc import Iterable
from dataclasses import replace
from datetime import date, datetime

from jointlab.errors import Conflict, NotAllowed
from jointlab.history.registry import Kept, Recorded, RecordType, from_plain
from jointlab.laboratory.balances import PARTS, balance_of
from jointlab.laboratory.models import Transfer, TransferStep
from jointlab.laboratory.queries.transfers import instance_of
from jointlab.laboratory.records.transfers import TransferStepRecord
from jointlab.people.queries import colleague_of, institutions_named
from jointlab.processes import Instance, Taken, false_claim

_STAYS = ("amount", "on")  # of an erased step's form: the sums need them, and they say nothing of a person
_CHAIN = ("instance", "step", "party", "previous", "hash", "home")
_GONE = "—"  # in the place of words that were erased


def apply_step(recorded: Recorded, body: TransferStepRecord) -> None:
    """A step, once; a later revision of it changes nothing: what was signed stands as it was.

    Raises what `false_claim` gives, and NotAllowed ``transfer.by``.
    """
    if recorded.rev > 1:
        return
    taken = body.taken(home=recorded.home)
    if (fault := false_claim(instance_of(taken.instance), taken)) is not None:
        raise fault
    if body.by.partition(":")[0] != recorded.home:
        raise NotAllowed("transfer.by", "The node {home} signed a step for somebody of another node: {by}.", home=recorded.home, by=body.by[:80])  # fmt: skip
    _keep(recorded.id, taken, at=recorded.at)
    _replay(taken.instance[:80])


def _keep(id: str, taken: Taken, *, at: datetime, erased: bool = False) -> None:
    # What is longer than any step of ours is cut: the step is kept with its hash, and refused for what is left of it.
    opening: dict[str, object] = {"process": taken.process[:60]}
    if not taken.previous:
        parties, nodes = dict(taken.parties), dict(taken.nodes)
        opening |= {"sample": taken.subject, "code": taken.code, "parties": parties, "nodes": nodes}
    values = {
        "instance": taken.instance[:80], "step": taken.step[:40], "party": taken.party[:20], "previous": taken.previous[:64],
        "hash": taken.hash, "home": taken.home, "by_id": taken.by, "at": at, "form": dict(taken.form), "opening": opening, "erased": erased,
    }  # fmt: skip
    TransferStep.objects.update_or_create(id=id, defaults=values)


def _replay(instance: str) -> None:
    """Every step of the instance with its verdict, and the row of the transfer."""
    now = instance_of(instance)
    numbers = {taken.hash: number for number, taken in enumerate(now.standing, start=1)}
    steps = list(TransferStep.objects.filter(instance=instance))
    for row in steps:
        row.verdict, row.number = now.verdicts[row.hash], numbers.get(row.hash, 0)
    TransferStep.objects.bulk_update(steps, ["verdict", "number"])
    if now.standing:
        _stand(now, {row.hash: row.at for row in steps})


def _stand(now: Instance, at: dict[str, datetime]) -> None:
    first, state, balance = now.standing[0], now.process.state(now.state), balance_of(now.standing)
    values = {
        "code": first.code[:80], "sample_id": first.subject, "sender_id": now.parties["sender"],
        "receiver_id": now.parties["receiver"], "state": now.state, "ended": state.end,
        "waits_id": now.parties[state.waits] if state.waits else None, "head": now.head, "unit": balance.unit,
        "sent_on": _day(now, "send"), "arrived_on": _day(now, "receive", "receive_part"), "opened_at": at[first.hash], "moved_at": max(at[taken.hash] for taken in now.standing),
        **{part: f"{getattr(balance, part):f}" for part in ("sent", *PARTS)},
    }  # fmt: skip
    Transfer.objects.update_or_create(id=now.id, defaults=values)


def _day(now: Instance, *steps: str) -> date | None:
    """The day that the first of these steps states."""
    days = (taken.form.get("on", "") for taken in now.standing if taken.step in steps)
    return next((date.fromisoformat(day) for day in days if day), None)


def _keeps(id: str) -> Kept:
    """The chain and the sums: hashes, amounts, days, identifiers. No words."""
    row = TransferStep.objects.get(id=id)
    return {
        **{name: getattr(row, name) for name in _CHAIN}, "by": row.by_id, "at": row.at.isoformat(), "opening": json.dumps(row.opening, sort_keys=True),
        "form": json.dumps(_bare(row), sort_keys=True),
    }  # fmt: skip


def _bare(row: TransferStep) -> dict[str, str]:
    """The form without words. A step that does not stand keeps nothing: it must not become sound by being erased."""
    return {} if _never_stood(row) else _plain(row)


def _never_stood(row: TransferStep) -> bool:
    return row.verdict in (TransferStep.Verdict.REFUSED, TransferStep.Verdict.WAITING)


def _plain(row: TransferStep) -> dict[str, str]:
    return {name: value if name in _STAYS else _GONE for name, value in row.form.items() if value.strip()}


def _erase(recorded: Recorded, kept: Kept) -> None:
    """The words of an erased step are gone; the chain and the sums hold without them."""
    row = TransferStep.objects.filter(id=recorded.id).first()
    if row is not None:
        _erase_row(row, kept)
        return
    plain = {**json.loads(kept["opening"]), "form": json.loads(kept["form"]), "by": kept["by"]}
    body = from_plain("transfer-step/1", plain | {name: kept[name] for name in _CHAIN if name not in ("hash", "home")})
    # What is kept are its home's own words: they may neither speak for the other side nor take the place of its step.
    taken = replace(body.taken(home=recorded.home), hash=str(kept["hash"])[:64])
    if TransferStep.objects.filter(instance=taken.instance, hash=taken.hash).exclude(home=recorded.home).exists():
        raise Conflict("transfer.hash", "What is left of an erased step names itself as a step of the other side.")
    _keep(recorded.id, taken, at=datetime.fromisoformat(kept["at"]), erased=True)
    _replay(taken.instance)


def _erase_row(row: TransferStep, kept: Kept) -> None:
    """A step that is here loses its words, and nothing else: the amounts that others have built on stay what they saw.

    What stands keeps its plain values as they were signed. Of one that does not, as much as its home keeps: it may stand
    there, where more has come.
    """
    said = json.loads(kept["form"])
    row.form = {name: value for name, value in _plain(row).items() if not _never_stood(row) or said.get(name) == value}
    row.erased = True
    row.save(update_fields=["form", "erased"])
    _replay(row.instance)


def _needs(body: TransferStepRecord) -> Iterable[str]:
    """Not the step before: whatever comes first waits for it as a row."""
    return (*filter(None, (body.sample,)), colleague_of(body.by), *institutions_named(body.by, *body.parties.values()))


TYPES = (RecordType("transfer-step/1", TransferStepRecord, apply_step, erase=_erase, keeps=_keeps, needs=_needs),)
