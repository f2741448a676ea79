"""Large clean tables, parsed where they lie in memory: no byte is copied, and nothing is repaired.

Clean means: no quote, one decimal mark, every sampled cell a number or empty, whole last lines. Whatever is not clean is
left to `tables`, which looks at everything; both give the same columns.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from jointlab.errors import BadInput
from jointlab.science.text.decimal import DecimalMark, decide_decimal
from jointlab.science.text.tables import Layout, ParsedTable, drop_empty, is_text

_SAMPLE = 1 << 16  # bytes from either end


@dataclass(frozen=True)
class CleanForm:
    """The columns of a clean table, its separator and its decimal mark."""

    labels: tuple[str, ...]
    separator: str
    mark: DecimalMark


def clean_form(data: bytes, begin: int, names: Sequence[str], separator: str, *, given: str | None) -> CleanForm | None:
    """The form of the table from byte `begin` to the end, or None where it is not clean."""
    top, tail = data[begin : begin + _SAMPLE], data[max(begin, len(data) - _SAMPLE) :]
    if separator == " " or len(set(names)) < len(names) or data.find(b'"', begin) >= 0:
        return None
    if not tail.endswith(b"\n") or tail.endswith((b"\n\n", b"\r\n\r\n")):
        return None
    mark = _mark(data, begin, top, separator, given)
    rows = [line.split(separator.encode()) for line in (*top.splitlines()[:-1], *tail.splitlines()[1:])]
    if mark is None or not rows or {len(row) for row in rows} != {len(names)}:
        return None
    layout = Layout(separator, mark.mark)
    if any(is_text([row[at].decode("latin-1") for row in rows], layout) for at in range(len(names))):
        return None
    return CleanForm(tuple(names), separator, mark)


def _mark(data: bytes, begin: int, top: bytes, separator: str, given: str | None) -> DecimalMark | None:
    """The decimal mark, where commas and points do not both occur."""
    commas = data.find(b",", begin) >= 0
    if commas and separator != "," and data.find(b".", begin) >= 0:
        return None
    try:
        decided = decide_decimal(top, separator=separator, name="", given=given)
    except BadInput:
        return None
    return None if decided.grouping or (commas and separator != "," and decided.mark == ".") else decided


def parse_clean(data: bytes, form: CleanForm, *, skip: int) -> ParsedTable | None:
    """The table below the first `skip` lines of `data`; None where some cell is no number after all."""
    import polars as pl

    try:
        frame = pl.read_csv(
            data,
            has_header=False,
            skip_lines=skip,
            schema=dict.fromkeys(form.labels, pl.Float64),
            separator=form.separator,
            decimal_comma=form.mark.mark == ",",
            quote_char=None,
        )
    except pl.exceptions.PolarsError:
        return None
    return ParsedTable(drop_empty(frame, form.labels))
