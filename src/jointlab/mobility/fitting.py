"""What a clause on places says to a stay: which way, who, what for, how long. Every refusal names the clause."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from typing import Final

from jointlab.agreements.clauses import Clause
from jointlab.agreements.life import months_after
from jointlab.agreements.periods import shares
from jointlab.agreements.places import weight
from jointlab.errors import BadInput

_DAY: Final = timedelta(1)


@dataclass(frozen=True)
class Stay:
    """What is asked for. `source` and `target` are parties as the agreement names them."""

    source: str
    target: str
    level: str
    activity: str
    first: date
    last: date
    weight: str = ""  # a row of the clause's weights

    @classmethod
    def of(cls, facts: Mapping[str, str], *, source: str, target: str) -> "Stay":
        """From what a case says. Raises ValueError when its days are none."""
        return cls(
            source, target, facts.get("level", ""), facts.get("activity", ""), date.fromisoformat(facts.get("first", "")),
            date.fromisoformat(facts.get("last", "")), facts.get("weight", ""),
        )  # fmt: skip


def faults_of(clause: Clause, stay: Stay) -> tuple[BadInput, ...]:
    """Everything in which the stay does not fit the clause, each with the field of the nomination."""
    return tuple(fault for fault in (
        _way(clause, stay), _among(clause, "levels", stay.level, "level"), _among(clause, "activities", stay.activity, "activity"),
        _length(clause, stay), _weight(clause, stay),
    ) if fault)  # fmt: skip


def amounts(clause: Clause, stay: Stay) -> dict[str, Fraction]:
    """How much of the clause's places the stay takes in each period, in the clause's unit."""
    whole = weight(clause, stay.weight) * _units(clause.word("unit"), stay)
    taken: dict[str, Fraction] = {}
    for share in shares(clause, first=stay.first, last=stay.last):
        taken[share.period] = taken.get(share.period, Fraction(0)) + whole * share.part
    return taken


def months(first: date, last: date) -> int:
    """Months begun from the first to the last day, both included: 1 September to 28 February are six."""
    count = 1
    while months_after(first, count) <= last:
        count += 1
    return count


def _units(unit: str, stay: Stay) -> Fraction:
    """Persons, semesters and credits count one for each case, or by the clause's weights; months are those begun."""
    if unit == "month":
        return Fraction(months(stay.first, stay.last))
    if unit == "day":
        return Fraction((stay.last - stay.first).days + 1)
    return Fraction(1)


def _way(clause: Clause, stay: Stay) -> BadInput | None:
    ways = {(clause.word("from"), clause.word("to"))}
    if clause.word("pool") == "together":
        ways.add((clause.word("to"), clause.word("from")))
    if (stay.source, stay.target) in ways:
        return None
    return BadInput(
        "mobility.way",
        "Clause {clause} grants no places from this side to that one.",
        field="clause",
        clause=clause.number,
    )


def _among(clause: Clause, term: str, found: str, field: str) -> BadInput | None:
    granted = clause.terms.get(term, [])
    assert isinstance(granted, list)
    if found in granted:
        return None
    if field == "level":
        return BadInput(
            "mobility.level", "Clause {clause} grants no places to these persons.", field=field, clause=clause.number
        )
    return BadInput(
        "mobility.activity", "Clause {clause} grants no places for this activity.", field=field, clause=clause.number
    )


def _length(clause: Clause, stay: Stay) -> BadInput | None:
    most, least = clause.count("months_most"), clause.count("months_least")
    if most and stay.last >= months_after(stay.first, most):
        return BadInput(
            "mobility.too_long", "Clause {clause} allows stays of at most {most} months: until {last} when it begins on {first}.",
            field="last", clause=clause.number, most=most, first=stay.first.isoformat(), last=(months_after(stay.first, most) - _DAY).isoformat(),
        )  # fmt: skip
    if least and stay.last + _DAY < months_after(stay.first, least):
        return BadInput(
            "mobility.too_short", "Clause {clause} allows stays of at least {least} months: until {last} when it begins on {first}.",
            field="last", clause=clause.number, least=least, first=stay.first.isoformat(), last=(months_after(stay.first, least) - _DAY).isoformat(),
        )  # fmt: skip
    return None


def _weight(clause: Clause, stay: Stay) -> BadInput | None:
    known = [str(row["what"]) for row in clause.rows("weights")]
    if not stay.weight or stay.weight in known:
        return None
    return BadInput(
        "mobility.weight", "Clause {clause} has no weight “{found}”; it has: {known}.",
        field="weight", clause=clause.number, found=stay.weight[:60], known=", ".join(known) or "—",
    )  # fmt: skip
