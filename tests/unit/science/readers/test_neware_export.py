"""Neware's text exports: real files by an independent parse with the csv module, and synthetic variants."""

import csv
import io
from datetime import UTC, datetime

import numpy as np
import pytest

from jointlab.errors import BadInput
from jointlab.science import read
from jointlab.science.door import ReadFile, read_source
from jointlab.science.source import Source
from tests.instrument_files import expected, needs_real_files, real_file


def seconds(clock: str) -> float:
    hours, minutes, rest = clock.split(":")
    return int(hours) * 3600 + int(minutes) * 60 + float(rest)


def parse(text: str, name: str = "x.csv") -> ReadFile:
    return read_source(Source(name, text.encode()))


@needs_real_files
@pytest.mark.parametrize(
    ("path", "encoding", "separator", "header"),
    [
        ("cycling/neware_uio.csv", "utf-8", ",", 0),
        ("awkward/neware_chinese_gbk.csv", "gbk", ",", 0),
        ("awkward/cycler_win1251_decimal_comma.csv", "windows-1251", ";", 1),
    ],
)
def test_every_number_is_what_the_csv_module_finds(path: str, encoding: str, separator: str, header: int) -> None:
    rows = list(csv.reader(io.StringIO(real_file(path).read_bytes().decode(encoding)), delimiter=separator))
    body = rows[header + 1 :]
    table = read(real_file(path)).tables[0]
    assert table.rows == len(body)
    assert table.rows in (expected()[path]["text"]["block_rows"], expected()[path]["text"]["block_rows"] + 1)

    def column(number: int) -> list[float]:
        return [float(row[number].replace(",", ".")) for row in body]

    assert table.array("index").tolist() == column(0)
    assert table.array("current").tolist() == column(6)
    assert table.array("potential").tolist() == column(7)
    assert table.array("capacity") == pytest.approx(np.array(column(8)) * 1000, rel=1e-12)
    assert table.array("discharge_energy") == pytest.approx(np.array(column(18)) * 1000, rel=1e-12)
    assert table.array("step_time").tolist() == [seconds(row[4]) for row in body]
    assert table.array("time").tolist() == [seconds(row[5]) for row in body]
    assert table.frame["step_type"].to_list() == [row[3] for row in body]
    clock = [datetime.strptime(row[20], "%Y-%m-%d %H:%M:%S").replace(tzinfo=UTC).timestamp() for row in body]
    assert table.array("unix_time").tolist() == clock


@needs_real_files
def test_time_goes_beyond_a_day() -> None:
    table = read(real_file("cycling/neware_uio.csv")).tables[0]
    assert table.array("time")[-1] == 144 * 3600 + 2 * 60 + 18  # “144:02:18” in the file


def test_units_come_from_the_header() -> None:
    text = (
        "DataPoint,Cycle Index,Step Index,Step Type,Time,Total Time,Current(μA),Voltage(mV),Capacity(μAh),Energy(mWs),T1(℃)\n"
        "1,1,1,CC Chg,00:00:00.500,26:00:00.500,1500,3700.5,2.5,7200,25\n"
        "2,1,1,CC Chg,00:00:01.000,26:00:01.000,1500,3700.6,2.6,7200,26\n"
    )
    table = parse(text).tables[0]
    assert table.array("current").tolist() == pytest.approx([1.5e-3] * 2)
    assert table.array("potential").tolist() == pytest.approx([3.7005, 3.7006])
    assert table.array("capacity").tolist() == pytest.approx([2.5e-3, 2.6e-3])
    assert table.array("energy").tolist() == pytest.approx([2.0, 2.0])  # 7200 mWs = 2 mWh
    assert table.array("time").tolist() == [93600.5, 93601.0]
    assert table.array("temperature_1").tolist() == pytest.approx([298.15, 299.15])


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gbk", "utf-16"])
def test_chinese_headers(encoding: str) -> None:
    text = (
        "数据序号,循环号,工步号,工步类型,时间,总时间,电流(A),电压(V),容量(Ah),比容量(mAh/g),绝对时间,接触电阻(mΩ)\n"
        "1,1,1,搁置,00:00:00,00:00:00,0,3.1,0,0,2024-01-01 10:00:00,0\n"
        "2,1,2,恒流充电,00:00:10,00:00:10,0.5,3.2,0.001,10,2024-01-01 10:00:10,0\n"
    )
    got = read_source(Source("x.csv", text.encode(encoding)))
    table = got.tables[0]
    assert table.frame["step_type"].to_list() == ["搁置", "恒流充电"]
    assert table.array("capacity")[1] == pytest.approx(1.0)
    assert got.reading.started == datetime(2024, 1, 1, 10)


LAYERED = """Cycle ID,Cap_Chg(mAh),Cap_DChg(mAh),Charge/Discharge Efficiency(%),,,,,
,Step ID,Step Name,Step Time(h:min:s.ms),,,,,
,,Record ID,Time(h:min:s.ms),Voltage(V),Current(mA),Temperature(C),Realtime,DCIR(O)
1,1.5,1.2,80,,,,,
,1,CC Chg,0:00:02.0,,,,,
,,1,0:00:01.0,3.20,1000,25,2026-04-02 00:00:01,
,,2,0:00:02.0,3.22,1000,25.1,2026-04-02 00:00:02,
,2,CC DChg,0:00:01.0,,,,,
,,3,0:00:01.0,3.10,-500,25.1,2026-04-02 00:00:03,0.02
2,1.4,1.1,78.6,,,,,
,1,CC Chg,0:00:01.0,,,,,
,,4,0:00:01.0,3.15,1000,25.3,2026-04-02 00:10:01,
"""


