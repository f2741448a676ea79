"""Stays that a person may know of, by where they stand: the board, the table, whose move it is."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from jointlab.cases.models import Case
from jointlab.cases.queries import visible_cases
from jointlab.mobility.models import Mobility
from jointlab.mobility.process import MOBILITY, ORDER
from jointlab.mobility.queries.offices import is_office
from jointlab.people.actors import Actor

LANES: Final[Mapping[str, tuple[str, ...]]] = {
    "nominated": ("nominated",), "admitted": ("admitted", *(one.waiting for one in ORDER)), "preparing": ("ready",),
    "abroad": ("abroad",), "recognition": ("departed", "transcript", "recognised"),
}  # fmt: skip
IN_A_LANE: Final = 8
PAGE: Final = 50
_PERSONAL: Final = tuple(one.waiting for one in ORDER if one.personal)


@dataclass(frozen=True)
class Card:
    """One stay as the board and the table show it."""

    case: Case
    stay: Mobility
    ours: bool  # the reader's side must act
    person: bool  # the person must act


@dataclass(frozen=True)
class Lane:
    """A column: its first cards, and how many there are in all."""

    name: str
    count: int
    cards: tuple[Card, ...]


@dataclass(frozen=True)
class Asked:
    """What is shown: `who` must act (us, them, person), `source` sends, `lane` or `ended`."""

    who: str = ""
    source: str = ""
    lane: str = ""
    after: str = ""


def stays(actor: Actor, asked: Asked) -> "QuerySet[Case]":
    """The cases of this kind that go on, narrowed."""
    rows = visible_cases(actor, processes=[MOBILITY.name])
    if asked.lane == "ended":
        rows = rows.filter(ended=True)
    else:
        rows = rows.filter(ended=False)
        if asked.lane in LANES:
            rows = rows.filter(state__in=LANES[asked.lane])
    rows = rows.filter(_who(actor, asked.who)) if asked.who else rows
    if not asked.source:
        return rows
    return rows.filter(Exists(Mobility.objects.filter(id=OuterRef("pk"), sending=asked.source)))


def board(actor: Actor, asked: Asked) -> tuple[Lane, ...]:
    """Every column with its first cards, what is due first, first."""
    rows = stays(actor, asked)
    counts = dict(rows.order_by().values_list("state").annotate(Count("pk")))
    lanes = []
    for name, states in LANES.items():
        first = rows.filter(state__in=states).order_by("due", "id").select_related("waits")[:IN_A_LANE]
        count = sum(counts.get(state, 0) for state in states)
        lanes.append(Lane(name, count, cards_of(actor, list(first)) if count else ()))
    return tuple(lanes)


def table(actor: Actor, asked: Asked) -> tuple[tuple[Card, ...], str]:
    """A page of the table, and the case after which the next begins."""
    rows = stays(actor, asked).select_related("waits")
    last = Case.objects.filter(pk=asked.after).first() if asked.after else None
    if last is not None:
        rows = rows.filter(Q(opened_at__lt=last.opened_at) | Q(opened_at=last.opened_at, id__lt=last.id))
    found = list(rows.order_by("-opened_at", "-id")[: PAGE + 1])
    return cards_of(actor, found[:PAGE]), found[PAGE - 1].id if len(found) > PAGE else ""


def cards_of(actor: Actor, cases: list[Case]) -> tuple[Card, ...]:
    """Cases with their rows of this room, in two queries."""
    rows = Mobility.objects.select_related("sending", "receiving").in_bulk([case.id for case in cases])
    return tuple(
        Card(
            case,
            rows[case.id],
            case.waits_id == actor.institution and case.state not in _PERSONAL,
            case.state in _PERSONAL,
        )
        for case in cases
        if case.id in rows
    )


def numbers(actor: Actor) -> dict[str, int]:
    """How many stays there are for each choice of who must act."""
    of = {who: Count("pk", filter=_who(actor, who)) for who in ("us", "them", "person")}
    return stays(actor, Asked()).aggregate(all=Count("pk"), **of)


def waits_for(actor: Actor) -> int:
    """How many stays wait for this person: as the office, or as who goes."""
    rows = visible_cases(actor, processes=[MOBILITY.name]).filter(ended=False)
    if is_office(actor):
        return rows.filter(_who(actor, "us")).count()
    return rows.filter(subject=actor.person, state__in=_PERSONAL).count()


def _who(actor: Actor, who: str) -> Q:
    personal = Q(state__in=_PERSONAL)
    if who == "person":
        return personal
    mine = Q(waits=actor.institution)
    return ~personal & (mine if who == "us" else ~mine & Q(waits__isnull=False))
