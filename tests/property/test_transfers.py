"""Whatever both sides do, in whatever order, and however their steps cross: the amounts of a transfer add up."""

from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from jointlab.laboratory.balances import PARTS, Balance, balance_of
from jointlab.laboratory.process import TRANSFER
from jointlab.processes import Instance, Taken, offered, replay

untimed = settings(deadline=None, max_examples=300)
SIDES = {"sender": "kz", "receiver": "nj"}
_AMOUNT = st.builds(
    lambda value, unit: f"{value} {unit}", st.decimals("0", "700", places=2), st.sampled_from(["mg", "mg", "mg", "g", "ug", "pcs"])
)  # fmt: skip
_ACTS = st.lists(st.tuples(st.sampled_from(sorted(SIDES)), st.integers(0, 99), _AMOUNT, st.booleans()), max_size=16)


def _steps(instance: Instance, party: str, choice: int, amount: str) -> Taken | None:
    steps = offered(instance, party)
    if not steps:
        return None
    step = steps[choice % len(steps)]
    words = {"day": "2026-10-01", "amount": amount}
    form = {one.name: words.get(one.kind, "words") for one in step.fields}
    return Taken(
        process=TRANSFER.name, instance="kz:1", step=step.name, party=party, previous=instance.head, by="p:1",
        home=SIDES[party], form=form, parties={} if instance.standing else SIDES, nodes={} if instance.standing else SIDES,
    ).sealed()  # fmt: skip


def _sound(balance: Balance) -> None:
    assert balance.total == balance.sent
    assert all(getattr(balance, part) >= 0 for part in PARTS)


@untimed
@given(_ACTS)
def test_amounts_always_add_up(acts: list[tuple[str, int, str, bool]]) -> None:
    """`seen` False: the side acts on what stood before the latest step, as over a cut link."""
    held: list[Taken] = []
    now = before = Instance(TRANSFER, "kz:1")
    for party, choice, amount, seen in acts:
        view = now if seen or not before.standing else before
        taken = _steps(view, party, choice, amount)
        if taken is None:
            continue
        held.append(taken)
        before, now = now, replay(TRANSFER, "kz:1", held)
        for length in range(len(now.standing) + 1):
            _sound(balance_of(now.standing[:length]))
    assert replay(TRANSFER, "kz:1", reversed(held)) == now


@untimed
@given(st.decimals("0.01", "999", places=2), st.decimals("0", "999", places=2))
def test_what_is_missing_on_arrival_is_lost(sent: Decimal, came: Decimal) -> None:
    now = Instance(TRANSFER, "kz:1")
    for party, step, amount in (("sender", "ask", sent), ("sender", "clear", sent), ("sender", "send", sent), ("receiver", "receive", came)):  # fmt: skip
        number = [one.name for one in offered(now, party)].index(step)
        taken = _steps(now, party, number, f"{amount} mg")
        assert taken is not None
        now = replay(TRANSFER, "kz:1", (*now.standing, taken))
    balance = balance_of(now.standing)
    arrived = 0 < came <= sent
    assert now.state == ("received" if arrived else "sent")
    assert (balance.there, balance.lost) == ((came, sent - came) if arrived else (0, 0))
    _sound(balance)
