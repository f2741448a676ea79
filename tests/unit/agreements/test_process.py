"""An agreement from the first proposal to its end, step by step, and what each step means for its life."""

from datetime import date
from typing import Any

import pytest

from jointlab.agreements.events import Life
from jointlab.agreements.happening import happened
from jointlab.agreements.life import Standing, State, clause_counts, standing
from jointlab.agreements.process import AGREEMENT
from jointlab.errors import Fault
from jointlab.processes import Instance, Taken, Verdict, check, offered, replay
from tests.unit.agreements.made_agreement import KZ, NJ, clause, made, places, read

SIDES = {"first": "kz", "second": "nj"}
PARTIES = {"first": KZ, "second": NJ}
VERSION = read(made(places(), clause("8", "condition", party=KZ)))
OLD = "e" * 64
PAPER = {
    "version": VERSION.hash,
    "scan": "5" * 64,
    "signed_on": "2026-08-20",
    "signatory": "Rector",
    "mandate": "Charter",
}

Line = tuple[str, str, dict[str, str]]
_PROPOSED: tuple[Line, ...] = (("first", "propose", {"version": VERSION.hash}),)
_CLEARED: tuple[Line, ...] = (
    *_PROPOSED, ("second", "agree_second", {"version": VERSION.hash}), ("first", "clear_first", {}),
    ("second", "clear_second", {}),
)  # fmt: skip
_SIGNED: tuple[Line, ...] = (
    *_CLEARED,
    ("first", "attest", PAPER),
    ("second", "confirm", PAPER | {"signed_on": "2026-08-25"}),
)


def _next(now: Instance, party: str, step: str, form: dict[str, str]) -> Taken:
    sides: Any = {} if now.standing else SIDES
    return Taken(
        process=AGREEMENT.name, instance="kz:1", step=step, party=party, previous=now.head, by=f"{SIDES[party]}:p", home=SIDES[party],
        form=form, parties=sides, nodes=sides,
    ).sealed()  # fmt: skip


def _after(*lines: Line) -> Instance:
    """The case after these steps, each of which must be allowed."""
    now = Instance(AGREEMENT, "kz:1")
    for party, step, form in lines:
        taken = _next(now, party, step, form)
        check(now, taken)
        now = replay(AGREEMENT, "kz:1", (*now.standing, taken))
        assert now.verdicts[taken.hash] is Verdict.STANDS
    return now


def _refused(now: Instance, party: str, step: str, form: dict[str, str]) -> str:
    with pytest.raises(Fault) as caught:
        check(now, _next(now, party, step, form))
    return caught.value.code


def _life(*lines: Line) -> Life:
    """As if each step had been recorded a day after the one before, from 1 August 2026."""
    now = _after(*lines)
    recorded = {taken.hash: date(2026, 8, 1 + number) for number, taken in enumerate(now.standing)}
    return Life(VERSION, happened(now, parties=PARTIES, recorded=recorded))


def _on(life: Life, day: str) -> Standing:
    return standing(life, date.fromisoformat(day))


def test_from_proposal_to_force() -> None:
    assert [_after(*_SIGNED[:n]).state for n in range(1, 7)] == [
        "with_second",
        "frozen",
        "frozen",
        "frozen",
        "attested",
        "signed",
    ]
    assert _on(_life(*_SIGNED), "2027-01-01").state is State.CONDITIONS
    met: Line = ("second", "fulfil", {"clause": "8", "on": "2026-10-01", "ground": "order 5"})
    life = _life(*_SIGNED, met)
    assert (_on(life, "2026-09-30").state, _on(life, "2026-10-01").state) == (State.CONDITIONS, State.IN_FORCE)


MET: Line = ("first", "fulfil", {"clause": "8", "on": "2026-08-26", "ground": "order 5"})


def test_texts_go_to_and_fro_and_the_reader_holds_the_pen() -> None:
    now = _after(("first", "propose", {"version": OLD}), ("first", "remark_second", {"words": "see clause 2", "clause": "2"}),
                 ("second", "counter_second", {"version": VERSION.hash, "why": "six places"}))  # fmt: skip
    assert now.state == "with_first"
    assert _refused(now, "second", "agree_first", {"version": VERSION.hash}) == "process.party"
    assert _refused(now, "first", "agree_first", {"version": OLD}) == "agreement.other_version"
    assert _refused(now, "first", "counter_first", {"version": "five", "why": "x"}) == "agreement.hash"


def test_a_text_replaced_while_the_other_agrees_is_overtaken() -> None:
    now = _after(*_PROPOSED)
    agrees = _next(now, "second", "agree_second", {"version": VERSION.hash})
    replaces = _next(now, "first", "revise_first", {"version": OLD})
    both = replay(AGREEMENT, "kz:1", (replaces, agrees, *now.standing))
    assert both.state == "frozen"
    assert both.verdicts[replaces.hash] is Verdict.OVERTAKEN


def test_nothing_is_signed_before_both_houses_have_cleared_it() -> None:
    half = _after(*_CLEARED[:3])
    assert _refused(half, "first", "attest", PAPER) == "agreement.not_cleared"
    assert "attest" not in {step.name for step in offered(half, "first")}
    assert _refused(half, "first", "clear_first", {}) == "agreement.cleared"
    reopened = (
        *_CLEARED,
        ("second", "reopen_second", {"why": "a slip"}),
        ("second", "agree_second", {"version": VERSION.hash}),
    )
    assert _refused(_after(*reopened), "first", "attest", PAPER) == "agreement.not_cleared", (
        "cleared again after it was opened"
    )


