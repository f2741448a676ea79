import re
from collections.abc import Sequence
from datetime import datetime

import numpy as np
import pytest

from jointlab.errors import BadInput
from jointlab.science.door import ReadFile, read_source
from jointlab.science.readers.maccor_text import recognises
from jointlab.science.source import Source, open_source
from tests.instrument_files import expected, real_file


def read_real(path: str, **settings: str) -> ReadFile:
    return read_source(open_source(real_file(path)), settings)


def read_made(text: str | bytes, name: str = "made.txt", **settings: str) -> ReadFile:
    data = text.encode() if isinstance(text, str) else text
    return read_source(Source(name, data), settings)


def codes(file: ReadFile) -> set[str]:
    return {warning.code for warning in file.warnings}


# --- the real files ---


@pytest.mark.parametrize("path", ["maccor_example.001", "maccor_example.002", "maccor_two.txt", "maccor_three.txt"])
def test_every_row_of_the_real_files_is_read(path: str) -> None:
    file = read_real(f"cycling/{path}")
    assert file.reading.format == "maccor.text"
    assert file.reading.technique == "galvanostatic_cycling"
    assert file.tables[0].rows == expected()[f"cycling/{path}"]["text"]["block_rows"]


def test_minutes_and_volts_of_the_first_example() -> None:
    file = read_real("cycling/maccor_example.001")
    table = file.tables[0]
    assert table.array("time")[-1] == pytest.approx(1.1667 * 60)
    assert table.array("potential")[0] == 3.30678264
    assert file.reading.started == datetime(2016, 3, 31, 16, 5, 31)
    assert str(file.reading.facts["Comment/Barcode"]).startswith("SET-LN3024-104, Targray")
    assert np.diff(table.array("unix_time")) == pytest.approx(np.full(7, 10.0))


def test_decimal_commas_and_minutes_proved_by_the_stamps() -> None:
    file = read_real("cycling/maccor_two.txt")
    table = file.tables[0]
    assert file.reading.decisions["time_unit"].startswith("min")
    assert table.array("time")[[0, 1, -1]] == pytest.approx([0.0, 60.0, 212 * 60.0])
    assert table.array("potential")[[0, -1]] == pytest.approx([0.1377, 0.1490])
    assert file.reading.started is None  # 06/05/2021 may be May or June
    assert {"maccor.started", "table.last-line-cut"} <= codes(file)


def test_millivolts_under_a_header_that_says_volts() -> None:
    """The file's energy over its capacity is 2.9 V: the numbers of “Volts” are millivolts."""
    file = read_real("cycling/maccor_three.txt")
    table = file.tables[0]
    assert table.array("potential")[[0, -1]] == pytest.approx([1.8538186, 1.3000687])
    assert table.array("current")[-1] == pytest.approx(-0.8960098)
    assert table.array("capacity")[-1] == pytest.approx(822.3335)
    assert table.array("time")[-1] == pytest.approx(3 * 86400 + 18 * 3600 + 47 * 60 + 23.42)
    assert file.reading.started == datetime(2021, 8, 23, 18, 4, 18)
    assert file.reading.decisions["voltage_unit"].startswith("mV")


def test_capacities_computed_from_the_third_example_are_those_of_its_counter() -> None:
    file = read_real("cycling/maccor_three.txt")
    discharge = [f.value for f in file.figures if f.quantity == "discharge_capacity"]
    assert len(discharge) == 15
    assert discharge[0] == pytest.approx(850.9278, rel=3e-5)  # last mAmp-hr of the first discharge
    assert discharge[-1] == pytest.approx(822.3335, rel=3e-5)
    energy = [f.value for f in file.figures if f.quantity == "discharge_energy"]
    assert energy[-1] == pytest.approx(2293.5947, rel=1e-4)
    assert "cycling.cycle-count" not in codes(file)
    assert "cycling.counter-differs" not in codes(file)


def test_zero_bytes_at_the_end_are_said() -> None:
    file = read_real("awkward/nul_padded.txt")
    assert file.tables[0].rows == expected()["awkward/nul_padded.txt"]["text"]["block_rows"]
    assert "file.zero-padded" in codes(file)


# --- made variants ---

HEAD = "Today's Date 04/04/2016  Date of Test:\t03/31/2016\t Filename:\tC:\\x.001\tProcedure: p.000\tComment/Barcode: cell 7\r\n"


def rows(columns: Sequence[str], count: int = 40) -> list[dict[str, float | str]]:
    """A charge at 0.5 A and a discharge at 0.25 A, one row a minute; 3.5 V and 3.25 V."""
    found: list[dict[str, float | str]] = []
    for i in range(count):
        way = i < count // 2
        since = i if way else i - count // 2
        current, volts = (0.5, 3.5) if way else (0.25, 3.25)
        found.append(
            {
                "rec": i + 1, "cyc": 1, "step": 1 if way else 2, "test": float(i), "step time": float(since),
                "ah": current * since / 60, "wh": current * since / 60 * volts, "a": current, "v": volts + since * 1e-4,
                "state": "C" if way else "D", "es": 1, "dpt": f"03/31/2016 16:{i:02d}:00",
            }
        )  # fmt: skip
    return found


