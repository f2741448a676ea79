"""Agreements for programs: the list, one version with its clauses and where it stands on a day, canonical JSON, proofs, days.

Steps are taken through the endpoints of cases; here is what agreements have of their own.
"""

from datetime import date, datetime
from typing import Annotated, Any

from django.http import HttpRequest, HttpResponse
from ninja import Query, Router, Schema
from pydantic import Field

from jointlab.agreements.calendars import days_of, ics
from jointlab.agreements.life import Standing
from jointlab.agreements.proofs import prove
from jointlab.agreements.queries import listing
from jointlab.agreements.queries.listing import Entry
from jointlab.agreements.queries.ministry import as_csv
from jointlab.agreements.queries.references import references
from jointlab.people.pages import actor_at

router = Router(tags=["agreements"])

Hash = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
Number = Annotated[str, Field(min_length=1, max_length=20)]
Words = dict[str, str]
_FILE: dict[str, Any] = {"type": "string", "format": "binary"}


def _answers(content_type: str) -> dict[str, Any]:
    schema = {"type": "object"} if content_type == "application/json" else _FILE
    return {"responses": {200: {"content": {content_type: {"schema": schema}}}}}


class Asked(Schema):
    """`on`: the day for which the state is told; without one today, in the time zone of each agreement."""

    on: date | None = None


class StandingOut(Schema):
    """Where a version stands on a day: unsigned, partly-signed, withdrawn, lapsed, conditions, not-yet, in-force, suspended,
    run-off, expired, terminated, superseded or fell. `clauses` are the numbers of those that decide; `suspended` those that
    do not count that day; `waits_for` parties that have not signed, or clauses whose condition is open.
    """

    state: str
    first: date | None
    last: date | None
    run_off_last: date | None
    back_dated: bool
    under_notice: bool
    waits_for: list[str]
    suspended: list[str]
    clauses: list[str]


class VersionOut(Schema):
    """A version as a list shows it. `hash` names it everywhere; `case` is the case in which it came about, "" for none;
    `amends` and `parent` are hashes, "" for none; `institutions` the prefixes of the parties that are known here.
    """

    hash: str
    agreement: str
    number: int
    standing: StandingOut
    rank: str
    title: Words
    institutions: list[str]
    parent: str
    amends: str
    case: str
    code: str


class AgreementOut(Schema):
    """An agreement: its versions, the latest first; `current` is the hash of the one that counts today."""

    id: str
    current: str
    versions: list[VersionOut]


class ClauseOut(Schema):
    """A clause: its words by language, and the terms that the node keeps to, as docs/reference/terms.md has them."""

    number: str
    kind: str
    title: Words
    text: Words
    terms: dict[str, Any]
    under: str


class PartyOut(Schema):
    """A party as the text names it."""

    id: str
    role: str
    names: Words


class AttachmentOut(Schema):
    """A file that is part of the agreement by its hash."""

    name: str
    sha256: str
    size: int


class VersionWhole(VersionOut):
    """A version with its clauses, its parties, and the other versions of the same agreement."""

    languages: list[str]
    precedence: str
    zone: str
    parties: list[PartyOut]
    attachments: list[AttachmentOut]
    clauses: list[ClauseOut]
    versions: list[VersionOut]


class ReferenceOut(Schema):
    """A treaty, an initiative or an order that agreements refer to; files by name with their SHA-256."""

    id: str
    kind: str
    title: Words
    text: Words
    source: str
    on: date | None
    in_force: date | None
    ended: date | None
    files: dict[str, str]
    at: datetime


@router.get("/agreements", response=list[AgreementOut])
def agreements(request: HttpRequest, asked: Query[Asked]) -> list[dict[str, Any]]:
    """Every agreement that the caller's institution is a party to, by title."""
    found = listing.agreements(actor_at(request), day=asked.on)
    return [
        {"id": one.id, "current": one.current.hash, "versions": [version_out(entry) for entry in one.versions]}
        for one in found
    ]


@router.get("/agreements/calendar.ics", openapi_extra=_answers("text/calendar"))
def agreements_calendar(request: HttpRequest) -> HttpResponse:
    """The days of every agreement that counts or comes, as iCalendar."""
    found = listing.agreements(actor_at(request))
    return _calendar(ics(one for agreement in found for one in days_of(agreement.current)))


