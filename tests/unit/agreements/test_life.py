"""In force on day D: signed, conditions, suspension, extension, notice, end, run-off, amendment, the agreement above."""

from datetime import date, timedelta

import pytest

from jointlab.agreements.events import (
    Event,
    Extension,
    Fulfilment,
    Life,
    Notice,
    Signature,
    Suspension,
    Termination,
    Withdrawal,
)
from jointlab.agreements.life import Standing, State, clause_counts, months_after, standing
from tests.unit.agreements.made_agreement import KZ, NJ, below, clause, duration, framework, made, places, read


def day(text: str) -> date:
    return date.fromisoformat(text)


def signed(first: str = "2026-08-01", last: str = "2026-08-10") -> tuple[Signature, Signature]:
    return Signature(KZ, day(first), day(first)), Signature(NJ, day(last), day(last))


VERSION = read(made(places()))  # 2026-09-01 to 2031-08-31, notice of 6 months, 24 months of run-off


def at(on: str, *events: Event, life: Life | None = None) -> Standing:
    return standing(life or Life(VERSION, events), day(on))


def test_a_life_without_surprises() -> None:
    line = {
        "2026-07-31": State.UNSIGNED, "2026-08-01": State.PARTLY_SIGNED, "2026-08-10": State.NOT_YET, "2026-08-31": State.NOT_YET,
        "2026-09-01": State.IN_FORCE, "2031-08-31": State.IN_FORCE, "2031-09-01": State.RUN_OFF, "2033-08-31": State.RUN_OFF,
        "2033-09-01": State.EXPIRED,
    }  # fmt: skip
    assert {on: at(on, *signed()).state for on in line} == line
    now = at("2027-01-01", *signed())
    assert (now.first, now.last, now.run_off_last) == (day("2026-09-01"), day("2031-08-31"), day("2033-08-31"))
    assert at("2026-08-05", *signed()).waits_for == (NJ,)


def test_new_cases_need_force_and_running_ones_may_run_off() -> None:
    life = Life(VERSION, signed())
    for on, new, running in (
        ("2026-08-31", False, False),
        ("2030-01-01", True, True),
        ("2032-01-01", False, True),
        ("2034-01-01", False, False),
    ):
        assert (clause_counts(life, "2", day(on), new=True), clause_counts(life, "2", day(on), new=False)) == (
            new,
            running,
        )
    assert not clause_counts(life, "77", day("2030-01-01"), new=True)


def test_signed_late_it_begins_with_the_last_signature() -> None:
    assert at("2026-10-05", *signed(last="2026-10-06")).state is State.PARTLY_SIGNED
    now = at("2026-10-06", *signed(last="2026-10-06"))
    assert (now.state, now.first, now.back_dated) == (State.IN_FORCE, day("2026-10-06"), False)


def test_back_dated_only_by_a_clause_of_its_own_and_shown_so() -> None:
    version = read(made(duration(begins=None), clause("9", "earlier-effect", since="2026-09-01")))
    life = Life(version, signed(last="2026-10-06"))
    now = standing(life, day("2026-09-15"))
    assert (now.state, now.first, now.back_dated) == (State.IN_FORCE, day("2026-09-01"), True)
    assert standing(life, day("2026-09-15"), known_on=day("2026-10-05")).state is State.PARTLY_SIGNED, (
        "nobody could know it then"
    )


def test_not_signed_in_time_it_lapses_for_good() -> None:
    version = read(made(duration(sign_by="2026-09-30")))
    assert standing(Life(version, signed(last="2026-10-01")), day("2026-09-30")).state is State.PARTLY_SIGNED
    late = standing(Life(version, signed(last="2026-10-01")), day("2026-10-02"))
    assert (late.state, late.waits_for, late.clauses) == (State.LAPSED, (NJ,), ("1",))
    assert standing(Life(version, signed(last="2026-09-30")), day("2026-10-02")).state is State.IN_FORCE


