"""Requests for measurements: who sees them, under which agreement they stand, until when the next step is awaited."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from django.db.models import Exists, OuterRef, Q

from jointlab.agreements.events import Life
from jointlab.agreements.kinds import LABORATORY
from jointlab.agreements.life import clause_counts, standing
from jointlab.agreements.rule import day_at
from jointlab.cases.kinds import Asking
from jointlab.cases.models import Case, CaseStep
from jointlab.cases.queries import visible_cases
from jointlab.errors import Conflict, Fault
from jointlab.history.identifiers import home
from jointlab.history.logs import own_name, partnership_of
from jointlab.history.models import Entry
from jointlab.laboratory.measurement_request import REQUEST
from jointlab.laboratory.models import Instrument, Measurement, Sample, Transfer
from jointlab.laboratory.queries import agreed
from jointlab.laboratory.queries.due import samples_seen_by
from jointlab.laboratory.queries.told import Clause, clause_of_life
from jointlab.laboratory.queries.visibility import visible_measurements, visible_samples, visible_transfers
from jointlab.people.actors import Actor
from jointlab.processes import Instance, Taken


@dataclass(frozen=True)
class Basis:
    """Under what a request is made."""

    version: str  # hash of the agreement's version
    clause: str  # its number


def visible(actor: Actor) -> Q:
    """Who sees the sample sees the request."""
    return Q(subject__in=visible_samples(actor).values("pk"))


def may_go(partnership: str) -> Q:
    """Requests about samples that the partnership may know of; what was opened goes on."""
    there = Entry.objects.filter(log=own_name(partnership), record=OuterRef("pk"), source__isnull=False)
    opened = CaseStep.objects.filter(Exists(there), previous="").values("instance")
    seen = Q(subject__in=samples_seen_by(partnership).values("pk"))
    return seen | Q(pk__in=opened) | ~Q(pk__startswith=f"{home()}:")


def needs(taken: Taken) -> Iterable[str]:
    """The sample and the instrument come with the question. A result goes by its own clause, not with the step."""
    return filter(None, (taken.subject, taken.form.get("instrument", ""))) if not taken.previous else ()


def due(instance: Instance) -> dt.date | None:
    """When the answer is wanted; then when it is to be measured."""
    day = ""
    if instance.state == "asked":
        day = instance.standing[0].form.get("answer_by", "")
    elif instance.state in ("accepted", "arrived"):
        day = next((taken.form.get("by", "") for taken in instance.standing if taken.step == "accept"), "")
    return dt.date.fromisoformat(day) if day else None


def title(instance: Instance) -> str:
    """The instrument."""
    found = Instrument.objects.filter(pk=instance.standing[0].form.get("instrument", "")).first()
    return found.name if found else ""


def basis_of(*institutions: str) -> Basis | None:
    """The clause on the joint laboratory that is in force today, else the agreement alone; None where nothing was ever agreed.

    Raises Conflict ``request.no-agreement`` where agreements exist and none is in force.
    """
    lives = agreed.lives_of(partnership_of(*institutions))
    if not lives:
        return None
    for life in lives:
        for clause in life.version.of_kind(LABORATORY):
            if clause_counts(life, clause.number, _today(life), new=True):
                return Basis(life.version.hash, clause.number)
    running = next((life for life in lives if standing(life, _today(life)).new_cases), None)
    if running is None:
        raise _not_in_force(lives[-1])
    return Basis(running.version.hash, running.version.duration.number)


def refusal_of_basis(asking: Asking) -> Fault | None:
    """Nothing is begun under what has ended, nor goes on after its time for running cases."""
    form = asking.instance.standing[0].form if asking.instance.standing else asking.form
    if not form.get("agreement"):
        return None
    lives = agreed.lives_of(partnership_of(*asking.parties.values()))
    life = next((one for one in lives if one.version.hash == form["agreement"]), None)
    if life is None:
        return Conflict("request.agreement", "The agreement under which this is asked is not here.")
    stands = standing(life, _today(life))
    allowed = stands.new_cases if asking.step.name in ("ask", "accept") else stands.running_cases
    return None if allowed else _not_in_force(life)


def clause_named(case: Case) -> Clause | None:
    """The clause under which a request stands, to be quoted."""
    prefixes = case.sides.values_list("institution", flat=True)
    lives = agreed.lives_of(partnership_of(*prefixes)) if case.agreement else ()
    life = next((one for one in lives if one.version.hash == case.agreement), None)
    return clause_of_life(life, case.clause) if life else None


def waiting(actor: Actor) -> int:
    """How many requests wait for this person's side."""
    rows = visible_cases(actor, processes=[REQUEST.name])
    return rows.filter(waits=actor.institution, ended=False).count()


def asked_before(sample: Sample) -> int:
    """How many requests this node has opened about a sample."""
    return Case.objects.filter(process=REQUEST.name, subject=sample.pk, pk__startswith=f"{home()}:").count()


def instruments_elsewhere(actor: Actor) -> list[Instrument]:
    """Instruments in use of other institutions than the person's."""
    rows = Instrument.objects.filter(active=True).exclude(institution=actor.institution)
    return list(rows.select_related("institution").order_by("institution_id", "name"))


def transfers_arrived(actor: Actor, sample: str) -> list[Transfer]:
    """Transfers of a sample by which some of it has come."""
    return list(visible_transfers(actor).filter(sample=sample, arrived_on__isnull=False).order_by("-arrived_on"))


def results_possible(actor: Actor, sample: str) -> list[Measurement]:
    """Measurements of a sample by this person's side, the newest first."""
    rows = visible_measurements(actor).filter(
        sample=sample, withdrawn=False, recorded_by__institution=actor.institution
    )
    return list(rows.select_related("instrument").order_by("-recorded_at")[:50])


def _not_in_force(life: Life) -> Conflict:
    clause = clause_of_life(life, life.version.duration.number)
    return Conflict(
        "request.no-agreement", "No agreement between both sides is in force: see clause {clause} “{named}” of “{agreement}”.",
        clause=clause.number, named=clause.title_here, agreement=clause.agreement_here,
    )  # fmt: skip


def _today(life: Life) -> dt.date:
    return day_at(agreed.now(), ZoneInfo(life.version.head.zone))
