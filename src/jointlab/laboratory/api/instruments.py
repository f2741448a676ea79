"""Instruments for programs."""

from typing import Annotated

from django.http import HttpRequest
from ninja import Field, Router, Schema, Status
from pydantic import StrictBool

from jointlab.laboratory.api.values import Revision
from jointlab.laboratory.models import Instrument
from jointlab.laboratory.operations import instruments as operations
from jointlab.laboratory.queries import projects as queries
from jointlab.people.pages import actor_at

router = Router(tags=["instruments"])


class InstrumentIn(Schema):
    """An instrument of our own site."""

    name: str = Field(max_length=120)
    zone: str = Field(max_length=60)
    computer: str = Field("", max_length=60)
    place: str = Field("", max_length=120)
    records_alone: StrictBool = False


class InstrumentChange(InstrumentIn):
    """The whole instrument anew; its short name stays. `active`: it is in use."""

    active: StrictBool = True
    rev: Revision


class ForgetIn(Schema):
    """The setting whose remembered answer is forgotten."""

    key: Annotated[str, Field(min_length=1, max_length=60)]


class InstrumentOut(Schema):
    """An instrument; `settings` are the answers remembered for its files."""

    id: str
    rev: int
    slug: str
    name: str
    computer: str
    place: str
    zone: str
    institution: str = Field(alias="institution_id")
    settings: dict[str, str]
    records_alone: bool
    active: bool


@router.get("/instruments", response=list[InstrumentOut], by_alias=False)
def instruments(request: HttpRequest) -> list[Instrument]:
    """The laboratory's instruments."""
    return list(queries.instruments(actor_at(request)))


@router.post("/instruments", response={201: InstrumentOut}, by_alias=False)
def instrument_add(request: HttpRequest, given: InstrumentIn) -> Status[Instrument]:
    """A new instrument; for administrators."""
    return Status(201, operations.add(actor_at(request), **given.dict()))


@router.get("/instruments/{slug}", response=InstrumentOut, by_alias=False)
def instrument(request: HttpRequest, slug: str) -> Instrument:
    """One instrument."""
    return queries.instrument(actor_at(request), slug=slug)


@router.put("/instruments/{slug}", response=InstrumentOut, by_alias=False)
def instrument_change(request: HttpRequest, slug: str, given: InstrumentChange) -> Instrument:
    """Change an instrument; for administrators. 409 when it has moved on since `rev`."""
    actor = actor_at(request)
    found = queries.instrument(actor, slug=slug)
    return operations.change(actor, instrument=found, expected_rev=given.rev, **given.dict(exclude={"rev"}))


@router.post("/instruments/{slug}/forget", response=InstrumentOut, by_alias=False)
def instrument_forget(request: HttpRequest, slug: str, given: ForgetIn) -> Instrument:
    """Forget an answer that was remembered for the instrument's files; the next file asks again."""
    actor = actor_at(request)
    return operations.remember(actor, instrument=queries.instrument(actor, slug=slug), settings={given.key: ""})
