"""Places: which period, what a case holds, what is left, and what is refused."""

from datetime import date
from fractions import Fraction
from typing import Any

import pytest

from jointlab.agreements.periods import Share, period_of, shares
from jointlab.agreements.places import Act, Count, Entry, Held, Rules, balance, recount, refusal, weight
from jointlab.errors import BadInput, Conflict, Fault, NotAllowed
from tests.unit.agreements.made_agreement import KZ, NJ, made, places, read


def _clause(**terms: Any):  # type: ignore[no-untyped-def]
    found = read(made(places(**terms))).clause("2")
    assert found is not None
    return found


RULES = Rules.of(
    _clause()
)  # 5 a year, counted by the receiving side, 2 carried over, an early return gives nothing back
YEAR, NEXT = "2026/2027", "2027/2028"


def _count(*lines: tuple[Any, ...], rules: Rules = RULES) -> Count:
    """A count after lines of (act, case, amount[, period])."""
    count = Count(rules)
    for act, case, amount, *rest in lines:
        count.add(Entry(len(count.entries) + 1, act, rest[0] if rest else YEAR, Fraction(amount), case), by=NJ)
    return count


def _refused(count: Count, act: Act, case: str, amount: str | int, period: str = YEAR, source: str = "") -> str:
    fault = refusal(count, Entry(len(count.entries) + 1, act, period, Fraction(amount), case, source), by=NJ)
    return fault.code if fault else ""


def _plain(*amounts: Fraction) -> str:
    return " ".join(map(str, amounts))


def test_a_place_goes_from_nomination_to_arrival() -> None:
    count = _count((Act.RESERVE, "a", 1), (Act.COMMIT, "a", 1), (Act.USE, "a", 1), (Act.RESERVE, "b", 1))
    assert (count.of_case("a", YEAR), count.of_case("b", YEAR)) == (Held(used=Fraction(1)), Held(reserved=Fraction(1)))
    assert (
        _plain(count.limit(YEAR), count.taken(YEAR), count.used(YEAR), count.left(YEAR), count.left(NEXT))
        == "5 2 1 3 5"
    )


def test_what_is_given_back_is_free_again() -> None:
    count = _count((Act.RESERVE, "a", 3), (Act.COMMIT, "a", 1), (Act.RELEASE, "a", 1))
    assert count.of_case("a", YEAR) == Held(Fraction(1), Fraction(1))
    assert count.left(YEAR) == 3
    assert _refused(count, Act.RELEASE, "a", 3) == "places.not_held"


def test_what_was_used_may_be_given_back_and_no_more() -> None:
    count = _count((Act.RESERVE, "a", 2), (Act.COMMIT, "a", 2), (Act.USE, "a", 2), (Act.RELEASE, "a", 1))
    assert _plain(count.left(YEAR), count.used(YEAR)) == "4 1"
    assert _refused(count, Act.RELEASE, "a", 2) == "places.not_held"


def test_the_last_place_is_the_last() -> None:
    count = _count((Act.RESERVE, "a", "9/2"))
    assert _refused(count, Act.RESERVE, "b", 1) == "places.none_left"
    fault = refusal(count, Entry(2, Act.RESERVE, YEAR, Fraction(1), "b"), by=NJ)
    assert fault is not None
    assert fault.message == "Clause 2 allows 5 in 2026/2027; 9/2 are taken, 1/2 are left, 1 were asked for."
    assert _refused(count, Act.RESERVE, "b", "1/2") == ""


@pytest.mark.parametrize(
    ("code", "act", "case", "amount"),
    [
        ("places.not_held", Act.COMMIT, "a", 2), ("places.not_held", Act.USE, "a", 1), ("places.not_held", Act.COMMIT, "z", 1),
        ("places.twice", Act.RESERVE, "a", 1), ("places.no_case", Act.EXTRA, "z", 1), ("places.none_left", Act.EXTRA, "a", 5),
        ("places.line", Act.RESERVE, "", 1), ("places.line", Act.RESERVE, "b", 0), ("places.line", Act.RELEASE, "a", -1),
        ("places.line", Act.ADJUST, "a", 1), ("places.line", Act.ADJUST, "", 0),
    ],
)  # fmt: skip
def test_what_may_not_follow_is_refused(code: str, act: Act, case: str, amount: int) -> None:
    assert _refused(_count((Act.RESERVE, "a", 1)), act, case, amount) == code


def test_an_extension_counts_in_the_year_in_which_it_falls() -> None:
    count = _count(
        (Act.RESERVE, "a", 1),
        (Act.COMMIT, "a", 1),
        (Act.USE, "a", 1),
        (Act.EXTRA, "a", "1/2", NEXT),
        (Act.USE, "a", "1/2", NEXT),
    )
    assert _plain(count.used(YEAR), count.used(NEXT)) == "1 1/2"