@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_layers_are_told_apart(separator: str) -> None:
    got = parse(LAYERED.replace(",", separator))
    table = got.tables[0]
    assert table.array("cycle").tolist() == [1, 1, 1, 2]
    assert table.array("step").tolist() == [1, 1, 2, 1]
    assert table.frame["step_type"].to_list() == ["CC Chg", "CC Chg", "CC DChg", "CC Chg"]
    assert table.array("current").tolist() == [1.0, 1.0, -0.5, 1.0]
    assert table.array("internal_resistance")[2] == pytest.approx(0.02)
    assert table.array("time").tolist() == [0.0, 1.0, 2.0, 600.0]  # from the time stamps: the file has no total time
    assert "time" in got.reading.decisions
    said = {(s.quantity, s.conditions["cycle"]): s.value for s in got.stated}
    assert said["charge_capacity", 1] == 1.5
    assert said["discharge_capacity", 2] == 1.1
    assert said["coulombic_efficiency", 2] == 78.6


RECORDS = "DataPoint,Cycle Index,Step Index,Step Type,Time,Total Time,{columns}\n1,1,1,CC Chg,{time},00:00:00,{row}\n2,1,1,CC Chg,00:00:01,00:00:01,{row}\n"


@pytest.mark.parametrize(
    ("columns", "time", "row", "code"),
    [
        ("Current,Voltage(V)", "00:00:00", "1,3.7", "neware.unit"),
        ("Current(A),Voltage(V)", "00:00:00:500", "1,3.7", "neware.time"),
        ("Current(A),Voltage(V)", "soon", "1,3.7", "neware.time"),
        ("Current(A),Voltage(V)", "00:00:00", "high,3.7", "neware.number"),
        ("Current(A),Voltage(V)", "00:00:00", "1,37000000", "reading.out-of-range"),
        ("Current(A),Voltage(V)", "00:00:00", "1,3,7", "table.columns"),
    ],
)
def test_what_is_not_sure_is_refused(columns: str, time: str, row: str, code: str) -> None:
    with pytest.raises(BadInput) as caught:
        parse(RECORDS.format(columns=columns, time=time, row=row))
    assert caught.value.code == code


def test_a_row_of_no_kind_is_refused() -> None:
    with pytest.raises(BadInput) as caught:
        parse(LAYERED + "Statistics,1,2\n")
    assert caught.value.code == "neware.layers"
    with pytest.raises(BadInput) as caught:
        parse("\n".join(line for line in LAYERED.splitlines() if not line.startswith("1,")))
    assert caught.value.code == "neware.layers"


def test_an_ambiguous_date_stays_text_and_is_said() -> None:
    text = RECORDS.format(columns="Current(A),Voltage(V),Date", time="00:00:00", row="1,3.7,01/02/2024 10:00:00")
    got = parse(text)
    assert got.reading.started is None
    assert "time.date-order" in {caution.code for caution in got.warnings}
    assert not got.tables[0].has("unix_time")


def test_cells_that_end_with_a_tab_as_btsda_writes_them() -> None:
    text = RECORDS.format(columns="Current(A),Voltage(V),Date", time="00:00:00", row="1,3.7,2024-01-02 10:00:00")
    table = parse(text.replace(",", "\t,").replace("\n", "\t\n")).tables[0]
    assert table.array("current").tolist() == [1.0, 1.0]
    assert table.array("time").tolist() == [0.0, 1.0]
    assert table.array("unix_time")[0] == 1704189600.0
    assert table.frame["step_type"].to_list() == ["CC Chg"] * 2


def test_a_last_time_stamp_that_is_cut_is_absent_and_said() -> None:
    text = RECORDS.format(columns="Current(A),Voltage(V),Date", time="00:00:00", row="1,3.7,2024-01-02 10:00:00")
    got = parse(text[:-6])
    assert "time.last-cut" in {caution.code for caution in got.warnings}
    assert got.tables[0].frame["unix_time"].to_list() == [1704189600.0, None]


def test_times_of_steps_alone_make_no_course_in_time() -> None:
    text = "DataPoint,Cycle Index,Step Index,Step Type,Time,Current(A),Voltage(V)\n1,1,1,Rest,00:00:00,0,3\n2,1,1,Rest,00:00:01,0,3\n"
    got = parse(text)
    assert not got.tables[0].has("time")
    assert "neware.no-total-time" in {caution.code for caution in got.warnings}


def test_a_row_of_a_cycle_may_go_on_with_its_first_step() -> None:
    text = "\n".join(line if line.startswith(",,") else line.rstrip(",") for line in LAYERED.splitlines()) + "\n"
    joined = text.replace("1,1.5,1.2,80\n,1,CC Chg", "1,1.5,1.2,80,1,CC Chg")
    assert joined != text
    plain, got = parse(text), parse(joined)
    assert got.tables[0].frame.equals(plain.tables[0].frame)
    assert got.stated == plain.stated
    assert "neware.joined-rows" in [w.code for w in got.reading.warnings]
    assert "neware.joined-rows" not in [w.code for w in plain.reading.warnings]
    with pytest.raises(BadInput):  # a cell more than both headers name
        parse(joined.replace("80,1,CC Chg", "80,7,1,CC Chg"))
