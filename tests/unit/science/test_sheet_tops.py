"""The tops of large sheets are what calamine gives, without parsing the sheet."""

import pytest

from jointlab.science import sheet_tops
from jointlab.science.archives import open_archive
from jointlab.science.source import Source, open_source
from tests.instrument_files import needs_real_files, real_file
from tests.workbook_files import Cell, xlsx


def cells(rows: int, slope: float | None) -> list[list[Cell]]:
    return [[i, None if slope is None else i * slope] for i in range(rows)]


SHEETS: dict[str, list[list[Cell]]] = {
    "test": [["Start Time", "2024-01-01 10:00:00"], [None, None], ["Remark", "a & b <c>"]],
    "record": [["DataPoint", "Current(A)"], *cells(100, 0.125e-3)],
}


def test_tops_agree_with_calamine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sheet_tops, "LARGE", 0)
    data = xlsx(SHEETS)
    workbook = Source("x.xlsx", data).workbook
    assert workbook is not None
    quick = sheet_tops.tops_of(open_archive(data), rows=60)
    assert quick == {sheet: workbook.cells(sheet, rows=60) for sheet in SHEETS}


@needs_real_files
def test_tops_of_a_real_workbook_agree_with_calamine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sheet_tops, "LARGE", 0)
    source = open_source(real_file("adsorption/CBV712_N2_77K.xlsx"))
    assert source.workbook is not None and source.archive is not None
    quick = sheet_tops.tops_of(source.archive, rows=60)
    assert len(quick) == 9
    for sheet, top in quick.items():
        slow = source.workbook.cells(sheet, rows=60)
        assert [[cell or None for cell in row] for row in top] == [[cell or None for cell in row] for row in slow]


def test_small_sheets_are_left_to_calamine() -> None:
    assert sheet_tops.tops_of(open_archive(xlsx(SHEETS)), rows=60) == {}


def test_types_are_decided_by_all_rows() -> None:
    rows: list[list[Cell]] = [["t", "x"], *cells(1500, None), [1500.5, 0.25]]
    workbook = Source("x.xlsx", xlsx({"s": rows})).workbook
    assert workbook is not None
    assert workbook.table("s", header=0).row(-1) == (1500.5, 0.25)
