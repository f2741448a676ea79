"""Credits converted by a signed table: an exact factor for each level and day, and the rounding that the clause states."""

from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from math import floor

from jointlab.agreements.clauses import Clause
from jointlab.errors import BadInput


@dataclass(frozen=True)
class Converted:
    """Credits in the other system. Both are kept: a transcript shows what was earned, the conversion stands beside it."""

    exact: Fraction  # credits of the other system
    rounded: Fraction  # the same, by the clause's rounding
    factor: Fraction
    clause: str  # its number


def convert(clause: Clause, credits: Fraction, *, level: str, source: str, target: str, on: date) -> Converted:
    """What credits of one system are in another by the row of the table that counts on a day.

    Raises BadInput ``agreement.no_factor``: a table says nothing about the way back, and nothing about other days.
    """
    day = on.isoformat()
    for row in clause.rows("factors"):
        same = (row["level"], row["from"], row["to"]) == (level, source, target)
        if same and row["since"] <= day <= row.get("until", "9999-12-31"):
            factor = Fraction(row["factor"])
            exact = credits * factor
            rounded = _rounded(exact, Fraction(clause.word("step")), clause.word("rounding"))
            return Converted(exact, rounded, factor, clause.number)
    raise BadInput(
        "agreement.no_factor", "Clause {clause} has no factor for {level}, {source} → {target}, on {day}.",
        clause=clause.number, level=level, source=source, target=target, day=day,
    )  # fmt: skip


def _rounded(exact: Fraction, step: Fraction, how: str) -> Fraction:
    """The multiple of `step` that the rule names."""
    steps = exact / step
    if how == "down":
        return floor(steps) * step
    if how == "half-up":
        return floor(steps + Fraction(1, 2)) * step
    return round(steps) * step  # half to even
