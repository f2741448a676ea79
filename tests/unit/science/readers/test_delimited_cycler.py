import numpy as np
import pytest

from jointlab.errors import BadInput
from jointlab.science.door import ReadFile, read_source
from jointlab.science.readers.delimited_cycler import recognises
from jointlab.science.source import Source, open_source
from tests.instrument_files import expected, real_file

ANSWERS = {"time_unit": "s", "current_unit": "mA", "voltage_unit": "V", "capacity_unit": "mAh"}


def read_made(text: str | bytes, **settings: str) -> ReadFile:
    data = text.encode() if isinstance(text, str) else text
    return read_source(Source("made.csv", data), settings)


def codes(file: ReadFile) -> set[str]:
    return {warning.code for warning in file.warnings}


def body(separator: str = ",", decimal: str = ".", count: int = 40) -> str:
    """Charge at 1 mA for 20 rows of 360 s, then discharge."""
    lines = []
    for i in range(count):
        way = 1 if i < 20 else -1
        cells = [f"{i * 360:.1f}", f"{3.2 + 0.01 * i * way:.4f}", f"{1.0 * way:.4f}", f"{(i % 20) * 0.1:.5f}", "1"]
        lines.append(separator.join(cell.replace(".", decimal) for cell in cells))
    return "\n".join(lines) + "\n"


def check(file: ReadFile) -> None:
    table = file.tables[0]
    assert file.reading.format == "delimited.cycler"
    assert table.rows == 40
    assert table.array("time")[-1] == pytest.approx(39 * 360)
    assert table.array("current")[[0, -1]] == pytest.approx([1e-3, -1e-3])
    assert table.array("capacity")[1] == pytest.approx(0.1)


@pytest.mark.parametrize(("path", "rows"), [("custom_nan_inf.csv", 60), ("custom_truncated.csv", 59)])
def test_the_real_files_ask_for_each_unit_and_are_then_read(path: str, rows: int) -> None:
    source = open_source(real_file(f"cycling/{path}"))
    given: dict[str, str] = {}
    for _ in range(5):
        try:
            file = read_source(source, given)
            break
        except BadInput as refusal:
            assert refusal.code == "cycler.unit"
            assert refusal.question is not None
            given[refusal.question.key] = ANSWERS[refusal.question.key]
    assert set(given) == set(ANSWERS)
    assert file.tables[0].rows == rows == expected()[f"cycling/{path}"]["text"]["block_rows"]
    assert file.tables[0].array("potential")[0] == 1.14
    assert file.reading.facts["mass"] == "0.0012"


def test_not_a_number_and_infinity_are_absent_and_said() -> None:
    file = read_source(open_source(real_file("cycling/custom_nan_inf.csv")), ANSWERS)
    potential = file.tables[0].array("potential")
    assert np.flatnonzero(np.isnan(potential)).tolist() == [3, 7, 11]
    assert "values.absent" in codes(file)


def test_a_cut_last_line_is_said() -> None:
    file = read_source(open_source(real_file("cycling/custom_truncated.csv")), ANSWERS)
    assert "table.last-line-cut" in codes(file)


@pytest.mark.parametrize(
    ("header", "encoding", "separator", "decimal"),
    [
        ("Time (s),Voltage (V),Current (mA),Capacity (mAh),Cycle", "utf-8", ",", "."),
        ("time/s;U/V;I/mA;capacity/mAh;cycle", "utf-8", ";", ","),
        ("Время, с;Напряжение, В;Ток, мА;Ёмкость, мА·ч;Цикл", "utf-8", ";", ","),
        ("Время (с)\tНапряжение (В)\tТок (мА)\tЁмкость (мАч)\tНомер цикла", "windows-1251", "\t", ","),
        ("时间(秒),电压(V),电流(mA),容量(mAh),循环号", "gb18030", ",", "."),
    ],
)
def test_names_and_units_in_three_languages(header: str, encoding: str, separator: str, decimal: str) -> None:
    text = header + "\n" + body(separator, decimal)
    check(read_made(text.encode(encoding)))


def test_novonix_below_its_summary() -> None:
    """Header names of Novonix's high-precision chargers; the file is made."""
    head = "[Summary]\nNovonix HPC System Data File\nChannel: 3\n[End Summary]\n[Data]\n"
    names = "Date and Time,Cycle Number,Step Type,Run Time (h),Step Time (h),Current (A),Potential (V),Capacity (Ah),Temperature (°C)\n"
    lines = [
        f"2025-01-{1 + i // 24:02d} {i % 24:02d}:00:00 AM,1,{1 if i < 20 else 2},{i:.4f},{i % 20:.4f},{0.1 if i < 20 else -0.1},{3.2 + i / 100:.4f},{(i % 20) / 10:.4f},40.0"
        for i in range(40)
    ]
    table = read_made(head + names + "\n".join(lines) + "\n").tables[0]
    assert table.array("time")[-1] == pytest.approx(39 * 3600)
    assert table.array("current")[[0, -1]] == pytest.approx([0.1, -0.1])
    assert table.array("temperature")[0] == pytest.approx(313.15)


def test_minutes_are_proved_by_capacity_and_current() -> None:
    text = "Time,Voltage (V),Current (mA),Capacity (mAh),Cycle\n" + body()
    file = read_made(text)
    check(file)
    assert file.reading.decisions["time_unit"].startswith("s (current times time")


def test_unsigned_currents_take_the_sign_of_their_state() -> None:
    lines = [f"{i * 60},{3.2 + 0.01 * i},{0.5},{'CC Charge' if i < 20 else 'CC Discharge'},1" for i in range(40)]
    file = read_made("Time (s),Voltage (V),Current (mA),State,Cycle\n" + "\n".join(lines) + "\n")
    assert file.tables[0].array("current")[[0, -1]] == pytest.approx([5e-4, -5e-4])


def test_a_current_voltage_curve_is_not_claimed() -> None:
    assert not recognises(Source("a.csv", b"Voltage (V),Current (mA)\n0,1\n"))
    assert not recognises(Source("a.csv", b"time/s,Ewe/V,I/mA\n0,1,2\n"))
    assert not recognises(Source("a.csv", b"x,y\n0,1\n"))


@pytest.mark.parametrize("seed", range(10))
def test_mutated_files_are_refused_or_read(seed: int) -> None:
    data = bytearray(("Time (s),Voltage (V),Current (mA),Capacity (mAh),Cycle\n" + body()).encode())
    rng = np.random.default_rng(seed)
    for place in rng.integers(0, len(data), 4):
        data[place] = rng.integers(0, 256)
    try:
        file = read_made(bytes(data))
    except BadInput:
        return
    assert file.tables[0].rows <= 45
