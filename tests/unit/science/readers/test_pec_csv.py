from datetime import datetime

import numpy as np
import pytest

from jointlab.errors import BadInput
from jointlab.science.door import ReadFile, read_source
from jointlab.science.readers.pec_csv import recognises
from jointlab.science.source import Source, open_source
from tests.instrument_files import expected, real_file

FIELDS = "Request Year:,2024\nTest:,201\nTestRegime Name:,C/2\nNumber Of Cells:,1\nParameter names:,Mass (kg),\nParameter values:,0.5,\nStart Time:,{start}\nEnd Time:,1/1/0001 0:00\n#RESULTS CHECK\nReqYear,Test,CellNr,Type,Value,Reason,\n2024,201,1,1,3272,3,\n#END RESULTS CHECK\n"
OLD = "Test,Cell,Step,Cycle,Total Time (Seconds),Step Time (Seconds),Real Time,Voltage (mV),Current (mA),Charge Capacity (mAh),Discharge Capacity (mAh),Charge Capacity (mWh),Discharge Capacity (mWh),ReasonCode,Internal Resistance 1 (mOhm),\n"


def read_made(text: str, **settings: str) -> ReadFile:
    return read_source(Source("made.csv", text.encode()), settings)


def codes(file: ReadFile) -> set[str]:
    return {warning.code for warning in file.warnings}


def record(i: int, *, cell: int = 1, stamp: str = "02/03/2024") -> str:
    """Charge at 100 mA for 30 records of 60 s, then discharge; the day turns at record 30."""
    way = 1 if i < 30 else -1
    since = i % 30 * 60
    day = stamp if i < 30 else stamp.replace("02/03", "02/04").replace("03/02", "04/02")
    clock = f"{day} {'23' if i < 30 else '00'}:{i % 30 + (30 if i < 30 else 0):02d}:00"
    charge, discharge = (100 * since / 3600, 0.0) if way > 0 else (100 * 29 / 60, 100 * since / 3600)
    return f"201,{cell},{i // 30},1,{i * 60},{since},{clock},{3500 + i},{100 * way},{charge:.5f},{discharge:.5f},{charge * 3.5:.5f},{discharge * 3.5:.5f},30,1.5,\n"


def made(*, stamp: str = "02/03/2024", start: str = "02/03/2024 23:29:00") -> str:
    return FIELDS.format(start=start) + OLD + "".join(record(i, stamp=stamp) for i in range(60))


def test_the_real_file() -> None:
    file = read_source(open_source(real_file("cycling/Test25205.csv")), {})
    table = file.tables[0]
    assert table.rows == expected()["cycling/Test25205.csv"]["text"]["block_rows"]
    assert table.array("potential")[[0, -1]] == pytest.approx([3.6824952, 0.0639655])
    assert table.array("time")[[0, -1]] == pytest.approx([0.002, 19 * 3600 + 41 * 60 + 58.98])
    assert table.array("step_time")[1] == 1
    assert table.array("temperature")[1] == pytest.approx(19.26 + 273.15)
    assert file.reading.facts["Mass (kg)"] == "1.161"
    # 8 January to 9 January is the 19.7 h of the file; 1 August to 1 September is not
    assert file.reading.started == datetime(2026, 1, 8, 17, 40, 39)
    assert table.array("unix_time")[1] - table.array("unix_time")[0] == 1
    assert not file.figures  # open circuit, but for the last digit of the current


def test_older_units_are_converted() -> None:
    file = read_made(made())
    table = file.tables[0]
    assert table.rows == 60
    assert table.array("potential")[[0, -1]] == pytest.approx([3.5, 3.559])
    assert table.array("current")[[0, -1]] == pytest.approx([0.1, -0.1])
    assert table.array("charge_energy")[29] == pytest.approx(100 * 29 / 60 * 3.5, rel=1e-5)
    assert table.array("internal_resistance")[0] == pytest.approx(0.0015)
    assert file.reading.started == datetime(2024, 2, 3, 23, 29)
    assert file.reading.decisions["date_order"].startswith("the month")


def test_day_first_stamps_are_proved_by_the_time_that_has_passed() -> None:
    file = read_made(made(stamp="03/02/2024", start="03/02/2024 23:29:00"))
    assert file.reading.decisions["date_order"].startswith("the day")
    assert file.reading.started == datetime(2024, 2, 3, 23, 29)


def test_several_cells_get_a_table_each() -> None:
    below = (
        FIELDS.format(start="13/02/2024 10:00:00")
        + OLD
        + "".join(record(i, cell=cell) for cell in (1, 2) for i in range(60))
    )
    file = read_made(below)
    assert [table.name for table in file.tables] == ["cell 1", "cell 2"]
    assert [table.rows for table in file.tables] == [60, 60]
    assert "pec.cells" in codes(file)
    beside = (
        FIELDS.format(start="x")
        + OLD.strip()[:-1]
        + ","
        + OLD
        + "".join(record(i).strip() + record(i, cell=2) for i in range(60))
    )
    assert [table.rows for table in read_made(beside).tables] == [60, 60]


def test_a_start_in_two_readings_is_said() -> None:
    text = FIELDS.format(start="02/03/2024 10:00:00") + OLD + "".join(record(i) for i in range(20))
    file = read_made(text)
    assert file.reading.started is None
    assert "pec.started" in codes(file)


def test_bad_input_is_refused() -> None:
    with pytest.raises(BadInput):
        read_made(FIELDS.format(start="x") + OLD)
    with pytest.raises(BadInput):
        read_made(made().replace("Voltage (mV)", "Voltage (mA)"))
    assert not recognises(Source("a.csv", FIELDS.encode()))
    assert not recognises(Source("a.csv", OLD.encode()))


@pytest.mark.parametrize("seed", range(10))
def test_cut_files_are_refused_or_said(seed: int) -> None:
    text = made()
    cut = int(np.random.default_rng(seed).integers(400, len(text) - 1))
    try:
        file = read_made(text[:cut])
    except BadInput:
        return
    assert file.tables[0].rows <= 60
    assert file.warnings or text[cut] == "\n"
