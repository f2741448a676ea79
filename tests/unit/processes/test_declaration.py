"""What is wrong with a declaration is found."""

from dataclasses import replace

import pytest

from jointlab.processes import Field, Party, Process, State, Step, faults_of
from tests.unit.processes.made_process import LOAN


def _with_step(**changes: object) -> Process:
    return replace(LOAN, steps=(*LOAN.steps[:-1], replace(LOAN.steps[-1], **changes)))  # type: ignore[arg-type]


def _with_state(**changes: object) -> Process:
    return replace(LOAN, states=(replace(LOAN.states[0], **changes), *LOAN.states[1:]))  # type: ignore[arg-type]


def test_a_sound_one_has_no_faults() -> None:
    assert faults_of(LOAN) == ()


@pytest.mark.parametrize(
    ("process", "fault"),
    [
        (_with_step(who=("thief",)), "return: there is no party thief"),
        (_with_step(to="moon"), "return: there is no state moon"),
        (_with_step(guards=("dog",)), "return: there is no guard dog"),
        (_with_step(evidence=("seal",)), "return: the evidence seal is no field"),
        (_with_step(fields=(Field("x", "X", "colour"),)), "return: colour is no kind of field"),
        (_with_step(fields=(Field("x", "X"), Field("x", "X"))), "return: the field x stands twice"),
        (_with_step(name="ask"), "the step ask stands twice"),
        (_with_step(source=("off",)), "off is an end, but return leads on"),
        (_with_step(source=("asked",)), "lent waits for asker, who has no main step there"),
        (_with_step(to="lent"), "back is never reached"),
        (_with_step(to=""), "return: a step needs a party, a state to come from and one to go to"),
        (_with_state(arbiter=""), "asked: both sides may act, and nobody is the arbiter"),
        (_with_state(arbiter="judge"), "asked: there is no party judge"),
        (replace(LOAN, parties=(*LOAN.parties, Party("giver", "again"))), "the party giver stands twice"),
        (replace(LOAN, states=(*LOAN.states, State("pit", "Pit"))), "from pit no end is reached"),
        (replace(LOAN, steps=(*LOAN.steps, Step("x", "X", "X", ("asker",), ("asked",), "pit")),
                 states=(*LOAN.states, State("pit", "Pit"))), "from pit no end is reached"),
    ],
)  # fmt: skip
def test_a_fault_is_named(process: Process, fault: str) -> None:
    assert fault in faults_of(process)
