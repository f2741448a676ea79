"""Every declared process is sound, ends, and every one of its states is reached by steps that its own rules allow."""

import itertools

import pytest

from jointlab.agreements.guards import cleared
from jointlab.agreements.of_many import AGREEMENTS, ENTRIES
from jointlab.agreements.process import AGREEMENT, ENTRY
from jointlab.agreements.step_names import ASKING, PROPOSING
from jointlab.laboratory.measurement_request import REQUEST
from jointlab.laboratory.process import TRANSFER
from jointlab.mobility.process import MOBILITY
from jointlab.processes import Instance, Process, Step, Taken, check, faults_of, offered, replay

OF_MANY = (AGREEMENTS[3], ENTRIES[3], AGREEMENTS[4], ENTRIES[4])
PROCESSES = (AGREEMENT, ENTRY, MOBILITY, REQUEST, TRANSFER, *OF_MANY)
_LONGEST = {MOBILITY.name: 11} | {
    process.name: 20 for process in OF_MANY
}  # steps; each state can be reached within them
_NODES = ("kz", "nj", "uz", "ru")
_HASHES = {"version": "a" * 64, "scan": "b" * 64, "what": "extend"}  # of agreements
_STAY = {  # of mobility: what cannot be any word
    "components": "A1 | Optics | 5 | B1 | Lasers | 3", "results": "B1 | Lasers | 3 | A", "decisions": "B1 | A1 | full | 5 | ", "outcome": "full",
}  # fmt: skip
_FORMS = (  # tried one after the other until the process takes one
    {"amount": "100 mg"}, {"amount": "50 mg"}, {"amount": "10 mg"}, {"amount": "1 mg"},
)  # fmt: skip


def _form(step: Step, amounts: dict[str, str]) -> dict[str, str]:
    words = {"line": "word", "text": "words", "day": "2026-10-01"}
    amounts = _HASHES | _STAY | amounts
    first = {one.name: one.choices[0][0] for one in step.fields if one.choices}
    if step.name == "change":  # one value that the nomination did not say
        return {"programme": "another"}
    return {one.name: amounts.get(one.name, first.get(one.name, words.get(one.kind, ""))) for one in step.fields}


_walked: dict[str, dict[str, Instance]] = {}


def _walk(process: Process) -> dict[str, Instance]:
    """One instance in each state; found once."""
    if process.name not in _walked:
        _walked[process.name] = _find(process)
    return _walked[process.name]


def _leads_nowhere(step: Step) -> bool:
    """A correction in place, which opens no further way: with it there are too many ways to walk."""
    return step.source == (step.to,) and not step.main and "correction" in step.guards


def _trodden(now: Instance) -> object:
    """What decides how it may go on."""
    if now.process not in OF_MANY:
        return (now.state, frozenset(one.step for one in now.standing))
    began = [
        next((one.party for one in reversed(now.standing) if one.step in steps), "") for steps in (PROPOSING, ASKING)
    ]
    return (now.state, cleared(now.standing), *began)


def _find(process: Process) -> dict[str, Instance]:
    """One instance in each state, found by taking every step that is offered, breadth first."""
    empty = Instance(process, "kz:1")
    parties = {party.name: prefix for party, prefix in zip(process.parties, _NODES, strict=False)}
    found: dict[str, Instance] = {"": empty}
    ahead = [empty]
    been: set[object] = set()  # the same steps in another order lead to nothing new
    while ahead:
        now = ahead.pop(0)
        for party, step in [(side, one) for side in parties for one in offered(now, side) if not _leads_nowhere(one)]:
            for amounts in _FORMS:
                sides = {} if now.standing else parties
                taken = Taken(
                    process=process.name, instance="kz:1", step=step.name, party=party, previous=now.head, by="kz:p",
                    home=parties[party], form=_form(step, amounts), parties=sides, nodes=sides, subject="" if now.standing else "kz:p",
                ).sealed()  # fmt: skip
                further = replay(process, "kz:1", (*now.standing, taken))
                if further.head == taken.hash and len(further.standing) <= _LONGEST.get(process.name, 8):
                    check(now, taken)
                    found.setdefault(further.state, further)
                    trodden = _trodden(further)
                    if trodden not in been:
                        been.add(trodden)
                        ahead.append(further)
                    break
    return found


@pytest.mark.parametrize("process", PROCESSES, ids=lambda process: process.name)
def test_the_declaration_is_sound(process: Process) -> None:
    assert faults_of(process) == ()


@pytest.mark.parametrize("process", PROCESSES, ids=lambda process: process.name)
def test_every_state_is_reached_and_every_end_is_declared(process: Process) -> None:
    found = _walk(process)
    assert found.keys() - {""} == {state.name for state in process.states}
    for state, instance in found.items():
        anybody = itertools.chain.from_iterable(offered(instance, party.name) for party in process.parties)
        assert instance.ended == (not list(anybody)), state


@pytest.mark.parametrize("process", PROCESSES, ids=lambda process: process.name)
def test_replay_from_nothing_gives_the_same_instance(process: Process) -> None:
    for instance in _walk(process).values():
        again = replay(process, instance.id, reversed(instance.standing))
        assert (again.state, again.standing, again.head) == (instance.state, instance.standing, instance.head)


@pytest.mark.parametrize("process", PROCESSES, ids=lambda process: process.name)
def test_of_every_race_the_arbiters_step_stands(process: Process) -> None:
    races = 0
    for name, now in _walk(process).items():
        arbiter = process.state(name).arbiter
        sides = {party.name: offered(now, party.name) for party in process.parties}
        if not name or len([1 for steps in sides.values() if steps]) < 2:
            continue
        taken = {
            party: [_taken(process, now, party, step, amounts) for step in steps for amounts in _FORMS]
            for party, steps in sides.items()
        }
        for one, other in (
            pair for two in itertools.combinations(taken.values(), 2) for pair in itertools.product(*two)
        ):
            both = replay(process, now.id, (*now.standing, other, one))
            assert both == replay(process, now.id, (one, other, *now.standing))
            allowed = [t for t in (one, other) if replay(process, now.id, (*now.standing, t)).head == t.hash]
            races += len(allowed) == 2
            of_arbiter = [t for t in allowed if t.party == arbiter]
            wanted = min((of_arbiter or allowed), key=lambda t: t.hash, default=None)  # of two others the lower hash
            assert both.head == (wanted.hash if wanted else now.head)
    assert races > 0


def _taken(process: Process, now: Instance, party: str, step: Step, amounts: dict[str, str]) -> Taken:
    return Taken(
        process=process.name, instance=now.id, step=step.name, party=party, previous=now.head, by="kz:p",
        home=now.nodes[party], form=_form(step, amounts),
    ).sealed()  # fmt: skip