def test_withdrawn_before_the_other_signed_but_not_afterwards() -> None:
    withdrawn = Withdrawal(day("2026-08-05"), day("2026-08-05"))
    assert at("2026-08-05", *signed(), withdrawn).state is State.WITHDRAWN
    assert at("2027-01-01", *signed(), Withdrawal(day("2026-08-20"), day("2026-08-20"))).state is State.IN_FORCE


def test_a_condition_precedent_holds_it_up() -> None:
    version = read(made(clause("8", "condition", party=KZ)))
    waiting = standing(Life(version, signed()), day("2027-01-01"))
    assert (waiting.state, waiting.waits_for) == (State.CONDITIONS, ("8",))
    life = Life(version, (*signed(), Fulfilment("8", day("2027-02-01"), day("2027-02-03"))))
    assert standing(life, day("2027-01-31")).state is State.CONDITIONS
    assert standing(life, day("2027-02-01")).state is State.IN_FORCE
    assert standing(life, day("2027-02-01"), known_on=day("2027-02-02")).state is State.CONDITIONS


def test_a_suspended_clause_does_not_count_while_the_others_do() -> None:
    pause = Suspension(day("2027-01-01"), day("2026-12-01"), day("2027-03-31"), clause="2")
    life = Life(VERSION, (*signed(), pause))
    assert [clause_counts(life, "2", day(on), new=False) for on in ("2026-12-31", "2027-01-01", "2027-03-31", "2027-04-01")] == [True, False, False, True]  # fmt: skip
    assert clause_counts(life, "1", day("2027-02-01"), new=True)
    assert (standing(life, day("2027-02-01")).state, standing(life, day("2027-02-01")).suspended) == (
        State.IN_FORCE,
        ("2",),
    )
    whole = Life(VERSION, (*signed(), Suspension(day("2027-01-01"), day("2026-12-01"))))
    assert standing(whole, day("2030-01-01")).state is State.SUSPENDED
    assert not clause_counts(whole, "2", day("2030-01-01"), new=False)


def test_an_extension_counts_when_it_was_agreed_before_the_end() -> None:
    in_time = Extension(day("2034-08-31"), day("2031-08-31"), day("2031-09-05"))
    assert at("2034-08-31", *signed(), in_time).state is State.IN_FORCE
    too_late = Extension(day("2034-08-31"), day("2031-09-01"), day("2031-09-05"))
    assert at("2033-12-01", *signed(), too_late).state is State.EXPIRED
    again = Extension(day("2036-08-31"), day("2034-01-01"), day("2034-01-01"))
    assert at("2036-01-01", *signed(), again, in_time).state is State.IN_FORCE
    assert at("2036-01-01", *signed(), again).state is State.EXPIRED


def test_notice_ends_after_its_months() -> None:
    notice = Notice(NJ, day("2028-08-31"), day("2028-09-02"))
    assert at("2028-12-01", *signed(), notice).under_notice
    assert not at("2028-08-30", *signed(), notice).under_notice
    assert at("2029-02-28", *signed(), notice).state is State.IN_FORCE
    gone = at("2029-03-01", *signed(), notice)
    assert (gone.state, gone.clauses, gone.run_off_last) == (State.RUN_OFF, ("1",), day("2031-02-28"))
    assert at("2031-03-01", *signed(), notice).state is State.TERMINATED
    later = Notice(NJ, day("2028-08-31"), day("2028-09-02"), last=day("2029-06-30"))
    assert at("2029-06-30", *signed(), later).state is State.IN_FORCE
    too_soon = Notice(NJ, day("2028-08-31"), day("2028-09-02"), last=day("2028-10-01"))
    assert at("2029-02-28", *signed(), too_soon).state is State.IN_FORCE, "the clause's months hold"


