"""The count of the places that a clause grants: append-only, numbered by one node, recomputed by every other to the same.

Each clause names who counts, the receiving side unless it says otherwise. Only that node writes entries and gives them their
numbers; the others ask it. So two nodes that act at once cannot spend one place twice, and whoever holds the entries
comes to the same balance, in whatever order they arrived.

    reserve   takes places for a case, at its nomination        release   gives back what a case holds
    commit    at its admission                                  extra     takes more for a case that has some
    use       at its arrival                                    adjust    changes what is granted: an amendment, or places carried over
"""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from enum import StrEnum
from fractions import Fraction
from functools import cached_property
from typing import Final

from jointlab.agreements.clauses import Clause
from jointlab.errors import BadInput, Conflict, Fault, NotAllowed

NOTHING: Final = Fraction(0)


class Act(StrEnum):
    """What an entry does."""

    RESERVE = "reserve"
    COMMIT = "commit"
    USE = "use"
    RELEASE = "release"
    EXTRA = "extra"
    ADJUST = "adjust"


@dataclass(frozen=True)
class Entry:
    """One line of the count."""

    number: int  # from 1, without gaps
    act: Act
    period: str
    amount: Fraction  # in the clause's unit; above zero, but an adjustment may take away
    case: str = ""  # the record it is for; an adjustment has none
    source: str = ""  # adjust only: the period whose unused places these are


@dataclass(frozen=True)
class Held:
    """What one case holds in one period, in the clause's unit."""

    reserved: Fraction = NOTHING
    committed: Fraction = NOTHING
    used: Fraction = NOTHING

    @cached_property
    def total(self) -> Fraction:
        """All of it."""
        return self.reserved + self.committed + self.used


_NOTHING_HELD: Final = Held()


@dataclass(frozen=True)
class Rules:
    """What the clause says about counting."""

    clause: str  # its number
    limit: Fraction  # for each period
    counted_by: str  # the party whose node counts
    carry_over: Fraction  # of one period into the next, at most
    gives_back: bool  # whether an early return frees what is left of the stay
    periods: frozenset[str] = frozenset()  # the only ones in which it grants places; empty: all

    def grants(self, period: str) -> bool:
        """Whether there are places in a period at all."""
        return not self.periods or period in self.periods

    @classmethod
    def of(cls, clause: Clause) -> "Rules":
        """Those of a clause on places; the receiving side counts unless it names another."""
        return cls(
            clause=clause.number, limit=Fraction(clause.word("limit")), counted_by=clause.word("counted_by") or clause.word("to"),
            carry_over=Fraction(clause.word("carry_over")), gives_back=clause.word("early_return") == "given-back",
            periods=frozenset(clause.names("periods")),
        )  # fmt: skip


@dataclass
class Count:
    """Where a clause's places are after some entries. It grows by `add`; all else reads."""

    rules: Rules
    entries: list[Entry] = field(default_factory=list)
    _held: dict[tuple[str, str], Held] = field(default_factory=dict)  # by period and case
    _cases: dict[str, Fraction] = field(default_factory=dict)  # over all periods
    _taken: dict[str, Fraction] = field(default_factory=dict)  # by period
    _used: dict[str, Fraction] = field(default_factory=dict)  # by period
    _adjusted: dict[str, Fraction] = field(default_factory=dict)  # by period
    _carried: dict[str, Fraction] = field(default_factory=dict)  # out of each period

    def limit(self, period: str) -> Fraction:
        """What is granted in a period, amendments and what was carried over included; nothing in one that is left out."""
        if not self.rules.grants(period):
            return NOTHING
        return self.rules.limit + self._adjusted.get(period, NOTHING)

    def taken(self, period: str) -> Fraction:
        """What all cases hold in a period."""
        return self._taken.get(period, NOTHING)

    def used(self, period: str) -> Fraction:
        """What all cases have used in a period."""
        return self._used.get(period, NOTHING)

    def left(self, period: str) -> Fraction:
        """What may still be taken; below zero after an amendment that took away more than was free."""
        return self.limit(period) - self.taken(period)

    def carried(self, period: str) -> Fraction:
        """What was carried over out of a period."""
        return self._carried.get(period, NOTHING)

    def of_case(self, case: str, period: str) -> Held:
        """What a case holds in a period."""
        return self._held.get((period, case), _NOTHING_HELD)

    def runs(self, case: str) -> bool:
        """Whether a case holds anything in any period."""
        return self._cases.get(case, NOTHING) > 0

    def add(self, entry: Entry, *, by: str) -> None:
        """Append an entry that the party `by` wrote. Raises what `refusal` gives."""
        fault = refusal(self, entry, by=by)
        if fault is not None:
            raise fault
        self.entries.append(entry)
        if entry.act is Act.ADJUST:
            _more(self._adjusted, entry.period, entry.amount)
            if entry.source:
                _more(self._adjusted, entry.source, -entry.amount)
                _more(self._carried, entry.source, entry.amount)
            return
        before = self.of_case(entry.case, entry.period)
        now = _moved(before, entry)
        self._held[entry.period, entry.case] = now
        more = now.total - before.total
        _more(self._taken, entry.period, more)
        _more(self._cases, entry.case, more)
        _more(self._used, entry.period, now.used - before.used)


