"""Of rival steps the one stands from which most others have gone on; a step that its taker may never take is no voice."""

from jointlab.agreements.of_many import AGREEMENTS
from jointlab.processes import Taken, replay

SIDES = {"first": "nj", "second": "uz", "third": "ru", "fourth": "kz"}
TEXT = "a" * 64
PAPER = {"version": TEXT, "scan": "5" * 64, "signed_on": "2026-08-20", "signatory": "Rector", "mandate": "Charter"}
PROCESS = AGREEMENTS[4]


def _taken(party: str, step: str, previous: str, form: dict[str, str]) -> Taken:
    from jointlab.cases.records import CaseStepRecord

    sides = {} if previous else SIDES
    record = CaseStepRecord(
        process=PROCESS.name, instance="nj:1", step=step, party=party, by=f"{SIDES[party]}:p", previous=previous, form=form, parties=sides, nodes=sides
    )  # fmt: skip
    return record.taken(home=SIDES[party])


def test_a_false_step_is_no_voice_whenever_it_came() -> None:
    steps: list[Taken] = []
    for party, step in (("first", "propose"), ("second", "accept_second"), ("third", "accept_third"), ("fourth", "agree_fourth")):  # fmt: skip
        steps.append(_taken(party, step, steps[-1].hash if steps else "", {"version": TEXT}))
    for party in SIDES:
        steps.append(_taken(party, f"clear_{party}", steps[-1].hash, {}))
    head = steps[-1].hash
    attested = _taken("first", "attest", head, PAPER)
    reopened = _taken("second", "reopen_second", head, {"why": "x"})
    false = _taken("third", "attest_second", reopened.hash, PAPER)  # no step of the third's
    without = replay(PROCESS, "nj:1", [*steps, attested, reopened])
    assert without.state == "attested"
    assert replay(PROCESS, "nj:1", [false, *steps, attested, reopened]).state == without.state