@pytest.mark.parametrize(
    ("code", "changed"),
    [
        ("agreement.other_version", {"version": OLD}), ("process.file", {"scan": "a picture"}), ("agreement.mandate", {"mandate_until": "2026-08-19"}),
        ("process.empty", {"mandate": " "}), ("process.day", {"signed_on": "20.08.2026"}),
    ],
)  # fmt: skip
def test_a_signature_needs_the_version_a_scan_and_a_mandate_of_that_day(code: str, changed: dict[str, str]) -> None:
    assert _refused(_after(*_CLEARED), "first", "attest", PAPER | changed) == code
    assert _after(*_CLEARED, ("first", "attest", PAPER | {"mandate_until": "2026-08-20"})).state == "attested"


@pytest.mark.parametrize(
    ("lines", "state"),
    [
        ((*_PROPOSED, ("second", "reject_second", {"why": "no"})), "rejected"),
        ((*_CLEARED, ("second", "withdraw", {"why": "no"})), "withdrawn"),
        ((*_CLEARED, ("first", "attest", PAPER), ("first", "take_back", {"why": "no"})), "withdrawn"),
        ((*_CLEARED, ("first", "attest", PAPER), ("second", "reject_second", {"why": "no"})), "rejected"),
    ],
)  # fmt: skip
def test_what_is_given_up_never_comes_into_force(lines: tuple[Line, ...], state: str) -> None:
    assert _after(*lines).state == state
    assert _on(_life(*lines), "2030-01-01").state is State.WITHDRAWN


def test_after_both_have_signed_nobody_withdraws_alone() -> None:
    assert _refused(_after(*_SIGNED), "first", "withdraw", {"why": "no"}) == "process.state"


def _asked(what: str, **form: str) -> tuple[Line, ...]:
    return (*_SIGNED, MET, ("first", "ask_first", {"what": what, "why": "so"} | form))


def _granted(what: str, **form: str) -> tuple[Line, ...]:
    return (*_asked(what, **form), ("second", "grant_second", {}))


def test_what_one_asks_counts_when_the_other_agrees() -> None:
    assert _on(_life(*_asked("extend", last="2035-08-31")), "2034-01-01").state is State.EXPIRED
    assert _on(_life(*_granted("extend", last="2035-08-31")), "2034-01-01").state is State.IN_FORCE
    assert _on(_life(*_granted("terminate", last="2027-12-31")), "2028-01-01").state is State.RUN_OFF
    declined = (*_asked("terminate", last="2027-12-31"), ("second", "decline_second", {"why": "no"}))
    assert _on(_life(*declined), "2028-01-01").state is State.IN_FORCE


def test_a_clause_is_suspended_and_resumed() -> None:
    suspended = _granted("suspend", clause="2", first="2027-01-01")
    life = _life(*suspended)
    assert not clause_counts(life, "2", date(2030, 1, 1), new=True)
    again = (
        *suspended,
        ("second", "ask_second", {"what": "resume", "clause": "2", "first": "2028-01-01", "why": "so"}),
        ("first", "grant_first", {}),
    )
    life = _life(*again)
    assert [
        clause_counts(life, "2", date(*day), new=True) for day in ((2026, 12, 31), (2027, 12, 31), (2028, 1, 1))
    ] == [True, False, True]
    whole = _life(*_granted("suspend", first="2027-01-01", last="2027-06-30"))
    assert [_on(whole, day).state for day in ("2027-06-30", "2027-07-01")] == [State.SUSPENDED, State.IN_FORCE]


def test_notice_is_given_by_one_alone() -> None:
    life = _life(*_SIGNED, MET, ("second", "notice", {"on": "2027-01-15", "why": "money"}))
    assert [_on(life, day).state for day in ("2027-07-15", "2027-07-16")] == [State.IN_FORCE, State.RUN_OFF]
    assert _on(life, "2027-03-01").under_notice


@pytest.mark.parametrize(
    ("code", "step", "form"),
    [
        ("process.choice", "ask_first", {"what": "double", "why": "x"}), ("process.empty", "ask_first", {"what": "extend", "why": "x"}),
        ("process.empty", "ask_first", {"what": "resume", "why": "x", "last": "2027-01-01"}),
        ("agreement.days", "ask_first", {"what": "suspend", "why": "x", "first": "2027-01-02", "last": "2027-01-01"}),
        ("agreement.days", "notice", {"on": "2027-01-02", "last": "2027-01-01", "why": "x"}),
    ],
)  # fmt: skip
def test_what_cannot_be_meant_is_refused(code: str, step: str, form: dict[str, str]) -> None:
    assert _refused(_after(*_SIGNED), "first", step, form) == code


def test_what_was_recorded_is_known_from_its_day() -> None:
    life = _life(*_SIGNED, MET)
    known = standing(life, date(2027, 1, 1), known_on=date(2026, 8, 5))
    assert (known.state, known.waits_for) == (State.PARTLY_SIGNED, (NJ,))