@router.get("/agreements/list.csv", openapi_extra=_answers("text/csv"))
def agreements_list(request: HttpRequest, form: Annotated[str, Field(max_length=120)] = "") -> HttpResponse:
    """The agreements in force today as CSV, by the form of the office with this name; without a name by the standard one."""
    content = as_csv(actor_at(request), name=form)
    return HttpResponse(content, content_type="text/csv; charset=utf-8")


@router.get("/agreements/references", response=list[ReferenceOut])
def agreements_references(request: HttpRequest) -> list[dict[str, Any]]:
    """Treaties and initiatives that are referred to."""
    names = ("id", "kind", "title", "text", "source", "on", "in_force", "ended", "files", "at")
    return [{name: getattr(one, name) for name in names} for one in references(actor_at(request))]


@router.get("/agreements/{hash}", response=VersionWhole)
def agreement(request: HttpRequest, hash: Hash, asked: Query[Asked]) -> dict[str, Any]:
    """One version with its clauses, and where it stands on a day. What may be done next stands at /cases/{case}."""
    actor = actor_at(request)
    entry = listing.agreement_by_hash(actor, hash, day=asked.on)
    head = entry.version.head
    versions = next((one.versions for one in listing.agreements(actor, day=asked.on) if one.id == head.agreement), ())
    return {
        **version_out(entry), "languages": list(head.languages), "precedence": head.precedence, "zone": head.zone,
        "parties": [one.content() for one in head.parties], "attachments": [one.content() for one in head.attachments],
        "clauses": [
            {"number": one.number, "kind": one.kind.name, "title": dict(one.title), "text": dict(one.text), "terms": dict(one.terms), "under": one.under}
            for one in entry.version.clauses
        ],
        "versions": [version_out(one) for one in versions],
    }  # fmt: skip


@router.get("/agreements/{hash}/version.json", openapi_extra=_answers("application/json"))
def agreement_version(request: HttpRequest, hash: Hash) -> HttpResponse:
    """The version as canonical JSON: the very bytes from which its hash follows."""
    content = listing.version_for(actor_at(request), hash).to_bytes()
    return HttpResponse(content, content_type="application/json")


@router.get("/agreements/{hash}/clauses/{number}/proof", openapi_extra=_answers("application/json"))
def agreement_proof(request: HttpRequest, hash: Hash, number: Number) -> HttpResponse:
    """One clause with the path to the hash of the version, to be shown to a third person."""
    content = prove(listing.version_for(actor_at(request), hash), [number])
    return HttpResponse(content, content_type="application/json")


@router.get("/agreements/{hash}/calendar.ics", openapi_extra=_answers("text/calendar"))
def agreement_calendar(request: HttpRequest, hash: Hash) -> HttpResponse:
    """The days of one version, as iCalendar."""
    return _calendar(ics(days_of(listing.agreement_by_hash(actor_at(request), hash))))


def version_out(entry: Entry) -> dict[str, Any]:
    """A version as `VersionOut`."""
    head = entry.version.head
    return {
        "standing": standing_out(entry.standing), "hash": entry.hash, "agreement": head.agreement, "number": entry.number, "rank": entry.rank,
        "title": dict(head.title), "institutions": list(entry.parties), "parent": head.parent.version if head.parent else "",
        "amends": head.amends.version if head.amends else "", "case": entry.case.pk if entry.case else "",
        "code": entry.case.code if entry.case else "",
    }  # fmt: skip


def standing_out(now: Standing) -> dict[str, Any]:
    """Where it stands as `StandingOut`; a last day that never comes is none."""
    last = now.run_off_last if now.run_off_last != date.max else None
    return {
        "state": now.state.value, "first": now.first, "last": now.last, "run_off_last": last, "back_dated": now.back_dated,
        "under_notice": now.under_notice, "waits_for": list(now.waits_for), "suspended": list(now.suspended), "clauses": list(now.clauses),
    }  # fmt: skip


def _calendar(content: str) -> HttpResponse:
    return HttpResponse(content.encode(), content_type="text/calendar; charset=utf-8")
