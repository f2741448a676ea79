"""The overview, for one person: what waits and for whom, what is under way, what is ahead, what came last from all sites."""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from operator import attrgetter

from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _

from jointlab.agreements.queries.lives import ending, lives_between, title_of
from jointlab.agreements.queries.waiting import to_clear
from jointlab.cases.kinds import kind_of
from jointlab.cases.models import Case, CaseStep
from jointlab.cases.queries import due_soon, instance_of, visible_cases, waiting, waiting_for_others
from jointlab.cases.shown import state_words
from jointlab.laboratory.models import Transfer
from jointlab.laboratory.process import TRANSFER
from jointlab.laboratory.queries import overview
from jointlab.laboratory.queries.overview import Event
from jointlab.laboratory.queries.visibility import visible_transfers
from jointlab.people.actors import Actor, Right
from jointlab.people.models import Person
from jointlab.processes import Process, offered

_Site = Callable[[Case | Transfer], str]  # a prefix
_MOST = 8
_AHEAD = 60  # days
_YEAR = 365  # days


@dataclass(frozen=True)
class Waits:
    """Something that waits for somebody's step."""

    site: str  # prefix of the institution whose step came last, or whose it is
    what: str  # the step that is awaited
    about: str  # process, code, state
    address: str
    since: dt.datetime


@dataclass(frozen=True)
class Listed:
    """The first of many, and how many there are in all."""

    rows: tuple[Waits, ...]
    total: int


@dataclass(frozen=True)
class Ahead:
    """A day to come, or one that has passed and still waits."""

    day: dt.date
    site: str  # prefix of the institution whose step is due; "" for what concerns both
    what: str
    code: str
    address: str
    late: bool


@dataclass(frozen=True)
class Taken:
    """A step that somebody took in a case."""

    at: dt.datetime
    by: Person
    what: str  # what was done
    case: Case
    address: str
    kind: str = "step"


def waits_for_us(actor: Actor) -> Listed:
    """Cases and transfers whose next step is this person's side's, what moved last first."""
    cases, transfers = waiting(actor), _transfers(actor).filter(waits=actor.institution)
    if also := [case.pk for case in to_clear(actor)]:  # a text that both sides clear may wait for both
        cases = visible_cases(actor).filter(Q(waits=actor.institution, ended=False) | Q(pk__in=also)).order_by("-moved_at", "-id")  # fmt: skip
    return _listed(cases, transfers, lambda row: _other(row, actor.institution), lambda _row: actor.institution)


def waits_for_others(actor: Actor) -> Listed:
    """The same of other sides."""
    transfers = _transfers(actor).filter(waits__isnull=False).exclude(waits=actor.institution)
    return _listed(waiting_for_others(actor), transfers, _waited_for, _waited_for)


def in_transit(actor: Actor) -> "QuerySet[Transfer]":
    """Transfers of which something is under way, the oldest first."""
    rows = _transfers(actor).filter(sent_on__isnull=False).filter(~Q(under_way="0") | ~Q(back="0"))
    return rows.select_related("sample").order_by("sent_on", "id")


def dates_ahead(actor: Actor, *, today: dt.date) -> list[Ahead]:
    """Until when next steps are awaited, what is late first."""
    rows = due_soon(actor, day=today, within=_AHEAD)[:_MOST]
    return [
        Ahead(row.due, row.waits_id or actor.home, _awaited(kind_of(row.process).process, row.state), row.code,
              kind_of(row.process).address(row), late=row.due < today)
        for row in rows if row.due is not None
    ]  # fmt: skip


def agreements_ending(actor: Actor, *, today: dt.date) -> list[Ahead]:
    """Agreements of this person's house whose last day comes within a year, the first to end first."""
    if Right.READ not in actor.rights:
        return []
    found = ending(lives_between(actor.institution), today, within=today + dt.timedelta(days=_YEAR))
    listed = [
        Ahead(now.last, "", _("Ends: {title}").format(title=title_of(life.version)), "", reverse("agreement", args=[life.version.hash]), late=False)
        for life, now in found if now.last is not None
    ]  # fmt: skip
    return sorted(listed, key=attrgetter("day"))


def latest(actor: Actor) -> list[Event | Taken]:
    """What was done last, of every kind, by all sites."""
    steps = CaseStep.objects.filter(number__gt=0).select_related("by").order_by("-at", "-id")[: 4 * _MOST]
    cases = visible_cases(actor).in_bulk({row.instance for row in steps})
    seen = [row for row in steps if row.instance in cases][:_MOST]
    events: list[Event | Taken] = [
        *overview.latest_events(actor),
        *(_taken(row, cases[row.instance]) for row in seen),
    ]
    return sorted(events, key=attrgetter("at"), reverse=True)[:_MOST]


def _taken(row: CaseStep, case: Case) -> Taken:
    kind = kind_of(case.process)
    step = kind.process.step(row.step)
    return Taken(row.at, row.by, _(step.done) if step else row.step, case, kind.address(case))


def _transfers(actor: Actor) -> "QuerySet[Transfer]":
    return visible_transfers(actor).filter(ended=False).select_related("sample")


def _waited_for(row: Case | Transfer) -> str:
    return str(row.waits_id)


def _listed(cases: "QuerySet[Case]", transfers: "QuerySet[Transfer]", site: _Site, whose: _Site) -> Listed:
    rows = [_case(row, site(row), whose(row)) for row in cases.prefetch_related("sides")[:_MOST]]
    rows += [_transfer(row, site(row)) for row in transfers.order_by("-moved_at", "-id")[:_MOST]]
    rows.sort(key=attrgetter("since"), reverse=True)
    return Listed(tuple(rows[:_MOST]), cases.count() + transfers.count())


def _case(row: Case, site: str, whose: str) -> Waits:
    kind = kind_of(row.process)
    about = " · ".join(filter(None, (_(kind.process.title), row.code, row.title, state_words(row))))
    return Waits(site, _next_of(row, kind.process, whose), about, kind.address(row), row.moved_at)


def _next_of(row: Case, process: Process, whose: str) -> str:
    """What an institution is awaited to do; where its next step depends on what others did, what is open to it now."""
    party = next((one.party for one in row.sides.all() if one.institution_id == whose), "")
    steps = [one for one in process.steps_from(row.state) if one.main and party in one.who]
    if len(steps) > 1 and steps[0].guards:
        steps = [one for one in offered(instance_of(row.id, row.process), party) if one.main]
    return _(steps[0].title) if steps else _awaited(process, row.state)


def _transfer(row: Transfer, site: str) -> Waits:
    about = " · ".join((_(TRANSFER.title), row.code, row.sample.title, _(TRANSFER.state(row.state).title)))
    return Waits(site, _awaited(TRANSFER, row.state), about, reverse("transfer", args=[row.pk]), row.moved_at)


def _awaited(process: Process, state: str) -> str:
    """The main step that leads on from a state, in the reader's language."""
    waits = process.state(state).waits
    step = next((one for one in process.steps_from(state) if one.main and waits in one.who), None)
    return _(step.title) if step else _(process.state(state).title)


def _other(row: Case | Transfer, own: str) -> str:
    """The side that is not ours."""
    sides = (
        [row.sender_id, row.receiver_id]
        if isinstance(row, Transfer)
        else [one.institution_id for one in row.sides.all()]
    )
    return next((one for one in sides if one != own), own)