def test_notice_takes_effect_on_the_day_of_the_year_that_the_clause_names() -> None:
    version = read(made(duration(notice=12, notice_day="09-01")))
    life = Life(version, (*signed(), Notice(KZ, day("2027-09-01"), day("2027-09-01"))))
    assert standing(life, day("2027-10-01")).last == day("2028-09-01")
    life = Life(version, (*signed(), Notice(KZ, day("2027-09-02"), day("2027-09-02"))))
    assert standing(life, day("2027-10-01")).last == day("2029-09-01")


def test_the_earliest_end_counts_and_none_reaches_back() -> None:
    ended = Termination(day("2028-01-31"), day("2028-01-10"), day("2028-01-12"))
    assert at("2028-02-01", *signed(), ended, Notice(KZ, day("2027-12-31"), day("2028-01-01"))).last == day(
        "2028-01-31"
    )
    back = Termination(day("2027-01-31"), day("2028-01-10"), day("2028-01-12"))
    assert at("2027-06-01", *signed(), back).state is State.IN_FORCE, "what was in force stays so"
    assert at("2028-01-11", *signed(), back).state is State.RUN_OFF


def test_over_before_it_could_begin() -> None:
    assert at("2032-01-01", *signed(last="2031-12-01")).state is State.EXPIRED
    assert at("2031-12-15", *signed(last="2031-12-01")).first is None


def _amended(cases: str) -> Life:
    second = read(
        made(
            duration(begins="2028-01-01"),
            places(limit=8),
            number=2,
            amends={"version": VERSION.hash, "cases": cases},
        )
    )
    return Life(VERSION, signed(), successor=Life(second, signed("2027-11-01", "2027-12-01")))


def test_a_later_version_takes_over_and_running_cases_stay_under_theirs() -> None:
    life = _amended("new")
    assert life.successor is not None
    assert standing(life, day("2027-12-31")).state is State.IN_FORCE
    assert standing(life.successor, day("2027-12-31")).state is State.NOT_YET
    assert (standing(life, day("2028-01-01")).state, standing(life.successor, day("2028-01-01")).state) == (
        State.RUN_OFF,
        State.IN_FORCE,
    )
    assert standing(life, day("2033-08-31")).state is State.RUN_OFF, "as long as the agreement itself"
    assert standing(life, day("2033-09-01")).state is State.SUPERSEDED
    assert standing(life, day("2028-06-01"), known_on=day("2027-11-30")).state is State.IN_FORCE


def test_an_amendment_for_running_cases_too_leaves_none_under_the_old_text() -> None:
    assert standing(_amended("running-too"), day("2028-01-01")).state is State.SUPERSEDED


def test_an_amendment_that_is_not_signed_changes_nothing() -> None:
    life = _amended("new")
    assert life.successor is not None
    open_ = Life(VERSION, signed(), successor=Life(life.successor.version, signed("2027-11-01")[:1]))
    assert standing(open_, day("2030-01-01")).state is State.IN_FORCE


def test_what_is_amended_on_its_first_day_keeps_the_cases_of_that_day() -> None:
    second = read(
        made(duration(begins="2026-09-01"), places(limit=9), number=2, amends={"version": VERSION.hash, "cases": "new"})
    )
    life = Life(VERSION, signed(), successor=Life(second, signed("2026-09-01", "2026-09-01")))
    for on, new, running in (("2026-09-01", False, True), ("2033-08-31", False, True), ("2033-09-01", False, False)):
        assert (clause_counts(life, "2", day(on), new=True), clause_counts(life, "2", day(on), new=False)) == (
            new,
            running,
        ), on
    assert at("2026-09-01", life=life).first == day("2026-09-01"), "what stands below it has its first day"