def made(
    header: str, *, separator: str = "\t", head: str = HEAD, time_scale: float = 60.0, decimal: str = ".", dpt: bool = True,
    scale: float = 1.0, volts: float = 1.0, signed: bool = False, state: dict[str, str] | None = None, count: int = 40,
) -> str:  # fmt: skip
    lines = [head + header]
    for row in rows(header.split(separator), count):
        letter = str(row["state"])
        current = float(row["a"]) * scale * (-1 if signed and letter == "D" else 1)
        numbers = [float(row["test"]) * time_scale, float(row["step time"]) * time_scale, float(row["ah"]) * scale,
                   float(row["wh"]) * scale, current, float(row["v"]) * volts]  # fmt: skip
        cells = [str(row["rec"]), str(row["cyc"]), str(row["step"])]
        cells += [f"{number:.6f}".replace(".", decimal) for number in numbers]
        cells += [(state or {}).get(letter, letter), str(row["es"])] + ([str(row["dpt"])] if dpt else [])
        lines.append(separator.join(cells))
    return "\r\n".join(lines) + "\r\n"


SECONDS = "Rec#\tCyc#\tStep\tTest (Sec)\tStep (Sec)\tAmp-hr\tWatt-hr\tAmps\tVolts\tState\tES\tDPt Time"


def check(file: ReadFile) -> None:
    table = file.tables[0]
    assert table.rows == 40
    assert table.array("time")[[0, -1]] == pytest.approx([0.0, 39 * 60.0])
    assert table.array("current")[[0, -1]] == pytest.approx([0.5, -0.25])
    assert table.array("potential")[[0, -1]] == pytest.approx([3.5, 3.2519])
    assert table.array("capacity")[-1] == pytest.approx(0.25 * 19 / 60 * 1e3, abs=1e-3)
    assert table.array("energy")[-1] == pytest.approx(0.25 * 19 / 60 * 1e3 * 3.25, abs=2e-3)


@pytest.mark.parametrize(
    ("header", "options"),
    [
        (SECONDS, {}),
        (SECONDS.replace("(Sec)", "(Min)"), {"time_scale": 1.0}),
        (SECONDS.replace("(Sec)", "(Hr)"), {"time_scale": 1 / 60}),
        (SECONDS.replace("Test (Sec)", "TestTime").replace("Step (Sec)", "StepTime"), {}),
        (SECONDS.replace("Test (Sec)", "TestTime").replace("Step (Sec)", "StepTime"), {"time_scale": 1.0}),
        (SECONDS.replace("Amp-hr\tWatt-hr\tAmps", "mAmp-hr\tmWatt-hr\tmAmps"), {"scale": 1e3, "signed": True}),
        (SECONDS.replace("State", "MD"), {"state": {"C": "CHG", "D": "DCH"}}),
        (
            "Rec\tCycle P\tStep\tTestTime\tStepTime\tCap. [Ah]\tEner. [Wh]\tCurrent [A]\tVoltage [V]\tMd\tES\tDPT Time",
            {"decimal": ","},
        ),
        (SECONDS.replace("\tDPt Time", ""), {"dpt": False}),
        (SECONDS.replace("Test (Sec)", "TestTime").replace("\tDPt Time", ""), {"dpt": False, "time_scale": 1.0 / 60}),
    ],
)
def test_dialects_give_the_same_columns(header: str, options: dict) -> None:
    check(read_made(made(header, **options)))


def test_commas_and_a_row_of_units() -> None:
    header = "Rec,Cycle C,Step,Test Time,Step Time,Capacity,Energy,Current,Voltage,MD,ES,DPT Time"
    units = ",,,Sec,Sec,AHr,WHr,Amps,Volts,,,\r\n"
    text = made(header, separator=",", head="Name,cell 7,,,\r\nChannel,5\r\nStarted,13/04/2020 10:00:00\r\n")
    cut = text.index("\r\n", text.index("Rec,")) + 2
    file = read_made(text[:cut] + units + text[cut:], "made.csv")
    check(file)
    assert file.reading.facts["Channel"] == "5"
    assert file.reading.started == datetime(2020, 4, 13, 10)


def test_units_in_brackets_and_temperatures() -> None:
    header = "Rec,Cycle C,Step,Test Time [s],Step Time [s],Capacity [Ah],Energy [Wh],Current [A],Voltage [V],State,ES,EVTemp (C)"
    text = re.sub(r"03/31/2016 16:\d\d:00", "25.0", made(header, separator=","))
    file = read_made(text, "made.csv")
    check(file)
    assert file.tables[0].array("temperature")[0] == pytest.approx(298.15)


def test_filler_bytes_in_the_header_are_left_out() -> None:
    data = made(SECONDS).encode().replace(b"cell 7", b"cell 7" + b"\xff" * 40)
    file = read_made(data)
    check(file)
    assert file.reading.facts["Comment/Barcode"] == "cell 7"


