"""Arbin: .res through mdbtools against EXPECTED.json and its .bdf.csv twin, exports against the csv module, variants."""

import csv
import shutil
from datetime import datetime
from pathlib import Path

import numpy as np
import pytest

from jointlab.errors import BadInput
from jointlab.science import read
from jointlab.science.door import ReadFile, read_source
from jointlab.science.source import Source, open_source
from tests.instrument_files import expected, needs_real_files, real_file
from tests.workbook_files import Cell, xlsx

needs_mdbtools = pytest.mark.skipif(shutil.which("mdb-export") is None, reason="mdbtools is not installed")
RES = "cycling/arbin_example.res"


@needs_real_files
@needs_mdbtools
def test_res_agrees_with_mdbtools_own_export() -> None:
    known = expected()[RES]["res"]
    got = read(real_file(RES))
    table = got.tables[0]
    assert table.rows == known["rows"]
    assert table.array("time")[[0, -1]].tolist() == known["Test_Time"]
    assert table.array("potential")[[0, -1]].tolist() == known["Voltage"]
    assert table.array("charge_capacity").max() == pytest.approx(known["Charge_Capacity_max"] * 1000, rel=1e-9)
    assert table.array("discharge_capacity").max() == pytest.approx(known["Discharge_Capacity_max"] * 1000, rel=1e-9)
    assert table.array("cycle").max() == known["Cycle_max"]
    # 45131.78472222222 days since 1899-12-30
    assert got.reading.started == datetime(2023, 7, 24, 18, 50)
    assert table.array("unix_time")[0] == pytest.approx(1690224600.0)
    assert (np.diff(table.array("index")) == 1).all()


@needs_real_files
@needs_mdbtools
def test_mass_is_in_grams_in_the_database() -> None:
    got = read(real_file("cycling/20160805_test001_45_cc_01.res")).reading
    assert got.facts["active_mass"] == pytest.approx(0.85283798)  # 0.00085283798 g; 3.579 Ah/g is silicon's capacity
    assert got.started == datetime(2016, 8, 5, 16, 16, 23)
    assert got.facts["channel_index"] == "3"


@needs_real_files
@needs_mdbtools
def test_res_and_its_bdf_twin_hold_the_same_records() -> None:
    res, bdf = read(real_file(RES)), read(real_file("cycling/arbin_example.bdf.csv"))
    ours, twin = res.tables[0], bdf.tables[0]
    for name in ("time", "potential", "step"):
        assert ours.array(name) == pytest.approx(twin.array(name), abs=1e-9), name
    # The converter of the twin divided the current by a thousand although it was in amperes: said, not mended.
    assert twin.array("current") * 1000 == pytest.approx(ours.array("current"), abs=1e-12)
    assert "bdf.disagrees" in {caution.code for caution in bdf.warnings}


