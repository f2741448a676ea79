"""Stays and places for programs. Steps are taken through the endpoints of cases; here is what stays have of their own."""

from datetime import date
from typing import Annotated, Any

from django.http import HttpRequest, HttpResponse
from ninja import Query, Router, Schema, Status
from pydantic import Field

from jointlab.agreements.queries.listing import agreement_by_hash
from jointlab.agreements.queries.lives import version_named
from jointlab.cases.queries import case_by_id, instance_of, visible_cases
from jointlab.mobility.calendars import calendar
from jointlab.mobility.deadlines import ahead
from jointlab.mobility.operations import stays as operations
from jointlab.mobility.process import MOBILITY, facts_of
from jointlab.mobility.queries import board as queries
from jointlab.mobility.queries.learning import learning_of
from jointlab.mobility.queries.offices import require_office
from jointlab.mobility.queries.places import Line, lines_in_force, lines_of, places_clause, places_of, rows_of
from jointlab.mobility.views.board import events_of
from jointlab.people.pages import actor_at

router = Router(tags=["mobility"])

Record = Annotated[str, Field(min_length=1, max_length=80)]
Prefix = Annotated[str, Field(min_length=1, max_length=20)]
Value = Annotated[str, Field(max_length=2000)]
Name = Annotated[str, Field(min_length=1, max_length=40)]
Hash = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
Clause = Annotated[str, Field(min_length=1, max_length=20)]


class StayOut(Schema):
    """A stay. `waits_for` is the institution whose move it is, "" for none; `person_acts` where it is the person's."""

    id: str
    code: str
    name: str
    state: str
    ended: bool
    sending: str
    receiving: str
    level: str
    activity: str
    first: date | None
    last: date | None
    due: date | None
    waits_for: str
    person_acts: bool
    agreement: str
    clause: str


class StaysPage(Schema):
    """A page of stays, the last nominated first; `after` asks for the next."""

    stays: list[StayOut]
    after: str


class StaysAsked(Schema):
    """`who` must act: us, them or person; `source` sends; `lane`: nominated, admitted, preparing, abroad, recognition, ended."""

    who: Annotated[str, Field(pattern="^(us|them|person)?$")] = ""
    source: Annotated[str, Field(max_length=20)] = ""
    lane: Annotated[str, Field(max_length=20)] = ""
    after: Annotated[str, Field(max_length=80)] = ""


class NominationIn(Schema):
    """Who goes where under which clause; `form` has the fields of the opening step beside agreement and clause."""

    person: Record
    receiving: Prefix
    agreement: Hash
    clause: Clause
    form: Annotated[dict[Name, Value], Field(max_length=20)]


class CourseOut(Schema):
    """A course of the learning agreement; amounts are exact, as decimals or fractions. `converted` by the signed table."""

    home_code: str
    home_title: str
    home_credits: str
    host_code: str
    host_title: str
    host_credits: str
    converted: str
    earned: str
    grade: str
    decision: str
    recognised: str


class DueOut(Schema):
    """What is due."""

    title: str
    day: date


class StayWhole(StayOut):
    """A stay with its facts, its learning agreement and what is due."""

    facts: dict[str, str]
    courses: list[CourseOut]
    factor: str
    signed: list[str]
    due_days: list[DueOut]


class PlacesOut(Schema):
    """A clause's places in one period, exact: 3 or 7/2."""

    agreement: str
    version: str
    clause: str
    source: str
    target: str
    counted_by: str
    unit: str
    period: str
    limit: str
    used: str
    reserved: str
    left: str
    asked: str


class EntryOut(Schema):
    """A line of the count."""

    number: int
    act: str
    period: str
    amount: str
    case: str
    source: str
    home: str


class CountOut(Schema):
    """A count with every line."""

    limit: str
    used: str
    reserved: str
    left: str
    asked: str
    entries: list[EntryOut]


@router.get("/mobility", response=StaysPage)
def stays(request: HttpRequest, asked: Query[StaysAsked]) -> dict[str, Any]:
    """The stays that the caller sees; 50 at a time."""
    cards, after = queries.table(actor_at(request), queries.Asked(asked.who, asked.source, asked.lane, asked.after))
    return {"stays": [stay_out(card) for card in cards], "after": after}


