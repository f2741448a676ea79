"""An agreement of three parties, step by step: whose move it is, who must agree anew, and what nobody can do for another."""

import json
from dataclasses import replace
from hashlib import sha256

import pytest

from jointlab.agreements.of_many import AGREEMENTS, ENTRIES, is_entry
from jointlab.agreements.process import AGREEMENT, ENTRY
from jointlab.agreements.step_names import MOST, ORDINALS
from jointlab.errors import Fault
from jointlab.processes import Instance, Process, Taken, Verdict, check, offered, replay

THREE = AGREEMENTS[3]
SIDES = {"first": "kz", "second": "nj", "third": "uz"}
TEXT, OTHER = "a" * 64, "b" * 64
PAPER = {"version": TEXT, "scan": "5" * 64, "signed_on": "2026-08-20", "signatory": "Rector", "mandate": "Charter"}
_BETWEEN_TWO = "faaa14edd8ed1aea8d98663212a0c57fe27016c9d9c52dcd19860b30bfaf9d12"

Line = tuple[str, str, dict[str, str]]
_AGREED: tuple[Line, ...] = (
    ("first", "propose", {"version": TEXT}), ("second", "accept_second", {"version": TEXT}), ("third", "agree_third", {"version": TEXT}),
)  # fmt: skip
_CLEARED: tuple[Line, ...] = (*_AGREED, *((one, f"clear_{one}", {}) for one in ("third", "first", "second")))
_SIGNED: tuple[Line, ...] = (
    *_CLEARED, ("first", "attest", PAPER), ("second", "attest_second", PAPER), ("third", "confirm", PAPER),
)  # fmt: skip


def _taken(now: Instance, party: str, step: str, form: dict[str, str], *, home: str = "", previous: str = "") -> Taken:
    sides = {} if now.standing else SIDES
    where = home or SIDES.get(party, "ru")
    return Taken(
        process=now.process.name, instance="kz:1", step=step, party=party, previous=previous or now.head, by=f"{where}:p", home=where,
        form=form, parties=sides, nodes=sides,
    ).sealed()  # fmt: skip


def _after(*lines: Line, process: Process = THREE) -> Instance:
    now = Instance(process, "kz:1")
    for party, step, form in lines:
        taken = _taken(now, party, step, form)
        check(now, taken)
        now = replay(process, "kz:1", (*now.standing, taken))
        assert now.verdicts[taken.hash] is Verdict.STANDS
    return now


def _main(now: Instance, party: str) -> list[str]:
    return [step.name for step in offered(now, party) if step.main]


def _refused(now: Instance, taken: Taken) -> str:
    with pytest.raises(Fault) as caught:
        check(now, taken)
    return caught.value.code


def test_between_two_the_declaration_is_the_one_that_was_released() -> None:
    """Pinned by its hash: states, steps, fields, words and guards. Whoever changes it changes what recorded cases mean."""
    told = [
        {
            "name": one.name, "title": one.title, "parties": [[party.name, party.title] for party in one.parties],
            "states": [vars(state) for state in one.states], "guards": sorted(one.guards),
            "steps": [{**vars(step), "fields": [vars(field) for field in step.fields]} for step in one.steps],
        } for one in (AGREEMENT, ENTRY)
    ]  # fmt: skip
    plain = json.dumps(told, ensure_ascii=False, sort_keys=True, default=list)
    assert sha256(plain.encode()).hexdigest() == _BETWEEN_TWO
    assert (AGREEMENTS[2], ENTRIES[2]) == (AGREEMENT, ENTRY)
    assert set(AGREEMENTS) == set(ENTRIES) == set(range(2, MOST + 1))
    assert is_entry("agreement-entry-3/1") and not is_entry("agreement-3/1")


def test_a_text_goes_round_and_the_last_freezes_it() -> None:
    now = _after(_AGREED[0])
    assert (now.state, _main(now, "second"), _main(now, "third")) == ("with_second", ["accept_second"], [])
    assert _refused(now, _taken(now, "second", "agree_second", {"version": TEXT})) == "agreement.round"
    now = _after(*_AGREED[:2])
    assert (now.state, _main(now, "third")) == ("with_third", ["agree_third"])
    assert _after(*_AGREED).state == "frozen"


