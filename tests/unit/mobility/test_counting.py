"""What a stay takes of a clause's places, and the lines of the count that follow from where it stands."""

from datetime import date
from fractions import Fraction
from typing import Any

import pytest

from jointlab.agreements.clauses import Clause
from jointlab.agreements.places import Act, Count, Held, Rules
from jointlab.mobility.counting import lines, wanted
from jointlab.mobility.deadlines import ahead, deadlines_of, due
from jointlab.mobility.fitting import Stay, amounts, faults_of, months
from jointlab.processes import Instance
from tests.unit.agreements.made_agreement import KZ, NJ, made, places, read
from tests.unit.mobility.made_case import taken, until, walked

YEAR = "2026/2027"


def clause_of(**terms: Any) -> Clause:
    found = read(made(places(**terms))).clause("2")
    assert found is not None
    return found


def _acts(count: Count, now: Instance, clause: Clause) -> list[tuple[Act, str]]:
    found = lines(count, now.id, wanted(now, clause, source=KZ, target=NJ), by=NJ)
    return [(entry.act, str(entry.amount)) for entry in found.entries]


def _stay(**changed: Any) -> Stay:
    usual: dict[str, Any] = {
        "source": KZ, "target": NJ, "level": "bachelor", "activity": "study", "first": date(2027, 2, 22), "last": date(2027, 7, 9),
    }  # fmt: skip
    return Stay(**(usual | changed))


def test_a_place_follows_the_case() -> None:
    clause, count = clause_of(), Count(Rules.of(clause_of()))
    assert _acts(count, until("nominate"), clause) == [(Act.RESERVE, "1")]
    assert _acts(count, until("nominate"), clause) == [], "done twice it writes nothing"
    assert _acts(count, until("admit"), clause) == [(Act.COMMIT, "1")]
    assert _acts(count, until("sign_receiving"), clause) == []
    assert _acts(count, until("arrive"), clause) == [(Act.USE, "1")]
    assert _acts(count, until("close"), clause) == []
    assert count.of_case("kz:1", YEAR) == Held(used=Fraction(1))


def test_what_is_learnt_late_is_counted_at_once() -> None:
    count = Count(Rules.of(clause_of()))
    assert _acts(count, until("arrive"), clause_of()) == [(Act.RESERVE, "1"), (Act.COMMIT, "1"), (Act.USE, "1")]


@pytest.mark.parametrize(
    ("last", "way_out"),
    [("nominate", "refuse"), ("nominate", "withdraw"), ("admit", "cancel"), ("sign_receiving", "step_down")],
)
def test_a_way_out_gives_the_place_back(last: str, way_out: str) -> None:
    clause, count = clause_of(), Count(Rules.of(clause_of()))
    _acts(count, until(last), clause)
    assert _acts(count, taken(until(last), way_out), clause) == [(Act.RELEASE, "1")]
    assert count.left(YEAR) == 5


@pytest.mark.parametrize(("rule", "acts"), [("given-back", [(Act.RELEASE, "1")]), ("used", [(Act.USE, "1")])])
def test_who_did_not_come_costs_what_the_clause_says(rule: str, acts: list[tuple[Act, str]]) -> None:
    clause, count = clause_of(no_show=rule), Count(Rules.of(clause_of()))
    _acts(count, until("sign_receiving"), clause)
    assert _acts(count, taken(until("sign_receiving"), "no_show"), clause) == acts


def test_an_arrival_that_was_overtaken_has_used_nothing() -> None:
    """The sending side withdrew at the same moment; what stood at the counting node for a while is undone."""
    clause = clause_of()
    count = Count(Rules.of(clause))
    _acts(count, until("arrive"), clause)
    assert count.used(YEAR) == 1
    assert _acts(count, taken(until("sign_receiving"), "withdraw"), clause) == [(Act.RELEASE, "1")]
    assert [count.used(YEAR), count.left(YEAR)] == [0, 5]


def test_without_a_place_left_a_case_takes_none_and_the_clause_is_named() -> None:
    clause = clause_of(limit=1)
    count = Count(Rules.of(clause))
    _acts(count, until("nominate"), clause)
    other = walked("nominate", id="kz:2")
    found = lines(count, other.id, wanted(other, clause, source=KZ, target=NJ), by=NJ)
    assert found.entries == ()
    assert found.fault is not None
    assert (found.fault.code, found.fault.facts["clause"]) == ("places.none_left", "2")


