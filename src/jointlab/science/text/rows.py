"""Rows of numbers without a header: what parts their cells, and how many there are."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

_LONGEST = 4096  # characters; no row of numbers is longer, and the patterns below take long over endless digits
_POINT = re.compile(r"[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?$")
_COMMA = re.compile(r"[-+]?\d+(,\d+)?([eE][-+]?\d+)?$")


@dataclass(frozen=True)
class RowForm:
    """How a row of numbers is written: the separator (a blank: any run of blanks and tabs) and the number of cells."""

    separator: str
    width: int


@lru_cache(maxsize=512)  # several recognisers ask about the lines of one head
def row_form(line: str) -> RowForm | None:
    """The form of one line, or None if it is no row of two or more numbers.

    A comma parts cells only where points are the decimal marks of the line, so that ``12,5`` stays one number.
    """
    text = line.strip()
    if len(text) > _LONGEST:
        return None
    for separator, cells in ((";", text.split(";")), (" ", text.split())):
        filled = [cell.strip() for cell in cells]
        if len(filled) > 1 and (_all(_POINT, filled) or _all(_COMMA, filled)):
            return RowForm(separator, len(filled))
    cells = [cell.strip() for cell in text.split(",")]
    if len(cells) > 1 and _all(_POINT, cells) and ("." in text or ", " in text):
        return RowForm(",", len(cells))
    return None


def common_form(lines: Sequence[str]) -> RowForm | None:
    """The one form of all lines that are not blank, or None if any of them differs or is no row of numbers."""
    first: RowForm | None = None
    for line in lines:
        if not line.strip():
            continue
        form = row_form(line)
        if form is None or form != (first or form):
            return None
        first = form
    return first


def _all(pattern: re.Pattern[str], cells: Sequence[str]) -> bool:
    return all(pattern.match(cell) for cell in cells)
