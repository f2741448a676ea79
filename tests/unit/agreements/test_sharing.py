"""The clause is the rule: what goes to whom on which day, and by which clause it does not."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from jointlab.agreements.events import Event, Life, Signature, Suspension, Termination
from jointlab.agreements.sharing import ENTERPRISES, PUBLIC, Decision, Thing, decide, sharing_on, stays
from tests.unit.agreements.made_agreement import KZ, NJ, duration, made, read, sharing

BEGIN = date(2026, 8, 1)
SIGNED = (Signature(KZ, BEGIN, BEGIN), Signature(NJ, BEGIN, BEGIN))
THING = Thing(party=KZ, project="almaty:p1", project_kind="applied", data="measurements", recorded=date(2027, 3, 31))
OPEN = date(2028, 3, 31)  # twelve months later


def _life(*events: Event, **terms: Any) -> Life:
    """In force from 1 September 2026 to 31 August 2031; clause 4 shares after twelve months."""
    return Life(read(made(sharing(**terms))), (*SIGNED, *events))


def _decided(thing: Thing = THING, *, to: str = NJ, day: date = OPEN, lives: tuple[Life, ...] = ()) -> Decision:
    return decide(sharing_on(lives or (_life(),), day), thing, to=to, day=day)


def test_a_record_goes_by_its_clause() -> None:
    found = _decided()
    assert found.allowed
    assert found.reach is not None
    assert (found.reach.clause, found.reach.agreement, found.reach.version) == ("4", "almaty:lab", _life().version.hash)


@pytest.mark.parametrize(
    "other",
    [
        {"project": "almaty:p2"}, {"project_kind": "contract"}, {"data": "files"}, {"recorded": date(2026, 8, 31)}, {"party": "third"},
    ],
)  # fmt: skip
def test_what_no_clause_covers_stays(other: dict[str, Any]) -> None:
    found = _decided(replace(THING, **other))
    assert found.refusal is not None
    assert found.refusal.code == "sharing.none"


def test_an_embargo_ends_on_its_day() -> None:
    early = _decided(day=OPEN - timedelta(1))
    assert early.refusal is not None
    assert (early.refusal.code, early.opens) == ("sharing.embargo", OPEN)
    assert early.refusal.message == "Clause 4 of almaty:lab keeps it back for 12 months, until 2028-03-31."
    assert _decided(day=OPEN).allowed


def test_a_hold_stops_even_the_end_of_an_embargo() -> None:
    held = _decided(replace(THING, held=True), day=OPEN + timedelta(500))
    assert held.refusal is not None
    assert held.refusal.code == "sharing.held"


@pytest.mark.parametrize(
    ("width", "told"), [("parties", [NJ]), ("enterprises", [NJ, ENTERPRISES]), ("public", [NJ, ENTERPRISES, PUBLIC])]
)
def test_the_clause_says_how_wide(width: str, told: list[str]) -> None:
    lives = (_life(to=width),)
    assert [to for to in (NJ, ENTERPRISES, PUBLIC, "stranger", KZ) if _decided(to=to, lives=lives).allowed] == told


@pytest.mark.parametrize("day", [date(2026, 8, 31), date(2031, 9, 1), date(2040, 1, 1)])
def test_only_what_is_in_force_opens(day: date) -> None:
    found = _decided(replace(THING, recorded=date(2026, 9, 1)), day=day, lives=(_life(embargo=0),))
    assert found.refusal is not None
    assert (found.refusal.code, found.refusal.facts["clause"]) == ("sharing.not_in_force", "4")


def test_a_suspended_clause_opens_nothing_and_takes_nothing_back() -> None:
    reaches = sharing_on([_life(Suspension(date(2028, 1, 1), BEGIN, clause="4"))], OPEN)
    found = decide(reaches, THING, to=NJ, day=OPEN)
    assert found.refusal is not None
    assert found.refusal.code == "sharing.not_in_force"
    assert stays(reaches, THING, to=NJ)


@pytest.mark.parametrize(("after_end", "kept"), [("withheld", False), ("kept", True)])
def test_what_was_shared_is_withheld_after_the_end_or_kept_as_the_clause_says(after_end: str, kept: bool) -> None:
    ended = Termination(date(2029, 1, 31), date(2029, 1, 1), date(2029, 1, 1))
    life = _life(ended, after_end=after_end)
    assert stays(sharing_on([life], date(2029, 1, 31)), THING, to=NJ)
    assert stays(sharing_on([life], date(2029, 2, 1)), THING, to=NJ) is kept
    assert not stays(sharing_on([life], date(2029, 2, 1)), replace(THING, project="almaty:p2"), to=NJ), "it never was"


def test_the_clause_that_opens_first_decides_and_another_agreement_may_go_on() -> None:
    other = Life(read(made(duration(ends="2040-12-31"), sharing("7", embargo=6), agreement="almaty:other")), SIGNED)
    both = (_life(), other)
    found = _decided(day=date(2027, 9, 29), lives=both)
    assert (found.opens, found.reach and found.reach.clause) == (date(2027, 9, 30), "7")
    assert _decided(day=date(2035, 1, 1), lives=both).allowed
    assert stays(sharing_on(both, date(2035, 1, 1)), THING, to=NJ)


def test_every_node_names_the_same_clause() -> None:
    other = Life(read(made(sharing("7"), agreement="almaty:other")), SIGNED)
    one, two = (sharing_on(lives, OPEN) for lives in ((_life(), other), (other, _life())))
    assert one == two
    assert decide(one, THING, to=NJ, day=OPEN) == decide(two, THING, to=NJ, day=OPEN)
