"""The rule for many records at once says of each what the decision for one says."""

import itertools
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from jointlab.agreements.events import Life, Signature, Suspension, Termination
from jointlab.agreements.life import months_after
from jointlab.agreements.rule import EVER, Rule, Subject, day_at, ever_signed, judge, key_of, rule_at, windows
from jointlab.agreements.sharing import Thing, decide, sharing_on, stays
from tests.unit.agreements.made_agreement import KZ, NJ, duration, made, read, sharing

FIRST = date(2026, 8, 1)
BOTH = (Signature(KZ, FIRST, FIRST), Signature(NJ, FIRST, FIRST))
_ZONES = ("Asia/Almaty", "Asia/Shanghai", "America/Havana", "Pacific/Apia")
_PROJECTS = ("almaty:p1", "almaty:p2", "")
_DATA = ("samples", "measurements", "files")
_days = st.dates(date(2026, 7, 1), date(2033, 1, 1))
_moments = st.datetimes(datetime(2026, 1, 1), datetime(2033, 1, 1)).map(lambda at: at.replace(tzinfo=UTC))


def _some(*values: str) -> st.SearchStrategy[list[str]]:
    return st.lists(st.sampled_from(values), min_size=1, unique=True)


@st.composite
def _clauses(draw: Any) -> dict[str, Any]:
    return {
        "from": draw(_some(KZ, NJ)), "to": draw(st.sampled_from(("parties", "public"))), "data": draw(_some(*_DATA)),
        "projects": draw(_some("almaty:p1", "almaty:p2") | st.none()), "embargo": draw(st.sampled_from((0, 1, 6, 12))),
        "project_kinds": draw(_some("fundamental", "applied") | st.none()), "after_end": draw(st.sampled_from(("withheld", "kept"))),
        "since": draw(_days.map(str) | st.none()),
    }  # fmt: skip


@st.composite
def _lives(draw: Any) -> Life:
    clauses = [
        {name: value for name, value in draw(_clauses()).items() if value is not None}
        for _ in range(draw(st.integers(1, 3)))
    ]
    texts = [sharing(f"4.{number}", **terms) for number, terms in enumerate(clauses, 1)]
    for text, terms in zip(texts, clauses, strict=True):
        text["terms"] = terms
    events: list[Any] = list(BOTH) if draw(st.booleans() | st.just(value=True)) else [BOTH[0]]
    if draw(st.booleans()):
        on = draw(_days)
        events.append(Suspension(on, on, last=on + timedelta(200), clause=draw(st.sampled_from(("", "4.1")))))
    if draw(st.booleans()):
        on = draw(_days)
        events.append(Termination(on, on, on))
    version = read(
        made(duration(begins=str(FIRST), ends="2031-08-31"), *texts, zone=draw(st.sampled_from(_ZONES)))
    )  # fmt: skip
    return Life(version, tuple(events))


def _subjects() -> st.SearchStrategy[Subject]:
    return st.builds(
        Subject, st.sampled_from((KZ, NJ)), st.sampled_from(_PROJECTS), st.sampled_from(("fundamental", "applied", "contract")),
        st.sampled_from(_DATA), restricted=st.booleans(), patent_hold=st.booleans(),
        on_hold=st.booleans(),
    )  # fmt: skip


@settings(deadline=None, max_examples=150)
@given(st.lists(_lives(), max_size=3), _moments, _subjects(), st.lists(_moments, min_size=1, max_size=20))
def test_what_windows_say_is_what_is_decided_for_each(
    lives: list[Life], now: datetime, subject: Subject, recorded: list[datetime]
) -> None:
    rule = rule_at(lives, now)
    found = windows(rule, subject, to=(NJ,))
    assert found[0].start == EVER
    assert found[-1].end is None
    edges = [window.start for window in found[1:]]
    assert all(one.end == other.start for one, other in itertools.pairwise(found))
    for at in (*recorded, *edges, *(edge - timedelta(seconds=1) for edge in edges)):
        (window,) = (one for one in found if one.start <= at and (one.end is None or at < one.end))
        alone = judge(rule, subject, at, to=(NJ,))
        assert (window.ruling.allowed, window.ruling.keeps) == (alone.allowed, alone.keeps), at
        _as_decided(lives, now, subject, at, allowed=alone.allowed, kept=alone.keeps is not None)


