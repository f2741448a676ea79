"""One case: what stands, what is overtaken, what is refused."""

from dataclasses import replace

import pytest

from jointlab.errors import BadInput, Conflict, Fault, NotAllowed
from jointlab.processes import Instance, Taken, Verdict, check, offered, replay
from tests.unit.processes.made_process import LOAN, SIDES, after, opening


def _now(*steps: Taken) -> Instance:
    return replay(LOAN, "kz:1", steps)


def _fault(instance: Instance, taken: Taken) -> Fault:
    with pytest.raises(Fault) as caught:
        check(instance, taken)
    return caught.value


def test_steps_lead_from_state_to_state() -> None:
    ask = opening()
    lend = after(ask, "lend", "giver", until="2026-12-01")
    back = after(lend, "return", "asker")
    assert [_now(*steps).state for steps in ((), (ask,), (ask, lend), (ask, lend, back))] == ["", "asked", "lent", "back"]  # fmt: skip
    done = _now(back, ask, lend)  # the order in which they came is no matter
    assert [taken.step for taken in done.standing] == ["ask", "lend", "return"]
    assert (done.head, done.ended, done.parties) == (back.hash, True, SIDES)


def test_a_step_on_a_stale_view_is_refused_with_the_newer_one() -> None:
    ask = opening()
    lend = after(ask, "lend", "giver")
    stale = _fault(_now(ask, lend), after(ask, "drop", "asker"))
    assert isinstance(stale, Conflict)
    assert (stale.code, stale.facts["newest"]) == ("process.stale", lend.hash)
    assert "“Lent”" in stale.message


def test_of_a_race_the_arbiters_step_stands_and_the_other_is_kept() -> None:
    ask = opening()
    mine, theirs = after(ask, "drop", "asker"), after(ask, "lend", "giver")
    on_top = after(mine, "talk", "asker", word="oh")
    both = _now(ask, mine, theirs, on_top)
    assert both.state == "lent"
    assert both.verdicts == {
        ask.hash: Verdict.STANDS, theirs.hash: Verdict.STANDS, mine.hash: Verdict.OVERTAKEN, on_top.hash: Verdict.OVERTAKEN,
    }  # fmt: skip


def test_two_steps_of_one_side_are_decided_the_same_everywhere() -> None:
    ask = opening()
    one, other = after(ask, "talk", "giver", word="one"), after(ask, "talk", "giver", word="other")
    assert _now(ask, one, other) == _now(other, one, ask)
    assert _now(ask, one, other).head == min(one.hash, other.hash)


def test_nobody_takes_back_alone_what_the_other_side_has_gone_on_from() -> None:
    ask = opening()
    talk = after(ask, "talk", "asker", word="one")
    rivals = [after(ask, "talk", "asker", word=str(number)) for number in range(40)]
    forged = min(rivals, key=lambda taken: taken.hash)
    assert forged.hash < talk.hash, "alone it would stand, by the lower hash"
    lend = after(talk, "lend", "giver")
    for steps in ((ask, talk, lend, forged), (forged, lend, talk, ask)):
        now = _now(*steps)
        assert (now.state, now.head, now.verdicts[forged.hash]) == ("lent", lend.hash, Verdict.OVERTAKEN)


def test_the_arbiter_does_not_come_back_to_a_race_that_it_has_accepted() -> None:
    ask = opening()
    talk = after(ask, "talk", "asker", word="one")
    late = after(ask, "drop", "giver")
    assert _now(ask, talk, late).head == late.hash, "a race: the arbiter's step stands"
    lend = after(talk, "lend", "giver")
    gone_on = _now(ask, talk, lend, late)
    assert (gone_on.state, gone_on.verdicts[late.hash]) == ("lent", Verdict.OVERTAKEN)
    own = after(talk, "talk", "asker", word="two")
    assert _now(ask, talk, own, late).head == late.hash, "that one went on alone settles nothing"
    claimed = replace(after(talk, "lend", "giver"), home="kz").sealed()
    assert _now(ask, talk, claimed, late).head == late.hash, "nobody goes on for the other side"


def test_what_rests_on_a_step_that_has_not_come_waits_for_it() -> None:
    ask = opening()
    lend = after(ask, "lend", "giver")
    back = after(lend, "return", "asker")
    assert _now(ask, back).verdicts == {ask.hash: Verdict.STANDS, back.hash: Verdict.WAITING}
    assert _now(back).state == ""
    assert _now(ask, back, lend).verdicts[back.hash] is Verdict.STANDS


