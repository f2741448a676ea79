"""Workbooks: text and full numbers of one sheet, and recognition that never raises."""

import io
import zipfile

import pytest

from jointlab.errors import BadInput
from jointlab.science.door import read_source
from jointlab.science.source import Source, open_source
from tests.instrument_files import needs_real_files, real_file
from tests.workbook_files import xlsx


@needs_real_files
def test_a_grid_keeps_all_digits_of_a_number_and_the_words_beside_it() -> None:
    workbook = open_source(real_file("adsorption/Sample_A.xls")).workbook
    assert workbook is not None
    grid = workbook.grid("Sheet1")
    assert grid.text(29, 5) == "0.006685549"
    assert grid.column(5, 28, 31).to_list()[1] == 0.006685548883050357
    assert grid.column(5, 28, 31).to_list()[0] is None
    assert grid.text(27, 7) == "Quantity Adsorbed (cm³/g STP)"
    assert grid.text(10**6, 0) is None
    assert grid.text(27, 10**6) is None


@needs_real_files
def test_a_chart_sheet_has_no_rows_and_the_others_are_read() -> None:
    tops = open_source(real_file("adsorption/13X water 30c.xlsx")).tops
    assert tops["Chart1"] == []
    assert tops["DVS Data"][0][0] == "DVS-Vacuum-Data-File"


def test_tops_of_what_is_no_workbook_are_empty() -> None:
    for data in (b"text", b"PK\x03\x04broken", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600):
        assert not Source("x", data).tops


@needs_real_files
@pytest.mark.parametrize("kept", [600, 37_035, 101_123, 200_123, 223_355])
def test_a_cut_xls_says_that_it_is_cut(kept: int) -> None:
    data = real_file("adsorption/Sample_A.xls").read_bytes()
    with pytest.raises(BadInput) as caught:
        read_source(Source("x.xls", data[:kept]))
    assert caught.value.code == "workbook.broken"


@needs_real_files
def test_what_makes_the_compiled_reader_panic_is_a_refusal() -> None:
    data = bytearray(real_file("adsorption/Sample_A.xls").read_bytes())
    data[28:32] = b"\0\0\0\0"  # byte order and sector size of the compound file
    source = Source("x.xls", bytes(data))
    assert source.tops == {}
    with pytest.raises(BadInput) as caught:
        _ = source.workbook
    assert caught.value.code == "workbook.broken"


def test_two_cells_at_the_corners_of_a_sheet_do_not_end_the_process() -> None:
    small = xlsx({"a": [["x", 1.0], [2.0, 3.0]]})
    assert Source("x", small).workbook is not None
    with zipfile.ZipFile(io.BytesIO(small)) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    sheet = "xl/worksheets/sheet1.xml"
    parts[sheet] = parts[sheet].replace(b'"B2"', b'"XFD1048576"')
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, data in parts.items():
            archive.writestr(name, data)
    with pytest.raises(BadInput) as caught:
        read_source(Source("x", buffer.getvalue()))
    assert caught.value.code == "workbook.extent"
