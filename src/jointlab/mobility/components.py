"""Rows of a learning agreement, of a transcript and of a recognition, as they stand in the signed steps: one line each.

A learning agreement   home code | home course | credits there | host code | host course | credits here
A transcript           host code | course | credits earned | grade
A recognition          host code | home code | decision | credits recognised | note

Credits are decimals with a point. The number that an institution recorded is kept as it is; a conversion stands beside it.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from typing import Final

from jointlab.errors import BadInput

MOST_ROWS: Final = 40
DECISIONS: Final = ("full", "partial", "none")
_NUMBER: Final = re.compile(r"\d{1,4}(\.\d{1,4})?")
_CELL: Final = 200  # characters
_MARK: Final = "|"


@dataclass(frozen=True)
class Component:
    """A course at home and what is taken for it at the host. Either may be left out, not both."""

    home_code: str
    home_title: str
    home_credits: str  # as the home registrar writes them
    host_code: str
    host_title: str
    host_credits: str  # as the host registrar writes them


@dataclass(frozen=True)
class Result:
    """A course of the transcript."""

    host_code: str
    title: str
    credits: str  # earned
    grade: str


@dataclass(frozen=True)
class Recognised:
    """What the home side decides on one result."""

    host_code: str
    home_code: str
    decision: str  # full, partial, none
    credits: str  # of the home system
    note: str


def read_components(text: str, *, field: str = "components") -> tuple[Component, ...]:
    """The rows of a learning agreement. Raises BadInput ``mobility.row``, ``mobility.credits``, ``mobility.row_twice``."""
    rows = []
    for number, cells in _rows(text, 6, field):
        row = Component(*cells)
        if not (row.home_title and row.home_code) and not (row.host_title and row.host_code):
            raise _bad_row(number, field)
        for credits, title in ((row.home_credits, row.home_title), (row.host_credits, row.host_title)):
            if title or credits:
                _credits(credits, number, field)
        rows.append(row)
    _once((row.host_code for row in rows if row.host_code), field)
    return tuple(rows)


def read_results(text: str, *, field: str = "results") -> tuple[Result, ...]:
    """The rows of a transcript. Raises as `read_components`."""
    rows = []
    for number, cells in _rows(text, 4, field):
        row = Result(*cells)
        if not (row.host_code and row.title and row.grade):
            raise _bad_row(number, field)
        _credits(row.credits, number, field)
        rows.append(row)
    _once((row.host_code for row in rows), field)
    return tuple(rows)


def read_decisions(text: str, *, field: str = "decisions") -> tuple[Recognised, ...]:
    """The rows of a recognition. Raises as `read_components`, and BadInput ``mobility.decision``."""
    rows = []
    for number, cells in _rows(text, 5, field):
        row = Recognised(*cells)
        if not row.host_code:
            raise _bad_row(number, field)
        if row.decision not in DECISIONS:
            raise BadInput(
                "mobility.decision", "Row {number}: “{found}” is none of: {known}.",
                field=field, number=number, found=row.decision[:40], known=", ".join(DECISIONS),
            )  # fmt: skip
        _credits(row.credits, number, field)
        if (row.decision == "none") != (Fraction(row.credits) == 0):
            raise BadInput(
                "mobility.recognised", "Row {number}: what is not recognised has no credits, and what is recognised has some.",
                field=field, number=number,
            )  # fmt: skip
        rows.append(row)
    _once((row.host_code for row in rows), field)
    return tuple(rows)


def write_rows(rows: Iterable[Component | Result | Recognised]) -> str:
    """Rows as they stand in a step."""
    return "\n".join(f" {_MARK} ".join(vars(row).values()) for row in rows)


def total(credits: Iterable[str]) -> Fraction:
    """The sum of credits; what is left out counts nothing."""
    return sum((Fraction(one) for one in credits if one), Fraction(0))


def _rows(text: str, wide: int, field: str) -> Iterable[tuple[int, list[str]]]:
    lines = [line for line in text.split("\n") if line.strip()]
    if len(lines) > MOST_ROWS:
        raise BadInput("mobility.rows", "At most {most} rows are possible; these are {count}.", field=field, most=MOST_ROWS, count=len(lines))  # fmt: skip
    for number, line in enumerate(lines, 1):
        cells = [cell.strip() for cell in line.split(_MARK)]
        if len(cells) != wide or any(len(cell) > _CELL for cell in cells):
            raise BadInput(
                "mobility.cells", "Row {number} has {count} parts between the marks “|”; {wide} are needed, each of at most {most} characters.",
                field=field, number=number, count=len(cells), wide=wide, most=_CELL,
            )  # fmt: skip
        yield number, cells


def _credits(text: str, number: int, field: str) -> None:
    if _NUMBER.fullmatch(text) is None:
        raise BadInput(
            "mobility.credits", "Row {number}: “{found}” is no number of credits. Write it as 4 or 4.5.",
            field=field, number=number, found=text[:40],
        )  # fmt: skip


def _once(codes: Iterable[str], field: str) -> None:
    seen: set[str] = set()
    for code in codes:
        if code in seen:
            raise BadInput("mobility.row_twice", "The course {code} stands twice.", field=field, code=code)
        seen.add(code)


def _bad_row(number: int, field: str) -> BadInput:
    return BadInput(
        "mobility.row", "Row {number} needs the code and the title of a course.", field=field, number=number
    )