@pytest.mark.parametrize(
    ("change", "family", "code"),
    [
        ({"step": "steal"}, BadInput, "process.step"),
        ({"process": "loan/2"}, BadInput, "process.step"),
        ({"instance": "kz:2"}, BadInput, "process.step"),
        ({"step": "return", "party": "asker", "home": "kz"}, Conflict, "process.state"),
        ({"party": "asker", "home": "kz"}, NotAllowed, "process.party"),
        ({"home": "kz"}, NotAllowed, "process.node"),  # the partner's step, in our own log
        ({"home": "tr"}, NotAllowed, "process.node"),
        ({"form": {"until": "2026-12-01", "salary": "1"}}, BadInput, "process.field"),
        ({"step": "talk", "form": {"word": "x" * 21}}, BadInput, "process.long"),
        ({"step": "talk", "form": {"word": "  "}}, BadInput, "process.empty"),
        ({"step": "talk"}, BadInput, "process.empty"),
    ],
)
def test_a_step_that_may_not_be_taken(change: dict[str, object], family: type[Fault], code: str) -> None:
    ask = opening()
    wrong = replace(after(ask, "lend", "giver"), **change).sealed()  # type: ignore[arg-type]
    fault = _fault(_now(ask), wrong)
    assert (type(fault), fault.code) == (family, code)
    assert fault.message
    elsewhere = wrong.process != LOAN.name or wrong.instance != "kz:1"
    assert elsewhere or _now(ask, wrong).verdicts[wrong.hash] is Verdict.REFUSED
    assert _now(ask, wrong).state == "asked"


@pytest.mark.parametrize(
    "change",
    [
        {"parties": {"asker": "kz", "giver": "kz"}},
        {"parties": {"asker": "kz"}},
        {"parties": {"asker": "tr", "giver": "nj"}, "nodes": {"asker": "kz", "giver": "nj"}},  # not a party's node
        {"nodes": {"asker": "kz", "giver": "tr"}},
        {"instance": "nj:1"},  # another node's name for it
    ],
)
def test_an_unsound_opening_opens_nothing(change: dict[str, object]) -> None:
    wrong = opening(**change)  # type: ignore[arg-type]
    fault = _fault(Instance(LOAN, wrong.instance), wrong)
    assert fault.code == "process.opening"
    assert replay(LOAN, wrong.instance, [wrong]).standing == ()


def test_a_partner_without_a_node_acts_where_it_was_opened() -> None:
    ask = opening(nodes={"asker": "kz", "giver": "kz"})
    here = replace(after(ask, "lend", "giver"), home="kz").sealed()
    there = after(ask, "lend", "giver")
    both = _now(ask, here, there)
    assert (both.verdicts[here.hash], both.verdicts[there.hash]) == (Verdict.STANDS, Verdict.REFUSED)


def test_a_guard_refuses_at_the_field() -> None:
    fault = _fault(Instance(LOAN, "kz:1"), opening("nothing"))
    assert (fault.code, fault.facts["field"]) == ("loan.vain", "what")


def test_what_each_side_may_do() -> None:
    asked = _now(opening())
    assert [step.name for step in offered(asked, "giver")] == ["lend", "talk", "drop"]
    assert [step.name for step in offered(asked, "asker")] == ["talk", "drop"]
    assert [step.name for step in offered(Instance(LOAN, "kz:1"), "asker")] == ["ask"]  # its guard asks the form


def test_the_hash_covers_every_word() -> None:
    step = after(opening(), "talk", "giver", word="one", why="x")
    changes = {
        "process": "loan/2", "instance": "kz:9", "step": "drop", "party": "asker", "previous": "", "by": "x", "home": "kz",
        "form": {"word": "two"}, "subject": "s", "code": "c", "parties": {"a": "b"}, "nodes": {"a": "b"},
    }  # fmt: skip
    assert changes.keys() == vars(step).keys() - {"hash"}
    hashes = {replace(step, **{name: value}).sealed().hash for name, value in changes.items()}  # type: ignore[arg-type]
    assert len(hashes | {step.hash}) == len(changes) + 1
    assert step.hash == replace(step, form={"why": "x", "word": "one"}).sealed().hash
