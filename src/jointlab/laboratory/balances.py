"""Where the material of one transfer is. Pure.

At every moment what was sent is what is under way, at the partner, under way back, used, lost or home again:
`Balance.total` equals `sent` after every step. A step that would break that is refused.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, fields, replace
from decimal import Decimal

from jointlab.errors import BadInput, Fault
from jointlab.laboratory.amounts import Amount, read_amount
from jointlab.processes import Instance, Step, Taken

NOTHING = Decimal(0)
Form = Mapping[str, str]


@dataclass(frozen=True)
class Balance:
    """Parts of what was sent, each in `unit`; before anything is sent there is no unit and all is nothing."""

    unit: str = ""
    sent: Decimal = NOTHING
    under_way: Decimal = NOTHING
    there: Decimal = NOTHING  # at the partner
    back: Decimal = NOTHING  # under way back
    used: Decimal = NOTHING
    lost: Decimal = NOTHING
    home_again: Decimal = NOTHING

    @property
    def total(self) -> Decimal:
        """The sum of all parts; always what was sent."""
        return self.under_way + self.there + self.back + self.used + self.lost + self.home_again

    def amount(self, part: str) -> Amount:
        """One part with the unit."""
        return Amount(getattr(self, part), self.unit)


PARTS = tuple(one.name for one in fields(Balance) if one.name not in ("unit", "sent"))


def balance_of(standing: Iterable[Taken]) -> Balance:
    """The balance after the steps that stand."""
    balance = Balance()
    for taken in standing:
        balance = moved(balance, taken.step, taken.form)
    return balance


def moved(balance: Balance, step: str, form: Form) -> Balance:
    """The balance after one step more. Raises BadInput ``transfer.*`` or ``amount.*`` at the field `amount`."""
    move = _MOVES.get(step)
    return move(balance, form) if move else balance


def amounts_add_up(instance: Instance, step: Step, form: Form) -> Fault | None:
    """The guard of every step with an amount."""
    try:
        moved(balance_of(instance.standing), step.name, form)
    except BadInput as fault:
        return fault
    return None


def nothing_left_there(instance: Instance, step: Step, form: Form) -> Fault | None:
    """The guard of what ends a transfer: the partner holds nothing of it any more."""
    there = balance_of(instance.standing).amount("there")
    if not there.value:
        return None
    return BadInput("transfer.still-there", "The receiver still holds {left}.", left=str(there))


def something_left_there(instance: Instance, step: Step, form: Form) -> Fault | None:
    """The guard of what goes on."""
    if balance_of(instance.standing).there:
        return None
    return BadInput("transfer.none-there", "The receiver holds nothing of it any more.")


def _send(balance: Balance, form: Form) -> Balance:
    amount = _amount(form)
    return replace(balance, unit=amount.unit, sent=amount.value, under_way=amount.value)


def _withdraw(balance: Balance, form: Form) -> Balance:
    return replace(balance, under_way=NOTHING, home_again=balance.home_again + balance.under_way)


def _receive(balance: Balance, form: Form) -> Balance:
    """All that still comes has come; what is missing is lost."""
    came = _part(balance, form, "under_way")
    return replace(balance, under_way=NOTHING, there=balance.there + came, lost=balance.lost + balance.under_way - came)


def _receive_part(balance: Balance, form: Form) -> Balance:
    came = _part(balance, form, "under_way", whole=False)
    return replace(balance, under_way=balance.under_way - came, there=balance.there + came)


def _lose(balance: Balance, form: Form) -> Balance:
    return replace(balance, under_way=NOTHING, lost=balance.lost + balance.under_way)


def _turn_away(balance: Balance, form: Form) -> Balance:
    return replace(balance, under_way=NOTHING, back=balance.back + balance.under_way)


def _use(balance: Balance, form: Form) -> Balance:
    used = _part(balance, form, "there", whole=False)
    return replace(balance, there=balance.there - used, used=balance.used + used)


def _use_rest(balance: Balance, form: Form) -> Balance:
    return replace(balance, there=NOTHING, used=balance.used + balance.there)


def _send_back(balance: Balance, form: Form) -> Balance:
    gone = _part(balance, form, "there")
    return replace(balance, there=balance.there - gone, back=balance.back + gone)


def _take_back(balance: Balance, form: Form) -> Balance:
    came = _part(balance, form, "back")
    missing = balance.back - came
    return replace(balance, back=NOTHING, home_again=balance.home_again + came, lost=balance.lost + missing)


def _lose_back(balance: Balance, form: Form) -> Balance:
    return replace(balance, back=NOTHING, lost=balance.lost + balance.back)


_MOVES: Mapping[str, Callable[[Balance, Form], Balance]] = {
    "send": _send, "withdraw": _withdraw, "receive": _receive, "receive_part": _receive_part, "lose": _lose,
    "lose_rest": _lose, "turn_away": _turn_away, "use": _use, "use_rest": _use_rest, "send_back": _send_back,
    "take_back": _take_back, "take_back_part": _take_back, "lose_back": _lose_back, "lose_back_part": _lose_back,
}  # fmt: skip


def _amount(form: Form) -> Amount:
    """More than nothing, with a unit of material."""
    text = form.get("amount", "")
    amount = read_amount(text)
    if amount is None or not amount.value:
        raise BadInput("transfer.nothing", "Say how much: more than nothing, with its unit.", field="amount")
    return amount


def _part(balance: Balance, form: Form, of: str, *, whole: bool = True) -> Decimal:
    """The amount of the form in the unit of the transfer: at most what there is, or (not `whole`) less than that."""
    amount, there = _amount(form), balance.amount(of)
    if not amount.fits(balance.unit):
        raise BadInput(
            "transfer.unit", "“{amount}” cannot be compared with the {left} in question.",
            field="amount", amount=str(amount), left=str(there),
        )  # fmt: skip
    value = amount.in_unit(balance.unit)
    if value > there.value:
        raise BadInput(
            "transfer.more", "{amount} is more than the {left} in question.",
            field="amount", amount=str(amount), left=str(there),
        )  # fmt: skip
    if value == there.value and not whole:
        raise BadInput(
            "transfer.all", "{amount} is all there is; then take the step for all of it.",
            field="amount", amount=str(amount),
        )  # fmt: skip
    return value
