"""Scribner, ZView and Corrtest text files."""

from datetime import datetime

import pytest

from jointlab.errors import BadInput
from jointlab.science import read
from tests.instrument_files import needs_real_files, real_file
from tests.unit.science.readers.potentiostat import assert_spectrum, read_bytes

COR = """CORRW ASCII
  CorrWare for Windows: Version 2.80
  {experiment}
  Date: 4-23-2018   Time: 10:11:12
  Begin Information:    Cell Information
    Surface Area:       0.5
  End Information:      Cell Information
  Data Points: 6
  E(Volts)\tI(A/cm2)\tT(Seconds)
End Comments
"""
ROWS = ["0.0\t1e-3\t0", "0.1\t2e-3\t1", "0.2\t3e-3\t2", "0.1\t2e-3\t3", "0.0\t1e-3\t4", "-0.1\t0\t5"]


@needs_real_files
@pytest.mark.parametrize("name", ["eis/exampleDataZPlot.z", "eis/exampleDataAutolab.txt"])
def test_impedance_against_the_set(name: str) -> None:
    assert_spectrum(name)


@needs_real_files
def test_header_of_zplot() -> None:
    file = read(real_file("eis/exampleDataZPlot.z"))
    assert {s.quantity: s.value for s in file.stated} == {"open_circuit_potential": 0.0033, "area": 1.0}
    assert file.reading.started is None  # 10-12-2018
    assert {w.code for w in file.reading.warnings} == {"time.ambiguous", "rows.differ"}  # 21 of 56 points were measured


def test_corrware_is_a_current_density() -> None:
    file = read_bytes("x.cor", COR.format(experiment="Cyclic Voltammogram\t[x]\tfile") + "\n".join(ROWS) + "\n")
    table = file.tables[0]
    assert file.reading.technique == "cyclic_voltammetry"
    assert table.has("potential", "current_density", "time")
    assert table.array("current_density")[1] == 2.0  # mA/cm²
    assert {s.quantity: s.value for s in file.stated} == {"area": 0.5}
    assert file.reading.started == datetime(2018, 4, 23, 10, 11, 12)


def test_rows_that_close_a_cycle() -> None:
    rows = [*ROWS[:3], ROWS[3] + "\t1", *ROWS[4:]]
    file = read_bytes("x.cor", COR.format(experiment="Cyclic Voltammogram") + "\n".join(rows) + "\n")
    assert list(file.tables[0].array("cycle")) == [1, 1, 1, 1, 2, 2]


def test_an_unnamed_experiment_is_asked() -> None:
    text = COR.format(experiment="Something") + "\n".join(ROWS) + "\n"
    with pytest.raises(BadInput) as caught:
        read_bytes("x.cor", text)
    assert caught.value.question is not None and caught.value.question.key == "technique"
    assert read_bytes("x.cor", text, technique="cyclic_voltammetry").tables[0].rows == 6


def test_broken_headers_are_refused() -> None:
    for text in (
        "ZPLOT2 ASCII\n Date: 1\n",
        "CORRW ASCII\nEnd Comments\n1 2 3\n",
        '"Z60W Data File: Version 1.1"\n1,2,3\n',
    ):
        with pytest.raises(BadInput) as caught:
            read_bytes("x.z", text)
        assert caught.value.code == "zplot.header"


@needs_real_files
def test_cut_row_is_left_out() -> None:
    cut = read_bytes("x.z", real_file("eis/exampleDataZPlot.z").read_bytes()[:-20])
    assert cut.tables[0].rows == 20
    assert any(w.code == "table.last-line-cut" for w in cut.warnings)


def test_an_old_zplot_file_whose_names_end_its_header() -> None:
    rows = "".join(f"{10.0**k:.4E}, 1.0E-02, 0.0E+00, {k}.0, 6.4E+02, -8.5E+01, 0.0E+00, 0, 5\n" for k in (4, 3, 2))
    head = '"ZPlotW Data File: Version 3.2c"\n"Raw Data"\n"Sweep Frequency: Control Voltage"\nDate: 12-17-2019    Time: 16:24:35\n"note"\n"Frequency"\n3\n'
    names = "\"  Freq(Hz)    Ampl     Bias   Time(Sec)   Z'(a)    Z''(b)    GD   Err   Range\"\n"
    file = read_bytes("x.z", head + names + rows)
    assert file.reading.technique == "impedance" and file.reading.started == datetime(2019, 12, 17, 16, 24, 35)
    assert file.tables[0].array("frequency").tolist() == [1e4, 1e3, 100.0]
    assert file.tables[0].array("impedance_imaginary")[0] == -85.0
    assert not [w for w in file.warnings if w.code == "rows.differ"]
