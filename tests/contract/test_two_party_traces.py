"""The nineteen stories of two parties that Erasmus Without Paper publishes for changing and deleting agreements, on our process.

There each side keeps a copy of its own and approves the hash of the other's; here there is one text, one case, and a chain of
steps. What is carried over is the sequence of acts of each story. Stories 10 to 16 are 1 to 7 under another version of
that interface; they are played from the other side. docs/reference/edge-cases.md says which act became which step.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

import pytest

from jointlab.agreements.process import AGREEMENT
from jointlab.agreements.versions import SCHEMA, read_version
from jointlab.errors import Fault
from jointlab.processes import Instance, Taken, Verdict, replay
from tests.contract.two_sides import LINKS, PAPER, SIGNED, Story, both_the_same, text

OLD = text(5)  # what is signed when a story about a change begins
NEW = tuple(text(6 + number, amends=OLD) for number in range(5))  # what is proposed in its place, one after another
FRESH = tuple(text(5 + number) for number in range(4))  # for stories that begin with nothing
AFTER = "2028-06-01"  # an amendment has taken effect by then


@dataclass(frozen=True)
class End:
    """What both nodes must show: the state of each case in the order of opening, and the version in force in 2028."""

    states: tuple[str, ...]
    in_force: str
    overtaken: int = 0  # steps that stood aside in a race


def _signed(story: Story) -> str:
    case = story.opens(story.a, OLD, case="1")
    story.does(story.b, case, "agree_second", OLD)
    story.signs(case, OLD, first=story.a)
    return case


def _changed(story: Story) -> str:
    """What all stories about a change begin with: A proposes another text in place of the signed one."""
    _signed(story)
    return story.opens(story.a, NEW[0], case="2")


def modify_revert(story: Story) -> End:
    case = _changed(story)
    story.does(story.b, case, "counter_second", NEW[1])
    story.does(story.a, case, "reject_first")
    story.refused("process.state", story.b, case, "withdraw")  # B has no copy to take back: it is over for both
    return End((SIGNED, "rejected"), OLD.hash)


def modify_after_approval_revert(story: Story) -> End:
    """There the way back needs a new revision and a new approval; here the signed text never stopped being the one."""
    case = _changed(story)
    story.does(story.b, case, "agree_second", NEW[0])
    story.refused("process.state", story.a, case, "revise_first", OLD)
    story.does(story.a, case, "withdraw")
    story.refused("process.state", story.b, case, "clear_second")
    return End((SIGNED, "withdrawn"), OLD.hash)


def modify_conclude(story: Story) -> End:
    case = _changed(story)
    story.does(story.b, case, "agree_second", NEW[0])
    story.signs(case, NEW[0], first=story.a)
    return End((SIGNED, SIGNED), NEW[0].hash)


def modify_negotiate_conclude(story: Story) -> End:
    case = _changed(story)
    for side, step, version in (
        (story.b, "counter_second", NEW[1]), (story.a, "counter_first", NEW[2]), (story.b, "counter_second", NEW[3]),
        (story.a, "counter_first", NEW[4]),
    ):  # fmt: skip
        story.does(side, case, step, version)
    story.refused("agreement.other_version", story.b, case, "agree_second", NEW[2])
    story.does(story.b, case, "agree_second", NEW[4])
    story.signs(case, NEW[4], first=story.a)
    return End((SIGNED, SIGNED), NEW[4].hash)


def _corrected(story: Story, case: str) -> None:
    """A corrects a text to which B has agreed: it is opened again, and the agreement to the old one counts no more."""
    story.refused("process.state", story.a, case, "revise_first", NEW[1])
    story.does(story.a, case, "reopen_first")
    story.does(story.a, case, "counter_first", NEW[1])
    story.refused("process.state", story.a, case, "attest", NEW[0], signed_on="2026-08-20", **PAPER)
    story.refused("agreement.other_version", story.b, case, "agree_second", NEW[0])
    story.does(story.b, case, "agree_second", NEW[1])


def modify_approve_correct_conclude(story: Story) -> End:
    case = _changed(story)
    story.does(story.b, case, "agree_second", NEW[0])
    _corrected(story, case)
    story.signs(case, NEW[1], first=story.a)
    return End((SIGNED, SIGNED), NEW[1].hash)


def _created_and_deleted(story: Story) -> str:
    case = story.opens(story.a, FRESH[0], case="1")
    story.does(story.b, case, "agree_second", FRESH[0])
    return case


def create_delete_one(story: Story) -> End:
    """B keeps its copy there; here it proposes a text of its own, under an identifier of its own."""
    case = _created_and_deleted(story)
    story.does(story.a, case, "withdraw")
    story.refused("process.state", story.b, case, "reopen_second")  # no agreement is left that could be taken back
    with pytest.raises(Fault) as caught:
        story.opens(story.a, FRESH[1], case="1")
    assert caught.value.code == "process.state"
    story.opens(story.b, FRESH[1], case="1")
    return End(("withdrawn", "with_second"), "")


def create_delete_both(story: Story) -> End:
    case = _created_and_deleted(story)
    with story.apart():
        story.does(story.b, case, "withdraw")
        story.does(story.a, case, "withdraw")
    story.meet()
    story.refused("process.state", story.b, case, "withdraw")
    return End(("withdrawn",), "", overtaken=1)


def _switched(story: Story, case: str) -> None:
    """One node learns a next version of the rules before the other: no hash is computed again, no step is needed."""
    story.meet()
    next_rules = replace(AGREEMENT, name="agreement/2")
    for node in story.nodes.values():
        steps = [taken for taken, _ in node.steps.values() if taken.instance == case]
        assert replay(next_rules, case, steps).standing == (), "a case stays with the rules under which it began"
        assert node.case(case).state == SIGNED
        assert read_version(node.texts[OLD.hash]).hash == OLD.hash
    _, theirs = story.nodes.values()
    foreign = OLD.to_bytes().replace(SCHEMA.encode(), SCHEMA[:-1].encode() + b"2")
    with pytest.raises(Fault) as caught:
        read_version(foreign)
    assert caught.value.code == "agreement.schema", "what is written by other rules is not guessed at"
    head = theirs.case(case).head
    step = Taken(
        process="agreement/2", instance=case, step="notice", party="first", previous=head, by=f"{story.a}:p", home=story.a,
        form={"on": "2027-01-01", "why": "so"},
    ).sealed()  # fmt: skip
    old = [taken for taken, _ in theirs.steps.values()]
    assert replay(AGREEMENT, case, (*old, step)).verdicts[step.hash] is Verdict.REFUSED


def switch(story: Story) -> End:
    case = _signed(story)
    story.meet()
    before = {home: dict(node.steps) for home, node in story.nodes.items()}
    _switched(story, case)
    assert {home: node.steps for home, node in story.nodes.items()} == before, "nothing is signed again"
    return End((SIGNED,), OLD.hash)


def switch_modify_revert(story: Story) -> End:
    first = _signed(story)
    _switched(story, first)
    case = story.opens(story.a, NEW[0], case="2")
    story.does(story.b, case, "counter_second", NEW[1])
    story.does(story.a, case, "reject_first")
    return End((SIGNED, "rejected"), OLD.hash)


def modify_approve_twice_revert(story: Story) -> End:
    case = _changed(story)
    story.does(story.b, case, "agree_second", NEW[0])
    _corrected(story, case)
    story.does(story.a, case, "withdraw")
    return End((SIGNED, "withdrawn"), OLD.hash)


def create_negotiate_conclude(story: Story) -> End:
    case = _created_and_deleted(story)
    story.does(story.a, case, "reopen_first")
    story.does(story.a, case, "counter_first", FRESH[1])
    story.does(story.b, case, "counter_second", FRESH[2])
    story.does(story.a, case, "counter_first", FRESH[3])
    story.does(story.b, case, "agree_second", FRESH[3])
    story.signs(case, FRESH[3], first=story.a)
    return End((SIGNED,), FRESH[3].hash)


def modify_unapprove_switch_revert(story: Story) -> End:
    """There B deletes its approval of the signed text by mistake, and a new one is needed; here there is no such act."""
    first = _signed(story)
    case = story.opens(story.a, NEW[0], case="2")
    for step in ("withdraw", "reject_second", "reopen_second"):
        story.refused("process.state", story.b, first, step)
    _switched(story, first)
    story.does(story.a, case, "withdraw")
    return End((SIGNED, "withdrawn"), OLD.hash)


TRACES: dict[int, Callable[[Story], End]] = {
    1: modify_revert, 2: modify_after_approval_revert, 3: modify_conclude, 4: modify_negotiate_conclude,
    5: modify_approve_correct_conclude, 6: create_delete_one, 7: create_delete_both, 8: switch, 9: switch_modify_revert,
    10: modify_revert, 11: modify_after_approval_revert, 12: modify_conclude, 13: modify_negotiate_conclude,
    14: modify_approve_correct_conclude, 15: create_delete_one, 16: create_delete_both, 17: modify_approve_twice_revert,
    18: create_negotiate_conclude, 19: modify_unapprove_switch_revert,
}  # fmt: skip


def _played(number: int, link: str) -> tuple[Story, End]:
    story = Story(link, first="nj" if 10 <= number <= 16 else "kz", seed=number)
    return story, TRACES[number](story)


def _overtaken(cases: dict[str, Instance]) -> int:
    return sum(verdict is not Verdict.STANDS for case in cases.values() for verdict in case.verdicts.values())


@pytest.mark.parametrize("link", LINKS)
@pytest.mark.parametrize("number", range(1, 20))
def test_a_story_ends_the_same_on_both_nodes(number: int, link: str) -> None:
    story, end = _played(number, link)
    cases = both_the_same(story)
    assert tuple(case.state for case in cases.values()) == end.states
    assert [node.in_force(AFTER, cases=story.cases) for node in story.nodes.values()] == [end.in_force] * 2
    assert _overtaken(cases) == end.overtaken


@pytest.mark.parametrize("number", sorted(TRACES.keys() - {6, 7, 15, 16, 18}))  # those begin with nothing
def test_what_is_signed_stays_in_force_at_every_moment_of_a_change(number: int) -> None:
    story, _ = _played(number, "at once")
    for node in story.nodes.values():
        steps = dict(node.steps)
        node.steps = {}
        for hash, step in steps.items():
            node.steps[hash] = step
            if node.case(story.cases[0]).state == SIGNED:
                assert node.in_force("2027-12-31", cases=story.cases) == OLD.hash, step[0].step


@pytest.mark.parametrize("number", TRACES)
def test_the_other_side_gives_up_at_the_same_moment(number: int) -> None:
    """At every moment of a story in which it may, the other side withdraws without having seen the next act: one state."""
    story, _ = _played(number, "at once")
    steps = [taken for taken, _ in story.nodes["kz"].steps.values()]
    for at, taken in enumerate(steps):
        before = replay(AGREEMENT, taken.instance, [one for one in steps[:at] if one.instance == taken.instance])
        party = "second" if taken.party == "first" else "first"
        gives_up = Taken(
            process=AGREEMENT.name, instance=taken.instance, step="withdraw", party=party, previous=before.head, by="p",
            home=before.nodes.get(party, ""), form={"why": "so"},
        ).sealed()  # fmt: skip
        if replay(AGREEMENT, taken.instance, (*before.standing, gives_up)).head != gives_up.hash:
            continue
        mine, theirs = (*before.standing, gives_up, taken), (taken, gives_up, *reversed(before.standing))
        now = replay(AGREEMENT, taken.instance, mine)
        assert now == replay(AGREEMENT, taken.instance, theirs)
        stands = taken if before.process.state(before.state).arbiter == taken.party else gives_up
        assert (now.head, now.verdicts[stands.hash]) == (stands.hash, Verdict.STANDS)


def test_no_node_forges_a_past_in_which_it_had_not_signed() -> None:
    """A node that writes into its log a rival of its own signature, made so that it would stand, undoes nothing."""
    story = Story("at once")
    case = _signed(story)
    node = story.nodes[story.b]
    now = node.case(case)
    attest = next(taken for taken in now.standing if taken.step == "attest")
    rivals = (replace(attest, step="withdraw", form={"why": f"so {number}"}).sealed() for number in range(1000))
    forged = min(rivals, key=lambda taken: taken.hash)
    assert forged.hash < attest.hash
    before = [taken for taken in now.standing if taken.step not in ("attest", "confirm")]
    assert replay(AGREEMENT, case, (*before, attest, forged)).state == "withdrawn", "until the other side has signed"
    assert replay(AGREEMENT, case, (*now.standing, forged)).state == SIGNED
