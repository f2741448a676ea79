"""The text exports: real ones against independent values, made ones in every locale, and what must be refused."""

from collections.abc import Sequence
from datetime import datetime

import pytest

from jointlab.errors import BadInput
from jointlab.science.door import ReadFile, read, read_source
from jointlab.science.source import Source
from tests.instrument_files import expected, needs_real_files, real_file
from tests.unit.science.readers.biologic_files import mpt

CV = "mode|ox/red|error|control changes|time/s|control/V|Ewe/V|<I>/mA|cycle number|(Q-Qo)/C|P/W"
ROWS = [
    f"2 1 0 0 {i * 0.1:.15E} {0.1 * i:.7E} {0.1 * i:.7E} {-1.25 * i:.15E} 1.0E+000 {0.0036 * i:.7E} 1.0E-003"
    for i in range(8)
]


def _comma(rows: Sequence[str]) -> list[str]:
    return [row.replace(".", ",") for row in rows]


def _read(text: str | bytes, name: str = "a.mpt", **settings: str) -> ReadFile:
    return read_source(Source(name, text if isinstance(text, bytes) else text.encode()), settings)


def _code(text: str | bytes) -> str:
    with pytest.raises(BadInput) as caught:
        _read(text)
    return caught.value.code


def _codes(file: ReadFile) -> list[str]:
    return [warning.code for warning in file.reading.warnings]


@needs_real_files
@pytest.mark.parametrize(
    ("name", "technique", "first_last"),
    [
        # first and last values as the text of the file has them, in canonical units
        (
            "voltammetry/HZB_Echem_2_1_C-1.ITO.hy.mpt",
            "cyclic_voltammetry",
            {"potential": (0.25310114, 0.25297508), "current": (-2.019588137045503e-06, -1.969126462936401e-04)},
        ),
        (
            "voltammetry/Pt_poly_cv_CUT.mpt",
            "cyclic_voltammetry",
            {"time": (3.289600104471901, 151.8101963525260), "potential": (0.87869531, 0.15471299)},
        ),
        (
            "eis/exampleDataBioLogic.mpt",
            "impedance",
            {"frequency": (1000.3201, 0.01689554), "impedance_imaginary": (-0.38998979, -2.3458567)},
        ),
    ],
)
def test_real_files(name: str, technique: str, first_last: dict[str, tuple[float, float]]) -> None:
    file = read(real_file(name))
    table = file.tables[0]
    assert file.reading.technique == technique
    assert table.rows == expected()[name]["text"]["block_rows"]
    for column, ends in first_last.items():
        values = table.array(column)
        assert (values[0], values[-1]) == pytest.approx(ends, rel=1e-12, abs=0)


@needs_real_files
def test_real_start_is_told_by_the_folder_or_a_day_above_12() -> None:
    folder = read(real_file("voltammetry/HZB_Echem_2_1_C-1.ITO.hy.mpt"))
    assert folder.reading.started == datetime(2025, 2, 3, 19, 5, 41, 695000)
    above = read(real_file("voltammetry/Pt_poly_cv_CUT.mpt"))
    assert above.reading.started == datetime(2020, 7, 29, 10, 31, 1)
    nothing = read(real_file("eis/exampleDataBioLogic.mpt"))
    assert nothing.reading.started is None
    assert _codes(nothing) == ["biologic.date-order"]


@needs_real_files
def test_a_real_file_without_the_name_of_a_column_is_refused() -> None:
    with pytest.raises(BadInput) as caught:
        read(real_file("eis/exampleDataBioLogic_MissingFreq.mpt"))
    assert caught.value.code == "biologic.columns"


