"""The edge cases of cooperation, one test each, on the pure rooms: what happens is what docs/reference/edge-cases.md says.

Stays have theirs in test_edge_cases_of_stays.py; what needs a store stands in tests/integration/test_edge_cases_stored.py.
"""

import random
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from fractions import Fraction
from itertools import pairwise
from typing import Any

import pytest

from jointlab.agreements.clauses import Clause
from jointlab.agreements.comparing import Change, changes, head_changes
from jointlab.agreements.events import Life, Notice, Signature, Suspension, Termination
from jointlab.agreements.life import State, clause_counts, standing
from jointlab.agreements.parents import exceeding
from jointlab.agreements.places import Act, Count, Entry, Rules, balance, recount
from jointlab.agreements.process import AGREEMENT
from jointlab.agreements.versions import Version
from jointlab.errors import Fault
from jointlab.processes import Instance, Process, Taken, Verdict, check, faults_of, replay
from tests.contract.two_sides import LINKS, PAPER, SIGNED, Story, both_the_same, text
from tests.unit.agreements.made_agreement import (
    KZ,
    NJ,
    Document,
    below,
    clause,
    duration,
    framework,
    made,
    places,
    read,
)

YEAR, NEXT, AFTER = "2026/2027", "2027/2028", "2028/2029"
OLD = text(5)


def day(text: str) -> date:
    return date.fromisoformat(text)


def _signed(on: str = "2026-08-10", recorded: str = "") -> tuple[Signature, Signature]:
    return (
        Signature(KZ, day("2026-08-01"), day("2026-08-01")),
        Signature(NJ, day(on), day(recorded or on)),
    )


def _code(act: Callable[..., object], *values: Any, **named: Any) -> str:
    with pytest.raises(Fault) as caught:
        act(*values, **named)
    return caught.value.code


def _agreed(story: Story, version: Version) -> str:
    case = story.opens(story.a, version, case="1")
    story.does(story.b, case, "agree_second", version)
    return case


def test_terminating_needs_fields_the_old_one_lacked() -> None:
    """Old content is never examined again: a text that has nothing but what it must have, and one that this node cannot even
    read, are ended by the same few words.
    """
    bare = read(made(clause("1", "duration", notice=0, run_off=0)))
    assert bare.duration.terms.keys() == {"notice", "run_off"}, (
        "neither days nor a deadline: whatever may be left out is"
    )
    ended = Termination(day("2030-01-31"), day("2030-01-10"), day("2030-01-12"))
    assert standing(Life(bare, (*_signed(), ended)), day("2030-02-01")).state is State.TERMINATED
    assert standing(Life(bare, (*_signed(), Notice(KZ, day("2030-01-31"), day("2030-01-31")))), day("2030-02-01")).state is State.TERMINATED  # fmt: skip
    ways: tuple[tuple[tuple[str, str, dict[str, Any]], ...], ...] = (
        (("kz", "notice", {"on": "2030-01-31"}),),
        (("kz", "ask_first", {"what": "terminate", "last": "2030-01-31"}), ("nj", "grant_second", {})),
    )
    for steps in ways:
        story = Story("at once")
        case = _agreed(story, bare)
        story.signs(case, bare, first="kz")
        for node in story.nodes.values():
            node.texts[bare.hash] = (
                b'{"schema":"jointlab/agreement-version/0"}'  # written by rules that nobody knows any more
            )
        for side, step, form in steps:
            taken = story.does(side, case, step, **form)
        assert story.nodes["nj"].case(case).verdicts[taken.hash] is Verdict.STANDS
    pinned = "47656b988a3a41342434d436b6efa7a5b90f21973f012785b1a2a8854453d408"
    assert read(made(places())).hash == pinned, "a term that was added since changes no hash of a text without it"


