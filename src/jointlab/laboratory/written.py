"""Values as records write them: numbers as decimals, text with an end, conditions in the order of their names.

The order is not that of the file: PostgreSQL's jsonb, where drafts wait, keeps none, and the same draft must give the
same record on every database. Pure: children of a pool write so too.
"""

from collections.abc import Mapping
from decimal import Decimal
from numbers import Integral, Real
from typing import Any, TypeGuard

from jointlab.laboratory.records import Condition

_LONGEST = 2000  # characters
_EXPONENT_FROM = 10**16  # floats from here on are written with an exponent


def decimal(value: Any) -> str:
    """The shortest decimal that is exactly this number, of Python or numpy; zero has no sign.

    1e22 comes back from jsonb as an integer of 23 digits, which is the same number and so the same text.
    """
    if not isinstance(value, Integral):
        return repr(float(value) + 0.0)  # -0.0 + 0.0 is 0.0, and jsonb knows no -0.0 either
    whole = int(value)
    if abs(whole) < _EXPONENT_FROM:
        return str(whole)
    try:
        short = repr(float(whole))
    except OverflowError:
        return str(whole)
    return short if Decimal(short) == whole else str(whole)


def short(value: object) -> str:
    """A value as text of at most 2000 characters."""
    said = decimal(value) if is_number(value) else str(value)
    return said if len(said) <= _LONGEST else f"{said[:_LONGEST]}…"


def conditions_of(found: Mapping[str, Any]) -> tuple[Condition, ...]:
    """The conditions of a figure or a table."""
    return tuple(
        Condition(name, short(value), number=is_number(value))
        for name, value in sorted(found.items())
        if value is not None
    )


def is_number(value: Any) -> TypeGuard[float]:
    """A number of Python or numpy; a truth is none."""
    return not isinstance(value, bool) and isinstance(value, Real)
