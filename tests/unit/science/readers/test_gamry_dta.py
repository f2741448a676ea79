"""Gamry files: real ones against the set, decimal commas, tags, and broken ones written here."""

from datetime import datetime

import pytest

from jointlab.errors import BadInput
from jointlab.science import read
from tests.instrument_files import needs_real_files, real_file
from tests.unit.science.readers.potentiostat import assert_spectrum, read_bytes


def dta(tag: str, date: str = "8/15/2019", extra: str = "", curves: int = 1, comma: bool = False) -> str:
    """A file with one or more curves of three points."""
    text = f"EXPLAIN\r\nTAG\t{tag}\r\nTITLE\tLABEL\tX\tTest &Identifier\r\nDATE\tLABEL\t{date}\tDate\r\nTIME\tLABEL\t11:50:33\tTime\r\nNOTES\tNOTES\t2\t&Notes...\r\n\tfirst\r\n\tCURVE\tTABLE\t9\r\nPSTAT\tPSTAT\tREF600\tPotentiostat\r\nSCANRATE\tQUANT\t5.00000E+001\t&Scan Rate (mV/s)\r\nAREA\tQUANT\t2.50000E-001\t&Area (cm^2)\r\n{extra}"
    for number in range(1, curves + 1):
        text += f"CURVE{number}\tTABLE\t3\r\n\tPt\tT\tVf\tIm\tOver\tTemp\r\n\t#\ts\tV vs. Ref.\tA\tbits\tdeg C\r\n"
        text += "".join(f"\t{i}\t{i}.5\t{number}.25E-001\t-2.5E-006\t..........a\t-327.62\r\n" for i in range(3))
    return (
        text.replace(".2", ",2").replace(".5", ",5").replace("5.0", "5,0").replace("327.62", "327,62")
        if comma
        else text
    )


@needs_real_files
@pytest.mark.parametrize("name", ["eis/exampleDataGamry.DTA", "eis/exampleDataGamryABORT.DTA"])
def test_impedance_against_the_set(name: str) -> None:
    file = assert_spectrum(name)
    assert file.tables[0].name == "ZCURVE"
    assert any(w.code == "gamry.aborted" for w in file.warnings) == ("ABORT" in name)


@needs_real_files
def test_open_circuit_before_a_spectrum() -> None:
    file = read(real_file("eis/exampleDataGamry.DTA"))
    rest = next(t for t in file.tables if t.name == "OCVCURVE")
    assert (rest.rows, rest.array("time")[0], rest.array("potential")[-1]) == (387, 0.258333, -0.29198)
    assert file.reading.rows_stated["OCVCURVE"] == 387
    assert file.reading.started == datetime(2018, 4, 23, 16, 43, 15)
    stated = {s.quantity: s.value for s in file.stated}
    assert stated == {"area": 1.0, "open_circuit_potential": -0.2919803}


@needs_real_files
def test_voltammetry_and_chrono_files() -> None:
    cv = read(real_file("voltammetry/ocvcurve_data.dta"))
    assert cv.reading.technique == "cyclic_voltammetry"
    assert cv.reading.started == datetime(2019, 8, 15, 11, 50, 33)
    assert (cv.tables[0].name, cv.tables[0].rows, cv.tables[0].conditions) == ("CURVE1", 11, {"cycle": 1})
    assert cv.tables[0].array("current")[-1] == -4.24220e-5
    assert {s.quantity: s.value for s in cv.stated}["scan_rate"] == pytest.approx(0.0499999)
    chrono = read(real_file("voltammetry/chronoa_data.dta"))
    assert chrono.reading.technique == "chronoamperometry"
    assert (chrono.tables[0].array("time")[-1], chrono.tables[0].array("current")[-1]) == (270.0, 3e-9)
    assert chrono.reading.started is None  # 3/10/2019
    assert {w.code for w in chrono.warnings} == {"time.ambiguous", "rows.differ"}
    rest = read(real_file("voltammetry/ocp_data.dta"))
    assert rest.reading.technique == "chronopotentiometry"
    assert rest.tables[0].array("potential")[-1] == 3.45678e-2
    assert not rest.tables[0].has("temperature")  # -327.62 °C: no sensor