@pytest.mark.parametrize("clauses", [(), (clause("9", "earlier-effect", since="2026-09-01"),)])
def test_retroactive_signature(clauses: tuple[Document, ...]) -> None:
    """The day on the paper and the day of the record are both kept; a text counts from before its signature only by a clause
    that both signed, and says so.
    """
    version = read(made(duration(begins=None), *clauses))
    one, late = _signed("2026-10-06", recorded="2026-11-20")
    now = standing(Life(version, (one, late)), day("2026-12-01"))
    assert (now.first, now.back_dated) == ((day("2026-09-01"), True) if clauses else (day("2026-10-06"), False))
    assert standing(Life(version, (one,)), day("2026-12-01")).state is State.PARTLY_SIGNED, (
        "one side cannot date back alone"
    )
    known = standing(Life(version, (one, late)), day("2026-12-01"), known_on=day("2026-11-19"))
    assert known.state is State.PARTLY_SIGNED, "what was recorded later could not be known then"
    story = Story("at once")
    case = _agreed(story, version)
    for side, step in (("kz", "clear_first"), ("nj", "clear_second")):
        story.does(side, case, step)
    written = story.day
    story.does("kz", case, "attest", version, signed_on="2026-07-01", **PAPER)
    life = story.nodes["nj"].life(case)
    assert life is not None
    assert life.events == (Signature(KZ, day("2026-07-01"), written),)


def _other_order() -> Process:
    """The agreement with the second party's signature first, by changing data alone."""
    turned = {"attest": ("second",), "take_back": ("second",), "confirm": ("first",), "reject_second": ("first",)}
    states: dict[str, dict[str, Any]] = {"attested": {"arbiter": "first", "waits": "first"}}
    return replace(
        AGREEMENT, name="agreement-turned/1",
        steps=tuple(replace(step, who=turned.get(step.name, step.who)) for step in AGREEMENT.steps),
        states=tuple(replace(state, **states.get(state.name, {})) for state in AGREEMENT.states),
    )  # fmt: skip


@pytest.mark.parametrize("turned", [False, True])
def test_who_approves_first(turned: bool) -> None:
    """The order is data of the process: turned round in the declaration, the same engine asks for the other order."""
    process = _other_order() if turned else AGREEMENT
    assert faults_of(process) == ()
    one, other = ("second", "first") if turned else ("first", "second")
    sides = {"first": "kz", "second": "nj"}
    now = Instance(process, "kz:1")

    def step(party: str, name: str, **form: str) -> Taken:
        opening: Any = {} if now.standing else {"parties": sides, "nodes": sides}
        return Taken(
            process=process.name, instance="kz:1", step=name, party=party, previous=now.head, by="p", home=sides[party], form=form,
            **opening,
        ).sealed()  # fmt: skip

    paper = PAPER | {"version": OLD.hash, "signed_on": "2026-08-01"}
    for party, name, form in (
        ("first", "propose", {"version": OLD.hash}), ("second", "agree_second", {"version": OLD.hash}),
        ("first", "clear_first", {}), ("second", "clear_second", {}), (one, "attest", paper), (other, "confirm", paper),
    ):  # fmt: skip
        if name == "attest":
            assert _code(check, now, step(other, "attest", **paper)) == "process.party"
            assert _code(check, now, step(other, "confirm", **paper)) == "process.state"
        taken = step(party, name, **form)
        check(now, taken)
        now = replay(process, "kz:1", (*now.standing, taken))
    assert now.state == SIGNED


