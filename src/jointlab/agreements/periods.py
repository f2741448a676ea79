"""Which period a stay counts in, as its clause says, and how much of it."""

from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from typing import Final

from jointlab.agreements.clauses import Clause
from jointlab.errors import BadInput

WHOLE: Final = "whole-term"
_LONGEST: Final = 3660  # days of one stay: ten years


@dataclass(frozen=True)
class Share:
    """The part of a stay that counts in one period."""

    period: str  # 2026, 2026/2027 or whole-term
    part: Fraction  # of the stay; the parts of a stay make 1


def shares(clause: Clause, *, first: date, last: date) -> tuple[Share, ...]:
    """The periods of a stay from its first to its last day, both included. Raises BadInput ``agreement.reversed``, ``agreement.too_long``."""
    if first > last:
        raise BadInput("agreement.reversed", "“{where}”: the first day, {first}, comes after the last, {last}.",
                       where=f"clause {clause.number}", first=first.isoformat(), last=last.isoformat())  # fmt: skip
    days = (last - first).days + 1
    if days > _LONGEST:
        raise BadInput("agreement.too_long", "A stay of {days} days is too long to be counted; at most {most} are possible.", days=days, most=_LONGEST)  # fmt: skip
    rule = clause.word("stay_counts")
    if rule != "by-days":
        return (Share(period_of(clause, first if rule == "in-the-year-it-begins" else last), Fraction(1)),)
    counts: dict[str, int] = {}
    for number in range(days):
        period = period_of(clause, first + timedelta(number))
        counts[period] = counts.get(period, 0) + 1
    return tuple(Share(period, Fraction(count, days)) for period, count in counts.items())


def period_of(clause: Clause, day: date) -> str:
    """The period that a day lies in: a calendar year, a year of study, or the whole term of the agreement."""
    kind = clause.word("period")
    if kind == WHOLE:
        return WHOLE
    if kind == "calendar-year":
        return f"{day.year:04d}"
    begins = clause.word("year_begins")
    year = day.year if day.strftime("%m-%d") >= begins else day.year - 1
    return f"{year:04d}" if begins == "01-01" else f"{year:04d}/{year + 1:04d}"
