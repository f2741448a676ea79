"""Neware's workbooks: written here cell by cell, as no freely licensed real one is at hand."""

from datetime import datetime

import pytest

from jointlab.errors import BadInput
from jointlab.science.door import ReadFile, read_source
from jointlab.science.source import Source
from tests.workbook_files import Cell, xlsx

HEADER: list[Cell] = [
    "DataPoint",
    "Cycle Index",
    "Step Index",
    "Step Type",
    "Time",
    "Total Time",
    "Current(mA)",
    "Voltage(V)",
    "Capacity(mAh)",
    "Date",
]
CHINESE: list[Cell] = ["数据序号", "循环号", "工步号", "工步类型", "时间", "总时间", "电流(mA)", "电压(V)", "容量(mAh)", "绝对时间"]  # fmt: skip


def row(number: int) -> list[Cell]:
    clock = f"{number // 3600:02d}:{number // 60 % 60:02d}:{number % 60:02d}"
    return [
        number,
        1,
        1,
        "CC Chg",
        clock,
        f"30:{clock[3:]}",
        0.5,
        3.5 + number / 1000,
        number / 100,
        f"2024-01-02 10:{clock[3:]}",
    ]


def parse(sheets: dict[str, list[list[Cell]]], name: str = "x.xlsx") -> ReadFile:
    return read_source(Source(name, xlsx(sheets)))


@pytest.mark.parametrize(("sheet", "header"), [("record", HEADER), ("记录层", CHINESE), ("Detail_1_2_3", HEADER)])
@pytest.mark.parametrize("name", ["x.xlsx", "renamed.xls"])
def test_records(sheet: str, header: list[Cell], name: str) -> None:
    got = parse({"unit": [["a", "b"]], sheet: [header, *[row(i) for i in range(1, 6)]]}, name)
    table = got.tables[0]
    assert got.reading.format == "neware.workbook"
    assert table.array("index").tolist() == [1, 2, 3, 4, 5]
    assert table.array("current").tolist() == [0.5e-3] * 5
    assert table.array("step_time").tolist() == [1, 2, 3, 4, 5]
    assert table.array("time").tolist() == [108001, 108002, 108003, 108004, 108005]
    assert table.array("capacity") == pytest.approx([0.01, 0.02, 0.03, 0.04, 0.05])
    assert got.reading.started == datetime(2024, 1, 2, 10, 0, 1)


@pytest.mark.parametrize("repeated", [True, False])
def test_records_go_on_in_further_sheets(repeated: bool) -> None:
    second = [[*HEADER], row(3), row(4)] if repeated else [row(3), row(4)]
    got = parse({"record": [HEADER, row(1), row(2)], "record_1": second})
    assert got.tables[0].array("index").tolist() == [1, 2, 3, 4]
    assert got.tables[0].frame["step_type"].to_list() == ["CC Chg"] * 4


def test_cycles_are_stated_and_the_test_gives_facts() -> None:
    cycles: list[list[Cell]] = [
        ["Cycle Index", "Chg. Cap.(mAh)", "DChg. Cap.(mAh)", "Chg.-DChg. Eff(%)"],
        [1, 1.5, 1.2, 80.0],
        [2, 1.4, 1.3, 92.9],
    ]
    test: list[list[Cell]] = [["Start Time", "2024-01-02 09:59:58", "Remarks", "cell 7"], ["Barcode", "A1"]]
    got = parse({"test": test, "cycle": cycles, "record": [HEADER, row(1), row(2)]})
    said = {(s.quantity, s.conditions["cycle"]): s.value for s in got.stated}
    assert said["charge_capacity", 1] == 1.5
    assert said["discharge_capacity", 2] == 1.3
    assert said["coulombic_efficiency", 2] == 92.9
    assert got.reading.started == datetime(2024, 1, 2, 9, 59, 58)
    assert got.reading.facts["remark"] == "cell 7"
    assert got.reading.facts["barcode"] == "A1"


def test_auxiliary_sheets_are_tables_of_their_own() -> None:
    auxiliary: list[list[Cell]] = [
        ["Record ID", "Step Name", "Relative Time(h:min:s.ms)", "T1(℃)"],
        [1, "CC Chg", "0:00:01.000", 25.0],
    ]
    got = parse({"Detail_1": [HEADER, row(1)], "DetailTemp_1": auxiliary})
    assert [table.name for table in got.tables] == ["records", "DetailTemp_1"]
    assert got.tables[1].array("temperature_1")[0] == pytest.approx(298.15)


def test_two_kinds_of_records_are_refused() -> None:
    other: list[Cell] = [*HEADER[:6], "Current(A)", "Voltage(V)", "Power(W)"]
    with pytest.raises(BadInput) as caught:
        parse({"record": [HEADER, row(1)], "more": [other, row(2)[:9]]})
    assert caught.value.code == "neware.sheets"


def test_the_unit_is_needed() -> None:
    header = [*HEADER]
    header[6] = "Current"
    with pytest.raises(BadInput) as caught:
        parse({"record": [header, row(1)]})
    assert caught.value.code == "neware.unit"
