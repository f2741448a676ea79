"""What each step moves, and what it refuses."""

from decimal import Decimal

import pytest

from jointlab.errors import BadInput
from jointlab.laboratory.balances import PARTS, Balance, moved


def _after(*steps: tuple[str, str]) -> Balance:
    balance = Balance()
    for step, amount in steps:
        balance = moved(balance, step, {"amount": amount} if amount else {})
    return balance


def _parts(balance: Balance) -> dict[str, str]:
    return {part: str(balance.amount(part)) for part in PARTS if getattr(balance, part)}


@pytest.mark.parametrize(
    ("steps", "parts"),
    [
        ([], {}),
        ([("ask", "1 kg"), ("clear", "")], {}),
        ([("send", "180 mg")], {"under_way": "180 mg"}),
        ([("send", "180 mg"), ("withdraw", "")], {"home_again": "180 mg"}),
        ([("send", "180 mg"), ("receive", "0.178 g")], {"there": "178 mg", "lost": "2 mg"}),
        ([("send", "3 pcs"), ("receive_part", "1 pcs")], {"under_way": "2 pcs", "there": "1 pcs"}),
        ([("send", "3 pcs"), ("receive_part", "1 pcs"), ("lose_rest", "")], {"there": "1 pcs", "lost": "2 pcs"}),
        ([("send", "180 mg"), ("lose", "")], {"lost": "180 mg"}),
        ([("send", "180 mg"), ("turn_away", ""), ("take_back", "180 mg")], {"home_again": "180 mg"}),
        ([("send", "180 mg"), ("receive", "180 mg"), ("use", "20 mg")], {"there": "160 mg", "used": "20 mg"}),
        ([("send", "180 mg"), ("receive", "180 mg"), ("use_rest", "")], {"used": "180 mg"}),
        ([("send", "180 mg"), ("receive", "180 mg"), ("send_back", "80 mg")], {"there": "100 mg", "back": "80 mg"}),
        ([("send", "180 mg"), ("receive", "180 mg"), ("send_back", "80 mg"), ("take_back_part", "79 mg")],
         {"there": "100 mg", "lost": "1 mg", "home_again": "79 mg"}),
        ([("send", "180 mg"), ("receive", "180 mg"), ("send_back", "80 mg"), ("lose_back_part", "")], {"there": "100 mg", "lost": "80 mg"}),
    ],
)  # fmt: skip
def test_a_step_moves_its_amount(steps: list[tuple[str, str]], parts: dict[str, str]) -> None:
    balance = _after(*steps)
    assert _parts(balance) == parts
    assert balance.total == balance.sent


@pytest.mark.parametrize(
    ("steps", "wrong", "code"),
    [
        ([], ("send", "0 mg"), "transfer.nothing"),
        ([], ("send", ""), "transfer.nothing"),
        ([], ("send", "much"), "amount.number"),
        ([("send", "180 mg")], ("receive", "181 mg"), "transfer.more"),
        ([("send", "180 mg")], ("receive", "1 mL"), "transfer.unit"),
        ([("send", "3 pcs")], ("receive", "3 mg"), "transfer.unit"),
        ([("send", "180 mg")], ("receive_part", "180 mg"), "transfer.all"),
        ([("send", "180 mg"), ("receive", "100 mg")], ("use", "100 mg"), "transfer.all"),
        ([("send", "180 mg"), ("receive", "100 mg")], ("send_back", "101 mg"), "transfer.more"),
        ([("send", "180 mg"), ("turn_away", "")], ("take_back", "181 mg"), "transfer.more"),
    ],
)
def test_more_than_there_is_is_refused(steps: list[tuple[str, str]], wrong: tuple[str, str], code: str) -> None:
    before = _after(*steps)
    with pytest.raises(BadInput) as caught:
        moved(before, wrong[0], {"amount": wrong[1]})
    assert (caught.value.code, caught.value.facts["field"]) == (code, "amount")


def test_amounts_stay_decimals() -> None:
    assert _after(("send", "0.1 g"), ("receive", "100 mg")).there == Decimal("0.1")