def refusal(count: Count, entry: Entry, *, by: str) -> Fault | None:
    """Why this entry may not be the next one, or None. `by` is the party whose node writes it."""
    if by != count.rules.counted_by:
        return NotAllowed(
            "places.counted_elsewhere", "The places of clause {clause} are counted by “{party}”; ask there.",
            clause=count.rules.clause, party=count.rules.counted_by,
        )  # fmt: skip
    if entry.number != len(count.entries) + 1:
        return Conflict(
            "places.stale", "The count has moved on: its next line is number {next}, not {number}. Look at it, then decide again.",
            next=len(count.entries) + 1, number=entry.number,
        )  # fmt: skip
    return _adjustment(count, entry) if entry.act is Act.ADJUST else _movement(count, entry)


def recount(rules: Rules, entries: Iterable[Entry], *, by: str) -> Count:
    """The count after these entries, which may come in any order and twice.

    Raises Conflict ``places.two_lines`` when two entries have one number (the counting node wrote two pasts),
    ``places.gap`` when one is not here yet, and what `refusal` gives when one breaks the rules.
    """
    lines: dict[int, Entry] = {}
    for entry in entries:
        if lines.setdefault(entry.number, entry) != entry:
            raise Conflict("places.two_lines", "The count of clause {clause} has two different lines with number {number}.", clause=rules.clause, number=entry.number)  # fmt: skip
    count = Count(rules)
    for place, number in enumerate(sorted(lines), 1):
        if number != place:
            raise Conflict("places.gap", "Line {number} of the count of clause {clause} has not come yet.", clause=rules.clause, number=place)  # fmt: skip
        count.add(lines[number], by=by)
    return count


def _movement(count: Count, entry: Entry) -> Fault | None:
    if entry.amount <= 0 or not entry.case or entry.source:
        return BadInput("places.line", "Line {number} of the count is not a whole one.", number=entry.number)
    held = count.of_case(entry.case, entry.period)
    # Whether what was used is given back is not to be seen from the lines: the case tells, by its steps that stand.
    free = {Act.COMMIT: held.reserved, Act.USE: held.committed, Act.RELEASE: held.total}.get(entry.act)
    if free is not None and entry.amount > free:
        return BadInput(
            "places.not_held", "This case holds {held} in {period} for that, not {asked}.",
            held=shown(free), period=entry.period, asked=shown(entry.amount),
        )  # fmt: skip
    if entry.act is Act.RESERVE and held.total:
        return BadInput(
            "places.twice", "This case holds {held} in {period} already.", held=shown(held.total), period=entry.period
        )
    if entry.act is Act.EXTRA and not count.runs(entry.case):
        return BadInput(
            "places.no_case",
            "This case holds nothing under clause {clause} that could be extended.",
            clause=count.rules.clause,
        )
    if entry.act in (Act.RESERVE, Act.EXTRA) and entry.amount > count.left(entry.period):
        return BadInput(
            "places.none_left",
            "Clause {clause} allows {limit} in {period}; {taken} are taken, {left} are left, {asked} were asked for.",
            clause=count.rules.clause, limit=shown(count.limit(entry.period)), period=entry.period,
            taken=shown(count.taken(entry.period)), left=shown(max(count.left(entry.period), NOTHING)), asked=shown(entry.amount),
        )  # fmt: skip
    return None


def _adjustment(count: Count, entry: Entry) -> Fault | None:
    """An amendment may take away more than is free: what is held stays, and nothing is added until it fits again."""
    carries = bool(entry.source)
    if entry.case or not entry.amount or entry.source == entry.period or (carries and entry.amount < 0):
        return BadInput("places.line", "Line {number} of the count is not a whole one.", number=entry.number)
    if not carries:
        return None
    most = min(count.left(entry.source), count.rules.carry_over - count.carried(entry.source))
    if not count.rules.grants(entry.period):
        most = NOTHING
    if entry.amount <= most:
        return None
    return BadInput(
        "places.carry_over", "Clause {clause} lets at most {most} be carried over from {period}, not {asked}.",
        clause=count.rules.clause, most=shown(max(most, NOTHING)), period=entry.source, asked=shown(entry.amount),
    )  # fmt: skip


def _moved(held: Held, entry: Entry) -> Held:
    """What a case holds after a movement. What is given back is taken from what is least certain."""
    amount = entry.amount
    if entry.act is Act.RESERVE:
        return replace(held, reserved=held.reserved + amount)
    if entry.act is Act.COMMIT:
        return replace(held, reserved=held.reserved - amount, committed=held.committed + amount)
    if entry.act is Act.USE:
        return replace(held, committed=held.committed - amount, used=held.used + amount)
    if entry.act is Act.EXTRA:
        return replace(held, committed=held.committed + amount)
    reserved = min(held.reserved, amount)
    committed = min(held.committed, amount - reserved)
    return Held(held.reserved - reserved, held.committed - committed, held.used - (amount - reserved - committed))


def weight(clause: Clause, what: str) -> Fraction:
    """How much of a place one of `what` takes: by the clause's weights, else one."""
    return next((Fraction(row["weight"]) for row in clause.rows("weights") if row["what"] == what), Fraction(1))


def balance(there: Count, back: Count, period: str) -> Fraction:
    """By how much one direction has used more than the other in a period; below zero where it is behind."""
    return there.used(period) - back.used(period)


def _more(amounts: dict[str, Fraction], of: str, amount: Fraction) -> None:
    amounts[of] = amounts.get(of, NOTHING) + amount


def shown(amount: Fraction) -> str:
    """An amount for a sentence: 3, or 7/2."""
    return str(amount)