@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("mark", [".", ","])
@pytest.mark.parametrize("encoding", ["utf-8", "latin-1", "utf-8-sig", "utf-16"])
def test_line_ends_decimal_marks_and_encodings(end: str, mark: str, encoding: str) -> None:
    rows = ROWS if mark == "." else _comma(ROWS)
    file = _read(mpt(CV, rows, mark=mark, end=end).encode(encoding))
    frame = file.tables[0].frame
    assert frame["time"].to_list() == pytest.approx([0.1 * i for i in range(8)], rel=1e-12)
    assert frame["current"].to_list() == pytest.approx([-1.25e-3 * i for i in range(8)], rel=1e-12)
    assert frame["charge"].to_list() == pytest.approx([0.001 * i for i in range(8)], rel=1e-12)  # C to mA h
    assert file.reading.facts["Electrode surface area"].endswith("cm² (the program's default, nobody entered one)")  # type: ignore[union-attr]
    assert file.reading.facts["Characteristic mass"] == f"12{mark}500 g"
    assert file.reading.facts["Comments"] == "first\nsecond"
    assert file.reading.facts["scan_rate"] == pytest.approx(0.05)
    assert file.reading.instrument == "SP-200 (SN 0961)"
    assert file.reading.started == datetime(2024, 2, 13, 19, 5, 41, 695000)
    assert not file.reading.warnings


@pytest.mark.parametrize("encoding", ["windows-1251", "gb18030"])
def test_units_of_other_code_pages(encoding: str) -> None:
    columns = "time/s|Ewe/V|I/µA|Temperature/°C" if encoding == "windows-1251" else "time/s|Ewe/V|I/uA|Temperature/℃"
    comment = {"windows-1251": "Comments : ячейка номер три, раствор", "gb18030": "Comments : 电化学测试 样品温度"}[
        encoding
    ]
    text = mpt(columns, ["0 1.5 2.5 25", "1 1.6 2.75 26"], title="Chronopotentiometry", extra=comment + "\n")
    file = _read(text.replace("²", "2").encode(encoding))
    assert file.tables[0].frame["current"].to_list() == pytest.approx([2.5e-6, 2.75e-6])
    assert file.tables[0].frame["temperature"].to_list() == pytest.approx([298.15, 299.15])


def test_the_header_decides_a_comma_that_the_numbers_leave_open() -> None:
    rows = ["0 1,234 2,345", "1 1,235 2,346"]
    comma = _read(mpt("time/s|Ewe/V|I/mA", rows, mark=","))
    assert comma.tables[0].frame["potential"].to_list() == [1.234, 1.235]
    assert _code(mpt("time/s|Ewe/V|I/mA", rows, mark=" ")) == "text.decimal-mark"


@pytest.mark.parametrize(
    ("title", "columns", "row", "technique"),
    [
        ("Galvanostatic Cycling with Potential Limitation", "time/s|Ewe/V|I/mA", "1 2 3", "galvanostatic_cycling"),
        ("Modulo Bat", "time/s|Ewe/V|I/mA", "1 2 3", "galvanostatic_cycling"),
        ("Open Circuit Voltage", "time/s|Ewe/V", "1 2", "chronopotentiometry"),
        ("Cyclic Voltammetry Advanced", "time/s|Ewe/V|I/mA", "1 2 3", "cyclic_voltammetry"),
        ("Linear Sweep Voltammetry", "time/s|Ewe/V|I/mA", "1 2 3", "linear_sweep_voltammetry"),
        ("Chronoamperometry / Chronocoulometry", "time/s|Ewe/V|I/mA", "1 2 3", "chronoamperometry"),
        ("Chronopotentiometry", "time/s|Ewe/V|I/mA", "1 2 3", "chronopotentiometry"),
        ("Galvano Electrochemical Impedance Spectroscopy", "freq/Hz|Re(Z)/Ohm|-Im(Z)/Ohm", "1 2 3", "impedance"),
        ("Staircase Potentio Electrochemical Impedance Spectroscopy", "freq/Hz|Re(Z)/Ohm", "1 2", "impedance"),
        ("IR compensation (PEIS)", "freq/Hz|Re(Z)/Ohm|-Im(Z)/Ohm", "1 2 3", "impedance"),
        ("Loop", "time/s|Ewe/V|I/mA|half cycle", "1 2 3 0", "galvanostatic_cycling"),
        ("Modular Pulse", "time/s|control/mA|Ewe/V|I/mA", "1 2 3 2", "chronopotentiometry"),
    ],
)
def test_techniques(title: str, columns: str, row: str, technique: str) -> None:
    assert _read(mpt(columns, [row, row], title=title)).reading.technique == technique