@pytest.mark.parametrize("author", ["second", "third"])
def test_another_text_needs_the_agreement_of_all_others_anew(author: str) -> None:
    lines: list[Line] = [
        *_AGREED[: 1 if author == "second" else 2],
        (author, f"counter_{author}", {"version": OTHER, "why": "So"}),
    ]
    ring = ["first", "second", "third"]
    following, last = (ring[(ring.index(author) + by) % 3] for by in (1, 2))
    now = _after(*lines)
    assert (now.state, _main(now, following)) == (f"with_{following}", [f"accept_{following}"])
    lines.append((following, f"accept_{following}", {"version": OTHER}))
    assert _main(_after(*lines), last) == [f"agree_{last}"]
    assert _after(*lines, (last, f"agree_{last}", {"version": OTHER})).state == "frozen"
    assert _refused(now, _taken(now, following, f"accept_{following}", {"version": TEXT})) == "agreement.other_version"


def test_only_its_author_replaces_a_text() -> None:
    now = _after(*_AGREED[:2])
    assert _refused(now, _taken(now, "second", "revise_second", {"version": OTHER})) == "agreement.not_own"
    now = _after(*_AGREED[:2], ("first", "revise_first", {"version": OTHER}))
    assert now.state == "with_second"  # the second agreed to the text before


def test_opened_again_the_text_goes_round_once_more() -> None:
    """Also where its own author opened it: whoever agreed before agrees to what is frozen."""
    for party in SIDES:
        now = _after(*_AGREED, (party, f"reopen_{party}", {"why": "A slip"}))
        assert now.state == f"with_{party}"
        lines: list[Line] = [*_AGREED, (party, f"reopen_{party}", {"why": "A slip"})]
        while (now := _after(*lines)).state != "frozen":
            reader = now.state.removeprefix("with_")
            lines.append((reader, _main(now, reader)[0], {"version": TEXT}))
        assert lines[-1][1] == "agree_third"


def test_all_clear_and_sign_in_order() -> None:
    now = _after(*_CLEARED[:-1])
    assert _refused(now, _taken(now, "first", "attest", PAPER)) == "agreement.not_cleared"
    now = _after(*_CLEARED)
    assert _refused(now, _taken(now, "third", "confirm", PAPER)) == "process.state"
    assert [_after(*_SIGNED[:count]).state for count in (7, 8, 9)] == ["attested", "attested_second", "signed"]
    for party, step in (("first", "take_back"), ("second", "take_back_second"), ("third", "reject_third")):
        assert _after(*_SIGNED[:8], (party, step, {"why": "No"})).ended


def test_a_change_is_granted_by_each_other() -> None:
    asked: Line = ("second", "ask_second", {"what": "extend", "last": "2035-12-31", "why": "So"})
    now = _after(*_SIGNED, asked)
    assert (now.state, _main(now, "third"), _main(now, "first")) == ("asked_of_third", ["pass_third"], [])
    now = _after(*_SIGNED, asked, ("third", "pass_third", {}))
    assert (now.state, _main(now, "first")) == ("asked_of_first", ["grant_first"])
    assert _refused(now, _taken(now, "third", "unask_third", {})) == "agreement.not_own"
    assert _after(*_SIGNED, asked, ("third", "pass_third", {}), ("first", "grant_first", {})).state == "signed"


@pytest.mark.parametrize("passed", [False, True])
def test_whoever_did_not_ask_declines_at_once_and_may_give_notice(passed: bool) -> None:
    """Also while another is asked and is silent; who asked takes it back instead."""
    lines: list[Line] = [*_SIGNED, ("first", "ask_first", {"what": "terminate", "last": "2035-12-31", "why": "So"})]
    lines += [("second", "pass_second", {})] if passed else []
    now = _after(*lines)
    assert now.state == ("asked_of_third" if passed else "asked_of_second")
    assert _refused(now, _taken(now, "first", "decline_first", {"why": "No"})) == "agreement.own"
    for party in ("second", "third"):
        declined: Line = (party, f"decline_{party}", {"why": "No"})
        assert f"decline_{party}" in [step.name for step in offered(now, party)]
        notice: Line = ("third", "notice", {"on": "2026-10-01", "why": "We move"})
        assert _after(*lines, declined, notice).state == "signed"


