"""Two nodes that act on what each has seen, and exchange steps in any order, come to the same state."""

from hypothesis import given, settings
from hypothesis import strategies as st

from jointlab.processes import Taken, Verdict, check, offered, replay
from tests.unit.processes.made_process import LOAN, SIDES, after, opening

untimed = settings(deadline=None, max_examples=200)

_ACTS = st.lists(
    st.tuples(st.sampled_from(("asker", "giver")), st.integers(0, 9), st.integers(0, 9)), min_size=1, max_size=14
)


def _act(known: dict[str, dict[str, Taken]], party: str, choice: int, word: str) -> None:
    """The party takes one of the steps that it is offered, by what its own node holds."""
    mine = known[party]
    now = replay(LOAN, "kz:1", mine.values())
    steps = offered(now, party)
    if not steps or not now.standing:
        return
    step = steps[choice % len(steps)]
    taken = after(now.standing[-1], step.name, party, **({"word": word} if step.name == "talk" else {}))
    check(now, taken)
    mine[taken.hash] = taken


def _send(known: dict[str, dict[str, Taken]], party: str, count: int) -> None:
    """The other side learns the first few steps of this party that it does not hold."""
    other = next(name for name in SIDES if name != party)
    new = [taken for hash, taken in known[party].items() if hash not in known[other]]
    known[other] |= {taken.hash: taken for taken in new[:count]}


@untimed
@given(_ACTS, st.randoms(use_true_random=False))
def test_any_interleaving_comes_to_the_same_state(acts: list[tuple[str, int, int]], shuffle: "object") -> None:
    first = opening()
    known: dict[str, dict[str, Taken]] = {"asker": {first.hash: first}, "giver": {}}
    for number, (party, choice, count) in enumerate(acts):
        _act(known, party, choice, f"word {number}")
        if count < 6:  # else the link is cut
            _send(known, party, count)
    everything = [*(known["asker"] | known["giver"]).values()]
    once = replay(LOAN, "kz:1", everything)
    shuffle.shuffle(everything)  # type: ignore[attr-defined]
    assert replay(LOAN, "kz:1", everything + everything[:3]) == once
    assert set(once.verdicts.values()) <= {Verdict.STANDS, Verdict.OVERTAKEN}
    assert once.verdicts.keys() == {taken.hash for taken in everything}, "every step is kept"
    assert [taken.hash for taken in once.standing] == [h for h, v in once.verdicts.items() if v is Verdict.STANDS]


@untimed
@given(_ACTS)
def test_what_comes_piecemeal_ends_as_what_comes_at_once(acts: list[tuple[str, int, int]]) -> None:
    first = opening()
    known: dict[str, dict[str, Taken]] = {"asker": {first.hash: first}, "giver": {first.hash: first}}
    for number, (party, choice, _count) in enumerate(acts):
        _act(known, party, choice, f"word {number}")
    steps = [*(known["asker"] | known["giver"]).values()]
    held: list[Taken] = []
    for taken in reversed(steps):
        held.append(taken)
        replay(LOAN, "kz:1", held)  # never fails, whatever is missing
    assert replay(LOAN, "kz:1", held) == replay(LOAN, "kz:1", steps)