def test_a_spreadsheet_duration_is_read() -> None:
    text = made(SECONDS.replace("Test (Sec)", "Test Time").replace("Step (Sec)", "Step Time"))
    text = re.sub(
        r"(?m)^((?:[^\t\r\n]+\t){3})(\d+)\.0{6}\t",
        lambda m: f"{m[1]}:0:{int(m[2]) // 3600:02d}:{int(m[2]) // 60 % 60:02d}:00\t",
        text,
    )
    check(read_made(text))


def test_a_time_that_nothing_proves_is_asked_about() -> None:
    header = "Rec#\tCyc#\tStep\tTestTime\tStepTime\tX\tY\tAmps\tVolts\tState\tES"
    text = made(header, dpt=False)
    with pytest.raises(BadInput) as caught:
        read_made(text)
    assert caught.value.code == "maccor.unit"
    assert caught.value.question is not None
    assert caught.value.question.key == "time_unit"
    assert read_made(text, time_unit="s").tables[0].array("time")[-1] == pytest.approx(39 * 60.0)


def test_a_voltage_beyond_any_cell_is_asked_about() -> None:
    header = SECONDS.replace("Watt-hr", "Y")
    text = made(header, volts=1e3)
    with pytest.raises(BadInput) as caught:
        read_made(text)
    assert caught.value.question is not None
    assert caught.value.question.key == "voltage_unit"
    assert read_made(text, voltage_unit="mV").tables[0].array("potential")[0] == pytest.approx(3.5)
    assert read_made(text, voltage_unit="V").tables[0].array("potential")[0] == pytest.approx(3500)


def test_a_current_without_a_unit_is_asked_about() -> None:
    text = made(SECONDS.replace("Amps", "Current"))
    with pytest.raises(BadInput) as caught:
        read_made(text)
    assert caught.value.question is not None
    assert caught.value.question.key == "current_unit"
    check(read_made(text, current_unit="A"))


def test_current_in_a_state_without_direction_is_absent() -> None:
    text = made(SECONDS, state={"D": "S"})
    file = read_made(text)
    assert "maccor.state" in codes(file)
    assert np.isnan(file.tables[0].array("current")[20:]).all()


@pytest.mark.parametrize(
    ("first", "second", "start"),
    [
        ("06/05/2021", "06/06/2021", datetime(2021, 6, 5, 23, 40)),
        ("05/06/2021", "06/06/2021", datetime(2021, 6, 5, 23, 40)),
    ],
)
def test_day_and_month_are_told_by_the_time_that_has_passed(first: str, second: str, start: datetime) -> None:
    text = re.sub(
        r"03/31/2016 16:(\d\d):00",
        lambda m: f"{first} 23:{int(m[1]) + 40}:00" if int(m[1]) < 20 else f"{second} 00:{int(m[1]) - 20:02d}:00",
        made(SECONDS),
    )
    file = read_made(text.replace("Date of Test:\t03/31/2016", "Date of Test:\tx"))
    check(file)
    assert file.reading.started == start
    assert file.tables[0].array("unix_time")[-1] - file.tables[0].array("unix_time")[0] == 39 * 60


def test_a_part_of_a_longer_test_is_said() -> None:
    text = re.sub(r"(?m)^(\d+)\t1\t", lambda m: f"{int(m[1]) + 500}\t1\t", made(SECONDS))
    assert "maccor.part" in codes(read_made(text, "made.002"))


def test_a_cut_last_line_is_left_out_and_said() -> None:
    file = read_made(made(SECONDS)[:-60])
    assert file.tables[0].rows == 39
    assert "table.last-line-cut" in codes(file)


@pytest.mark.parametrize(
    "text",
    [
        made(SECONDS, count=0),
        made(SECONDS.replace("Volts", "Folts")),
        made(SECONDS.replace("Amps", "Ramps")),
        made(SECONDS).replace("0.500000\t3.5", "0,5\t3.5", 1),
    ],
)
def test_what_cannot_be_read_is_refused_or_said(text: str) -> None:
    try:
        file = read_made(text)
    except BadInput:
        return
    assert codes(file)


@pytest.mark.parametrize("seed", range(30))
def test_mutated_files_are_refused_or_right_in_kind(seed: int) -> None:
    rng = np.random.default_rng(seed)
    data = bytearray(made(SECONDS).encode())
    for place in rng.integers(0, len(data), 5):
        data[place] = rng.integers(0, 256)
    try:
        file = read_made(bytes(data))
    except BadInput:
        return
    assert file.tables[0].rows <= 45


def test_other_texts_are_not_claimed() -> None:
    assert not recognises(Source("a.txt", b"Step\tRecord\tVolts\n1\t2\t3\n"))
    assert not recognises(Source("a.csv", b"Data_Point,Test_Time(s),Step_Index,Cycle_Index,Current(A),Voltage(V)\n"))
    assert not recognises(Source("a.csv", b"DataPoint,Cycle Index,Step Index,Step Type,Time,Current(A)\n"))