def test_an_amendment_may_take_away_more_than_is_free_but_nothing_is_added_then() -> None:
    count = _count((Act.RESERVE, "a", 4), (Act.ADJUST, "", -2))
    assert _plain(count.limit(YEAR), count.left(YEAR)) == "3 -1"
    assert _refused(count, Act.RESERVE, "b", "1/100") == "places.none_left"
    assert _refused(count, Act.COMMIT, "a", 4) == "", "what is held stays"


def test_unused_places_are_carried_over_as_far_as_the_clause_goes() -> None:
    count = _count((Act.RESERVE, "a", 4))
    assert _refused(count, Act.ADJUST, "", 2, NEXT, YEAR) == "places.carry_over", "one is left"
    count.add(Entry(2, Act.ADJUST, NEXT, Fraction(1), source=YEAR), by=NJ)
    assert _plain(count.left(YEAR), count.left(NEXT), count.carried(YEAR)) == "0 6 1"
    assert _refused(count, Act.RESERVE, "b", 1) == "places.none_left"
    empty = _count()
    assert _refused(empty, Act.ADJUST, "", 3, NEXT, YEAR) == "places.carry_over", "at most two"
    assert _refused(empty, Act.ADJUST, "", -1, NEXT, YEAR) == "places.line"


def test_only_the_counting_side_writes() -> None:
    entry = Entry(1, Act.RESERVE, YEAR, Fraction(1), "a")
    fault = refusal(Count(RULES), entry, by=KZ)
    assert isinstance(fault, NotAllowed)
    assert fault.facts["party"] == NJ
    assert Rules.of(_clause(counted_by=KZ)).counted_by == KZ
    assert isinstance(refusal(_count((Act.RESERVE, "a", 1)), entry, by=NJ), Conflict)


def test_a_recount_needs_every_line_once() -> None:
    entries = _count((Act.RESERVE, "a", 1), (Act.COMMIT, "a", 1), (Act.USE, "a", 1)).entries
    assert recount(RULES, [*reversed(entries), entries[0]], by=NJ) == _count(
        (Act.RESERVE, "a", 1), (Act.COMMIT, "a", 1), (Act.USE, "a", 1)
    )
    for wrong, code in (
        (entries[1:], "places.gap"),
        ([*entries, Entry(3, Act.RELEASE, YEAR, Fraction(1), "a")], "places.two_lines"),
    ):
        with pytest.raises(Fault) as caught:
            recount(RULES, wrong, by=NJ)
        assert caught.value.code == code


def test_weights_and_the_balance_of_two_directions() -> None:
    clause = _clause()
    assert _plain(weight(clause, "semester"), weight(clause, "year"), weight(clause, "else")) == "1/2 1 1"
    there = _count(*((act, case, "1/2") for case in "ab" for act in (Act.RESERVE, Act.COMMIT, Act.USE)))
    back = _count((Act.RESERVE, "c", 1), (Act.COMMIT, "c", 1), (Act.USE, "c", 1), (Act.RESERVE, "d", 1))
    assert balance(there, back, YEAR) == 0, "two of one semester are one of a year"


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        ("in-the-year-it-begins", (Share("2026/2027", Fraction(1)),)), ("in-the-year-it-ends", (Share("2027/2028", Fraction(1)),)),
        ("by-days", (Share("2026/2027", Fraction(31, 40)), Share("2027/2028", Fraction(9, 40)))),
    ],
)  # fmt: skip
def test_the_clause_says_in_which_year_a_stay_counts(rule: str, expected: tuple[Share, ...]) -> None:
    assert shares(_clause(stay_counts=rule), first=date(2027, 8, 1), last=date(2027, 9, 9)) == expected


def test_calendar_years_and_the_whole_term() -> None:
    assert period_of(_clause(period="calendar-year", year_begins=None), date(2027, 1, 1)) == "2027"
    assert period_of(_clause(period="whole-term", year_begins=None), date(2027, 1, 1)) == "whole-term"
    assert [period_of(_clause(), date(2027, 8, 31)), period_of(_clause(), date(2027, 9, 1))] == [
        "2026/2027",
        "2027/2028",
    ]


@pytest.mark.parametrize(
    ("first", "last", "code"),
    [("2027-01-02", "2027-01-01", "agreement.reversed"), ("2000-01-01", "2027-01-01", "agreement.too_long")],
)
def test_a_stay_that_cannot_be_is_refused(first: str, last: str, code: str) -> None:
    with pytest.raises(BadInput) as caught:
        shares(_clause(), first=date.fromisoformat(first), last=date.fromisoformat(last))
    assert caught.value.code == code
