"""Numbers as files: CSV with the unit in each header, written in pieces; names that no browser or disk trips over."""

import csv
import io
import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from jointlab.laboratory.models import Analysis, Result
from jointlab.laboratory.records import ColumnRecord

if TYPE_CHECKING:
    import polars as pl

    from jointlab.science.plots.plot import Plot

_ROWS = 20_000  # in one piece
_FORMULA = ("=", "+", "-", "@", "\t", "\r")  # a cell that begins so is run by spreadsheets
_LONGEST_NAME = 120  # characters


def header(column: ColumnRecord) -> str:
    """“specific_capacity (mAh/g)”; a ratio or a count has (1), a column of words no unit."""
    return cell(f"{column.name} ({column.unit})" if column.unit else column.name)


def cell(text: str) -> str:
    """Words from a file: a cell that a spreadsheet would run gets an apostrophe in front; numbers are left alone."""
    if not text.startswith(_FORMULA):
        return text
    try:
        float(text)
    except ValueError:
        return f"'{text}"
    return text


def frame_csv(frame: "pl.DataFrame", columns: Sequence[ColumnRecord]) -> Iterator[bytes]:
    """A table of the file, in canonical units; absent values are empty."""
    import polars as pl

    yield _line([header(column) for column in columns])
    words = [name for name, kind in frame.schema.items() if kind == pl.String]
    for start in range(0, frame.height, _ROWS):
        part = frame.slice(start, _ROWS)
        safe = [pl.col(name).map_elements(cell, return_dtype=pl.String) for name in words]
        yield part.with_columns(safe).write_csv(include_header=False).encode()


def figures_csv(results: Iterable[Result], analysis: Analysis) -> Iterator[bytes]:
    """Every figure of an analysis, digits as recorded."""
    code = analysis.measurement.code
    head = ("measurement", "analysis", "quantity", "value", "uncertainty", "unit", "conditions", "method", "uncertainty includes")  # fmt: skip
    yield _line(head)
    for result in results:
        conditions = "; ".join(f"{name}={value}" for name, value in sorted(result.conditions.items()))
        words = (result.unit, conditions, result.method, result.includes)
        yield _line([code, str(analysis.number), result.quantity, result.value_text, result.uncertainty_text, *map(cell, words)])  # fmt: skip


def plot_csv(plot: "Plot") -> Iterator[bytes]:
    """The points that a plot is drawn from: curve, x, y, uncertainty of y."""
    yield _line(["curve", plot.x.title(), plot.y.title(), f"uncertainty of {plot.y.title()}"])
    for series in plot.series:
        spread = series.uncertainty
        rows = [
            [cell(series.name), _digits(x), _digits(y), "" if spread is None else _digits(spread[i])]
            for i, (x, y) in enumerate(zip(series.x.tolist(), series.y.tolist(), strict=True))
        ]
        for start in range(0, len(rows), _ROWS):
            yield b"".join(_line(row) for row in rows[start : start + _ROWS])


def safe_name(*parts: str, ending: str) -> str:
    """A file name for a header and a disk: no path, no control or direction marks, not hidden, not too long."""
    text = unicodedata.normalize("NFC", "-".join(part for part in parts if part))
    text = "".join(char for char in text if unicodedata.category(char) not in ("Cc", "Cf", "Cs", "Cn", "Zl", "Zp"))
    text = re.sub(r'[\\/:*?"<>|]+', "_", text).strip(" .")[:_LONGEST_NAME].strip(" .")
    return f"{text or 'file'}{ending}"


def _digits(value: float) -> str:
    return "" if value != value else repr(float(value))  # nan: nothing was measured


def _line(cells: Iterable[str]) -> bytes:
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerow(cells)
    return out.getvalue().encode()
