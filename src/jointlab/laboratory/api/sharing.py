"""Under which clause things are shared, for programs."""

from collections.abc import Iterable
from datetime import date

from django.http import HttpRequest
from ninja import Router, Schema

from jointlab.laboratory.clause_words import facts_of, line_of, refusal_of
from jointlab.laboratory.queries import measurements, projects
from jointlab.laboratory.queries.clause_counts import shared_by_clause
from jointlab.laboratory.queries.devices import device_by_code
from jointlab.laboratory.queries.samples import sample_by_code
from jointlab.laboratory.queries.sharing import sharing_of_project
from jointlab.laboratory.queries.told import Told, preview_of, told_of
from jointlab.people.pages import actor_at

router = Router(tags=["sharing"])


class SharingOut(Schema):
    """Of one partnership: the clause by which it goes, or that comes nearest and keeps it back, with the code of the reason."""

    partnership: str
    giver: str
    to: list[str]
    data: str
    shared: bool
    goes: bool
    code: str
    says: str
    clause: str
    clause_title: str
    agreement: str
    agreement_title: str
    version: str
    since: date | None
    opens: date | None
    rests_on: str


class SharedOut(Schema):
    """How many records of a side are shared under a clause."""

    partnership: str
    giver: str
    clause: str
    clause_title: str
    agreement: str
    agreement_title: str
    version: str
    counts: dict[str, int]
    total: int
    waits: int


@router.get("/sharing", response=list[SharedOut])
def sharing(request: HttpRequest) -> list[SharedOut]:
    """What is shared under which clause, counted."""
    found = []
    for one in shared_by_clause(actor_at(request)):
        quoted = facts_of(one.clause)
        found.append(SharedOut(
            partnership=one.partnership, giver=one.giver, clause=one.clause.number, clause_title=quoted["named"],
            agreement=one.clause.agreement, agreement_title=quoted["agreement"], version=one.clause.version, counts=one.counts,
            total=one.total, waits=one.waits,
        ))  # fmt: skip
    return found


@router.get("/samples/{code}/sharing", response=list[SharingOut])
def sample_sharing(request: HttpRequest, code: str) -> list[SharingOut]:
    """Under which clause a sample is shared, or which one keeps it back."""
    actor = actor_at(request)
    return _out(told_of(actor, sample_by_code(actor, code)))


@router.get("/devices/{code}/sharing", response=list[SharingOut])
def device_sharing(request: HttpRequest, code: str) -> list[SharingOut]:
    """The same of a device."""
    actor = actor_at(request)
    return _out(told_of(actor, device_by_code(actor, code)))


@router.get("/measurements/{code}/sharing", response=list[SharingOut])
def measurement_sharing(request: HttpRequest, code: str) -> list[SharingOut]:
    """The same of a measurement with its file."""
    actor = actor_at(request)
    return _out(told_of(actor, measurements.by_code(actor, code=code)))


@router.get("/projects/{slug}/sharing", response=list[SharingOut])
def project_sharing(request: HttpRequest, slug: str) -> list[SharingOut]:
    """What would become of each kind of data that this side records in the project now."""
    actor = actor_at(request)
    project = projects.project(actor, slug=slug)
    decided = [one.partnership for one in sharing_of_project(actor, project=project) if one.by_clause]
    return _out(told for partnership in decided for told in preview_of(project, partnership))


def _out(found: Iterable[Told]) -> list[SharingOut]:
    return [_one(told) for told in found]


def _one(told: Told) -> SharingOut:
    quoted = facts_of(told.clause) if told.clause else {"named": "", "agreement": ""}
    return SharingOut(
        partnership=told.partnership, giver=told.giver, to=list(told.to), data=told.data, shared=told.there, goes=told.goes,
        code="" if told.goes else refusal_of(told).code, says=line_of(told), clause=told.clause.number if told.clause else "",
        clause_title=quoted["named"], agreement=told.clause.agreement if told.clause else "", agreement_title=quoted["agreement"],
        version=told.clause.version if told.clause else "", since=told.since, opens=told.opens, rests_on=told.rests_on,
    )  # fmt: skip
