"""Which agreements wait for the person's side."""

from jointlab.agreements.guards import cleared
from jointlab.agreements.of_many import AGREEMENTS
from jointlab.cases.models import Case
from jointlab.cases.queries import instances_of, visible_cases
from jointlab.people.actors import Actor

_FROZEN = "frozen"  # both clear it, in any order, so that it may wait for either


def waits_for_us(actor: Actor) -> list[Case]:
    """Open cases of agreements whose next step is this side's, what moved last first."""
    rows = (
        visible_cases(actor, processes=[process.name for process in AGREEMENTS.values()])
        .filter(ended=False)
        .select_related("waits")
    )
    waiting = list(rows.filter(waits=actor.institution).exclude(state=_FROZEN))
    frozen = list(rows.filter(state=_FROZEN))
    for id, instance in instances_of(frozen).items() if frozen else ():
        ours = next((party for party, prefix in instance.parties.items() if prefix == actor.institution), "")
        done = cleared(instance.standing)
        if ours and (ours not in done or (ours == "first" and len(done) == len(instance.parties))):
            waiting += [case for case in frozen if case.id == id]
    return sorted(waiting, key=lambda case: (case.moved_at, case.id), reverse=True)
