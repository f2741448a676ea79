"""Sweeps of parameter analysers: two real files, several measurements in one file, cut files."""

import numpy as np
import pytest

from jointlab.errors import BadInput
from jointlab.science.door import read_source
from jointlab.science.source import Source
from tests.instrument_files import expected, needs_real_files, real_file

KEYSIGHT, KEITHLEY = "iv-electrical/sweep_diode.csv", "iv-electrical/iv.csv"


@needs_real_files
def test_easyexpert() -> None:
    file = read_source(Source("a.csv", real_file(KEYSIGHT).read_bytes()))
    wanted = expected()[KEYSIGHT]["text"]
    (table,) = file.tables
    assert file.reading.technique == "current_voltage"
    assert file.reading.instrument == "Keysight B1500A"
    assert table.rows == wanted["block_rows"]
    assert [c.name for c in table.columns] == ["potential", "current", "Id_dens", "Ron"]
    for row, line in ((0, wanted["first"]), (-1, wanted["last"])):
        assert [table.frame[c.name][row] for c in table.columns] == [float(x) for x in line.split(",")[1:]]
    assert table.columns[2].unit == "A/mm"


@needs_real_files
def test_several_measurements_follow_each_other() -> None:
    data = real_file(KEYSIGHT).read_bytes()
    file = read_source(Source("a.csv", data.rstrip() + b"\r\n\r\n" + data.removeprefix(b"\xef\xbb\xbf")))
    assert [t.rows for t in file.tables] == [201, 201]


@needs_real_files
def test_the_script_of_a_keithley() -> None:
    file = read_source(Source("a.csv", real_file(KEITHLEY).read_bytes()))
    (table,) = file.tables
    assert table.rows == expected()[KEITHLEY]["text"]["block_rows"]
    assert (table.array("potential")[0], table.array("current")[0], table.array("time_s")[0]) == (
        10.0,
        0.02997794,
        1.434273,
    )
    assert table.array("Is")[-1] == 4.663959e-4
    assert not [w for w in file.warnings if w.code == "rows.differ"]
    cut = read_source(Source("a.csv", real_file(KEITHLEY).read_bytes()[:30000]))
    assert any(w.code == "rows.differ" for w in cut.warnings)


@needs_real_files
def test_cut_and_mutated_files() -> None:
    data = real_file(KEYSIGHT).read_bytes()
    whole = read_source(Source("a.csv", data)).tables[0].array("current")
    noise = np.random.default_rng(4)
    with pytest.raises(BadInput):
        read_source(Source("a.csv", data[:5000]))
    for _ in range(20):
        try:
            cut = read_source(Source("a.csv", data[: int(noise.integers(100, len(data)))])).tables[0].array("current")
        except BadInput:
            continue
        assert np.array_equal(cut, whole[: len(cut)])
    for _ in range(20):
        broken = bytearray(data)
        for at in noise.integers(0, len(data), 20):
            broken[at] = int(noise.integers(0, 256))
        try:
            read_source(Source("a.csv", bytes(broken)))
        except BadInput:
            continue


MADE = """SetupTitle, diode
TestParameter, Context.MainFrame, B1500A
TestParameter, Channel.IName, Id, Is
TestParameter, Channel.VName, Vd, Vs
DataName, Vd, Id
DataValue, 0, 0
DataValue, 0.1, 4.66E-11
DataValue, 0.2, 2.24E-09
"""


@pytest.mark.parametrize("end", ["", "\n", "\n\n"])
def test_the_last_row_is_read_however_the_file_ends(end: str) -> None:
    (table,) = read_source(Source("a.csv", (MADE.rstrip("\n") + end).encode())).tables
    assert table.array("potential").tolist() == [0.0, 0.1, 0.2]
    assert table.array("current")[-1] == 2.24e-9