@pytest.mark.parametrize("since", ["0001-01-01", "0001-01-02"])
@pytest.mark.parametrize("cases", ["new", "running-too"])
def test_an_amendment_that_counts_from_the_first_day_there_is(since: str, cases: str) -> None:
    """There is no day before it, on which the older text could have ended."""
    second = read(made(duration(begins=None), places(), clause("9", "earlier-effect", since=since), number=2,
                       amends={"version": VERSION.hash, "cases": cases}))  # fmt: skip
    life = Life(VERSION, signed(), successor=Life(second, signed("2027-11-01", "2027-12-01")))
    assert life.successor is not None
    for on in ("0001-01-01", "2026-09-01", "2028-01-01", "9999-12-31"):
        assert not standing(life, day(on)).new_cases
    assert standing(life, day("2028-01-01")).state is State.SUPERSEDED
    assert standing(life.successor, day("2028-01-01")).state is State.IN_FORCE
    third = read(made(duration(begins=None), clause("9", "earlier-effect", since="0001-01-01"), number=3,
                      amends={"version": second.hash, "cases": cases}))  # fmt: skip
    after = Life(second, signed(), successor=Life(third, signed()))
    assert not standing(after, day("2028-01-01")).new_cases


def _family(on_end: str, parent_events: tuple[Event, ...] = (), successor: Life | None = None) -> Life:
    frame = framework(duration(begins="2026-01-01", ends="2028-12-31", run_off=0))
    child = below(frame, duration(ends=None), on_end=on_end)
    return Life(
        child, signed(), parent=Life(frame, (*signed("2026-01-01", "2026-01-01"), *parent_events), successor=successor)
    )


def test_it_falls_with_the_agreement_above_only_where_its_clause_says_so() -> None:
    assert standing(_family("falls"), day("2028-12-31")).state is State.IN_FORCE
    fallen = standing(_family("falls"), day("2029-01-01"))
    assert (fallen.state, fallen.clauses) == (State.RUN_OFF, ("99",))
    assert standing(_family("falls"), day("2031-01-01")).state is State.FELL
    assert standing(_family("runs-on"), day("2031-01-01")).state is State.IN_FORCE


def test_it_does_not_begin_before_the_agreement_above() -> None:
    life = _family("falls")
    assert life.parent is not None
    unsigned = Life(life.version, life.events, parent=Life(life.parent.version))
    assert standing(unsigned, day("2027-01-01")).state is State.NOT_YET
    late = Life(life.version, life.events, parent=Life(life.parent.version, signed("2026-11-01", "2026-11-01")))
    assert standing(late, day("2027-01-01")).first == day("2026-11-01")


def test_an_amendment_above_that_lasts_longer_carries_the_text_below() -> None:
    frame = framework(duration(begins="2026-01-01", ends="2028-12-31", run_off=0))
    second = read(made(duration(begins="2028-01-01", ends="2035-12-31"), number=2, agreement="almaty:frame", rank="framework",
                       amends={"version": frame.hash, "cases": "new"}))  # fmt: skip
    life = _family("falls", successor=Life(second, signed("2027-11-01", "2027-12-01")))
    assert standing(life, day("2035-12-31")).state is State.IN_FORCE
    assert standing(life, day("2036-01-01")).state is State.RUN_OFF


@pytest.mark.parametrize(
    ("first", "months", "last"),
    [
        ("2027-08-31", 6, "2028-02-29"),
        ("2026-12-15", 1, "2027-01-15"),
        ("2026-03-31", 0, "2026-03-31"),
        ("9999-01-01", 24, "9999-12-31"),
        ("0001-01-01", -6, "0001-01-01"),
    ],
)
def test_months_end_on_the_same_day_or_the_last(first: str, months: int, last: str) -> None:
    assert months_after(day(first), months) == day(last)


def test_every_day_has_one_state_and_force_is_one_stretch() -> None:
    life = Life(VERSION, (*signed(), Notice(KZ, day("2028-01-01"), day("2028-01-01"))))
    states = [standing(life, day("2026-07-01") + timedelta(n)).state for n in range(2000)]
    order = list(dict.fromkeys(states))
    assert order == [
        State.UNSIGNED,
        State.PARTLY_SIGNED,
        State.NOT_YET,
        State.IN_FORCE,
        State.RUN_OFF,
        State.TERMINATED,
    ]
    assert sorted(states, key=order.index) == states
