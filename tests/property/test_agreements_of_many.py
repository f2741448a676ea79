"""Three nodes that act on what each has seen, and hear of each other in any order, come to the same agreement."""

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from jointlab.agreements.guards import latest_version
from jointlab.agreements.of_many import AGREEMENTS, ENTRIES
from jointlab.agreements.step_names import SIGNING
from jointlab.processes import Instance, Process, Step, Taken, Verdict, check, offered, replay

SIDES = {"first": "kz", "second": "nj", "third": "uz"}
_ACTS = st.lists(
    st.tuples(st.sampled_from(tuple(SIDES)), st.integers(0, 11), st.sets(st.sampled_from(tuple(SIDES)))), min_size=1, max_size=40,
)  # fmt: skip
_FILLED = {"text": "words", "line": "word", "day": "2026-10-01", "file": "5" * 64}


def _form(now: Instance, step: Step, number: int) -> dict[str, str]:
    form = {one.name: one.choices[0][0] if one.choices else _FILLED[one.kind] for one in step.fields if not one.made}
    if "version" in form:
        fresh = step.name == "enter" or "version" in step.guards
        form["version"] = f"{number:064x}" if fresh else latest_version(now.standing)
    return form


def _act(known: dict[str, dict[str, Taken]], process: Process, party: str, choice: int, number: int) -> None:
    """The party takes one of the steps that it is offered; the main one more often than the others."""
    mine = known[party]
    now = replay(process, "kz:1", mine.values())
    steps = offered(now, party)
    if not steps:
        return
    step = steps[max(0, choice - 5) % len(steps)]
    sides: Any = {} if now.standing else SIDES
    taken = Taken(
        process=process.name, instance="kz:1", step=step.name, party=party, previous=now.head, by=f"{SIDES[party]}:p", home=SIDES[party],
        form=_form(now, step, number), parties=sides, nodes=sides,
    ).sealed()  # fmt: skip
    check(now, taken)
    mine[taken.hash] = taken
    assert replay(process, "kz:1", mine.values()).verdicts[taken.hash] is Verdict.STANDS


@settings(deadline=None, max_examples=150)
@given(st.sampled_from((AGREEMENTS[3], ENTRIES[3])), _ACTS, st.randoms(use_true_random=False))
def test_any_interleaving_of_three_nodes_comes_to_the_same_state(
    process: Process, acts: list[Any], shuffle: Any
) -> None:
    known: dict[str, dict[str, Taken]] = {party: {} for party in SIDES}
    _act(known, process, "first", 0, 0)
    for number, (party, choice, hears) in enumerate(acts, start=1):
        for other in hears:  # what a node sends holds all that it holds; a link may be cut for long
            known[party] |= known[other]
        _act(known, process, party, choice, number)
    everything = [*(known["first"] | known["second"] | known["third"]).values()]
    once = replay(process, "kz:1", everything)
    shuffle.shuffle(everything)
    held: list[Taken] = []
    for taken in everything:
        held.append(taken)
        replay(process, "kz:1", held)  # never fails, whatever is missing
    assert replay(process, "kz:1", (*held, *everything[:3])) == once
    assert once.verdicts.keys() == {taken.hash for taken in everything}, "every step is kept"
    assert set(once.verdicts.values()) <= {Verdict.STANDS, Verdict.OVERTAKEN}
    _signed_by_all_for_one_text(once)


def _signed_by_all_for_one_text(now: Instance) -> None:
    """A case that stands at its signatures or beyond has one of each party, all over the text on the table."""
    signatures = [taken for taken in now.standing if taken.step in SIGNING]
    assert len({taken.party for taken in signatures}) == len(signatures)
    assert {taken.form["version"] for taken in signatures} <= {latest_version(now.standing)}
    if now.state == "signed":
        assert {taken.party for taken in signatures} == set(SIDES)
