"""Spreadsheets (.xlsx, .xls) through calamine, which chooses by content, never by extension."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from jointlab.errors import BadInput

if TYPE_CHECKING:
    import fastexcel
    import polars as pl

_TOP_ROWS = 60  # of each sheet, for recognising


@dataclass(frozen=True, eq=False)
class Grid:
    """One sheet as it is drawn: the text of each cell (numbers to nine digits), and the numbers at full precision."""

    rows: list[tuple[str | None, ...]]
    numbers: "pl.DataFrame"  # shape (rows, columns), float64; absent where a cell is no number

    def text(self, row: int, column: int) -> str | None:
        """The text of one cell, stripped; None for an empty one and beyond the sheet."""
        if not (0 <= row < len(self.rows) and 0 <= column < len(self.rows[row])):
            return None
        return (self.rows[row][column] or "").strip() or None

    def column(self, column: int, start: int, stop: int) -> "pl.Series":
        """The numbers of a column in the rows [start, stop)."""
        return self.numbers[start:stop, column]


@dataclass(frozen=True, eq=False)
class Workbook:
    """An open workbook."""

    _reader: "fastexcel.ExcelReader"

    @cached_property
    def sheets(self) -> tuple[str, ...]:
        """Names of the sheets, in order."""
        return tuple(self._reader.sheet_names)

    @cached_property
    def tops(self) -> Mapping[str, list[tuple[str | None, ...]]]:
        """The first 60 rows of every sheet as text, for recognising; chart sheets and broken ones have none."""
        import fastexcel

        found: dict[str, list[tuple[str | None, ...]]] = {}
        for sheet in self.sheets:
            try:
                found[sheet] = self.cells(sheet, rows=_TOP_ROWS)
            except fastexcel.FastExcelError:
                found[sheet] = []
        return found

    def grid(self, sheet: str) -> Grid:
        """A whole sheet, text and numbers, for reports whose tables stand anywhere."""
        numbers = self._load(sheet, header_row=None, n_rows=None, dtypes="float")
        return Grid(self.cells(sheet), numbers)

    def cells(self, sheet: str, *, rows: int | None = None) -> list[tuple[str | None, ...]]:
        """The first `rows` rows of a sheet as text, empty cells None: for headers and for recognising."""
        return self._load(sheet, header_row=None, n_rows=rows, dtypes="string").rows()

    def table(self, sheet: str, *, header: int) -> "pl.DataFrame":
        """The table below row `header` (counted from 0), with numbers as calamine types them."""
        return self._load(sheet, header_row=header, n_rows=None, dtypes=None)

    def _load(self, sheet: str, *, header_row: int | None, n_rows: int | None, dtypes: Any) -> "pl.DataFrame":
        # skip_rows=0 keeps leading empty rows, so that row numbers are those a person sees
        loaded = self._reader.load_sheet(
            sheet, header_row=header_row, n_rows=n_rows, dtypes=dtypes, skip_rows=0 if header_row is None else None
        )
        return loaded.to_polars()


def open_workbook(data: bytes) -> Workbook:
    """Open a workbook held in memory. Raises BadInput ``workbook.broken``."""
    import fastexcel

    try:
        return Workbook(fastexcel.read_excel(data))
    except fastexcel.FastExcelError as fault:
        raise BadInput(
            "workbook.broken",
            "The spreadsheet cannot be opened: {reason}. Save it again as .xlsx.",
            reason=str(fault).splitlines()[0],
        ) from fault
