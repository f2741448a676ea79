"""Mobility as a kind of case: who sees it, what this node asks beside the process, the rows of the board."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from fractions import Fraction
from typing import Final

from django.db.models import Q
from django.urls import reverse

from jointlab.agreements.clauses import Clause
from jointlab.agreements.kinds import PLACES
from jointlab.agreements.queries.book import book
from jointlab.agreements.queries.lives import clause_in_force, party_in, today, version_named
from jointlab.cases.kinds import Asking, CaseKind, register
from jointlab.cases.models import Case
from jointlab.errors import BadInput, Conflict, Fault, NotFound
from jointlab.mobility import deadlines
from jointlab.mobility.fitting import Stay, amounts, faults_of
from jointlab.mobility.models import Mobility
from jointlab.mobility.operations.places import count_clause, count_soon
from jointlab.mobility.process import MOBILITY, RECEIVING, SENDING, facts_of, latest_form
from jointlab.mobility.queries.offices import is_office
from jointlab.mobility.queries.places import asked_of, count_of, counting_institution, counts_here, wish_of
from jointlab.people.actors import Actor
from jointlab.people.models import Person
from jointlab.people.queries import colleague_of
from jointlab.processes import Instance, Taken

_ON: Final = frozenset(
    {"nominate", "admit", "propose", "sign_person", "sign_sending", "sign_receiving", "arrive", "change"}
)  # rest on the clause


def visible(actor: Actor) -> Q:
    """Offices see their institution's cases, our own side's all that are here; whoever only reads sees the own case."""
    mine = Q(subject=actor.person)
    if not is_office(actor):
        return mine
    return Q() if actor.own_side else mine | Q(sides__institution=actor.institution)


def guard(asking: Asking) -> Fault | None:
    """The clause counts on the day, the stay fits it, and a place is left. A way out is never refused by a clause."""
    return next(_refusals(asking), None)


def refusals(asking: Asking) -> tuple[Fault, ...]:
    """Everything that speaks against a step."""
    return tuple(_refusals(asking))


def _refusals(asking: Asking) -> Iterator[Fault]:
    name = asking.step.name
    if name not in _ON:
        return
    new = name == "nominate"
    first = asking.form if new else asking.instance.standing[0].form
    hash, number = first.get("agreement", ""), first.get("clause", "")
    version = version_named(hash)
    if version is None:
        yield NotFound("agreement.unknown", "There is no agreement with the hash {hash} here.", hash=hash[:64] or "—")
        return
    clause = clause_in_force(hash, number, today(version), new=new)
    if isinstance(clause, Fault):
        yield clause
        return
    if clause.kind is not PLACES:
        yield BadInput("places.other_kind", "Clause {clause} grants no places.", field="clause", clause=number[:20])
        return
    if new and not _ours(asking):
        yield BadInput("mobility.person", "Choose a person of your own institution.", field="subject")
    if name in ("nominate", "change") and asking.form:
        facts = asking.form if new else facts_of(asking.instance) | {k: v for k, v in asking.form.items() if v}
        source, target = (party_in(hash, asking.parties[side]) for side in (SENDING, RECEIVING))
        stay = Stay.of(facts, source=source, target=target)
        faults = faults_of(clause, stay)
        yield from faults
        if not faults and new:
            yield from _place_left(hash, number, amounts(clause, stay))
    if name == "admit":
        yield from _place_held(asking.instance, clause, hash, only_look=not asking.form)


def _ours(asking: Asking) -> bool:
    person = Person.objects.filter(id=asking.subject, active=True).first()
    return person is not None and person.institution_id == asking.parties[SENDING]


def _place_left(hash: str, number: str, wish: Mapping[str, Fraction]) -> Iterator[Fault]:
    """As far as this node knows; what others have asked for and nobody has numbered counts as taken."""
    count = count_of(hash, number)
    asked = asked_of(hash, number, count)
    for period, amount in wish.items():
        left = count.left(period) - asked.get(period, Fraction(0))
        if left < amount:
            yield BadInput(
                "places.none_left",
                "Clause {clause} allows {limit} in {period}; {taken} are taken, {left} are left, {asked} were asked for.",
                field="clause", clause=number, limit=str(count.limit(period)), period=period, taken=str(count.taken(period) + asked.get(period, 0)),
                left=str(max(left, Fraction(0))), asked=str(amount),
            )  # fmt: skip


def _place_held(instance: Instance, clause: Clause, hash: str, *, only_look: bool) -> Iterator[Fault]:
    """Nobody is admitted without a place of the count: numbered now where this node counts, else there before."""
    if counts_here(clause):
        refused = count_clause(hash, clause.number, only_look=only_look)
        if instance.id in refused:
            yield refused[instance.id]
        return
    count = count_of(hash, clause.number)
    for period, amount in wish_of(instance, clause, book()).amounts.items():
        if count.of_case(instance.id, period).total < amount:
            yield Conflict(
                "places.not_numbered", "The places of clause {clause} are counted by {party}, who has not given this person one yet.",
                clause=clause.number, party=counting_institution(clause).upper(),
            )  # fmt: skip


def applied(instance: Instance) -> None:
    """The row of the board; then the count follows."""
    facts, first = facts_of(instance), instance.standing[0]
    Mobility.objects.update_or_create(id=instance.id, defaults={
        "person": first.subject[:80], "sending_id": instance.parties[SENDING], "receiving_id": instance.parties[RECEIVING],
        "level": facts.get("level", "")[:20], "activity": facts.get("activity", "")[:20], "programme": facts.get("programme", "")[:200],
        "first": _day(facts.get("first", "")), "last": _day(facts.get("last", "")),
        "arrived": _day(latest_form(instance, "arrive").get("on", "")), "departed": _day(latest_form(instance, "depart").get("on", "")),
    })  # fmt: skip
    count_soon(first.form.get("agreement", ""), first.form.get("clause", ""))


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def needs(taken: Taken) -> Iterable[str]:
    """Who goes."""
    return () if taken.previous else (colleague_of(taken.subject),)


def title(instance: Instance) -> str:
    """The name of who goes, as letters have it."""
    return facts_of(instance).get("name", "")


def address(case: Case) -> str:
    """The page of a case."""
    return reverse("mobility-case", args=[case.pk])


def kind() -> CaseKind:
    """What the room tells the cases."""
    from jointlab.mobility.views.case import draw

    return CaseKind(
        process=MOBILITY, visible=visible, guard=guard, applied=applied, needs=needs, due=deadlines.due, title=title, page=draw,
        url=address,
    )  # fmt: skip


def register_kind() -> None:
    """Called once when the program starts."""
    register(kind())
