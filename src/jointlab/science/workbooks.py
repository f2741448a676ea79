"""Spreadsheets (.xlsx, .xls) through calamine, which chooses by content, never by extension."""

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from jointlab.errors import BadInput

if TYPE_CHECKING:
    import fastexcel
    import polars as pl


@dataclass(frozen=True, eq=False)
class Workbook:
    """An open workbook."""

    _reader: "fastexcel.ExcelReader"

    @cached_property
    def sheets(self) -> tuple[str, ...]:
        """Names of the sheets, in order."""
        return tuple(self._reader.sheet_names)

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