def _as_decided(lives: list[Life], now: datetime, subject: Subject, at: datetime, *, allowed: bool, kept: bool) -> None:
    """The pure decision, agreement by agreement; what it does not know is a project that is restricted or missing."""
    goes, remains = False, False
    for life in lives:
        zone = ZoneInfo(life.version.head.zone)
        if not ever_signed([life], now):
            continue
        day, reaches = day_at(now, zone), sharing_on([life], day_at(now, zone))
        thing = Thing(
            subject.party, subject.project, subject.project_kind, subject.data, day_at(at, zone), held=subject.patent_hold or subject.on_hold,
        )  # fmt: skip
        if subject.restricted:
            reaches = type(reaches)(tuple(one for one in reaches.listed if subject.project in one.projects))
        goes = goes or decide(reaches, thing, to=NJ, day=day).allowed
        remains = remains or stays(reaches, thing, to=NJ)
    assert allowed == (goes and bool(subject.project))
    assert kept == (remains and bool(subject.project))


@settings(deadline=None, max_examples=100)
@given(st.lists(_lives(), max_size=2), _moments, _subjects(), _subjects(), _moments)
def test_one_key_one_ruling(
    lives: list[Life], now: datetime, one: Subject, other: Subject, at: datetime
) -> None:  # fmt: skip
    rule = rule_at(lives, now)
    if key_of(rule, one) == key_of(rule, other):
        rulings = [judge(rule, subject, at, to=(NJ,)) for subject in (one, other)]
        assert rulings[0].allowed == rulings[1].allowed
        assert rulings[0].keeps == rulings[1].keeps


def _rule(day: str, **terms: Any) -> Rule:
    return rule_at([Life(read(made(sharing(**terms))), BOTH)], datetime.fromisoformat(f"{day}T12:00+05:00"))


def test_each_reason_names_the_clause_that_comes_nearest() -> None:
    rule, at = _rule("2028-09-01"), datetime(2027, 1, 1, tzinfo=UTC)
    subject = Subject(KZ, "almaty:p1", "applied", "samples")
    cases = {
        "": subject,
        "no-project": Subject(KZ, "", "applied", "samples"),
        "project": Subject(KZ, "almaty:p2", "applied", "samples"),
        "project-kind": Subject(KZ, "almaty:p1", "contract", "samples"),
        "data": Subject(KZ, "almaty:p1", "applied", "notes"),
        "giver": Subject("third", "almaty:p1", "applied", "samples"),
        "patent": Subject(KZ, "almaty:p1", "applied", "samples", patent_hold=True),
        "hold": Subject(KZ, "almaty:p1", "applied", "samples", on_hold=True),
    }
    for reason, asked in cases.items():
        found = judge(rule, asked, at, to=(NJ,))
        assert found.reason == reason
        assert reason == "no-project" or (found.reach is not None and found.reach.clause == "4")
    assert judge(rule, subject, datetime(2026, 1, 1, tzinfo=UTC), to=(NJ,)).reason == "since"
    assert judge(_rule("2027-09-01"), subject, at, to=(NJ,)).opens == date(2028, 1, 1)
    assert judge(_rule("2032-01-01"), subject, at, to=(NJ,)).reason == "not-in-force"
    assert judge(Rule(), subject, at, to=(NJ,)).reason == "none"


def test_a_restricted_project_goes_only_when_a_clause_names_it() -> None:
    at = datetime(2027, 1, 1, tzinfo=UTC)
    asked = Subject(KZ, "almaty:p1", "applied", "samples", restricted=True)
    assert judge(_rule("2028-09-01"), asked, at, to=(NJ,)).allowed
    found = judge(_rule("2028-09-01", projects=None), asked, at, to=(NJ,))
    assert found.reason == "restricted"


def test_midnight_is_that_of_the_agreement() -> None:
    """Clause 4 opens after twelve months: on 1 January 2028 in Almaty, which begins at 19:00 of the day before in Greenwich."""
    subject, at = Subject(KZ, "almaty:p1", "applied", "samples"), datetime(2026, 12, 31, 20, tzinfo=UTC)
    life = Life(read(made(sharing())), BOTH)
    before, after = datetime(2027, 12, 31, 18, 59, tzinfo=UTC), datetime(2027, 12, 31, 19, tzinfo=UTC)
    assert [judge(rule_at([life], now), subject, at, to=(NJ,)).allowed for now in (before, after)] == [False, True]
    assert months_after(date(2027, 1, 1), 12) == date(2028, 1, 1)
