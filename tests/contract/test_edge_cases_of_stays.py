"""The edge cases of cooperation that happen to a stay, one test each: what docs/reference/edge-cases.md says of them."""

from datetime import date
from fractions import Fraction
from typing import Any

import pytest

from jointlab.agreements.clauses import Clause
from jointlab.agreements.events import Life, Notice, Signature
from jointlab.agreements.life import State, clause_counts, standing
from jointlab.agreements.places import Act, Count, Entry, Rules
from jointlab.errors import Fault
from jointlab.mobility.counting import Hold, Wanted, lines
from jointlab.mobility.fitting import Stay, amounts, faults_of
from jointlab.mobility.process import APPROVED, MINOR, MOBILITY, ORDER, facts_of, signed_by, step_of_change
from jointlab.processes import Instance, check
from jointlab.processes.process import REAPPROVE
from tests.unit.agreements.made_agreement import KZ, NJ, duration, made, places, read
from tests.unit.mobility.made_case import WAY, step, taken, until, walked

YEAR, NEXT = "2026/2027", "2027/2028"
SIGNED = tuple(Signature(party, date(2026, 8, 1), date(2026, 8, 1)) for party in (KZ, NJ))
OLD = read(made(places()))  # from 1 September 2026 to 31 August 2031, 24 months of run-off


def _code(now: Instance, name: str, **form: str) -> str:
    with pytest.raises(Fault) as caught:
        check(now, step(now, name, **form))
    return caught.value.code


def _clause(**terms: Any) -> Clause:
    found = read(made(places(**terms))).clause("2")
    assert found is not None
    return found


def _stay(last: date, **changed: Any) -> Stay:
    usual: dict[str, Any] = {
        "source": KZ, "target": NJ, "level": "bachelor", "activity": "study", "first": date(2027, 3, 1), "last": last,
    }  # fmt: skip
    return Stay(**(usual | changed))


@pytest.mark.parametrize(("cases", "goes_on"), [("new", True), ("running-too", False)])
def test_amendment_during_a_stay(cases: str, goes_on: bool) -> None:
    """A stay names the version under which it began, for good; the amendment says whether that text still counts for it."""
    amended = read(made(duration(begins="2028-01-01"), places(limit=8), number=2, amends={"version": OLD.hash, "cases": cases}))  # fmt: skip
    new = Life(amended, SIGNED)
    old = Life(OLD, SIGNED, successor=new)
    on = date(2028, 2, 1)
    assert clause_counts(old, "2", on, new=False) is goes_on
    assert (clause_counts(old, "2", on, new=True), clause_counts(new, "2", on, new=True)) == (False, True)
    stay = walked(*WAY[:7], first={"agreement": OLD.hash})
    for name in (one.name for one in MOBILITY.steps if "abroad" in one.source or one.name == "change"):
        declared = MOBILITY.step(name)
        assert declared is not None
        assert not {"agreement", "clause"} & {one.name for one in declared.fields}, (
            "no step moves a stay to another text"
        )
    assert _code(stay, "correct_abroad", agreement=amended.hash) == "process.field"
    assert stay.standing[0].form["agreement"] == OLD.hash


def test_agreement_ends_mid_stay() -> None:
    """After the end nobody is nominated; whoever is there may finish until the last day of the run-off, which is a term."""
    life = Life(OLD, (*SIGNED, Notice(NJ, date(2027, 1, 15), date(2027, 1, 15))))  # six months: until 15 July 2027
    first, last = date(2027, 3, 1), date(2027, 12, 20)
    assert standing(life, first).state is State.IN_FORCE
    line = [
        (clause_counts(life, "2", on, new=True), clause_counts(life, "2", on, new=False))
        for on in (date(2027, 7, 15), date(2027, 7, 16), last, date(2029, 7, 15), date(2029, 7, 16))
    ]
    assert line == [(True, True), (False, True), (False, True), (False, True), (False, False)]
    none = Life(read(made(duration(run_off=0), places())), life.events)
    assert not clause_counts(none, "2", date(2027, 7, 16), new=False), "without a run-off it ends for them too"
    count = Count(Rules.of(_clause()))
    for act in (Act.RESERVE, Act.COMMIT, Act.USE):
        count.add(Entry(len(count.entries) + 1, act, YEAR, Fraction(1), "kz:1"), by=NJ)
    assert until("depart").state == "departed", "the steps of a stay that runs ask for no new place"
    assert count.used(YEAR) == 1