def test_every_known_column_comes_in_canonical_units() -> None:
    columns = (
        "Ns|time/s|Ewe/V|<Ewe>/V|Ece/V|Ewe-Ece/V|control/V/mA|I/mA|<I>/mA|dq/mA.h|Q charge/discharge/mA.h|"
        "Q charge/mA.h|Q discharge/mA.h/g|Capacity/mA.h|Energy charge/W.h|half cycle|Temperature/°C|x|step time/s|"
        "Efficiency/%|Ewe/V"
    )
    table = _read(mpt(columns, ["1 2 3 4 5 -2 7 8 9 10 11 12 13 14 15 16 17 0.5 19 99.5 3.5"])).tables[0]
    row = dict(zip(table.frame.columns, table.frame.row(0), strict=True))
    assert row == pytest.approx(
        {
            "step": 1, "time": 2, "potential": 3, "potential_mean": 4, "counter_potential": 5, "cell_potential": -2,
            "control/V/mA": 7, "current": 8e-3, "current_mean": 9e-3, "dq/mA.h": 10, "half_cycle_charge": 11,
            "charge_capacity": 12, "specific_discharge_capacity": 13, "capacity": 14, "charge_energy": 15000,
            "half_cycle": 16, "temperature": 290.15, "x": 0.5, "step_time": 19, "coulombic_efficiency": 99.5,
            "potential_2": 3.5,
        }
    )  # fmt: skip
    units = {column.name: (column.quantity, column.unit) for column in table.columns}
    assert units["control/V/mA"] == (None, None)
    assert units["dq/mA.h"] == (None, "mA.h")
    assert units["potential_2"] == ("potential", "V")


@pytest.mark.parametrize(
    ("stamps", "extra", "started"),
    [
        (("02/13/2024 19:05:42.500", "02/13/2024 19:05:44.000"), "", "02/13/2024 19:05:41.500"),
        (("13.02.2024 19:05:42,500", "13.02.2024 19:05:44,000"), "", "13.02.2024 19:05:41,500"),
        (("2024/02/13 19:05:42.500", "2024/02/13 19:05:44.000"), "", "2024/02/13 19:05:41.500"),
        (
            ("03/04/2024 19:05:42.500", "03/04/2024 19:05:44.000"),
            "   Time format : Absolute dd/mm/yyyy\n",
            "03/04/2024 19:05:41.500",
        ),
    ],
)
def test_absolute_times_become_seconds_since_the_start(stamps: tuple[str, str], extra: str, started: str) -> None:
    rows = [f"{stamp.replace(' ', '~')} {i}.5 1.25" for i, stamp in enumerate(stamps)]
    file = _read(mpt("time/s|Ewe/V|I/mA", rows, started=started, extra=extra).replace("~", " "))
    assert file.tables[0].frame["time"].to_list() == pytest.approx([1.0, 2.5])
    assert file.tables[0].has("unix_time")
    assert file.reading.started is not None


def test_absolute_times_that_nothing_decides_are_refused() -> None:
    rows = ["03/04/2024~19:05:42 1.5 1.25", "03/04/2024~19:05:43 1.5 1.25"]
    assert (
        _code(mpt("time/s|Ewe/V|I/mA", rows, started="03/04/2024 19:05:41").replace("~", " ")) == "biologic.date-order"
    )


def test_a_day_that_may_be_a_month_is_not_guessed() -> None:
    file = _read(mpt(CV, ROWS, started="03/04/2024 19:05:41"))
    assert file.reading.started is None
    assert _codes(file) == ["biologic.date-order"]


