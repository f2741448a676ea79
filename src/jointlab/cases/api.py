"""Cases of two-party processes for programs: the list, one with its steps, the next step, the files."""

from datetime import date, datetime
from typing import Annotated, Any

from django.http import HttpRequest
from ninja import Query, Router, Schema
from pydantic import Field

from jointlab.cases import operations, queries
from jointlab.cases.models import Case, CaseStep
from jointlab.people.pages import actor_at

router = Router(tags=["cases"])

Record = Annotated[str, Field(min_length=1, max_length=80)]
Name = Annotated[str, Field(min_length=1, max_length=40)]
Value = Annotated[str, Field(max_length=4000)]
Hash = Annotated[str, Field(max_length=64)]
_PLAIN = ("id", "process", "code", "title", "subject", "state", "ended", "head", "agreement", "clause", "due", "opened_at", "moved_at")  # fmt: skip


class StepIn(Schema):
    """The next step: its name, its fields, and `seen`, the `head` of the case that the caller looked at. A file is named
    by the SHA-256 under which this node has it.
    """

    step: Name
    seen: Hash
    form: Annotated[dict[Name, Value], Field(max_length=60)] = Field({})


class FieldOut(Schema):
    """A field of a step: line, text, day (ISO date), amount (with its unit), choice (one of `choices`), file (SHA-256)."""

    name: str
    title: str
    kind: str
    required: bool
    choices: list[str]


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


class CaseOut(Schema):
    """A case. `waits_for` is the institution whose move it is, "" for none; `head` the hash of the latest step;
    `agreement` and `clause` those under which it began, "" for none; `due` until when the next step is awaited.
    """

    id: str
    process: str
    code: str
    title: str
    subject: str
    state: str
    ended: bool
    waits_for: str
    head: str
    agreement: str
    clause: str
    due: date | None
    opened_at: datetime
    moved_at: datetime


class CaseWhole(CaseOut):
    """A case with its parties, its steps and what the caller may do."""

    parties: dict[str, str]
    steps: list[StepOut]
    offered: list[OfferOut]


class CasesPage(Schema):
    """Cases, what moved last first; `after` asks for the next page, "" when there is none."""

    cases: list[CaseOut]
    after: str


class CasesAsked(Schema):
    """`process` with its version; `waiting` only those whose next step is the caller's side's; `after` from the page before."""

    process: Annotated[str, Field(max_length=60)] = ""
    waiting: bool = False
    after: Annotated[str, Field(max_length=80)] = ""


@router.get("/cases", response=CasesPage)
def cases(request: HttpRequest, asked: Query[CasesAsked]) -> dict[str, Any]:
    """The cases that the caller sees, 50 at a time."""
    page = queries.listed(actor_at(request), process=asked.process, waiting=asked.waiting, after=asked.after)
    return {"cases": [case_out(one) for one in page.cases], "after": page.after}


@router.get("/cases/{id}", response=CaseWhole)
def case(request: HttpRequest, id: Record) -> dict[str, Any]:
    """One case with its steps and what the caller may do next."""
    actor = actor_at(request)
    found = queries.case_by_id(actor, id)
    instance = queries.instance_of(found.id, found.process)
    offered = [
        {"step": one.name, "title": one.title, "fields": [_field_out(field) for field in one.typed]}
        for one in queries.may_take(actor, found, instance)
    ]
    steps = [_step_out(row) for row in queries.steps_of(found)]
    return {**case_out(found), "parties": dict(instance.parties), "steps": steps, "offered": offered}


@router.post("/cases/{id}/steps", response=CaseOut)
def case_step(request: HttpRequest, id: Record, given: StepIn) -> dict[str, Any]:
    """Take the next step; 409 when the case has moved on since `seen`."""
    actor = actor_at(request)
    found = queries.case_by_id(actor, id)
    return case_out(operations.take(actor, case=found, step=given.step, form=given.form, seen=given.seen))


def case_out(found: Case) -> dict[str, Any]:
    """A case as `CaseOut`."""
    return {**{name: getattr(found, name) for name in _PLAIN}, "waits_for": found.waits_id or ""}


def _field_out(one: Any) -> dict[str, Any]:
    return {"name": one.name, "title": one.title, "kind": one.kind, "required": one.required, "choices": [value for value, _ in one.choices]}  # fmt: skip


def _step_out(row: CaseStep) -> dict[str, Any]:
    plain = ("id", "step", "party", "at", "home", "form", "verdict", "hash", "previous", "erased")
    return {**{name: getattr(row, name) for name in plain}, "by": row.by_id}