@pytest.mark.parametrize("name", [one.name for one in (*APPROVED, *MINOR)])
def test_change_after_acceptance(name: str) -> None:
    """Each field says what a change of it does: what was approved is approved and signed again, anything else is not."""
    field = next(one for one in (*APPROVED, *MINOR) if one.name == name)
    value = {"level": "master", "activity": "research", "first": "2027-03-01", "last": "2027-07-01"}.get(
        name, "another"
    )
    ready = until("sign_receiving")
    wanted = step_of_change(ready, {name: value})
    now = taken(ready, wanted, **({"last": ""} | {name: value} if wanted == "change" else {name: value}))
    if field.tag == REAPPROVE:
        assert (wanted, now.state, signed_by(now)) == ("change", "nominated", ())
        assert _code(now, "arrive") == "process.state", "nobody arrives on a signature that was given to something else"
        assert _code(ready, "correct_ready", **{name: value}) == "process.field"
    else:
        assert (wanted, now.state, signed_by(now)) == ("correct_ready", "ready", signed_by(ready))
    assert facts_of(now)[name] == value
    assert step_of_change(ready, {name: facts_of(ready).get(name, "")}) == ""


def test_minor_data_change() -> None:
    """A name that was misspelt, or a new address of mail, voids no signature, at any moment of a stay, and both sides see it."""
    for upto in ("nominate", "admit", "propose", "sign_person", "sign_sending", "sign_receiving", "arrive", "depart"):
        before = until(upto)
        now = taken(before, f"correct_{before.state}", name="NURLANOVA BALZHAN", email="b@example.org")
        assert (now.state, signed_by(now)) == (before.state, signed_by(before)), upto
        assert facts_of(now)["name"] == "NURLANOVA BALZHAN"
        assert now.standing[-1].step.startswith("correct_"), "it is a signed step like any other"
    assert _code(until("admit"), "correct_admitted") == "mobility.no_correction"


def test_who_approves_first_of_a_learning_agreement() -> None:
    """The person, then the sending, then the receiving side: as the table of signers has it, and in no other order."""
    names = [one.name for one in ORDER]
    assert names == ["person", "sending", "receiving"]
    now = until("propose")
    for at, name in enumerate(names):
        for later in names[at + 1 :]:
            assert _code(now, f"sign_{later}") == "process.state"
        now = taken(now, f"sign_{name}")
        assert signed_by(now) == tuple(names[: at + 1])
    assert now.state == "ready"


def test_extension_over_year_end() -> None:
    """More months are booked in the year in which they fall; where that year has none left, nothing is taken and what was had stays."""
    clause = _clause(unit="month", limit=12, stay_counts="by-days", months_most=12)
    count, case = Count(Rules.of(clause)), "kz:1"
    short, longer = _stay(date(2027, 8, 31)), _stay(date(2027, 12, 31))
    assert not lines(count, case, Wanted(Hold.USED, amounts(clause, short)), by=NJ).fault
    assert [count.used(YEAR), count.used(NEXT)] == [6, 0]
    full = Count(Rules.of(clause))
    for entry in count.entries:
        full.add(entry, by=NJ)
    full.add(Entry(len(full.entries) + 1, Act.RESERVE, NEXT, Fraction(12), "kz:2"), by=NJ)
    refused = lines(full, case, Wanted(Hold.USED, amounts(clause, longer)), by=NJ)
    assert refused.fault is not None
    assert refused.fault.code == "places.none_left"
    assert [full.used(YEAR), full.of_case(case, NEXT).total] == [6, 0]
    assert not lines(count, case, Wanted(Hold.USED, amounts(clause, longer)), by=NJ).fault
    assert count.used(YEAR) + count.used(NEXT) == 10
    assert count.used(NEXT) == 10 * Fraction(122, 306), "September to December, by days"
    life = Life(OLD, SIGNED)
    assert [clause_counts(life, "2", on, new=True) for on in (date(2031, 8, 31), date(2031, 9, 30))] == [True, False]


def test_academic_years_with_gaps() -> None:
    """A stay that reaches into a year without places, or beyond the longest stay, is refused and the refusal names the clause."""
    clause = _clause(periods=[YEAR, "2028/2029"], stay_counts="by-days", months_most=6)
    count = Count(Rules.of(clause))
    into = lines(
        count, "kz:1", Wanted(Hold.RESERVED, amounts(clause, _stay(date(2027, 9, 9), first=date(2027, 8, 1)))), by=NJ
    )
    assert into.fault is not None
    assert (into.entries, into.fault.facts["period"], into.fault.facts["limit"]) == ((), NEXT, "0")
    assert not lines(count, "kz:1", Wanted(Hold.RESERVED, amounts(clause, _stay(date(2027, 8, 31)))), by=NJ).fault
    assert not faults_of(clause, _stay(date(2027, 8, 31)))
    assert [fault.code for fault in faults_of(clause, _stay(date(2027, 9, 1)))] == ["mobility.too_long"]
