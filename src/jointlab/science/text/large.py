"""Large clean tables, parsed where they lie in memory: no byte is copied, and nothing is repaired.

Clean means: no quote, one decimal mark, as many cells in every sampled row as the header has, whole last lines. Whatever is not clean is
left to `tables`, which looks at everything; both give the same columns.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from jointlab.errors import BadInput
from jointlab.science.text.decimal import DecimalMark, decide_decimal
from jointlab.science.text.tables import SAMPLE, Layout, ParsedTable, drop_empty, is_text, stripped

_SAMPLE = 1 << 16  # bytes from either end


@dataclass(frozen=True)
class CleanForm:
    """The columns of a clean table, which of them are words, its separator and its decimal mark."""

    labels: tuple[str, ...]
    words: frozenset[str]
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
    shown = [[cell.decode("latin-1").strip() for cell in row] for row in (*rows[:SAMPLE], *rows[SAMPLE:][-SAMPLE:])]
    words = frozenset(name for at, name in enumerate(names) if is_text([row[at] for row in shown], layout))
    return CleanForm(tuple(names), words, separator, mark)


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
            schema={label: pl.String if label in form.words else pl.Float64 for label in form.labels},
            separator=form.separator,
            decimal_comma=form.mark.mark == ",",
            quote_char=None,
        )
    except pl.exceptions.PolarsError:
        return None
    return ParsedTable(drop_empty(stripped(frame), form.labels))