@pytest.mark.parametrize("link", LINKS)
def test_unapprove(link: str) -> None:
    """A signature is taken back by a step, and only before the other side has acted on it; afterwards it takes both."""
    story = Story(link)
    case = _agreed(story, OLD)
    for side, step in (("kz", "clear_first"), ("nj", "clear_second")):
        story.does(side, case, step)
    story.does("kz", case, "attest", OLD, signed_on="2026-08-01", **PAPER)
    with story.apart():  # at the same moment
        story.does("kz", case, "take_back")
        story.does("nj", case, "confirm", OLD, signed_on="2026-08-01", **PAPER)
    assert both_the_same(story)[case].state == SIGNED, "of what is attested the other side is the arbiter"
    for side, step in (("kz", "take_back"), ("nj", "reject_second"), ("kz", "withdraw"), ("nj", "withdraw")):
        story.refused("process.state", side, case, step)
    story.does("nj", case, "ask_second", what="terminate", last="2027-12-31")
    story.does("kz", case, "grant_first")
    story.meet()
    assert story.nodes["nj"].in_force("2027-12-31", cases=[case]) == OLD.hash
    assert story.nodes["nj"].in_force("2028-01-01", cases=[case]) == ""
    before = Story(link)
    case = _agreed(before, OLD)
    for side, step in (("kz", "clear_first"), ("nj", "clear_second")):
        before.does(side, case, step)
    before.does("kz", case, "attest", OLD, signed_on="2026-08-01", **PAPER)
    before.does("kz", case, "take_back")
    both = both_the_same(before)[case]
    assert (both.state, [taken.step for taken in both.standing][-2:]) == ("withdrawn", ["attest", "take_back"])


def test_delete_and_recreate_under_the_same_id() -> None:
    """What was withdrawn stays readable for both, and its identifier names nothing else ever after."""
    story = Story("at once")
    case = _agreed(story, OLD)
    story.does("kz", case, "withdraw")
    steps = [taken.step for taken in story.nodes["nj"].case(case).standing]
    assert _code(story.opens, "kz", text(6), case="1") == "process.state"
    taken = story.nodes["kz"].steps
    first = next(one for one, _ in taken.values() if one.step == "propose" and one.instance == case)
    again = [replace(first, form={"version": text(6).hash, "note": str(number)}).sealed() for number in range(50)]
    forged = min(again, key=lambda one: one.hash)
    now = replay(AGREEMENT, case, (forged, *(one for one, _ in taken.values() if one.instance == case)))
    assert [one.step for one in now.standing] == steps == ["propose", "agree_second", "withdraw"]
    assert (now.state, now.verdicts[forged.hash]) == ("withdrawn", Verdict.OVERTAKEN)


def _clause(**terms: Any) -> Clause:
    found = read(made(places(**terms))).clause("2")
    assert found is not None
    return found


def test_academic_years_with_gaps_are_a_list() -> None:
    """The clause lists the periods in which it grants places; a year that is left out has none, and none is carried into it."""
    gapped = _clause(periods=[YEAR, AFTER])
    count = Count(Rules.of(gapped))
    assert [count.limit(period) for period in (YEAR, NEXT, AFTER)] == [5, 0, 5]
    fault = _fault(count, Entry(1, Act.RESERVE, NEXT, Fraction(1), "a"))
    assert fault.message == "Clause 2 allows 0 in 2027/2028; 0 are taken, 0 are left, 1 were asked for."
    assert _fault(count, Entry(1, Act.ADJUST, NEXT, Fraction(1), source=YEAR)).code == "places.carry_over"
    count.add(Entry(1, Act.ADJUST, AFTER, Fraction(1), source=YEAR), by=NJ)
    assert [count.limit(period) for period in (YEAR, NEXT, AFTER)] == [4, 0, 6]
    assert Count(Rules.of(_clause())).limit(NEXT) == 5, "without a list every year has them"
    for wrong, terms in (
        ("2027", {}), ("2026/2028", {}), ("2026/2027", {"period": "calendar-year", "year_begins": None}), ("2026", {"period": "whole-term", "year_begins": None}),
    ):  # fmt: skip
        assert _code(_clause, periods=[wrong], **terms) == "agreement.period"
    frame = framework(places(periods=[YEAR, AFTER]))
    assert not exceeding(below(frame, places("3", under="2", periods=[AFTER])), frame)
    for periods in ([YEAR, NEXT], None):
        beyond = below(frame, places("3", under="2", **({"periods": periods} if periods else {})))
        assert [fault.code for fault in exceeding(beyond, frame)] == ["agreement.exceeds"]


def _fault(count: Count, entry: Entry) -> Fault:
    with pytest.raises(Fault) as caught:
        count.add(entry, by=NJ)
    return caught.value


