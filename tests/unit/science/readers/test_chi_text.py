"""CH Instruments text files: real ones against the set, variants and broken ones written here."""

from datetime import datetime

import numpy as np
import pytest

from jointlab.errors import BadInput
from jointlab.science import read
from tests.instrument_files import expected, needs_real_files, real_file
from tests.unit.science.readers.potentiostat import assert_spectrum, read_bytes

CV = "voltammetry/02 GC WE Pt RE Pt CE 10 mM ferricyanide in 100 mM KCl 50 mV scan rate.csv"
FAST = "voltammetry/04 GC WE Pt RE Pt CE 10 mM ferricyanide in 100 mM KCl 150 mV scan rate.csv"


def chi(technique: str, keys: str, table: str, note: str = "") -> str:
    """A file in the program's layout."""
    head = f"July 27, 2020   17:14:40\n{technique}\nFile: c:\\x.bin\nData Source:  Experiment\nInstrument Model:  CHI760E\n"
    return f"{head}Header: \nNote: {note}\n\n{keys}\n\n{table}"


def sweep(up: int, down: int) -> list[float]:
    return [i / 1000 for i in range(up)] + [(up - i) / 1000 for i in range(down)]


@needs_real_files
@pytest.mark.parametrize("name", [CV, FAST])
def test_voltammogram_against_the_set(name: str) -> None:
    file = read(real_file(name))
    known = expected()[name]["fom"]
    table = file.tables[0]
    assert file.reading.technique == "cyclic_voltammetry"
    assert table.rows == known["rows"]
    potential, current, segment = (table.array(q) for q in ("potential", "current", "segment"))
    assert [potential.min(), potential.max()] == known["E_range"]
    assert [current.max(), current.min()] == [known["I_max_A"], known["I_min_A"]]
    assert segment.max() == known["segments"]
    for number in (3, 4):
        e, i, want = potential[segment == number], current[segment == number], known[f"seg{number}"]
        assert len(e) == 1000
        assert (i.max(), i.min()) == (want["Imax"], want["Imin"])
        assert (e[i.argmax()], e[i.argmin()]) == (want["E_at"], want["E_at_min"])
    rate = next(s for s in file.stated if s.quantity == "scan_rate")
    assert (rate.value, rate.unit) == (known["scan_rate_V_s"], "V/s")
    assert "option of the CHI program" in file.reading.decisions["sign_of_current"]


@needs_real_files
def test_file_of_a_robot() -> None:
    file = read(real_file("voltammetry/cycle10_cv05_17_07_15.txt"))
    assert file.reading.started == datetime(2024, 6, 25, 17, 10, 5)
    assert file.reading.instrument == "CHI650E"
    assert (file.tables[0].array("segment") == np.repeat([1, 2], 70)).all()


@needs_real_files
def test_impedance() -> None:
    file = assert_spectrum("eis/exampleDataCHInstruments.txt")
    assert file.reading.started == datetime(2020, 2, 20, 15, 55, 8)
    assert file.tables[0].has("impedance_modulus", "impedance_phase")


def test_peaks_of_the_program_are_stated_by_segment() -> None:
    rows = "\n".join(f"{e:.3f}, {e * 1e-6:.3e}" for e in sweep(10, 11))
    keys = "Init E (V) = 0\nHigh E (V) = 0.01\nLow E (V) = 0\nScan Rate (V/s) = 0.1\nSegment = 2\n\nSegment 1:\nEp = 0.234V\nip = -1.5e-5A\nAh = -2.0e-6C\nEp = 0.3V\nip = -1e-6A\n\nSegment 2:\nEp = 0.170V\nip = 1.4e-5A"
    file = read_bytes("x.txt", chi("Cyclic Voltammetry", keys, f"Potential/V, Current/A\n\n{rows}\n"))
    stated = [(s.quantity, s.value, s.unit, dict(s.conditions)) for s in file.stated]
    assert ("peak_potential", 0.234, "V", {"segment": 1, "peak": 1}) in stated
    assert ("peak_current", -1.5e-5, "A", {"segment": 1, "peak": 1}) in stated
    assert ("peak_charge", -2.0e-6, "C", {"segment": 1, "peak": 1}) in stated
    assert ("peak_potential", 0.3, "V", {"segment": 1, "peak": 2}) in stated
    assert ("peak_current", 1.4e-5, "A", {"segment": 2, "peak": 1}) in stated
    assert file.tables[0].array("segment").max() == 2


def test_segments_that_disagree_with_the_header_are_left_out() -> None:
    rows = "\n".join(f"{e:.3f}, {e * 1e-6:.3e}" for e in sweep(10, 11))
    file = read_bytes("x.txt", chi("Cyclic Voltammetry", "Segment = 4", f"Potential/V, Current/A\n\n{rows}\n"))
    assert not file.tables[0].has("segment")
    assert "turns 1 times" in file.reading.decisions["segment"]


