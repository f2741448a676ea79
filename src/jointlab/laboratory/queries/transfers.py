"""Transfers between sites: one with its steps, the lists, and what a person may do next."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Q, QuerySet

from jointlab.errors import NotFound
from jointlab.history.identifiers import home
from jointlab.laboratory.models import Sample, Transfer, TransferStep
from jointlab.laboratory.process import RECEIVER, SENDER, TRANSFER
from jointlab.laboratory.queries.visibility import visible_transfers
from jointlab.people.actors import Actor, Right
from jointlab.processes import Instance, Step, Taken, offered, replay

PAGE = 50
MOST_OPEN = 200
_NAMES = ("sample", "sender", "receiver", "waits")


@dataclass(frozen=True)
class Asked:
    """What is asked of the list of those that have ended: `after` is the last transfer of the page before."""

    sample: str = ""  # code
    after: str = ""


@dataclass(frozen=True)
class Listed:
    """The list: what waits for this person's side, what else is open, and a page of what has ended."""

    mine: tuple[Transfer, ...]
    others: tuple[Transfer, ...]
    ended: tuple[Transfer, ...]
    after: str  # leads to the next page of `ended`, "" when there is none


def transfer_by_id(actor: Actor, id: str) -> Transfer:
    """Raises NotFound ``transfer.none`` also for what this person may not see."""
    found = visible_transfers(actor).select_related(*_NAMES).filter(pk=id).first()
    if found is None:
        raise NotFound("transfer.none", "There is no such transfer.")
    return found


def transfers_of(actor: Actor, sample: Sample) -> list[Transfer]:
    """All transfers of a sample, the newest first."""
    rows = visible_transfers(actor).filter(sample=sample)
    return list(rows.select_related(*_NAMES).order_by("-opened_at", "-id"))


def listed(actor: Actor, asked: Asked | None = None) -> Listed:
    """Every open transfer, those that wait for this person's side first, and a page of the ended ones."""
    asked = asked or Asked()
    rows = visible_transfers(actor).select_related(*_NAMES)
    if asked.sample:
        rows = rows.filter(sample__code=asked.sample)
    newest = rows.order_by("-moved_at", "-id")
    still = list(newest.filter(ended=False)[:MOST_OPEN])
    done = list(_behind(newest.filter(ended=True), asked.after)[: PAGE + 1])
    return Listed(
        mine=tuple(one for one in still if one.waits_id == actor.institution),
        others=tuple(one for one in still if one.waits_id != actor.institution),
        ended=tuple(done[:PAGE]), after=done[PAGE - 1].id if len(done) > PAGE else "",
    )  # fmt: skip


def wait_for(actor: Actor) -> int:
    """How many transfers wait for this person's side."""
    return visible_transfers(actor).filter(waits=actor.institution, ended=False).count()


def _behind(rows: QuerySet[Transfer], after: str) -> QuerySet[Transfer]:
    """The rows behind one, by its time and its identifier; an unknown one begins anew."""
    last = Transfer.objects.filter(pk=after).first() if after else None
    if last is None:
        return rows
    return rows.filter(Q(moved_at__lt=last.moved_at) | Q(moved_at=last.moved_at, id__lt=last.id))


def steps_of(transfer: Transfer) -> list[TransferStep]:
    """Every step that was signed, also those that do not stand, in the order in which they stand or came."""
    rows = TransferStep.objects.filter(instance=transfer.id).select_related("by")
    return sorted(rows, key=lambda row: (row.at, row.number or 10**6, row.id))


def instance_of(id: str) -> Instance:
    """The transfer after every step that is here."""
    return replay(TRANSFER, id, taken_of_rows(TransferStep.objects.filter(instance=id)))


def taken_of_rows(rows: Iterable[TransferStep]) -> list[Taken]:
    """Rows as steps of the process."""
    return [taken_of_row(row.opening, {name: getattr(row, name) for name in _SAME}, by=row.by_id) for row in rows]


_SAME = ("instance", "step", "party", "previous", "hash", "home", "form")


def taken_of_row(opening: Mapping[str, Any], same: Mapping[str, Any], *, by: str) -> Taken:
    """A step from what a row, or what an erasure left of one, holds."""
    return Taken(
        process=opening.get("process", TRANSFER.name), by=by, subject=opening.get("sample", ""), code=opening.get("code", ""),
        parties=opening.get("parties", {}), nodes=opening.get("nodes", {}), **same,
    )  # fmt: skip


def party_of(actor: Actor, transfer: Transfer) -> str:
    """The side that this person is of; "" for neither."""
    return {transfer.sender_id: SENDER, transfer.receiver_id: RECEIVER}.get(actor.institution, "")


def may_take(actor: Actor, transfer: Transfer, instance: Instance) -> tuple[Step, ...]:
    """The steps that this person may take here and now, the main one first."""
    party = party_of(actor, transfer)
    if not party or Right.WRITE not in actor.rights or instance.nodes.get(party) != home():
        return ()
    return offered(instance, party)