@needs_real_files
@needs_mdbtools
@pytest.mark.parametrize("share", [0.1, 0.5, 0.9, 0.9999])
def test_a_cut_database_is_refused_or_said(share: float, capfd: pytest.CaptureFixture[str]) -> None:
    data = real_file(RES).read_bytes()
    try:
        got = read_source(Source("x.res", data[: int(len(data) * share) // 4096 * 4096]))
    except BadInput as fault:
        assert fault.code in ("arbin.res", "jet.damaged", "format.unknown", "reading.out-of-range", "file.damaged")
    else:
        assert "rows.differ" in {caution.code for caution in got.warnings}
    with pytest.raises(BadInput) as caught:
        read_source(Source("x.res", data[:-100]))
    assert caught.value.code == "jet.damaged"
    assert capfd.readouterr().out == ""


@needs_real_files
def test_without_mdbtools_the_sentence_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shutil.which", lambda _: None)
    with pytest.raises(BadInput, match="apt-get install mdbtools") as caught:
        read(real_file(RES))
    assert caught.value.code == "arbin.needs-mdbtools"


@needs_real_files
@needs_mdbtools
def test_no_copy_of_a_database_stays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    read_source(open_source(real_file(RES)))
    assert list(tmp_path.iterdir()) == []


@needs_real_files
def test_csv_agrees_with_the_csv_module() -> None:
    path = real_file("cycling/arbin_example.csv")
    with path.open(newline="") as file:
        rows = list(csv.DictReader(file))
    table = read(path).tables[0]
    assert table.rows == len(rows) == expected()["cycling/arbin_example.csv"]["text"]["block_rows"]
    for header, ours, factor in (
        ("Test_Time", "time", 1.0),
        ("Current", "current", 1.0),
        ("Voltage", "potential", 1.0),
        ("Discharge_Capacity", "discharge_capacity", 1e3),
        ("DateTime", "unix_time", 1.0),
        ("Internal_Resistance", "internal_resistance", 1.0),
    ):
        assert table.array(ours) == pytest.approx([float(row[header]) * factor for row in rows], rel=1e-12), header
    assert table.array("temperature")[0] == pytest.approx(29.18314 + 273.15)


@needs_real_files
def test_workbook() -> None:
    got = read(real_file("cycling/bs542_004_gr_li_50ua_50mv_1v_191020_Channel_11.xlsx"))
    table = got.tables[0]
    assert table.rows == 4526  # EXPECTED.json counts the header row: 4527
    assert table.array("time")[:2].tolist() == [1.001, 2.0015]
    assert table.array("potential")[0] == pytest.approx(2.637298584, rel=1e-9)
    assert got.reading.started == datetime(2020, 10, 19, 11, 33, 31)
    assert got.reading.facts["channel"] == "11"
    assert table.array("unix_time")[0] == pytest.approx(1603107106.582, abs=1e-3)


MITS8 = (
    "Data Point,Date Time,Test Time (s),Step Time (s),Cycle Index,Step Index,TC_Counter1,Current (A),Voltage (V),Power (W),"
    "Charge Capacity (Ah),Discharge Capacity (Ah),Charge Energy (Wh),Discharge Energy (Wh),ACR (Ohm),dV/dt (V/s),"
    "Internal Resistance (Ohm),dQ/dV (Ah/V),Aux_Temperature_1 (C),Aux_dT/dt_1 (C/s)\n"
    "1,\t10/10/2023 16:09:14.661,0.5,0.5,1,1,0,0.1,3.5,0.35,0.001,0,0.0035,0,0.01,0,0.02,0.5,25,0\n"
    "2,\t10/13/2023 16:09:15.661,259201.5,1.5,1,1,0,0.1,3.6,0.36,0.002,0,0.007,0,0.01,0,0.02,0.5,25.5,0\n"
)


def parse(text: str) -> ReadFile:
    return read_source(Source("x.csv", text.encode()))


def test_mits_8_text() -> None:
    got = parse(MITS8)
    table = got.tables[0]
    assert table.array("charge_capacity").tolist() == [1.0, 2.0]
    assert table.array("ac_resistance").tolist() == [0.01, 0.01]
    assert table.array("differential_capacity").tolist() == [500.0, 500.0]
    assert table.array("temperature_1").tolist() == [298.15, 298.65]
    assert got.reading.started == datetime(2023, 10, 10, 16, 9, 14, 161000)  # 0.5 s before the first record


@pytest.mark.parametrize(
    ("header", "current"),
    [
        ("Data_Point,Test_Time(s),Cycle_Index,Step_Index,Current(A),Voltage(V),Charge_Capacity(Ah)", 0.5),
        ("Data_Point,Test_Time(s),Cycle_Index,Step_Index,Current(mA),Voltage(mV),Charge_Capacity(mAh)", 0.5e-3),
        ("Data_Point,Test_Time_s_,Cycle_Index,Step_Index,Current_A_,Voltage_V_,Charge_Capacity_Ah_", 0.5),
        ("DATA_POINT,TEST_TIME (S.),CYCLE_INDEX,STEP_INDEX,CURRENT (mA),VOLTAGE (mV),CHARGE_CAPACITY (mAh)", 0.5e-3),
    ],
)
def test_spellings_of_headers(header: str, current: float) -> None:
    table = parse(f"{header}\n1,0,1,1,0.5,3.5,0\n2,1,1,1,0.5,3.6,0.1\n").tables[0]
    assert table.array("current").tolist() == pytest.approx([current] * 2)
    assert table.array("time").tolist() == [0, 1]


def test_channels_of_a_workbook_are_joined_and_kept_apart() -> None:
    header: list[Cell] = [
        "Data_Point",
        "Test_Time(s)",
        "Cycle_Index",
        "Step_Index",
        "Current(A)",
        "Voltage(V)",
        "Charge_Capacity(Ah)",
    ]

    def row(number: int) -> list[Cell]:
        return [number, float(number), 1, 1, 0.1, 3.0 + number / 10, number / 1000]

    statistics: list[Cell] = [*header, "Vmax_On_Cycle(V)", "Charge_Time(s)"]
    info: list[list[Cell]] = [
        ["TEST REPORT"],
        ["Channel", "Start DateTime", "MASS (g)", "Creator"],
        ["1-008", "2024-05-06 07:08:09", 0.0025, "AB"],
    ]
    got = read_source(
        Source(
            "x.xlsx",
            xlsx(
                {
                    "Global_Info": info,
                    "Channel_1-008_2": [header, row(3)],
                    "Channel_1-008_1": [header, row(1), row(2)],
                    "Channel_1-009_1": [header, row(7)],
                    "Statistics_1-008": [statistics, [*row(2), 4.2, 10.0]],
                }
            ),
        )
    )
    assert [table.name for table in got.tables] == ["Channel_1-008", "Channel_1-009"]
    assert got.tables[0].array("index").tolist() == [1, 2, 3]
    assert got.reading.facts["active_mass"] == pytest.approx(2.5)
    assert got.reading.started == datetime(2024, 5, 6, 7, 8, 9)


@pytest.mark.parametrize("cell", ["high", "1,5"])
def test_words_among_numbers_are_refused(cell: str) -> None:
    header = "Data_Point,Test_Time(s),Cycle_Index,Step_Index,Current(A),Voltage(V),Charge_Capacity(Ah)"
    with pytest.raises(BadInput):
        parse(f"{header}\n1,0,1,1,{cell},3.5,0\n2,1,1,1,{cell},3.6,0.1\n")