@pytest.mark.parametrize("count", range(3, MOST + 1))
def test_a_request_is_declined_from_wherever_it_stands(count: int) -> None:
    """In every process of more than two, by each party; the state says who wins a race, as before."""
    for process in (AGREEMENTS[count], ENTRIES[count]):
        asked = {one.name for one in process.states if one.name.startswith("asked_of_")}
        for party in ORDINALS[:count]:
            step = process.step(f"decline_{party}")
            assert step is not None and set(step.source) == asked and len(asked) == count
            assert process.state(f"asked_of_{party}").arbiter == party


def test_closing_is_confirmed_by_each_other() -> None:
    closing: Line = ("first", "ask_close", {"why": "Over"})
    now = _after(*_SIGNED, closing, ("second", "confirm_close_second", {}))
    assert (now.state, now.ended) == ("closing_third", False)
    assert _after(*_SIGNED, closing, ("second", "confirm_close_second", {}), ("third", "confirm_close", {})).ended


def test_nobody_takes_the_step_of_another() -> None:
    """Not in its name from another node, and not as a fourth."""
    now = _after(*_AGREED[:2])
    assert _refused(now, _taken(now, "third", "agree_third", {"version": TEXT}, home="nj")) == "process.node"
    assert _refused(now, _taken(now, "second", "agree_third", {"version": TEXT})) == "process.party"
    assert _refused(now, _taken(now, "fourth", "agree_third", {"version": TEXT})) == "process.party"
    opening = _taken(Instance(THREE, "kz:1"), "first", "propose", {"version": TEXT})
    fourth = replace(opening, nodes={**opening.nodes, "third": "ru"}).sealed()
    assert _refused(Instance(THREE, "kz:1"), fourth) == "process.opening"


def test_two_cannot_undo_together_what_the_third_has_signed() -> None:
    """A give-up that comes late: nothing rests on an end, so that no support makes it stronger than the signature."""
    signed = _after(*_SIGNED)
    before = signed.standing[-2]
    late = _taken(signed, "first", "take_back", {"why": "Regret"}, previous=before.hash)
    support = _taken(signed, "second", "reject_second", {"why": "So do we"}, previous=late.hash)
    again = replay(THREE, "kz:1", (*signed.standing, late, support))
    assert (again.state, again.verdicts[late.hash]) == ("signed", Verdict.OVERTAKEN)


def test_a_step_from_which_more_sides_have_gone_on_outlives_the_arbiter() -> None:
    """What one more side has built upon is not taken from it by a rival that comes late."""
    signed = _after(*_SIGNED)
    notice = _taken(signed, "first", "notice", {"on": "2026-10-01", "why": "We move"})
    lines = (*signed.standing, notice)
    after = _taken(
        replay(THREE, "kz:1", lines), "third", "fulfil", {"clause": "8", "on": "2026-10-02", "ground": "Letter"}
    )
    rival = _taken(signed, "second", "fulfil", {"clause": "8", "on": "2026-10-02", "ground": "Letter"})
    assert replay(THREE, "kz:1", (*lines, rival)).head == rival.hash  # the arbiter's, while nobody has gone on
    assert replay(THREE, "kz:1", (*lines, after, rival)).head == after.hash


@pytest.mark.parametrize("count", range(3, MOST + 1))
def test_an_old_agreement_is_confirmed_by_each_other_in_order(count: int) -> None:
    process, sides = ENTRIES[count], dict(zip(ORDINALS, ("kz", "nj", "uz", "ru", "kg", "tj"), strict=False))
    sides = {name: sides[name] for name in ORDINALS[:count]}
    now = Instance(process, "kz:1")
    for at, (party, node) in enumerate(sides.items()):
        (step,) = [one for one in process.steps_from(now.state) if party in one.who and one.main]
        opening = {} if at else sides
        taken = Taken(
            process=process.name, instance="kz:1", step=step.name, party=party, previous=now.head, by=f"{node}:p", home=node,
            form=PAPER, parties=opening, nodes=opening,
        ).sealed()  # fmt: skip
        check(now, taken)
        now = replay(process, "kz:1", (*now.standing, taken))
        assert (now.state == "signed") is (at == count - 1)
