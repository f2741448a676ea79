"""Which lines of the count a case needs: what it holds is compared with what it ought to hold, and the difference written.

The counting node does this again and again; done twice it writes nothing the second time. What a case ought to hold
follows from where it stands: reserved while nominated, committed from the admission, used from the arrival, nothing after
it was refused, withdrawn or cancelled.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from enum import IntEnum
from fractions import Fraction
from typing import Final

from jointlab.agreements.clauses import Clause
from jointlab.agreements.places import Act, Count, Entry, refusal
from jointlab.errors import Fault
from jointlab.mobility.fitting import Stay, amounts
from jointlab.mobility.process import facts_of, latest_form
from jointlab.processes import Instance

NOTHING: Final = Fraction(0)


class Hold(IntEnum):
    """How firmly a case ought to hold its place."""

    NONE = 0
    RESERVED = 1
    COMMITTED = 2
    USED = 3


NOT_BEGUN: Final = frozenset({"refused", "withdrawn", "cancelled"})  # ends from which nobody has gone

_HOLDS: Final = {
    "nominated": Hold.RESERVED, "abroad": Hold.USED, "departed": Hold.USED, "transcript": Hold.USED, "recognised": Hold.USED,
    "closed": Hold.USED, **dict.fromkeys(NOT_BEGUN, Hold.NONE),
}  # fmt: skip


@dataclass(frozen=True)
class Wanted:
    """What a case ought to hold."""

    hold: Hold
    amounts: Mapping[str, Fraction]  # by period, in the clause's unit; nothing where `hold` is NONE
    came: bool = True  # the arrival stands: what was used before it was overtaken was not used at all


@dataclass(frozen=True)
class Lines:
    """What is to be written, and why not more."""

    entries: tuple[Entry, ...]
    fault: Fault | None = None  # the place that the case asks for cannot be given


def wanted(instance: Instance, clause: Clause, *, source: str, target: str) -> Wanted:
    """What the case ought to hold by where it stands. An early return counts as the clause says."""
    hold = _hold(instance, clause)
    if hold is Hold.NONE:
        return Wanted(hold, {}, came=any(taken.step == "arrive" for taken in instance.standing))
    stay = Stay.of(facts_of(instance), source=source, target=target)
    left = latest_form(instance, "depart").get("on", "")
    if left and clause.word("early_return") == "given-back":
        stay = replace(stay, last=max(stay.first, min(stay.last, date.fromisoformat(left))))
    return Wanted(hold, amounts(clause, stay))


def lines(count: Count, case: str, wish: Wanted, *, by: str) -> Lines:
    """The entries that bring the case to what it ought to hold; `count` grows by them.

    What it holds too much is given back first. Where the rest cannot be had in every period, it takes none and keeps what
    it has.
    """
    written: list[Entry] = []
    for period in sorted(_periods(count, case)):
        held = count.of_case(case, period)
        too_much = held.total - wish.amounts.get(period, NOTHING)
        # What is used stays used, unless the clause says otherwise or nobody came.
        free = held.total if count.rules.gives_back or not wish.came else held.reserved + held.committed
        if (amount := min(too_much, free)) > 0:
            _write(count, Entry(len(count.entries) + 1, Act.RELEASE, period, amount, case), by, written)
    short = {period: amount - count.of_case(case, period).total for period, amount in sorted(wish.amounts.items())}
    for period, more in short.items():
        fault = refusal(count, _taking(count, case, period, more), by=by) if more > 0 else None
        if fault is not None:
            return Lines(tuple(written), fault)
    for period, more in short.items():
        if more > 0:
            _write(count, _taking(count, case, period, more), by, written)
        for act, part in _firmer(wish.hold):
            amount = getattr(count.of_case(case, period), part)
            if amount > 0:
                _write(count, Entry(len(count.entries) + 1, act, period, amount, case), by, written)
    return Lines(tuple(written))


def _hold(instance: Instance, clause: Clause) -> Hold:
    if instance.state == "no_show":
        return Hold.USED if clause.word("no_show") == "used" else Hold.NONE
    return _HOLDS.get(instance.state, Hold.COMMITTED)


def _periods(count: Count, case: str) -> set[str]:
    """Those in which the case holds something."""
    return {entry.period for entry in count.entries if entry.case == case and count.of_case(case, entry.period).total}


def _taking(count: Count, case: str, period: str, more: Fraction) -> Entry:
    """Reserve for a case that holds nothing there; add to what another already holds."""
    act = Act.EXTRA if count.of_case(case, period).total else Act.RESERVE
    return Entry(len(count.entries) + 1, act, period, more, case)


def _firmer(hold: Hold) -> Iterator[tuple[Act, str]]:
    if hold >= Hold.COMMITTED:
        yield Act.COMMIT, "reserved"
    if hold >= Hold.USED:
        yield Act.USE, "committed"


def _write(count: Count, entry: Entry, by: str, written: list[Entry]) -> None:
    count.add(entry, by=by)
    written.append(entry)
