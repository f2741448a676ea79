"""Transfers between sites for programs: the list, one with its steps, the next step, the custody of a sample."""

from datetime import date, datetime
from typing import Annotated, Any

from django.http import HttpRequest, HttpResponse
from ninja import Query, Router, Schema, Status
from pydantic import Field

from jointlab.laboratory.api.values import Code, Condition, Record, download
from jointlab.laboratory.balances import PARTS, balance_of
from jointlab.laboratory.models import Transfer, TransferStep
from jointlab.laboratory.operations import transfers as operations
from jointlab.laboratory.queries import transfers as queries
from jointlab.laboratory.queries.custody import custody_of
from jointlab.laboratory.queries.samples import sample_by_code
from jointlab.laboratory.slips import printed
from jointlab.people.pages import actor_at

router = Router(tags=["transfers"])

Value = Annotated[str, Field(max_length=2000)]
Name = Annotated[str, Field(min_length=1, max_length=40)]


class TransferIn(Schema):
    """The opening step. `partner` is the prefix of the institution that is to have it; left out by whoever asks for some."""

    partner: Annotated[str, Field(max_length=20)] = ""
    amount: Annotated[str, Field(max_length=40)]
    purpose: Value


class StepIn(Schema):
    """The next step: its name, its fields, and `seen`, the `head` of the transfer that the caller looked at."""

    step: Name
    seen: Annotated[str, Field(max_length=64)]
    form: Annotated[dict[Name, Value], Field(max_length=20)] = Field({})


class FieldOut(Schema):
    """A field of a step: line, text, day (ISO date) or amount (with its unit)."""

    name: str
    title: str
    kind: str
    required: bool


class OfferOut(Schema):
    """A step that the caller may take now."""

    step: str
    title: str
    fields: list[FieldOut]


class StepOut(Schema):
    """A step as it was signed. `verdict`: stands, overtaken, refused or waiting; `previous` is the hash it rests on."""

    id: str
    step: str
    party: str
    by: str
    at: datetime
    home: str
    form: dict[str, str]
    verdict: str
    hash: str
    previous: str
    erased: bool


class TransferOut(Schema):
    """A transfer. `waits_for` is the institution whose move it is, "" for none; `head` the hash of the latest step."""

    id: str
    code: str
    sample: str
    sender: str
    receiver: str
    state: str
    ended: bool
    waits_for: str
    head: str
    opened_at: datetime
    moved_at: datetime


class TransferWhole(TransferOut):
    """A transfer with its steps, what the caller may do, and where how much is: the parts add up to `sent`."""

    amounts: dict[str, str]
    steps: list[StepOut]
    offered: list[OfferOut]


class TransfersPage(Schema):
    """Open transfers, those that wait for the caller's side first, and a page of the ended; `after` asks for the next."""

    waiting: list[TransferOut]
    open: list[TransferOut]
    ended: list[TransferOut]
    after: str


class TransfersAsked(Schema):
    """`sample` is a code; `after` leads to the next page of the ended ones."""

    sample: Condition = ""
    after: Record = ""


class HeldOut(Schema):
    """What one partner holds."""

    institution: str
    amount: str
    since: date | None


class CustodyOut(Schema):
    """Where a sample is: the parts add up to `whole`; that and `at_home` are "" where its amount is not stated."""

    whole: str
    at_home: str
    under_way: str
    held: list[HeldOut]
    used: str
    lost: str


@router.get("/transfers", response=TransfersPage)
def transfers(request: HttpRequest, asked: Query[TransfersAsked]) -> dict[str, Any]:
    """The transfers that the caller sees; of the ended ones 50 at a time."""
    page = queries.listed(actor_at(request), queries.Asked(**asked.dict()))
    return {
        "waiting": [transfer_out(one) for one in page.mine], "open": [transfer_out(one) for one in page.others],
        "ended": [transfer_out(one) for one in page.ended], "after": page.after,
    }  # fmt: skip


@router.post("/samples/{code}/transfers", response={201: TransferOut})
def transfer_open(request: HttpRequest, code: Code, given: TransferIn) -> Status[dict[str, Any]]:
    """Open a transfer of a sample: its home offers it, another institution asks for some."""
    actor = actor_at(request)
    form = {"amount": given.amount, "purpose": given.purpose}
    opened = operations.ask(actor, sample=sample_by_code(actor, code), form=form, partner=given.partner)
    return Status(201, transfer_out(opened))


@router.get("/samples/{code}/custody", response=CustodyOut)
def custody(request: HttpRequest, code: Code) -> dict[str, Any]:
    """Where a sample is, and how much of it."""
    found = custody_of(sample_by_code(actor_at(request), code))
    held = [
        {"institution": one.institution, "amount": found.amount(one.there), "since": one.since} for one in found.held
    ]
    parts = ("whole", "at_home", "under_way", "used", "lost")
    return {**{part: found.amount(getattr(found, part)) for part in parts}, "held": held}


@router.get("/transfers/{id}", response=TransferWhole)
def transfer(request: HttpRequest, id: Record) -> dict[str, Any]:
    """One transfer with its steps and what the caller may do next."""
    actor = actor_at(request)
    found = queries.transfer_by_id(actor, id)
    instance = queries.instance_of(found.id)
    balance = balance_of(instance.standing)
    return {
        **transfer_out(found), "steps": [_step_out(row) for row in queries.steps_of(found)],
        "amounts": {part: str(balance.amount(part)) for part in ("sent", *PARTS)},
        "offered": [
            {"step": one.name, "title": one.title, "fields": [vars(field) for field in one.fields]}
            for one in queries.may_take(actor, found, instance)
        ],
    }  # fmt: skip


@router.post("/transfers/{id}/steps", response=TransferOut)
def transfer_step(request: HttpRequest, id: Record, given: StepIn) -> dict[str, Any]:
    """Take the next step; 409 when the transfer has moved on since `seen`."""
    actor = actor_at(request)
    found = queries.transfer_by_id(actor, id)
    return transfer_out(operations.take(actor, transfer=found, step=given.step, form=given.form, seen=given.seen))


@router.get("/transfers/{id}/slip.pdf", openapi_extra=download("application/pdf"))
def transfer_slip(request: HttpRequest, id: Record) -> HttpResponse:
    """The packing slip of what was sent."""
    return printed(queries.transfer_by_id(actor_at(request), id), node=request.build_absolute_uri("/"))


def transfer_out(found: Transfer) -> dict[str, Any]:
    """A transfer as `TransferOut`."""
    plain = ("id", "code", "state", "ended", "head", "opened_at", "moved_at")
    return {
        **{name: getattr(found, name) for name in plain}, "sample": found.sample.code, "sender": found.sender_id,
        "receiver": found.receiver_id, "waits_for": found.waits_id or "",
    }  # fmt: skip


def _step_out(row: TransferStep) -> dict[str, Any]:
    plain = ("id", "step", "party", "at", "home", "form", "verdict", "hash", "previous", "erased")
    return {**{name: getattr(row, name) for name in plain}, "by": row.by_id}