@pytest.mark.parametrize("comma", [False, True])
def test_decimal_comma_gives_the_same_numbers(comma: bool) -> None:
    file = read_bytes("x.dta", dta("CV", curves=2, comma=comma))
    first, second = file.tables
    assert list(first.array("time")) == [0.5, 1.5, 2.5]
    assert list(second.array("potential")) == [0.225] * 3
    assert list(first.array("current")) == [-2.5e-6] * 3
    assert [t.conditions for t in file.tables] == [{"cycle": 1}, {"cycle": 2}]
    assert {s.quantity: s.value for s in file.stated} == {"scan_rate": 0.05, "area": 0.25}
    assert str(file.reading.facts["Notes"]).startswith("first")  # a note that looks like a table is a note


@pytest.mark.parametrize(
    ("tag", "technique"),
    [
        ("EISPOT", "impedance"), ("GALVEIS", "impedance"), ("PWR800_HYBRIDEIS", "impedance"), ("CV", "cyclic_voltammetry"),
        ("LSV", "linear_sweep_voltammetry"), ("POTENTIODYNAMIC", "linear_sweep_voltammetry"), ("CHRONOA", "chronoamperometry"),
        ("CHRONOP", "chronopotentiometry"), ("CORPOT", "chronopotentiometry"), ("PWR800_CHARGE", "galvanostatic_cycling"),
        ("PWR800_CYCLICCHARGEDISCHARGE", "galvanostatic_cycling"),
    ],
)  # fmt: skip
def test_techniques_by_tag(tag: str, technique: str) -> None:
    assert read_bytes("x.dta", dta(tag)).reading.technique == technique


def test_unknown_tag_is_asked() -> None:
    with pytest.raises(BadInput) as caught:
        read_bytes("x.dta", dta("NEWSCRIPT"))
    assert caught.value.question is not None and caught.value.question.key == "technique"
    assert read_bytes("x.dta", dta("NEWSCRIPT"), technique="chronoamperometry").tables[0].rows == 3


def test_day_and_month() -> None:
    assert read_bytes("x.dta", dta("CV", date="15.08.2019")).reading.started == datetime(2019, 8, 15, 11, 50, 33)
    assert read_bytes("x.dta", dta("CV", date="03/04/2019")).reading.started is None
    assert read_bytes("x.dta", dta("CV", date="2019-04-03")).reading.started == datetime(2019, 4, 3, 11, 50, 33)


def test_a_temperature_that_was_measured() -> None:
    file = read_bytes("x.dta", dta("CV").replace("-327.62", "25.00"))
    assert file.tables[0].array("temperature")[0] == pytest.approx(298.15)


@needs_real_files
def test_cut_files_are_refused_or_said() -> None:
    data = real_file("eis/exampleDataGamry.DTA").read_bytes()
    with pytest.raises(BadInput) as caught:
        read_bytes("x.dta", data[:700])
    assert caught.value.code == "gamry.no-table"
    before = read_bytes("x.dta", data[: data.index(b"ZCURVE") + 60])
    assert [t.name for t in before.tables] == ["OCVCURVE"]
    assert "gamry.empty-table" in {w.code for w in before.warnings}
    with pytest.raises(BadInput) as caught:
        read_bytes("x.dta", data.replace(b"\tHz\tohm", b"\tHz"))
    assert caught.value.code == "gamry.table"
    cut = read_bytes("x.dta", data[:-60])
    assert cut.tables[0].rows == 71
    assert any(w.code == "table.last-line-cut" for w in cut.warnings)


def test_a_table_without_point_numbers_and_a_file_that_begins_with_its_experiment() -> None:
    text = "VFP600\nTAG\tVFP600\nFREQ\tQUANT\t1.5E+1\tFrequency (Hz)\nVFPCURVE\tTABLE\n\tVoltage\tCurrent\n\tV\tA\n\t0.03\t5.3E-11\n\t-0.01\t4.5E-10\n"
    with pytest.raises(BadInput) as caught:
        read_bytes("x.dta", text)
    assert caught.value.question is not None and caught.value.question.key == "technique"
    file = read_bytes("x.dta", text, technique="chronoamperometry")
    assert file.reading.format == "gamry.dta"
    assert file.tables[0].array("current").tolist() == [5.3e-11, 4.5e-10]