def test_a_changed_stay_moves_to_the_other_year_or_keeps_its_place() -> None:
    clause = clause_of(stay_counts="in-the-year-it-ends")
    count = Count(Rules.of(clause))
    _acts(count, until("admit"), clause)
    later = taken(until("admit"), "change", first="2027-08-01", last="2027-09-30")
    assert _acts(count, later, clause) == [(Act.RELEASE, "1"), (Act.RESERVE, "1")]
    assert [count.taken(year) for year in (YEAR, "2027/2028")] == [0, 1]


def test_a_stay_over_two_years_counts_in_both_by_its_days() -> None:
    clause = clause_of(stay_counts="by-days")
    found = amounts(clause, _stay(first=date(2027, 8, 2), last=date(2027, 9, 30)))
    assert found == {YEAR: Fraction(1, 2), "2027/2028": Fraction(1, 2)}


def test_one_year_without_a_place_takes_none_in_the_other() -> None:
    clause = clause_of(stay_counts="by-days", limit="0.6")
    count = Count(Rules.of(clause))
    first = walked("nominate", id="kz:1", first={"first": "2027-09-01", "last": "2028-01-01"})
    _acts(count, first, clause_of(stay_counts="by-days", limit="0.6"))
    two = walked("nominate", id="kz:2", first={"first": "2027-08-02", "last": "2027-09-30"})
    assert _acts(count, two, clause) == [(Act.RESERVE, "1/2"), (Act.RESERVE, "1/2")]
    three = walked("nominate", id="kz:3", first={"first": "2027-08-02", "last": "2027-09-30"})
    assert _acts(count, three, clause) == []


def test_an_early_return_gives_back_what_the_clause_lets() -> None:
    for rule, left in (("given-back", {"month": 2}), ("used", {"month": 5})):
        clause = clause_of(unit="month", limit=20, early_return=rule)
        count = Count(Rules.of(clause))
        _acts(count, until("arrive"), clause)
        _acts(count, taken(until("arrive"), "depart", on="2027-04-10"), clause)
        assert count.used(YEAR) == left["month"]


def test_weights_and_units() -> None:
    assert amounts(clause_of(), _stay(weight="semester")) == {YEAR: Fraction(1, 2)}
    assert amounts(clause_of(unit="month"), _stay()) == {YEAR: Fraction(5)}
    assert amounts(clause_of(unit="day"), _stay()) == {YEAR: Fraction(138)}
    assert [months(date(2026, 9, 1), last) for last in (date(2026, 9, 30), date(2026, 10, 1), date(2027, 2, 28))] == [
        1,
        2,
        6,
    ]


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({}, ""), ({"level": "staff"}, "mobility.level"), ({"activity": "teaching"}, "mobility.activity"),
        ({"source": NJ, "target": KZ}, "mobility.way"), ({"last": date(2027, 8, 22)}, "mobility.too_long"),
        ({"last": date(2027, 8, 21)}, ""), ({"last": date(2027, 3, 20)}, "mobility.too_short"), ({"last": date(2027, 3, 21)}, ""),
        ({"weight": "decade"}, "mobility.weight"), ({"weight": "year"}, ""),
    ],
)  # fmt: skip
def test_a_stay_that_does_not_fit_is_told_the_clause(changed: dict[str, Any], code: str) -> None:
    faults = faults_of(clause_of(), _stay(**changed))
    assert [fault.code for fault in faults] == [code] * bool(code)
    assert all(fault.facts["clause"] == "2" for fault in faults)


def test_a_pool_serves_both_ways() -> None:
    assert faults_of(clause_of(pool="together"), _stay(source=NJ, target=KZ)) == ()


def test_deadlines_follow_the_days_that_the_case_names() -> None:
    assert {last: due(until(last)) for last in ("nominate", "admit", "sign_receiving", "arrive", "depart", "transcript", "recognise", "close")} == {
        "nominate": date(2026, 12, 24), "admit": date(2027, 1, 23), "sign_receiving": date(2027, 2, 27), "arrive": date(2027, 7, 14),
        "depart": date(2027, 8, 13), "transcript": date(2027, 8, 24), "recognise": date(2027, 8, 15), "close": None,
    }  # fmt: skip
    assert due(until("depart")) == date(2027, 7, 9) + (date(2027, 2, 5) - date(2027, 1, 1)), (
        "five weeks after the departure"
    )
    assert len(deadlines_of(until("close"))) == 7
    assert [one.title for one in ahead(until("arrive"))] == ["Departure confirmed"]
    assert ahead(until("close")) == ()