@pytest.mark.parametrize(
    ("technique", "header", "row", "ours", "names"),
    [
        ("Linear Sweep Voltammetry", "Potential/V, Current/A", "0.001, 1e-6", "linear_sweep_voltammetry", ["potential", "current"]),
        ("Tafel Plot", "Potential/V, Current/A, log(i/A)", "0.001, 1e-6, -6.0", "linear_sweep_voltammetry", ["potential", "current", "log(i/A)"]),
        ("Amperometric i-t Curve", "Time/sec, Current/A", "0.1, 1e-6", "chronoamperometry", ["time", "current"]),
        ("Chronoamperometry", "Time/sec, Current/A, Charge/C", "0.1, 1e-6, 3.6", "chronoamperometry", ["time", "current", "charge"]),
        ("Chronopotentiometry", "Time/sec, Potential/V", "0.1, 0.5", "chronopotentiometry", ["time", "potential"]),
        ("Open Circuit Potential - Time", "Time/sec, Potential/V", "0.1, 0.5", "chronopotentiometry", ["time", "potential"]),
        ("Cyclic Voltammetry", "Potential/V, i1/A, i2/A", "0.1, 1e-6, 2e-6", "cyclic_voltammetry", ["potential", "current", "current_2"]),
        ("Square Wave Voltammetry", "Potential/V, Diff(i/A), For(i/A), Rev(i/A)", "0.1, 3e-6, 2e-6, -1e-6", "linear_sweep_voltammetry", ["potential", "current", "For(i/A)", "Rev(i/A)"]),
        ("Differential Pulse Voltammetry", "Potential/V\tCurrent/A", "0.1\t3e-6", "linear_sweep_voltammetry", ["potential", "current"]),
        ("A.C. Impedance", "Freq/Hz, Z'/ohm, Z\"/ohm, Z/ohm, Phase/deg", "10, 3, -4, 5, -53.1", "impedance", ["frequency", "impedance_real", "impedance_imaginary", "impedance_modulus", "impedance_phase"]),
    ],
)  # fmt: skip
def test_every_technique(technique: str, header: str, row: str, ours: str, names: list[str]) -> None:
    file = read_bytes("x.txt", chi(technique, "Init E (V) = 0", f"{header}\n\n{row}\n{row}\n"))
    assert file.reading.technique == ours
    assert [column.name for column in file.tables[0].columns] == names
    if "charge" in names:
        assert file.tables[0].array("charge")[0] == pytest.approx(1.0)  # 3.6 C are 1 mAh


def test_a_note_in_gbk_and_a_second_table() -> None:
    table = "Potential/V, Current/A\n\n0.1, 1e-6\n0.2, 2e-6\n\nPotential/V, Current/A\n\n0.3, 3e-6\n0.4, 4e-6\n"
    data = chi("Linear Sweep Voltammetry", "Init E (V) = 0", table, note="玻碳电极在硫酸溶液中测试").encode("gb18030")
    file = read_bytes("x.txt", data)
    assert file.reading.facts["Note"] == "玻碳电极在硫酸溶液中测试"
    assert [t.rows for t in file.tables] == [2, 2]
    assert list(file.tables[1].array("potential")) == [0.3, 0.4]


@pytest.mark.parametrize(
    ("row", "code"),
    [
        ("0.{i}, {i}1\n", "table.open-end"),  # digits may be missing: the engine sees it
        ("0.{i}, {i}.1e-6\n", "table.no-line-end"),  # every number of one form: only the program's habit tells
    ],
)
def test_a_last_line_without_end_is_said_once(row: str, code: str) -> None:
    table = "Potential/V, Current/A\n\n" + "".join(row.format(i=i) for i in range(1, 9))
    data = chi("Linear Sweep Voltammetry", "Init E (V) = 0", table)
    assert [w.code for w in read_bytes("x.txt", data).reading.warnings] == []
    cut = read_bytes("x.txt", data.removesuffix("\n")).reading
    assert cut.tables[0].rows == 8
    assert [w.code for w in cut.warnings] == [code]


def test_old_export_without_technique() -> None:
    text = "Init E (V) = 0.2\nHigh Frequency (Hz) = 1e+5\n\nFreq/Hz, Z'/ohm, Z\"/ohm, Z/ohm, Phase/deg\n\n8.252e+4, 1.079e+2, -2.715e+0, 1.080e+2, -1.4\n"
    file = read_bytes("x.txt", text)
    assert file.reading.technique == "impedance"
    assert file.tables[0].array("impedance_imaginary")[0] == -2.715


def test_unknown_technique_is_asked() -> None:
    text = chi("A New Method", "Init E (V) = 0", "Time/sec, Current/A\n\n0.1, 1e-6\n0.2, 1e-6\n")
    with pytest.raises(BadInput) as caught:
        read_bytes("x.txt", text)
    assert caught.value.code == "electrochemistry.technique"
    assert caught.value.question is not None and caught.value.question.key == "technique"
    assert read_bytes("x.txt", text, technique="chronoamperometry").reading.technique == "chronoamperometry"


@needs_real_files
def test_cut_in_the_header_and_in_the_rows() -> None:
    data = real_file("voltammetry/cycle10_cv05_17_07_15.txt").read_bytes()
    with pytest.raises(BadInput) as caught:
        read_bytes("x.txt", data[:400])
    assert caught.value.code == "chi.no-table"
    cut = read_bytes("x.txt", data[:-16])
    assert cut.tables[0].rows == 139
    assert any(w.code == "table.last-line-cut" for w in cut.warnings)
