"""NOVA text exports."""

import pytest

from jointlab.errors import BadInput
from tests.unit.science.readers.potentiostat import read_bytes

CV = "Potential applied (V)\tTime (s)\tWE(1).Current (A)\tWE(1).Potential (V)\tScan\tIndex\tQ+\tQ-\n"


def staircase(up: int) -> list[float]:
    return [i * 0.00244 for i in range(up)] + [(up - i) * 0.00244 for i in range(up)]


@pytest.mark.parametrize("comma", [False, True])
def test_cyclic_voltammogram(comma: bool) -> None:
    rows = "".join(
        f"{e:.5f}\t{i * 0.1:.3f}\t{e * 1e-5:.6E}\t{e + 1e-4:.5f}\t1\t{i}\t0\t0\n" for i, e in enumerate(staircase(20))
    )
    file = read_bytes("x.txt", CV + (rows.replace(".", ",") if comma else rows))
    table = file.tables[0]
    assert file.reading.technique == "cyclic_voltammetry"
    assert table.has("control_potential", "time", "current", "potential", "cycle", "index")
    assert table.array("current")[1] == pytest.approx(2.44e-8)


@pytest.mark.parametrize("separator", ["\t", ";", ","])
def test_impedance_turns_the_sign(separator: str) -> None:
    lines = [["Index", "Frequency (Hz)", "Z' (Ω)", "-Z'' (Ω)", "Z (Ω)", "-Phase (°)", "Time (s)"], ["1", "1000", "3", "4", "5", "53.13", "1"], ["2", "100", "6", "8", "10", "53.13", "2"]]  # fmt: skip
    table = read_bytes("x.txt", "\n".join(separator.join(line) for line in lines) + "\n").tables[0]
    assert list(table.array("impedance_imaginary")) == [-4.0, -8.0]
    assert list(table.array("impedance_phase")) == [-53.13, -53.13]
    assert list(table.array("impedance_modulus")) == [5.0, 10.0]


def test_chrono_exports() -> None:
    assert (
        read_bytes("x.txt", "Corrected time (s);WE(1).Current (A)\n1;2e-3\n2;3e-3\n").reading.technique
        == "chronoamperometry"
    )
    assert (
        read_bytes("x.txt", "Time (s);WE(1).Potential (V)\n1;2e-3\n2;3e-3\n").reading.technique == "chronopotentiometry"
    )
    both = "Time (s);WE(1).Potential (V);WE(1).Current (A)\n1;0.5;1\n2;0.5;2\n"
    with pytest.raises(BadInput) as caught:
        read_bytes("x.txt", both)
    assert caught.value.question is not None
    assert read_bytes("x.txt", both, technique="chronoamperometry").tables[0].rows == 2


def test_names_and_rows_parted_otherwise_are_refused() -> None:
    with pytest.raises(BadInput) as caught:
        read_bytes("x.txt", "Time (s);WE(1).Potential (V)\n1\t2\n")
    assert caught.value.code == "autolab.header"
