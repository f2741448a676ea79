"""Which agreements wait for the person's side."""

from django.db.models import QuerySet

from jointlab.agreements.guards import cleared
from jointlab.agreements.of_many import AGREEMENTS
from jointlab.cases.models import Case
from jointlab.cases.queries import instances_of, visible_cases
from jointlab.people.actors import Actor

_FROZEN = "frozen"  # all clear it, in any order, so that it may wait for several at once


def waits_for_us(actor: Actor) -> list[Case]:
    """Open cases of agreements whose next step is this side's, what moved last first."""
    ours = {case.id: case for case in (*_open(actor).filter(waits=actor.institution), *to_clear(actor))}
    return sorted(ours.values(), key=lambda case: (case.moved_at, case.id), reverse=True)


def to_clear(actor: Actor) -> list[Case]:
    """Those whose agreed text this side has not cleared inside its house yet."""
    frozen = list(_open(actor).filter(state=_FROZEN))
    found = instances_of(frozen) if frozen else {}
    waiting = []
    for case in frozen:
        instance = found[case.id]
        ours = next((party for party, prefix in instance.parties.items() if prefix == actor.institution), "")
        if ours and ours not in cleared(instance.standing):
            waiting.append(case)
    return waiting


def _open(actor: Actor) -> QuerySet[Case]:
    rows = visible_cases(actor, processes=[process.name for process in AGREEMENTS.values()])
    return rows.filter(ended=False).select_related("waits")
