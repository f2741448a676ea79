"""Spreadsheets (.xlsx, .xls) through calamine, which chooses by content, never by extension."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property, partial
from typing import TYPE_CHECKING, Any

from jointlab.errors import BadInput
from jointlab.science.archives import Archive
from jointlab.science.compound import MAGIC, Compound, spread_of
from jointlab.science.sheet_extent import extent_of
from jointlab.science.sheet_tops import tops_of

if TYPE_CHECKING:
    import fastexcel
    import polars as pl

_MOST_CELLS = 1 << 25  # of the rectangle that holds all cells of a sheet: a gigabyte
_SPARSEST = 4  # cells of it for each that is filled
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
    _archive: Archive | None = None  # of an .xlsx

    @cached_property
    def sheets(self) -> tuple[str, ...]:
        """Names of the sheets, in order."""
        return tuple(self._reader.sheet_names)

    @cached_property
    def tops(self) -> Mapping[str, list[tuple[str | None, ...]]]:
        """The first 60 rows of every sheet as text, for recognising; chart sheets and broken ones have none."""
        found: dict[str, list[tuple[str | None, ...]]] = {}
        quick = tops_of(self._archive, rows=_TOP_ROWS) if self._archive is not None else {}
        for sheet in self.sheets:
            if sheet in quick:
                found[sheet] = quick[sheet]
                continue
            try:
                found[sheet] = self.cells(sheet, rows=_TOP_ROWS)
            except BadInput:
                found[sheet] = []
        return found

    def grid(self, sheet: str) -> Grid:
        """A whole sheet, text and numbers, for reports whose tables stand anywhere."""
        numbers = self._load(sheet, header_row=None, n_rows=None, dtypes="float")
        return Grid(self.cells(sheet), numbers)

    def cells(self, sheet: str, *, rows: int | None = None) -> list[tuple[str | None, ...]]:
        """The first `rows` rows of a sheet as text, empty cells None: for headers and for recognising."""
        return self._load(sheet, header_row=None, n_rows=rows, dtypes="string").rows()

    def table(self, sheet: str, *, header: int | None) -> "pl.DataFrame":
        """The table below row `header` (counted from 0; None for a sheet without one), typed as calamine types it."""
        return self._load(sheet, header_row=header, n_rows=None, dtypes=None)

    def _load(self, sheet: str, *, header_row: int | None, n_rows: int | None, dtypes: Any) -> "pl.DataFrame":
        # skip_rows=0 keeps leading empty rows, so that row numbers are those a person sees
        # and all rows decide a column's type: the first thousand of a record may be empty or whole numbers
        with _refusing():
            loaded = self._reader.load_sheet(
                sheet, header_row=header_row, n_rows=n_rows, dtypes=dtypes, skip_rows=0 if header_row is None else None,
                schema_sample_rows=None,
            )  # fmt: skip
            return loaded.to_polars()


def open_workbook(data: bytes, archive: Archive | None = None) -> Workbook:
    """Open a workbook held in memory; `archive` is the one that an .xlsx is. Raises BadInput ``workbook.broken``."""
    import logging

    import fastexcel

    for name in ("fastexcel", "calamine"):  # a column without a type is no news for a terminal
        logging.getLogger(name).addHandler(logging.NullHandler())
    if archive is not None:
        for part in archive.names:
            extent = extent_of(partial(archive.pieces, part), most=_MOST_CELLS)
            _check_extent(part, area=extent.area, cells=extent.cells)
    elif data.startswith(MAGIC):
        for stream in Compound(data).workbooks():
            spread = spread_of(stream)
            _check_extent("workbook", area=spread.area, cells=spread.cells)
    with _refusing():
        return Workbook(fastexcel.read_excel(data), archive)


@contextmanager
def _refusing() -> Iterator[None]:
    """Whatever a damaged spreadsheet makes calamine raise becomes BadInput ``workbook.broken``.

    A panic in compiled code is no Exception of Python, and has no class that could be imported: its name tells.
    """
    import fastexcel

    try:
        yield
    except BaseException as fault:
        if not isinstance(fault, fastexcel.FastExcelError) and type(fault).__name__ != "PanicException":
            raise
        raise BadInput(
            "workbook.broken",
            "The spreadsheet cannot be opened ({reason}). It is cut or damaged; copy it again, or save it again as .xlsx.",
            reason=(str(fault).splitlines() or ["damaged"])[0],
        ) from fault


def _check_extent(part: str, *, area: int, cells: int) -> None:
    """A few cells at the corners of a sheet make calamine allocate all between them, and end the process with it.

    Raises BadInput ``workbook.extent``.
    """
    if area > max(_MOST_CELLS, _SPARSEST * cells):
        raise BadInput(
            "workbook.extent",
            "Sheet “{part}” has {filled} cells spread over {extent}: not opened. Delete the far ones, or save the table alone.",
            part=part, filled=cells, extent=area,
        )  # fmt: skip