def test_one_agreement_vs_one_per_condition() -> None:
    """One agreement holds many clauses, and one of them is renewed or suspended without the others."""
    first = read(made(places(periods=[YEAR]), clause("3", "free"), places("5", **{"from": NJ, "to": KZ})))
    second = read(made(places(periods=[YEAR, NEXT]), clause("3", "free"), places("5", **{"from": NJ, "to": KZ}),
                       number=2, amends={"version": first.hash, "cases": "new"}))  # fmt: skip
    assert {one.number: one.change for one in changes(first, second)} == {
        "1": Change.SAME, "2": Change.CHANGED, "3": Change.SAME, "5": Change.SAME,
    }  # fmt: skip
    assert [one == other for one, other in zip(first.leaves, second.leaves, strict=True)] == [
        False,
        True,
        False,
        True,
        True,
    ]
    renewed = [Count(Rules.of(one)).limit(NEXT) for version in (first, second) for one in (version.clause("2"),) if one]
    assert renewed == [0, 5]
    paused = Suspension(day("2027-01-01"), day("2026-12-01"), day("2027-06-30"), clause="2")
    life = Life(first, (*_signed(), paused))
    assert [clause_counts(life, number, day("2027-03-01"), new=True) for number in ("2", "3", "5")] == [
        False,
        True,
        True,
    ]


def test_balance_dispute() -> None:
    """Both nodes recompute the balance from the same numbered lines; a line that is hidden or has two versions is found out."""
    there, back = Rules.of(_clause()), Rules.of(_clause(**{"from": NJ, "to": KZ}))
    lines = [(Act.RESERVE, "a"), (Act.COMMIT, "a"), (Act.USE, "a"), (Act.RESERVE, "b"), (Act.COMMIT, "b"), (Act.USE, "b"), (Act.RESERVE, "c"), (Act.RELEASE, "c")]  # fmt: skip
    entries = [Entry(number, act, YEAR, Fraction(1), case) for number, (act, case) in enumerate(lines, 1)]
    owed = recount(back, entries[:3], by=KZ)
    shuffle, balances = random.Random(1), set()
    for _ in range(20):
        shuffle.shuffle(entries)
        balances.add(balance(recount(there, entries + entries[:3], by=NJ), owed, YEAR))
    assert balances == {Fraction(1)}, "two went there, one came back"
    entries.sort(key=lambda entry: entry.number)
    for gap in range(len(entries) - 1):  # the last line may be on its way; any other is missed
        assert _code(recount, there, entries[:gap] + entries[gap + 1 :], by=NJ) == "places.gap"
    assert _code(recount, there, [*entries, replace(entries[5], amount=Fraction(1, 2))], by=NJ) == "places.two_lines"
    assert _code(recount, there, entries, by=KZ) == "places.counted_elsewhere"
    assert all(one.number + 1 == other.number for one, other in pairwise(entries))


def test_a_party_with_a_new_name_is_the_same_party() -> None:
    """A party is its identifier: an amendment under a new name takes over; another identifier is another party."""
    frame = framework(duration())
    first = below(frame, places())
    parties: list[Any] = [one.content() for one in first.head.parties]
    renamed = [
        one | {"names": dict.fromkeys(one["names"], "United University")} if one["id"] == NJ else one for one in parties
    ]
    second = below(frame, places(), number=2, amends={"version": first.hash, "cases": "new"}, parties=renamed)
    assert [one.name for one in head_changes(first.head, second.head)] == ["parties"]
    assert not exceeding(second, frame)
    later = Life(second, _signed("2027-12-01"), parent=Life(frame, _signed()))
    life = Life(first, _signed(), parent=Life(frame, _signed()), successor=later)
    assert standing(later, day("2028-06-01")).state is State.IN_FORCE
    assert standing(life, day("2027-11-30")).state is State.IN_FORCE, "what was signed keeps the old name"
    merged = [one | {"id": "united-university"} if one["id"] == NJ else one for one in parties]
    other = below(frame, places(to="united-university"), parties=merged)
    assert "agreement.stranger" in {fault.code for fault in exceeding(other, frame)}, (
        "who merged is agreed on above first"
    )