def test_without_a_header_and_with_a_cut_one() -> None:
    whole = mpt(CV, ROWS)
    lines = whole.split("\n")
    bare = "\n".join(lines[-len(ROWS) - 2 :])
    assert _read(bare).tables[0].rows == len(ROWS)
    assert _codes(_read(bare)) == ["biologic.no-header"]
    three = "\n".join(["EC-Lab ASCII FILE", "Nb header lines : 3", *lines[-len(ROWS) - 2 :]])
    assert _read(three).tables[0].rows == len(ROWS)
    cut = "\n".join(lines[5:]).replace("Device", "EC-Lab for windows v11.61 (software)\nDevice")
    assert "biologic.header-lines" in _codes(_read(cut))
    shorter = whole.replace("Electrolyte : 1 M KOH\n", "")
    assert _codes(_read(shorter)) == ["biologic.header-lines"]
    assert _code("EC-Lab ASCII FILE\nNb header lines : 60\n\nCyclic Voltammetry\n") == "biologic.header"


def test_loops_promise_the_number_of_points() -> None:
    extra = "\nNumber of loops : 2\nLoop 0 from point number 0 to 3\nLoop 1 from point number 4 to 7\n"
    file = _read(mpt(CV, ROWS, extra=extra))
    assert file.reading.rows_stated == {"data": 8}
    assert file.reading.facts["loops"] == 2
    assert not file.reading.warnings
    assert _codes(_read(mpt(CV, ROWS[:6], extra=extra))) == ["rows.differ"]


def test_a_half_written_last_line_is_left_out() -> None:
    whole = mpt(CV, ROWS, close=False)
    for cut in range(1, len(ROWS[-1]) - 2):
        file = _read(whole[:-cut])
        assert file.tables[0].rows == len(ROWS) - 1, cut
        assert "table.last-line-cut" in _codes(file)


def test_refusals() -> None:
    wide = mpt(CV, [row + " 7" for row in ROWS])
    assert _code(wide) == "biologic.columns"
    with pytest.raises(BadInput, match=r"Give the \.mpr file, or export it again"):
        _read(wide)
    assert _code(mpt(CV, [row.rsplit(" ", 1)[0] for row in ROWS])) == "biologic.columns"
    assert _code(mpt(CV, ROWS) + mpt(CV, ROWS)) == "biologic.several"
    assert _code(mpt(CV, [])) == "table.empty"
    assert _code(mpt(CV, ROWS).replace("Ewe/V", "Ewe/V")[:400]) == "biologic.header"
    assert _code(mpt("time/s|Ewe/V|I/mA", ["0 1e9 1", "1 2e9 1"])) == "reading.out-of-range"


@pytest.mark.parametrize(
    ("name", "text"),
    [
        (
            "a.mps",
            "EC-LAB SETTING FILE\r\n\r\nNumber of linked techniques : 1\r\n\r\nEC-LAB for windows v11.50 (software)\r\n",
        ),
        (
            "a.mpl",
            "EC-Lab LOG FILE\n\nCyclic Voltammetry\n\nRun on channel : 1\nEC-Lab for windows v11.36 (software)\n",
        ),
        ("a_LOOP.txt", "VMP EXPERIMENT LOOP INDEXES\n0\n33\n"),
    ],
)
def test_files_of_the_program_without_points_are_named(name: str, text: str) -> None:
    with pytest.raises(BadInput) as caught:
        _read(text, name)
    assert caught.value.code == "format.unreadable"
    assert ".mpr" in caught.value.message


@needs_real_files
def test_a_real_settings_file_is_named() -> None:
    with pytest.raises(BadInput) as caught:
        read(real_file("cycling/jdb11-1_c3_gcpl_5cycles_2V-3p8V_C-24_data.mps"))
    assert caught.value.code == "format.unreadable"


def test_a_column_without_a_name_keeps_its_place() -> None:
    file = _read(
        "time/s\tEwe/V\tI/mA\tI Range\t\tNs\t\n" + "".join(f"{i}.5E+000\t2.9\t-1.8E-005\t41\t0\t3\n" for i in range(3))
    )
    assert [c.name for c in file.tables[0].columns] == ["time", "potential", "current", "I Range", "column 5", "step"]
    assert file.tables[0].array("step").tolist() == [3, 3, 3]
