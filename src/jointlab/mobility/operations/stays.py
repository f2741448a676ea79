"""A stay is nominated, changed, and what has rows in it is written. All else goes through the cases."""

from collections.abc import Mapping
from datetime import date

from django.db import transaction

from jointlab.cases import operations as cases
from jointlab.cases.kinds import Asking, kind_of
from jointlab.cases.models import Case
from jointlab.cases.queries import instance_of
from jointlab.errors import BadInput, Fault, NotFound
from jointlab.history.logs import hold_house
from jointlab.mobility.case_kind import refusals
from jointlab.mobility.process import MOBILITY, RECEIVING, SENDING, step_of_change
from jointlab.people.actors import Actor
from jointlab.people.models import Institution
from jointlab.processes import Instance

Form = Mapping[str, str]


@transaction.atomic
def nominate(actor: Actor, *, person: str, receiving: str, form: Form) -> Case:
    """Ask a place for a person of the actor's institution. Raises what `open_case` does."""
    if receiving == actor.institution or not Institution.objects.filter(prefix=receiving).exists():
        raise BadInput("mobility.receiving", "Choose the institution that receives the person.", field="place")
    hold_house()  # codes and places are given one at a time
    return cases.open_case(
        actor, kind=kind_of(MOBILITY.name), party=SENDING, parties={SENDING: actor.institution, RECEIVING: receiving}, form=form,
        code=_next_code(actor.institution), subject=person,
    )  # fmt: skip


def faults_of_nomination(actor: Actor, *, person: str, receiving: str, form: Form) -> tuple[Fault, ...]:
    """Everything that speaks against a nomination, of the clause and of the stay; nothing is written."""
    step = MOBILITY.step("nominate")
    assert step is not None, "the process begins with it"
    parties = {SENDING: actor.institution, RECEIVING: receiving}
    try:
        return refusals(Asking(actor, Instance(MOBILITY, ""), step, SENDING, form, parties, person))
    except ValueError:  # days that are none are said by the form
        return ()


def change(actor: Actor, *, case: Case, wanted: Form, seen: str) -> Case:
    """Correct or change what was said of the stay; what was approved is approved again.

    Raises BadInput ``mobility.nothing_new``, and what `take` does.
    """
    step = step_of_change(instance_of(case.id, case.process), wanted)
    if not step:
        raise BadInput("mobility.nothing_new", "Nothing is changed by this.")
    declared = MOBILITY.step(step)
    if declared is None:
        raise NotFound("mobility.no_correction_now", "Nothing can be corrected where the case stands now.")
    known = {one.name for one in declared.fields}
    return cases.take(actor, case=case, step=step, form={k: v for k, v in wanted.items() if k in known}, seen=seen)


def _next_code(institution: str) -> str:
    """KZ-M-26-009."""
    head = f"{institution.upper()}-M-{date.today():%y}-"  # noqa: DTZ011 - the node's own day
    used = Case.objects.filter(process=MOBILITY.name, code__startswith=head).values_list("code", flat=True)
    numbers = [int(code.removeprefix(head)) for code in used if code.removeprefix(head).isdigit()]
    return f"{head}{max(numbers, default=0) + 1:03d}"