@router.post("/mobility", response={201: StayOut})
def nominate(request: HttpRequest, given: NominationIn) -> Status[dict[str, Any]]:
    """Nominate a person of the caller's institution. Refused with the clause that does not allow it."""
    actor = actor_at(request)
    form = {**given.form, "agreement": given.agreement, "clause": given.clause}
    made = operations.nominate(actor, person=given.person, receiving=given.receiving, form=form)
    return Status(201, stay_out(queries.cards_of(actor, [made])[0]))


@router.get("/mobility/places", response=list[PlacesOut])
def places(request: HttpRequest) -> list[dict[str, Any]]:
    """Every clause on places that is in force, with its count of today's period."""
    actor = actor_at(request)
    require_office(actor)
    return [_places_out(line) for line in lines_in_force(actor.institution)]


@router.get("/mobility/places/{version}/{clause}/{period}", response=CountOut)
def count(request: HttpRequest, version: Hash, clause: Clause, period: Prefix) -> dict[str, Any]:
    """The count of a clause in a period: 2026, or 2026-2027 for a year of study, or whole-term."""
    require_office(actor_at(request))
    places_clause(version, clause)
    known = version_named(version)
    found = places_of(version, clause, period.replace("-", "/") if period[:1].isdigit() else period)
    rows = rows_of(known.head.agreement, clause) if known else []
    names = ("limit", "used", "reserved", "left", "asked")
    return {**{name: str(getattr(found, name)) for name in names}, "entries": [vars(row) for row in rows]}


@router.get("/agreements/{hash}/places", response=list[PlacesOut])
def agreement_places(request: HttpRequest, hash: Hash) -> list[dict[str, Any]]:
    """Every clause on places of one version, with its count of the period of today; every line stands at /mobility/places."""
    actor = actor_at(request)
    require_office(actor)
    return [_places_out(line) for line in lines_of(agreement_by_hash(actor, hash).version)]


@router.get("/mobility/{id}", response=StayWhole)
def stay(request: HttpRequest, id: Record) -> dict[str, Any]:
    """One stay. Its steps, and what the caller may do next, stand at /cases/{id}."""
    actor = actor_at(request)
    found = case_by_id(actor, id)
    if found.process != MOBILITY.name:
        found = case_by_id(actor, "")
    instance = instance_of(found.id, found.process)
    learning = learning_of(instance)
    return {
        **stay_out(queries.cards_of(actor, [found])[0]), "facts": facts_of(instance), "factor": str(learning.factor or ""), "signed": list(learning.signed),
        "courses": [
            {
                **vars(row.component), "converted": str(row.converted.rounded) if row.converted else "", "earned": row.result.credits if row.result else "",
                "grade": row.result.grade if row.result else "", "decision": row.decision.decision if row.decision else "",
                "recognised": row.decision.credits if row.decision else "",
            }
            for row in learning.rows
        ],
        "due_days": [{"title": one.title, "day": one.day} for one in ahead(instance)],
    }  # fmt: skip


@router.get(
    "/mobility/{id}/calendar.ics",
    openapi_extra={
        "responses": {200: {"content": {"text/calendar": {"schema": {"type": "string", "format": "binary"}}}}}
    },
)
def stay_calendar(request: HttpRequest, id: Record) -> HttpResponse:
    """What is due in one stay, as iCalendar."""
    actor = actor_at(request)
    found = visible_cases(actor, processes=[MOBILITY.name]).filter(pk=id).first() or case_by_id(actor, "")
    events = events_of(request, found, instance_of(found.id, found.process))
    return HttpResponse(calendar(events, name=found.code), content_type="text/calendar; charset=utf-8")


def _places_out(line: Line) -> dict[str, Any]:
    names = ("limit", "used", "reserved", "left", "asked")
    return {
        "agreement": line.version.head.agreement, "version": line.version.hash, "clause": line.clause.number, "source": line.source,
        "target": line.target, "counted_by": line.counted_by, "unit": line.clause.word("unit"), "period": line.now.period,
        **{name: str(getattr(line.now, name)) for name in names},
    }  # fmt: skip


def stay_out(card: queries.Card) -> dict[str, Any]:
    """A stay as `StayOut`."""
    case, row = card.case, card.stay
    return {
        **{name: getattr(case, name) for name in ("id", "code", "state", "ended", "due", "agreement", "clause")}, "name": case.title,
        "sending": row.sending_id, "receiving": row.receiving_id, "waits_for": case.waits_id or "", "person_acts": card.person,
        **{name: getattr(row, name) for name in ("level", "activity", "first", "last")},
    }  # fmt: skip
