"""A text cannot go beyond the one above it."""

from datetime import date
from typing import Any

import pytest

from jointlab.agreements.parents import Sibling, exceeding
from jointlab.agreements.versions import Version
from tests.unit.agreements.made_agreement import (
    KZ,
    NJ,
    below,
    clause,
    duration,
    framework,
    head,
    places,
    sharing,
    words,
)

FRAME = framework(places("2", limit=5), sharing("4"), clause("5", "free"))


def _codes(child: Version, parent: Version = FRAME, siblings: tuple[Sibling, ...] = ()) -> list[str]:
    return [fault.code for fault in exceeding(child, parent, siblings)]


def test_what_stays_within_is_sound() -> None:
    child = below(FRAME, places("3", under="2", limit="4.5", levels=["doctoral"], months_most=3, months_least=2, carry_over=0),
                  sharing("4", under="4", embargo=24, data=["samples"], since="2027-01-01"), clause("5", "visits", **{
                      "from": KZ, "to": NJ, "limit": 99, "unit": "visit", "period": "calendar-year"}))  # fmt: skip
    assert _codes(child) == []


@pytest.mark.parametrize(
    ("number", "terms"),
    [
        ("2", {"limit": 6}), ("2", {"limit": "5.5"}), ("2", {"months_most": 7}), ("2", {"months_most": None}), ("2", {"months_least": 0}),
        ("2", {"months_least": None}), ("2", {"levels": ["doctoral", "master"]}), ("2", {"unit": "month"}), ("2", {"from": NJ, "to": KZ}),
        ("2", {"carry_over": 3}), ("2", {"year_begins": "10-01"}), ("2", {"pool": "together"}),
        ("4", {"embargo": 11}), ("4", {"to": "public"}), ("4", {"data": ["files"]}), ("4", {"projects": None}),
        ("4", {"projects": ["almaty:p2"]}), ("4", {"since": "2026-08-31"}), ("4", {"since": None}), ("4", {"after_end": "kept"}),
    ],
)  # fmt: skip
def test_what_goes_beyond_names_both_clauses(number: str, terms: dict[str, Any]) -> None:
    make = places if number == "2" else sharing
    faults = exceeding(below(FRAME, make("7", under=number, **terms)), FRAME)
    assert {fault.code for fault in faults} == {"agreement.exceeds"}
    assert all((fault.facts["clause"], fault.facts["above"]) == ("7", number) for fault in faults)
    assert len(faults) == len({"from", "to"} & terms.keys() or {1})


def test_a_clause_says_under_which_it_stands() -> None:
    assert _codes(below(FRAME, places("3"))) == ["agreement.under_which"]
    assert _codes(below(FRAME, places("3", under="4"))) == ["agreement.under_which"]
    assert _codes(below(FRAME, clause("3", "free", under="5"))) == ["agreement.under_which"]


def test_a_silent_framework_limits_nothing() -> None:
    silent = framework()
    assert _codes(below(silent, places("3", limit=1000)), silent) == []


def test_its_end_may_not_come_after_the_parents_unless_it_runs_on() -> None:
    longer = duration(ends="2031-09-01")
    assert _codes(below(FRAME, longer)) == ["agreement.outlives"]
    assert _codes(below(FRAME, longer, on_end="runs-on")) == []
    open_end = below(FRAME, duration(ends=None))
    assert _codes(open_end) == [], "without a last day it falls on the parent's"


def test_a_stranger_may_not_sign_below_but_an_enterprise_where_the_parent_admits_them() -> None:
    firm = {"id": "firm-1", "role": "enterprise", "names": words("Firm")}
    three = [*head()["parties"], firm]
    assert _codes(below(FRAME, parties=three)) == ["agreement.stranger"]
    admitting = framework(
        clause("6", "enterprises", admission="all-parties", sees="own-project", contract="all-parties")
    )
    assert _codes(below(admitting, parties=three), admitting) == []
    assert _codes(below(admitting, parties=[*head()["parties"], firm | {"role": "institution"}]), admitting) == [
        "agreement.stranger"
    ]


def test_it_stands_under_that_version_and_no_other() -> None:
    other = framework(places("2", limit=9))
    assert "agreement.other_parent" in _codes(below(other, places("3", under="2", limit=8)))


def _sibling(limit: int, first: str | None, last: str | None, name: str = "almaty:other") -> Sibling:
    version = below(FRAME, places("3", under="2", limit=limit), agreement=name)
    return Sibling(version, date.fromisoformat(first) if first else None, date.fromisoformat(last) if last else None)


def test_all_texts_below_share_what_the_parent_grants() -> None:
    child = below(FRAME, places("3", under="2", limit=3))
    assert _codes(child, FRAME, (_sibling(2, None, None),)) == []
    assert _codes(child, FRAME, (_sibling(3, None, None),)) == ["agreement.exceeds_together"]
    assert _codes(child, FRAME, (_sibling(3, "2020-01-01", "2026-08-31"),)) == [], "it ended the day before"
    assert _codes(child, FRAME, (_sibling(3, "2020-01-01", "2026-09-01"),)) == ["agreement.exceeds_together"]
    in_turn = (_sibling(2, None, "2027-12-31"), _sibling(2, "2028-01-01", None, "almaty:third"))
    assert _codes(child, FRAME, in_turn) == [], "the two are never in force together"
    assert _codes(child, FRAME, (_sibling(5, None, None, "almaty:lab"),)) == [], "an earlier version of its own"


def test_two_clauses_of_one_text_share_too() -> None:
    assert _codes(below(FRAME, places("3", under="2", limit=3), places("4", under="2", limit=3))) == [
        "agreement.exceeds_together"
    ]
