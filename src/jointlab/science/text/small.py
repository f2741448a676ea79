"""Small tables of nothing but plain numbers, parsed here: an engine for large tables takes longer to begin than these to read.

Whatever is not that plain is left to `tables`; both give the same columns.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import polars as pl

SMALL = 1 << 16  # bytes
_IN_NUMBERS = b"0123456789+-.eE"


def plain_numbers(block: bytes, names: Sequence[str], separator: str) -> "pl.DataFrame | None":
    """The columns of rows that all end, are all as wide as the header and hold only numbers with a decimal point."""
    import numpy as np
    import polars as pl

    mark = separator.encode()
    if separator == " " or len(set(names)) < len(names) or block.translate(None, _IN_NUMBERS + mark + b"\r\n"):
        return None
    rows = block.replace(b"\r\n", b"\n")
    if b"\r" in rows or not rows.endswith(b"\n") or not _is_even(rows, len(names), mark):
        return None
    cells = rows[:-1].replace(b"\n", mark).split(mark)
    try:
        values = np.fromiter(map(float, cells), dtype=np.float64, count=len(cells))
    except ValueError:  # an empty cell, a date
        return None
    if not np.isfinite(values).all():
        return None
    columns = np.ascontiguousarray(values.reshape(-1, len(names)).T)
    return pl.DataFrame([pl.Series(name, column) for name, column in zip(names, columns, strict=True)])


def _is_even(rows: bytes, width: int, mark: bytes) -> bool:
    """Whether every row has as many cells as the header."""
    import numpy as np

    data = np.frombuffer(rows, dtype=np.uint8)
    ends = np.flatnonzero(data == ord("\n"))
    marks = np.flatnonzero(data == ord(mark))
    if not width or len(marks) != len(ends) * (width - 1):
        return False
    if width == 1:
        return True
    by_row = marks.reshape(len(ends), width - 1)
    return bool((by_row[:, -1] < ends).all() and (by_row[1:, 0] > ends[:-1]).all())
